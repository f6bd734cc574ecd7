"""FedEx: captured replies where CROSSTRACK_CAPTURES points to them, and what surprises a reader of them."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.answer import read_pages
from collector.read import read_rows
from scrapers.contract import LayoutChanged, Page, RelatedNumber
from scrapers.fedex import Fedex
from scrapers.words import Outcome, Role

FEDEX = Fedex()
REPLY_URL = "https://api.fedex.com/track/v2/shipments"
PAGE_URL = f"https://www.fedex.com/fedextrack/?trknbr={FEDEX.example}"


def reply(body, status=200):
    return Page(Role.PAYLOAD, REPLY_URL, "application/json", body, status)


def parcel(**details):
    package = {"trackingNbr": FEDEX.example} | details
    return reply(json.dumps({"output": {"packages": [package]}}).encode())


def page(body, url=PAGE_URL, status=200):
    return Page(Role.DOM, url, "text/html", f"<html><body>{body}</body></html>".encode(), status)


def line(day, *scans):
    cells = "".join(
        f'<div class="travel-history__scan-event">{"".join(f"<p>{part}</p>" for part in scan)}</div>'
        for scan in scans
    )
    date = f'<td class="travel-history-table__scan-event-date">{day}</td>'
    return f'<table><tr class="travel-history-table__row">{date}<td>{cells}</td></tr></table>'


def captured(name):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    file = Path(folder or "") / "fedex" / name
    if not folder or not file.exists():
        pytest.skip("no captured replies")
    (reading,) = FEDEX.parse([reply(file.read_bytes())])
    return reading


def milestones(reading):
    return [str(row.milestone) for row in read_rows("fedex", reading, datetime(2026, 10, 5, tzinfo=UTC))]


def test_a_captured_hand_over_of_2016_gives_every_scan():
    reading = captured("fedex-trackpackages-handoff-usps-2016-12.json")
    assert [
        (row.time_text, row.offset_text, row.code, row.description, row.place) for row in reading.rows
    ] == [
        ("2016-12-14 13:17:00", "-07:00", "DL", "Delivered", "SOUTH JORDAN, UT"),
        ("2016-12-13 17:31:00", "-07:00", "DE", "Delivery exception", "SOUTH JORDAN, UT"),
        ("2016-12-13 08:39:00", "-07:00", "OD", "Out for delivery", "SOUTH JORDAN, UT"),
        ("2016-12-13 04:40:00", "-07:00", "AR", "At U.S. Postal Service facility", "SOUTH JORDAN, UT"),
        ("2016-12-12 08:24:00", "-07:00", "IT", "In transit", "SALT LAKE CITY, UT"),
        ("2016-12-12 06:23:00", "-07:00", "IT", "In transit", "SALT LAKE CITY, UT"),
        ("2016-12-12 04:30:00", "-07:00", "OX", "Shipment information sent to U.S. Postal Service", None),
        (
            "2016-12-12 02:53:12",
            "-07:00",
            "DP",
            "Departed FedEx location",
            "FEDEX SMARTPOST SALT LAKE CITY, UT",
        ),
        (
            "2016-12-11 21:26:30",
            "-07:00",
            "AR",
            "Arrived at FedEx location",
            "FEDEX SMARTPOST SALT LAKE CITY, UT",
        ),
        ("2016-12-09 12:19:00", "-07:00", "AR", "Arrived at FedEx location", "NORTH SALT LAKE, UT"),
        ("2016-12-08 13:38:05", "-07:00", "IT", "In transit", "NORTH SALT LAKE, UT"),
        ("2016-12-08 00:02:23", "-07:00", "IT", "In transit", "GREENVILLE, UT"),
        ("2016-12-07 11:59:00", "-07:00", "IT", "In transit", "CONTINENTAL DIVIDE, NM"),
        ("2016-12-07 00:55:04", "-06:00", "IT", "In transit", "SAPULPA, OK"),
        ("2016-12-06 13:51:17", "-05:00", "IT", "In transit", "SPICELAND, IN"),
        ("2016-12-06 01:47:23", "-05:00", "DP", "Departed FedEx location", "KEASBEY, NJ"),
        ("2016-12-04 16:39:00", "-05:00", "AR", "Arrived at FedEx location", "KEASBEY, NJ"),
        ("2016-11-29 02:42:48", "-05:00", "OC", "Shipment information sent to FedEx", None),
    ]
    assert milestones(reading) == [
        *("delivered", "exception", "out_for_delivery", "handed_to_last_mile", "notice", "notice", "notice"),
        *("departed_facility", "arrived_facility", "arrived_facility"),
        *["notice"] * 5,
        *("departed_facility", "arrived_facility", "info_received"),
    ]
    assert reading.rows[0].note == "Package delivered by U.S. Postal Service to addressee"
    assert (reading.number, reading.status_text, reading.layout) == (
        "EXCEPTIONNUM",
        "Delivered",
        "trackingCal",
    )
    assert (reading.origin_country, reading.destination_country, reading.complete) == ("US", "US", True)


def test_a_captured_unknown_number_is_not_in_transit_though_the_reply_says_so():
    reading = captured("fedex-trackpackages-notfound-2017-04.json")
    assert (reading.outcome, reading.number, reading.status_text) == (Outcome.NOT_FOUND, "PENDINGNUM", None)


def test_a_captured_label_of_2026_names_no_number_and_gives_its_one_scan():
    reading = captured("fedex-v2-label-created-2026-07.json")
    ((row,), number) = (reading.rows, reading.number)
    assert (row.time_text, row.offset_text, row.code) == ("2026-07-16 03:33:00", "-07:00", "OC")
    assert (row.description, number) == ("Shipment information sent to FedEx", None)
    assert milestones(reading) == ["info_received"]
    assert reading.estimate_from_on is None


def test_midnight_without_an_offset_is_a_day_and_midnight_with_one_is_a_time():
    scans = [
        {"status": "Picked up", "date": "2018-10-18", "time": "00:00:00", "gmtOffset": offset}
        for offset in ("", "-05:00")
    ]
    (reading,) = FEDEX.parse([parcel(scanEventList=scans)])
    assert [row.time_text for row in reading.rows] == ["2018-10-18", "2018-10-18 00:00:00"]


def test_a_parcel_said_to_be_unknown_that_has_scans_is_known():
    scans = [{"status": "Picked up", "date": "2026-05-04"}]
    (reading,) = FEDEX.parse([parcel(isNotFound=True, scanEventList=scans)])
    assert reading.outcome is Outcome.OK


def test_scans_under_unknown_keys_are_no_proof_that_a_number_is_unknown():
    with pytest.raises(LayoutChanged):
        FEDEX.parse([parcel(isNotFound=True, scanEventList=[{"text": "Picked up"}])])


def test_a_number_of_a_partner_is_named_without_a_claim_whose_it_is():
    scans = [{"status": "Picked up", "date": "2026-05-04"}]
    (reading,) = FEDEX.parse(
        [parcel(scanEventList=scans, partnerCarrierNbrList=["", "9261290337123456789010", 7])]
    )
    assert reading.related_numbers == (RelatedNumber("9261290337123456789010"),)


@pytest.mark.parametrize("stamp", ["Pending", "", "Will be updated soon", None, "2026-13-40T00:00:00-06:00"])
def test_a_word_in_place_of_the_expected_day_is_no_day(stamp):
    scans = [{"status": "Picked up", "date": "2026-05-04"}]
    (reading,) = FEDEX.parse([parcel(scanEventList=scans, estDeliveryDt=stamp)])
    assert reading.estimate_from_on is None


def test_every_scan_of_a_day_group_in_the_table_has_its_day():
    body = line("Tuesday, 8/18/26", ("4:16 PM", "On the way", "RENO, NV"), ("1:02 AM", "Picked up", ""))
    (reading,) = FEDEX.parse([page(body)])
    assert [(row.time_text, row.description, row.place) for row in reading.rows] == [
        ("Tuesday, 8/18/26 4:16 PM", "On the way", "RENO, NV"),
        ("Tuesday, 8/18/26 1:02 AM", "Picked up", None),
    ]


def test_a_table_that_has_lost_all_its_days_is_a_changed_layout():
    answer = read_pages(FEDEX, FEDEX.example, [page(line("", ("4:16 PM", "Picked up", "RENO, NV")))])
    assert answer.outcome is Outcome.LAYOUT_CHANGED


@pytest.mark.parametrize("route", ["no-results-found", "system-error"])
def test_an_error_route_never_says_that_a_number_is_unknown_but_the_reply_beside_it_may(route):
    shown = page("<p>Something else</p>", f"https://www.fedex.com/fedextrack/{route}")
    assert FEDEX.parse([shown])[0].outcome is Outcome.UNAVAILABLE
    assert FEDEX.parse([shown, parcel(isNotFound=True)])[0].outcome is Outcome.NOT_FOUND


def test_error_texts_in_the_scripts_of_a_page_are_not_shown_to_anybody():
    script = '<script>const text = "can\'t be found right now"</script>'
    with pytest.raises(LayoutChanged):
        FEDEX.parse([page(script)])


def test_a_refused_data_request_is_a_challenge_with_and_without_json():
    for body in (b"{}", b"<html><body>Forbidden</body></html>"):
        assert [one.outcome for one in FEDEX.parse([reply(body, 403)])] == [Outcome.CHALLENGE]


def test_links_old_and_new_name_their_number():
    for link in (
        f"https://www.fedex.com/wtrk/track/?trknbr={FEDEX.example}&trkqual=12031~{FEDEX.example}~FDEG",
        f"https://www.fedex.com/apps/fedextrack/?tracknumbers={FEDEX.example}",
        f"https://www.fedex.com/wtrk/track/?action=track&tracknumbers={FEDEX.example}&locale=en_US",
    ):
        assert FEDEX.number_in(link) == FEDEX.example
    assert (
        FEDEX.number_in("https://www.fedex.com/fedextrack/summary?trknbr=746965179400,874466268456") is None
    )
