"""Printed rows to wall clocks, claims, places and milestones. Pure: no clock, no network, no database."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from collector.read.countries import country_code
from collector.read.dates import Printed, read_times
from collector.read.offsets import EASTERNMOST, WESTERNMOST, offset_minutes
from collector.read.place_in_text import place_in_text
from collector.read.places import Place, place_of
from collector.read.rows import ReadRow
from scrapers import vocabulary
from scrapers.contract import Reading, Row
from scrapers.vocabulary import Meaning
from scrapers.vocabulary.additions import Additions, active
from scrapers.words import Leg

#: Clocks of portals whose scans are made in their own country: a carrier that delivers there.
_AT_HOME = frozenset({"place", "zone"})
#: What a printed time is cut to; offsets are whole quarters of an hour, so finer parts keep their place.
_CUT = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1)}


#: A row as everybody prints them.
_USUAL = Row("Arrived at sorting center", time_text="2026-01-31 12:00", place="Shenzhen")


def prepare(portals: Iterable[str]) -> None:
    """Builds what rows of these portals are read by, so that the first row of each need not wait for it."""
    for portal in portals:
        read_rows(portal, Reading(rows=(_USUAL,)), datetime(2026, 2, 1, tzinfo=UTC))


def read_rows(portal: str, reading: Reading, seen_at: datetime) -> tuple[ReadRow, ...]:
    """The rows of one reading, read, in page order. `seen_at` (aware) settles years and day/month order."""
    facts = vocabulary.facts(portal)
    times = read_times(
        [row.time_text or _proved_text(row.instant_ms) for row in reading.rows],
        order=facts.date_order,
        seen_at=seen_at,
        languages=facts.languages,
    )
    origin = country_code(reading.origin_country)
    home = facts.country if facts.clock.kind in _AT_HOME else None
    destination = country_code(reading.destination_country) or home
    return tuple(
        _read_row(portal, position, row, time, origin, destination, home)
        for position, (row, time) in enumerate(zip(reading.rows, times, strict=True))
    )


def _read_row(
    portal: str,
    position: int,
    row: Row,
    time: Printed,
    origin: str | None,
    destination: str | None,
    home: str | None,
) -> ReadRow:
    meaning, place = _understood(active(), portal, row, origin, destination, home)
    claimed = offset_minutes(row.offset_text)
    if claimed is None and row.time_text is not None:
        claimed = time.offset_minutes
    return ReadRow(
        position=position,
        printed=row,
        local_time=time.local_time,
        precision=time.precision,
        claimed_offset_minutes=claimed,
        sure_offset_minutes=None if row.instant_ms is None else _sure_offset(time, row.instant_ms),
        zone=place.zone if place else None,
        country=place.country if place else None,
        milestone=meaning.milestone if meaning else None,
        leg=meaning.leg if meaning else None,
        physical=meaning.physical if meaning else None,
        time_problem=time.problem,
    )


# The same rows come again with every visit.
@lru_cache(maxsize=4096)
def _understood(
    _additions: Additions,
    portal: str,
    row: Row,
    origin: str | None,
    destination: str | None,
    home: str | None,
) -> tuple[Meaning | None, Place | None]:
    """What a row's words mean and where it was scanned, with the user's own vocabulary as it is now."""
    meaning = vocabulary.meaning(
        portal, code=row.code, description=row.description, note=row.note, place=row.place
    )
    leg = meaning.leg if meaning else None
    return meaning, _place(row, leg, origin if leg is Leg.ORIGIN else destination, home)


def _place(row: Row, leg: Leg | None, country: str | None, home: str | None) -> Place | None:
    """Where a row was scanned: by its place, else by what its description says.

    A carrier's last mile in its own country names no town of another one.
    """
    if row.place and row.place.strip():
        is_sure = country is not None and country == home and leg is Leg.LAST_MILE
        return place_of(row.place, country_hint=country, hint_is_sure=is_sure)
    return place_in_text(row.description, country)


def _proved_text(instant_ms: int | None) -> str | None:
    """An instant as text: of a row that the page prints in the viewer's zone, and the data as an instant."""
    instant = None if instant_ms is None else _instant(instant_ms)
    return None if instant is None else f"{instant:%Y-%m-%dT%H:%M:%S}Z"


def _sure_offset(time: Printed, instant_ms: int | None) -> int | None:
    """Minutes between the printed wall clock and the instant the data prove, None unless it is an offset."""
    cut = _CUT.get(time.precision or "")
    if instant_ms is None or time.local_time is None or cut is None:
        return None
    instant = _instant(instant_ms)
    if instant is None:
        return None
    apart = _cut_to(time.local_time.replace(tzinfo=UTC), cut) - _cut_to(instant, cut)
    minutes, rest = divmod(apart, timedelta(minutes=1))
    return minutes if not rest and minutes % 15 == 0 and WESTERNMOST <= minutes <= EASTERNMOST else None


def _instant(ms: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(ms // 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _cut_to(moment: datetime, step: timedelta) -> datetime:
    return moment - (moment - datetime.min.replace(tzinfo=UTC)) % step
