"""PostNL: real replies where CROSSTRACK_CAPTURES points to them, else replies written for these tests."""

import json
import os
from pathlib import Path

import pytest

from scrapers.contract import LayoutChanged, Page, Recipient, RelatedNumber
from scrapers.numbers import advice
from scrapers.postnl import NAME, PostNL
from scrapers.vocabulary import meaning
from scrapers.words import Outcome, Role

POSTNL = PostNL()
NUMBER = POSTNL.example
SERVICE = f"https://jouw.postnl.nl/track-and-trace/api/trackAndTrace/{NUMBER}?language=en"
EN_ROUTE, SORTED, RECEIVED, EXPECTED = (
    ("J05", "Driver is en route", "out_for_delivery"),
    ("J01", "Shipment has been sorted", "arrived_facility"),
    ("B01", "Shipment received by PostNL", "accepted"),
    ("A01", "Shipment expected, but not yet arrived or processed at PostNL", "info_received"),
)


def replied(value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Page(Role.PAYLOAD, SERVICE, "application/json", body, 200)


def only(*pages):
    (reading,) = POSTNL.parse(pages)
    return reading


def seen(stamp, code="B01", text="Shipment received by PostNL"):
    return {"observationDate": stamp, "observationCode": code, "description": text}


def colli(shown, every=(), headline="Shipment received by PostNL", **changes):
    parcel = {
        "barcode": NUMBER,
        "statusPhase": {"index": 1, "message": headline},
        "observations": shown,
        "analyticsInfo": {"allObservations": list(every)},
    }
    return {"colli": {NUMBER: parcel | changes}, "processed": "2026-01-12T15:14:16.8699889+01:00"}


def milestone(row):
    known = meaning(NAME, code=row.code, description=row.description, note=row.note, place=row.place)
    return None if known is None else str(known.milestone)


def told(reading):
    return [(row.time_text, row.code, row.description, milestone(row)) for row in reading.rows]


def capture(name):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES names no folder of captured pages")
    return replied((Path(folder) / NAME / f"postnl_{name}.json").read_bytes())


def test_a_delivered_parcel_of_2024_has_the_delivery_that_its_list_leaves_out():
    reading = only(capture("delivered"))
    assert (reading.number, reading.status_text) == ("3SIJVT005836083", "Shipment delivered")
    assert (reading.estimate_from_on, reading.estimate_to_on) == ("2024-10-29", "2024-10-29")
    assert (reading.origin_country, reading.destination_country) == ("NL", "NL")
    assert reading.complete
    busy = reading.rows[5].description
    assert told(reading) == [
        ("2024-10-29T11:43:02+01:00", "I01", "Shipment delivered", "delivered"),
        ("2024-10-29T08:16:15+01:00", *EN_ROUTE),
        ("2024-10-29T07:21:31+01:00", *SORTED),
        ("2024-10-28T23:10:38+01:00", *RECEIVED),
        ("2024-10-28T17:22:32+01:00", "C02", "Scanned at PostNL self-service point", "accepted"),
        ("2024-10-28T04:15:00+01:00", "M02", busy, "notice"),
        ("2024-10-27T13:48:58.785+01:00", *EXPECTED),
    ]
    assert busy.startswith("Shipment is (almost) arrived at PostNL.")


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "undelivered",
            [
                ("2024-11-06T08:14:08+01:00", *EN_ROUTE),
                ("2024-11-06T02:39:29+01:00", *SORTED),
                ("2024-11-05T21:49:05+01:00", *RECEIVED),
                ("2024-11-05T07:50:51.802+01:00", *EXPECTED),
            ],
        ),
        (
            "undelivered_different_eta",
            [
                ("2025-07-23T03:46:30.951+02:00", *SORTED),
                ("2025-07-22T21:43:45+02:00", *RECEIVED),
                ("2025-07-21T14:14:11.613+02:00", *EXPECTED),
            ],
        ),
        (
            "missing_datetime",
            [
                ("2026-01-12T08:20:17+01:00", *EN_ROUTE),
                ("2026-01-12T07:52:06+01:00", *SORTED),
                ("2026-01-11T21:54:07+01:00", *RECEIVED),
                ("2026-01-11T18:20:47.079+01:00", *EXPECTED),
            ],
        ),
    ],
)
def test_a_parcel_under_way_has_its_headline_as_newest_row(name, rows):
    reading = only(capture(name))
    assert told(reading) == rows
    assert reading.status_text == rows[0][2]
    assert reading.complete


