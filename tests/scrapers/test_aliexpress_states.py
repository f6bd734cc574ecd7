"""AliExpress: which state its pages are in, and the facts it declares. All pages here are synthetic."""

import itertools
import json
from typing import Any
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from scrapers.aliexpress import AliExpress
from scrapers.aliexpress.states import STATES
from scrapers.contract import LayoutChanged, Page, Reading
from scrapers.shop import Shop
from scrapers.words import Outcome, Role

SHOP = AliExpress()
ORDER = "8190000000000001"
LIST_URL = "https://www.aliexpress.com/p/order/index.html"
DETAIL_URL = f"https://www.aliexpress.com/p/order/detail.html?orderId={ORDER}"
TRACKING_URL = f"https://www.aliexpress.com/p/tracking/index.html?tradeOrderId={ORDER}"
LIST, DETAIL = "mtop.aliexpress.trade.buyer.order.list", "mtop.aliexpress.trade.buyer.order.detail"
TRACKING, COUNT = "mtop.ae.ld.querydetail", "mtop.aliexpress.trade.buyer.order.count"

SKELETON = """<div id="root"><div class="order-nav"><div class="comet-tabs"><div class="comet-tabs-nav">
<div class="comet-tabs-nav-item comet-tabs-nav-item-active">View all</div></div></div></div>
<div class="order-main"><div class="order-content"></div></div></div>"""


def dom(html: str, url: str = LIST_URL, status: int = 200) -> Page:
    return Page(Role.DOM, url, "text/html", f"<html><body>{html}</body></html>".encode(), status)


def data_url(api: str, asked: dict[str, Any] | None = None) -> str:
    query = "" if asked is None else "&data=" + quote(json.dumps(asked))
    return f"https://acs.aliexpress.com/h5/{api}/1.0/?jsv=2.5.1{query}"


def reply(api: str, *ret: str, data: Any = None, asked: dict[str, Any] | None = None) -> Page:
    value = {"api": api, "v": "1.0", "ret": list(ret or ("SUCCESS::x",)), "data": data or {}}
    return Page(Role.PAYLOAD, data_url(api, asked), "application/json", json.dumps(value).encode(), 200)


def order(order_id: str) -> dict[str, Any]:
    line = {"orderLineId": "1", "productId": "2", "itemTitle": "Cable", "quantity": 1}
    return {
        "tag": "pc_om_list_order",
        "id": order_id,
        "fields": {"orderId": order_id, "statusText": "Awaiting delivery", "orderLines": [line]},
    }


def listed(*ids: str, page: int | None = 1, more: bool = False, post: bool = False) -> Page:
    fields: dict[str, Any] = {"hasMore": more, "pageSize": len(ids)}
    fields |= {} if page is None else {"pageIndex": page}
    shown = {f"pc_om_list_order_{one}": order(one) for one in ids}
    shown["pc_om_list_body_1"] = {"tag": "pc_om_list_body", "fields": fields}
    structure = {"pc_om_list_body_1": [f"pc_om_list_order_{one}" for one in ids]}
    made = reply(LIST, data={"data": shown, "hierarchy": {"structure": structure}})
    return Page(made.role, made.url + ("&post=1" if post else ""), made.media_type, made.body, 200)


def tracked(order_id: str = ORDER, text: str = "Awaiting flight") -> Page:
    package = {"mailNo": "LP00123456789012", "detailList": [{"trackingDetailDesc": text}]}
    module = {"trackingDetailLineList": [package]}
    return reply(TRACKING, data={"module": module}, asked={"tradeOrderId": order_id})


def cards(*ids: str) -> str:
    shown = "".join(
        f"""<div class="order-item"><div class="order-item-header-status-text">Awaiting delivery</div>
<div class="order-item-header-right-info"><div>Order date: Apr 27, 2026</div>
<div>Order ID: {one}</div></div>
<a data-pl="order_item_header_detail" href="/p/order/detail.html?orderId={one}">Details</a>
<div class="order-item-content"><div class="order-item-content-body">
<div class="order-item-content-info-name"><a><span title="Cable">Cable</span></a></div></div></div></div>"""
        for one in ids
    )
    return f'<div class="order-main"><div class="order-content">{shown}</div></div>'


