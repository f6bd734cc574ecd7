"""What really happens to a parcel: events in UTC, from posting to the last door."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks.worlds.dice import happens, pick, spread
from benchmarks.worlds.model import Event, Leg, Place
from benchmarks.worlds.places import towns, transits
from benchmarks.worlds.profiles import Profile
from benchmarks.worlds.zones import changes, next_between

_FIRST_DAY = datetime(2026, 1, 3, tzinfo=UTC)
_ROUNDS = 4


@dataclass
class _Trip:
    """A journey under way."""

    random: Random
    profile: Profile
    at: datetime
    steps: list[tuple[datetime, str, Leg, Place]] = field(default_factory=list)

    def chance(self, trait: str) -> bool:
        return happens(self.random, self.profile.rate(trait))

    def wait(self, low_hours: float, high_hours: float) -> None:
        self.at += timedelta(seconds=round(3600 * spread(self.random, low_hours, high_hours)))

    def until(self, place: Place, first_hour: float, last_hour: float) -> None:
        self.at = next_between(self.at, place.zone, first_hour, last_hour, self.random.random())

    def add(self, milestone: str, leg: Leg, place: Place) -> None:
        if self.steps and self.at <= self.steps[-1][0]:
            self.at = self.steps[-1][0] + timedelta(seconds=1 + self.random.randrange(20))
        self.steps.append((self.at.replace(microsecond=0), milestone, leg, place))


def journey(random: Random, profile: Profile, parcel: int, destination: str) -> tuple[Event, ...]:
    """The events of one parcel to that country, in order; ids are "PARCEL.SEQUENCE"."""
    start = _FIRST_DAY + timedelta(days=random.randrange(270), seconds=random.randrange(86400))
    trip = _Trip(random, profile, start)
    _origin(trip)
    airport = pick(random, towns(destination, "airport"))
    _line_haul(trip, airport)
    _import(trip, airport)
    town = pick(random, towns(destination, "towns"))
    night = len(trip.steps)
    _towards(trip, destination, town)
    _last_mile(trip, town)
    moved = _to_a_change(trip, night) if profile.rates["start"] == "dst" else timedelta(0)
    return tuple(
        Event(f"{parcel}.{place}", place, at + moved, milestone, leg, where)
        for place, (at, milestone, leg, where) in enumerate(trip.steps)
    )


def _origin(trip: _Trip) -> None:
    town, hubs = pick(trip.random, towns("CN", "towns")), towns("CN", "hubs")
    trip.until(town, 8, 20)
    trip.add("accepted", "origin", town)
    for _ in range(1 + trip.random.randrange(2)):
        _through(trip, pick(trip.random, hubs), "origin_facility", "origin")
    airport = pick(trip.random, towns("CN", "airport"))
    trip.wait(3, 20)
    trip.add("arrived_outward_oe", "origin", airport)
    trip.wait(1, 10)
    trip.add("export_customs_started", "origin", airport)
    if trip.chance("customs_loop"):
        trip.wait(1, 12)
        trip.add("export_customs_held", "origin", airport)
    trip.wait(0.5, 12)
    trip.add("export_customs_cleared", "origin", airport)
    trip.wait(1, 20)
    trip.add("arrived_airport", "line_haul", airport)


def _line_haul(trip: _Trip, airport: Place) -> None:
    trip.wait(4, 40)
    trip.add("departed_origin_country", "line_haul", trip.steps[-1][3])
    if trip.chance("transit"):
        between = pick(trip.random, transits())
        trip.wait(4, 10)
        trip.add("arrived_transit", "line_haul", between)
        _stay(trip, 3, 40)
        trip.add("departed_transit", "line_haul", between)
    trip.wait(6, 30)
    trip.add("arrived_destination_country", "import", airport)


def _import(trip: _Trip, airport: Place) -> None:
    trip.wait(2, 20)
    trip.until(airport, 6, 22)
    trip.add("import_customs_started", "import", airport)
    while trip.chance("customs_loop") and len(trip.steps) < 25:
        trip.wait(1, 20)
        trip.add("customs_held", "import", airport)
        trip.wait(10, 40)
        trip.until(airport, 6, 22)
        trip.add("import_customs_started", "import", airport)
    trip.wait(1, 24)
    trip.add("customs_cleared", "import", airport)
    trip.wait(0.5, 10)
    trip.add("departed_inward_oe", "import", airport)


def _towards(trip: _Trip, destination: str, town: Place) -> None:
    hubs = towns(destination, "hubs")
    trip.wait(1, 12)
    trip.add("handed_to_last_mile", "last_mile", trip.steps[-1][3])
    for turn in range(1 + trip.random.randrange(2)):
        hub = pick(trip.random, hubs)
        if turn == 0 and trip.profile.rates["start"] == "dst":
            trip.until(hub, 0.2, 3.2)
        _through(trip, hub, "facility", "last_mile")
    if trip.chance("backward"):
        wrong = pick(trip.random, hubs)
        trip.wait(4, 20)
        trip.add("misrouted", "last_mile", wrong)
        _through(trip, wrong, "facility", "last_mile")
    trip.wait(4, 20)
    trip.until(town, 3, 9)
    trip.add("arrived_delivery_office", "last_mile", town)


def _last_mile(trip: _Trip, town: Place) -> None:
    for turn in range(_ROUNDS):
        _round(trip, town)
        if turn + 1 < _ROUNDS and trip.chance("cycles"):
            if trip.chance("backward"):
                trip.wait(4, 9)
                trip.add("held_at_depot", "last_mile", town)
            else:
                trip.wait(2, 9)
                trip.add("delivery_attempted", "last_mile", town)
                trip.wait(1, 6)
                trip.add(pick(trip.random, ("held_at_depot", "arrived_delivery_office")), "last_mile", town)
            trip.wait(9, 14)
            continue
        break
    _ending(trip, town)


def _round(trip: _Trip, town: Place) -> None:
    trip.wait(0.7, 4)
    trip.until(town, 6.5, 11)
    trip.add("out_for_delivery", "last_mile", town)


def _ending(trip: _Trip, town: Place) -> None:
    trip.wait(1, 8)
    if trip.chance("backward") and trip.random.random() < 0.3:
        trip.add("returning", "last_mile", town)
        trip.wait(70, 300)
        trip.add("returned", "last_mile", town)
        return
    if trip.random.random() < 0.15:
        trip.add("available_for_pickup", "last_mile", town)
        trip.wait(5, 70)
        trip.until(town, 9, 20)
    trip.add("delivered", "last_mile", town)
    if trip.chance("split"):
        trip.wait(16, 30)
        _round(trip, town)
        trip.wait(1, 8)
        trip.add("delivered", "last_mile", town)


def _through(trip: _Trip, hub: Place, kind: str, leg: Leg) -> None:
    """In and out of a sorting centre; now and then scanned again minutes later."""
    trip.wait(3, 20)
    trip.add(f"arrived_{kind}", leg, hub)
    if trip.chance("similar"):
        trip.at += timedelta(seconds=trip.random.randrange(150, 1200))
        trip.add(f"arrived_{kind}", leg, hub)
    _stay(trip, 0.5, 14)
    trip.add(f"departed_{kind}", leg, hub)


def _stay(trip: _Trip, low_hours: float, high_hours: float) -> None:
    if trip.chance("same_minute"):
        trip.at = trip.at.replace(microsecond=0) + timedelta(seconds=10 + trip.random.randrange(25))
    else:
        trip.wait(low_hours, high_hours)


def _to_a_change(trip: _Trip, night: int) -> timedelta:
    """By how many days the journey moves so that a night of the last mile is one when clocks change."""
    at, _, _, place = trip.steps[night + 1]
    found = [c for year in (2025, 2026) for c in changes(place.zone, year)]
    if not found:
        return timedelta(0)
    nearest = min(found, key=lambda change: abs(change - at))
    return timedelta(days=round((nearest - at) / timedelta(days=1)))
