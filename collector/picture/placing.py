"""Where in time the rows of a parcel stand, and which of them lie off their event. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from collector.picture.story import AGREEING, Event, Row, Story

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mark:
    """A row in its lane. It stands at `off_at` where its time differs from its event's, else at its event.

    speaks   whether it is the one row of its portal that speaks for the event
    earlier  when the portal first said it was, before it changed the time; None where it did not
    """

    row: Row
    off_at: datetime | None
    speaks: bool
    earlier: datetime | None = None

    @property
    def is_span(self) -> bool:
        """Whether it covers a day or an hour, not a moment."""
        return self.row.at is None and self.row.is_dated


@dataclass(frozen=True, slots=True)
class Placed:
    """An event with its marks. `at` is where it stands, by its neighbours where nothing is known of it."""

    event: Event
    at: datetime
    is_dated: bool
    marks: tuple[Mark, ...]


def placed(story: Story) -> list[Placed]:
    """The events in the order of their places in time, equal ones in sequence."""
    rows: defaultdict[str | None, list[Row]] = defaultdict(list)
    for row in story.standing_rows():
        rows[row.event_id].append(row)
    earlier = _earlier_times(story)
    events = [
        Placed(event, at, event.earliest is not None, _marks(event, at, rows[event.id], earlier))
        for event, at in zip(story.events, _moments(story.events), strict=True)
    ]
    return sorted(events, key=lambda one: (one.at, one.event.sequence))


def _moments(events: Sequence[Event]) -> list[datetime]:
    """When each event stands: its own time; of a span what its neighbours leave; else its neighbour's."""
    known = [event.at for event in events]
    found: list[datetime] = []
    for place, event in enumerate(events):
        before = found[-1] if found else None
        after = next((at for at in known[place + 1 :] if at is not None), None)
        found.append(event.at or _between(event, before, after))
    return found


def _between(event: Event, before: datetime | None, after: datetime | None) -> datetime:
    if event.earliest is None or event.latest is None:
        return before or after or _NO_TIME
    middle = event.earliest + (event.latest - event.earliest) / 2
    if before is not None:
        middle = max(middle, before)
    if after is not None:
        middle = min(middle, after)
    return min(max(middle, event.earliest), event.latest)


def _marks(event: Event, at: datetime, rows: Iterable[Row], earlier: dict[str, datetime]) -> tuple[Mark, ...]:
    heard: set[str] = set()
    found = []
    for row in sorted(rows, key=lambda r: (r.duplicate_of is not None, r.portal, r.id)):
        found.append(Mark(row, _off(event, at, row), row.portal not in heard, earlier.get(row.id)))
        heard.add(row.portal)
    return tuple(found)


def _off(event: Event, at: datetime, row: Row) -> datetime | None:
    """Where a row stands that does not agree with its event: of a span the nearer end."""
    if row.earliest is None or row.latest is None or event.earliest is None:
        return None
    if row.at is not None:
        return None if abs(row.at - at) <= AGREEING else row.at
    if row.earliest - AGREEING <= at <= row.latest + AGREEING:
        return None
    return row.latest if row.latest < at else row.earliest


def _earlier_times(story: Story) -> dict[str, datetime]:
    """When a portal first said that a row was, by the row that has replaced it."""
    rows = {row.id: row for row in story.rows}
    changed = [d for d in story.disagreements if d.kind == "revision"]
    times = {d.row_b: rows[d.row_a].at for d in changed if d.row_a in rows}
    return {new: at for new, at in times.items() if at is not None}