def outcome(*pages: Page) -> Outcome:
    (reading,) = SHOP.parse(pages)
    return reading.outcome


def ids_in(*readings: Reading) -> list[str]:
    return [one.id for reading in readings for one in reading.orders]


STALE = "FAIL_SYS_TOKEN_EXOIRED::令牌过期"
EXPIRED = "FAIL_SYS_SESSION_EXPIRED::x"
WALL = ("FAIL_SYS_USER_VALIDATE", "RGV587_ERROR::SM::x")

# --- checks for people ---------------------------------------------------------------------------------

PUNISH = """<punish-component><div id="nocaptcha" class="nc-container"><div id="nc_1_wrapper"></div></div>
</punish-component><script>window._config_ = {renderTo: "#nocaptcha", NCTOKENSTR: "x"}</script>"""
DIALOG = """<div class="baxia-dialog">
<iframe id="baxia-dialog-content" src="/_____tmd_____/punish?x5secdata=1"></iframe></div>"""
OLD_DIALOG = '<iframe id="sufei-dialog-content" src="about:blank"></iframe>'
FORM = """<input name="account"><div class="fm-baxia-container">
<div id="baxia-login-check-code" class="fm-baxia-box">{}</div></div>"""
WALL_PAGE = "<div id=root></div><script>" + "var a = 1;" * 5000 + "</script>"


@pytest.mark.parametrize(
    "page",
    [
        dom("", "https://www.aliexpress.com/p/order/_____tmd_____/punish?x5secdata=ab"),
        dom(PUNISH),
        dom("<script>window._config_ = {NCTOKENSTR: 'x', action: 'captcha'}</script>"),
        dom("<p>Sorry, we have detected unusual traffic from your network.</p>"),
        dom("<p>请拖动滑块</p>"),
        Page(Role.DOM, LIST_URL, "text/html", b"<html><title>Captcha Interception</title></html>"),
        Page(Role.PAYLOAD, data_url(LIST), "text/html", PUNISH.encode(), 200),
        dom(DIALOG),
        dom(OLD_DIALOG, TRACKING_URL),
        dom(FORM.format("<div>slide</div>"), "https://www.aliexpress.com/p/ug-login-page/login.html"),
        dom(WALL_PAGE),
        reply(LIST, *WALL),
        reply(COUNT, *WALL),
    ],
)  # fmt: skip
def test_every_form_of_a_check_for_people_is_recognised(page):
    assert outcome(page) is Outcome.CHALLENGE


@pytest.mark.parametrize("over", [DIALOG, OLD_DIALOG, '<div id="baxia-dialog-mask"></div>'])
@pytest.mark.parametrize(("under", "url"), [(listed(ORDER), LIST_URL), (tracked(), TRACKING_URL)])
def test_a_dialog_over_a_page_that_has_its_data_is_a_challenge(over, under, url):
    assert outcome(dom(SKELETON + cards(ORDER) + over, url), under) is Outcome.CHALLENGE


@pytest.mark.parametrize("style", ["display:none", "Display: None;", "visibility: hidden"])
def test_a_dialog_that_was_answered_and_is_hidden_is_none(style):
    hidden = f'<div style="{style}">{DIALOG}</div>'
    assert outcome(dom(cards(ORDER) + hidden), listed(ORDER)) is Outcome.OK


def test_a_challenge_that_was_passed_is_superseded():
    assert outcome(reply(LIST, *WALL), listed(ORDER)) is Outcome.OK
    assert outcome(listed(ORDER), reply(LIST, *WALL)) is Outcome.CHALLENGE


def test_scripts_that_every_page_loads_are_no_challenge():
    entry = (
        '<script src="https://g.alicdn.com/sd/baxia-entry/index.js"></script><script>var x5secdata;</script>'
    )
    assert outcome(dom(entry + cards(ORDER)), listed(ORDER)) is Outcome.OK


def test_a_page_with_rows_or_much_text_that_quotes_the_words_of_a_check_is_none():
    assert outcome(dom(cards(ORDER) + "<p>slide to verify</p>")) is Outcome.OK
    with pytest.raises(LayoutChanged):
        SHOP.parse([dom("<p>slide to verify</p>" + "<p>words</p>" * 500)])


