"""Parcels from the tracks of their numbers: lives apart in time, stage, countries, estimates. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from collector.read.countries import country_code
from collector.read.rows import ReadRow
from collector.reconcile.events import Event
from scrapers.contract import Reading
from scrapers.words import Milestone

#: Numbers are issued again after about a year: events further apart than this are two parcels.
REUSED_AFTER = timedelta(days=300)
#: Printed times may lead the visit's UTC by this much.
_CLOCK_LEAD = timedelta(days=2)
#: One row relayed by portals of any two zones spreads over no more than this (UTC-12:00 to UTC+14:00).
_WIDEST = timedelta(hours=26)

_STAGES = {
    "label_only": ("info_received",),
    "origin": (
        "accepted",
        "arrived_origin_facility",
        "departed_origin_facility",
        "arrived_outward_oe",
        "export_customs_started",
        "export_customs_held",
        "export_customs_cleared",
    ),
    "line_haul": ("arrived_airport", "departed_origin_country", "arrived_transit", "departed_transit"),
    "customs": ("arrived_destination_country", "import_customs_started", "customs_held", "customs_cleared"),
    "last_mile": (
        "departed_inward_oe",
        "handed_to_last_mile",
        "arrived_facility",
        "departed_facility",
        "arrived_delivery_office",
        "held_at_depot",
        "out_for_delivery",
        "delivery_attempted",
    ),
    "pickup": ("available_for_pickup",),
    "delivered": ("delivered",),
    "returning": ("returning",),
    "returned": ("returned",),
    "closed": ("cancelled",),
}
_STAGE_OF = {Milestone(m): stage for stage, milestones in _STAGES.items() for m in milestones}


@dataclass(frozen=True, slots=True)
class SeenParcel:
    """A reading with when and where it was seen."""

    visit_id: str
    portal: str
    tracking_number: str
    seen_at: datetime
    reading: Reading
    shift_s: int | None


@dataclass(frozen=True, slots=True)
class Life:
    """One parcel among those a number has meant. `begins` is wall time, None for the first."""

    begins: datetime | None = None

    @property
    def starts_on(self) -> str | None:
        """The date of its first event; the first life needs none to be told apart."""
        return None if self.begins is None else self.begins.date().isoformat()


def lives(times: Iterable[datetime], seen_at: Iterable[datetime] = ()) -> list[Life]:
    """The lives that events at these wall times make: parted where more than 300 days lie between two.

    A life needs evidence: a visit (`seen_at`, aware) made in it, or events more than a day apart, no later
    than the last visit. A row alone far from the others may have a false year, and stays with the life
    before it, else with the first. Where no visits are given, nothing is asked for.
    """
    moments = sorted(set(times))
    starts = [b for a, b in pairwise(moments) if b - a > REUSED_AFTER]
    spans = _spans(moments, starts)
    visits = [_utc(moment) + _CLOCK_LEAD for moment in seen_at]
    proven = [span for span in spans if not visits or _is_life(span, visits)]
    return [Life(), *(Life(begin) for begin, _ in proven[1:])]


def _spans(moments: Sequence[datetime], starts: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """First and last of each run of moments, a new one beginning at each of `starts`."""
    firsts = [*moments[:1], *starts]
    lasts = [*(max(m for m in moments if m < start) for start in starts), *moments[-1:]]
    return list(zip(firsts, lasts, strict=True))


def _is_life(span: tuple[datetime, datetime], visits: Sequence[datetime]) -> bool:
    """Whether a visit was made in a span, or it holds events that one misread row cannot have made."""
    begin, end = span
    if any(begin <= visit <= end + REUSED_AFTER for visit in visits):
        return True
    return end - begin > _WIDEST and begin <= max(visits)


def life_of(seen_at: datetime, parted: Sequence[Life]) -> int:
    """Which life a reading of that time speaks of."""
    return _life_at(_utc(seen_at) + _CLOCK_LEAD, parted)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def lives_of_rows(rows: Sequence[ReadRow], seen_at: datetime, parted: Sequence[Life]) -> list[int]:
    """Which life each row of a reading belongs to; one without a time goes with the dated row beside it."""
    known = [None if r.local_time is None else _life_at(r.local_time, parted) for r in rows]
    beside = next((life for life in known if life is not None), life_of(seen_at, parted))
    found: list[int] = []
    for life in known:
        beside = beside if life is None else life
        found.append(beside)
    return found


def _life_at(local_time: datetime, parted: Sequence[Life]) -> int:
    return sum(life.begins is not None and local_time >= life.begins for life in parted)


#: What a parcel that was delivered can still come to. Other late rows are a portal's, not the parcel's.
_AFTER_DELIVERY = frozenset({Milestone.DELIVERED, Milestone.RETURNING, Milestone.RETURNED})
#: What ends a way back. Offices are passed on every way.
_ENDS_RETURN = frozenset(
    {
        Milestone.OUT_FOR_DELIVERY,
        Milestone.DELIVERY_ATTEMPTED,
        Milestone.HELD_AT_DEPOT,
        Milestone.AVAILABLE_FOR_PICKUP,
        Milestone.DELIVERED,
        Milestone.RETURNED,
        Milestone.CANCELLED,
    }
)


def stage_of(events: Iterable[Event]) -> tuple[str, Milestone | None]:
    """The stage the newest event puts a parcel in, and that event's milestone.

    A scan behind the delivery, of a portal whose clock is off or that was late, takes nothing back. Nor does
    the next carrier's word that it has the parcel's data, once somebody has had the parcel in hand. The
    offices a parcel passes on its way back do not send it out again.
    """
    stage, milestone = "label_only", None
    for event in events:
        if event.milestone is None or event.milestone is Milestone.NOTICE:
            continue
        if event.milestone is Milestone.INFO_RECEIVED and stage != "label_only":
            continue
        if stage == "delivered" and event.milestone not in _AFTER_DELIVERY:
            continue
        milestone = event.milestone
        if stage != "returning" or milestone in _ENDS_RETURN:
            stage = _stage_after(stage, _STAGE_OF.get(milestone, stage))
    return stage, milestone


def _stage_after(before: str, shown: str) -> str:
    """The stage a parcel is in that was `before` in another one, when a scan usually means `shown`.

    Carriers use the same words on every way: of a parcel that has arrived in its country, the first office of
    the last carrier is no origin.
    """
    return "last_mile" if shown == "origin" and before in ("customs", "last_mile", "pickup") else shown


def latest_country(seen: Iterable[SeenParcel], which: str) -> str | None:
    """The ISO code of the country most recently named; `which` is the reading's field."""
    for one in sorted(seen, key=lambda s: (s.seen_at, s.visit_id), reverse=True):
        code = country_code(getattr(one.reading, which))
        if code is not None:
            return code
    return None


def latest_estimate(seen: Iterable[SeenParcel]) -> tuple[str | None, str | None]:
    """The estimated delivery most recently shown, as ISO dates."""
    for one in sorted(seen, key=lambda s: (s.seen_at, s.visit_id), reverse=True):
        if one.reading.estimate_to_on or one.reading.estimate_from_on:
            return one.reading.estimate_from_on, one.reading.estimate_to_on
    return None, None
