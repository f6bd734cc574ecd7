"""AliExpress order pages read from the DOM. All pages here are drawn for these tests; none was saved."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.read.money import amount
from scrapers.aliexpress import AliExpress
from scrapers.aliexpress.order_data import order_list
from scrapers.aliexpress.order_pages import crosschecked, order_detail_page, order_list_page
from scrapers.contract import LayoutChanged, Reading
from scrapers.orders import Item, Order
from tests.scrapers.aliexpress_drawn import (
    MORE,
    REFUND,
    ROWS,
    detail_page,
    list_page,
    mobile,
    price,
    several,
    single,
)
from tests.scrapers.aliexpress_made import DETAIL_URL, IDS, list_data, page, reply

PIECES = st.sampled_from(
    [
        single(IDS[0]),
        several(IDS[1], (None, "1005000000000001")),
        mobile(IDS[2]),
        MORE,
        REFUND,
        detail_page(),
        price("5"),
    ]
)


def read(html: str) -> Reading:
    reading = order_list_page(page(html))
    assert reading is not None
    return reading


def only(card: str) -> Order:
    (order,) = read(list_page(card)).orders
    return order


def read_detail(html: str, url: str = DETAIL_URL + IDS[0]) -> Reading:
    reading = order_detail_page(page(html, url))
    assert reading is not None
    return reading


# The list


def test_a_card_with_one_line_is_read():
    order = only(single(IDS[0]))
    assert (order.id, order.status_text) == (IDS[0], "Awaiting delivery")
    assert (order.placed_text, order.store) == ("Apr 27, 2026", "Invented Store")
    assert order.total_text == "US $1,234.56"
    assert amount(order.total_text) == "1234.56"
    assert order.items == (
        Item(
            title="Invented cable, with the whole title",
            sku="Black, 2m",
            quantity=2,
            price_text="US $617.28",
            product_id="1005000000000001",
        ),
    )
    assert (order.items_claimed, order.has_tracking, order.refund_text) == (1, True, None)


@pytest.mark.parametrize(
    ("labels", "copy", "date"),
    [
        (("Order date: ", "Order ID: "), "Copy", "Apr 27, 2026"),
        (("Date: ", "Ref. Number: "), "Copy", "Apr 27, 2026"),
        (("Bestelldatum: ", "Bestellnummer: "), "Kopieren", "27. Apr. 2026"),
        (("Date de commande\u00a0: ", "Nº de commande\u00a0: "), "Copier", "27 avr. 2026"),
        (("주문 날짜: ", "주문 번호: "), "복사", "2026년 4월 27일"),
        (("订单日期：", "订单号："), "复制", "2026年4月27日"),
    ],
)
@pytest.mark.parametrize("link", [True, False])
def test_id_and_date_are_found_in_any_language(labels, copy, date, link):
    order = only(single(IDS[0], labels=labels, copy=copy, date=date, link=link, track=link))
    assert (order.id, order.placed_text) == (IDS[0], date)


def test_a_store_may_have_no_link():
    assert only(single(IDS[0], store="Invented Store")).store == "Invented Store"


def test_a_card_without_a_way_to_the_tracking_page_proves_nothing():
    assert only(single(IDS[0], track=False)).has_tracking is None


def test_a_refund_is_told():
    assert only(single(IDS[0], refund=REFUND)).refund_text == "Refunded US $5.00"


@pytest.mark.parametrize("printed", ["R$31,93", "1 234,56 €", "₩11,110", "US $0.99"])
@pytest.mark.parametrize(
    "change",
    [str, lambda html: html.replace("notranslate", ""), lambda html: html.replace("es--wrap--", "x")],
)
def test_split_prices_are_joined_whatever_the_build_calls_their_wrapper(printed, change):
    order = only(change(single(IDS[0], total=printed)))
    assert order.total_text == printed


def test_a_card_of_several_lines_tells_products_where_its_pictures_lead_to_them():
    order = only(several(IDS[0], ("1005000000000001", "1005000000000002")))
    assert [item.product_id for item in order.items] == ["1005000000000001", "1005000000000002"]
    assert (order.items_claimed, order.placed_text) == (2, "May 18, 2026")


def test_a_card_of_pictures_alone_tells_how_many_lines_there_are():
    order = only(several(IDS[0], (None, None, None)))
    assert (order.items, order.items_claimed) == ((), 3)


def test_a_mobile_card_is_its_own_link():
    order = only(mobile(IDS[0]))
    assert (order.id, order.status_text, order.items_claimed) == (IDS[0], "Completed", 1)


def test_the_pieces_of_a_card_that_is_a_link_are_one_order():
    head, *rest = mobile(IDS[0]).partition("<div")
    store = '<div class="order-item-store"><span class="order-item-store-name">Invented Store</span></div>'
    linked = "".join([head, '<a href="//www.aliexpress.com/store/1">.</a>', store, *rest])
    reading = read(list_page(linked, head + store + "</a>", mobile(IDS[1])))
    assert [order.id for order in reading.orders] == list(IDS[:2])
    assert (reading.orders[0].store, reading.complete) == ("Invented Store", True)


def test_an_order_with_two_cards_is_read_once_and_reported():
    reading = read(list_page(single(IDS[0]), single(IDS[0])))
    assert (len(reading.orders), reading.complete) == (1, False)


def test_orders_stand_as_shown_and_say_whether_there_are_more():
    cards = [single(one) for one in IDS[:10]]
    reading = read(list_page(*cards, more=MORE, lang="pt-BR"))
    assert [order.id for order in reading.orders] == list(IDS[:10])
    assert (reading.has_more, reading.complete, reading.language) == (True, True, "pt")
    assert read(list_page(*cards)).has_more is False
    assert read(list_page(*cards, more='<div class="order-more"></div>')).has_more is None


def test_cards_short_of_whole_pages_are_suspicious_while_there_are_more():
    assert not read(list_page(*map(single, IDS[:9]), more=MORE)).complete
    assert read(list_page(*map(single, IDS[:9]))).complete


def test_a_tab_that_counts_more_orders_than_there_are_is_believed():
    assert not read(list_page(*map(single, IDS[:4]), tab="To ship (5)")).complete
    assert read(list_page(*map(single, IDS[:5]), tab="To ship (5)")).complete
    assert read(list_page(*map(single, IDS[:10]), tab="To ship (25)", more=MORE)).complete


def test_a_card_without_an_id_costs_only_itself():
    reading = read(list_page(single(IDS[0]), single("none", track=False), single(IDS[2])))
    assert [order.id for order in reading.orders] == [IDS[0], IDS[2]]
    assert (reading.complete, reading.rows_bad) == (False, 1)


@pytest.mark.parametrize("html", ["", "<html></html>", "plain", detail_page(), '{"ret": []}'])
def test_another_page_is_no_list(html):
    assert order_list_page(page(html)) is None


@pytest.mark.parametrize(
    "html",
    [list_page(), list_page(more=MORE), list_page("<div class=order-item></div>"), list_page(single("x"))],
)
def test_a_list_without_orders_is_a_changed_layout_and_never_an_empty_list(html):
    with pytest.raises(LayoutChanged):
        order_list_page(page(html))


# One order


def test_a_detail_page_is_read():
    reading = read_detail(detail_page())
    (order,) = reading.orders
    assert (reading.complete, reading.order_ids, reading.language) == (True, (IDS[0],), "en")
    assert (order.id, order.status_text, order.store) == (IDS[0], "Completed", "Invented Store")
    assert (order.placed_text, order.paid_text) == ("Jul 15, 2026", "Jul 16, 2026")
    assert (order.shipped_text, order.finished_text) == ("Jul 17, 2026", "Jul 28, 2026")
    assert (order.total_text, order.has_tracking, order.destination_country) == ("R$132,74", True, None)
    assert order.items == (
        Item(
            title="Invented cable",
            sku="Color:Black, Length:2m",
            quantity=2,
            price_text="R$126,59",
            product_id="1005000000000001",
        ),
    )
    assert (reading.estimate_from_on, reading.estimate_to_on) == ("2026-08-03", "2026-08-03")


def test_a_date_is_known_by_its_label_and_not_by_its_place():
    rows = ("Order ID: 8210000000000001Copy", "Order placed on: Jul 15, 2026", "Payment method: Card 1234")
    (order,) = read_detail(detail_page(rows)).orders
    assert (order.placed_text, order.paid_text, order.shipped_text) == ("Jul 15, 2026", None, None)
    rows = (ROWS[4], ROWS[0], ROWS[2])
    (order,) = read_detail(detail_page(rows)).orders
    assert (order.finished_text, order.paid_text, order.placed_text) == ("Jul 28, 2026", "Jul 16, 2026", None)


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        (
            ("Bestellnummer: 8210000000000002", "Bestellt am: 15. Juli 2026", "Bezahlt am: 16. Juli 2026"),
            "Gesamt",
        ),
        (
            (
                "Número de pedido: 8210000000000002",
                "Pedido realizado el: 15 jul. 2026",
                "Pagado el: 16 jul. 2026",
            ),
            "Total",
        ),
        (
            (
                "Numéro de commande : 8210000000000002",
                "Commande passée le : 15 juil. 2026",
                "Payé le : 16 juil. 2026",
            ),
            "Total :",
        ),
        (
            ("Número do pedido: 8210000000000002", "Pedido feito em: 15 jul, 2026", "Pago em: 16 jul, 2026"),
            "Total",
        ),
        (
            (
                "Numero ordine: 8210000000000002",
                "Ordine effettuato il: 15 lug 2026",
                "Pagato il: 16 lug 2026",
            ),
            "Totale",
        ),
    ],
)
def test_labels_of_other_languages_are_known(rows, total):
    reading = read_detail(detail_page(rows, total=total))
    (order,) = reading.orders
    assert reading.complete
    assert order.id == IDS[1]
    assert order.placed_text == rows[1].partition(":")[2].strip()
    assert order.paid_text == rows[2].partition(":")[2].strip()
    assert order.total_text == "R$132,74"


def test_rows_that_are_folded_away_are_missing():
    folded = detail_page(ROWS[:2]).replace(" expand-info", "")
    reading = read_detail(folded)
    assert (reading.orders[0].placed_text, reading.complete) == ("Jul 15, 2026", False)


def test_a_label_without_a_colon_ends_with_its_element():
    rows = ("<span>Order ID</span> <b>8210000000000001</b>", "<span>Paid on</span> <b>Jul 16, 2026</b>")
    (order,) = read_detail(detail_page(rows)).orders
    assert (order.id, order.paid_text) == (IDS[0], "Jul 16, 2026")


def test_a_row_nobody_knows_makes_the_reading_incomplete_and_is_not_repeated():
    reading = read_detail(detail_page((*ROWS, "Whatever on: Jul 19, 2026")))
    assert not reading.complete
    assert "Whatever" not in str(reading)


def test_the_id_is_also_found_in_the_link_to_tracking_and_in_the_address():
    (order,) = read_detail(detail_page(ROWS[1:]), DETAIL_URL + IDS[4]).orders
    assert order.id == IDS[0]
    reading = read_detail(detail_page(ROWS[1:], items=False), DETAIL_URL + IDS[4])
    assert reading.orders[0].id == IDS[4]
    assert not reading.complete


def test_a_detail_page_of_no_order_is_a_changed_layout():
    with pytest.raises(LayoutChanged):
        order_detail_page(
            page(detail_page(ROWS[1:], items=False), "https://www.aliexpress.com/p/order/detail.html")
        )


@pytest.mark.parametrize("html", ["", "<html></html>", list_page(single(IDS[0]))])
def test_another_page_is_no_detail_page(html):
    assert order_detail_page(page(html)) is None


def test_contact_and_address_are_never_read():
    assert not [word for word in ("Somebody", "11999999999") if word in str(read_detail(detail_page()))]


# Any page


@given(st.binary(max_size=300))
def test_any_bytes_give_a_reading_nothing_or_a_changed_layout(body):
    for parse in (order_list_page, order_detail_page):
        try:
            parse(page(body))
        except LayoutChanged:
            continue


@given(st.lists(PIECES, max_size=4), st.data())
def test_a_page_cut_anywhere_gives_a_reading_nothing_or_a_changed_layout(pieces, data):
    html = list_page(*pieces, more=MORE)
    cut = html[: data.draw(st.integers(0, len(html)))]
    with suppress(LayoutChanged):
        (reading,) = AliExpress().parse([page(cut)])
        assert all(order.id in IDS for order in reading.orders)


# Data and page together


def both(*shown: str) -> tuple[Reading, Reading]:
    return order_list(reply(list_data(IDS[:10]))), read(list_page(*map(single, shown), more=MORE))


def test_data_go_before_the_page():
    data, shown = both(*IDS[:10])
    assert crosschecked(data, shown, is_first_page=True) == data


def test_an_order_only_the_page_shows_makes_the_reading_incomplete():
    data, shown = both(*IDS[:11])
    checked = crosschecked(data, shown, is_first_page=True)
    assert not checked.complete
    assert IDS[10] in checked.problems[-1]
    assert checked.orders == data.orders


def test_cards_of_earlier_pages_are_no_fault_on_a_later_one():
    data, shown = both(*IDS[:30])
    assert crosschecked(data, shown, is_first_page=False).complete


def test_the_page_tells_whether_there_are_more_where_the_data_do_not():
    data, shown = both(*IDS[:10])
    assert crosschecked(replace(data, has_more=None), shown, is_first_page=True).has_more is True
    assert crosschecked(replace(data, has_more=False), shown, is_first_page=True).has_more is False
