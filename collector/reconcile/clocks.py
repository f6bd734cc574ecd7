"""What each observation's printed time is believed to mean, and why. Pure.

Sources, the first that holds: stated, payload, viewer, portal, place, inferred, unknown; `corrected` where a
claim was overruled. A claim is evidence: see `overruled` for what it takes to set one aside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from collector.fold import Observation
from collector.read.offsets import offset_of_zone
from collector.read.rows import ReadRow
from scrapers import vocabulary
from scrapers.words import Leg

OffsetSource = Literal["stated", "payload", "viewer", "portal", "place", "inferred", "corrected", "unknown"]
LagClass = Literal["scan", "receipt"]

#: Two instants agree when the spans they stand for are at most this far apart.
AGREE = timedelta(seconds=60)

_LENGTH = {
    "second": timedelta(0),
    "minute": timedelta(seconds=59),
    "hour": timedelta(minutes=59, seconds=59),
    "day": timedelta(hours=23, minutes=59, seconds=59),
}


@dataclass(frozen=True, slots=True)
class Span:
    """From the earliest to the latest moment a reading covers: UTC, or naive where it is wall time."""

    earliest: datetime
    latest: datetime

    def gap_to(self, other: "Span") -> timedelta:
        """How far `other` lies after (positive) or before (negative) this span, zero where they overlap."""
        if other.earliest > self.latest:
            return other.earliest - self.latest
        if other.latest < self.earliest:
            return other.latest - self.earliest
        return timedelta(0)

    def agrees_with(self, other: "Span") -> bool:
        """Whether both can be the same moment."""
        return abs(self.gap_to(other)) <= AGREE


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


def wall_span(row: ReadRow) -> Span | None:
    """The wall-clock span a row prints (naive), None if it prints no time that can be understood."""
    if row.local_time is None or row.precision is None:
        return None
    try:
        return Span(row.local_time, row.local_time + _LENGTH[row.precision])
    except OverflowError:
        return None


def span_at(row: ReadRow, offset_minutes: int | None) -> Span | None:
    """The UTC span of a row read at an offset, None without either."""
    wall = wall_span(row)
    if wall is None or offset_minutes is None:
        return None
    by = timedelta(minutes=offset_minutes)
    try:
        return Span((wall.earliest - by).replace(tzinfo=UTC), (wall.latest - by).replace(tzinfo=UTC))
    except OverflowError:
        return None


def belief(observation: Observation, estimates: Estimates, corrected_minutes: int | None = None) -> Belief:
    """What `observation`'s printed time is believed to mean."""
    row = observation.row
    offset, source = (
        (corrected_minutes, "corrected")
        if corrected_minutes is not None
        else _believed(observation, estimates)
    )
    span = span_at(row, offset)
    if span is None:
        return Belief(None, "unknown", None, row.precision)
    return Belief(offset, source, span, row.precision)


def _believed(observation: Observation, estimates: Estimates) -> tuple[int | None, OffsetSource]:
    row, clock = observation.row, vocabulary.facts(observation.portal).clock
    if row.claimed_offset_minutes is not None:
        return row.claimed_offset_minutes, "stated"
    if row.sure_offset_minutes is not None:
        return row.sure_offset_minutes, "payload"
    if clock.kind == "viewer" and observation.viewer_offset_minutes is not None:
        return observation.viewer_offset_minutes, "viewer"
    if clock.kind == "zone":
        return _at(clock.zone, row), "portal"
    if clock.kind == "place":
        return _at_place(observation)
    estimate = estimates.get((observation.portal, leg_name(row.leg)))
    if estimate is not None and estimate.offset_minutes is not None:
        return estimate.offset_minutes, "inferred"
    return None, "unknown"


def _at_place(observation: Observation) -> tuple[int | None, OffsetSource]:
    row, facts = observation.row, vocabulary.facts(observation.portal)
    if row.zone is not None:
        return _at(row.zone, row), "place"
    # A place abroad whose zone is not known is not at home: the portal's own zone would be a guess.
    if row.country is not None and row.country != facts.country:
        return None, "unknown"
    return _at(facts.clock.zone, row), "portal"


def _at(zone: str | None, row: ReadRow) -> int | None:
    return None if zone is None or row.local_time is None else offset_of_zone(zone, row.local_time)


def overruled(
    observation: Observation,
    others: Iterable[tuple[Observation, Belief]],
    place_zones: Iterable[str],
) -> int | None:
    """The offset that holds instead of `observation`'s claim, None while the claim stands.

    `others` are rows of the same event on other portals. A claim falls to the place of the event together
    with one witness, or to two witnesses that agree.
    """
    row = observation.row
    claimed = row.claimed_offset_minutes
    wall, as_claimed = wall_span(row), span_at(row, claimed)
    if claimed is None or wall is None or as_claimed is None or row.precision == "day":
        return None
    votes: dict[int, set[str]] = {}
    for other, held in others:
        if other.portal == observation.portal or held.span is None or held.precision == "day":
            continue
        if as_claimed.agrees_with(held.span):
            return None
        offset = fitting_offset(wall, held.span)
        if offset is not None and offset != claimed:
            votes.setdefault(offset, set()).add(other.portal)
    at_place = {_at(zone, row) for zone in place_zones}
    good = [o for o, portals in votes.items() if len(portals) >= 2 or o in at_place]
    return good[0] if len(good) == 1 else None


def fitting_offset(wall: Span, instant: Span) -> int | None:
    """The offset (a multiple of 15 minutes, -12:00 to +14:00) that makes `wall` mean `instant`, if any."""
    apart = wall.earliest.replace(tzinfo=UTC) - instant.earliest
    minutes = round(apart.total_seconds() / 900) * 15
    if not -720 <= minutes <= 840:
        return None
    by = timedelta(minutes=minutes)
    shifted = Span((wall.earliest - by).replace(tzinfo=UTC), (wall.latest - by).replace(tzinfo=UTC))
    return minutes if shifted.agrees_with(instant) else None
