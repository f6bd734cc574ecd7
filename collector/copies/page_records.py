"""Stored visits as records: what a visit's pages say, in the one form that can stand in their place."""

from dataclasses import replace

from collector.answer import Answer
from collector.record_values import RecordError, canonical_line
from collector.records import PAGES, record_from_json, record_to_json
from collector.store.facts import StoredVisit
from scrapers.contract import Reading


def as_record(visit: StoredVisit, answer: Answer) -> bytes:
    """The record line of what the visit's pages say. Raises RecordError where no record can say it."""
    data = record_to_json(
        visit.portal,
        visit.tracking_number or None,
        visit.seen_at,
        whole_reading(answer),
        viewer_offset_minutes=visit.viewer_offset_minutes,
        url=next((page.url for page in visit.pages if page.url), None),
        page=next((page for page in PAGES if page == visit.page), None),
        order_id=visit.order_id,
        account=visit.account,
    )
    return canonical_line(data)


def whole_reading(answer: Answer) -> Reading:
    """The answer's first reading, with the orders of all of them: one record is one reading."""
    orders = tuple(order for reading in answer.readings for order in reading.orders)
    return replace(answer.readings[0], complete=answer.complete, orders=orders)


def equal_record(visit: StoredVisit, answer: Answer) -> bytes | None:
    """The record line that can take the place of the visit's pages, None if none says quite the same.

    The same is: the same reading, orders and outcome, so that everything derived stays as it is.
    """
    if not answer.readings or answer.outcome is not answer.readings[0].outcome:
        return None
    if not visit.tracking_number and answer.error is not None:  # kept with the visit, and in no record
        return None
    if visit.page == "tracking" and not _is_plain_load(answer):
        return None
    try:
        line = as_record(visit, answer)
        told = record_from_json(line).reading
    except RecordError:
        return None
    # Nothing is derived from the others: how a list goes on, and which layout the rows were in.
    wanted = replace(whole_reading(answer), number=told.number, counts=(), layout=None)
    return line if told == wanted else None


def _is_plain_load(answer: Answer) -> bool:
    """Whether every package on a shop's tracking page has its number, so that loads compare as before."""
    first, *others = answer.readings
    return first.number is not None and not any(
        r.number is None and (r.rows or r.items or not r.orders) for r in others
    )
