"""Printed rows to wall clocks, claims, places and milestones. Pure: no clock, no network, no database."""

from datetime import UTC, datetime, timedelta

from collector.read.countries import country_code
from collector.read.dates import Printed, read_times
from collector.read.offsets import offset_minutes
from collector.read.places import place_of
from collector.read.rows import ReadRow
from scrapers import vocabulary
from scrapers.contract import Reading, Row
from scrapers.words import Leg

_ORIGIN_LEGS = frozenset({Leg.ORIGIN})


def read_rows(portal: str, reading: Reading, seen_at: datetime) -> tuple[ReadRow, ...]:
    """The rows of one reading, read, in page order. `seen_at` (aware) settles years and day/month order."""
    facts = vocabulary.facts(portal)
    times = read_times(
        [row.time_text for row in reading.rows],
        order=facts.date_order,
        seen_at=seen_at,
        languages=facts.languages,
    )
    origin = country_code(reading.origin_country)
    destination = country_code(reading.destination_country) or facts.country
    return tuple(
        _read_row(portal, position, row, time, origin, destination)
        for position, (row, time) in enumerate(zip(reading.rows, times, strict=True))
    )


def _read_row(
    portal: str, position: int, row: Row, time: Printed, origin: str | None, destination: str | None
) -> ReadRow:
    meaning = vocabulary.meaning(
        portal, code=row.code, description=row.description, note=row.note, place=row.place
    )
    leg = meaning.leg if meaning else None
    place = place_of(row.place, country_hint=origin if leg in _ORIGIN_LEGS else destination)
    claimed = offset_minutes(row.offset_text)
    return ReadRow(
        position=position,
        printed=row,
        local_time=time.local_time,
        precision=time.precision,
        claimed_offset_minutes=claimed if claimed is not None else time.offset_minutes,
        sure_offset_minutes=_sure_offset(time, row.instant_ms),
        zone=place.zone if place else None,
        country=place.country if place else None,
        milestone=meaning.milestone if meaning else None,
        leg=leg,
        physical=meaning.physical if meaning else None,
        time_problem=time.problem,
    )


def _sure_offset(time: Printed, instant_ms: int | None) -> int | None:
    """Minutes between the printed wall clock and the instant the data prove, None unless it is an offset."""
    if instant_ms is None or time.local_time is None or time.precision != "second":
        return None
    try:
        instant = datetime.fromtimestamp(instant_ms // 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    minutes, rest = divmod(time.local_time.replace(tzinfo=UTC) - instant, timedelta(minutes=1))
    return minutes if not rest and minutes % 15 == 0 and -720 <= minutes <= 840 else None
