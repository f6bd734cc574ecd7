"""How two rows of one event differ in time, and of which kind the difference is. Pure.

Differences are second minus first, in whole seconds, the first being the portal whose name sorts first.
Between readings at least as fine as a minute they are the distance of the printed times; with coarser
ones the distance of the spans, 0 where these overlap. Instants agree when their spans are at most 60 s
apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from collector.fold import Observation
from collector.reconcile.clocks import Belief, Estimates, Span, leg_name, span_at, wall_span

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
        return wall_span(self.observation.row)

    @property
    def claimed(self) -> Span | None:
        """The instant with the claim taken at its word; without a claim, the believed one."""
        claim = self.observation.row.claimed_offset_minutes
        return self.belief.span if claim is None else span_at(self.observation.row, claim)

    @property
    def is_fine(self) -> bool:
        return self.observation.row.precision in ("second", "minute")


@dataclass(frozen=True, slots=True)
class Difference:
    """The three differences of a pair and its kind; None as kind where there is nothing to report."""

    kind: Kind | None
    shown_s: int | None
    claimed_s: int | None
    real_s: int | None


def difference(a: Said, b: Said, estimates: Estimates) -> Difference:
    """How two rows of one event on two portals differ. Rows without a time do not disagree about it."""
    if a.wall is None or b.wall is None:
        return Difference(None, None, None, None)
    return Difference(
        _kind(a, b, estimates),
        _apart_s(a, b, lambda side: side.wall),
        _apart_s(a, b, lambda side: side.claimed),
        _apart_s(a, b, lambda side: side.belief.span),
    )


def _kind(a: Said, b: Said, estimates: Estimates) -> Kind | None:
    held_a, held_b = a.belief.span, b.belief.span
    if held_a is None or held_b is None:
        return "unexplained"
    if not held_a.agrees_with(held_b):
        return _real_kind(a, b, held_a.gap_to(held_b), estimates)
    claimed_a, claimed_b = a.claimed, b.claimed
    if claimed_a is not None and claimed_b is not None and not claimed_a.agrees_with(claimed_b):
        return "zone_label"
    if not _agree_on_paper(a, b):
        return "timezone"
    return None if (a.is_fine and b.is_fine) or _same_precision(a, b) else "precision"


def _real_kind(a: Said, b: Said, gap: timedelta, estimates: Estimates) -> Kind:
    later = b if gap > timedelta(0) else a
    row = later.observation.row
    estimate = estimates.get((later.observation.portal, leg_name(row.leg)))
    if estimate is None or estimate.lag_class is None:
        return "unexplained"
    if estimate.lag_class == "receipt":
        return "lag" if abs(gap) <= LONGEST_LAG else "conflict"
    return "conflict"


def _agree_on_paper(a: Said, b: Said) -> bool:
    if a.wall is None or b.wall is None:
        return False
    if "day" in (a.observation.row.precision, b.observation.row.precision):
        return a.wall.gap_to(b.wall) == timedelta(0)
    return a.wall.agrees_with(b.wall)


def _same_precision(a: Said, b: Said) -> bool:
    return a.observation.row.precision == b.observation.row.precision


def _apart_s(a: Said, b: Said, span_of: Callable[[Said], Span | None]) -> int | None:
    span_a, span_b = span_of(a), span_of(b)
    if span_a is None or span_b is None:
        return None
    gap = span_a.gap_to(span_b)
    if gap and a.is_fine and b.is_fine:
        gap = span_b.earliest - span_a.earliest
    return round(gap.total_seconds())


def speakers(members: list[tuple[Observation, Belief]]) -> dict[str, Said]:
    """For each portal with rows in an event, the one that speaks for it: the finest, then the earliest."""
    order = {"second": 0, "minute": 1, "hour": 2, "day": 3, None: 4}

    def rank(said: Said) -> tuple[object, ...]:
        wall, span = said.wall, said.belief.span
        when = "" if wall is None else (span or wall).earliest.replace(tzinfo=None).isoformat()
        return (span is None, order[said.observation.row.precision], when, said.observation.id)

    best: dict[str, Said] = {}
    for said in sorted((Said(o, held) for o, held in members), key=rank):
        best.setdefault(said.observation.portal, said)
    return dict(sorted(best.items()))


def suspect(a: Said, b: Said, all_sides: dict[str, Said]) -> str | None:
    """The id of the row that independent witnesses outvote, None where they do not settle it."""
    votes = {id(a): 0, id(b): 0}
    for portal, other in all_sides.items():
        if (
            portal in (a.observation.portal, b.observation.portal)
            or other.observation.row.printed.relayed_from
        ):
            continue
        for side in (a, b):
            if other.belief.span and side.belief.span and other.belief.span.agrees_with(side.belief.span):
                votes[id(side)] += 1
    if votes[id(a)] == votes[id(b)]:
        return None
    return (b if votes[id(a)] > votes[id(b)] else a).observation.id
