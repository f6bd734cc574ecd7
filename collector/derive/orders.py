"""Orders, kept up to date: what each visit said of which order, and the orders that follow from it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlite_utils import Database

from collector.derive.order_merging import Sighting, item_rows, order_row, parcel_items
from collector.derive.parsing import Parser
from collector.derive.rows import ParcelRows, Row
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.store.facts import StoredVisit
from collector.store.sync import sync
from scrapers.orders import Item, Order, Protection

_SIGHTINGS = """
select s.visit_id, v.portal, v.account, v.page, s.seen_at, s.shown
from order_sightings as s join visits as v on v.id = s.visit_id
where s.order_id = ? order by s.seen_at, s.visit_id
"""


def sight_orders(db: Database, parser: Parser, visits: Iterable[StoredVisit]) -> set[str]:
    """Note what `visits` to shops said of orders, and that they were read; the ids of those orders.

    Call inside a transaction, with deferred foreign keys.
    """
    ids = []
    rows: dict[tuple[str, str], Row] = {}
    readings: list[Row] = []
    for visit in visits:
        ids.append(visit.id)
        answer = parser.answer(visit)
        orders = [order for reading in answer.readings for order in reading.orders]
        for position, order in enumerate(orders):
            rows.setdefault((visit.id, order.id), _sighting_row(visit, position, order))
        if not visit.tracking_number:
            readings.append(_reading_row(visit, answer.outcome.value, answer.error))
    sync(db, "order_sightings", ("visit_id", "order_id"), "visit_id in ({marks})", ids, rows.values())
    own = [row["first_visit_id"] for row in readings]
    sync(db, "reading_spans", ("first_visit_id",), "first_visit_id in ({marks})", own, readings)
    return {order_id for _, order_id in rows}


def write_orders(db: Database, ids: Iterable[str]) -> set[str]:
    """Make `orders` and `order_items` follow from the sightings; the orders whose items have changed."""
    changed = set()
    for order_id in sorted(ids):
        sightings = _sightings(db, order_id)
        if not sightings:
            continue
        sync(db, "orders", ("id",), "id in ({marks})", [order_id], [order_row(sightings)])
        if sync(db, "order_items", ("id",), "order_id in ({marks})", [order_id], item_rows(sightings)):
            changed.add(order_id)
    return changed


def numbers_of_orders(db: Database, ids: Iterable[str]) -> set[str]:
    """The tracking numbers of every parcel of these orders."""
    query = """select t.number from parcel_orders as p join tracking_numbers as t on t.parcel_id = p.parcel_id
               where p.order_id = ?"""
    return {row["number"] for order_id in ids for row in db.query(query, [order_id])}


def orders_of_numbers(db: Database, numbers: Iterable[str]) -> set[str]:
    """The orders of the parcels these numbers belong to, as they stand."""
    query = """select p.order_id from parcel_orders as p
               join tracking_numbers as t on t.parcel_id = p.parcel_id
               where t.number = ?"""
    return {row["order_id"] for number in numbers for row in db.query(query, [number])}


def item_titles(db: Database, ids: Sequence[str]) -> list[str]:
    """The titles of these items, as their orders list them; items without one are left out."""
    marks = ",".join("?" * len(ids))
    query = f"select title from order_items where id in ({marks}) order by order_id, position"  # noqa: S608
    return [row["title"] for row in db.query(query, list(ids)) if row["title"]]


def packed_items(db: Database, parcel: ParcelRows) -> list[Row]:
    """The rows of `parcel_items`: what order pages say is in the parcel.

    Where they do not say, and the order has this one parcel only, all its items are.
    """
    latest: dict[tuple[str, str, tuple[str, ...]], tuple[Item, ...]] = {}
    for seen in parcel.packing:
        reading = seen.reading
        if reading.order_ids and (reading.items or reading.rows):
            key = (seen.portal, seen.tracking_number, reading.order_ids)
            latest[key] = reading.items or latest.get(key, ())
    packed: dict[str, Row] = {}
    for (_, _, orders), items in latest.items():
        rows = _items(db, orders)
        found = list(parcel_items(items, orders, rows))
        if not items and all(_is_only_parcel(db, order, parcel.id) for order in orders):
            found = [(row["id"], row["quantity"]) for row in rows]
        for item_id, quantity in found:
            packed[item_id] = {"parcel_id": parcel.id, "order_item_id": item_id, "quantity": quantity}
    return list(packed.values())


def _items(db: Database, order_ids: Iterable[str]) -> list[Row]:
    query = "select * from order_items where order_id = ? order by position"
    return [dict(row) for order_id in sorted(set(order_ids)) for row in db.query(query, [order_id])]


def _is_only_parcel(db: Database, order_id: str, parcel_id: str) -> bool:
    query = "select 1 from parcel_orders where order_id = ? and parcel_id <> ?"
    return not list(db.query(query, [order_id, parcel_id]))


def _sighting_row(visit: StoredVisit, position: int, order: Order) -> Row:
    return {
        "visit_id": visit.id,
        "order_id": order.id,
        "position": position,
        "seen_at": iso_utc(visit.seen_at),
        "shown": json.dumps(_filled(asdict(order)), ensure_ascii=False, sort_keys=True),
    }


def _reading_row(visit: StoredVisit, outcome: str, problems: str | None) -> Row:
    """The span of one visit about no parcel: such pages are not followed from visit to visit."""
    seen_at = iso_utc(visit.seen_at)
    return {
        "first_visit_id": visit.id,
        "last_visit_id": visit.id,
        "portal": visit.portal,
        "first_seen_at": seen_at,
        "last_seen_at": seen_at,
        "outcome": outcome,
        "problems": problems,
    }


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, (), [])}


def _sightings(db: Database, order_id: str) -> Sequence[Sighting]:
    return [
        Sighting(
            visit_id=row["visit_id"],
            portal=row["portal"],
            account=row["account"],
            page=row["page"],
            seen_at=parse_iso_utc(row["seen_at"]),
            order=order_from_json(json.loads(row["shown"])),
        )
        for row in db.query(_SIGHTINGS, [order_id])
    ]


def order_from_json(told: dict[str, Any]) -> Order:
    """The order that a row of `order_sightings` holds as JSON."""
    parts = {
        "items": tuple(Item(**item) for item in told.get("items", ())),
        "protection": tuple(Protection(**one) for one in told.get("protection", ())),
    }
    return Order(**{**told, **parts})
