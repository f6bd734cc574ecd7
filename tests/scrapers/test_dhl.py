"""DHL: real pages where CROSSTRACK_CAPTURES points to them, else pages written for these tests."""

import json
import os
from pathlib import Path

import pytest

from scrapers.contract import LayoutChanged, Page, Recipient
from scrapers.dhl import NAME, Dhl
from scrapers.numbers import advice
from scrapers.vocabulary import meaning
from scrapers.words import Outcome, Role

DHL = Dhl()
NUMBER = DHL.example
PAGE = f"https://www.dhl.de/de/privatkunden/dhl-sendungsverfolgung.html?piececode={NUMBER}"
ANNOUNCED, AT_ORIGIN, AT_DESTINATION, LOADED = (
    (
        "Die Auftragsdaten zu dieser Sendung wurden vom Absender elektronisch an DHL übermittelt.",
        "info_received",
    ),
    ("Die Sendung wurde im Start-Paketzentrum bearbeitet.", "arrived_origin_facility"),
    ("Die Sendung wurde im Ziel-Paketzentrum bearbeitet.", "arrived_facility"),
    ("Die Sendung wurde in das Zustellfahrzeug geladen.", "out_for_delivery"),
)


def replied(value, status=200):
    body = json.dumps(value).encode()
    return Page(Role.PAYLOAD, "https://www.dhl.de/int-verfolgen/data/search", "text/plain", body, status)


def shown(body, status=200):
    return Page(Role.DOM, PAGE, "text/html", body if isinstance(body, bytes) else body.encode(), status)


def only(*pages):
    (reading,) = DHL.parse(pages)
    return reading


def sendung(*events, **changes):
    parcel = {
        "id": NUMBER,
        "sendungsinfo": {"gesuchteSendungsnummer": NUMBER},
        "sendungsdetails": {"sendungsverlauf": {"events": list(events)}},
    }
    return {"sendungen": [parcel | changes], "rateLimited": False}


def scan(text="Die Sendung wurde zugestellt.", **changes):
    return {"datum": "2026-03-12T11:26:00+01:00", "status": text} | changes


def old_list(*rows, head=""):
    terms = "".join(f"<dt data-label-date data-label-location>{a}</dt> <dd>{b}</dd>" for a, b in rows)
    return f"<html><body>{head}<dl>{terms}</dl></body></html>"


def milestone(row):
    known = meaning(NAME, code=row.code, description=row.description, note=row.note, place=row.place)
    return None if known is None else str(known.milestone)


def told(reading):
    return [(row.time_text, row.place, row.description, milestone(row)) for row in reading.rows]


def capture(name):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES names no folder of captured pages")
    return (Path(folder) / NAME / name).read_bytes()


# --- real pages ------------------------------------------------------------------------------------------


def test_a_return_on_the_list_of_february_2018_is_read_whole():
    reading = only(shown(capture("dhlde_2018_serverrendered_return.html")))
    assert (reading.number, reading.layout) == ("00340434162530533851", "list of 2018")
    assert reading.status_text == "Status: Rücksendung: Unbekannt verzogen"
    assert reading.complete
    assert reading.rows[0].description.startswith("Es erfolgt eine Rücksendung, da der Empfänger nicht")
    assert told(reading) == [
        ("Mi, 21.02.18 08:18", "Deutschland", reading.rows[0].description, "returning"),
        ("Mi, 21.02.18 08:17", None, *LOADED),
        ("Di, 20.02.18 05:45", "Obertshausen, Deutschland", *AT_DESTINATION),
        ("Mo, 19.02.18 17:08", "Köln, Deutschland", *AT_ORIGIN),
        ("Mo, 19.02.18 16:06", None, *ANNOUNCED),
    ]


def test_a_delivery_in_the_page_of_august_2018_is_read_whole():
    reading = only(shown(capture("dhlde_2018_spa_delivered.html")))
    assert (reading.number, reading.layout) == ("00340434162530583962", "data in the page of 2018")
    assert (reading.status_text, reading.complete) == ("Zustellung erfolgreich", True)
    assert told(reading) == [
        ("2018-08-01T16:06:00+02:00", None, *ANNOUNCED),
        ("2018-08-01T18:10:00+02:00", "Köln", *AT_ORIGIN),
        ("2018-08-02T01:09:00+02:00", "Staufenberg", *AT_DESTINATION),
        ("2018-08-02T08:24:00+02:00", None, *LOADED),
        ("2018-08-02T09:35:00+02:00", None, "Die Sendung wurde erfolgreich zugestellt.", "delivered"),
    ]


