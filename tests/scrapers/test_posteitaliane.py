"""Poste Italiane: replies written for these tests in the shape others describe; none was captured."""

import json

import pytest

from scrapers.contract import LayoutChanged, Page, Row
from scrapers.posteitaliane import PosteItaliane
from scrapers.words import Outcome, Role

POSTE = PosteItaliane()
SERVICE = "https://www.poste.it/online/dovequando/DQ-REST/ricercasemplice"
MOMENT = 1767225600000  # 2026-01-01T00:00:00Z


def movement(text="la spedizione è in consegna", moment=MOMENT, place="ROMA"):
    return {"statoLavorazione": text, "dataOra": moment, "luogo": place}


def reply(*movements, **changes):
    made = {"esitoRicerca": "3", "idTracciatura": POSTE.example, "stato": "4", "listaMovimenti": movements}
    body = json.dumps({key: value for key, value in (made | changes).items() if value is not None})
    return Page(Role.PAYLOAD, SERVICE, "application/json", body.encode(), 200)


def read(page):
    (reading,) = POSTE.parse([page])
    return reading


def test_milliseconds_are_the_instant_and_no_time_is_printed():
    (row,) = read(reply(movement())).rows
    assert row == Row("la spedizione è in consegna", instant_ms=MOMENT, epoch_ms=MOMENT, place="ROMA")


@pytest.mark.parametrize("moment", [0, -5, 1767225600, 10**15])
def test_a_number_that_is_no_moment_of_a_parcel_is_kept_as_evidence_only(moment):
    (row,) = read(reply(movement(moment=moment))).rows
    assert (row.instant_ms, row.epoch_ms) == (None, moment)


@pytest.mark.parametrize("place", ["Via dei Mulini 7", "PIAZZA GARIBALDI 1", "Corso Italia 3, Roma"])
def test_a_place_that_may_be_a_door_is_left_out(place):
    assert read(reply(movement(place=place))).rows[0].place is None


@pytest.mark.parametrize("place", ["VIAREGGIO", "CORSICO", "UFFICIO POSTALE DI LARGO"])
def test_a_town_that_begins_like_a_street_is_kept(place):
    assert read(reply(movement(place=place))).rows[0].place == place


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Consegna prevista entro Venerdì 2 Gennaio 2026", "2026-01-02"),
        ("consegna prevista entro lunedì 1º GIUGNO 2026", "2026-06-01"),
        ("Consegna prevista entro Venerdì 31 Febbraio 2026", None),
        ("Consegna prevista tra il 2 Gennaio 2026 e il 5 Gennaio 2026", None),
        ("Consegna prevista entro Venerdì", None),
        ("", None),
    ],
)
def test_the_estimate_is_italian_prose_with_the_last_day(text, day):
    reading = read(reply(movement(), dataPrevistaConsegna=text))
    assert (reading.estimate_from_on, reading.estimate_to_on) == (None, day)


def test_a_number_that_is_unknown_may_come_without_a_list():
    assert read(reply(esitoRicerca="1", listaMovimenti=None)).outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    "changes",
    [
        {"stato": "5"},
        {"esitoRicerca": None},
        {"esitoRicerca": "4"},
        {"idTracciatura": None},
        {"listaMovimenti": None},
        {"listaMovimenti": {}},
    ],
)
def test_an_empty_list_is_believed_only_with_the_envelope_that_says_so(changes):
    with pytest.raises(LayoutChanged):
        read(reply(**changes))


def test_a_movement_without_a_text_costs_the_others_nothing():
    reading = read(reply(movement(), movement(text=" "), "no movement"))
    assert (len(reading.rows), reading.rows_bad, reading.complete) == (1, 2, False)


def test_movements_without_a_known_key_are_another_layout():
    with pytest.raises(LayoutChanged):
        read(reply({"testo": "la spedizione è in consegna", "dataOra": MOMENT}))


def test_nothing_personal_is_read():
    private = ("mittente", "destinatario", "indirizzoDestinatario", "firmaDestinatario")
    reading = read(reply(movement(), **dict.fromkeys(private, "Maria Rossi, Via Verdi 1")))
    assert "Rossi" not in repr(reading)


def test_the_number_stands_in_the_fragment_of_both_known_addresses():
    page = f"https://www.poste.it/cerca/index.html#/risultati-ricerca-spedizioni/{POSTE.example}"
    assert POSTE.number_in(page) == POSTE.example
    assert POSTE.number_in(SERVICE) is None