def test_a_small_empty_page_is_no_wall():
    with pytest.raises(LayoutChanged):
        SHOP.parse([dom("<div id=root></div>")])


# --- signed out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ("", "https://login.aliexpress.com/?return_url=https%3A%2F%2Fwww.aliexpress.com%2F"),
        ("", "https://www.aliexpress.com/p/ug-login-page/login.html?from=x"),
        ("", "https://m.aliexpress.com/p/ug-login-page/login.html"),
        ("", "https://www.aliexpress.us/p/account/login"),
        (WALL_PAGE, "https://login.aliexpress.com/msite.html"),
        (FORM.format(""), LIST_URL),
        ('<input label="Email or phone number">', LIST_URL),
        ('<input label="Email">', LIST_URL),
        ('<input aria-label="Email or phone number">', LIST_URL),
        ('<input id="fm-login-id"><input id="fm-login-password">', LIST_URL),
        ('<input id="fm-history-login-password">', TRACKING_URL),
        ('<div class="nfm-multiple-email-prompt">x</div>', LIST_URL),
        ('<div class="subTitle_field_item">x</div><input data-id="0">', LIST_URL),
        ('<iframe src="https://login.aliexpress.com/msite.html"></iframe>', DETAIL_URL),
        (SKELETON, LIST_URL),
        (SKELETON, "file:///saved.html"),
    ],
)
def test_a_page_for_strangers_asks_for_a_login(html, url):
    assert outcome(dom(html, url)) is Outcome.LOGIN_REQUIRED


@pytest.mark.parametrize("code", ["FAIL_SYS_SESSION_EXPIRED::x", "NEED_LOGIN", "FAIL_SYS_SID_INVALID::x"])
@pytest.mark.parametrize(("api", "url"), [(LIST, LIST_URL), (DETAIL, DETAIL_URL), (TRACKING, TRACKING_URL)])
def test_data_that_say_the_session_is_gone_ask_for_a_login(code, api, url):
    assert outcome(dom(SKELETON, url), reply(api, code)) is Outcome.LOGIN_REQUIRED


def test_the_counter_of_orders_proves_no_session():
    counted = reply(COUNT, data={"all": "0"})
    assert outcome(dom(SKELETON), counted) is Outcome.LOGIN_REQUIRED
    assert outcome(dom(SKELETON), counted, reply(LIST, EXPIRED)) is Outcome.LOGIN_REQUIRED
    with pytest.raises(LayoutChanged):
        SHOP.parse([counted])


def test_a_list_without_cards_is_no_sign_of_a_lost_session_where_other_data_came():
    other = Page(Role.DOM, "file:///saved.html", "text/html", SKELETON.encode())
    with pytest.raises(LayoutChanged):
        SHOP.parse([other, reply(TRACKING, data={"unheard": "of"})])


def test_an_account_without_orders_is_told_by_the_data_alone():
    (reading,) = SHOP.parse([dom(SKELETON), listed()])
    assert (reading.outcome, reading.orders, reading.has_more) == (Outcome.OK, (), False)


def test_a_sign_in_layer_does_not_hide_what_the_data_say():
    assert outcome(dom(cards(ORDER) + FORM.format("")), listed(ORDER)) is Outcome.OK


def test_a_page_that_led_to_the_sign_in_page_has_no_session_whatever_came_before():
    page = dom("", "https://login.aliexpress.com/?return_url=x")
    assert outcome(page, listed(ORDER)) is Outcome.LOGIN_REQUIRED


# --- which reply counts --------------------------------------------------------------------------------


def test_a_stale_token_is_superseded_by_the_reply_after_it():
    assert outcome(dom(SKELETON), reply(LIST, STALE), listed(ORDER)) is Outcome.OK
    assert outcome(reply(TRACKING, STALE), tracked()) is Outcome.OK


@pytest.mark.parametrize(("api", "url"), [(LIST, LIST_URL), (DETAIL, DETAIL_URL), (TRACKING, TRACKING_URL)])
def test_a_token_that_was_not_renewed_says_so(api, url):
    with pytest.raises(LayoutChanged, match="did not renew its token"):
        SHOP.parse([dom("<div id=root>x</div>", url), reply(api, STALE)])


