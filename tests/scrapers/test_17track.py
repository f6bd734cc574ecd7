"""17TRACK: the replies seen from 2019 to 2026, and what is odd about this portal."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

import scrapers
from collector.read import read_rows
from scrapers.contract import LayoutChanged, Page, RelatedNumber
from scrapers.words import Outcome, Role

CAPTURES = os.environ.get("CROSSTRACK_CAPTURES")
TRACK17 = scrapers.portals()["17track"]
NUMBER = "LP00712345678901"
URL = "https://t.17track.net/track/restapi"
SEEN = datetime(2026, 10, 1, tzinfo=UTC)
needs_captures = pytest.mark.skipif(not CAPTURES, reason="CROSSTRACK_CAPTURES is not set")


def payload(value):
    return Page(Role.PAYLOAD, URL, "application/json", json.dumps(value).encode(), 200)


def event(text="Delivered", iso="2026-03-14T11:20:00-04:00", **more):
    return {"description": text, "time_iso": iso, **more}


def parcel(*events, **more):
    provider = {"provider": {"key": 3011, "name": "China Post"}, "events": list(events)}
    return {"latest_status": {"status": "Delivered"}, "tracking": {"providers": [provider]}, **more}


def replied(*shipments, code=200):
    return payload({"meta": {"code": code}, "shipments": list(shipments)})


def done(shipment, number=NUMBER, code=200):
    return {"number": number, "code": code, "shipment": shipment}


def read(*pages):
    (reading,) = TRACK17.parse(pages)
    return reading


def captured(name):
    file = Path(CAPTURES) / "17track" / name
    role = Role.PAYLOAD if file.suffix == ".json" else Role.DOM
    return read(Page(role, URL, "", file.read_bytes(), 200))


def told(reading):
    return [
        (
            f"{one.local_time:%m-%d %H:%M:%S}",
            one.claimed_offset_minutes,
            one.printed.place,
            str(one.milestone),
        )
        for one in read_rows("17track", reading, SEEN)
    ]


@needs_captures
def test_the_captured_reply_of_2026_gives_every_row():
    reading = captured("UG251781108MV_restapi_flattened_2026-09.json")
    assert told(reading) == [
        ("08-30 10:00:00", 480, "Dongguan", "accepted"),
        ("08-31 11:20:00", 480, "Dongguan Sorting Center", "arrived_origin_facility"),
        ("08-31 18:45:00", 480, "Dongguan Sorting Center", "departed_origin_facility"),
        ("09-01 08:30:00", 480, "Shenzhen", "arrived_airport"),
        ("09-01 22:15:00", 480, "Shenzhen Airport", "arrived_airport"),
        ("09-02 16:13:25", 480, None, "departed_origin_country"),
    ]
    assert reading.rows[-1].time_text == "2026-09-02T16:13:25+08:00"
    assert reading.rows[-1].description.startswith("Departed from departure country/region, Carrier note: ")
    assert {row.relayed_from for row in reading.rows} == {"AliExpress"}
    assert (reading.number, reading.layout, reading.complete) == ("UG251781108MV", "reply", True)


@needs_captures
def test_the_captured_message_of_2022_gives_every_row():
    reading = captured("v2_webhook_ups_2022.json")
    assert told(reading) == [
        ("04-04 16:35:22", -420, "GASQUET, CA, US", "delivered"),
        ("04-04 08:46:06", -420, "Crescent City, CA, US", "out_for_delivery"),
        ("04-02 02:15:00", -420, "Anderson, CA, US", "arrived_facility"),
        ("03-31 16:36:47", -420, "Ontario, CA, US", "accepted"),
        ("03-28 22:43:08", -420, "US", "info_received"),
    ]
    assert [row.code for row in reading.rows] == ["Delivered", "OutForDelivery", None, None, "InfoReceived"]
    assert {row.relayed_from for row in reading.rows} == {"UPS"}
    assert (reading.origin_country, reading.destination_country) == ("US", "US")
    assert reading.related_numbers == ()


@needs_captures
def test_the_captured_reply_of_2019_gives_every_row():
    reading = captured("legacy_restapi_ups_2019.json")
    air_base = "March Air Reserve Base, CA, United States"
    assert told(reading) == [
        ("08-08 11:20:00", None, "MORENO VALLEY, CA, US", "delivered"),
        ("08-08 09:06:00", None, air_base, "arrived_delivery_office"),
        ("08-07 22:12:00", None, air_base, "arrived_facility"),
        ("08-07 21:29:00", None, "Ontario, CA, United States", "departed_facility"),
        ("08-07 14:42:00", None, "Ontario, CA, United States", "accepted"),
        ("08-07 14:41:00", None, "Ontario, CA, United States", "arrived_delivery_office"),
        ("07-31 05:01:00", None, "United States", "info_received"),
    ]
    assert {row.relayed_from for row in reading.rows} == {"UPS"}
    assert reading.layout == "reply of 2019"


@needs_captures
def test_the_documented_replies_of_2026_give_every_row():
    reading = captured("v24_delivered_other_2151_docshape.json")
    assert told(reading) == [
        ("06-30 14:23:00", None, "RECIFE, PE", "delivered"),
        ("06-28 08:40:00", -180, "RECIFE, PE", "out_for_delivery"),
        ("06-25 10:12:00", -180, "SAO PAULO, SP", "accepted"),
    ]
    assert reading.rows[0].note == "Object delivered to the recipient"
    assert reading.related_numbers == ()  # the local number is its own
    assert told(captured("v24_exception_returning_docshape.json")) == [
        ("06-27 11:15:00", -180, "CURITIBA, PR", "returning")
    ]


@needs_captures
def test_the_captured_copy_of_2024_gives_both_rows():
    reading = captured("clipboard_CC554844919NZ_2024.txt")
    assert told(reading) == [
        ("08-19 17:07:00", None, None, "delivered"),
        ("08-05 13:46:00", None, None, "accepted"),
    ]
    assert (reading.number, reading.layout, reading.complete) == ("CC554844919NZ", "copied text", True)


def test_a_copied_text_that_was_cut_is_not_complete():
    lines = ("Number: A1", "Package status: Delivered", "Country: China -> Spain")
    rows = ("April 11, 2025 09:31, Madrid, Delivered", "no time, no row")
    page = Page(Role.DOM, URL, "text/plain", "\r\n".join((*lines, *rows)).encode(), 200)
    reading = read(page)
    assert [row.description for row in reading.rows] == ["Madrid, Delivered"]
    assert (reading.complete, reading.rows_claimed) == (False, 2)


def test_the_wall_clock_goes_before_the_utc_stamp_which_is_kept_as_evidence():
    (row,) = read(
        replied(done(parcel(event(iso="2026-07-14T14:40:00+05:30", time_utc="2026-07-14T09:40:00Z"))))
    ).rows
    assert row.time_text == "2026-07-14T14:40:00+05:30"
    assert row.instant_ms is None
    assert datetime.fromtimestamp(row.epoch_ms / 1000, UTC) == datetime(2026, 7, 14, 9, 40, tzinfo=UTC)


def test_the_carriers_own_clock_is_read_where_17track_has_no_stamp():
    raw = {"date": "2026-06-30", "time": "14:23:00", "timezone": "+08:00"}
    (row,) = read(replied(done(parcel(event(iso=None, time_raw=raw))))).rows
    assert (row.time_text, row.offset_text) == ("2026-06-30 14:23:00", "+08:00")


def test_an_event_code_goes_before_the_stage_it_belongs_to():
    both = event(stage="Departure", sub_status="InTransit_Other")
    rows = read(replied(done(parcel(both, event(stage="Departure"))))).rows
    assert [row.code for row in rows] == ["InTransit_Other", "Departure"]


def test_a_street_in_an_address_is_never_read():
    where = {"country": "US", "city": "OHIO CITY", "street": "1 SOME STREET"}
    assert "STREET" not in repr(read(replied(done(parcel(event(address=where))))))


def test_a_parcel_is_read_with_and_without_its_inner_level():
    flat = {"number": NUMBER, "code": 200, **parcel(event())}
    assert read(replied(flat)) == read(replied(done(parcel(event()))))


def test_the_demo_parcel_is_nobodys():
    demo = done(parcel(event()), number="TestNumber00017")
    assert read(replied(demo, done(parcel(event())))).number == NUMBER
    with pytest.raises(LayoutChanged):
        read(replied(demo))


def test_a_number_still_asked_about_says_nothing_until_a_later_reply_does():
    asking = replied(done(None, code=100))
    with pytest.raises(LayoutChanged, match="not asked for any more"):
        read(asking)
    unknown = {"latest_status": {"status": "NotFound"}, "tracking": {"providers": []}}
    assert read(asking, replied(done(unknown))).outcome is Outcome.NOT_FOUND


def test_a_number_still_asked_about_costs_the_others_nothing():
    reading = read(replied(done(None, "RB123456785CN", 100), done(parcel(event()))))
    assert reading.number == NUMBER


@pytest.mark.parametrize("code", [-8, -10, -11, -13, -14])
def test_every_refusal_is_a_challenge_whatever_the_http_status(code):
    assert read(replied(code=code)).outcome is Outcome.CHALLENGE


def test_a_number_that_wants_more_is_not_unknown():
    null = {"number": NUMBER, "code": 400, "shipment": None}
    assert read(replied(null)).outcome is Outcome.NOT_FOUND
    for asking in ({"params_v2": [{"key": "phone_number_last_4"}]}, {"param": {"type": "PostalCode"}}):
        assert read(replied({**null, **asking})).outcome is Outcome.INPUT_NEEDED


def test_a_carrier_without_a_list_makes_the_reading_incomplete():
    shipment = parcel(event())
    shipment["tracking"]["providers"].append({"provider": {"name": "USPS"}})
    reading = read(replied(done(shipment)))
    assert (len(reading.rows), reading.complete) == (1, False)


def test_not_found_beside_an_unreadable_row_is_not_believed():
    shipment = {**parcel({"time_iso": None}), "latest_status": {"status": "NotFound"}}
    with pytest.raises(LayoutChanged):
        read(replied(done(shipment)))


def test_a_further_number_is_a_candidate_and_no_fact():
    info = {"local_number": "9290361234700182736452", "local_provider": "USPS"}
    (related,) = read(replied(done(parcel(event(), misc_info=info)))).related_numbers
    assert related == RelatedNumber("9290361234700182736452", "USPS", "other")


def test_a_carrier_known_only_by_its_key_keeps_the_key():
    track = {"w1": 190999, "e": 10, "z1": [{"a": "2020-01-01 10:00", "z": "Arrival Scan", "c": "X", "d": ""}]}
    (row,) = read(payload({"ret": 1, "dat": [{"no": NUMBER, "track": track}]})).rows
    assert (row.relayed_from, row.place) == ("190999", "X")


def test_an_old_reply_still_asking_or_asking_for_the_carrier_is_told_apart():
    with pytest.raises(LayoutChanged):
        read(payload({"ret": 1, "dat": [{"no": NUMBER, "delay": -1, "track": None}]}))
    choice = payload({"ret": 1, "dat": [{"no": NUMBER, "delay": 0, "yt": [100001, 100003], "track": None}]})
    assert read(choice).outcome is Outcome.INPUT_NEEDED


def test_the_number_stands_in_the_fragment_or_in_the_query():
    for url in ("https://t.17track.net/en#nums=A1", "https://t.17track.net/en?nums=A1&fc=100703"):
        assert TRACK17.number_in(url) == "A1"
    assert TRACK17.number_in("https://t.17track.net/en#nums=A1,B2") is None
    assert TRACK17.url("A1", "zh") == "https://t.17track.net/zh-cn#nums=A1"
