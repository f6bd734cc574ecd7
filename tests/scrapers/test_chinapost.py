"""China Post: two sites behind one name, and what is surprising about each."""

import json
from typing import Any

import pytest

from scrapers.chinapost import ChinaPost
from scrapers.contract import LayoutChanged, Page
from scrapers.vocabulary import meaning
from scrapers.words import Milestone, Outcome, Role

CHINAPOST = ChinaPost()
REPLY = "https://www.ems.com.cn/ems-web/mailTrack/queryTrack"
NUMBER = "CX123456785CN"


def reply(scans: Any, **changes: Any) -> Page:
    body = {"code": "000000", "info": {"mail": {"mailNo": NUMBER, "mailInfos": scans} | changes}}
    return Page(Role.PAYLOAD, REPLY, "application/json", json.dumps(body).encode(), 200)


def scan(text: str | None, **changes: Any) -> dict[str, Any]:
    return {"time": "2026-10-08 08:00:00", "operation": text, "operationCode": "713"} | changes


def table(rows: str, number: str = CHINAPOST.example) -> Page:
    inner = f'<div class="result-table" id="table-{number}"><table><tbody>{rows}</tbody></table></div>'
    html = f"<html><body>{inner}</body></html>"
    return Page(Role.DOM, CHINAPOST.url(number, "en"), "text/html", html.encode(), 200)


@pytest.mark.parametrize(
    ("number", "host"),
    [
        ("EB123456785CN", "https://items.ems.post/"),
        ("EE123456785GB", "https://items.ems.post/"),
        (NUMBER, "https://www.ems.com.cn/"),
        ("1234567890123", "https://www.ems.com.cn/"),
    ],
)
def test_an_ems_item_is_looked_up_where_nothing_is_asked(number, host):
    url = CHINAPOST.url(number, "zh")
    assert url.startswith(host)
    assert CHINAPOST.number_in(url) == number


def test_a_guest_sees_a_window_and_is_told_how_much_there_is():
    (reading,) = CHINAPOST.parse([reply([scan("邮件到达【北京】")], mailInfoCount=40)])
    assert reading.rows_claimed == 40
    assert not reading.complete


@pytest.mark.parametrize(
    "text",
    [
        "投递员：某某，电话：13800000000",
        "快递员某某正在为您派件",
        "已签收，他人代收：某某",
        "请拨打13800000000",
    ],
)
def test_a_text_with_a_person_in_it_is_not_read(text):
    (reading,) = CHINAPOST.parse([reply([scan(text, stateDesc="派送中"), scan(text)])])
    assert [row.description for row in reading.rows] == ["派送中"]
    assert reading.rows_bad == 1


def test_the_label_over_any_event_is_no_second_text():
    (reading,) = CHINAPOST.parse([reply([scan("x", stateDesc="运送中"), scan("x", stateDesc="已落地")])])
    assert [row.note for row in reading.rows] == [None, "已落地"]


def test_a_scan_added_after_the_delivery_keeps_its_place_in_the_list():
    late = [scan("已妥投", operationCode="463"), scan("到达寄达地处理中心", operationCode="459")]
    (reading,) = CHINAPOST.parse([reply(late)])
    found = [meaning("chinapost", code=row.code, description=row.description) for row in reading.rows]
    assert [one.milestone for one in found if one] == [
        Milestone.DELIVERED,
        Milestone.ARRIVED_DESTINATION_COUNTRY,
    ]


def test_the_parcels_own_number_is_no_other_number():
    (reading,) = CHINAPOST.parse([reply([scan("x", secondMailNo=NUMBER, forwardWaybillNo="PQ1")])])
    assert [one.number for one in reading.related_numbers] == ["PQ1"]


def test_the_common_tables_message_is_known_without_its_class():
    said = '<tr class="result-table-row"><td colspan="3">There were no results found.</td></tr>'
    (reading,) = CHINAPOST.parse([table(said)])
    assert (reading.outcome, reading.number) == (Outcome.NOT_FOUND, CHINAPOST.example)


def test_tables_of_two_numbers_are_not_mixed():
    row = '<tr class="result-table-row"><td>Oct 7, 2026, 9:05 AM</td><td>Posted</td><td></td></tr>'
    one, two = table(row), table(row, "EE123456785GB")
    with pytest.raises(LayoutChanged):
        CHINAPOST.parse([Page(Role.DOM, one.url, "text/html", one.body + two.body, 200)])


@pytest.mark.parametrize("scans", [None, [], {}, "x", [None], [{}]])
def test_a_reply_without_scans_says_nothing(scans):
    with pytest.raises(LayoutChanged):
        CHINAPOST.parse([reply(scans)])
