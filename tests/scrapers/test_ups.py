"""UPS: captured replies where CROSSTRACK_CAPTURES points to them, and what surprises a reader of them."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.read import read_rows
from scrapers.contract import LayoutChanged, Page, Row
from scrapers.ups import Ups
from scrapers.words import Outcome, Role

UPS = Ups()
REPLY_URL = "https://webapis.ups.com/track/api/Track/GetStatus?loc=en_US"


def reply(body, status=200):
    return Page(Role.PAYLOAD, REPLY_URL, "application/json", body, status)


def parcel(**details):
    number = {"trackingNumber": UPS.example, "errorCode": None}
    return reply(json.dumps({"statusCode": "200", "trackDetails": [number | details]}).encode())


def captured(name):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    file = Path(folder or "") / "ups" / name
    if not folder or not file.exists():
        pytest.skip("no captured replies")
    (reading,) = UPS.parse([reply(file.read_bytes())])
    return reading


def milestones(reading):
    return [str(row.milestone) for row in read_rows("ups", reading, datetime(2026, 10, 5, tzinfo=UTC))]


def test_a_captured_delivery_of_2020_gives_every_scan():
    reading = captured("ups-getstatus-delivered-2020-10.json")
    oklahoma, airport, houston = (
        f"{town}, United States" for town in ("Oklahoma City, OK", "DFW Airport, TX", "Houston, TX")
    )
    assert reading.rows == (
        Row("DELIVERED", "09/29/2020 12:29 P.M.", place="NORMAN, OK, US", code="FS"),
        Row("Out For Delivery Today", "09/29/2020 8:54 A.M.", place=oklahoma, code="OT"),
        Row("Loaded on Delivery Vehicle", "09/29/2020 8:28 A.M.", place=oklahoma, code="OF"),
        Row("Destination Scan", "09/29/2020 6:58 A.M.", place=oklahoma, code="DS"),
        Row("Arrived at Facility", "09/29/2020 6:11 A.M.", place=oklahoma, code="AR"),
        Row("Departed from Facility", "09/29/2020 2:27 A.M.", place=airport, code="DP"),
        Row("Arrived at Facility", "09/28/2020 10:53 P.M.", place=airport, code="AR"),
        Row("Departed from Facility", "09/28/2020 9:50 P.M.", place=houston, code="DP"),
        Row("Arrived at Facility", "09/28/2020 7:16 P.M.", place=houston, code="AR"),
        Row("Departed from Facility", "09/28/2020 5:50 P.M.", place=houston, code="DP"),
        Row("Origin Scan", "09/28/2020 3:21 P.M.", place=houston, code="OC"),
        Row("Order Processed: Ready for UPS", "09/28/2020 3:32 P.M.", place="United States", code="MP"),
    )
    assert milestones(reading) == [
        *("delivered", "out_for_delivery", "out_for_delivery", "arrived_delivery_office"),
        *("arrived_facility", "departed_facility", "arrived_facility", "departed_facility"),
        *("arrived_facility", "departed_facility", "accepted", "info_received"),
    ]
    assert (reading.status_text, reading.destination_country, reading.complete) == ("Delivered", "US", True)


def test_a_captured_international_reply_gives_the_offset_of_each_place():
    reading = captured("ups-getstatus-international-2026-10.json")
    assert [(row.time_text, row.offset_text, row.place) for row in reading.rows] == [
        ("10/03/2026 4:26 A.M.", "-04:00", "Louisville, KY, United States"),
        ("10/01/2026 12:57 P.M.", "-08:00", "Anchorage, AK, United States"),
        ("10/01/2026 7:24 P.M.", "+08:00", "Chek Lap Kok, Hong Kong"),
        ("09/29/2026 2:29 P.M.", "+08:00", "Chek Lap Kok, Hong Kong"),
        ("09/29/2026 12:30 P.M.", "+08:00", "Shenzhen, China"),
        (None, None, "China"),
    ]
    assert [row.description for row in reading.rows] == [
        *("Departed from Facility", "Arrived at Facility") * 2,
        "Departed from Facility",
        "Shipper created a label, UPS has not received the package yet.",
    ]
    assert milestones(reading) == [
        *("departed_facility", "arrived_facility") * 2,
        "departed_facility",
        "info_received",
    ]


def test_the_utc_fields_of_captured_rows_agree_with_the_wall_clock_and_its_offset():
    reading = captured("ups-getstatus-international-2026-10.json")
    for row, read in zip(
        reading.rows, read_rows("ups", reading, datetime(2026, 10, 5, tzinfo=UTC)), strict=True
    ):
        if row.epoch_ms is None:
            continue
        printed = read.local_time.replace(tzinfo=UTC).timestamp()
        assert printed - 60 * read.claimed_offset_minutes == row.epoch_ms / 1000


def test_a_captured_parcel_on_its_way_has_rows_without_offsets_and_a_day_it_is_expected():
    reading = captured("ups-getstatus-moving-2026-07.json")
    assert [(row.time_text, row.offset_text, row.place, row.description) for row in reading.rows] == [
        ("07/12/2026 7:03 A.M.", None, "Riverside, CA, United States", "Arrived at Facility"),
        ("07/11/2026 2:31 P.M.", None, "El Paso, TX, United States", "Departed from Facility"),
        ("07/10/2026 3:31 P.M.", None, "El Paso, TX, United States", "Arrived at Facility"),
        (
            *("07/10/2026 3:26 A.M.", None, "United States"),
            "Shipper created a label, UPS has not received the package yet.",
        ),
    ]
    assert milestones(reading) == [
        "arrived_facility",
        "departed_facility",
        "arrived_facility",
        "info_received",
    ]
    assert reading.estimate_from_on == reading.estimate_to_on == "2026-07-14"


def test_a_captured_label_without_a_list_has_no_events_yet():
    reading = captured("ups-getstatus-label-created-2024-10.json")
    assert (reading.outcome, reading.rows) == (Outcome.NO_EVENTS_YET, ())
    assert reading.status_text == "Shipment Ready for UPS"


def test_a_label_whose_list_stands_under_another_name_is_a_changed_layout():
    label = {"packageStatusType": "M", "milestones": [{"name": "Label Created"}]}
    (reading,) = UPS.parse([parcel(**label)])
    assert reading.outcome is Outcome.NO_EVENTS_YET
    with pytest.raises(LayoutChanged):
        UPS.parse([parcel(**label, activities=[{"activityScan": "Origin Scan"}])])


def test_a_list_in_which_nothing_can_be_read_is_a_changed_layout_even_beside_an_error():
    for details in ({"packageStatusType": "M"}, {"errorCode": "504"}):
        with pytest.raises(LayoutChanged):
            UPS.parse([parcel(**details, shipmentProgressActivities=[{"scan": "Origin Scan"}])])


def test_another_error_than_not_found_is_a_changed_layout():
    with pytest.raises(LayoutChanged):
        UPS.parse([parcel(errorCode="505", shipmentProgressActivities=[])])


def test_a_refused_data_request_is_a_challenge_with_and_without_json():
    for body in (b"{}", b"<html><body>Forbidden</body></html>", b""):
        for status in (401, 403, 419):
            assert [one.outcome for one in UPS.parse([reply(body, status)])] == [Outcome.CHALLENGE]


def test_one_bad_row_does_not_cost_the_others():
    rows = [{"activityScan": "Origin Scan", "date": "02/10/2026", "time": ""}, {"activityScan": None}, 7]
    (reading,) = UPS.parse([parcel(shipmentProgressActivities=rows)])
    assert [(row.description, row.time_text) for row in reading.rows] == [("Origin Scan", "02/10/2026")]
    assert (reading.complete, reading.rows_bad) == (False, 2)


@pytest.mark.parametrize("name", ["tracknum", "trackNums"])
def test_a_link_of_either_spelling_names_its_number(name):
    assert UPS.number_in(f"https://www.ups.com/track?loc=de_DE&{name}=1z5r89390357567127") == UPS.example
    assert UPS.number_in(REPLY_URL) is None
