"""All rows of a parcel by event: scans that were matched, and rows that only repeat another one. Pure."""

from collections.abc import Mapping, Sequence

from collector.fold import Observation
from collector.reconcile.clocks import Estimates
from collector.reconcile.context import Context, Track
from collector.reconcile.matching import groups_of
from collector.reconcile.scanning import Known, scans_of
from collector.reconcile.scans import Passed
from collector.reconcile.statements import Pairs

Groups = list[list[Observation]]


def grouped(
    tracks: Mapping[Track, Sequence[Observation]],
    where: Mapping[str, Context],
    known: Mapping[str, Known],
    estimates: Estimates,
    pairs: Pairs,
    passed: Passed,
) -> Groups:
    """All rows grouped by event; those that repeat another row stand with it."""
    scans = scans_of(tracks, where, known, estimates, passed)
    groups = [[o for s in together for o in s.rows] for together in groups_of(scans, pairs)]
    place = {o.id: n for n, group in enumerate(groups) for o in group}
    for name in sorted(tracks):
        for o in tracks[name]:
            source = known[o.id].source
            if source is not None:
                groups[place[source]].append(o)
    return [part for group in groups for part in _parted(group, known)]


def _parted(group: Sequence[Observation], known: Mapping[str, Known]) -> Groups:
    """A group, and by themselves those of its rows of which the same portal repeats another time."""
    repeats = [o for o in group if known[o.id].source is not None]
    out = [o for o in group if any(o.portal == r.portal and _differ(o, r, known) for r in repeats)]
    alone = [o for o in out if known[o.id].source is None]
    if not alone:
        return [list(group)]
    gone = {o.id for o in alone}
    rest = [o for o in group if o.id not in gone and known[o.id].source not in gone]
    parts = [[o, *(r for r in repeats if known[r.id].source == o.id)] for o in alone]
    return [rest, *parts] if rest else parts


def _differ(a: Observation, b: Observation, known: Mapping[str, Known]) -> bool:
    one, other = known[a.id].belief.span, known[b.id].belief.span
    return one is not None and other is not None and not one.agrees_with(other)