def test_a_page_whose_last_reply_was_not_kept_is_read_from_its_markup():
    (reading,) = SHOP.parse([dom(cards(ORDER)), reply(LIST, STALE)])
    assert ids_in(reading) == [ORDER]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("FAIL_SYS_TRAFFIC_LIMIT::x", Outcome.RATE_LIMITED),
        ("UNKNOWN_FAIL_CODE::x", Outcome.UNAVAILABLE),
        ("FAIL_SYS_ACCESS_DENIED::x", Outcome.UNAVAILABLE),
    ],
)
def test_the_last_reply_decides(code, expected):
    assert outcome(dom(SKELETON), reply(LIST, code)) is expected
    assert outcome(dom(SKELETON), listed(ORDER), reply(LIST, code)) is expected
    assert outcome(dom(SKELETON), reply(LIST, code), listed(ORDER)) is Outcome.OK


@pytest.mark.parametrize(("status", "expected"), [(429, Outcome.RATE_LIMITED), (503, Outcome.UNAVAILABLE)])
def test_an_answer_that_is_no_reply_is_told_by_its_status(status, expected):
    assert outcome(Page(Role.PAYLOAD, data_url(LIST), "text/plain", b"no", status)) is expected


def test_pages_of_the_list_add_up():
    first, second = "8190000000000001", "8190000000000002"
    (reading,) = SHOP.parse([listed(first, more=True), listed(second, page=2, post=True)])
    assert (ids_in(reading), reading.has_more, reading.complete) == ([first, second], False, True)


def test_a_later_page_that_comes_back_empty_costs_the_earlier_ones_nothing():
    (reading,) = SHOP.parse([listed(ORDER, more=True), reply(LIST)])
    assert (ids_in(reading), reading.has_more, reading.complete) == ([ORDER], None, False)


def test_a_card_its_data_lack_makes_the_list_incomplete():
    (reading,) = SHOP.parse([dom(cards(ORDER, "8190000000000009")), listed(ORDER)])
    assert (ids_in(reading), reading.complete) == ([ORDER], False)
    assert "8190000000000009" in reading.problems[0]


@pytest.mark.parametrize("page", [2, None])
def test_cards_of_earlier_pages_are_no_fault_of_a_later_one(page):
    shown = dom(cards("8190000000000001", "8190000000000002"))
    (reading,) = SHOP.parse([shown, listed("8190000000000002", page=page, post=True)])
    assert (ids_in(reading), reading.complete) == (["8190000000000002"], True)


def test_the_list_is_not_lost_to_the_tracking_of_one_of_its_orders():
    popover = reply(TRACKING, "UNKNOWN_FAIL_CODE::x", asked={"tradeOrderId": ORDER})
    assert ids_in(*SHOP.parse([dom(cards(ORDER)), listed(ORDER), popover])) == [ORDER]
    both = SHOP.parse([dom(cards(ORDER)), listed(ORDER), tracked()])
    assert ids_in(*both) == [ORDER]
    assert [reading.number for reading in both] == [None, "LP00123456789012"]


def test_a_failed_page_is_not_made_good_by_the_data_of_another():
    popover = tracked()
    assert outcome(dom(SKELETON), reply(LIST, EXPIRED), popover) is Outcome.LOGIN_REQUIRED


def test_replies_about_several_orders_are_all_read_and_of_one_the_last():
    other = "8190000000000002"
    found = SHOP.parse([tracked(text="old"), tracked(other), tracked(text="new")])
    assert {r.order_ids[0]: r.rows[0].description for r in found} == {ORDER: "new", other: "Awaiting flight"}


@pytest.mark.parametrize("order_of", list(itertools.permutations(range(3))))
def test_the_order_of_unrelated_pages_does_not_matter(order_of):
    pages = [dom(cards(ORDER)), reply(COUNT), listed(ORDER)]
    assert SHOP.parse([pages[i] for i in order_of]) == SHOP.parse(pages)


def test_no_pages_are_a_changed_layout():
    with pytest.raises(LayoutChanged):
        SHOP.parse([])


def test_pictures_and_records_are_not_read():
    with pytest.raises(LayoutChanged):
        SHOP.parse([Page(Role.SCREENSHOT, LIST_URL, "image/png", DIALOG.encode())])


# --- declared facts ------------------------------------------------------------------------------------


