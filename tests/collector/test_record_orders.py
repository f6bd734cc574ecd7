"""Records of a shop's pages: orders and items written and read back, refused, imported, exported.

All orders are invented.
"""

import json
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.derive import DERIVED_TABLES, Deriver
from collector.export import records
from collector.importing.imported import ImportedVisit, Refused, Request
from collector.importing.record_files import visits_in_list
from collector.record_orders import item_json, items_at, order_json, orders_at
from collector.records import RecordError, record_from_json, record_from_object, record_to_json
from collector.store.opening import open_store
from scrapers import portals
from scrapers.contract import Reading, Row
from scrapers.orders import Item, Order, Protection
from scrapers.words import Outcome
from tests.collector.worlds import (
    CAINIAO,
    CORREOS,
    ORDER,
    SEEN,
    a_record,
    blank,
    column,
    contents,
    event,
    record,
    rows,
    take_in,
)
from tests.scrapers.aliexpress_made import IDS, envelope, list_data

OTHER = "8190000000000002"
MOMENT = datetime(2026, 3, 1, 10, tzinfo=UTC)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12).filter(
    str.strip
)
maybe = st.none() | texts
counts = st.none() | st.integers(0, 1_000)
milliseconds = st.none() | st.integers(-62_135_596_800_000, 253_402_300_799_999)


def built(kind, **special):
    """Any value of the dataclass; every field is a text or None unless told otherwise."""
    return st.builds(kind, **{field.name: maybe for field in fields(kind)} | special)


def tuples(strategy, most=3):
    return st.lists(strategy, max_size=most).map(tuple)


items = built(Item, quantity=counts)
orders = built(
    Order,
    id=texts,
    items=tuples(items),
    items_claimed=counts,
    protection=tuples(built(Protection, text=texts)),
    has_tracking=st.none() | st.booleans(),
)
readings = st.builds(
    Reading,
    outcome=st.sampled_from(Outcome),
    rows=tuples(built(Row, description=texts, instant_ms=milliseconds, epoch_ms=milliseconds)),
    order_ids=tuples(texts),
    items=tuples(items),
    orders=tuples(orders),
    has_more=st.none() | st.booleans(),
)


# --- both ways -----------------------------------------------------------------------------------------


@given(tuples(orders))
def test_orders_come_back_as_they_were_written(some):
    written = json.loads(json.dumps({"orders": [order_json(order) for order in some]}))
    assert orders_at(written, "orders") == some


@given(tuples(items))
def test_items_come_back_as_they_were_written(some):
    written = json.loads(json.dumps({"items": [item_json(item) for item in some]}))
    assert items_at(written, "items") == some


@given(orders)
def test_what_is_not_known_is_not_written_and_no_is_not_unknown(order):
    written = order_json(order)
    assert None not in written.values()
    assert [] not in written.values()
    assert all(None not in item.values() for item in written.get("items", ()))
    assert ("has_tracking" in written) == (order.has_tracking is not None)
    assert ("items_claimed" in written) == (order.items_claimed is not None)


@given(
    readings,
    st.none() | st.sampled_from([CAINIAO, "AB12"]),
    st.sampled_from(["list", "detail", "tracking"]),
    maybe,
    maybe,
)
def test_a_page_of_a_shop_reads_back_the_same(reading, number, page, order_id, account):
    written = record_to_json(
        "aliexpress", number, MOMENT, reading, page=page, order_id=order_id, account=account
    )
    record = record_from_json(json.dumps(written))
    assert record.reading == replace(reading, number=number)
    told = (record.tracking_number, record.page, record.order_id, record.account)
    assert told == (number, page, order_id, account)
    assert record_from_json(record.line) == record


def test_a_list_needs_neither_a_number_nor_events_and_writes_none():
    written = record_to_json("aliexpress", None, MOMENT, Reading(orders=(Order(ORDER),)), page="list")
    assert not {"tracking_number", "events"} & set(written)
    assert record_from_object(written).reading.orders == (Order(ORDER),)


def test_orders_alone_are_an_answer_and_a_list_without_any_is_none_yet():
    assert a_reading(orders=[{"id": ORDER}]).outcome is Outcome.OK
    assert a_reading(orders=[]).outcome is Outcome.NO_EVENTS_YET


@pytest.mark.parametrize("said", [{}, {"has_more": None}])
def test_a_list_that_does_not_say_whether_it_goes_on_is_not_at_its_end(said):
    assert a_reading(**said).has_more is None
    assert a_reading(has_more=False).has_more is False


