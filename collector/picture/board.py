"""Where every part of the picture lies: rows and lanes in pixels. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from collector.deadline_rules import SAID, What
from collector.picture.handoffs import takeovers
from collector.picture.joins import Join, joins
from collector.picture.placing import Mark, Placed, placed
from collector.picture.scale import Scale, Stop, scale
from collector.picture.sheet import Sheet, sheet
from collector.picture.story import Number, Story
from collector.picture.words import day

#: Of the font's size: from one line of text to the next.
LINE = 1.5
PAD = 12.0
_THERE = ("delivered", "returned", "closed")


@dataclass(frozen=True, slots=True)
class Board:
    """What all parts of the drawing need.

    takers  the numbers that take over at an event, by its id
    days    the name of the day that begins with an event, by its id
    top     where the scale begins
    """

    story: Story
    at: Sheet
    events: Sequence[Placed]
    scale: Scale
    lines: Sequence[Join]
    takers: dict[str, list[Number]]
    days: Mapping[str, str]
    ahead: Sequence[tuple[str, str]]
    top: float

    @property
    def bottom(self) -> float:
        """Where everything that has happened ends."""
        return self.top + self.scale.bottom

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
    takers = takeovers(story, events)
    days = _days(events)
    heading = 74.0 if at.is_slanted else 34.0
    return Board(
        story=story,
        at=at,
        events=events,
        scale=scale(_stops(at, events, takers, days), _moments(events)),
        lines=joins(events, story),
        takers=takers,
        days=days,
        ahead=_ahead(story),
        top=heading + PAD,
    )


def _days(events: Sequence[Placed]) -> dict[str, str]:
    found, before = {}, ""
    for one in events:
        if one.is_dated and day(one.at) != before:
            found[one.event.id] = before = day(one.at)
    return found


def _stops(
    at: Sheet, events: Sequence[Placed], takers: Mapping[str, Sequence[Number]], days: Mapping[str, str]
) -> list[Stop]:
    """The events with the room for their texts: a line each, one more for a number or, on a phone, a day."""
    row = at.font * LINE
    stops = []
    for one in events:
        lines = len(takers.get(one.event.id, ())) + (at.is_narrow and one.event.id in days)
        stops.append(Stop(one.event.id, one.at, above=lines * row, below=row))
    return stops


def _moments(events: Sequence[Placed]) -> list[datetime]:
    """The moments beside the events' that something is drawn at."""
    moments = [m.off_at for one in events for m in one.marks if m.off_at is not None]
    moments += [m.earlier for one in events for m in one.marks if m.earlier is not None]
    for one in events:
        for mark in one.marks:
            if mark.is_span and mark.row.earliest and mark.row.latest:
                moments += [mark.row.earliest, mark.row.latest]
    return moments


def _ahead(story: Story) -> list[tuple[str, str]]:
    """What is to come, as a day and words, in order; nothing once the parcel is there."""
    newest = "" if story.last_event_at is None else story.last_event_at.date().isoformat()
    found = [(due.due_on, SAID[What(due.what)]) for due in story.dues if not due.has_arrived]
    if story.expected_to_on and story.stage not in _THERE:
        since = story.expected_from_on
        said = f"expected, from {day(date.fromisoformat(since))} on" if since else "expected by now"
        found.append((story.expected_to_on, said if since != story.expected_to_on else "expected"))
    return [(day(date.fromisoformat(when)), what) for when, what in sorted(found) if when >= newest]
