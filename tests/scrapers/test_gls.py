"""GLS: captured replies where CROSSTRACK_CAPTURES points to them, and what surprises a reader of them."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.answer import read_pages
from collector.read import read_rows
from scrapers.contract import LayoutChanged, Page, Recipient
from scrapers.gls import Gls
from scrapers.words import Outcome, Role

GLS = Gls()
GROUP_URL = "https://gls-group.com/app/service/open/rest/GROUP/en/rstt001?match="
DUTCH_URL = "https://apm.gls.nl/api/tracktrace/v1/61820047930152/postalcode/1234AB/details/en-GB"


def reply(body, url, status=200):
    return Page(Role.PAYLOAD, url, "application/json", body, status)


def captured(name, url):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    file = Path(folder or "") / "gls" / name
    if not folder or not file.exists():
        pytest.skip("no captured replies")
    (reading,) = GLS.parse([reply(file.read_bytes(), url)])
    return reading, json.loads(file.read_text(encoding="utf-8"))


def told(reading):
    read = read_rows("gls", reading, datetime(2026, 10, 5, tzinfo=UTC))
    assert all(row.local_time is not None and row.precision == "second" for row in read)
    return [(row.printed.time_text, row.printed.place, str(row.milestone)) for row in read]


def group_parcel(**changes):
    address = {"city": "Neuenstein", "countryCode": "DE", "countryName": "Germany"}
    event = {"date": "2026-03-10", "time": "19:33:20", "address": address, "evtDscr": "Handed over."}
    parcel = {"tuNo": "40391728456", "history": [event | changes]}
    return json.dumps({"tuStatus": [parcel]}).encode()


def dutch_parcel(**changes):
    scan = {
        "dateTime": "2026-03-10T05:06:00",
        "eventReasonDescr": "Handed over.",
        "countryName": "Netherlands",
    }
    parcel = {"parcelNo": "61820047930152", "scans": [scan]}
    return json.dumps(parcel | changes).encode()


def test_the_captured_reply_of_the_group_of_2018_gives_every_scan():
    reading, raw = captured("glsde_rstt001_in_transit_2018.json", GROUP_URL)
    here, there, abroad = "Neuenstein, Deutschland", "Erding, Deutschland", "San Juan de Mozarrifar, Spanien"
    assert told(reading) == [
        ("2018-11-16 18:55:35", here, "departed_facility"),
        ("2018-11-16 13:56:34", there, "delivered"),
        ("2018-11-16 06:49:33", there, "out_for_delivery"),
        ("2018-11-16 06:45:13", there, "arrived_facility"),
        ("2018-11-16 00:00:49", here, "arrived_facility"),
        ("2018-11-16 00:00:48", here, "arrived_facility"),
        ("2018-11-15 00:56:43", "Santa Perpètua de Mogoda, Spanien", "departed_facility"),
        ("2018-11-14 19:29:38", abroad, "arrived_facility"),
        ("2018-11-14 19:29:38", abroad, "accepted"),
        ("2018-11-14 10:26:36", abroad, "info_received"),
    ]
    assert [row.description for row in reading.rows] == [e["evtDscr"] for e in raw["tuStatus"][0]["history"]]
    assert {row.offset_text for row in reading.rows} == {None}
    assert (reading.number, reading.layout) == (raw["tuStatus"][0]["tuNo"], "group")
    assert reading.status_text == "Unterwegs"


def test_the_captured_dutch_reply_of_2024_gives_every_scan():
    reading, raw = captured("glsnl_delivered_2024.json", DUTCH_URL)
    depot = "Amsterdam, Netherlands"
    assert told(reading) == [
        ("2024-11-20T10:00:07.226", "Netherlands", "info_received"),
        ("2024-11-20T20:16:41.442", "Wijchen, Netherlands", "accepted"),
        ("2024-11-20T20:17:02.051", "Wijchen, Netherlands", "departed_facility"),
        ("2024-11-21T04:57:44.647", depot, "arrived_facility"),
        ("2024-11-21T07:59:04", depot, "out_for_delivery"),
        ("2024-11-21T16:45:39", depot, "held_at_depot"),
        ("2024-11-21T20:00:00", depot, "notice"),
        ("2024-11-22T01:00:08.63", depot, "arrived_facility"),
        ("2024-11-22T01:07:03.831", depot, "arrived_facility"),
        ("2024-11-22T06:57:27", depot, "out_for_delivery"),
        ("2024-11-22T08:28:43", depot, "delivered"),
    ]
    assert [row.description for row in reading.rows] == [one["eventReasonDescr"] for one in raw["scans"]]
    assert [row.code for row in reading.rows[:2]] == ["0/100", "0/0"]
    assert (reading.number, reading.layout) == (raw["parcelNo"], "Netherlands")
    assert (reading.estimate_from_on, reading.estimate_to_on) == (None, None)


def test_the_captured_dutch_reply_of_2026_gives_every_scan():
    reading, raw = captured("glsnl_delivered_neighbours_2026.json", DUTCH_URL)
    hub, depot = "Hub City, Nederland", "City, Nederland"
    assert told(reading) == [
        ("2026-03-09T12:04:42", "Puurs, België", "info_received"),
        ("2026-03-09T23:01:44", "Puurs, België", "accepted"),
        ("2026-03-10T05:03:08.517", hub, "arrived_facility"),
        ("2026-03-10T05:04:43.737", hub, "departed_facility"),
        ("2026-03-10T05:06:00.048", hub, "arrived_facility"),
        ("2026-03-10T05:06:01.048", depot, "arrived_facility"),
        ("2026-03-10T07:56:55", depot, "out_for_delivery"),
        ("2026-03-10T08:58:33", depot, "delivered"),
    ]
    assert [row.description for row in reading.rows] == [one["eventReasonDescr"] for one in raw["scans"]]
    assert (reading.origin_country, reading.destination_country) == ("BE", "Nederland")


def test_whom_a_neighbour_signed_for_is_not_read():
    reading, _ = captured("glsnl_delivered_neighbours_2026.json", DUTCH_URL)
    assert "ANON" not in repr(reading)
    assert "signedWith" not in repr(reading)


@pytest.mark.parametrize("asked", ["40391728456", "403917284569", "61820047930152"])
def test_a_parcel_asked_with_its_check_digit_is_the_one_asked_for(asked):
    (reading,) = GLS.parse([reply(group_parcel(), GROUP_URL + asked)])
    assert reading.number == (asked if asked.startswith("40391728456") else "40391728456")


def test_only_a_dutch_postcode_leads_to_the_dutch_page():
    asked = GLS.url_for("61820047930152", "nl", Recipient("1234 AB", "NL"))
    assert asked == "https://www.gls-info.nl/tracking?trackid=61820047930152&zipcode=1234AB"
    assert GLS.number_in(asked) == "61820047930152"
    spanish = GLS.url_for("61820047930152", "es", Recipient("28001", "ES"))
    assert spanish == GLS.url("61820047930152", "en")


def test_an_estimate_of_the_year_1_is_none():
    expected = {"etaTimestampMin": "0001-01-01T00:00:00", "etaTimestampMax": "2026-03-11T13:10:00+02:00"}
    (reading,) = GLS.parse([reply(dutch_parcel(deliveryStatus=expected), DUTCH_URL)])
    assert (reading.estimate_from_on, reading.estimate_to_on) == (None, "2026-03-11")


def test_what_the_group_does_not_know_the_dutch_service_may():
    refusal = reply(b'{"exceptionText": "No results"}', GROUP_URL + "61820047930152", 404)
    answer = read_pages(GLS, "61820047930152", [refusal, reply(dutch_parcel(), DUTCH_URL)])
    assert (answer.outcome, len(answer.readings[0].rows)) == (Outcome.OK, 1)


def test_a_list_without_any_text_is_another_layout():
    with pytest.raises(LayoutChanged):
        GLS.parse([reply(group_parcel(evtDscr=None), GROUP_URL + "40391728456")])
