"""Derived parcels into the database: only rows that differ are touched."""

from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from collector.derive.orders import item_titles, packed_items
from collector.derive.rows import ParcelRows, Row
from collector.derive.titles import contents
from collector.parcel_titles import title
from collector.store.summaries import summarise
from collector.store.sync import sync
from scrapers import vocabulary

_OF_PARCEL = "parcel_id in ({marks})"
_OF_NUMBER = "tracking_number in ({marks})"
_OF_OBSERVATION = "observation_id in (select id from observations where tracking_number in ({marks}))"

#: Tables whose rows come as they are: name, key, what their scope is, whether that is numbers (else parcels).
_TABLES = (
    ("tracking_numbers", ("number", "parcel_id"), _OF_PARCEL, False),
    ("sightings", ("observation_id", "first_visit_id"), _OF_OBSERVATION, True),
    ("observations", ("id",), _OF_NUMBER, True),
    ("reading_spans", ("first_visit_id",), _OF_NUMBER, True),
    ("events", ("id",), _OF_PARCEL, False),
    ("disagreements", ("id",), _OF_PARCEL, False),
)


def write_parcels(db: Database, numbers: Sequence[str], parcels: Sequence[ParcelRows]) -> None:
    """Make the derived tables say about `numbers` what `parcels` say. Call inside a transaction."""
    ids = _parcels_of(db, numbers) | {p.id for p in parcels}
    _write_orders(db, parcels)
    sync(db, "parcel_orders", ("parcel_id", "order_id"), _OF_PARCEL, ids, _order_links(parcels))
    packed = {p.id: packed_items(db, p) for p in parcels}
    items = [row for rows in packed.values() for row in rows]
    sync(db, "parcel_items", ("parcel_id", "order_item_id"), _OF_PARCEL, ids, items)
    titled = [
        {**row, "title": _title(db, p, packed[p.id])} for p in parcels for row in p.rows.get("parcels", ())
    ]
    sync(db, "parcels", ("id",), "id in ({marks})", ids, titled)
    for table, key, scope, is_of_numbers in _TABLES:
        rows = [row for p in parcels for row in p.rows.get(table, ())]
        sync(db, table, key, scope, numbers if is_of_numbers else ids, rows)
    summarise(db, ids)


def write_counts(db: Database, numbers: Sequence[str], rows: Iterable[Row]) -> None:
    """Make `rows` all that the parcels of `numbers` teach. Call inside a transaction."""
    ids = _parcels_of(db, numbers).union(numbers)
    # A number that is used again gives its later parcels names of their own; "A" comes after "@".
    later = "select distinct parcel_id from clock_counts where parcel_id > ? || '@' and parcel_id < ? || 'A'"
    for number in numbers:
        ids |= {row[0] for row in db.conn.execute(later, (number, number))}
    sync(db, "clock_counts", ("parcel_id", "portal", "leg", "measure", "value"), _OF_PARCEL, ids, rows)


def _title(db: Database, parcel: ParcelRows, packed: Sequence[Row]) -> str:
    """What the parcel is called: the user's note, else what is in it, else its number."""
    noted = "select note from followed where number = ? and note is not null"
    notes = (row[0] for n in sorted(parcel.numbers) for row in db.conn.execute(noted, (n,)))
    inside = item_titles(db, [row["order_item_id"] for row in packed]) if packed else []
    return title(next(notes, None), inside or contents(parcel.packing), parcel.id)


def _parcels_of(db: Database, numbers: Iterable[str]) -> set[str]:
    query = "select parcel_id from tracking_numbers where number = ?"
    return {row[0] for number in numbers for row in db.conn.execute(query, (number,))}


def _write_orders(db: Database, parcels: Iterable[ParcelRows]) -> None:
    for p in parcels:
        for s in p.packing:
            is_shop = vocabulary.facts(s.portal).kind == "marketplace"
            for order_id in s.reading.order_ids:
                db.execute("insert into orders (id) values (?) on conflict (id) do nothing", [order_id])
                if is_shop:
                    db.execute("update orders set marketplace = ? where id = ?", [s.portal, order_id])


def _order_links(parcels: Iterable[ParcelRows]) -> list[Row]:
    pairs = {(p.id, order_id) for p in parcels for s in p.packing for order_id in s.reading.order_ids}
    return [{"parcel_id": parcel, "order_id": order} for parcel, order in sorted(pairs)]
