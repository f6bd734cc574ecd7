"""Numbers that only a tracker names for a parcel: theirs is the same parcel where scans of both agree. Pure.

A universal tracker guesses which carrier has a parcel and under which number, and an unknown portal may. So
what they name is asked about, and joined once two scans that portals show under one number are shown at the
same moment, by other portals, under the other. As for all that decides what a parcel is, estimates that other
parcels taught play no part: parcels teach them.
"""

from collections.abc import Iterable, Sequence
from itertools import product

from collector.derive.gathering import Group
from collector.derive.numbers import CANDIDATE, Link, is_collective
from collector.derive.tracks import folded_parcels
from collector.fold import Observation
from collector.read.countries import country_code
from collector.reconcile import Parcel, Reconciled, reconcile
from collector.reconcile.spans import AGREE

#: So many scans of two numbers agree by chance in no pair of parcels that one tracker takes for one.
_SCANS = 2


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
    """How many events both would tell, were they one parcel."""
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
    """How many events are told under one of `numbers` and, by another portal, under another one."""
    rows = {o.id: o for rows in parcel.tracks.values() for o in rows if o.row.physical}
    if len({o.tracking_number in numbers for o in rows.values()}) < len((True, False)):
        return 0
    made = reconcile(parcel, {})
    shared = 0
    for event in made.events:
        members = [rows[m] for m in event.members if m in rows]
        ours = [o for o in members if o.tracking_number in numbers]
        theirs = [o for o in members if o.tracking_number not in numbers]
        shared += any(_agree(a, b, made) for a, b in product(ours, theirs))
    return shared


def _agree(a: Observation, b: Observation, made: Reconciled) -> bool:
    """Whether two portals tell a scan at one moment, or one repeats the other's row."""
    if a.portal == b.portal:
        return False
    if made.relayed_from.get(a.id) == b.portal or made.relayed_from.get(b.id) == a.portal:
        return a.row.local_time is not None and a.row.local_time == b.row.local_time
    ours, theirs = made.beliefs[a.id].occurred_at, made.beliefs[b.id].occurred_at
    return ours is not None and theirs is not None and abs(ours - theirs) <= AGREE
