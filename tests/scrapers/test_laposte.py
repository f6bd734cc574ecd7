"""La Poste: a real reply where CROSSTRACK_CAPTURES points to one, else replies written for these tests."""

import json
import os
from pathlib import Path

import pytest

from scrapers.contract import Page, RelatedNumber
from scrapers.laposte import NAME, LaPoste
from scrapers.numbers import advice
from scrapers.vocabulary import meaning
from scrapers.words import Outcome, Role

LAPOSTE = LaPoste()
SERVICE = "https://www.laposte.fr/ssu/sun/back/suivi-unifie/{}?lang=fr"


def replied(value, status=200):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Page(Role.PAYLOAD, SERVICE.format(LAPOSTE.example), "application/json", body, status)


def only(*pages):
    (reading,) = LAPOSTE.parse(pages)
    return reading


def event(**changes):
    return {
        "code": "ET1",
        "label": "En cours",
        "date": "2026-02-05T02:17:12+01:00",
        "country": "FR",
    } | changes


def parcel(*events, **changes):
    return {"returnCode": 0, "shipment": {"idShip": LAPOSTE.example, "event": list(events)} | changes}


def milestone(row):
    known = meaning(NAME, code=row.code, description=row.description, note=row.note, place=row.place)
    return None if known is None else str(known.milestone)


def capture(name):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES names no folder of captured pages")
    return (Path(folder) / NAME / name).read_bytes()


def test_a_parcel_to_brazil_of_2023_is_read_whole():
    reading = only(replied(capture("suivi_v2_delivered_2023.json")))
    assert (reading.outcome, reading.number, reading.complete) == (Outcome.OK, "EW112720413FR", True)
    assert (reading.origin_country, reading.destination_country) == ("FR", "BR")
    assert reading.status_text == "Votre colis a été livré"
    assert reading.language == "fr"
    assert [(row.time_text, row.code, milestone(row)) for row in reading.rows] == [
        ("2023-03-09T09:38:00+01:00", "DI1", "delivered"),
        ("2023-03-09T09:01:00+01:00", "MD2", "arrived_delivery_office"),
        ("2023-03-08T16:25:00+01:00", "ET1", "arrived_facility"),
        ("2023-02-22T16:23:00+01:00", "ET3", "arrived_destination_country"),
        ("2023-02-18T12:27:00+01:00", "ET2", "arrived_outward_oe"),
        ("2023-02-18T07:34:12+01:00", "ET1", "arrived_facility"),
        ("2023-02-17T23:13:12+01:00", "ET1", "arrived_facility"),
        ("2023-02-17T14:43:00+01:00", "PC1", "accepted"),
        ("2023-02-17T14:41:00+01:00", "DR1", "info_received"),
    ]
    said = json.loads(capture("suivi_v2_delivered_2023.json"))["shipment"]["event"]
    assert [row.description for row in reading.rows] == [one["label"] for one in said]
    assert all(row.place is None and row.offset_text is None for row in reading.rows)


def test_a_complaint_about_the_form_of_a_number_is_a_number_not_found():
    assert only(replied(capture("suivi_v2_error_400.json"), 400)).outcome is Outcome.NOT_FOUND


def test_an_estimate_that_a_delivered_parcel_still_carries_is_not_one():
    stamp = "2026-02-06T18:00:00+01:00"
    assert only(replied([parcel(event(), estimDate=stamp)])).estimate_to_on == "2026-02-06"
    assert only(replied([parcel(event(), estimDate=stamp, isFinal=True)])).estimate_to_on is None
    assert only(replied([parcel(event(), estimDate="2026-02-31")])).estimate_to_on is None


def test_rows_are_read_whatever_the_reply_calls_itself():
    strange = parcel(event()) | {"returnCode": 104}
    assert only(replied([strange])).outcome is Outcome.OK


def test_each_number_of_a_reply_about_several_has_its_own_reading():
    other = {"returnCode": 104, "inputIdShip": "6A99999999999"}
    found, missing = LAPOSTE.parse([replied([parcel(event()), other])])
    assert (found.number, found.outcome) == (LAPOSTE.example, Outcome.OK)
    assert (missing.number, missing.outcome) == ("6A99999999999", Outcome.NOT_FOUND)


def test_a_row_without_a_sentence_costs_the_others_nothing():
    reading = only(replied([parcel(event(), event(label=None), 7)]))
    assert (len(reading.rows), reading.rows_bad, reading.complete) == (1, 2, False)


def test_a_foreign_posts_name_alone_is_no_number():
    partner = {"partner": {"name": "Correios"}}
    assert only(replied([parcel(event(), contextData=partner)])).related_numbers == ()
    partner["partner"]["reference"] = "NX123456785BR"
    assert only(replied([parcel(event(), contextData=partner)])).related_numbers == (
        RelatedNumber("NX123456785BR", "Correios", "last_mile"),
    )


def test_a_step_still_to_come_is_not_the_status():
    steps = [
        {"id": 2, "shortLabel": "En chemin", "status": True},
        {"id": 5, "shortLabel": "Livré", "status": False},
        {"id": 1, "shortLabel": "Confié", "status": True},
    ]
    assert only(replied([parcel(event(), timeline=steps)])).status_text == "En chemin"


def test_the_number_is_found_in_every_address():
    for url in (
        SERVICE.format("6A70012345671"),
        "https://www.laposte.fr/outils/suivre-vos-envois?code=6A70012345671",
        "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT=6A70012345671",
    ):
        assert LAPOSTE.number_in(url) == "6A70012345671"
    assert LAPOSTE.number_in(SERVICE.format("6A70012345671,6A70012345672")) is None


def test_the_sandbox_numbers_of_the_official_interface_are_taken_for_french_ones():
    assert advice(NAME, "LU680211095FR").level > 0.9
    assert advice(NAME, "861011301731382").level > advice(NAME, "ABC").level
