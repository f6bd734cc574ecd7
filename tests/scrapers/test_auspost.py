"""Australia Post: captured replies where CROSSTRACK_CAPTURES points to them, and what surprises a reader."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.read import read_rows
from scrapers.auspost import AustraliaPost
from scrapers.contract import Page
from scrapers.words import Outcome, Role

POST = AustraliaPost()
REPLY_URL = "https://digitalapi.auspost.com.au/shipments-gateway/v1/watchlist/shipments?trackingIds="


def reply(body, asked="", status=200):
    return Page(Role.PAYLOAD, REPLY_URL + asked, "application/json", body, status)


def captured(name):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    file = Path(folder or "") / "auspost" / name
    if not folder or not file.exists():
        pytest.skip("no captured replies")
    (reading,) = POST.parse([reply(file.read_bytes())])
    return reading, json.loads(file.read_text(encoding="utf-8"))


def told(reading):
    read = read_rows("auspost", reading, datetime(2026, 10, 5, tzinfo=UTC))
    assert all(row.local_time is not None and row.precision == "second" for row in read)
    return [(r.printed.time_text, r.claimed_offset_minutes, r.printed.place, str(r.milestone)) for r in read]


def articles(*numbers, **details):
    event = {
        "localeDateTime": "2026-03-12T11:02:44+08:00",
        "description": "Delivered",
        "eventCode": "DD-ER13",
    }
    made = [{"articleId": one, "details": [{"events": [event]} | details]} for one in numbers]
    return json.dumps([{"trackingIds": [], "shipment": {"articles": made}, "status": 200}]).encode()


def test_the_captured_delivery_of_2021_gives_every_scan():
    reading, raw = captured("auspost-watchlist-delivered-2021-08.json")
    assert told(reading) == [
        ("2021-08-27T20:14:59+10:00", 600, "WENTWORTH POINT NSW", "delivered"),
        ("2021-08-27T11:29:38+10:00", 600, "CHULLORA NSW", "out_for_delivery"),
        ("2021-08-26T23:43:56+10:00", 600, "SYDNEY SOUTH WEST NSW", "arrived_facility"),
        ("2021-08-24T21:46:36+10:00", 600, None, "departed_facility"),
        ("2021-08-24T20:59:31+10:00", 600, "MELBOURNE VIC", "arrived_facility"),
        ("2021-08-24T17:25:10+10:00", 600, None, "accepted"),
        ("2021-08-24T17:02:12+10:00", 600, None, "info_received"),
    ]
    events = raw["articles"][0]["details"][0]["events"]
    assert [row.description for row in reading.rows] == [event["description"] for event in events]
    assert [row.epoch_ms for row in reading.rows] == [event["dateTime"] for event in events]
    assert (reading.number, reading.layout) == (raw["articles"][0]["articleId"], "shipments")


def test_the_captured_reply_of_the_retired_search_gives_every_scan():
    reading, raw = captured("auspost-legacy-v3-delivered-2017-01.json")
    assert told(reading) == [
        ("2017-01-03T15:24:00+08:00", 480, "Canning Vale, WA", "delivered"),
        ("2017-01-03T07:52:38+08:00", 480, "Canning Vale, WA", "out_for_delivery"),
        ("2016-12-29T16:53:05+08:00", 480, "Carlisle, WA", "accepted"),
    ]
    assert f'"ArticleID": "{reading.number}"' in json.dumps(raw)
    assert (reading.status_text, reading.layout) == ("Delivered", "retired search")


def test_addressee_and_sender_are_not_read():
    reading, _ = captured("auspost-watchlist-delivered-2021-08.json")
    assert "REDACTED" not in repr(reading)
    assert "2127" not in repr(reading)


def test_the_one_article_of_a_consignment_answers_for_it():
    (reading,) = POST.parse([reply(articles("KTA402817301000906204"), "KTA4028173")])
    assert reading.number == "KTA4028173"


def test_none_of_several_articles_answers_for_their_consignment():
    pages = [reply(articles("KTA402817301000906204", "KTA402817301000906205"), "KTA4028173")]
    assert [one.number for one in POST.parse(pages)] == ["KTA402817301000906204", "KTA402817301000906205"]


def test_a_status_of_the_article_that_changed_is_no_time_of_a_scan():
    body = json.loads(articles("KTA402817301000906204"))
    body[0]["shipment"]["articles"][0]["status"] = {"statusModificationDateTime": 1773000000000}
    (reading,) = POST.parse([reply(json.dumps(body).encode())])
    assert [row.epoch_ms for row in reading.rows] == [None]


def test_a_wall_named_in_a_reply_is_a_challenge_only_where_it_refuses():
    wall = b'{"url": "https://geo.captcha-delivery.com/captcha/?initialCid=AH"}'
    (reading,) = POST.parse([reply(wall, status=403)])
    assert reading.outcome is Outcome.CHALLENGE


@pytest.mark.parametrize(
    "url",
    [
        "https://auspost.com.au/mypost/track/details/KTA402817301000906204",
        "https://auspost.com.au/mypost/track/#/details/KTA402817301000906204",
        "https://digitalapi.auspost.com.au/shipmentsgatewayapi/watchlist/shipments/KTA402817301000906204",
        REPLY_URL + "KTA402817301000906204",
    ],
)
def test_every_form_of_its_address_names_the_number(url):
    assert POST.number_in(url) == "KTA402817301000906204"