def test_what_postnls_systems_tell_each_other_is_no_row():
    every = [seen("2026-01-12T08:00:00+01:00", "A19", "ETA changed"), seen("2026-01-12T07:00:00+01:00")]
    assert [row.code for row in only(replied(colli(every[1:], every))).rows] == ["B01"]


def test_a_parcel_of_which_only_the_headline_is_known_has_one_row():
    first = seen("2026-01-12T07:00:00+01:00", "A01", "Pakket is nog niet ontvangen")
    reading = only(replied(colli([], [first], headline="Pakket is nog niet ontvangen")))
    assert [row.code for row in reading.rows] == ["A01"]


def test_one_code_seen_on_two_days_is_two_rows():
    days = [seen("2025-10-10T01:21:00+02:00"), seen("2025-10-08T17:45:00+02:00")]
    reading = only(replied(colli(days[1:], days[::-1])))
    assert [row.time_text for row in reading.rows] == [one["observationDate"] for one in days]


def test_an_event_without_a_sentence_is_kept_by_its_code():
    reading = only(replied(colli([seen("2026-07-12T19:12:40+02:00", "B03", None)], headline=None)))
    assert [(row.description, row.code) for row in reading.rows] == [("B03", "B03")]


def test_an_empty_list_is_no_answer():
    with pytest.raises(LayoutChanged, match="observations"):
        POSTNL.parse([replied(colli([]))])
    with pytest.raises(LayoutChanged, match="observations"):
        POSTNL.parse([replied(colli(7))])


def test_a_foreign_carriers_number_is_named_and_nothing_more():
    reading = only(replied(colli([seen("2026-01-12T07:00:00+01:00")], partnerBarcode="LB123456785CN")))
    assert reading.related_numbers == (RelatedNumber("LB123456785CN"),)


def test_a_stamp_of_postnl_post_is_kept_as_it_is_written_and_seven_decimals_prove_it():
    stamps = ["2026-09-03T06:40:00Z", "2026-09-01T19:05:00.1234567Z"]
    events = [{"status_description": "A scan", "datetime_local": stamp} for stamp in stamps]
    item = {"item": "LX123456785NL", "events": events}
    reading = only(replied({"status": "success", "data": {"items": [item]}}))
    assert [(row.time_text, row.offset_text) for row in reading.rows] == [(stamp, None) for stamp in stamps]
    assert [row.instant_ms for row in reading.rows] == [None, 1788289500123]


def test_a_dutch_postal_number_is_asked_abroad_and_any_other_at_home():
    nobody, owner = Recipient(), Recipient("1234 AB", "NL")
    assert POSTNL.url_for("LX123456785NL", "nl", owner) == "https://postnl.post/track?barcodes=LX123456785NL"
    home = "https://jouw.postnl.nl/track-and-trace"
    assert POSTNL.url_for(NUMBER, "nl", nobody) == f"{home}/{NUMBER}?language=nl"
    assert POSTNL.url_for(NUMBER, "en", owner) == f"{home}/{NUMBER}-NL-1234AB?language=en"
    assert POSTNL.url_for("RB123456785CN", "nl", nobody) == f"{home}/RB123456785CN?language=nl"


@pytest.mark.parametrize(
    "url",
    [
        SERVICE,
        f"https://jouw.postnl.nl/track-and-trace/api/trackAndTrace/{NUMBER}-NL-1234AB",
        f"https://jouw.postnl.nl/track-and-trace/{NUMBER}/NL/1234AB",
        f"https://tracking.postnl.nl/track-and-trace/{NUMBER}--",
        f"https://postnl.nl/tracktrace/?B={NUMBER}&P=1234AB&D=NL",
        f"https://postnl.post/details/{NUMBER}",
        f"https://postnl.post/Details?barcode={NUMBER}",
    ],
)
def test_the_number_is_found_in_every_address(url):
    assert POSTNL.number_in(url) == NUMBER


def test_nothing_known_is_a_parcel_not_found_only_where_the_reply_says_so():
    assert only(replied({"colli": {}})).outcome is Outcome.NOT_FOUND
    for nothing in ({"colli": None}, {"colli": []}, {"data": {"items": []}}, {}):
        with pytest.raises(LayoutChanged):
            POSTNL.parse([replied(nothing)])


def test_a_number_of_the_form_of_another_dutch_carrier_counts_less():
    assert advice(NAME, "3SABCD01234567").level > advice(NAME, "3SABC01234567").level