def test_it_is_a_shop():
    assert isinstance(SHOP, Shop)
    assert SHOP.accepts("LP00123456789012").level == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (DETAIL_URL, ORDER),
        (TRACKING_URL + "&spm=a2g", ORDER),
        (f"https://track.aliexpress.com/logisticsdetail.htm?tradeId={ORDER}", ORDER),
        (data_url(TRACKING, {"tradeOrderId": ORDER, "tradeOrderLineId": ""}), ORDER),
        (data_url(DETAIL, {"tradeOrderId": int(ORDER)}), ORDER),
        (data_url(LIST, {"statusTab": "all"}), None),
        (data_url(LIST), None),
        (LIST_URL, None),
        ("https://www.aliexpress.com/p/order/detail.html?orderId=abc", None),
        (f"https://elsewhere.example/p/order/detail.html?orderId={ORDER}", None),
        ("https://acs.aliexpress.com/h5/x/1.0/?data=%7B", None),
        ("https://acs.aliexpress.com/h5/x/1.0/?data=[1]", None),
        ("https://[broken", None),
        ("", None),
    ],
)
def test_the_order_an_address_asks_for(url, expected):
    assert SHOP.number_in(url) == expected


def test_its_own_addresses_name_their_order_and_lie_on_its_hosts():
    for url in (SHOP.url(ORDER, "en"), SHOP.order_url(ORDER, "en")):
        assert SHOP.number_in(url) == ORDER
    assert SHOP.number_in(SHOP.list_url("en")) is None
    for url in (SHOP.url(ORDER, "en"), SHOP.order_url(ORDER, "en"), SHOP.list_url("en"), SHOP.sign_in_url):
        assert url.startswith("https://")
        assert url.split("/")[2] in SHOP.hosts


def test_credentials_go_to_hosts_of_the_shop_alone():
    assert set(SHOP.sign_in_hosts) <= set(SHOP.hosts)
    assert SHOP.sign_in_url.split("/")[2] in SHOP.sign_in_hosts
    domains = tuple("." + domain for domain in SHOP.cookie_domains)
    assert all(host.endswith(domains) for host in SHOP.sign_in_hosts)


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ({"xman_us_t": "x_lid=us1&sign=y&x_user=a&ctoken=b"}, True),
        ({"xman_us_t": '"x_lid=us1&sign=y"'}, True),
        ({"xman_us_t": "x_lid%3Dus1%26sign%3Dy%26ctoken%3Db"}, True),
        ({"xman_us_t": "ctoken=b"}, False),
        ({"xman_us_t": "sign=n"}, False),
        ({"xman_us_t": "design=y"}, False),
        ({"xman_us_t": "sign=yes"}, False),
        ({"other": "sign=y"}, False),
        ({}, False),
    ],
)
def test_a_session_is_told_by_the_members_cookie(cookies, expected):
    assert SHOP.looks_signed_in(cookies) is expected


def test_every_selector_of_a_state_can_be_read():
    empty = LexborHTMLParser("<p>x</p>")
    for state in STATES.values():
        for selector in state.selectors:
            assert empty.css(selector) == []


@pytest.mark.parametrize(
    ("html", "state"),
    [
        (DIALOG, "challenge"),
        (PUNISH, "challenge"),
        (FORM.format("<i>x</i>"), "challenge"),
        (FORM.format(""), "sign_in"),
        (cards(ORDER), "orders"),
        ('<div class="logistic-info-v2--node--x">a</div>', "tracking"),
        ('<div class="error--title--Ar9UOn6">x</div>', "nothing_to_track"),
    ],
)
def test_a_state_is_seen_by_its_selectors(html, state):
    root = LexborHTMLParser(html)
    seen = {name for name, one in STATES.items() if any(root.css(selector) for selector in one.selectors)}
    assert state in seen
    assert state == "challenge" or "challenge" not in seen


def test_payload_addresses_are_those_of_the_three_pages():
    assert all(glob.startswith("https://acs.aliexpress.") and glob.endswith("/*") for glob in SHOP.payloads)
    assert {glob.split("/")[4] for glob in SHOP.payloads} == {LIST, DETAIL, TRACKING}
    assert {glob.split("/")[2] for glob in SHOP.payloads} <= set(SHOP.resource_hosts)
