"""What portals show, drawn: marks in their lanes, joins across them, disagreements with their sizes. Pure."""

from collections import Counter

import svg

from collector.picture import shapes
from collector.picture.board import Board
from collector.picture.joins import Join, labelled
from collector.picture.placing import Mark, Placed
from collector.picture.story import Story
from collector.picture.tags import MOST, Tag, placed_tag

#: How many further rows of a portal are drawn beside the one that speaks for the event.
_BESIDE = 2
#: How far to the left of its lane a changed time is named.
_BESIDE_CHANGE = 18.0


def joins(on: Board) -> shapes.Elements:
    """The joins of every event, those that stand for a disagreement above the others."""
    events = {one.event.id: one for one in on.events}
    drawn: shapes.Elements = []
    for one in sorted(on.lines, key=lambda line: line.about is not None):
        drawn += shapes.join(one, *_ends(on, events[one.event_id], one))
    return drawn


def _ends(on: Board, event: Placed, one: Join) -> tuple[tuple[float, float], tuple[float, float]]:
    start = on.x(one.start), on.y(event, one.start)
    if one.is_change and one.start.earlier is not None:
        return start, (start[0], on.top + on.scale.y(one.start.earlier))
    return start, (on.x(one.end), on.y(event, one.end))


def marks(on: Board) -> shapes.Elements:
    """Every row that stands, in its lane; of a portal's further rows of one event the first two, smaller."""
    severities = {line.end.row.id: line.about.severity for line in on.lines if line.about is not None}
    drawn: shapes.Elements = []
    for one in on.events:
        beside: Counter[str] = Counter()
        for mark in one.marks:
            told = _told(mark, on.story)
            if mark.is_span:
                drawn.append(_span(on, one, mark, told))
            elif mark.speaks:
                severity = severities.get(mark.row.id)
                drawn += shapes.mark(on.x(mark), on.y(one, mark), mark, severity, told)
            else:
                beside[mark.row.portal] += 1
                if beside[mark.row.portal] <= _BESIDE:
                    x = on.x(mark) + 7 * beside[mark.row.portal]
                    drawn.append(shapes.small(x, on.y(one, mark), told))
    return drawn


def _span(on: Board, event: Placed, mark: Mark, told: str) -> svg.Rect:
    ends = [on.top + on.scale.y(end) for end in (mark.row.earliest, mark.row.latest) if end is not None]
    y = on.y(event, mark)
    return shapes.span(on.x(mark), min(*ends, y), max(*ends, y), told)


def _told(mark: Mark, story: Story) -> str:
    """What a row prints and what is believed of it, for who points at its mark."""
    row = mark.row
    printed = f"{story.titles()[row.portal]} prints {row.time_text or 'no time'}: {row.description}"
    if row.at is not None:
        return f"{printed} (believed {row.at:%Y-%m-%d %H:%M} UTC)"
    return f"{printed} (no exact time)" if row.is_dated else printed


def rings(on: Board) -> shapes.Elements:
    """What marks the rows that contradict each other."""
    rows = {row for one in on.story.contradictions for row in (one.row_a, one.row_b)}
    return [
        shapes.ring(on.x(mark), on.y(one, mark))
        for one in on.events
        for mark in one.marks
        if mark.row.id in rows
    ]


def tags(on: Board) -> shapes.Elements:
    """The letter of every finding on one of its lines, with its size where there is room."""
    events = {one.event.id: one for one in on.events}
    taken: list[Tag] = []
    for place, findings in labelled(on.lines, on.story, MOST).items():
        one = on.lines[place]
        start, end = _ends(on, events[one.event_id], one)
        if one.is_change:
            start = end = (start[0] - _BESIDE_CHANGE, (start[1] + end[1]) / 2)
        taken.append(placed_tag(findings, start, end, on.at.font - 2, taken))
    return [part for tag in taken for part in shapes.tag(tag.x, tag.y, tag.finding, tag.text, on.at.font - 2)]
