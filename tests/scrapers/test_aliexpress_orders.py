"""AliExpress order pages: a real reply where CROSSTRACK_CAPTURES points to it, else pages made for tests."""

import copy
import json
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.aliexpress.mtop import Reply, is_stale_token, outcome_of, replies
from scrapers.aliexpress.order_data import order_detail, order_list
from scrapers.contract import LayoutChanged, RelatedNumber
from scrapers.orders import Item, Protection
from scrapers.words import Outcome, Role
from tests.scrapers.aliexpress_made import (
    DETAIL_API,
    DETAIL_URL,
    IDS,
    LIST_API,
    LIST_URL,
    api_url,
    as_strings,
    detail_data,
    envelope,
    line,
    list_data,
    order_fields,
    page,
    payload,
    reply,
    shuffled,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
ORDER_KEYS = sorted(order_fields(IDS[0]) | {"exposeInfo": 1})
DETAIL_TAGS = sorted(name.removeprefix("detail_").rpartition("_")[0] for name in detail_data()["data"])


def captured() -> dict[str, Any]:
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES is not set")
    found = json.loads((Path(folder) / "aliexpress" / "order-list-init.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def read(told: dict[str, Any] | bytes) -> Reply:
    (one,) = replies([payload(told)])
    return one


def read_list(data: dict[str, Any]):
    return order_list(reply(data))


def read_detail(data: dict[str, Any]):
    return order_detail(reply(data, DETAIL_API))


def only_order(**changes: Any):
    data = list_data(IDS[:1], orders={IDS[0]: order_fields(IDS[0], **changes)}, hasMore=False)
    (order,) = read_list(data).orders
    return order


# The envelope


@pytest.mark.parametrize(
    "wrapped",
    ["{}", "mtopjsonp1({})", "  mtopjsonp23 ( {} ) ;\n", "/**/cb.x_1({});", "\ufeff{}\r\n", "$({})"],
)
def test_a_reply_is_read_bare_and_as_jsonp(wrapped):
    text = wrapped.replace("{}", json.dumps(envelope({"a": 1})))
    (one,) = replies([payload(text.encode())])
    assert (one.api, one.codes, one.data) == (LIST_API, ("SUCCESS",), {"a": 1})
    assert one.asked == {"_lang": "en_US"}


def test_a_reply_a_person_saved_is_read_as_a_file_and_as_the_page_that_showed_it():
    text = json.dumps(envelope({"a": "1 < 2"}))
    shown = f"<html><head></head><body><pre>{text.replace('<', '&lt;')}</pre></body></html>"
    saved = [page(text, "file:///reply.json"), page(shown, api_url(LIST_API))]
    assert [one.data for one in replies(saved)] == [{"a": "1 < 2"}, {"a": "1 < 2"}]


def test_the_answer_of_a_post_asks_nothing_in_its_address():
    url = "https://acs.aliexpress.com/h5/mtop.aliexpress.trade.buyer.order.list/1.0/?post=1&type=originaljson"
    body = json.dumps({"ret": ["SUCCESS::x"], "data": {}})
    (one,) = replies([page(body, url, Role.PAYLOAD)])
    assert (one.api, one.asked) == (LIST_API, {})


@pytest.mark.parametrize("cut", [1, 10, 200, 1000])
def test_a_reply_cut_short_is_no_reply(cut):
    body = json.dumps(envelope(list_data())).encode()
    assert replies([payload(body[:-cut])]) == ()


def test_other_pages_among_replies_are_left_out_and_the_order_is_kept():
    first, second = envelope({"n": 1}), envelope({"n": 2})
    others = [
        page("<html>"),
        page(b"[]", role=Role.PAYLOAD),
        page('{"ret": 5, "data": {}}', role=Role.PAYLOAD),
    ]
    others.append(page(json.dumps(first), role=Role.RECORD))
    assert [one.data["n"] for one in replies([payload(first), *others, payload(second)])] == [1, 2]


@pytest.mark.parametrize(
    ("ret", "outcome"),
    [
        (["SUCCESS::调用成功"], None),
        (["FAIL_SYS_SESSION_EXPIRED::Session expired"], Outcome.LOGIN_REQUIRED),
        (["NEED_LOGIN"], Outcome.LOGIN_REQUIRED),
        (["FAIL_SYS_SID_INVALID::x"], Outcome.LOGIN_REQUIRED),
        (["FAIL_SYS_USER_VALIDATE", "RGV587_ERROR::SM::哎哟喂"], Outcome.CHALLENGE),
        (["FAIL_SYS_USER_VALIDATE", "RRXVv_ERROR::SM::哎哟喂"], Outcome.CHALLENGE),
        (["FAIL_SYS_TRAFFIC_LIMIT::x"], Outcome.RATE_LIMITED),
        (["FAIL_SYS_ACCESS_DENIED::x"], Outcome.UNAVAILABLE),
        (["UNKNOWN_FAIL_CODE::x"], Outcome.UNAVAILABLE),
        (["FAIL_BIZ_NEVER_SEEN::x"], Outcome.UNAVAILABLE),
    ],
)
def test_codes_say_why_nothing_was_answered(ret, outcome):
    one = read(envelope({}, *ret))
    assert outcome_of(one) is outcome
    assert not is_stale_token(one)


@pytest.mark.parametrize(
    "code", ["FAIL_SYS_TOKEN_EMPTY", "FAIL_SYS_TOKEN_EXOIRED", "FAIL_SYS_ILLEGAL_ACCESS", "ILLEGAL_ACCESS"]
)
def test_a_stale_token_is_no_outcome(code):
    one = read(envelope({}, f"{code}::令牌过期"))
    assert is_stale_token(one)
    assert outcome_of(one) is None


def test_an_address_of_the_wall_is_a_challenge_whatever_the_code():
    url = "https://acs.aliexpress.com//h5/x/_____tmd_____/punish?x5secdata=abc"
    assert outcome_of(read(envelope({"url": url}))) is Outcome.CHALLENGE


# The list, as captured


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("change", [lambda told: told, as_strings])
@pytest.mark.parametrize("wrapped", ["{}", " mtopjsonp1({}) ;\n"])
def test_the_captured_list_is_read_whole(seed, change, wrapped):
    told = captured()
    sent = change(told) if seed is None else shuffled(change(told), seed)
    reading = order_list(read(wrapped.replace("{}", json.dumps(sent)).encode()))
    (shown,) = (
        names
        for parent, names in told["data"]["hierarchy"]["structure"].items()
        if parent.startswith("pc_om_list_body")
    )
    fields = [told["data"]["data"][name]["fields"] for name in shown]
    assert (reading.outcome, reading.complete, reading.problems) == (Outcome.OK, True, ())
    assert reading.has_more is True
    assert [order.id for order in reading.orders] == [name.rpartition("_")[2] for name in shown]
    for order, held in zip(reading.orders, fields, strict=True):
        assert order.status_text == held["statusText"]
        assert order.placed_text == held["orderDateText"]
        assert order.store == held["storeName"]
        assert (order.total_text, order.currency) == (held["totalPriceText"], "BRL")
        assert order.total == held["totalPriceText"].removeprefix("R$").replace(",", ".")
        assert order.items_claimed == len(order.items) == len(held["orderLines"])
        for item, row in zip(order.items, held["orderLines"], strict=True):
            assert (item.line_id, item.product_id, item.sku_id) == (
                row["orderLineId"],
                row["productId"],
                row["skuId"],
            )
            assert (item.title, item.quantity) == (row["itemTitle"], row["quantity"])
            assert item.price == row["itemPriceText"].removeprefix("R$").replace(",", ".")
            assert item.sku == ", ".join(f"{one['name']}:{one['text']}" for one in row["skuAttrs"])


def test_the_captured_list_has_the_counts_people_counted():
    orders = order_list(read(captured())).orders
    assert (len(orders), sum(len(order.items) for order in orders)) == (10, 11)
    assert Counter(order.status_text for order in orders) == {"Completed": 8, "Awaiting delivery": 2}
    assert sum(Decimal(order.total or 0) for order in orders) == Decimal("1700.07")
    assert [order.has_tracking for order in orders] == [True, True] + [None] * 8


def test_each_order_taken_from_the_captured_list_costs_that_order_only():
    told = captured()
    whole = order_list(read(told)).orders
    for lost in whole:
        less = copy.deepcopy(told)
        del less["data"]["data"][f"pc_om_list_order_{lost.id}"]
        reading = order_list(read(less))
        assert not reading.complete
        assert reading.orders == tuple(order for order in whole if order is not lost)


# The list


def test_an_order_is_read_from_its_component():
    order = only_order()
    assert (order.id, order.status_text, order.status_code) == (IDS[0], "Awaiting delivery", "8")
    assert (order.placed_text, order.store) == ("Sep 1, 2026", "Invented Store")
    assert (order.total_text, order.total, order.currency) == ("R$31,93", "31.93", "BRL")
    assert order.items == (
        Item(
            title="Invented cable 1",
            sku="Color:Black, Length:2m",
            quantity=2,
            price_text="R$13,90",
            price="13.90",
            currency="BRL",
            line_id="8220000000000001",
            product_id="1005000000000001",
            sku_id="12000000000000001",
        ),
    )
    assert (order.items_claimed, order.has_tracking, order.refund_text) == (1, True, None)
    assert order.destination_country is None


def test_native_and_all_string_replies_and_any_order_of_keys_read_the_same():
    data = list_data(IDS[:10])
    whole = read_list(data)
    assert read_list(as_strings(data)) == whole
    assert read_list(shuffled(data, 3)) == whole
    assert read_list(list_data(IDS[:10], suffix="7")) == whole
    assert [order.id for order in whole.orders] == list(IDS[:10])
    assert (whole.complete, whole.has_more, whole.language) == (True, True, "en")


@pytest.mark.parametrize(
    ("told", "exact"),
    [
        ("R$31,93|31|93", "31.93"),
        ("₩11,110|11110|", "11110"),
        ("₩11,110|11,110|", "11110"),
        ("-R$5,66|5|66", "-5.66"),
        ("R$1.234,56|1.234|56", "1234.56"),
        ("R$31,93|31|94", None),
        ("R$31,93|31", None),
        ("R$31,93", None),
        ("", None),
        (None, None),
    ],
)
def test_a_total_is_exact_only_where_its_parts_make_up_its_text(told, exact):
    order = only_order(formatPriceInfo=told)
    assert order.total == exact
    assert order.total_text == "R$31,93"


def test_a_trailing_space_is_no_part_of_a_status():
    assert only_order(statusText="Concluído ").status_text == "Concluído"


def test_no_tracking_button_proves_nothing():
    assert only_order(buttons=[{"type": "REPURCHASE", "text": "Add to cart"}]).has_tracking is None
    assert only_order(buttons=...).has_tracking is None


def test_refunds_are_told_without_markup():
    detail = {"title": 'Refunded <span style="color:red">R$5,00</span>'}
    assert only_order(exposeInfo={"itemList": [{"detailList": [detail]}]}).refund_text == "Refunded R$5,00"


def test_the_status_code_is_found_in_packed_parameters_too():
    assert only_order(utParams='{"args": {"orderStatus": 9}}').status_code == "9"
    assert only_order(utParams="{broken").status_code is None


@pytest.mark.parametrize("order_id", [8210000000000001, "8210000000000001", "9999999999999999999999", 10**9])
def test_ids_come_as_numbers_and_as_texts(order_id):
    assert only_order(orderId=order_id).id == str(order_id)


@pytest.mark.parametrize(
    "order_id", ["", "abc", "123456789", "1" * 23, 8.21e15, True, None, [], "82100000००००"]
)
def test_an_order_with_a_bad_id_costs_only_itself(order_id):
    data = list_data(IDS[:3], orders={IDS[1]: order_fields(IDS[1], orderId=order_id)}, hasMore=False)
    reading = read_list(data)
    assert [order.id for order in reading.orders] == [IDS[0], IDS[2]]
    assert (reading.complete, reading.rows_bad) == (False, 1)


def test_a_bad_line_costs_only_itself():
    data = list_data(
        IDS[:1], orders={IDS[0]: order_fields(IDS[0], orderLines=[line(1), 7, {}, line(2)])}, hasMore=False
    )
    reading = read_list(data)
    assert [item.title for item in reading.orders[0].items] == ["Invented cable 1", "Invented cable 2"]
    assert not reading.complete


@given(st.integers(0, 9))
def test_a_component_that_is_named_and_missing_costs_that_order_only(position):
    data = list_data(IDS[:10])
    del data["data"][f"pc_om_list_order_{IDS[position]}"]
    reading = read_list(data)
    assert not reading.complete
    assert IDS[position] in " ".join(reading.problems)
    assert [order.id for order in reading.orders] == [one for one in IDS[:10] if one != IDS[position]]


def test_an_order_the_hierarchy_does_not_name_is_read_and_reported():
    data = list_data(IDS[:10])
    data["hierarchy"]["structure"]["pc_om_list_body_109702"].pop(4)
    reading = read_list(data)
    assert not reading.complete
    assert [order.id for order in reading.orders] == [*IDS[:4], *IDS[5:10], IDS[4]]


def test_fewer_orders_than_a_page_holds_are_suspicious_only_while_there_are_more():
    assert not read_list(list_data(IDS[:9])).complete
    assert read_list(list_data(IDS[:9], hasMore=False)).complete
    assert read_list(list_data(IDS[:9], pageSize=...)).complete


def test_a_later_page_may_hold_nothing_but_its_new_orders():
    data = list_data(IDS[10:20])
    new = {name: one | {"strategy": "append"} for name, one in data["data"].items() if "order" in name}
    reading = read_list({"data": dict(reversed(new.items()))})
    assert [order.id for order in reading.orders] == list(IDS[10:20])
    assert (reading.complete, reading.has_more) == (True, None)


def test_a_later_page_may_name_the_orders_of_the_pages_before_it():
    data = list_data(IDS[:20], pageIndex=2)
    for one in IDS[:10]:
        del data["data"][f"pc_om_list_order_{one}"]
    reading = read_list(data)
    assert [order.id for order in reading.orders] == list(IDS[10:20])
    assert reading.complete
    del data["data"][f"pc_om_list_order_{IDS[10]}"]
    assert not read_list(data).complete


def test_a_buyer_who_never_bought_has_an_empty_list():
    reading = read_list(list_data((), hasMore=False))
    assert (reading.outcome, reading.orders, reading.complete) == (Outcome.OK, (), True)
    assert read_list(as_strings(list_data((), hasMore=False))).has_more is False


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"data": {}},
        {"data": {"something_1": {"tag": "something", "fields": {"hasMore": False}}}},
        {"data": {"pc_om_list_page_1": {"tag": "pc_om_list_page", "fields": {}}}},
        list_data(()),
        list_data((), hasMore=...),
        list_data(IDS[:1], hasMore=False, orders={IDS[0]: None}),
        detail_data(),
    ],
)
def test_an_answer_without_orders_that_does_not_say_so_is_a_changed_layout(data):
    with pytest.raises(LayoutChanged):
        read_list(data)