def test_unknown_keys_of_an_order_are_kept_in_the_line_and_ignored():
    whole = shop_page(orders=[{"id": ORDER, "mood": "glad", "items": [{"title": "Lamp", "colour": "red"}]}])
    record = record_from_object(whole)
    assert record.reading.orders == (Order(ORDER, items=(Item("Lamp"),)),)
    assert json.loads(record.line) == whole


# --- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"page": "basket"}, "page is none of list, detail, tracking"),
        ({"page": 7}, "page is not a text"),
        ({"page": None}, "tracking_number is missing"),
        ({"tracking_number": CAINIAO}, "events is missing"),
        ({"account": ["me"]}, "account is not a text"),
        ({"order_id": 8190000000000001}, "order_id is not a text"),
        ({"has_more": "yes"}, "has_more is neither true nor false"),
        ({"orders": {"id": ORDER}}, "orders is not a list"),
        ({"orders": [ORDER]}, "orders[0] is not an object"),
        ({"orders": [{"id": ORDER}, {}]}, "orders[1].id is missing"),
        ({"orders": [{"id": " "}]}, "orders[0].id is empty"),
        ({"orders": [{"id": 5}]}, "orders[0].id is not a text"),
        ({"orders": [{"id": ORDER, "total": 13.9}]}, "orders[0].total is not a text"),
        ({"orders": [{"id": ORDER, "items_claimed": -1}]}, "orders[0].items_claimed is no count"),
        ({"orders": [{"id": ORDER, "has_tracking": 1}]}, "orders[0].has_tracking is neither true nor false"),
        ({"orders": [{"id": ORDER, "items": "lamp"}]}, "orders[0].items is not a list"),
        ({"orders": [{"id": ORDER, "items": [None]}]}, "orders[0].items[0] is not an object"),
        ({"orders": [{"id": ORDER, "items": [{}, {"sku": 1}]}]}, "orders[0].items[1].sku is not a text"),
        (
            {"orders": [{"id": ORDER, "items": [{"quantity": True}]}]},
            "orders[0].items[0].quantity is no count",
        ),
        ({"orders": [{"id": ORDER, "protection": {}}]}, "orders[0].protection is not a list"),
        ({"orders": [{"id": ORDER, "protection": ["soon"]}]}, "orders[0].protection[0] is not an object"),
        ({"orders": [{"id": ORDER, "protection": [{}]}]}, "orders[0].protection[0].text is missing"),
        (
            {"orders": [{"id": ORDER, "protection": [{"text": "x", "date_text": 1}]}]},
            "orders[0].protection[0].date_text is not a text",
        ),
        ({"items": [{"quantity": 1.5}]}, "items[0].quantity is no count"),
        ({"items": {}}, "items is not a list"),
        ({"events": [{"description": "x", "epoch": 1772000000}]}, "events[0].epoch is not a text"),
        (
            {"events": [{"description": "x", "epoch": "2026-03-01T10:00:00"}]},
            "events[0].epoch has no time zone",
        ),
    ],
)
def test_what_is_no_record_is_refused_with_the_place_and_the_reason(changes, reason):
    with pytest.raises(RecordError) as refused:
        record_from_object(shop_page(**changes))
    assert str(refused.value) == reason


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = sorted({f.name for kind in (Order, Item, Protection) for f in fields(kind)})
ODD = st.dictionaries(st.sampled_from(KEYS), JSONS | st.lists(st.dictionaries(st.sampled_from(KEYS), JSONS)))


@settings(max_examples=300)
@given(st.lists(ODD | JSONS, max_size=3) | JSONS, st.lists(ODD, max_size=2) | JSONS)
def test_anything_in_place_of_orders_and_items_is_read_or_refused_in_one_line(some_orders, some_items):
    found = reading_or_reason(shop_page(orders=some_orders, items=some_items))
    if isinstance(found, Reading):
        assert orders_at({"orders": [order_json(o) for o in found.orders]}, "orders") == found.orders
    else:
        assert found
        assert found.isprintable()


def reading_or_reason(data):
    """The reading of a record, or the reason it is none; any other error escapes."""
    try:
        return record_from_object(data).reading
    except RecordError as error:
        return str(error)


def test_one_bad_record_costs_no_other_and_is_named_by_its_place():
    request = Request("shop.jsonl", portals(), None, None, None, None)
    good, bad = shop_page(orders=[{"id": ORDER}]), shop_page(orders=[{"items": []}])
    first, second, third = visits_in_list([good, bad, good], request)
    assert isinstance(first, ImportedVisit)
    assert isinstance(third, ImportedVisit)
    assert second == Refused("shop.jsonl", None, "record 2: orders[0].id is missing")


# --- into a database -----------------------------------------------------------------------------------

