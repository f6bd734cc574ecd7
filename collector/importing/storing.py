"""Imported visits into the database, and as records. Facts land in batches, then what follows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlite_utils import Database

from collector.answer import Answer, read_pages
from collector.derive import Deriver
from collector.importing.imported import ImportedVisit
from collector.records import Record, record_to_json
from collector.store.facts import Visit, store_visit
from collector.store.opening import writing
from scrapers.contract import Canonical, Portal, Reading

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    new, known  visits that were not stored before, and those that were
    redone      how many parcels were derived again because something else is believed of a portal's clock
    """

    new: int
    known: int
    redone: int


def import_visits(
    db: Database,
    portals: Mapping[str, Portal],
    visits: Iterable[ImportedVisit],
    progress: Callable[[int, int | None], None] | None = None,
) -> Imported:
    """Store the visits and derive what follows; `progress` is told how many are stored, then derived."""
    new = known = 0
    coming = iter(visits)
    while batch := list(islice(coming, _BATCH)):
        with writing(db):
            for one in batch:
                portal = portals.get(one.portal)
                volatile = portal.canonical if portal else Canonical()
                _, is_new = store_visit(db, None, _as_visit(one, portals), volatile)
                new, known = new + is_new, known + (not is_new)
        if progress is not None:
            progress(new + known, None)
    deriver = Deriver(db, portals, progress=progress)
    deriver.catch_up()
    return Imported(new, known, deriver.redone)


def as_record(one: ImportedVisit, portals: Mapping[str, Portal]) -> dict[str, Any]:
    """An imported visit in the record format."""
    answer = _answer(one, portals)
    reading = answer.readings[0] if answer.readings else Reading(outcome=answer.outcome)
    return record_to_json(
        one.portal,
        one.tracking_number,
        one.seen_at,
        reading,
        viewer_offset_minutes=one.viewer_offset_minutes,
        language=one.language,
        page=one.page,
        order_id=one.order_id,
        account=one.account,
    )


def _as_visit(one: ImportedVisit, portals: Mapping[str, Portal]) -> Visit:
    answer = _answer(one, portals)
    reading = answer.readings[0] if answer.readings else None
    return Visit(
        portal=one.portal,
        tracking_number=one.tracking_number,
        seen_at=one.seen_at,
        source=one.source,
        outcome=answer.outcome,
        complete=answer.complete,
        pages=one.pages,
        viewer_offset_minutes=one.viewer_offset_minutes,
        language=one.language,
        rows_claimed=reading.rows_claimed if reading else None,
        rows_read=(len(reading.rows) or len(reading.orders)) if reading else None,
        rows_bad=reading.rows_bad if reading else None,
        error=answer.error,
        order_id=one.order_id,
        account=one.account,
        page=one.page,
    )


def _answer(one: ImportedVisit, portals: Mapping[str, Portal]) -> Answer:
    if one.record is not None:
        return _of_record(one.record)
    return read_pages(portals[one.portal], one.tracking_number, one.pages)


def _of_record(record: Record) -> Answer:
    reading = record.reading
    return Answer(reading.outcome, reading.complete, (reading,))