def test_a_named_order_without_data_is_no_empty_list():
    data = list_data(IDS[:1], hasMore=False)
    del data["data"][f"pc_om_list_order_{IDS[0]}"]
    with pytest.raises(LayoutChanged):
        read_list(data)


@given(st.dictionaries(st.sampled_from(ORDER_KEYS), JSON, max_size=5))
def test_no_value_of_any_kind_in_one_order_costs_another(values):
    data = list_data(IDS[:2], orders={IDS[0]: order_fields(IDS[0]) | values}, hasMore=False)
    reading = read_list(data)
    assert IDS[1] in [order.id for order in reading.orders]
    assert json.dumps(reading.problems).encode()
    str(reading).encode()


@given(JSON)
def test_any_data_give_a_reading_or_a_changed_layout(value):
    for data in (value, {"data": value}, {"data": {"pc_om_list_body_1": value, "pc_om_list_order_1": value}}):
        one = Reply(LIST_API, ("SUCCESS",), data if isinstance(data, dict) else {}, LIST_URL, {})
        for parse in (order_list, order_detail):
            try:
                parse(one)
            except LayoutChanged:
                continue


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reply_or_none(body):
    assert len(replies([payload(body), page(body)])) <= 2


def test_halves_of_letters_reach_no_problem_line():
    data = list_data(IDS[:1], hasMore=False)
    data["data"]["pc_om_list_order_\ud800"] = {"tag": "pc_om_list_order", "fields": {"orderId": "\ud800"}}
    reading = order_list(Reply(LIST_API, ("SUCCESS",), data, LIST_URL, {}))
    assert (len(reading.orders), reading.complete) == (1, False)
    "; ".join(reading.problems).encode()