def test_a_parcel_waiting_in_a_station_is_read_without_the_link_in_its_sentence():
    reading = only(shown(capture("dhlde_2018_spa_pickup_packstation.html")))
    missed, waiting = reading.rows[4], reading.rows[5]
    assert reading.status_text == "Sendung bereit zur Abholung aus PACKSTATION"
    assert told(reading)[:4] == [
        ("2018-07-31T15:54:00+02:00", None, *ANNOUNCED),
        ("2018-07-31T18:08:00+02:00", "Köln", *AT_ORIGIN),
        ("2018-08-01T01:18:00+02:00", "Rodgau", *AT_DESTINATION),
        ("2018-08-01T09:22:00+02:00", None, *LOADED),
    ]
    assert (missed.time_text, milestone(missed)) == ("2018-08-01T15:22:00+02:00", "delivery_attempted")
    assert missed.description.endswith("Der Empfänger wurde benachrichtigt.")
    assert (waiting.time_text, waiting.place) == ("2018-08-01T17:04:00+02:00", "Darmstadt")
    assert waiting.description.startswith("Die Sendung liegt in der PACKSTATION 133 ")
    assert waiting.description.endswith(" zur Abholung bereit.")
    assert milestone(waiting) == "available_for_pickup"
    assert len(reading.rows) == 6


def test_a_parcel_of_the_dutch_branch_of_2024_is_read_whole():
    reading = only(replied(json.loads(capture("dhl_ecommerce_nl_not_home_2024.json"))))
    assert (reading.number, reading.rows_claimed, reading.complete) == ("CP894276701DE", 11, True)
    assert (reading.estimate_from_on, reading.estimate_to_on) == ("2024-11-07", "2024-11-07")
    assert (reading.status_text, reading.related_numbers) == ("EXPECTED_DELIVERY", ())
    parcelshop = "NOT_HOME_SYSTEM_INTERVENTION_DELIVERY_AT_PARCELSHOP"
    later = "INTERVENTION_RECEIVER_REQUESTS_DELIVERY_AT_ANOTHER_TIME/DATE"
    rows = [
        ("2024-11-04T14:27:51+01:00", "PRENOTIFICATION_RECEIVED", "info_received"),
        ("2024-11-05T12:53:00+01:00", "PARCEL_SORTED_AT_HUB", "arrived_facility"),
        ("2024-11-06T08:51:29+01:00", "PARCEL_ARRIVED_AT_LOCAL_DEPOT", "arrived_delivery_office"),
        ("2024-11-06T13:06:38+01:00", "OUT_FOR_DELIVERY", "out_for_delivery"),
        ("2024-11-06T14:01:55+01:00", "NOT_HOME", "delivery_attempted"),
        ("2024-11-06T14:06:32.503+01:00", parcelshop, "notice"),
        ("2024-11-06T14:06:40+01:00", parcelshop, "notice"),
        ("2024-11-06T14:16:13.999+01:00", later, "notice"),
        ("2024-11-06T14:16:14+01:00", later, "notice"),
        ("2024-11-06T19:37:14+01:00", "DELIVERY_DATE_CHANGED_BY_DEPOT_MANAGER", "notice"),
        ("2024-11-06T19:37:20+01:00", "PARCEL_RETURNED_FROM_ROUTE", "held_at_depot"),
    ]
    assert [(row.time_text, row.code, milestone(row)) for row in reading.rows] == rows
    assert [row.description for row in reading.rows] == [word for _, word, _ in rows]


# --- what surprises --------------------------------------------------------------------------------------


def test_a_number_echoed_without_a_flag_is_not_a_parcel_just_announced():
    with pytest.raises(LayoutChanged, match="sendungNichtGefunden"):
        DHL.parse([replied(sendung())])
    flags = {"keineDatenVerfuegbar": False, "sendungsdatenZuAlt": True}
    assert only(replied(sendung(sendungNichtGefunden=flags))).outcome is Outcome.NOT_FOUND


