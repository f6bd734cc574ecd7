"""What a portal's clock can be, and what is believed of each printed time. Pure.

A clock is written as a text: "declared" (what the portal's facts say), "claim" (the offset the row states),
"place" (local time of the scan's place), "viewer" (the zone the page was made for), "copy" (the clock of the
row it repeats, of another portal), "UTC+05:30" (one offset), or the name of a zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Literal

from collector.fold import Observation
from collector.read.rows import ReadRow
from collector.reconcile.context import Context
from collector.reconcile.spans import Span, span_at, span_in, zone_offset
from scrapers import vocabulary
from scrapers.words import Leg

OffsetSource = Literal["stated", "payload", "viewer", "portal", "place", "inferred", "corrected", "unknown"]

DECLARED, CLAIM, PLACE, VIEWER, COPY = "declared", "claim", "place", "viewer", "copy"
#: Labels of a portal are trusted beyond a place that the row does not name, from this reliability on.
TRUSTED = 0.4
#: From this on they are trusted where the country has but one zone, too: some rows are data from afar.
SELDOM_WRONG = 0.8
#: The leg under which is kept what holds for a portal on every leg.
ANY = "any"


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
    """What all parcels together taught about one portal on one leg, or (`ANY`) on all of them.

    clock           see the module; None where nothing fits well enough
    offset_minutes  of a clock with one offset
    lag_class       "scan" (shows when it happened), "receipt" (habitually later), None if that is open
    lag_minutes     of "receipt": four in five are no later than this
    reliability     share of its stated offsets that are true, among the rows that any clock explains
    completeness    share of other portals' passings on the leg that it shows
    """

    clock: str | None = None
    offset_minutes: int | None = None
    lag_class: str | None = None
    lag_minutes: int | None = None
    reliability: float | None = None
    completeness: float | None = None
    support: int = 0
    basis: str = ""


#: Of a portal nothing was learned about.
UNKNOWN = Estimate()

Estimates = Mapping[tuple[str, str], Estimate]


def leg_name(leg: Leg | None) -> str:
    """The name under which a leg's estimates are kept; rows of no known leg share one."""
    return "unknown" if leg is None else leg.value


def estimate_of(portal: str, leg: Leg | None, estimates: Estimates) -> Estimate:
    """What is known of a portal on a leg: its own habit there, else that of all its legs."""
    own, usual = estimates.get((portal, leg_name(leg))), estimates.get((portal, ANY))
    if own is None or usual is None:
        return own or (replace(usual, lag_class=None, lag_minutes=None) if usual else UNKNOWN)
    return _completed(own, usual)


@lru_cache(maxsize=1 << 12)
def _completed(own: Estimate, usual: Estimate) -> Estimate:
    """A habit on one leg, and of all legs what is not known there."""
    if own.clock is None:
        own = replace(own, clock=usual.clock, offset_minutes=usual.offset_minutes)
    return replace(
        own,
        reliability=usual.reliability if own.reliability is None else own.reliability,
        completeness=usual.completeness if own.completeness is None else own.completeness,
    )


def is_relay(portal: str, estimates: Estimates) -> bool:
    """Whether a portal repeats what others show: by its facts, or because its rows are copies."""
    if vocabulary.facts(portal).kind == "universal":
        return True
    usual = estimates.get((portal, ANY))
    return usual is not None and usual.clock == COPY


def claim_of(row: ReadRow) -> int | None:
    """The offset a row is said to have: printed in it, else proven by the page's data."""
    return row.sure_offset_minutes if row.claimed_offset_minutes is None else row.claimed_offset_minutes


@dataclass(frozen=True, slots=True)
class Offset:
    """An offset, why it is believed, and the zone it comes from."""

    minutes: int
    source: OffsetSource
    zone: str | None = None


def fixed(minutes: int) -> str:
    """The clock of one offset: "UTC+05:30"."""
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


@cache
def fixed_minutes(clock: str) -> int | None:
    """The offset of a clock that `fixed` wrote, None for another one."""
    if not clock.startswith("UTC") or len(clock) != len("UTC+00:00"):
        return None
    minutes = int(clock[4:6]) * 60 + int(clock[7:9])
    return -minutes if clock[3] == "-" else minutes


def under(clock: str, row: ReadRow, context: Context) -> Offset | None:
    """The offset a row has if its portal's clock is `clock`, None where that leaves it open."""
    if clock == CLAIM:
        claim = claim_of(row)
        is_printed = row.claimed_offset_minutes is not None
        return None if claim is None else Offset(claim, "stated" if is_printed else "payload")
    if clock == PLACE:
        return _in(context.zone, row, "place")
    if clock == VIEWER:
        return None if context.viewer_minutes is None else Offset(context.viewer_minutes, "viewer")
    minutes = fixed_minutes(clock)
    if minutes is not None:
        return Offset(minutes, "inferred")
    return None if clock in (COPY, DECLARED) else _in(clock, row, "inferred")


