"""Where every part of the picture lies: rows and lanes in pixels. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.picture.joins import Join, joins
from collector.picture.placing import Mark, Placed, placed
from collector.picture.scale import Scale, Stop, scale
from collector.picture.sheet import Sheet, sheet
from collector.picture.story import Number, Story
from collector.picture.words import day

#: Of the font's size: from one line of text to the next.
LINE = 1.5
PAD = 12.0


@dataclass(frozen=True, slots=True)
class Board:
    """What all parts of the drawing need. `top` is where the scale begins."""

    story: Story
    at: Sheet
    events: Sequence[Placed]
    scale: Scale
    lines: Sequence[Join]
    takers: dict[str, list[Number]]
    top: float

    def y(self, event: Placed, mark: Mark | None = None) -> float:
        """Where an event lies, or a mark of it."""
        if mark is not None and mark.off_at is not None:
            return self.top + self.scale.y(mark.off_at)
        return self.top + self.scale.events[event.event.id]

    def x(self, mark: Mark) -> float:
        """The middle of a mark's lane."""
        return self.at.lanes[mark.row.portal]


def board(story: Story, width: float) -> Board:
    """The board for a picture so many pixels wide."""
    at, events = sheet(story.portals, width), placed(story)
    takers = _takers(story, events)
    lines = joins(events, story)
    row = at.font * LINE
    stops, before = [], ""
    for one in events:
        above = len(takers.get(one.event.id, ())) * row
        if at.is_narrow and (label := day(one.at)) != before and one.is_dated:
            above, before = above + row * 0.9, label
        stops.append(Stop(one.event.id, one.at, above, row))
    moments = [m.off_at for one in events for m in one.marks if m.off_at is not None]
    moments += [m.earlier for one in events for m in one.marks if m.earlier is not None]
    for one in events:
        for mark in one.marks:
            if mark.is_span and mark.row.earliest and mark.row.latest:
                moments += [mark.row.earliest, mark.row.latest]
    heading = 74.0 if at.is_slanted else 34.0
    return Board(story, at, events, scale(stops, moments), lines, takers, heading + PAD)


def _takers(story: Story, events: Sequence[Placed]) -> dict[str, list[Number]]:
    """Where each number takes over: the first event that a row under it reports, a carrier's if any."""
    kinds = {portal.name: portal.kind for portal in story.portals}
    found: dict[str, list[Number]] = {}
    for number in story.numbers:
        shown = [
            (kinds.get(mark.row.portal) != "carrier", place)
            for place, one in enumerate(events)
            for mark in one.marks
            if mark.row.number == number.number
        ]
        if shown:
            found.setdefault(events[min(shown)[1]].event.id, []).append(number)
    return found
