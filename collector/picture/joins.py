"""Which lines join the rows of one event across the lanes, and which disagreement each stands for. Pure.

Rows that agree with their event lie on its line; one that does not is joined to its nearest neighbours on the
line, so that a difference of instants is a slant. Where only the printed clocks differ the line is level.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from collector.picture.placing import Mark, Placed
from collector.picture.story import Disagreement, Finding, Story, severity_rank

Pairs = Mapping[frozenset[str], Disagreement]


@dataclass(frozen=True, slots=True)
class Join:
    """A line from one mark of an event to another, or from where a row was to where it is (`is_change`)."""

    event_id: str
    start: Mark
    end: Mark
    about: Disagreement | None
    is_change: bool = False


def joins(events: Iterable[Placed], story: Story) -> list[Join]:
    """Every line there is to draw, event by event."""
    lanes = {portal.name: place for place, portal in enumerate(story.portals)}
    by_event: dict[str | None, list[Disagreement]] = {}
    for one in story.disagreements:
        by_event.setdefault(one.event_id, []).append(one)
    found: list[Join] = []
    for event in events:
        found += _of_event(event, lanes, by_event.get(event.event.id, []))
    return found


def _of_event(event: Placed, lanes: Mapping[str, int], said: Sequence[Disagreement]) -> list[Join]:
    speaking = sorted((m for m in event.marks if m.speaks), key=lambda m: lanes[m.row.portal])
    pairs = {frozenset((d.portal_a, d.portal_b)): d for d in said if d.kind != "revision"}
    level = [mark for mark in speaking if mark.off_at is None] or speaking[:1]
    lines = [Join(event.event.id, one, other, pairs.get(_pair(one, other))) for one, other in pairwise(level)]
    for mark in speaking:
        if mark not in level:
            lines += [
                Join(event.event.id, near, mark, pairs.get(_pair(near, mark)) or _worst(mark, pairs))
                for near in _neighbours(mark, level, lanes)
            ]
    changes = {d.row_b: d for d in said if d.kind == "revision"}
    lines += [
        Join(event.event.id, mark, mark, changes[mark.row.id], is_change=True)
        for mark in event.marks
        if mark.earlier is not None and mark.row.id in changes
    ]
    return lines


def _neighbours(mark: Mark, level: Sequence[Mark], lanes: Mapping[str, int]) -> list[Mark]:
    """The nearest marks of `level` on both sides of one."""
    here = lanes[mark.row.portal]
    before = [one for one in level if lanes[one.row.portal] < here]
    after = [one for one in level if lanes[one.row.portal] > here]
    return before[-1:] + after[:1]


def _pair(one: Mark, other: Mark) -> frozenset[str]:
    return frozenset((one.row.portal, other.row.portal))


def _worst(mark: Mark, pairs: Pairs) -> Disagreement | None:
    """The worst that is said of a row that lies off its event."""
    said = [d for pair, d in pairs.items() if mark.row.portal in pair]
    return min(said, key=lambda d: (severity_rank(d.severity), -d.size_s), default=None)


def labelled(lines: Sequence[Join], story: Story, most: int) -> dict[int, list[Finding]]:
    """For each of the worst findings the line that names it, by its place: its largest one that is free."""
    taken: dict[int, list[Finding]] = {}
    for finding in story.findings[:most]:
        mine = [
            place
            for place, line in enumerate(lines)
            if line.about is not None and _is_of(line.about, finding)
        ]
        mine.sort(key=lambda place: (place in taken, -_size(lines[place]), place))
        mine = mine or _near(lines, finding, story)
        if mine:
            taken.setdefault(mine[0], []).append(finding)
    return taken


def _near(lines: Sequence[Join], finding: Finding, story: Story) -> list[int]:
    """Lines that touch the finding's worst example where none stands for it alone."""
    worst = next((d for d in story.disagreements if d.id == finding.worst), None)
    portals = {finding.portal_a, finding.portal_b}
    found = [
        place
        for place, line in enumerate(lines)
        if worst is not None
        and line.event_id == worst.event_id
        and portals & {line.start.row.portal, line.end.row.portal}
    ]
    return sorted(found, key=lambda place: _kind(lines[place]) != finding.kind)


def _is_of(one: Disagreement, finding: Finding) -> bool:
    return (one.kind, one.portal_a, one.portal_b) == (finding.kind, finding.portal_a, finding.portal_b)


def _kind(line: Join) -> str | None:
    return line.about.kind if line.about is not None else None


def _size(line: Join) -> int:
    return line.about.size_s if line.about is not None else 0
