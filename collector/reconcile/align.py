"""Which rows on which portals report the same real event. Pure.

Every pair of rows of different tracks gets a strength from what it says (milestone) and when (instants,
and the printed clocks where a label may be wrong). The strongest pairs are joined first; two groups join
only if no two of their rows come from one track, rows of one portal agree, and none of their pairs is
impossible. The order of input does not matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from collector.fold import Observation
from collector.read.rows import ReadRow
from collector.reconcile.clocks import Belief
from collector.reconcile.spans import is_fine, wall_span
from scrapers.words import Milestone

Track = tuple[str, str]

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)

#: Milestones a parcel usually passes once: the wording alone says much, so later reports still match.
ONCE = frozenset(
    {
        Milestone.INFO_RECEIVED,
        Milestone.ACCEPTED,
        Milestone.EXPORT_CUSTOMS_STARTED,
        Milestone.EXPORT_CUSTOMS_CLEARED,
        Milestone.DEPARTED_ORIGIN_COUNTRY,
        Milestone.ARRIVED_DESTINATION_COUNTRY,
        Milestone.IMPORT_CUSTOMS_STARTED,
        Milestone.CUSTOMS_CLEARED,
        Milestone.HANDED_TO_LAST_MILE,
        Milestone.AVAILABLE_FOR_PICKUP,
        Milestone.DELIVERED,
        Milestone.RETURNED,
    }
)

#: Two milestones one scan may be called by different portals, if the times agree.
ALIKE = frozenset(
    frozenset(pair)
    for pair in (
        (Milestone.ARRIVED_FACILITY, Milestone.DEPARTED_FACILITY),
        (Milestone.ARRIVED_FACILITY, Milestone.ARRIVED_ORIGIN_FACILITY),
        (Milestone.ARRIVED_FACILITY, Milestone.ARRIVED_DELIVERY_OFFICE),
        (Milestone.ARRIVED_FACILITY, Milestone.HANDED_TO_LAST_MILE),
        (Milestone.DEPARTED_FACILITY, Milestone.DEPARTED_ORIGIN_FACILITY),
        (Milestone.ACCEPTED, Milestone.ARRIVED_ORIGIN_FACILITY),
        (Milestone.CUSTOMS_CLEARED, Milestone.DEPARTED_INWARD_OE),
        (Milestone.HANDED_TO_LAST_MILE, Milestone.ARRIVED_DELIVERY_OFFICE),
        (Milestone.HANDED_TO_LAST_MILE, Milestone.ACCEPTED),
        (Milestone.INFO_RECEIVED, Milestone.NOTICE),
    )
)

#: Milestones that stand for anything at all: two rows of them say little in common.
_CATCH_ALL = frozenset({Milestone.NOTICE, Milestone.EXCEPTION})
_LATEST_ONCE, _LATEST_OFTEN = timedelta(hours=48), timedelta(hours=3)
_SAME_PASS = timedelta(seconds=10)


def same_event_groups(
    tracks: Mapping[Track, Sequence[Observation]], beliefs: Mapping[str, Belief]
) -> list[list[Observation]]:
    """Every observation, in groups that each report one event; groups and members in a fixed order."""
    groups = _Groups(o for rows in tracks.values() for o in rows)
    names = sorted(tracks)
    for name in names:
        for a, b in _double_rows(tracks[name], beliefs):
            groups.join(a, b)
    candidates = []
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            for a in tracks[first]:
                for b in tracks[second]:
                    strength, apart = pair_strength(a, b, beliefs)
                    if strength > 0:
                        candidates.append((-strength, apart, sorted((content(a), content(b))), a, b))
    for *_, a, b in sorted(candidates, key=lambda c: c[:3]):
        if groups.may_join(a, b, beliefs):
            groups.join(a, b)
    return groups.all()


def pair_strength(a: Observation, b: Observation, beliefs: Mapping[str, Belief]) -> tuple[float, timedelta]:
    """How strongly two rows seem to be one event (0: they cannot be), and how far apart they are."""
    said = _said_alike(a.row, b.row)
    country_a, country_b = a.row.country, b.row.country
    if said == 0 or (country_a and country_b and country_a != country_b):
        return 0, timedelta(0)
    wall_a, wall_b = wall_span(a.row), wall_span(b.row)
    if wall_a is None or wall_b is None:
        # An undated row joins only what is said once: else any of several scans would do.
        return (0.5, timedelta(0)) if said >= 4 and a.row.milestone in ONCE else (0, timedelta(0))
    on_paper = abs(wall_a.gap_to(wall_b))
    held_a, held_b = beliefs[a.id].span, beliefs[b.id].span
    apart = on_paper if held_a is None or held_b is None else abs(held_a.gap_to(held_b))
    known = held_a is not None and held_b is not None
    when = _when_alike(apart, on_paper, known=known, fine=is_fine(a.row) and is_fine(b.row))
    if when == 0:
        is_close = apart <= (_LATEST_ONCE if a.row.milestone in ONCE else _LATEST_OFTEN)
        return (1.0, apart) if said >= 4 and is_close else (0, apart)
    if (said < 4 and when < 3) or (said < 2 and known and when < 4):
        return 0, apart
    return said + when, apart


def _said_alike(a: ReadRow, b: ReadRow) -> float:
    """4: one milestone; 2: two one scan may be called; 1: one not understood or saying nothing; 0: others."""
    if a.milestone is None or b.milestone is None:
        return 1
    if a.milestone != b.milestone:
        if frozenset((a.milestone, b.milestone)) in ALIKE:
            return 2
        return 1 if Milestone.NOTICE in (a.milestone, b.milestone) else 0
    # Data about a scan can come days before it.
    is_scan_and_data = None not in (a.physical, b.physical) and a.physical != b.physical
    return 2 if is_scan_and_data or a.milestone in _CATCH_ALL else 4


def _when_alike(apart: timedelta, on_paper: timedelta, *, known: bool, fine: bool) -> float:
    """4: the same moment; 3: the same wall clock; 2: a whole zone apart on paper; 1: near; 0: no support.

    A date alone covers many moments: that it overlaps is worth no more than 2.
    """
    if not fine and timedelta(0) in (apart, on_paper):
        return 2
    if fine and known and apart <= _MINUTE:
        return 4
    if fine and on_paper <= _MINUTE:
        return 3
    off_quarter = (on_paper + timedelta(minutes=7.5)) % timedelta(minutes=15) - timedelta(minutes=7.5)
    if fine and abs(off_quarter) <= _MINUTE and on_paper <= 14 * _HOUR and not known:
        return 2
    return 1 if known and apart <= _HOUR else 0


def _double_rows(
    rows: Sequence[Observation], beliefs: Mapping[str, Belief]
) -> Iterable[tuple[Observation, Observation]]:
    """Rows of one track that two systems of one portal wrote for one scan, seconds apart at one place."""
    timed = sorted(
        ((span.earliest, o.id, o) for o in rows if (span := beliefs[o.id].span) is not None),
        key=lambda t: t[:2],
    )
    began = None
    for (first, _, a), (second, _, b) in pairwise(timed):
        is_same_scan = a.row.milestone is not None and _one_pass(a.row.milestone, b.row.milestone)
        is_told_to_seconds = a.row.precision == b.row.precision == "second"
        is_same_place = a.row.printed.place == b.row.printed.place
        began = began or first
        if is_same_scan and is_same_place and is_told_to_seconds and second - began <= _SAME_PASS:
            yield a, b
        else:
            began = None


def _one_pass(a: Milestone | None, b: Milestone | None) -> bool:
    """Whether one scan can be called both: the same, or in and out of a facility, which takes longer."""
    return a == b or {a, b} == {Milestone.ARRIVED_FACILITY, Milestone.DEPARTED_FACILITY}


def agree(a: Observation, b: Observation, beliefs: Mapping[str, Belief]) -> bool:
    """Whether two rows of one portal can be one scan: by their instants, by wall time where both are unknown.

    A row without a time contradicts none.
    """
    wall_a, wall_b = wall_span(a.row), wall_span(b.row)
    if wall_a is None or wall_b is None:
        return True
    held_a, held_b = beliefs[a.id].span, beliefs[b.id].span
    if held_a is None or held_b is None:
        return held_a is held_b and wall_a.agrees_with(wall_b)
    return held_a.agrees_with(held_b)


def content(o: Observation) -> tuple[object, ...]:
    """What a row says, as a key that settles ties without regard to the portal's name."""
    row, printed = o.row, o.row.printed
    when = "" if row.local_time is None else row.local_time.isoformat()
    words = (printed.code or "", printed.description, printed.place or "", printed.note or "")
    claim = str(row.claimed_offset_minutes)
    return (when, row.precision or "", *words, claim, o.tracking_number, o.sequence, o.portal, o.id)


class _Groups:
    """Groups that observations are joined into."""

    def __init__(self, observations: Iterable[Observation]) -> None:
        self._members = {o.id: [o] for o in sorted(observations, key=lambda o: o.id)}

    def join(self, a: Observation, b: Observation) -> None:
        into, other = self._members[a.id], self._members[b.id]
        if into is other:
            return
        into.extend(other)
        into.sort(key=lambda o: o.id)
        for member in other:
            self._members[member.id] = into

    def may_join(self, a: Observation, b: Observation, beliefs: Mapping[str, Belief]) -> bool:
        ours, theirs = self._members[a.id], self._members[b.id]
        tracks = {(o.portal, o.tracking_number) for o in ours}
        if ours is theirs or any((o.portal, o.tracking_number) in tracks for o in theirs):
            return False
        return all(
            pair_strength(x, y, beliefs)[0] > 0 and (x.portal != y.portal or agree(x, y, beliefs))
            for x in ours
            for y in theirs
        )

    def all(self) -> list[list[Observation]]:
        seen: dict[int, list[Observation]] = {}
        for members in self._members.values():
            seen.setdefault(id(members), members)
        return list(seen.values())
