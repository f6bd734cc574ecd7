"""What a bundle is about: parcels, their numbers and orders, and every visit that concerns them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from collector.errors import UsageError
from collector.finding import parcels_named
from collector.read.offsets import parse_iso_utc

Row = dict[str, Any]

_NUMBERS = """
select distinct number from tracking_numbers where parcel_id in ({marks}) order by first_seen_at, number
"""
_ORDERS = "select distinct order_id from parcel_orders where parcel_id in ({marks}) order by 1"
#: A number that was used again was another parcel's in other visits.
_OF_NUMBERS = """
select v.* from visits as v where v.tracking_number = ?1 and not exists (
    select 1 from readings as r where r.visit_id = v.id and r.parcel_id is not null
    and r.parcel_id not in (select value from json_each(?2)))
"""
_OF_ORDER = """
select v.* from visits as v where +v.tracking_number is null and v.id in (
    select visit_id from order_sightings where order_id = ?1)
union
select v.* from orders as o join visits as v on v.portal = o.marketplace and v.order_id = o.id
where o.id = ?1 and v.tracking_number is null
"""
_PAGES = """
select p.*, g.media_type, g.bytes from visit_pages as p join pages as g on g.id = p.page_id
where p.visit_id = ? order by p.position
"""


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """A row of `visits`, and its rows of `visit_pages` with `media_type` and `bytes` of the page."""

    row: Row
    pages: tuple[Row, ...]

    @property
    def is_list(self) -> bool:
        """Whether its pages are about all orders of an account."""
        return bool(self.row["page"] == "list")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked for. `parcels` is empty for an order that has none yet; visits are oldest first."""

    asked_for: str
    parcels: tuple[str, ...]
    numbers: tuple[str, ...]
    orders: tuple[str, ...]
    visits: tuple[SeenVisit, ...]


def subject(db: Database, name: str) -> Subject:
    """What `name`, a number or an order, is about. Raises UsageError for a name of nothing."""
    parcels = _parcels(db, name)
    numbers = _column(db, _NUMBERS, parcels)
    orders = _column(db, _ORDERS, parcels) or ([] if parcels else [name.strip()])
    return Subject(
        name.strip(), tuple(parcels), tuple(numbers), tuple(orders), _visits(db, parcels, numbers, orders)
    )


def _parcels(db: Database, name: str) -> list[str]:
    try:
        return parcels_named(db, name)
    except UsageError:
        if not list(db.query("select 1 from orders where id = ?", [name.strip()])):
            raise
        return []


def _visits(
    db: Database, parcels: Sequence[str], numbers: Sequence[str], orders: Sequence[str]
) -> tuple[SeenVisit, ...]:
    wanted = json.dumps(parcels)
    rows = [row for number in numbers for row in db.query(_OF_NUMBERS, [number, wanted])]
    rows += [row for order in orders for row in db.query(_OF_ORDER, [order])]
    by_id = {row["id"]: row for row in rows}
    ordered = sorted(by_id.values(), key=lambda row: (parse_iso_utc(row["seen_at"]), row["id"]))
    return tuple(SeenVisit(row, tuple(db.query(_PAGES, [row["id"]]))) for row in ordered)


def _column(db: Database, sql: str, values: Sequence[str]) -> list[str]:
    marks = ",".join("?" * len(values))
    return [next(iter(row.values())) for row in db.query(sql.format(marks=marks), list(values))]
