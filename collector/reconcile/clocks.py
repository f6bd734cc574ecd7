"""What each observation's printed time is believed to mean, and why. Pure.

Sources, the first that holds: stated, payload, viewer, portal, place, inferred, unknown; `corrected` where a
claim was overruled. A claim is evidence: see `overruled` for what it takes to set one aside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from collector.fold import Observation
from collector.read.rows import ReadRow
from collector.reconcile.spans import Span, fitting_offset, is_fine, span_at, span_in, wall_span, zone_offset
from scrapers import vocabulary
from scrapers.words import Leg

OffsetSource = Literal["stated", "payload", "viewer", "portal", "place", "inferred", "corrected", "unknown"]
LagClass = Literal["scan", "receipt"]


@dataclass(frozen=True, slots=True)
class Belief:
    """What a printed time is believed to stand for: minutes east of UTC, why, and the UTC span."""

    offset_minutes: int | None
    source: OffsetSource
    span: Span | None
    precision: str | None

    @property
    def occurred_at(self) -> datetime | None:
        """The instant, where the reading is at least as fine as a minute."""
        is_fine = self.precision in ("second", "minute")
        return self.span.earliest if self.span is not None and is_fine else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What all parcels together taught about one portal on one leg."""

    offset_minutes: int | None = None
    lag_class: LagClass | None = None
    reliability: float | None = None
    support: int = 0
    basis: str = ""


Estimates = Mapping[tuple[str, str], Estimate]


def leg_name(leg: Leg | None) -> str:
    """The name under which a leg's estimates are kept; rows of no known leg share one."""
    return "unknown" if leg is None else leg.value


def is_witness(observation: Observation) -> bool:
    """Whether a row speaks of its own knowledge: one that was relayed only repeats another portal's."""
    is_relay = vocabulary.facts(observation.portal).kind == "universal"
    return not is_relay and observation.row.printed.relayed_from is None


@dataclass(frozen=True, slots=True)
class _Offset:
    """An offset believed, why, and the zone it comes from."""

    minutes: int
    source: OffsetSource
    zone: str | None = None


def belief(observation: Observation, estimates: Estimates) -> Belief:
    """What `observation`'s printed time is believed to mean."""
    held = _believed(observation, estimates)
    if held is None:
        return Belief(None, "unknown", None, observation.row.precision)
    if held.zone is None:
        return belief_at(observation, held.minutes, held.source)
    return _belief(observation, held.minutes, held.source, span_in(observation.row, held.zone))


def belief_at(observation: Observation, offset_minutes: int, source: OffsetSource) -> Belief:
    """The printed time read at an offset that something else settled."""
    return _belief(observation, offset_minutes, source, span_at(observation.row, offset_minutes))


def _belief(o: Observation, offset_minutes: int, source: OffsetSource, span: Span | None) -> Belief:
    if span is None:
        return Belief(None, "unknown", None, o.row.precision)
    return Belief(offset_minutes, source, span, o.row.precision)


def _believed(observation: Observation, estimates: Estimates) -> _Offset | None:
    row, declared = observation.row, _declared(observation)
    claimed = claim_of(row)
    if claimed is not None:
        # A portal known to print one clock may still label it with another: the clock holds.
        is_sure = declared is not None and vocabulary.facts(observation.portal).clock.sure
        if declared is None or not is_sure or _bears_out(declared, row, claimed):
            return _Offset(claimed, "stated" if row.claimed_offset_minutes is not None else "payload")
        return _Offset(declared.minutes, "corrected", declared.zone)
    return declared or _home(observation) or _inferred(observation, estimates)


def _bears_out(declared: _Offset, row: ReadRow, claimed: int) -> bool:
    """Whether a claim is one of the moments a declared clock allows: two in the hour that autumn repeats."""
    span, allowed = span_at(row, claimed), declared.zone and span_in(row, declared.zone)
    if not span or not allowed or span.is_day:
        return declared.minutes == claimed
    return span.agrees_with(allowed)


def claim_of(row: ReadRow) -> int | None:
    """The offset a row is said to have: printed in it, else proven by the page's data."""
    return row.sure_offset_minutes if row.claimed_offset_minutes is None else row.claimed_offset_minutes


def _declared(observation: Observation) -> _Offset | None:
    """The offset that follows from the portal's declared clock and, if it prints local time, the place."""
    row, clock = observation.row, vocabulary.facts(observation.portal).clock
    if clock.kind == "viewer" and observation.viewer_offset_minutes is not None:
        return _Offset(observation.viewer_offset_minutes, "viewer")
    if clock.kind == "zone":
        return _in(clock.zone, row, "portal")
    return _in(row.zone, row, "place") if clock.kind == "place" else None


def _home(observation: Observation) -> _Offset | None:
    """The portal's own zone for a row without a place, where the portal prints local time.

    A place that is named but not known can be anywhere: the portal's own zone would be a guess.
    """
    clock = vocabulary.facts(observation.portal).clock
    is_nowhere = observation.row.printed.place is None and observation.row.country is None
    return _in(clock.zone, observation.row, "portal") if clock.kind == "place" and is_nowhere else None


def _inferred(observation: Observation, estimates: Estimates) -> _Offset | None:
    """The offset that other rows taught, where the portal has one offset to learn (see `has_one_clock`)."""
    if not has_one_clock(observation):
        return None
    estimate = estimates.get((observation.portal, leg_name(observation.row.leg)))
    if estimate is None or estimate.offset_minutes is None:
        return None
    return _Offset(estimate.offset_minutes, "inferred")


def has_one_clock(observation: Observation) -> bool:
    """Whether the portal's rows of one leg can share one offset over parcels.

    They cannot where each place or each viewer has its own.
    """
    return vocabulary.facts(observation.portal).clock.kind not in ("place", "viewer")


def _in(zone: str | None, row: ReadRow, source: OffsetSource) -> _Offset | None:
    minutes = None if zone is None else zone_offset(row, zone)
    return None if minutes is None else _Offset(minutes, source, zone)


def overruled(
    observation: Observation,
    others: Iterable[tuple[Observation, Belief]],
    place_zones: Iterable[str],
) -> int | None:
    """The offset that holds instead of `observation`'s claim, None while the claim stands.

    `others` are rows of the same event. A claim falls to the place of the event together with one witness,
    or to two witnesses that agree; a witness is another portal that does not relay, and whose own clock was
    not worked out from others. One that bears the claim out saves it.
    """
    row, claimed = observation.row, claim_of(observation.row)
    wall, as_claimed = wall_span(row), span_at(row, claimed)
    if claimed is None or wall is None or as_claimed is None or not is_fine(row):
        return None
    votes: dict[int, set[str]] = {}
    for other, held in others:
        if other.portal == observation.portal or held.span is None or not is_fine(other.row):
            continue
        if not is_witness(other) or held.source in ("inferred", "corrected"):
            continue
        if as_claimed.agrees_with(held.span):
            return None
        offset = fitting_offset(wall, held.span)
        if offset is not None and offset != claimed:
            votes.setdefault(offset, set()).add(other.portal)
    at_place = {zone_offset(row, zone) for zone in place_zones}
    good = [o for o, portals in votes.items() if len(portals) >= 2 or o in at_place]
    return good[0] if len(good) == 1 else None
