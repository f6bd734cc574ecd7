"""How two rows of one event differ in time, and of which kind the difference is. Pure.

Differences are second minus first, in whole seconds, the first being the portal whose name sorts first.
Between readings at least as fine as a minute they are the distance of the printed times; with coarser
ones the distance of the spans, 0 where these overlap. Instants agree when their spans are at most 60 s
apart; with a date alone, when they overlap.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from collector.reconcile.sides import Said, are_copies, bearing_out
from collector.reconcile.spans import AGREE, HALF_DAY, Span, fitting_offset, is_half_day, zone_offset
from scrapers.words import Milestone

Kind = Literal["conflict", "lag", "unexplained", "zone_label", "timezone", "precision", "revision"]

SEVERITY: dict[Kind, str] = {
    "conflict": "warning",
    "lag": "notice",
    "unexplained": "notice",
    "zone_label": "notice",
    "revision": "notice",
    "timezone": "info",
    "precision": "info",
}

#: A portal that shows when it received a scan is late by minutes to two days.
LONGEST_LAG = timedelta(days=2)
#: A lag is no habit any more where it is longer than nine in ten are by this factor.
LAG_MARGIN = 1.6
#: Clocks nobody declared: labels, and what was worked out from other rows.
_UNSURE = frozenset({"stated", "payload", "inferred", "corrected"})


@dataclass(frozen=True, slots=True)
class Difference:
    """The three differences of a pair and its kind; None as kind where there is nothing to report."""

    kind: Kind | None
    shown_s: int | None
    claimed_s: int | None
    real_s: int | None


def difference(
    a: Said, b: Said, sides: Mapping[str, Said] | None = None, place_zones: Iterable[str] = ()
) -> Difference:
    """How two rows of one event on two portals differ. Rows without a time do not disagree about it.

    `sides` are all that speak of the event; `place_zones` are the zones its place can be in.
    """
    if a.wall is None or b.wall is None:
        return Difference(None, None, None, None)
    return Difference(
        _kind(a, b, sides or {}, frozenset(place_zones)),
        _apart_s(a.wall, b.wall),
        _apart_s(a.claimed, b.claimed),
        _apart_s(a.belief.span, b.belief.span),
    )


def _kind(a: Said, b: Said, sides: Mapping[str, Said], place_zones: frozenset[str]) -> Kind | None:
    held_a, held_b = a.belief.span, b.belief.span
    if a.wall is None or b.wall is None:
        return None
    if held_a is None or held_b is None:
        return _told(a, b) if are_copies(a, b) else "unexplained"
    if not held_a.agrees_with(held_b):
        gap = held_a.gap_to(held_b)
        early, late = (a, b) if gap > timedelta(0) else (b, a)
        return _real_kind(early, late, abs(gap), sides, place_zones)
    return _told(a, b)


def _told(a: Said, b: Said) -> Kind | None:
    """The kind of two rows whose instants agree."""
    claimed_a, claimed_b = a.claimed, b.claimed
    if claimed_a is not None and claimed_b is not None and not claimed_a.agrees_with(claimed_b):
        return "zone_label"
    if a.wall is None or b.wall is None or not a.wall.agrees_with(b.wall):
        return "timezone"
    is_same_date = a.wall.earliest.date() == b.wall.earliest.date()
    is_told_alike = (a.is_fine and b.is_fine) or a.belief.precision == b.belief.precision
    return "precision" if is_same_date and not is_told_alike else None


def _real_kind(
    early: Said, late: Said, gap: timedelta, sides: Mapping[str, Said], place_zones: frozenset[str]
) -> Kind:
    """The kind of two rows whose instants differ."""
    if late.habit.lag_class == "receipt" and gap <= _longest_lag(late):
        return "lag"
    if _may_be_label(early, late, place_zones) or _may_be_label(late, early, place_zones):
        return "unexplained"
    if any(not side.is_witness and not bearing_out(side, sides) for side in (early, late)):
        return "unexplained"  # what a relay alone shows: its label is wrong more often than its time
    if not (_names(early, sides) & _names(late, sides) and early.is_fine and late.is_fine):
        return "unexplained"  # rows in other words, or without a minute, may as well be two events
    if bearing_out(late, sides) > max(1, bearing_out(early, sides)):
        return "conflict"  # the early one is alone: what came first is wrong
    is_slip = abs(gap - round(gap / HALF_DAY) * HALF_DAY) <= AGREE  # of the date, or the half of the day
    may_be_late = late.habit.lag_class != "scan" and gap <= LONGEST_LAG and not is_slip
    return "unexplained" if may_be_late else "conflict"


def _names(side: Said, sides: Mapping[str, Said]) -> set[Milestone]:
    """What those who tell the moment of `side` to the minute call it."""
    every = (side, *(other for other in sides.values() if other.agrees_with(side)))
    return {m for other in every if other.is_fine and (m := other.observation.row.milestone) is not None}


def _longest_lag(side: Said) -> timedelta:
    minutes = side.habit.lag_minutes
    return LONGEST_LAG if minutes is None else min(LONGEST_LAG, timedelta(minutes=LAG_MARGIN * minutes))


def _may_be_label(side: Said, other: Said, place_zones: frozenset[str]) -> bool:
    """Whether another zone would make `side` say the moment `other` says, and nothing bears its zone out.

    Its own zone is borne out where it is not just a label, or is that of the event's place.
    """
    row, wall, span = side.observation.row, side.wall, other.belief.span
    if side.belief.source not in _UNSURE or wall is None or span is None:
        return False
    offset = fitting_offset(wall, span) if side.is_fine and other.is_fine else None
    at_place = {zone_offset(row, zone) for zone in place_zones}
    if offset is None or offset % 30 or side.belief.offset_minutes in at_place:
        return False
    return not at_place or offset in at_place or not is_half_day(offset, side.belief.offset_minutes)


def _apart_s(a: Span | None, b: Span | None) -> int | None:
    """Seconds from a to b: between their beginnings if both cover less than a minute, else the gap."""
    if a is None or b is None:
        return None
    gap = a.gap_to(b)
    is_fine = max(a.latest - a.earliest, b.latest - b.earliest) < timedelta(minutes=1)
    return round((b.earliest - a.earliest if gap and is_fine else gap).total_seconds())


def suspect(a: Said, b: Said, sides: Mapping[str, Said]) -> str | None:
    """The id of the row that independent witnesses outvote, None where they do not settle it.

    Each side has its own voice and those of the other portals that agree with it; relays have none. It
    takes two to outvote one.
    """
    votes = [bearing_out(side, sides) for side in (a, b)]
    if max(votes) < 2 or votes[0] == votes[1]:
        return None
    return (a if votes[0] < votes[1] else b).observation.id
