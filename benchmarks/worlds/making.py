"""A world from its seed: parcels, who sees them, under which numbers, and the records of every visit."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from benchmarks.worlds.dice import dice, happens, pick
from benchmarks.worlds.drafts import Draft, Mislabels, Scene, drafts
from benchmarks.worlds.journeys import journey
from benchmarks.worlds.model import Event, Parcel, World
from benchmarks.worlds.numbers import first_number, own_number, post_number
from benchmarks.worlds.places import DESTINATIONS
from benchmarks.worlds.portals import UNKNOWN_NAMES, Portal, portals
from benchmarks.worlds.profiles import Profile
from benchmarks.worlds.records import Naming, records
from benchmarks.worlds.relays import relayed
from benchmarks.worlds.visits import Track, track

_Seen = list[tuple[Portal, list[Draft]]]


def make_world(seed: int, size: int, profile: Profile, names: tuple[str, ...] = UNKNOWN_NAMES) -> World:
    """The world of that seed with so many parcels; `names` are those of the portals nobody knows."""
    all_portals = portals(seed, profile, names)
    collective = f"BX{dice(seed, 'broker').randrange(10**9):09}"
    parcels, tracks, lines = [], list[Track](), list[Mapping[str, Any]]()
    for index in range(size):
        parcel, found, naming = _parcel(seed, index, profile, all_portals, collective)
        parcels.append(parcel)
        tracks.extend(found)
        for one in found:
            lines.extend(records(parcel, one, naming))
    return World(
        seed=seed,
        parcels=tuple(parcels),
        rows=tuple(row for one in tracks for row in one.rows),
        records=tuple(sorted(lines, key=lambda r: (r["seen_at"], r["tracking_number"]))),
        known=frozenset(portal.name for portal in all_portals if portal.is_known),
    )


def _parcel(
    seed: int, index: int, profile: Profile, all_portals: list[Portal], collective: str
) -> tuple[Parcel, list[Track], Naming]:
    random = dice(seed, "parcel", index)
    destination = DESTINATIONS[(index + seed) % len(DESTINATIONS)]
    events = journey(dice(seed, "journey", index), profile, index, destination)
    present = _present(seed, index, profile, all_portals, destination)
    numbers = _numbers(seed, index, profile, destination, {portal.name for portal in present})
    seen = _seen(seed, index, profile, present, events)
    visits = _visits(events, random.uniform(0.45, 0.8), random.uniform(3, 40), random.uniform(20, 90))
    tracks = [
        one
        for portal, rows in seen
        for number, shown in _asked(seed, index, profile, portal, numbers, rows)
        if (one := _track(seed, index, profile, portal, number, shown, visits)).rows
    ]
    used = tuple(number for number in numbers.values() if any(t.number == number for t in tracks))
    is_collective = happens(random, profile.rate("collective"))
    naming = Naming(numbers, frozenset(used), _handed(events), collective if is_collective else None)
    return Parcel(index, used, destination, events), tracks, naming


def _present(
    seed: int, index: int, profile: Profile, all_portals: list[Portal], destination: str
) -> list[Portal]:
    """The portals that are asked about the parcel."""
    unknown = [portal for portal in all_portals if not portal.is_known]
    dice(seed, "unknown", index).shuffle(unknown)
    chosen = {portal.slot for portal in unknown[: profile.count("unknown_per_parcel")]}
    return [
        portal
        for portal in all_portals
        if portal.slot in chosen
        or (
            portal.is_known
            and destination in portal.countries
            and happens(dice(seed, "present", index, portal.slot), portal.present)
        )
    ]


def _numbers(seed: int, index: int, profile: Profile, destination: str, present: set[str]) -> dict[str, str]:
    """The parcel's numbers by role: first, post, own. Without Cainiao nothing links the first to others."""
    random = dice(seed, "numbers", index)
    first, post, own = first_number(random), post_number(random, destination), own_number(random, destination)
    has_post, has_own = (
        happens(random, profile.rate("post_number")),
        happens(random, profile.rate("own_number")),
    )
    if "cainiao" not in present:
        return {"post": post}
    found = {"first": first}
    if has_post or not has_own:
        found["post"] = post
    if has_own:
        found["own"] = own
    return found


def _seen(seed: int, index: int, profile: Profile, present: list[Portal], events: tuple[Event, ...]) -> _Seen:
    """The rows of every portal: first of those that see for themselves, then of those that repeat them."""
    zone = events[-1].place.zone
    mislabels = _mislabels(seed, index, profile)
    seen: _Seen = []
    for portal in present:
        if portal.relays:
            continue
        mistakes = mislabels if portal.name == "cainiao" else Mislabels()
        random = dice(seed, "rows", index, portal.slot)
        scene = Scene(portal, profile, random, f"{index}:{portal.slot}", zone, mistakes)
        if rows := drafts(scene, events):
            seen.append((portal, rows))
    repeated = [(p, relayed(p, seen, zone, seed, index, p.slot)) for p in present if p.relays]
    return [*seen, *((portal, rows) for portal, rows in repeated if rows)]


def _mislabels(seed: int, index: int, profile: Profile) -> Mislabels:
    world, parcel = dice(seed, "mislabels"), dice(seed, "mislabels", index)
    return Mislabels(
        customs_zero=happens(world, profile.rate("cainiao_customs_zero")),
        winter=happens(world, profile.rate("cainiao_winter")),
        china=happens(parcel, profile.rate("cainiao_china")),
    )


def _visits(events: tuple[Event, ...], share: float, hours: float, more_hours: float) -> tuple[datetime, ...]:
    """When portals are looked at: on the way, after the end, and once more."""
    begin, end = events[0].at, events[-1].at
    middle = begin + (end - begin) * share
    return middle, end + timedelta(hours=hours), end + timedelta(hours=hours + more_hours)


def _asked(
    seed: int, index: int, profile: Profile, portal: Portal, numbers: dict[str, str], rows: list[Draft]
) -> list[tuple[str, list[Draft]]]:
    """Under which numbers the portal shows which rows. A carrier may show one box under two numbers."""
    random = dice(seed, "asked", index, portal.slot)
    is_both, anything = happens(random, profile.rate("both_numbers")), pick(random, list(numbers))
    wishes = {
        "first": ("first", "post", "own"),
        "post": ("post", "own", "first"),
        "own": ("own", "post", "first"),
        "any": (anything,),
    }[portal.asked]
    role = next(wish for wish in wishes if wish in numbers)
    found = [(numbers[role], rows)]
    if is_both and portal.kind == "carrier" and role == "post" and "own" in numbers:
        found.append((numbers["own"], [row for row in rows if row.leg == "last_mile" and not row.doubles]))
    return found


def _track(
    seed: int,
    index: int,
    profile: Profile,
    portal: Portal,
    number: str,
    rows: list[Draft],
    visits: tuple[datetime, ...],
) -> Track:
    random = dice(seed, "track", index, portal.slot, number)
    moved = timedelta(seconds=random.randrange(3600))
    seen_at = tuple((moment + moved).replace(microsecond=0) for moment in visits)
    return track(portal, number, index, rows, seen_at, profile, random)


def _handed(events: tuple[Event, ...]) -> datetime:
    return next((e.at for e in events if e.milestone == "handed_to_last_mile"), events[-1].at)
