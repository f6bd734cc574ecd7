"""What a parcel's other rows tell about where one row's scan was made: its leg and its zone. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from collector.fold import Observation
from collector.read.countries import zone_of_country
from collector.read.gazetteer import zones_of_country
from collector.reconcile.journey import BEGINNINGS
from scrapers.words import Leg, Milestone

Track = tuple[str, str]
Tracks = Mapping[Track, Sequence[Observation]]
Side = Literal["origin", "destination"]

_DESTINATION = frozenset({Leg.IMPORT, Leg.LAST_MILE})
#: Milestones of the line haul that happen before the parcel has left.
_BEFORE_LEAVING = frozenset({Milestone.ARRIVED_AIRPORT, Milestone.DEPARTED_ORIGIN_COUNTRY})


#: The zone in which the user says a portal prints, on one leg or (None) on all of them.
Zones = Mapping[tuple[str, Leg | None], str]
_NOTHING: Zones = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Countries:
    """Where a parcel comes from and goes (ISO codes), as far as that is known."""

    origin: str | None = None
    destination: str | None = None


NOWHERE = Countries()

#: The leg of a scan at some facility between rows of two legs.
_BETWEEN = {
    (Leg.ORIGIN, Leg.LINE_HAUL): Leg.ORIGIN,
    (Leg.LINE_HAUL, Leg.LAST_MILE): Leg.LAST_MILE,
    (Leg.IMPORT, Leg.LAST_MILE): Leg.LAST_MILE,
}


@dataclass(frozen=True, slots=True)
class Context:
    """The leg a row belongs to and the zone of its scan.

    is_own          whether the row itself names the place
    is_sure         whether it does, or the country at that end of the journey has but one zone
    around          the zones of that country
    viewer_minutes  the offset the page was made for, where it was recorded
    said            the zone in which the user says it is printed
    """

    leg: Leg | None
    zone: str | None
    is_own: bool
    is_sure: bool
    viewer_minutes: int | None = None
    around: tuple[str, ...] = ()
    said: str | None = None


def contexts(tracks: Tracks, countries: Countries, zones: Zones = _NOTHING) -> dict[str, Context]:
    """The context of every row, by id. Rows of each track stand oldest first.

    A row that names no place is where another portal says that milestone was, else where its neighbours are,
    else where most rows of that end of the journey are, else in the only zone of the country.
    """
    legs = {
        o.id: leg for rows in tracks.values() for o, leg in zip(rows, legs_of(rows, countries), strict=True)
    }
    by_milestone = _zones_by_milestone(tracks)
    ends = _ends([o for rows in tracks.values() for o in rows], legs, countries)
    found: dict[str, Context] = {}
    for rows in tracks.values():
        beside = _beside(rows, legs)
        for o in rows:
            end = ends.get(side_of(legs[o.id], o.row.milestone), _ANYWHERE)
            named = by_milestone.get(o.row.milestone, set()) if o.row.milestone else set()
            likely = (min(named) if len(named) == 1 else None, beside.get(o.id), end.zone)
            zone = o.row.zone
            if zone is None and o.row.country is None:
                zone = next((z for z in likely if z and (not end.zones or z in end.zones)), None)
            elif zone is None and o.row.country:
                zone = zone_of_country(o.row.country)
            found[o.id] = Context(
                leg=legs[o.id],
                zone=zone,
                is_own=o.row.zone is not None,
                is_sure=o.row.zone is not None or end.is_one,
                viewer_minutes=o.viewer_offset_minutes,
                around=end.zones,
                said=(zones.get((o.portal, legs[o.id])) or zones.get((o.portal, None))) if zones else None,
            )
    return found


def legs_of(rows: Sequence[Observation], countries: Countries = NOWHERE) -> list[Leg | None]:
    """Each row's leg; one left open by its wording has that of its country's end, or of the rows around it.

    At either end of the list the one neighbour there is decides; between two legs, the carriers of either end
    have the parcel before it has left and after it was handed over.
    """
    legs = _of_last_carrier(rows, countries)
    before, after = _carried(legs), _carried(legs[::-1])[::-1]
    return [
        leg or _leg_at(o.row.country, countries) or _leg_between(a, b)
        for o, leg, a, b in zip(rows, legs, before, after, strict=True)
    ]


def _of_last_carrier(rows: Sequence[Observation], countries: Countries) -> list[Leg | None]:
    """The legs that rows name; the last mile for a beginning that is the last carrier's.

    It accepts a parcel in the same words as the first one: in its own country, or once that was reached.
    """
    legs = [o.row.leg for o in rows]
    last_before_arrival = max((n for n, leg in enumerate(legs) if leg is Leg.LINE_HAUL), default=-1)
    has_arrived = False
    for place, o in enumerate(rows):
        has_arrived = has_arrived or (legs[place] in _DESTINATION and place > last_before_arrival)
        if o.row.milestone not in BEGINNINGS or o.row.leg is not Leg.ORIGIN:
            continue
        end = _leg_at(o.row.country, countries)
        if end is Leg.LAST_MILE or (has_arrived and end is None):
            legs[place] = Leg.LAST_MILE
    return legs


def _carried(legs: Sequence[Leg | None]) -> list[Leg | None]:
    """For each row, the last leg that was named before it."""
    found: list[Leg | None] = []
    last: Leg | None = None
    for leg in legs:
        found.append(last)
        last = leg or last
    return found


def _leg_at(country: str | None, countries: Countries) -> Leg | None:
    if country is None or countries.origin == countries.destination:
        return None
    return {countries.origin: Leg.ORIGIN, countries.destination: Leg.LAST_MILE}.get(country)


def _leg_between(before: Leg | None, after: Leg | None) -> Leg | None:
    if before == after or after is None or before is None:
        return before or after
    return _BETWEEN.get((before, after))


def side_of(leg: Leg | None, milestone: Milestone | None) -> Side | None:
    """Which end of the journey a row belongs to; None on the way between them."""
    if leg in _DESTINATION:
        return "destination"
    return "origin" if leg is Leg.ORIGIN or milestone in _BEFORE_LEAVING else None


def _zones_by_milestone(tracks: Tracks) -> dict[Milestone, set[str]]:
    """The zones that rows name for milestones which their track passes once."""
    found: dict[Milestone, set[str]] = defaultdict(set)
    for rows in tracks.values():
        zones: dict[Milestone, list[str | None]] = defaultdict(list)
        for o in rows:
            if o.row.milestone:
                zones[o.row.milestone].append(o.row.zone)
        for milestone, named in zones.items():
            if len(named) == 1 and named[0]:
                found[milestone].add(named[0])
    return found


def _beside(rows: Sequence[Observation], legs: Mapping[str, Leg | None]) -> dict[str, str]:
    """The zone of the nearest row before or behind that names one, at the same end of the journey."""
    found: dict[str, str] = {}
    for sequence in (rows, rows[::-1]):
        zone: str | None = None
        side: Side | None = None
        for o in sequence:
            here = side_of(legs[o.id], o.row.milestone)
            if o.row.zone:
                zone, side = o.row.zone, here
            elif zone and here is not None and here == side:
                found.setdefault(o.id, zone)
    return found


@dataclass(frozen=True, slots=True)
class _End:
    """One end of the journey: the zone of most rows there, all zones of its country, whether there is one."""

    zone: str | None = None
    zones: tuple[str, ...] = ()
    is_one: bool = False


_ANYWHERE = _End()


def _ends(
    every: Sequence[Observation], legs: Mapping[str, Leg | None], countries: Countries
) -> dict[Side | None, _End]:
    """Both ends. A zone that the country does not have is that of a place misread."""
    found: dict[Side | None, _End] = {}
    ends: tuple[tuple[Side, str | None], ...] = (
        ("origin", countries.origin),
        ("destination", countries.destination),
    )
    for side, country in ends:
        there = zones_of_country(country) if country else ()
        one = zone_of_country(country) if country else None
        rows = [o for o in every if o.row.zone and side_of(legs[o.id], o.row.milestone) == side]
        named: dict[str, int] = defaultdict(int)
        for o in rows:
            if o.row.zone and (not there or o.row.zone in there):
                named[o.row.zone] += 1
        usual = min(named, key=lambda zone: (-named[zone], zone)) if named else one
        found[side] = _End(usual, there, one is not None)
    return found
