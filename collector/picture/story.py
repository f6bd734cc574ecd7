"""Everything a page or a picture tells of one parcel, as data. Pure.

Texts are as portals printed them and stay hostile: whoever shows them makes them safe. Instants are aware.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from string import ascii_uppercase

#: Instants this close agree.
AGREEING = timedelta(seconds=60)
#: The worst first.
SEVERITIES = ("warning", "notice", "info")


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal that shows the parcel. `kind` is `marketplace`, `carrier`, `universal` or `unknown`."""

    name: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Number:
    """A tracking number of the parcel, as soon as a portal showed it."""

    number: str
    carrier: str | None
    role: str
    first_seen_at: str | None
    found_on: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one portal. `at` is its believed instant, None where only a span or nothing is known.

    gone   None for a row that stands; else `withdrawn` or `replaced`
    """

    id: str
    portal: str
    number: str
    time_text: str | None
    precision: str | None
    offset_minutes: int | None
    offset_source: str
    at: datetime | None
    earliest: datetime | None
    latest: datetime | None
    description: str
    place: str | None
    milestone: str | None
    event_id: str | None
    duplicate_of: str | None
    gone: str | None

    @property
    def is_dated(self) -> bool:
        """Whether anything is believed of when it was."""
        return self.earliest is not None and self.latest is not None


@dataclass(frozen=True, slots=True)
class Event:
    """One real event. `at` is its best estimate; `earliest` and `latest` are around it; None: not known."""

    id: str
    sequence: int
    milestone: str | None
    leg: str | None
    at: datetime | None
    earliest: datetime | None
    latest: datetime | None
    place: str | None
    description: str
    highlight: str | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two rows that give different times; `size_s` is how far apart they are in the sense of the kind."""

    id: str
    event_id: str | None
    kind: str
    severity: str
    portal_a: str
    portal_b: str
    row_a: str
    row_b: str
    size_s: int
    reverses_order: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The same disagreement of one kind between two portals, said once. `worst` is one's id."""

    letter: str
    kind: str
    severity: str
    portal_a: str
    portal_b: str
    count: int
    smallest_s: int
    largest_s: int
    worst: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two things said that cannot both be true; rows are None where countries contradict."""

    kind: str
    portal_a: str
    portal_b: str
    row_a: str | None
    row_b: str | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a portal has come: its newest row, and by how many events it is behind."""

    portal: str
    milestone: str | None
    description: str
    last_at: datetime | None
    rows_shown: int
    events_behind: int


@dataclass(frozen=True, slots=True)
class Due:
    """The last day for something of an order. `what` is a value of `deadline_rules.What`."""

    order_id: str
    what: str
    due_on: str
    has_arrived: bool


@dataclass(frozen=True, slots=True)
class Story:
    """One parcel. Portals in the order of the lanes, events in sequence, findings and numbers in order.

    rows   those that stand and those that are gone, by portal and position
    """

    parcel_id: str
    title: str
    stage: str
    milestone: str | None
    origin_country: str | None
    destination_country: str | None
    expected_from_on: str | None
    expected_to_on: str | None
    delivered_at: datetime | None
    last_event_at: datetime | None
    portals: tuple[Portal, ...]
    numbers: tuple[Number, ...]
    events: tuple[Event, ...]
    rows: tuple[Row, ...]
    disagreements: tuple[Disagreement, ...]
    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]
    standings: tuple[Standing, ...]
    dues: tuple[Due, ...]

    def standing_rows(self) -> tuple[Row, ...]:
        """The rows that portals still show."""
        return tuple(row for row in self.rows if row.gone is None)

    def titles(self) -> dict[str, str]:
        """What each portal is called, by its name."""
        return {portal.name: portal.title for portal in self.portals}


def letter(place: int) -> str:
    """What a finding is called in the picture: A to Z, then AA and so on."""
    more, rest = divmod(place, len(ascii_uppercase))
    return (letter(more - 1) if more else "") + ascii_uppercase[rest]


def severity_rank(severity: str) -> int:
    """0 for the worst; what is not known comes last."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
