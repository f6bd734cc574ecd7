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

from collector.fold import Observation
from collector.reconcile.align import content
from collector.reconcile.clocks import Belief, Estimates, claim_of, is_witness, leg_name
from collector.reconcile.spans import Span, fitting_offset, is_fine, span_at, wall_span, zone_offset

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


@dataclass(frozen=True, slots=True)
class Said:
    """One row as one side of a comparison."""

    observation: Observation
    belief: Belief

    @property
    def wall(self) -> Span | None:
        """What is printed, as wall time."""
        return wall_span(self.observation.row)

    @property
    def claimed(self) -> Span | None:
        """The instant with the claim taken at its word; without a claim, the believed one."""
        claim = claim_of(self.observation.row)
        return self.belief.span if claim is None else span_at(self.observation.row, claim)

    @property
    def is_fine(self) -> bool:
        """Whether a time is printed at least to the minute."""
        return is_fine(self.observation.row)


@dataclass(frozen=True, slots=True)
class Difference:
    """The three differences of a pair and its kind; None as kind where there is nothing to report."""

    kind: Kind | None
    shown_s: int | None
    claimed_s: int | None
    real_s: int | None


def difference(a: Said, b: Said, estimates: Estimates, place_zones: Iterable[str] = ()) -> Difference:
    """How two rows of one event on two portals differ. Rows without a time do not disagree about it.

    `place_zones` are the zones the event's place can be in.
    """
    if a.wall is None or b.wall is None:
        return Difference(None, None, None, None)
    return Difference(
        _kind(a, b, estimates, frozenset(place_zones)),
        _apart_s(a.wall, b.wall),
        _apart_s(a.claimed, b.claimed),
        _apart_s(a.belief.span, b.belief.span),
    )


def _kind(a: Said, b: Said, estimates: Estimates, place_zones: frozenset[str]) -> Kind | None:
    held_a, held_b = a.belief.span, b.belief.span
    if held_a is None or held_b is None or a.wall is None or b.wall is None:
        return "unexplained"
    if not held_a.agrees_with(held_b):
        return _real_kind(a, b, held_a.gap_to(held_b), estimates, place_zones)
    claimed_a, claimed_b = a.claimed, b.claimed
    if claimed_a is not None and claimed_b is not None and not claimed_a.agrees_with(claimed_b):
        return "zone_label"
    if not a.wall.agrees_with(b.wall):
        return "timezone"
    is_same_date = a.wall.earliest.date() == b.wall.earliest.date()
    is_told_alike = (a.is_fine and b.is_fine) or a.belief.precision == b.belief.precision
    return "precision" if is_same_date and not is_told_alike else None


def _real_kind(a: Said, b: Said, gap: timedelta, estimates: Estimates, place_zones: frozenset[str]) -> Kind:
    """The kind of two rows whose instants differ; `gap` is how far b lies after a."""
    later = b if gap > timedelta(0) else a
    row = later.observation.row
    estimate = estimates.get((later.observation.portal, leg_name(row.leg)))
    if estimate is None or estimate.lag_class is None:
        return "unexplained"
    if estimate.lag_class == "receipt" and abs(gap) <= LONGEST_LAG:
        return "lag"
    if _may_be_label(a, b, place_zones) or _may_be_label(b, a, place_zones):
        return "unexplained"
    return "conflict"


def _may_be_label(side: Said, other: Said, place_zones: frozenset[str]) -> bool:
    """Whether another zone would make `side` say the moment `other` says, and nothing bears its zone out.

    Its own zone is borne out where it is not just a label, or is that of the event's place.
    """
    row, wall, span = side.observation.row, side.wall, other.belief.span
    if side.belief.source not in ("stated", "inferred") or wall is None or span is None:
        return False
    offset = fitting_offset(wall, span) if side.is_fine and other.is_fine else None
    is_borne_out = side.belief.offset_minutes in {zone_offset(row, zone) for zone in place_zones}
    return offset is not None and offset % 30 == 0 and not is_borne_out


def _apart_s(a: Span | None, b: Span | None) -> int | None:
    """Seconds from a to b: between their beginnings if both cover less than a minute, else the gap."""
    if a is None or b is None:
        return None
    gap = a.gap_to(b)
    is_fine = max(a.latest - a.earliest, b.latest - b.earliest) < timedelta(minutes=1)
    return round((b.earliest - a.earliest if gap and is_fine else gap).total_seconds())


def speakers(members: Iterable[tuple[Observation, Belief]]) -> dict[str, Said]:
    """For each portal with rows in an event, the one that speaks for it: the finest, then the earliest."""
    order = {"second": 0, "minute": 1, "hour": 2, "day": 3, None: 4}

    def rank(said: Said) -> tuple[object, ...]:
        wall, span = said.wall, said.belief.span
        when = "" if wall is None else (span or wall).earliest.replace(tzinfo=None).isoformat()
        return (order[said.observation.row.precision], span is None, when, content(said.observation))

    best: dict[str, Said] = {}
    for said in sorted((Said(o, held) for o, held in members), key=rank):
        best.setdefault(said.observation.portal, said)
    return dict(sorted(best.items()))


def suspect(a: Said, b: Said, all_sides: Mapping[str, Said]) -> str | None:
    """The id of the row that independent witnesses outvote, None where they do not settle it.

    Each side has its own voice and those of the other portals that agree with it; relays have none. It
    takes two to outvote one.
    """
    votes = [_votes(side, all_sides) for side in (a, b)]
    if max(votes) < 2 or votes[0] == votes[1]:
        return None
    return (a if votes[0] < votes[1] else b).observation.id


def _votes(side: Said, all_sides: Mapping[str, Said]) -> int:
    span = side.belief.span
    return sum(
        span is not None and other.belief.span is not None and span.agrees_with(other.belief.span)
        for other in all_sides.values()
        if is_witness(other.observation)
    )
