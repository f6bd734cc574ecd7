"""The record format, both ways: one JSON object is what one portal showed at one visit.

Pure: text in, `Record` out, and back. Any input is accepted; one that is no record raises `RecordError` with
the reason. Beyond the keys every program may write, a record of ours may carry `outcome`, `rows_claimed`,
`rows_bad`, `problems`, `pickup_point`, `events[].instant` (a proven instant), `events[].epoch` (the instant
the portal's data give, right or wrong) and `events[].note`; and of a shop's pages `page`, `order_id`,
`account`, `items`, `orders`, `has_more`. A record with `page` needs neither `tracking_number` nor `events`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from collector.record_orders import item_json, items_at, order_json, orders_at
from collector.record_values import (
    RecordError,
    canonical_line,
    count_at,
    day_at,
    flag_at,
    instant_at,
    instant_text,
    json_in,
    list_at,
    moment,
    offset_at,
    offset_text,
    required_at,
    text_at,
    texts_at,
)
from scrapers.contract import Reading, RelatedNumber, Row
from scrapers.numbers import NumberError, tracking_number
from scrapers.words import Outcome

__all__ = [
    "BadLine",
    "Record",
    "RecordError",
    "record_from_json",
    "record_from_object",
    "record_to_json",
    "records_in",
]

ShopPage = Literal["list", "detail", "tracking"]
PAGES: tuple[ShopPage, ...] = ("list", "detail", "tracking")
PORTAL_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

_ROLES: dict[object, Literal["shipment", "last_mile", "other"]] = {
    "shipment": "shipment",
    "last_mile": "last_mile",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One portal, one visit.

    tracking_number  None for a page of a shop that is about no parcel
    seen_at  aware, UTC
    reading  its `number` is `tracking_number`, which has the one spelling of `scrapers.numbers`
    url      of the page the rows were read from, if the record names it
    line     the whole object as canonical JSON (sorted keys, no white space, UTF-8), unknown keys included
    """

    portal: str
    tracking_number: str | None
    seen_at: datetime
    reading: Reading
    viewer_offset_minutes: int | None
    language: str | None
    url: str | None
    line: bytes
    page: ShopPage | None = None
    order_id: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no record. `line` counts from 1."""

    file: str
    line: int
    reason: str


def records_in(lines: Iterable[bytes | None], name: str) -> Iterator[Record | BadLine]:
    """The records of JSON lines, in order; a line that is none comes as a `BadLine`, blank ones are skipped.

    `name` is the file's, for `BadLine`; a line that was too long to keep is None. One bad line never costs
    the others.
    """
    for position, line in enumerate(lines, start=1):
        text = line if line is None or position > 1 else line.removeprefix(b"\xef\xbb\xbf")
        try:
            if text is None:
                raise RecordError("the line is too long for a record")
            if text.strip():
                yield record_from_json(text)
        except RecordError as error:
            yield BadLine(name, position, str(error))


def record_from_json(text: str | bytes) -> Record:
    """The record in `text`, one JSON object. Raises RecordError."""
    return record_from_object(json_in(text))


def record_from_object(item: object) -> Record:
    """The record `item` is, as JSON was read into it. Raises RecordError."""
    data = _entry_alone(item)
    return _record(data, canonical_line(data))


def stored_record(line: bytes) -> Record:
    """The record whose `line` was stored: it need not be made canonical again. Raises RecordError."""
    if b"\\u" in line:  # a text may hold what no record may
        return record_from_json(line)
    return _record(_entry_alone(json_in(line)), line)


def _entry_alone(item: object) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise RecordError("a record is one JSON object")
    return item


def _record(data: Mapping[str, Any], line: bytes) -> Record:
    portal = required_at(data, "portal")
    if not PORTAL_NAME.fullmatch(portal):
        raise RecordError("portal is no portal name (lower-case letters, digits, _ and -, at most 40)")
    page = _page(text_at(data, "page"))
    named = text_at(data, "tracking_number") if page else required_at(data, "tracking_number")
    number = None if named is None else _number(named)
    return Record(
        portal=portal,
        tracking_number=number,
        seen_at=moment(required_at(data, "seen_at"), "seen_at"),
        reading=_reading(data, number),
        viewer_offset_minutes=offset_at(data, "viewer_utc_offset"),
        language=text_at(data, "language"),
        url=text_at(data, "url"),
        line=line,
        page=page,
        order_id=text_at(data, "order_id"),
        account=text_at(data, "account"),
    )


def record_to_json(
    portal: str,
    tracking_number: str | None,
    seen_at: datetime,
    reading: Reading,
    *,
    viewer_offset_minutes: int | None = None,
    language: str | None = None,
    url: str | None = None,
    page: ShopPage | None = None,
    order_id: str | None = None,
    account: str | None = None,
) -> dict[str, object]:
    """The JSON object of a reading; keys without a value are left out, `events` never is.

    The page's own language goes before `language`, the one it was asked for in. An `instant_ms` outside the
    years 1 to 9999 is left out. Raises ValueError for a naive `seen_at`.
    """
    if seen_at.utcoffset() is None:
        raise ValueError("seen_at has no time zone")
    estimate = _filled({"from": reading.estimate_from_on, "to": reading.estimate_to_on})
    whole = {
        "portal": portal,
        "tracking_number": tracking_number,
        "seen_at": seen_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "page": page,
        "order_id": order_id,
        "account": account,
        "language": reading.language or language,
        "url": url,
        "viewer_utc_offset": None if viewer_offset_minutes is None else offset_text(viewer_offset_minutes),
        "outcome": None if reading.outcome is _usual_outcome(reading) else reading.outcome.value,
        "complete": None if reading.complete else False,
        "rows_claimed": reading.rows_claimed,
        "rows_bad": reading.rows_bad or None,
        "problems": list(reading.problems),
        "status": reading.status_text,
        "origin_country": reading.origin_country,
        "destination_country": reading.destination_country,
        "pickup_point": reading.pickup_point,
        "estimated_delivery": estimate,
        "order_ids": list(reading.order_ids),
        "related_numbers": [_related_json(r) for r in reading.related_numbers],
        "items": [item_json(item) for item in reading.items],
        "orders": [order_json(order) for order in reading.orders],
        "has_more": reading.has_more,
    }
    events = [_row_json(row) for row in reading.rows]
    return _filled(whole) | ({} if page and tracking_number is None and not events else {"events": events})


def _number(text: str) -> str:
    try:
        return tracking_number(text)
    except NumberError as error:
        raise RecordError(str(error)[:300]) from None
    except StopIteration:  # a number that begins with a sign
        raise RecordError("a tracking number begins with a letter or a digit") from None


def _page(text: str | None) -> ShopPage | None:
    if text not in (None, *PAGES):
        raise RecordError(f"page is none of {', '.join(PAGES)}")
    return next((page for page in PAGES if page == text), None)


def _reading(data: Mapping[str, Any], number: str | None) -> Reading:
    if "events" not in data and number is not None:
        raise RecordError("events is missing")
    orders = orders_at(data, "orders")
    rows = tuple(_row(item, at) for item, at in _entries(data, "events"))
    key = "estimated_delivery"
    estimate = {} if data.get(key) is None else _entry(data[key], key)
    return Reading(
        outcome=_outcome(text_at(data, "outcome"), _usual_outcome(Reading(rows=rows, orders=orders))),
        number=number,
        rows=rows,
        complete=flag_at(data, "complete", default=True),
        rows_claimed=count_at(data, "rows_claimed"),
        rows_bad=count_at(data, "rows_bad") or 0,
        problems=texts_at(data, "problems"),
        status_text=text_at(data, "status"),
        language=text_at(data, "language"),
        origin_country=text_at(data, "origin_country"),
        destination_country=text_at(data, "destination_country"),
        pickup_point=text_at(data, "pickup_point"),
        estimate_from_on=day_at(estimate, "from", key),
        estimate_to_on=day_at(estimate, "to", key),
        related_numbers=tuple(_related(item, at) for item, at in _entries(data, "related_numbers")),
        order_ids=texts_at(data, "order_ids"),
        items=items_at(data, "items"),
        orders=orders,
        has_more=flag_at(data, "has_more", default=False) if data.get("has_more") is not None else None,
    )


def _entries(data: Mapping[str, Any], key: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    for position, item in enumerate(list_at(data, key)):
        at = f"{key}[{position}]"
        yield _entry(item, at), at


def _entry(item: object, at: str) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise RecordError(f"{at} is not an object")
    return item


def _row(item: Mapping[str, Any], at: str) -> Row:
    return Row(
        description=required_at(item, "description", at),
        time_text=text_at(item, "time_text", at),
        offset_text=text_at(item, "utc_offset", at),
        instant_ms=instant_at(item, "instant", at),
        epoch_ms=instant_at(item, "epoch", at),
        place=text_at(item, "place", at),
        code=text_at(item, "code", at),
        note=text_at(item, "note", at),
        relayed_from=text_at(item, "relayed_from", at),
    )


def _row_json(row: Row) -> dict[str, object]:
    rest = {
        "utc_offset": row.offset_text,
        "instant": instant_text(row.instant_ms),
        "epoch": instant_text(row.epoch_ms),
        "place": row.place,
        "code": row.code,
        "note": row.note,
        "relayed_from": row.relayed_from,
    }
    return _filled({"time_text": row.time_text, "description": row.description} | rest)


def _related(item: Mapping[str, Any], at: str) -> RelatedNumber:
    role = _ROLES.get(text_at(item, "role", at), "other")
    return RelatedNumber(required_at(item, "number", at), text_at(item, "carrier", at), role)


def _related_json(related: RelatedNumber) -> dict[str, object]:
    return _filled({"number": related.number, "carrier": related.carrier, "role": related.role})


def _usual_outcome(reading: Reading) -> Outcome:
    return Outcome.OK if reading.rows or reading.orders else Outcome.NO_EVENTS_YET


def _outcome(text: str | None, usual: Outcome) -> Outcome:
    if text is None:
        return usual
    try:
        return Outcome(text)
    except ValueError:
        raise RecordError(f"outcome is none of {', '.join(Outcome)}") from None


def _filled(data: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}
