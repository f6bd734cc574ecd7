"""Numbers that only a tracker names for a parcel: theirs is the same parcel where scans of both agree. Pure.

A universal tracker guesses which carrier has a parcel and under which number, and an unknown portal may. So
what they name is asked about, and joined once two scans that portals show under one number are shown at the
same moment, by other portals, under the other. Clocks that nobody knows may be any that a row itself gives
reason for. As for all that decides what a parcel is, estimates that other parcels taught play no part:
parcels teach them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

from collector.derive.gathering import Group
from collector.derive.numbers import CANDIDATE, Link, is_collective
from collector.derive.tracks import folded_parcels
from collector.fold import Observation
from collector.read.countries import country_code
from collector.reconcile import Parcel
from collector.reconcile.clocks import CLAIM, PLACE, declared, under
from collector.reconcile.context import Context, contexts
from collector.reconcile.spans import AGREE, is_fine, wall_seconds

#: So many scans of two numbers agree by chance in no pair of parcels that one tracker takes for one.
_SCANS = 2
_ONE = int(AGREE.total_seconds())
#: Clocks are parted by quarters of an hour, from UTC-12:00 to UTC+14:00.
_QUARTER, _WIDEST = 900, 26 * 3600


def vouched(links: Sequence[Link], groups: Iterable[Group]) -> frozenset[Link]:
    """Of the `links` that only propose: those that join after all. `groups` is what the others amount to."""
    group_of = {number: group for group in groups for number in group.numbers}
    found = set[Link]()
    for one in (k for k in links if k.reason in CANDIDATE):
        first, second = group_of.get(one.number_a), group_of.get(one.number_b)
        if first is None or second is None or first is second or is_collective(one.number_b, links):
            continue
        if _may_go_together(first, second) and _shared_scans(first, second) >= _SCANS:
            found.add(one)
    return frozenset(found)


def _may_go_together(first: Group, second: Group) -> bool:
    """Whether both were seen, and nobody says that they go to two countries."""
    countries = _destination(first), _destination(second)
    return bool(first.shown and second.shown) and (None in countries or len(set(countries)) == 1)


def _destination(group: Group) -> str | None:
    named = (country_code(s.reading.destination_country) for s in reversed(group.shown))
    return next((code for code in named if code is not None), None)


def _shared_scans(first: Group, second: Group) -> int:
    """How many scans both tell."""
    both = Group(
        numbers=first.numbers | second.numbers,
        shown=tuple(sorted((*first.shown, *second.shown), key=lambda s: (s.visit.seen_at, s.visit.id))),
        first_seen={**first.first_seen, **second.first_seen},
        naming=(*first.naming, *second.naming),
        pairs=first.pairs,
        zones=first.zones,
    )
    return sum(_shared_by(p.parcel, first.numbers) for p in folded_parcels(both))


def _shared_by(parcel: Parcel, numbers: frozenset[str]) -> int:
    """How many scans are told under one of `numbers` and, by another portal, under another one."""
    where = contexts(parcel.tracks, parcel.countries, parcel.zones)
    told = [
        _Told(o, _moments(o, where[o.id]))
        for rows in parcel.tracks.values()
        for o in rows
        if o.is_current and o.row.physical and o.row.milestone is not None and is_fine(o.row)
    ]
    alike: dict[str, set[int]] = defaultdict(set)
    shifted: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for one, other in combinations(told, 2):
        theirs, ours = (one, other) if other.row.tracking_number in numbers else (other, one)
        are_both = (ours.row.tracking_number in numbers) != (theirs.row.tracking_number in numbers)
        if not are_both or not _may_be_one(ours, theirs):
            continue
        if any(abs(x - y) <= _ONE for x, y in product(ours.moments, theirs.moments)):
            alike[theirs.row.portal].add(theirs.wall)
        shift = round((ours.wall - theirs.wall) / _QUARTER)
        if abs(ours.wall - theirs.wall - shift * _QUARTER) <= _ONE and abs(shift) * _QUARTER <= _WIDEST:
            shifted[ours.row.portal, theirs.row.portal, shift].add(theirs.wall)
    # Of scans that one unknown difference of clocks parts, the first tells the difference.
    return max((*map(_scans, alike.values()), *(_scans(walls) - 1 for walls in shifted.values())), default=0)


@dataclass(frozen=True, slots=True)
class _Told:
    """A row, and what it may mean (epoch seconds)."""

    row: Observation
    moments: frozenset[int]

    @property
    def wall(self) -> int:
        return wall_seconds(self.row.row) or 0


def _moments(o: Observation, context: Context) -> frozenset[int]:
    """By the clock that is declared, by the label, by the place that the row names."""
    place = under(PLACE, o.row, context) if context.is_own else None
    offsets = (declared(o, context), under(CLAIM, o.row, context), place)
    wall = wall_seconds(o.row)
    return frozenset(wall - one.minutes * 60 for one in offsets if one is not None and wall is not None)


def _may_be_one(a: _Told, b: _Told) -> bool:
    """Whether two portals tell the same milestone."""
    return a.row.portal != b.row.portal and a.row.row.milestone == b.row.row.milestone


def _scans(walls: Iterable[int]) -> int:
    """How many scans so many rows of one portal tell: those within two minutes may be one."""
    ordered = sorted(walls)
    return 1 + sum(later - one > 2 * _ONE for one, later in pairwise(ordered))