# One order


def test_a_detail_page_is_read():
    reading = read_detail(detail_data())
    (order,) = reading.orders
    assert (reading.complete, reading.problems, reading.order_ids) == (True, (), (IDS[0],))
    assert (order.id, order.status_text) == (IDS[0], "Completed")
    assert (order.placed_text, order.paid_text) == ("Jul 15, 2026", "Jul 16, 2026")
    assert (order.shipped_text, order.finished_text) == ("Jul 17, 2026", "Jul 28, 2026")
    assert (order.store, order.destination_country, order.has_tracking) == ("Invented Store", "BR", True)
    assert (order.total_text, order.total, order.currency) == ("R$132,74", "132.74", "BRL")
    assert [item.product_id for item in order.items] == ["1005000000000001"]
    assert reading.related_numbers == (RelatedNumber("AP00000000000001", role="shipment"),)
    assert (reading.estimate_from_on, reading.estimate_to_on) == ("2026-08-03", "2026-08-03")


def test_a_detail_page_of_strings_and_in_any_order_of_keys_reads_the_same():
    whole = read_detail(detail_data())
    assert read_detail(as_strings(detail_data())) == whole
    assert read_detail(shuffled(detail_data(), 5)) == whole


def test_every_dated_sentence_about_protection_is_kept_with_its_date():
    (order,) = read_detail(detail_data()).orders
    assert order.protection == (
        Protection("Refund: Sep 4, 2026", "Sep 4, 2026"),
        Protection("Apply for code if delayed by Aug 3, 2026", "Aug 3, 2026"),
        Protection("Refund if no delivery before Sep 4, 2026", "Sep 4, 2026"),
    )


