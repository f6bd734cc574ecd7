"""What a portal's clock makes of an instant: the printed wall clock, the claim beside it, the truth."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from benchmarks.worlds.model import Leg, Place
from benchmarks.worlds.zones import offset_at, winter_offset

Kind = Literal[
    "place",  # the wall clock of the place, nothing claimed
    "zone",  # one zone's wall clock
    "home",  # the place's within the country, the zone's elsewhere
    "fixed",  # one offset, without summer time
    "stated",  # the wall clock of the place (or of `zone`) with its offset
    "rendered",  # everything converted to one offset, which is stated
    "all_wrong",  # the wall clock of the place, labelled with one offset that is not its own
    "legs_wrong",  # the same on some legs, right labels on the others
    "winter",  # the wall clock of the place, labelled with its standard offset all the year
    "one_offset",  # the wall clock of the place, every row labelled with the destination's offset
    "viewer",  # converted to the zone the page is made for
    "same",  # relays: clock and label as in the row that is repeated
    "utc",  # relays: the clock of the row that is repeated, labelled UTC
    "labelled",  # relays: that clock, labelled with an offset of their own
]


@dataclass(frozen=True, slots=True)
class Clock:
    """A portal's clock. `legs` are those whose label is wrong; `minutes` the offset that it is fixed to."""

    kind: Kind
    zone: str = ""
    country: str = ""
    minutes: int = 0
    legs: frozenset[Leg] = frozenset()


@dataclass(frozen=True, slots=True)
class Offsets:
    """The offset a wall clock is printed in, and the one that is claimed for it, if any."""

    true_minutes: int
    claimed_minutes: int | None


def offsets(clock: Clock, at: datetime, place: Place, leg: Leg, destination_zone: str) -> Offsets:
    """How the clock shows an instant at a place."""
    local = offset_at(place.zone, at)
    match clock.kind:
        case "place":
            return Offsets(local, None)
        case "zone":
            return Offsets(offset_at(clock.zone, at), None)
        case "home":
            return Offsets(local if place.country == clock.country else offset_at(clock.zone, at), None)
        case "fixed" | "viewer":
            return Offsets(clock.minutes, None)
        case "stated":
            stated = offset_at(clock.zone, at) if clock.zone else local
            return Offsets(stated, stated)
        case "rendered":
            return Offsets(clock.minutes, clock.minutes)
        case "all_wrong":
            return Offsets(local, clock.minutes)
        case "legs_wrong":
            return Offsets(local, clock.minutes if leg in clock.legs else local)
        case "winter":
            return Offsets(local, winter_offset(place.zone, at))
        case "one_offset":
            return Offsets(local, offset_at(destination_zone, at))
        case _:
            raise ValueError(f"{clock.kind} is the clock of a relay")
