"""The shapes of a world: real events, rows as portals show them, and what is true of each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

Precision = Literal["second", "minute", "hour", "day"]
Leg = Literal["origin", "line_haul", "import", "last_mile"]

WIDTH: Mapping[Precision, timedelta] = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A town: `country` is its ISO code, `region` a state or province where there are several."""

    name: str
    country: str
    country_name: str
    zone: str
    region: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One real event. `at` is UTC; events of a parcel stand in the order of `sequence`."""

    id: str
    sequence: int
    at: datetime
    milestone: str
    leg: Leg
    place: Place


@dataclass(frozen=True, slots=True)
class Time:
    """A printed time: the wall clock, what the portal claims about it, and what it really means.

    claimed_minutes  the offset that is claimed, None without a claim
    offset_minutes   the offset of the clock it was read from: where a false time stands, too
    """

    local_time: datetime
    precision: Precision
    claimed_minutes: int | None
    offset_minutes: int

    def span(self, offset_minutes: int | None = None) -> tuple[datetime, datetime]:
        """First and last instant it stands for, by the true offset unless another is given. Aware, UTC."""
        used = self.offset_minutes if offset_minutes is None else offset_minutes
        start = self.local_time.replace(tzinfo=UTC) - timedelta(minutes=used)
        return start, start + WIDTH[self.precision] - timedelta(seconds=1)

    @property
    def is_fine(self) -> bool:
        """Whether it names the minute."""
        return self.precision in ("second", "minute")

    @property
    def instant(self) -> datetime:
        """The first instant it stands for. Aware, UTC."""
        return self.span()[0]


@dataclass(frozen=True, slots=True)
class Shown:
    """How a row reads at one visit, with the time behind `time_text` (None where none is printed)."""

    time_text: str | None
    utc_offset: str | None
    description: str
    place: str | None
    code: str | None
    relayed_from: str | None
    time: Time | None

    @property
    def key(self) -> tuple[str | None, str, str | None, str | None]:
        """What tells it from other rows of its page."""
        return self.time_text, self.description, self.place, self.code


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one portal's history of one number, over all visits, and its truth.

    event       the real event it reports; None for data, notices and forecasts
    notice      what it repeats where there is no event: rows of one notice are neither one event nor two
    milestone   what happened
    meanings    milestones its wording may be read as; empty where no vocabulary can know it
    false       "clock" or "day" where its time is simply wrong
    late        how long after the event the time lies that it shows (a habit of its portal on this leg)
    source      the row it repeats, of another portal
    doubles     the row of the same portal and scan that a second system wrote
    shown       how it reads at each visit, None where it is not there
    """

    id: str
    parcel: int
    portal: str
    number: str
    leg: Leg
    event: str | None
    notice: str | None
    milestone: str
    meanings: frozenset[str]
    false: Literal["", "clock", "day"]
    late: timedelta
    source: str | None
    doubles: str | None
    shown: tuple[Shown | None, ...]

    @property
    def last(self) -> Shown | None:
        """How it reads at the last visit."""
        return self.shown[-1]

    @property
    def time(self) -> Time | None:
        """The time it shows at the last visit."""
        return self.last.time if self.last else None

    @property
    def unit(self) -> tuple[str, str]:
        """Portal and leg: what one clock and one habit belong to."""
        return self.portal, self.leg


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel: its numbers in the order it got them, and its events in order."""

    index: int
    numbers: tuple[str, ...]
    destination: str
    events: tuple[Event, ...]


@dataclass(frozen=True)
class World:
    """Parcels, the portals' rows about them, and the records that show those rows.

    known   portals the installation has facts about
    """

    seed: int
    parcels: Sequence[Parcel]
    rows: Sequence[Row]
    records: Sequence[Mapping[str, Any]]
    known: frozenset[str]

    @cached_property
    def events(self) -> Mapping[str, Event]:
        """Every event by its id."""
        return {event.id: event for parcel in self.parcels for event in parcel.events}

    @cached_property
    def current(self) -> Sequence[Row]:
        """The rows that are shown at the last visits."""
        return [row for row in self.rows if row.last is not None]

    @cached_property
    def row(self) -> Mapping[str, Row]:
        """Every row by its id."""
        return {row.id: row for row in self.rows}
