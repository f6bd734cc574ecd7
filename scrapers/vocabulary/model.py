"""What the vocabulary is made of: a portal's facts, and what its codes and wordings stand for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from scrapers.words import UPU_EVENT, Leg, Milestone

ClockKind = Literal["place", "zone", "viewer", "stated", "unknown"]
PortalKind = Literal["marketplace", "carrier", "universal", "unknown"]
DateOrder = Literal["ymd", "dmy", "mdy"]

#: How far an order is. `finished` is the shop's word that nothing more comes, not that a parcel arrived.
OrderState = Literal["unpaid", "processing", "shipped", "finished", "cancelled"]


@dataclass(frozen=True, slots=True)
class Clock:
    """What a portal's printed times mean, as declared (evidence, not truth).

    place   local time of the place named in the row; `zone` where the row names none
    zone    always `zone`
    viewer  the zone the page was rendered for
    stated  the offset printed in each row
    unknown nothing is known

    A clock that is not `sure` never overrules what a row claims.
    """

    kind: ClockKind
    zone: str | None = None
    because: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """A portal's declared facts. `kind` "universal" marks one that relays other portals' rows.

    called  what else other portals call this carrier, beside its name and title
    """

    name: str
    title: str
    kind: PortalKind
    country: str | None
    languages: tuple[str, ...]
    clock: Clock
    date_order: DateOrder | None
    called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code or wording stands for. `physical` is False where no scan of the parcel lies behind it.

    `leg` is None where the wording does not tell on which part of the journey it happened.
    """

    milestone: Milestone
    leg: Leg | None
    physical: bool

    @property
    def upu(self) -> str | None:
        """The UPU's event code, None where the UPU has no such event."""
        return UPU_EVENT.get(self.milestone)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Codes and wordings that stand for one thing, compared as `normal` and `normal_code` leave them.

    meaning     None: these words are known to mean nothing certain, and no other layer may read them
    place       must be found in "place | text"
    shared      whether other portals' rows may be read by it
    """

    meaning: Meaning | None
    codes: frozenset[str]
    phrases: frozenset[str]
    beginnings: tuple[str, ...]
    place: re.Pattern[str] | None
    shared: bool

    def holds(self, where: str) -> bool:
        """Whether the row's "place | text" meets the entry's condition."""
        return self.place is None or self.place.search(where) is not None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One file's content."""

    facts: Facts
    entries: tuple[Entry, ...]
    order_states: Mapping[str, OrderState]


@lru_cache(maxsize=1024)
def unknown_facts(portal: str) -> Facts:
    """The facts of a portal nothing is known about."""
    clock = Clock("unknown", None, "nothing is known about this portal's clock")
    return Facts(portal, portal, "unknown", None, (), clock, None)
