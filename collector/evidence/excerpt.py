"""A small database with what is told of a subject and nothing else: what is not named here is left out.

Everything a bundle shows is read from it by the queries that serve everywhere. Its texts are fit to be handed
on, unless personal data is to be kept.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Literal

from sqlite_utils import Database

from collector.evidence.hiding import Texts
from collector.evidence.subject import Row, Subject
from collector.parcel_titles import title
from collector.store.migrations import migrations
from collector.store.summaries import summarise
from collector.store.views import create_views

#: as_is     ids, dates, amounts, words of ours; products and stores, which is what a dispute is about
#: others    as the methods of `Texts`
Kind = Literal["as_is", "said", "named", "time", "repeated", "within", "shown"]

_TEXTS: Mapping[str, Mapping[str, Kind]] = {
    "tracking_numbers": {"carrier": "named"},
    "parcel_links": {"carrier": "named"},
    "orders": {
        "placed_text": "time",
        "status": "said",
        "protection_text": "said",
        "refund_text": "said",
    },
    "reading_spans": {"status_text": "said", "pickup_point": "said"},
    "observations": {
        "time_text": "time",
        "description": "said",
        "note": "said",
        "place": "named",
        "code": "named",
        "relayed_from": "named",
    },
    "sightings": {"time_text": "repeated", "description": "repeated", "place": "repeated"},
    "events": {"place": "repeated", "description": "repeated", "shown": "shown"},
    "disagreements": {"explanation": "within"},
}
_AS_THEY_ARE: Mapping[str, str] = {
    "parcels": "id title origin_country destination_country stage milestone delivered_at last_event_at"
    " estimated_from_on estimated_to_on",
    "tracking_numbers": "number parcel_id role first_seen_at found_on",
    "parcel_links": "number_a number_b portal role reason first_seen_at accepted",
    "parcel_orders": "parcel_id order_id",
    "orders": "id marketplace placed_on store state total currency protection_ends_on protection_latest_on"
    " paid_on shipped_on finished_on destination_country items_claimed first_seen_at last_seen_at",
    "order_items": "id order_id title sku quantity price currency position line_id product_id sku_id",
    "parcel_items": "parcel_id order_item_id quantity",
    "visits": "id portal tracking_number order_id page seen_at source outcome complete viewer_zone"
    " viewer_offset_minutes rows_claimed rows_read rows_bad",
    "reading_spans": "first_visit_id last_visit_id portal tracking_number first_seen_at last_seen_at"
    " parcel_id outcome milestone origin_country destination_country estimate_from_on estimate_to_on"
    " clock_shift_s",
    "observations": "id parcel_id portal tracking_number position local_time precision"
    " claimed_offset_minutes utc_offset_minutes offset_source occurred_at earliest_at latest_at milestone"
    " physical leg duplicate_of first_seen_at last_seen_at withdrawn_at replaced_by event_id time_problem"
    " epoch_ms",
    "sightings": "observation_id first_visit_id last_visit_id position claimed_offset_minutes",
    "events": "id parcel_id sequence milestone leg occurred_at earliest_at latest_at portals highlight",
    "disagreements": "id parcel_id event_id kind severity portal_a portal_b observation_a observation_b"
    " shown_difference_s claimed_difference_s real_difference_s reverses_order suspect_observation"
    " confidence",
}
_OF_PARCEL = "parcel_id in ({parcels})"
_SCOPES: Mapping[str, str] = {
    "parcels": "id in ({parcels})",
    "visits": "id in ({visits})",
    "orders": "id in ({orders})",
    "order_items": "order_id in ({orders})",
    "parcel_orders": "parcel_id in ({parcels}) and order_id in ({orders})",
    "parcel_links": "number_a in ({numbers}) and number_b in ({numbers})",
    "reading_spans": "first_visit_id in ({visits})",
    "sightings": "observation_id in ({rows})",
}
_ROWS = "select id from observations where parcel_id = ?"
_PORTALS_OF: Mapping[str, str] = {
    "orders": "marketplace",
    "observations": "portal",
    "reading_spans": "portal",
}
#: Where texts are repeated comes after where they were said.
_TABLES = tuple(_AS_THEY_ARE)
_ITEMS = """
select i.title from parcel_items as p join order_items as i on i.id = p.order_item_id
where p.parcel_id = ? and i.title is not null order by i.order_id, i.position
"""


@contextmanager
def excerpt(db: Database, about: Subject, texts: Texts) -> Iterator[Database]:
    """A database in memory that holds the subject's rows."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        made = Database(connection)
        migrations.apply(made)
        create_views(made)
        connection.execute("pragma foreign_keys = off")  # what they refer to may be left out
        ids = _ids(db, about)
        for table in _TABLES:
            _copy(db, made, table, ids, texts)
        connection.execute("delete from underived")
        if not texts.keep:
            _name_anew(made, about.parcels)
        summarise(made, about.parcels)
        yield made


def _ids(db: Database, about: Subject) -> dict[str, str]:
    """The ids by which rows are chosen, as JSON arrays for `json_each`."""
    rows = [row["id"] for parcel in about.parcels for row in db.query(_ROWS, [parcel])]
    ids: dict[str, Iterable[str]] = {
        "parcels": about.parcels,
        "orders": about.orders,
        "numbers": about.numbers,
        "visits": [visit.row["id"] for visit in about.visits],
        "rows": rows,
    }
    return {name: json.dumps(list(values)) for name, values in ids.items()}


def _copy(db: Database, made: Database, table: str, ids: Mapping[str, str], texts: Texts) -> None:
    kinds: dict[str, Kind] = dict.fromkeys(_AS_THEY_ARE[table].split(), "as_is")
    kinds |= _TEXTS.get(table, {})
    names, portal = ", ".join(kinds), _PORTALS_OF.get(table, "null")
    scope = _SCOPES.get(table, _OF_PARCEL)
    values = [ids[name] for name in _named_in(scope)]
    condition = scope.format_map(dict.fromkeys(ids, "select value from json_each(?)"))
    sql = f"select {names}, {portal} as _portal from {table} where {condition}"  # noqa: S608 - our names
    rows = [tuple(_cells(row, kinds, texts)) for row in db.query(sql, values)]
    marks = ", ".join("?" * len(kinds))
    made.conn.executemany(f"insert into {table} ({names}) values ({marks})", rows)  # noqa: S608


def _named_in(scope: str) -> list[str]:
    return [part.partition("}")[0] for part in scope.split("{")[1:]]


def _cells(row: Row, kinds: Mapping[str, Kind], texts: Texts) -> Iterator[Any]:
    portal = row["_portal"]
    for name, kind in kinds.items():
        cell = row[name]
        match kind:
            case "said":
                yield texts.said(cell, portal)
            case "named":
                yield texts.named(cell, portal)
            case "time":
                yield texts.time(cell, portal)
            case "repeated":
                yield texts.repeated(cell)
            case "within":
                yield texts.within(cell)
            case "shown":
                yield _shown(cell, texts)
            case _:
                yield cell


def _shown(cell: str, texts: Texts) -> str:
    """What each portal prints for an event, as JSON."""
    told = {portal: texts.repeated(time) for portal, time in json.loads(cell).items()}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _name_anew(made: Database, parcels: Iterable[str]) -> None:
    """Call parcels by what is in them: a person's own note is nobody else's."""
    for parcel in parcels:
        items = [row["title"] for row in made.query(_ITEMS, [parcel])]
        made.execute("update parcels set title = ? where id = ?", [title(None, items, parcel), parcel])
