"""Canada Post: captured replies where CROSSTRACK_CAPTURES points to them, and what surprises a reader."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.read import read_rows
from scrapers import vocabulary
from scrapers.canadapost import CanadaPost
from scrapers.contract import LayoutChanged, Page
from scrapers.words import Outcome, Role

POST = CanadaPost()
REPLY_URL = (
    "https://www.canadapost-postescanada.ca/track-reperage/rs/track/json/package/0073938000549297/detail"
)
SAVED = Path(__file__).parents[2] / "fixtures" / "pages" / "canadapost"


def reply(body, status=200):
    return Page(Role.PAYLOAD, REPLY_URL, "application/json", body, status)


def captured(name):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    file = Path(folder or "") / "canadapost" / name
    if not folder or not file.exists():
        pytest.skip("no captured replies")
    (reading,) = POST.parse([reply(file.read_bytes())])
    return reading, json.loads(file.read_text(encoding="utf-8"))


def told(reading):
    read = read_rows("canadapost", reading, datetime(2026, 10, 5, tzinfo=UTC))
    assert all(row.local_time is not None and row.precision == "second" for row in read)
    return [(r.printed.time_text, r.printed.offset_text, r.printed.place, str(r.milestone)) for r in read]


def parcel(**changes):
    event = {"cd": "0100", "datetime": {"date": "2026-03-09", "time": "12:56:22"}, "descEn": "Item processed"}
    return json.dumps({"pin": "0073938000549297", "events": [event | changes]}).encode()


def test_the_captured_delivery_of_2021_gives_every_scan():
    reading, raw = captured("canadapost-detail-delivered-2021-06.json")
    home, west, sorting = "WATERFORD, ON, Canada", "STONEY CREEK, ON, Canada", "MISSISSAUGA, ON, Canada"
    assert told(reading) == [
        ("2021-06-21 11:38:02", "-04:00", home, "delivered"),
        ("2021-06-21 09:42:22", "-04:00", home, "out_for_delivery"),
        ("2021-06-21 08:16:37", "-04:00", home, "arrived_facility"),
        ("2021-06-18 15:10:59", "-04:00", west, "departed_facility"),
        ("2021-06-18 12:14:03", "-04:00", west, "arrived_facility"),
        ("2021-06-18 02:06:22", "-04:00", sorting, "departed_facility"),
        ("2021-06-18 01:22:37", "-04:00", sorting, "arrived_facility"),
        ("2021-06-14 11:03:00", "-03:00", "VANCOUVER, BC, Canada", "customs_cleared"),
        ("2021-06-05 03:37:45", "-04:00", None, "info_received"),
    ]
    assert [row.description for row in reading.rows] == [event["descEn"] for event in raw["events"]]
    assert [row.code for row in reading.rows] == [event["cd"] for event in raw["events"]]
    assert (reading.status_text, reading.estimate_to_on) == ("Delivered", "2021-06-21")


def test_the_captured_parcel_under_way_of_2021_gives_every_scan():
    reading, raw = captured("canadapost-detail-in-transit-2021-12.json")
    east, west = "MONTREAL, ON, Canada", "OTTAWA, ON, Canada"
    assert told(reading) == [
        ("2021-12-31 06:44:12", "-05:00", east, "departed_facility"),
        ("2021-12-31 06:44:11", "-05:00", east, "arrived_facility"),
        ("2021-12-30 10:44:07", "-05:00", east, "arrived_facility"),
        ("2021-12-29 19:20:42", "-08:00", west, "departed_facility"),
        ("2021-12-29 12:56:22", "-08:00", west, "arrived_facility"),
        ("2021-12-28 20:00:02", "-08:00", west, "notice"),
        ("2021-12-27 20:00:06", "-08:00", west, "notice"),
        ("2021-12-27 16:44:00", "-08:00", west, "accepted"),
        ("2021-12-27 14:18:58", "-05:00", None, "info_received"),
    ]
    assert [row.description for row in reading.rows] == [event["descEn"] for event in raw["events"]]
    assert (reading.number, reading.estimate_from_on) == (raw["pin"], "2022-01-06")


def test_the_hash_of_a_postcode_and_the_sender_are_not_read():
    reading, raw = captured("canadapost-detail-delivered-2021-06.json")
    assert raw["custNm"] not in repr(reading)
    assert raw["events"][0]["locationAddr"]["postCd"] not in repr(reading)


def test_french_texts_mean_what_the_english_ones_mean():
    def milestone(text):
        meaning = vocabulary.meaning("canadapost", code=None, description=text)
        return meaning and meaning.milestone

    pages = [(SAVED / name).read_text(encoding="utf-8") for name in ("delivered.json", "for_pickup.json")]
    events = [event for page in pages for event in json.loads(page)["events"] if event["cd"] != "1701"]
    assert [milestone(e["descFr"]) for e in events] == [milestone(e["descEn"]) for e in events]


def test_a_row_without_an_english_text_is_read_in_french():
    (reading,) = POST.parse([reply(parcel(descEn="", descFr="Article traité"))])
    assert reading.rows[0].description == "Article traité"


def test_an_error_beside_a_history_denies_nothing():
    whole = json.loads(parcel()) | {"error": {"cd": "004"}}
    (reading,) = POST.parse([reply(json.dumps(whole).encode())])
    assert reading.outcome is Outcome.OK


def test_what_a_visitor_without_the_pages_headers_gets_is_no_answer():
    with pytest.raises(LayoutChanged):
        POST.parse([reply(b'{"message": "Not Acceptable"}', 406)])


@pytest.mark.parametrize(
    "url",
    [
        "https://www.canadapost-postescanada.ca/track-reperage/fr#/details/0073938000549297",
        "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor=0073938000549297",
        "https://www.canadapost-postescanada.ca/track-reperage/en/search?searchFor=0073938000549297",
        "https://www.canadapost-postescanada.ca/track-reperage/en/details/0073938000549297",
        REPLY_URL,
    ],
)
def test_every_form_of_its_address_names_the_number(url):
    assert POST.number_in(url) == "0073938000549297"