LAMP = {
    "title": "Desk lamp",
    "sku": "Black",
    "quantity": 2,
    "price_text": "13,90 €",
    "line_id": "1",
    "product_id": "7",
}
SOCKS = {
    "title": "Socks",
    "quantity": 1,
    "price": "3.90",
    "currency": "USD",
    "line_id": "2",
    "product_id": "8",
}
WHOLE = {
    "id": ORDER,
    "status_text": "Awaiting delivery",
    "placed_text": "Feb 20, 2026",
    "store": "Lamp Store",
    "total_text": "US $31.70",
    "total": "31.70",
    "currency": "USD",
    "items": [LAMP, SOCKS],
    "items_claimed": 2,
    "protection": [{"text": "Protected until Apr 20, 2026", "date_text": "Apr 20, 2026"}],
}


def shop_page(**changes):
    return {"portal": "aliexpress", "seen_at": SEEN, "page": "list"} | changes


def a_reading(**changes):
    return record_from_object(shop_page(**changes)).reading


def a_parcel(number=CAINIAO, order=ORDER, **changes):
    """The tracking page of one parcel."""
    shown = {"page": "tracking", "order_id": order, "order_ids": [order], "tracking_number": number}
    return shop_page(events=[{"description": "Package collected by carrier"}], account="me") | shown | changes


def test_an_order_on_a_list_becomes_rows_of_the_order_and_its_items(db):
    assert take_in(db, [shop_page(account="me", orders=[WHOLE], has_more=True)]) == (1, 0)
    (order,) = rows(db, "select * from orders")
    told = {name: order[name] for name in ("id", "marketplace", "account", "status", "state", "store")}
    assert told == {
        "id": ORDER,
        "marketplace": "aliexpress",
        "account": "me",
        "status": "Awaiting delivery",
        "state": "shipped",
        "store": "Lamp Store",
    }
    assert (order["placed_on"], order["total"], order["currency"]) == ("2026-02-20", "31.70", "USD")
    assert (order["protection_ends_on"], order["items_claimed"]) == ("2026-04-20", 2)
    shown = rows(db, "select title, sku, quantity, price, currency from order_items order by position")
    assert [tuple(row.values()) for row in shown] == [
        ("Desk lamp", "Black", 2, "13.90", "EUR"),
        ("Socks", None, 1, "3.90", "USD"),
    ]
    assert column(db, "select order_id from order_sightings") == [ORDER]


def test_a_visit_says_which_page_of_which_account_and_order_it_was(db):
    take_in(
        db,
        [
            shop_page(account="me", orders=[WHOLE]),
            shop_page(page="detail", order_id=ORDER, account="me", orders=[WHOLE]),
            a_parcel(),
            a_parcel(tracking_number=None, order=OTHER),
        ],
    )
    found = rows(db, "select page, order_id, account, tracking_number, rows_read from visits order by 1, 2")
    assert [tuple(row.values()) for row in found] == [
        ("detail", ORDER, "me", None, 1),
        ("list", None, "me", None, 1),
        ("tracking", ORDER, "me", CAINIAO, 1),
        ("tracking", OTHER, "me", None, 1),
    ]
    assert take_in(db, [a_parcel()]) == (0, 1)


def test_a_tracking_page_puts_what_it_names_into_the_parcel(db):
    take_in(db, [shop_page(orders=[WHOLE]), a_parcel(items=[{"title": "Socks", "quantity": 1}])])
    assert rows(db, "select * from parcel_orders") == [{"parcel_id": CAINIAO, "order_id": ORDER}]
    carried = """select p.parcel_id, i.title, p.quantity from parcel_items as p
                 join order_items as i on i.id = p.order_item_id"""
    assert rows(db, carried) == [{"parcel_id": CAINIAO, "title": "Socks", "quantity": 1}]
    assert column(db, "select title from parcels") == ["Socks"]


def test_an_only_parcel_carries_the_whole_order_until_a_second_one_is_seen(db):
    take_in(db, [shop_page(orders=[WHOLE]), a_parcel()])
    assert column(db, "select quantity from parcel_items order by quantity") == [1, 2]
    take_in(db, [a_parcel(CORREOS)])
    assert column(db, "select order_item_id from parcel_items") == []


def test_epochs_of_rows_are_kept_as_evidence_and_believed_by_nobody(db):
    row = {"description": "Package collected by carrier", "epoch": "2026-02-27T10:00:00Z"}
    take_in(db, [a_parcel(events=[row])])
    found = rows(db, "select epoch_ms, occurred_at from observations")
    assert found == [{"epoch_ms": 1_772_186_400_000, "occurred_at": None}]


# --- out of a database and into another ----------------------------------------------------------------