def clock_of(o: Observation, context: Context) -> vocabulary.Clock:
    """The clock of a row by what the user says of it, else by what its portal declares."""
    if context.said is None:
        return vocabulary.facts(o.portal).clock
    return vocabulary.Clock("zone", context.said, "you say so")


def declared(o: Observation, context: Context) -> Offset | None:
    """The offset that follows from the portal's declared clock and, if it prints local time, the place.

    A place that is named but not known can be anywhere: the portal's own zone would be a guess.
    """
    row, clock = o.row, clock_of(o, context)
    match clock.kind:
        case "viewer":
            return under(VIEWER, row, context)
        case "zone":
            return _in(clock.zone, row, "portal")
        case "place" if row.zone:
            return _in(row.zone, row, "place")
        case "place" if row.printed.place is None and row.country is None:
            return _in(clock.zone, row, "portal") or _in(context.zone, row, "place")
        case "place":
            return _in(context.zone, row, "place")
        case _:
            return None


def believed(o: Observation, context: Context, estimates: Estimates) -> Offset | None:
    """The offset a row is believed to have by facts and estimates, before other rows of its event speak."""
    row, by_facts, claim = o.row, declared(o, context), under(CLAIM, o.row, context)
    clock = clock_of(o, context)
    is_proved = claim is not None and claim.source == "payload"
    if by_facts is not None and not is_proved and (claim is None or clock.sure):
        # A portal known to print one clock may still label it with another: the clock holds.
        return by_facts if claim is None or not _bears_out(by_facts, row, claim) else claim
    estimate = estimate_of(o.portal, context.leg, estimates)
    learned = estimate.clock
    found = by_facts if learned == DECLARED else None if learned is None else under(learned, row, context)
    if found is None or claim is None:
        return found or claim or by_facts or _of_date(row, context)
    if learned == PLACE and not context.is_own and _is_trusted(claim, row, context, estimate):
        return claim  # where the row was scanned is no more than likely
    if claim.source == "payload":
        return claim  # what the page's data prove of this row goes before what its portal usually does
    return claim if _bears_out(found, row, claim) else replace(found, source="corrected")


def _of_date(row: ReadRow, context: Context) -> Offset | None:
    """That of the place of a row that prints a date alone: by any clock near it that is the day."""
    return under(PLACE, row, context) if row.precision == "day" else None


def _bears_out(held: Offset, row: ReadRow, claim: Offset) -> bool:
    """Whether a claim is one of the moments a clock allows: two in the hour that autumn repeats."""
    if held.zone is None:
        return held.minutes == claim.minutes
    span, allowed = span_at(row, claim.minutes), span_in(row, held.zone)
    if not span or not allowed or span.is_day:
        return held.minutes == claim.minutes
    return span.agrees_with(allowed)


def _is_trusted(claim: Offset, row: ReadRow, context: Context, estimate: Estimate) -> bool:
    """Whether a label goes before the place of the rows around it."""
    reliability = estimate.reliability or 0.0
    may_be = not context.is_sure and _may_be_there(claim, row, context)
    return reliability >= SELDOM_WRONG or (reliability >= TRUSTED and may_be)


def _may_be_there(claim: Offset, row: ReadRow, context: Context) -> bool:
    """Whether a zone of the country at that end of the journey has the offset; where that is unknown, yes."""
    return not context.around or any(zone_offset(row, zone) == claim.minutes for zone in context.around)


def _in(zone: str | None, row: ReadRow, source: OffsetSource) -> Offset | None:
    minutes = None if zone is None else zone_offset(row, zone)
    return None if minutes is None else Offset(minutes, source, zone)


def belief(o: Observation, held: Offset | None) -> Belief:
    """The belief that an offset amounts to; None: the clock is unknown."""
    if held is None:
        return Belief(None, "unknown", None, o.row.precision)
    span = span_at(o.row, held.minutes) if held.zone is None else span_in(o.row, held.zone)
    if span is None:
        return Belief(None, "unknown", None, o.row.precision)
    return Belief(held.minutes, held.source, span, o.row.precision)


def belief_at(o: Observation, offset_minutes: int, source: OffsetSource) -> Belief:
    """The printed time read at an offset that something else settled."""
    return belief(o, Offset(offset_minutes, source))


def overruling(o: Observation, held: Belief) -> Belief:
    """A belief that overrules the claim of its row is called so, whatever it rests on."""
    claim = claim_of(o.row)
    if claim is None or held.offset_minutes in (None, claim) or held.source == "corrected":
        return held
    return replace(held, source="corrected")