def test_steps_before_the_last_of_the_progress_bar_are_no_protection():
    nodes = [{"text": "Paid", "time": "Jul 15, 2026"}, {"text": "Refund"}]
    (order,) = read_detail(detail_data(service_progress_bar={"nodes": nodes}, order_services=...)).orders
    assert order.protection == ()


@pytest.mark.parametrize(
    "printed",
    [
        "Sep 4, 2026",
        "4 sept. 2026",
        "4 de set. de 2026",
        "24 nov, 2023",
        "4. September 2026",
        "2026-09-04",
        "04/09/2026",
        "2026년 9월 4일",
        "2026年9月4日",
        "2026. 9. 4",
    ],
)
def test_dates_are_found_in_sentences_of_many_languages(printed):
    services = {"data": [{"content": f"<b>Xxx</b> yy {printed} zz · Nothing in 90 days of 2026"}]}
    (order,) = read_detail(detail_data(service_progress_bar=..., order_services=services)).orders
    assert order.protection == (Protection(f"Xxx yy {printed} zz", printed),)


def test_an_order_from_several_stores_has_the_lines_of_all():
    data = detail_data()
    second = {"productVOList": [line(2)], "sellerVO": {"sellerName": "Other Store"}}
    data["data"]["detail_product_block_999"] = {"tag": "detail_product_block", "fields": second}
    data["hierarchy"]["structure"]["detail_root_container_1"].append("detail_product_block_999")
    (order,) = read_detail(data).orders
    assert [item.product_id for item in order.items] == ["1005000000000001", "1005000000000002"]
    assert order.store == "Invented Store · Other Store"


