"""What a notice is, and the facts of a parcel that rules judge. Pure. All instants are aware."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from scrapers.words import Milestone


class Rule(StrEnum):
    """What there is to tell; the names people write in their settings."""

    HANDOFF = "handoff"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    DELIVERED_CONTRADICTED = "delivered_contradicted"
    LABEL_ONLY = "label_only"
    SILENT = "silent"
    ETA_SLIPPED = "eta_slipped"
    PROTECTION_ENDS = "protection_ends"
    CONFLICT = "conflict"
    DRIFT = "drift"
    LOGIN_NEEDED = "login_needed"


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """How one rule is to judge.

    after_days  for rules that wait: how long
    days        for rules that count down: at which numbers of days
    portals     only what one of these shows, empty: whoever shows it
    """

    enabled: bool = True
    after_days: int = 0
    days: tuple[int, ...] = ()
    portals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class News:
    """One thing worth telling.

    subject    what it is about, by names that survive rewording: a number, an order, a portal
    anchor_at  which of several about one subject: a moment that may still move a little, None: there is one
    since      when it came to be; None for what holds now and matters whenever it is first noticed
    portals    who showed it
    parcel_id, numbers   empty for what is about no parcel
    """

    rule: Rule
    subject: str
    title: str
    text: str
    parcel_id: str = ""
    numbers: tuple[str, ...] = ()
    anchor_at: datetime | None = None
    since: datetime | None = None
    portals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Happening:
    """An event: its kind, its moment (the middle of a day where only that is known), who shows it."""

    milestone: Milestone | None
    at: datetime | None
    seen_at: datetime | None
    portals: frozenset[str]
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """A further carrier's number; `since` is when it was found, or its first event if nobody watched then."""

    number: str
    carrier: str | None
    found_on: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """The last day of an estimated delivery, and when one portal began and ceased to show it."""

    portal: str
    number: str
    to_on: date
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """Two portals that cannot both be right, about something at `at`."""

    kind: str
    portals: tuple[str, str]
    at: datetime | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Protected:
    """An order whose buyer is still protected, until the earlier of its days."""

    order_id: str
    ends_on: date


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """What rules judge a parcel by. `answered_at` is the last visit that brought an answer."""

    id: str
    title: str
    number: str
    numbers: tuple[str, ...]
    stage: str
    origin: str | None = None
    destination: str | None = None
    first_seen_at: datetime | None = None
    last_event_at: datetime | None = None
    answered_at: datetime | None = None
    happenings: tuple[Happening, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    conflicts: tuple[Clash, ...] = ()
    contradictions: tuple[Clash, ...] = ()
    protected: tuple[Protected, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected of it."""
        return self.stage in ("delivered", "returned", "closed")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is about no parcel: a portal in drift, an account or a portal that waits for a person."""

    drifting: tuple[tuple[str, datetime, str], ...] = ()
    waiting: tuple[tuple[str, str | None, datetime, str], ...] = ()
