"""What the rows of one event settle about each other's clocks: labels that fall, guesses that hold. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from itertools import combinations

from collector.fold import Observation
from collector.read.rows import ReadRow
from collector.reconcile.clocks import PLACE, Belief, belief, belief_at, claim_of, under
from collector.reconcile.context import Context, Tracks, side_of
from collector.reconcile.scanning import Known
from collector.reconcile.spans import (
    AGREE,
    Span,
    fitting_offset,
    is_fine,
    is_half_day,
    wall_span,
    zone_offset,
)

#: Declared clocks: only the row's own place, together with a witness, can overrule them.
SURE = frozenset({"viewer", "portal"})

#: Offsets of zones that are not whole hours (tz database, in use since 2000), in minutes.
ODD_OFFSETS = frozenset({-570, -270, -210, -150, 210, 270, 330, 345, 390, 510, 525, 570, 630, 690, 765, 825})

_Witness = tuple[str, Span]


def settled(
    group: Sequence[Observation],
    known: Mapping[str, Known],
    witnesses: Mapping[str, bool],
    zones: Iterable[str],
) -> dict[str, Belief]:
    """Beliefs of those rows of one event that its other rows change, by id.

    A clock that is only claimed, learned or guessed falls to the event's place together with one witness,
    or to two witnesses that agree. A witness is another portal's row, of its own knowledge, to the minute,
    with a known clock. One that bears a row out saves it.
    """
    zones = sorted(set(zones))
    beliefs = {o.id: known[o.id].belief for o in group}
    # Claims that hold after all come first: else the row that bears one out would be moved to where it was.
    restored: dict[str, Belief] = {}
    for o in group:
        if beliefs[o.id].source == "corrected" and known[o.id].source is None:
            others = _others(o, group, beliefs, witnesses)
            found = None if _is_borne_out(beliefs[o.id], others) else _claimed(o, others)
            if found is not None:
                restored[o.id] = found
    beliefs |= restored
    changed = dict(restored)
    for o in group:
        others = _others(o, group, beliefs, witnesses)
        if o.id not in restored and others and is_fine(o.row):
            found = _settled(o, known[o.id], others, zones)
            if found is not None:
                changed[o.id] = found
    return changed


def _others(
    o: Observation,
    group: Iterable[Observation],
    beliefs: Mapping[str, Belief],
    witnesses: Mapping[str, bool],
) -> list[_Witness]:
    """What the other portals of an event tell."""
    return [
        (w.portal, span)
        for w in group
        if w.portal != o.portal
        and witnesses[w.id]
        and is_fine(w.row)
        and (span := beliefs[w.id].span) is not None
    ]


def _is_borne_out(held: Belief, others: Iterable[_Witness]) -> bool:
    return held.span is not None and any(held.span.agrees_with(span) for _, span in others)


def _settled(o: Observation, known: Known, others: Sequence[_Witness], zones: Sequence[str]) -> Belief | None:
    held = known.belief
    if _is_borne_out(held, others):
        return _told_apart(o, held, others)
    wall = wall_span(o.row)
    if wall is None or (held.source in SURE and o.row.zone is None):
        return None
    if known.is_guess and known.offset is not None:
        guessed = belief_at(o, known.offset.minutes, "inferred")
        if _is_borne_out(guessed, others):
            return guessed
    votes: dict[int, set[str]] = {}
    for portal, span in others:
        offset = fitting_offset(wall, span)
        if offset is not None and offset != held.offset_minutes:
            votes.setdefault(offset, set()).add(portal)
    at_place = _offsets_at(o.row, zones)
    good = [
        offset
        for offset, portals in votes.items()
        if offset in at_place or (len(portals) >= 2 and held.source not in SURE and _is_no_lag(offset, held))
    ]
    if len(good) != 1:
        return None
    return belief_at(o, good[0], "inferred" if claim_of(o.row) is None else "corrected")


def _claimed(o: Observation, others: Sequence[_Witness]) -> Belief | None:
    """A row's claim at its word, if a witness bears it out: that others of its portal are wrong says less."""
    claim = claim_of(o.row)
    if claim is None or not is_fine(o.row):
        return None
    held = belief_at(o, claim, "payload" if o.row.claimed_offset_minutes is None else "stated")
    return held if _is_borne_out(held, others) else None