def test_dates_that_are_not_there_yet_are_none():
    facts = {
        "tradeOrderId": IDS[0],
        "orderCreatTime": "Jul 15, 2026",
        "addressVO": {"countryCode": "Brazil, Rua 1"},
    }
    (order,) = read_detail(detail_data(simple_order_info_component=facts)).orders
    assert (order.placed_text, order.paid_text, order.shipped_text) == ("Jul 15, 2026", None, None)
    assert order.destination_country is None


def test_nothing_personal_is_read():
    said = str(read_detail(detail_data())) + str(read_list(list_data()))
    assert not [
        word for word in ("Somebody", "street", "11999999999", "00000-000", "1299999") if word in said
    ]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"data": {}},
        detail_data(order_status_block={}, simple_order_info_component={}),
        detail_data(
            order_status_block={}, simple_order_info_component={"tradeOrderId": IDS[0]}, product_block={}
        ),
        detail_data(order_status_block={"orderId": IDS[1], "title": "Completed"}),
        list_data(),
    ],
)
def test_a_page_of_no_order_or_of_two_is_a_changed_layout(data):
    with pytest.raises(LayoutChanged):
        read_detail(data)


def test_what_is_no_tracking_number_is_reported_and_not_taken():
    packages = [{"trackingNumber": "not a number!"}, {"trackingNumber": "RR123456785CN"}, {}, 5]
    reading = read_detail(detail_data(logistic_package_block={"packageInfoList": packages}))
    assert [one.number for one in reading.related_numbers] == ["RR123456785CN"]
    assert not reading.complete


@given(st.sampled_from(DETAIL_TAGS), JSON)
def test_no_component_of_any_kind_raises_anything_but_a_changed_layout(tag, value):
    try:
        reading = read_detail(detail_data(**{tag: value}))
    except LayoutChanged:
        return
    assert reading.orders[0].id == IDS[0]


def test_the_address_of_the_page_is_not_needed():
    (one,) = replies([page(json.dumps(envelope(detail_data(), api=DETAIL_API)), DETAIL_URL)])
    assert one.api == DETAIL_API
    assert order_detail(one).orders[0].id == IDS[0]