def test_rows_go_before_a_flag_that_denies_them():
    flags = {"keineDatenVerfuegbar": True}
    assert only(replied(sendung(scan(), sendungNichtGefunden=flags))).outcome is Outcome.OK


def test_a_wish_for_the_day_of_posting_is_a_wish_for_input():
    assert only(replied(sendung(versandDatumBenoetigt=True))).outcome is Outcome.INPUT_NEEDED


def test_a_sentence_with_a_smaller_sign_is_no_link():
    (row,) = only(replied(sendung(scan("Gewicht < 5 kg &amp; klein")))).rows
    assert row.description == "Gewicht < 5 kg & klein"


def test_the_place_of_a_row_on_the_page_for_all_is_town_and_country():
    events = [
        {
            "timestamp": "2026-06-02T07:53:47",
            "status": "Processed at a facility",
            "statusCode": "transit",
            "location": {"address": {"countryCode": "CN", "addressLocality": "SHANGHAI", "postalCode": "1"}},
        }
    ]
    (row,) = only(replied({"shipments": [{"id": NUMBER, "events": events}]})).rows
    assert (row.description, row.place) == ("Processed at a facility", "SHANGHAI, CN")
    assert (row.time_text, row.code) == ("2026-06-02T07:53:47", "transit")


def test_a_reply_with_fewer_events_than_it_counts_says_so():
    event = {"status": "DELIVERED", "localTimestamp": "2026-04-19T11:50:00+02:00"}
    assert (
        only(replied([{"barcode": "3SABC01234567", "events": [event], "totalEvents": 3}])).rows_claimed == 3
    )


def test_an_old_page_of_several_parcels_is_not_read_as_one():
    heads = "".join(f'<div data-shipment-number="0034043470012345678{n}"></div>' for n in "01")
    with pytest.raises(LayoutChanged, match="one number"):
        DHL.parse([shown(old_list(("Mi, 21.02.18 08:17", "Zugestellt."), head=heads))])


def test_a_time_of_an_old_page_that_is_of_no_known_form_is_kept_with_its_place():
    (row,) = only(shown(old_list(("gestern Köln", "Zugestellt.")))).rows
    assert (row.time_text, row.place) == ("gestern Köln", None)


def test_a_day_on_an_old_page_without_its_sentence_is_no_row():
    reading = only(shown(old_list(("Mi, 21.02.18 08:17", ""), ("Mi, 21.02.18 08:18", "Zugestellt."))))
    assert (len(reading.rows), reading.rows_bad, reading.complete) == (1, 1, False)


def test_data_in_a_page_that_are_no_json_are_a_changed_layout():
    with pytest.raises(LayoutChanged, match="initialState"):
        DHL.parse([shown('<html><script>initialState: JSON.parse("{\\x41")</script></html>')])


def test_a_number_of_the_dutch_branch_is_asked_there_once_the_postcode_is_known():
    owner = Recipient("1234 AB", "NL")
    dutch = "https://my.dhlecommerce.nl/home/tracktrace/3SABC01234567/1234AB"
    assert DHL.url_for("3SABC01234567", "nl", owner) == dutch
    assert DHL.number_in(dutch) == "3SABC01234567"
    assert DHL.url_for("3SABC01234567", "nl", Recipient()) == DHL.url("3SABC01234567", "nl")
    assert DHL.url_for(NUMBER, "de", Recipient("12345", "DE")) == f"{PAGE}&zip=12345"
    assert DHL.url(NUMBER, "nl") == PAGE.replace("/de/", "/en/")


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        f"https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?lang=de&idc={NUMBER}",
        f"https://www.dhl.de/int-verfolgen/data/search?piececode={NUMBER}&noRedirect=true&language=de",
        f"https://www.dhl.com/utapi?trackingNumber={NUMBER}",
        f"https://www.dhl.com/de-en/home/tracking.html?tracking-id={NUMBER}&submit=1",
    ],
)
def test_the_number_is_found_in_every_address(url):
    assert DHL.number_in(url) == NUMBER


def test_twenty_digits_count_only_with_their_check_digit():
    assert advice(NAME, NUMBER).level > 0.9
    assert advice(NAME, NUMBER[:-1] + "9").level < 0.2
