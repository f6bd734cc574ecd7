"""AliExpress' tracking page: a real reply where CROSSTRACK_CAPTURES points to it, else synthetic ones."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.read import read_rows
from scrapers.aliexpress import AliExpress
from scrapers.contract import LayoutChanged, Page, Reading, RelatedNumber
from scrapers.orders import Item, Protection
from scrapers.vocabulary import meaning, order_state
from scrapers.words import Leg, Milestone, Outcome, Role

SHOP = AliExpress()
ORDER = "8190000000000001"
NUMBER, LOCAL = "LP00123456789012", "999000111222BR"
PAGE_URL = f"https://www.aliexpress.com/p/tracking/index.html?_addShare=no&_login=yes&tradeOrderId={ORDER}"
OLD_URL = f"https://track.aliexpress.com/logisticsdetail.htm?tradeId={ORDER}"
DATA_URL = "https://acs.aliexpress.com/h5/mtop.ae.ld.querydetail/1.0/?jsv=2.5.1&data=" + quote(
    json.dumps({"tradeOrderId": ORDER, "tradeOrderLineId": "", "_lang": "en_US"})
)
SEEN_AT = datetime(2026, 9, 7, 12, tzinfo=UTC)
PERSON = "Ximena Quetzalrubio"


def event(
    text: str | None = "Awaiting flight", time: Any = None, ms: Any = None, **changes: Any
) -> dict[str, Any]:
    made = {
        "timeText": time,
        "time": ms,
        "trackingName": "In transit",
        "trackingDetailDesc": text,
        "trackingSecondCode": "AE_LH_HO_AIRLINE",
        "note": f"signed by {PERSON}",
        "deliveryTimeDesc": "<b>Faster than over 99% of other packages.</b>",
    }
    return {key: value for key, value in (made | changes).items() if value is not None}


def package(*events: Any, **changes: Any) -> dict[str, Any]:
    made = {
        "mailNo": LOCAL,
        "originMailNo": NUMBER,
        "blockMailNo": False,
        "packageItemList": [
            {"itemId": 1005000000000001, "itemTitle": "Cable", "skuId": "12000000000000001",
             "skuDesc": "Color:Black;Length:2m", "count": 2}
        ],
        "logisticsCpInfo": {"cpName": "J&T Express"},
        "detailList": list(events),
    }  # fmt: skip
    return {key: value for key, value in (made | changes).items() if value is not ...}


def body(*packages: Any, **module: Any) -> dict[str, Any]:
    made = {
        "logisticsReceiverInfo": {"contactName": PERSON, "address": "Calle Invisible 7", "country": "Spain"},
        "trackingDetailLineList": list(packages),
    }
    return {
        "api": "mtop.ae.ld.querydetail",
        "v": "1.0",
        "ret": ["SUCCESS::调用成功"],
        "data": {"result": True, "module": made | module},
    }


def payload(value: Any, url: str = DATA_URL) -> Page:
    text = value if isinstance(value, str | bytes) else json.dumps(value, ensure_ascii=False)
    return Page(
        Role.PAYLOAD, url, "application/json", text if isinstance(text, bytes) else text.encode(), 200
    )


def dom(html: str, url: str = PAGE_URL) -> Page:
    return Page(Role.DOM, url, "text/html", f"<html><body>{html}</body></html>".encode(), 200)


def one(*pages: Page) -> Reading:
    (reading,) = SHOP.parse(pages)
    return reading


def told(*packages: Any, **module: Any) -> tuple[Reading, ...]:
    return SHOP.parse([payload(body(*packages, **module))])


def told_one(*packages: Any, **module: Any) -> Reading:
    (reading,) = told(*packages, **module)
    return reading


# --- a real reply --------------------------------------------------------------------------------------


def capture() -> bytes:
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES names no folder of captured pages")
    return (Path(folder) / "aliexpress" / "logistics-querydetail.json").read_bytes()


def captured() -> Reading:
    return one(payload(capture(), ""))


def as_strings(value: Any) -> Any:
    """Every scalar as text, as the JSONP replies of some accounts have them."""
    if isinstance(value, dict):
        return {key: as_strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_strings(item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


def shuffled(value: Any) -> Any:
    if isinstance(value, dict):
        pairs = [(key, shuffled(item)) for key, item in value.items()]
        pairs.reverse()
        return dict(pairs)
    return [shuffled(item) for item in value] if isinstance(value, list) else value


def test_every_event_of_a_real_reply_is_read_as_it_stands():
    source = json.loads(capture())["data"]["module"]["trackingDetailLineList"][0]
    events = source["detailList"]
    reading = captured()
    assert len(reading.rows) == 26
    assert [r.code for r in reading.rows] == [e["trackingSecondCode"] for e in events]
    assert [r.description for r in reading.rows] == [e["trackingDetailDesc"] for e in events]
    assert [r.note for r in reading.rows] == [e["trackingName"] for e in events]
    assert [r.time_text for r in reading.rows] == [e.get("timeText") for e in events]
    assert [r.epoch_ms for r in reading.rows] == [e["time"] for e in events]
    assert [r.place for r in reading.rows] == [e.get("detailedLocation") for e in events]
    assert sum(r.time_text is None for r in reading.rows) == 2
    assert (reading.outcome, reading.complete, reading.layout) == (Outcome.OK, True, "data")


def test_a_real_reply_names_its_numbers_its_country_and_its_items():
    reading = captured()
    source = json.loads(capture())["data"]["module"]["trackingDetailLineList"][0]
    assert reading.number == source["originMailNo"]
    assert reading.related_numbers[0] == RelatedNumber(source["mailNo"], "J&T Express", "last_mile")
    assert all(not related.number.startswith("0800") for related in reading.related_numbers)
    assert reading.destination_country == "Brazil"
    assert [item.quantity for item in reading.items] == [1]
    assert reading.items[0].sku == source["packageItemList"][0]["skuDesc"].replace(";", ", ")
    assert [len(order.protection) for order in reading.orders] == [2]
    assert reading.order_ids == (reading.orders[0].id,)


def test_a_delivered_parcel_has_a_headline_and_no_estimate():
    reading = captured()
    assert reading.status_text == "Delivered：Jul. 28"
    assert (reading.estimate_from_on, reading.estimate_to_on) == (None, None)


def test_the_shuffled_epoch_numbers_of_the_real_reply_prove_nothing():
    reading = captured()
    assert all(row.instant_ms is None for row in reading.rows)
    assert reading.problems == ("the epoch numbers do not match the printed times on 24 of 24 rows",)


def test_nothing_of_the_recipient_is_in_the_reading():
    module = json.loads(capture())["data"]["module"]
    personal = [
        text
        for key, text in module["logisticsReceiverInfo"].items()
        if key not in ("country", "city", "receiverInfoIcon")  # scans name that city too
    ]
    shown = repr(captured())
    assert len(personal) == 8
    assert [text for text in personal if text in shown] == []


@pytest.mark.parametrize("change", [as_strings, shuffled], ids=["all strings", "keys in another order"])
def test_a_real_reply_reads_the_same_in_the_other_forms_replies_come_in(change):
    assert one(payload(change(json.loads(capture())), "")) == captured()


def test_a_real_reply_reads_the_same_as_jsonp():
    assert one(payload(b"mtopjsonp1(" + capture() + b");", "")) == captured()


def test_every_printed_time_of_the_real_reply_is_read_in_its_year():
    rows = read_rows("aliexpress", captured(), SEEN_AT)
    dated = [row for row in rows if row.printed.time_text is not None]
    assert len(dated) == 24
    for row in dated:
        assert row.local_time is not None
        assert (
            row.local_time.strftime("%a | %b. ") + row.local_time.strftime("%d %H:%M").lstrip("0")
            == row.printed.time_text
        )
        assert row.local_time.year == 2026
        assert row.precision == "minute"
    assert [r.local_time for r in dated] == sorted((r.local_time for r in dated), reverse=True)


def test_every_event_of_the_real_reply_has_a_milestone():
    milestones = [row.milestone for row in read_rows("aliexpress", captured(), SEEN_AT)]
    assert None not in milestones
    assert milestones[:3] == [
        Milestone.DELIVERED,
        Milestone.OUT_FOR_DELIVERY,
        Milestone.ARRIVED_DELIVERY_OFFICE,
    ]
    assert milestones[-2:] == [Milestone.NOTICE, Milestone.NOTICE]


# --- numbers -------------------------------------------------------------------------------------------


def test_the_first_carriers_number_is_the_parcels_and_the_shown_one_the_last_carriers():
    reading = told_one(package(event()))
    assert reading.number == NUMBER
    assert reading.related_numbers == (RelatedNumber(LOCAL, "J&T Express", "last_mile"),)


def test_the_number_stays_while_the_shown_one_changes():
    before = told_one(package(event(), mailNo=NUMBER, logisticsCpInfo=...))
    after = told_one(package(event()))
    assert before.number == after.number
    assert before.related_numbers == ()


def test_a_number_that_is_none_gives_way_to_the_shown_one():
    assert told_one(package(event(), originMailNo="-")).number == LOCAL
    assert told_one(package(event(), originMailNo=...)).number == LOCAL


@pytest.mark.parametrize("block", [True, "true"])
def test_of_a_hidden_number_only_the_first_carriers_is_used(block):
    hidden = told_one(package(event(), blockMailNo=block, mailNo="9990****222BR"))
    assert (hidden.number, hidden.related_numbers) == (NUMBER, ())
    both = told_one(package(event(), blockMailNo=block, originMailNo="LP0012****9012"))
    assert (both.number, both.related_numbers) == (None, ())
    assert len(both.rows) == 1


def test_numbers_on_the_carriers_card_are_taken_and_its_telephones_are_not():
    lines = [
        {"clickType": "1", "content": "CNBR00000000012"},
        {"clickType": 1, "content": "0800 555-0199"},
        {"clickType": 1, "content": "5550199"},
        {"clickType": 4, "content": "https://carrier.example/AA123456789"},
        {"clickType": 1, "content": "Mon to Fri"},
    ]
    card = {"cpName": "J&T Express", "cpContactPhoneList": ["08005550199"], "infoList": lines}
    reading = told_one(package(event(), logisticsCpInfo=card))
    assert [related.number for related in reading.related_numbers] == [LOCAL, "CNBR00000000012"]


# --- rows ----------------------------------------------------------------------------------------------


def test_a_place_before_the_time_is_parted_from_it():
    (row,) = told_one(package(event(time="Some City,UF, Tue | Jul. 28 06:19"))).rows
    assert (row.place, row.time_text) == ("Some City,UF", "Tue | Jul. 28 06:19")


def test_the_location_of_the_data_goes_before_the_one_in_the_time():
    (row,) = told_one(package(event(time="A,UF, Tue | Jul. 28 06:19", detailedLocation="B,UF"))).rows
    assert (row.place, row.time_text) == ("B,UF", "Tue | Jul. 28 06:19")


def test_a_row_without_a_text_is_named_by_its_title():
    (row,) = told_one(package(event(text=None))).rows
    assert (row.description, row.note) == ("In transit", None)


def test_a_row_without_a_second_code_has_the_first():
    (row,) = told_one(package(event(trackingSecondCode=None, trackingPrimaryCode="AE_LH_DEPART"))).rows
    assert row.code == "AE_LH_DEPART"


def test_remarks_and_addresses_are_not_read():
    assert PERSON not in repr(told(package(event())))
    assert "Calle Invisible" not in repr(told(package(event())))
    assert "Faster" not in repr(told(package(event())))


def test_a_bad_row_costs_the_others_nothing():
    nameless = event(text=None, trackingName=None)
    reading = told_one(package(event("a"), nameless, 7, None, event("b")))
    assert [row.description for row in reading.rows] == ["a", "b"]
    assert (reading.rows_bad, reading.complete, len(reading.problems)) == (3, False, 3)


@pytest.mark.parametrize("changes", [{"detailList": []}, {"detailList": None}])
def test_a_package_without_rows_has_no_events_yet(changes):
    reading = told_one(package(**changes))
    assert (reading.outcome, reading.rows, reading.number) == (Outcome.NO_EVENTS_YET, (), NUMBER)


def test_an_order_without_packages_has_no_events_yet():
    reading = told_one()
    assert (reading.outcome, reading.number, reading.order_ids) == (Outcome.NO_EVENTS_YET, None, (ORDER,))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"result": True},
        {"module": {}},
        {"module": {"trackingDetailLineList": "none"}},
        {"module": {"trackingDetailLineList": [{}]}},
        {"module": {"trackingDetailLineList": [{"mailNo": LOCAL, "packageItemList": []}]}},
        {"module": {"trackingDetailLineList": [{"mailNo": LOCAL, "detailList": "x"}]}},
        {"module": {"trackingDetailLineList": [{"mailNo": LOCAL, "detailList": [{}]}]}},
        {
            "module": {
                "trackingDetailLineList": [{"mailNo": LOCAL, "etaInfo": {"etaSceneCode": "REAL_DELIVERY"}}]
            }
        },
    ],
)
def test_data_that_lack_what_makes_them_a_tracking_page_are_a_changed_layout(data):
    with pytest.raises(LayoutChanged):
        SHOP.parse([payload(body() | {"data": data})])


def test_a_page_that_says_its_data_failed_is_unavailable():
    assert one(payload(body() | {"data": {"result": "false"}})).outcome is Outcome.UNAVAILABLE


def test_several_packages_are_several_readings_with_the_orders_promises_on_the_first():
    promise = {"fdContentList": ["Refund if no delivery before Sep 3, 2026", "Refund if package lost"]}
    first, second, third = told(
        package(event("a")),
        package(event("b"), originMailNo="LP00123456789013"),
        "broken",
        fastDeliveryInfoDTO=promise,
    )
    assert [r.number for r in (first, second)] == [NUMBER, "LP00123456789013"]
    assert {r.order_ids for r in (first, second, third)} == {(ORDER,)}
    assert third.outcome is Outcome.LAYOUT_CHANGED
    assert [order.id for order in first.orders] == [ORDER]
    assert first.orders[0].protection == (Protection(promise["fdContentList"][0], "Sep 3, 2026"),)
    assert second.orders == ()


def test_promises_of_an_unknown_order_are_nobodys():
    value = body(package(event()), fastDeliveryInfoDTO={"fdContent": "Refund before Sep 3, 2026 · Lost"})
    assert one(payload(value, "")).orders == ()
    assert one(payload(value)).orders[0].protection == (
        Protection("Refund before Sep 3, 2026", "Sep 3, 2026"),
    )


def test_items_have_their_variant_as_the_page_prints_it():
    assert told_one(package(event())).items == (
        Item("Cable", "Color:Black, Length:2m", 2, product_id="1005000000000001", sku_id="12000000000000001"),
    )


# --- instants and estimates ----------------------------------------------------------------------------


def printed(instant: datetime, offset: int) -> str:
    wall = instant + timedelta(minutes=offset)
    return f"{wall:%a} | {wall:%b}. {wall.day} {wall:%H:%M}"


def ms_of(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


INSTANTS = st.datetimes(datetime(2001, 1, 2), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
OFFSETS = st.integers(-48, 56).map(lambda quarters: quarters * 15)


@given(st.lists(INSTANTS, min_size=2, max_size=30, unique_by=ms_of), OFFSETS)
@settings(max_examples=60, deadline=None)
def test_numbers_that_lie_at_one_offset_from_the_texts_are_the_instants(instants, offset):
    rows = told_one(package(*(event(time=printed(i, offset), ms=ms_of(i)) for i in instants))).rows
    assert [row.instant_ms for row in rows] == [ms_of(i) for i in instants]


@given(
    st.lists(INSTANTS, min_size=2, max_size=30, unique_by=ms_of),
    OFFSETS,
    st.integers(60, 40_000),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_one_number_that_lies_elsewhere_makes_all_of_them_prove_nothing(instants, offset, minutes, chance):
    moved = chance.randrange(len(instants))
    numbers = [ms_of(i) + (minutes * 60_000 if n == moved else 0) for n, i in enumerate(instants)]
    reading = told_one(
        package(*(event(time=printed(i, offset), ms=n) for i, n in zip(instants, numbers, strict=True)))
    )
    assert [row.instant_ms for row in reading.rows] == [None] * len(instants)
    assert [row.epoch_ms for row in reading.rows] == numbers
    assert any(line.startswith("the epoch numbers do not match") for line in reading.problems)
    assert reading.complete


def test_the_one_pair_that_was_published_lies_nine_hours_east():
    first = event(time="Sun | Apr. 19 17:05", ms=1776585900000)
    second = event(time="Sun | Apr. 19 16:05", ms=1776582300000)
    rows = told_one(package(first, second)).rows
    assert [row.instant_ms for row in rows] == [1776585900000, 1776582300000]
    alone = told_one(package(first))
    assert [row.instant_ms for row in alone.rows] == [None]
    assert alone.problems == ()
    again = told_one(package(first, first))
    assert [row.instant_ms for row in again.rows] == [None, None]


@pytest.mark.parametrize(
    "texts",
    [
        ("dom | 19 abr. 17:05", "dom | 19 abr. 16:05"),
        ("일 | 4월 19일 17:05", "일 | 4월 19일 16:05"),
        ("Sun | Apr. 19 5:05 PM", "Sun | Apr. 19 4:05 PM"),
    ],
)
def test_months_in_other_languages_and_half_day_clocks_are_compared_too(texts):
    events = [event(time=text, ms=1776585900000 - n * 3_600_000) for n, text in enumerate(texts)]
    assert all(row.instant_ms is not None for row in told_one(package(*events)).rows)


def test_numbers_a_month_away_do_not_match():
    events = [
        event(time=f"Sun | May. 19 {hour}:05", ms=1776585900000 - n * 3_600_000)
        for n, hour in enumerate((17, 16))
    ]
    assert all(row.instant_ms is None for row in told_one(package(*events)).rows)


def test_rows_without_a_printed_time_neither_prove_nor_deny():
    events = [
        event(time="Sun | Apr. 19 17:05", ms=1776585900000),
        event(time="Sun | Apr. 19 16:05", ms=1776582300000),
        event(ms=123),
    ]
    rows = told_one(package(*events)).rows
    assert [row.instant_ms for row in rows] == [1776585900000, 1776582300000, None]


def estimate(
    text: str, begin: datetime | None, end: datetime | None, **changes: Any
) -> tuple[str | None, str | None]:
    eta = {"etaTimeText": text, "etaSceneCode": "FULFILLLMENT_PROMISE_ETA"} | changes
    if begin is not None and end is not None:
        eta |= {"beginEtaTime": ms_of(begin), "endEtaTime": str(ms_of(end))}
    reading = told_one(package(event(), etaInfo=eta))
    return reading.estimate_from_on, reading.estimate_to_on


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "begin", "end", "expected"),
    [
        ("Sep 21 - 26", utc(2026, 9, 21, 7), utc(2026, 9, 26, 7), ("2026-09-21", "2026-09-26")),
        ("Apr. 24 - May. 14", utc(2026, 4, 23, 16), utc(2026, 5, 13, 16), ("2026-04-24", "2026-05-14")),
        ("Dec 30 - Jan 2", utc(2026, 12, 30), utc(2027, 1, 2), ("2026-12-30", "2027-01-02")),
        ("May 14, 2026", utc(2026, 5, 14), utc(2026, 5, 14, 1), ("2026-05-14", "2026-05-14")),
        ("21 - 26 sept", utc(2026, 9, 21, 7), utc(2026, 9, 26, 7), ("2026-09-21", "2026-09-26")),
        ("Sep 21 - 26", utc(2026, 9, 23), utc(2026, 9, 26), (None, None)),
        ("Sep 21 - 26", utc(2026, 8, 21), utc(2026, 8, 26), (None, None)),
        ("Sep 21 - 26", utc(2026, 9, 26), utc(2026, 9, 21), (None, None)),
        ("Sep 21 - 26", None, None, (None, None)),
        ("soon", utc(2026, 9, 21), utc(2026, 9, 26), (None, None)),
        ("May 14, 2025", utc(2026, 5, 14), utc(2026, 5, 14), (None, None)),
    ],
)  # fmt: skip
def test_an_estimate_counts_where_its_numbers_fall_on_its_days(text, begin, end, expected):
    assert estimate(text, begin, end) == expected


def test_the_day_of_a_delivery_is_no_estimate():
    assert estimate("Sep. 21", utc(2026, 9, 21), utc(2026, 9, 21), etaSceneCode="REAL_DELIVERY") == (
        None,
        None,
    )


# --- markup (synthetic, after published selectors) -----------------------------------------------------


def node(*texts: str, time: str = "Sun | Apr. 19 17:05", title: str = "In transit") -> str:
    said = "".join(f'<div class="logistic-info-v2--nodeDesc--2U3A3Yt">{text}</div>' for text in texts)
    clock = f'<div class="logistic-info-v2--nodeTime--9aZ">{time}</div>' if time else ""
    return (
        '<div class="logistic-info-v2--node--x1Y"><div class="logistic-info-v2--nodeTitle--2rejjVx">'
        f"{title}</div>{said}{clock}</div>"
    )


def v2(*nodes: str, before: str = "", after: str = "", number: str = NUMBER) -> str:
    return (
        f'<div id="root"><div class="tracking-page-layout-v2">{before}'
        '<div class="arrival-time-v2--title--e0sXWcA">Delivered：Dec. 24</div>'
        f'<div class="logistic-info-v2--mailNo--3TCkYIM">Tracking number:<span>x</span>'
        f'<span class="logistic-info-v2--mailNoValue--X0fPzen">{number}</span><span>Copy</span></div>'
        f'<div class="logistic-info-v2--track--1nqL7Vl">{"".join(nodes)}</div>{after}</div></div>'
    )


MORE = '<div class="logistic-info-v2--viewMoreBtn--iuFWB5S">View more</div>'
TABS = "".join(f'<div class="tab-list-v2--tab--1o2e9r7">Package {n}</div>' for n in (1, 2))


def test_todays_markup_is_read_newest_first():
    reading = one(
        dom(
            v2(
                node("Package delivered."),
                node("Awaiting flight", time="Dec 24, 11:59 EST"),
                node("x", time=""),
            )
        )
    )
    assert [row.description for row in reading.rows] == ["Package delivered.", "Awaiting flight", "x"]
    assert [row.time_text for row in reading.rows] == ["Sun | Apr. 19 17:05", "Dec 24, 11:59", None]
    assert [row.offset_text for row in reading.rows] == [None, "EST", None]
    assert [row.note for row in reading.rows] == ["In transit"] * 3
    assert (reading.number, reading.order_ids, reading.status_text) == (
        NUMBER,
        (ORDER,),
        "Delivered：Dec. 24",
    )
    assert (reading.outcome, reading.complete, reading.layout) == (Outcome.OK, True, "v2")


def test_of_further_texts_in_a_row_only_a_place_is_read():
    (row,) = one(dom(v2(node("Package left carrier facility", "Some City,UF", f"to {PERSON}")))).rows
    assert (row.description, row.place) == ("Package left carrier facility", "Some City,UF")
    (row,) = one(dom(v2(node("Delivered", f"{PERSON}, Calle 7")))).rows
    assert row.place is None
    assert PERSON not in repr(row)


def test_a_row_without_text_is_counted_and_costs_the_others_nothing():
    reading = one(dom(v2(node("a"), node(title=""), node("b"))))
    assert [row.description for row in reading.rows] == ["a", "b"]
    assert (reading.rows_bad, reading.complete) == (1, False)


@pytest.mark.parametrize("changes", [{"after": MORE}, {"before": TABS}])
def test_markup_that_hides_rows_or_packages_is_not_complete(changes):
    reading = one(dom(v2(node("a"), **changes)))
    assert (reading.complete, len(reading.problems)) == (False, 1)


def test_one_tab_hides_nothing():
    assert one(dom(v2(node("a"), before='<div class="tab-list-v2--tab--1o2e9r7">Package 1</div>'))).complete


def test_items_of_the_chosen_package_are_read():
    items = (
        '<div class="package-items-v2--productTitle--6090gOp">Cable</div>'
        '<div class="package-items-v2--skuText--2UwaJJO">Black</div>'
    )
    assert one(dom(v2(node("a"), before=items))).items == (Item("Cable", "Black"),)


def test_rows_are_found_where_their_own_class_is_gone():
    html = v2(node("a"), node("b")).replace("logistic-info-v2--node--x1Y", "changed")
    assert [row.description for row in one(dom(html)).rows] == ["a", "b"]


@pytest.mark.parametrize(
    "said",
    ["Logistics information has not been updated yet.", "Sorry, there is no updated logistics information"],
)
def test_markup_that_says_so_has_no_events_yet(said):
    error = f'<div class="error--title--Ar9UOn6">{said}</div>'
    assert one(dom(f'<div id="root">{error}</div>')).outcome is Outcome.NO_EVENTS_YET
    assert one(dom(v2(before=error))).outcome is Outcome.NO_EVENTS_YET
    assert one(dom(v2(after=f"<p>{said}</p>"))).outcome is Outcome.NO_EVENTS_YET


def test_an_error_in_the_headlines_place_is_an_outage():
    reading = one(dom('<div class="error--title--Ar9UOn6">Something went wrong</div>'))
    assert reading.outcome is Outcome.UNAVAILABLE
    assert "Something went wrong" in reading.problems[0]


@pytest.mark.parametrize("html", [v2(), "<div id=root>Tracking</div>", '<div class="tracking-module"></div>'])
def test_markup_in_no_known_state_is_a_changed_layout(html):
    with pytest.raises(LayoutChanged):
        SHOP.parse([dom(html)])


V1 = f"""<div class="tracking-page-pc-wrap"><div class="logistic-info--mailNo-pc--3tcqXe">
<div><span>Tracking number</span><span>{NUMBER}</span></div></div>
<div class="logistic-info--trackWrap--a1">
<div><div class="logistic-info--nodeDesc--Pa3op">Package delivered</div>
<div class="logistic-info--nodeTime--b2">Dec 24, 11:59 GMT+9</div></div>
<div><div class="logistic-info--nodeDesc--Pa3op">Awaiting flight</div></div></div>
<div class="tracking-wrap"></div></div>"""


def test_the_markup_of_2023_is_read():
    reading = one(dom(V1))
    assert [(r.description, r.time_text, r.offset_text) for r in reading.rows] == [
        ("Package delivered", "Dec 24, 11:59", "GMT+9"),
        ("Awaiting flight", None, None),
    ]
    assert (reading.number, reading.layout) == (NUMBER, "v1")


V2022 = f"""<div class="tracking-module">
<a href="https://global.cainiao.com/detail.htm?mailNoList={NUMBER},{LOCAL}">c</a>
<span class="full-number"><a>{NUMBER}</a></span><div class="status-title-text">Delivered</div>
<ul class="ship-steps">
<li><p class="time">2023-12-24 11:59</p><p class="timezone">GMT+2</p>
<p class="head">Delivered</p><p class="text">Package delivered</p></li>
<li><p class="time">2023-12-20 08:00</p><p class="timezone">GMT+8</p><p class="text">Awaiting flight</p></li>
</ul></div><div class="address-detail"><p>{PERSON}</p></div>"""


def test_the_page_of_2022_has_a_zone_in_every_row():
    reading = one(dom(V2022, OLD_URL))
    assert [(r.description, r.time_text, r.offset_text, r.note) for r in reading.rows] == [
        ("Package delivered", "2023-12-24 11:59", "GMT+2", "Delivered"),
        ("Awaiting flight", "2023-12-20 08:00", "GMT+8", None),
    ]
    assert (reading.number, reading.order_ids, reading.layout) == (NUMBER, (ORDER,), "2022")
    assert reading.related_numbers == (RelatedNumber(LOCAL),)
    assert PERSON not in repr(reading)


def test_the_page_of_2022_without_its_module_has_no_events_yet():
    page = dom('<div class="address-detail"><p>x</p></div>', OLD_URL)
    assert one(page).outcome is Outcome.NO_EVENTS_YET


def test_rows_of_2022_that_a_comment_swallowed_are_not_said_to_be_missing():
    page = dom('<div class="status-title-text"><!--</div>' + V2022, OLD_URL)
    with pytest.raises(LayoutChanged):
        SHOP.parse([page])


# --- data and markup together --------------------------------------------------------------------------


def test_the_data_are_believed_and_the_markup_agrees():
    data = payload(body(package(event("Awaiting flight", "Wed | Dec. 24 11:59"))))
    reading = one(dom(v2(node("Awaiting flight", time="Dec 24, 11:59 EST"), number=LOCAL)), data)
    assert (reading.layout, reading.complete, reading.problems) == ("data", True, ())


def test_a_row_only_the_page_shows_makes_the_reading_incomplete():
    data = payload(body(package(event("Awaiting flight", "Wed | Dec. 24 11:59"))))
    shown = v2(
        node("Package delivered.", time="Thu | Dec. 25 10:00"),
        node("Awaiting flight", time="Wed | Dec. 24 11:59"),
    )
    reading = one(dom(shown), data)
    assert (len(reading.rows), reading.complete) == (1, False)
    assert reading.problems == ("the page shows 1 rows that its data lack",)


def test_a_package_only_the_page_shows_makes_the_reading_incomplete():
    reading = one(dom(v2(node("a"), before=TABS)), payload(body(package(event("a", "Sun | Apr. 19 17:05")))))
    assert reading.problems == ("the page has 2 packages, its data 1",)


def test_the_markup_of_one_package_is_held_against_that_package():
    data = body(
        package(event("a", "Sun | Apr. 19 10:00")),
        package(
            event("b", "Sun | Apr. 19 17:05"), originMailNo="LP00123456789013", mailNo="LP00123456789013"
        ),
    )
    first, second = SHOP.parse([dom(v2(node("b"), before=TABS, number="LP00123456789013")), payload(data)])
    assert (first.complete, second.complete) == (True, True)
    first, second = SHOP.parse([dom(v2(node("b"), before=TABS)), payload(data)])
    assert (first.complete, second.complete) == (False, True)


def test_the_order_is_known_from_the_pages_address_where_the_request_does_not_name_it():
    reading = one(dom(v2(node("a"))), payload(body(package(event("a", "Sun | Apr. 19 17:05"))), ""))
    assert reading.order_ids == (ORDER,)


def test_markup_is_read_where_the_data_are_not_what_they_were():
    reading = one(dom(v2(node("a"))), payload(body() | {"data": {"module": {}}}))
    assert [row.description for row in reading.rows] == ["a"]
    assert not reading.complete


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(max_examples=150, deadline=None)
def test_any_bytes_raise_nothing_but_a_changed_layout(junk):
    shell = v2(node("a"), node("b")).encode()
    for data in (junk, shell[: len(junk)] + junk, b"mtopjsonp1(" + junk + b")"):
        for page in (
            Page(Role.DOM, PAGE_URL, "text/html", data),
            Page(Role.DOM, junk.decode("latin-1"), "text/html", data),
            Page(Role.PAYLOAD, DATA_URL, "application/json", data),
        ):
            try:
                readings = SHOP.parse([page])
            except LayoutChanged:
                continue
            assert readings


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_any_value_anywhere_in_the_data_raises_nothing_but_a_changed_layout(data):
    eta = {"etaTimeText": "Sep 21 - 26", "beginEtaTime": 1, "endEtaTime": 2, "tipsLink": "x"}
    value = body(
        package(event("a", "Sun | Apr. 19 17:05", 1776585900000), etaInfo=eta), fastDeliveryInfoDTO={}
    )
    spot: Any = value["data"]
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(spot[key], dict | list) and spot[key] and data.draw(st.booleans())):
            break
        spot = spot[key]
    spot[key] = data.draw(VALUES)
    with suppress(LayoutChanged):
        assert SHOP.parse([payload(json.dumps(value))])


# --- words ---------------------------------------------------------------------------------------------

CODES = {
    "AE_ORDER_PLACED": Milestone.NOTICE,
    "AE_ORDER_PAID": Milestone.NOTICE,
    "AE_ORDER_SHIPPED": Milestone.INFO_RECEIVED,
    "AE_GWMS_ACCEPT": Milestone.INFO_RECEIVED,
    "AE_GWMS_PACKAGE": Milestone.NOTICE,
    "AE_GWMS_OUTBOUND": Milestone.DEPARTED_ORIGIN_FACILITY,
    "AE_PICK_UP_SUCCESS": Milestone.ACCEPTED,
    "AE_GOT_SUCCESS": Milestone.ACCEPTED,
    "AE_GOT": Milestone.ACCEPTED,
    "AE_CW_SIGN_IN_SUCCESS": Milestone.ARRIVED_ORIGIN_FACILITY,
    "AE_CW_INBOUND_SUCCESS": Milestone.ARRIVED_ORIGIN_FACILITY,
    "AE_CW_OUTBOUND_SUCCESS": Milestone.DEPARTED_ORIGIN_FACILITY,
    "AE_SC_INBOUND_SUCCESS": Milestone.ARRIVED_ORIGIN_FACILITY,
    "AE_SC_OUTBOUND_SUCCESS": Milestone.DEPARTED_ORIGIN_FACILITY,
    "AE_LH_HO_IN_SUCCESS": Milestone.ARRIVED_AIRPORT,
    "AE_CC_EX_START_SUCCESS": Milestone.EXPORT_CUSTOMS_STARTED,
    "AE_CC_EX_START": Milestone.EXPORT_CUSTOMS_STARTED,
    "AE_CC_EX_SUCCESS_SUCCESS": Milestone.EXPORT_CUSTOMS_CLEARED,
    "AE_CC_EX_SUCCESS": Milestone.EXPORT_CUSTOMS_CLEARED,
    "AE_LH_HO_AIRLINE": Milestone.ARRIVED_AIRPORT,
    "AE_LH_DEPART_SUCCESS": Milestone.DEPARTED_ORIGIN_COUNTRY,
    "AE_LH_DEPART": Milestone.DEPARTED_ORIGIN_COUNTRY,
    "AE_LH_HO_TRANSIT": Milestone.ARRIVED_TRANSIT,
    "AE_LH_ARRIVE_SUCCESS": Milestone.ARRIVED_DESTINATION_COUNTRY,
    "AE_LH_ARRIVE": Milestone.ARRIVED_DESTINATION_COUNTRY,
    "AE_CC_HO_IN_SUCCESS": Milestone.IMPORT_CUSTOMS_STARTED,
    "AE_CC_IM_START": Milestone.IMPORT_CUSTOMS_STARTED,
    "AE_CC_IM_SUCCESS": Milestone.CUSTOMS_CLEARED,
    "AE_CC_HO_OUT_SUCCESS": Milestone.DEPARTED_INWARD_OE,
    "AE_LAST_MILE_HO_SUCCESS": Milestone.HANDED_TO_LAST_MILE,
    "AE_LAST_MILE_HI_SUCCESS": Milestone.HANDED_TO_LAST_MILE,
    "AE_LAST_MILE_INTRANSIT": Milestone.NOTICE,
    "AE_GTMS_ORDER_INFO_UPDATE": Milestone.NOTICE,
    "AE_GTMS_ACCEPT": Milestone.HANDED_TO_LAST_MILE,
    "AE_GTMS_SC_ARRIVE": Milestone.ARRIVED_FACILITY,
    "AE_GTMS_SC_DEPART": Milestone.DEPARTED_FACILITY,
    "AE_GTMS_DO_ARRIVE": Milestone.ARRIVED_DELIVERY_OFFICE,
    "AE_GTMS_DO_DEPART": Milestone.OUT_FOR_DELIVERY,
    "AE_GTMS_DELIVERING": Milestone.OUT_FOR_DELIVERY,
    "AE_GTMS_SIGNED": Milestone.DELIVERED,
    "AE_GTMS_FAILED": Milestone.DELIVERY_ATTEMPTED,
    "AE_GTMS_RETURN": Milestone.RETURNING,
    "AE_GTMS_STA_SIGNED": Milestone.AVAILABLE_FOR_PICKUP,
}


def milestone(code: str | None, text: str = "") -> Milestone | None:
    found = meaning("aliexpress", code=code, description=text)
    return None if found is None else found.milestone


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_understood_with_and_without_its_prefix(code):
    assert milestone(code) is CODES[code]
    assert milestone(code.removeprefix("AE_")) is CODES[code]


@pytest.mark.parametrize("code", [code.removeprefix("AE_") for code in CODES])
def test_a_code_means_what_it_means_on_cainiaos_own_page(code):
    theirs = meaning("cainiao", code=code, description="")
    if theirs is not None:
        assert meaning("aliexpress", code=code, description="") == theirs


def test_the_transit_code_is_parted_by_its_wording():
    assert milestone("AE_LH_HO_TRANSIT", "Package left transit country/region.") is Milestone.DEPARTED_TRANSIT
    assert (
        milestone("AE_LH_HO_TRANSIT", "Package arrived at transit country/region.")
        is Milestone.ARRIVED_TRANSIT
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Package delivered. It has been left at the front door", Milestone.DELIVERED),
        ("Awaiting pickup", Milestone.AVAILABLE_FOR_PICKUP),
        ("Recibido por la empresa local de reparto", Milestone.HANDED_TO_LAST_MILE),
        ("[Fenggang Town] A quitté le centre de tri", Milestone.DEPARTED_ORIGIN_FACILITY),
        ("Customs clearance started", None),
        ("In transit", None),
        ("Delivery update", None),
    ],
)
def test_wordings_without_a_code(text, expected):
    assert milestone(None, text) is expected


def test_data_about_customs_are_no_scan_and_belong_to_the_import():
    found = meaning("aliexpress", code="AE_CC_IM_START", description="")
    assert found is not None
    assert (found.physical, found.leg) == (False, Leg.IMPORT)


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("Awaiting delivery", "8", "shipped"),
        ("Completed", "9", "finished"),
        ("Concluído ", None, "finished"),
        ("Expired", None, "cancelled"),
        ("To pay", None, "unpaid"),
        ("Esperando entrega", None, "shipped"),
        ("never heard of", "8", "shipped"),
        ("Completed", "8", "finished"),
        ("never heard of", None, None),
    ],
)
def test_an_orders_state_is_told_by_its_words_and_then_by_its_code(text, code, expected):
    assert order_state("aliexpress", text=text, code=code) == expected