def a_line(draw):
    n = draw(st.sampled_from("123"))
    line = {
        "title": draw(st.sampled_from([f"Thing {n}", None])),
        "quantity": draw(st.sampled_from([1, 2, None])),
    }
    return line | {"product_id": n} | draw(st.sampled_from([{}, {"line_id": n}, {"sku": "Black"}]))


@st.composite
def a_shop_record(draw):
    """One page of a shop: lists, orders and parcels that overlap and contradict each other."""
    order = draw(st.sampled_from([ORDER, OTHER]))
    page = draw(st.sampled_from(["list", "detail", "tracking", "tracking"]))
    seen = f"2026-03-0{draw(st.integers(1, 4))}T1{draw(st.integers(0, 2))}:00:00Z"
    shown = shop_page(page=page, seen_at=seen, account=draw(st.sampled_from(["me", "you"])))
    lines = [a_line(draw) for _ in range(draw(st.integers(0, 3)))]
    if page == "tracking":
        number = draw(st.sampled_from([None, CAINIAO, CORREOS, "AA1"]))
        ids = draw(st.sampled_from([[order], [ORDER, OTHER]]))
        event = {"description": draw(st.sampled_from(["Package collected by carrier", "Delivered", "Hm"]))}
        also = {
            "order_id": order,
            "order_ids": ids,
            "tracking_number": number,
            "items": lines,
            "events": [event],
        }
        return shown | {key: value for key, value in also.items() if value is not None}
    whole = WHOLE | {"id": order, "items": lines, "status_text": draw(st.sampled_from(["Finished", None]))}
    some = [whole | {"items_claimed": draw(st.sampled_from([None, 1, 3]))}]
    if page == "detail":
        return shown | {"order_id": order, "orders": some}
    return shown | {
        "orders": draw(st.sampled_from([some, [], [*some, WHOLE]])),
        "has_more": draw(st.booleans()),
    }


shops = st.lists(a_shop_record() | a_record(), min_size=1, max_size=7)


def derived(*batches):
    with closing(blank()) as db:
        for batch in batches:
            take_in(db, batch)
            assert not rows(db, "pragma foreign_key_check")
        return contents(db)


@settings(max_examples=60, deadline=None)
@given(shops)
def test_exported_records_taken_in_elsewhere_give_the_same(world):
    with closing(blank()) as db, closing(blank()) as elsewhere:
        take_in(db, world)
        lines = json.loads(json.dumps(list(records(db, portals()))))
        take_in(elsewhere, lines)
        assert contents(elsewhere) == contents(db)
        assert list(records(elsewhere, portals())) == lines


@settings(max_examples=100, deadline=None)
@given(shops, st.data())
def test_order_and_batching_of_orders_and_parcels_do_not_matter(world, data):
    shuffled = data.draw(st.permutations(world))
    cut = data.draw(st.integers(0, len(world)))
    assert derived(shuffled[:cut], shuffled[cut:]) == derived(world)


@pytest.mark.parametrize("first", [0, 1])
def test_no_parcel_carries_the_whole_order_once_there_are_two_in_whatever_order_they_came(db, first):
    shown = {"order_ids": [ORDER], "events": [event("2026-02-27 13:05:11")]}
    parcels = [record(number=number, **shown) for number in (CAINIAO, "AA1")]
    take_in(db, [shop_page(orders=[WHOLE]), parcels[first]])
    take_in(db, [parcels[1 - first]])
    assert column(db, "select parcel_id from parcel_items") == []


@settings(max_examples=60, deadline=None)
@given(shops)
def test_deriving_orders_again_gives_the_same(world):
    with closing(blank()) as db:
        take_in(db, world)
        before = contents(db)
        Deriver(db, portals()).rebuild()
        assert contents(db) == before


def test_a_saved_page_of_the_list_comes_out_as_a_record_that_says_the_same(database, crosstrack):
    saved = database.with_name("list.json")
    saved.write_text(json.dumps(envelope(list_data(IDS[:3], hasMore=False))))
    crosstrack("import", saved, "--portal", "aliexpress", "--seen-at", SEEN)
    line = json.loads(crosstrack("export", "--format", "jsonl").stdout)
    assert (line["page"], line["has_more"], len(line["orders"])) == ("list", False, 3)
    with closing(blank()) as elsewhere, open_store(database) as db:
        take_in(elsewhere, [line])
        assert len(column(db, "select id from order_items")) == 3
        assert told(elsewhere) == told(db)


def told(db):
    """What is derived, without the ids of visits, which say how a page came."""
    return {
        name: sorted(
            str(sorted((k, v) for k, v in row.items() if not k.endswith("visit_id"))) for row in db[name].rows
        )
        for name in DERIVED_TABLES
    }
