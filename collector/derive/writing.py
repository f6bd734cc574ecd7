"""Derived parcels into the database: only rows that differ are touched."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from collector.derive import rows as as_rows
from collector.derive.numbers import Link
from collector.derive.orders import item_titles, packed_items
from collector.derive.rows import DerivedParcel, Row
from collector.derive.titles import contents, title
from collector.reconcile.clocks import Estimate
from collector.store.sync import sync
from scrapers import vocabulary

_OF_PARCEL = "parcel_id in ({marks})"
_OF_NUMBER = "tracking_number in ({marks})"
_OF_OBSERVATION = "observation_id in (select id from observations where tracking_number in ({marks}))"
_OF_VISIT = "visit_id in (select id from visits where tracking_number in ({marks}))"


def write_parcels(
    db: Database, numbers: Sequence[str], links: Sequence[Link], parcels: Sequence[DerivedParcel]
) -> None:
    """Make the derived tables say about `numbers` what `parcels` say. Call inside a transaction."""
    ids = _parcels_of(db, numbers) | {p.id for p in parcels}

    def put(table: str, key: Sequence[str], scope: str, scope_ids: Iterable[str], wanted: list[Row]) -> None:
        sync(db, table, key, scope, scope_ids, wanted)

    _write_orders(db, parcels)
    put("parcel_orders", ("parcel_id", "order_id"), _OF_PARCEL, ids, _order_links(parcels))
    packed = {p.id: packed_items(db, p) for p in parcels}
    items = [row for rows in packed.values() for row in rows]
    put("parcel_items", ("parcel_id", "order_item_id"), _OF_PARCEL, ids, items)
    named = [as_rows.parcel_row(p, _title(db, p, packed[p.id])) for p in parcels]
    put("parcels", ("id",), "id in ({marks})", ids, named)
    put("tracking_numbers", ("number", "parcel_id"), _OF_PARCEL, ids, _number_rows(parcels, links))
    put(
        "sightings",
        ("observation_id", "first_visit_id"),
        _OF_OBSERVATION,
        numbers,
        _all(parcels, as_rows.sighting_rows),
    )
    put("observations", ("id",), _OF_NUMBER, numbers, _all(parcels, as_rows.observation_rows))
    put("readings", ("visit_id",), _OF_VISIT, numbers, _all(parcels, as_rows.reading_rows))
    put("events", ("id",), _OF_PARCEL, ids, _all(parcels, as_rows.event_rows))
    put("disagreements", ("id",), _OF_PARCEL, ids, _all(parcels, as_rows.disagreement_rows))
    count_key = ("parcel_id", "portal", "leg", "measure", "value")
    put("clock_counts", count_key, _OF_PARCEL, ids, _all(parcels, as_rows.count_rows))


def _title(db: Database, parcel: DerivedParcel, packed: Sequence[Row]) -> str:
    """What the parcel is called: the user's note, else what is in it, else its number."""
    noted = "select note from followed where number = ? and note is not null"
    note = next((r["note"] for n in sorted(parcel.numbers) for r in db.query(noted, [n])), None)
    inside = item_titles(db, [row["order_item_id"] for row in packed])
    return title(note, inside or contents(parcel.seen), parcel.id)


def estimate_rows(known: Mapping[tuple[str, str], Estimate]) -> list[Row]:
    """Rows of `clock_estimates`."""
    return [
        {
            "portal": portal,
            "leg": leg,
            "scope": "all parcels",
            "offset_minutes": e.offset_minutes,
            "lag_class": e.lag_class,
            "reliability": e.reliability,
            "support": e.support,
            "basis": e.basis,
        }
        for (portal, leg), e in known.items()
    ]


def _parcels_of(db: Database, numbers: Iterable[str]) -> set[str]:
    return {
        row["parcel_id"]
        for number in numbers
        for row in db.query("select parcel_id from tracking_numbers where number = ?", [number])
    }


def _number_rows(parcels: Iterable[DerivedParcel], links: Sequence[Link]) -> list[Row]:
    rows: list[Row] = []
    for p in parcels:
        first_seen: dict[str, datetime] = {}
        visited: dict[str, str] = {}
        mine = [k for k in links if k.number_b in p.numbers]
        for s in sorted(p.seen, key=lambda s: (s.seen_at, s.portal)):
            first_seen.setdefault(s.tracking_number, s.seen_at)
            visited.setdefault(s.tracking_number, s.portal)
        for k in mine:
            first_seen[k.number_b] = min(k.first_seen_at, first_seen.get(k.number_b, k.first_seen_at))
        rows.extend(as_rows.number_rows(p, mine, first_seen, visited))
    return rows


def _write_orders(db: Database, parcels: Iterable[DerivedParcel]) -> None:
    for p in parcels:
        for s in p.seen:
            is_shop = vocabulary.facts(s.portal).kind == "marketplace"
            for order_id in s.reading.order_ids:
                db.execute("insert into orders (id) values (?) on conflict (id) do nothing", [order_id])
                if is_shop:
                    db.execute("update orders set marketplace = ? where id = ?", [s.portal, order_id])


def _order_links(parcels: Iterable[DerivedParcel]) -> list[Row]:
    pairs = {(p.id, order_id) for p in parcels for s in p.seen for order_id in s.reading.order_ids}
    return [{"parcel_id": parcel, "order_id": order} for parcel, order in sorted(pairs)]


def _all(parcels: Iterable[DerivedParcel], rows_of: Callable[[DerivedParcel], list[Row]]) -> list[Row]:
    return [row for p in parcels for row in rows_of(p)]