def _is_no_lag(offset: int, held: Belief) -> bool:
    """Whether another offset would not only take away a lag: that the row is late explains it as well."""
    is_earlier = held.offset_minutes is None or offset < held.offset_minutes
    is_used = offset % 60 == 0 or offset in ODD_OFFSETS
    return is_earlier and is_used and not is_half_day(offset, held.offset_minutes)


def _told_apart(o: Observation, held: Belief, others: Sequence[_Witness]) -> Belief | None:
    """In the hour that autumn repeats, the one of two moments that a witness tells; None: nothing to tell."""
    span, wall = held.span, wall_span(o.row)
    if span is None or wall is None or held.offset_minutes is None or span.latest - span.earliest <= AGREE:
        return None
    for _, other in others:
        offset = fitting_offset(wall, other)
        if (
            offset is not None
            and other.latest - other.earliest <= AGREE
            and 0 < held.offset_minutes - offset <= 60
        ):
            return belief_at(o, offset, held.source)
    return None


def unparted(
    group: Sequence[Observation], beliefs: Mapping[str, Belief], changed: Mapping[str, Belief]
) -> dict[str, Belief]:
    """The changes without those that would make two rows of one portal in an event contradict each other."""
    kept = dict(changed)
    pairs = [(a, b) for a, b in combinations(group, 2) if a.portal == b.portal]
    while True:
        now = {o.id: kept.get(o.id, beliefs[o.id]).span for o in group} if pairs else {}
        parted = {o.id for pair in pairs for o in pair if _contradict(now[pair[0].id], now[pair[1].id])}
        if not parted & kept.keys():
            return kept
        kept = {name: held for name, held in kept.items() if name not in parted}


def _contradict(a: Span | None, b: Span | None) -> bool:
    return a is not None and b is not None and not a.agrees_with(b)


def bearing_each_other(
    group: Sequence[Observation], beliefs: Mapping[str, Belief], witnesses: Mapping[str, bool]
) -> Iterable[str]:
    """The ids of the rows of one event whose moment another portal of its own knowledge tells."""
    for o in group:
        span = beliefs[o.id].span
        if span is not None and is_fine(o.row):
            others = (
                beliefs[w.id].span
                for w in group
                if w.portal != o.portal and witnesses[w.id] and is_fine(w.row)
            )
            if any(other is not None and span.agrees_with(other) for other in others):
                yield o.id


def spread(
    tracks: Tracks,
    contexts: Mapping[str, Context],
    beliefs: Mapping[str, Belief],
    borne_out: Set[str],
) -> dict[str, Belief]:
    """Beliefs of rows whose label fell on other rows of their page, by id: a page mislabels alike.

    That is so where two rows of one end of the journey were corrected, and none with that label borne out.
    """
    changed: dict[str, Belief] = {}
    for rows in tracks.values():
        labels: dict[tuple[object, int], list[Observation]] = defaultdict(list)
        for o in rows:
            claim = o.row.claimed_offset_minutes
            if claim is not None:
                labels[side_of(contexts[o.id].leg, o.row.milestone), claim].append(o)
        for (side, claim), alike in labels.items():
            fell = sum(beliefs[o.id].source == "corrected" and o.id in borne_out for o in alike)
            held = any(beliefs[o.id].offset_minutes == claim and o.id in borne_out for o in alike)
            if side is None or held or fell < 2:
                continue
            for o in alike:
                at_place = under(PLACE, o.row, contexts[o.id])
                if beliefs[o.id].offset_minutes == claim and at_place and at_place.minutes != claim:
                    changed[o.id] = belief(o, replace(at_place, source="corrected"))
    return changed


def _offsets_at(row: ReadRow, zones: Iterable[str]) -> set[int | None]:
    return {zone_offset(row, row.zone)} if row.zone else {zone_offset(row, zone) for zone in zones}
