"""ParcelsApp: the replies seen in 2026, and what is odd about this portal."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

import scrapers
from collector.read import read_rows
from scrapers.contract import LayoutChanged, Page
from scrapers.words import Milestone, Outcome, Role

CAPTURES = os.environ.get("CROSSTRACK_CAPTURES")
PARCELSAPP = scrapers.portals()["parcelsapp"]
NUMBER = "LP00712345678901"
URL = "https://parcelsapp.com/api/v2/parcels"
SEEN = datetime(2026, 10, 1, tzinfo=UTC)
needs_captures = pytest.mark.skipif(not CAPTURES, reason="CROSSTRACK_CAPTURES is not set")


def state(text="Delivered", date="2026-03-14T11:20:00Z", carrier=0, **more):
    return {"status": text, "date": date, "carrier": carrier, **more}


def reply(*states, **more):
    body = json.dumps({"states": list(states), "carriers": ["DPD", "GLS"], **more}).encode()
    return Page(Role.PAYLOAD, URL, "application/json", body, 200)


def page(number=NUMBER, rows=""):
    line = f'<tr><td>Tracking number</td><td class="value"><span>{number}</span></td></tr>'
    html = (
        f'<html><body><div class="tracking-info"><div class="parcel"><table class="parcel-attributes">{line}'
        f'</table><ul class="events">{rows}</ul></div></div></body></html>'
    )
    url = f"https://parcelsapp.com/en/tracking/{NUMBER}"
    return Page(Role.DOM, url, "text/html", html.encode(), 200)


def shown(text, date="14 Mar 2026", clock="11:20"):
    return (
        f'<li class="event"><div class="event-time"><strong>{date}</strong><span>{clock}</span></div>'
        f'<div class="event-content"><strong>{text}</strong></div></li>'
    )


def read(*pages):
    (reading,) = PARCELSAPP.parse(pages)
    return reading


def captured(name):
    body = (Path(CAPTURES) / "parcelsapp" / name).read_bytes()
    return read(Page(Role.PAYLOAD, URL, "application/json", body, 200))


@needs_captures
def test_the_captured_reply_of_a_parcel_not_sent_gives_its_one_row():
    reading = captured("RB123456789CN_archive_2026-09-13.json")
    (row,) = read_rows("parcelsapp", reading, SEEN)
    assert row.printed.time_text == "2026-04-14T09:58:50Z"
    assert row.claimed_offset_minutes == 0  # its label, right or wrong
    assert row.printed.description == "Pending shipping by the seller"
    assert row.printed.relayed_from == "China Post"
    assert row.milestone is Milestone.NOTICE
    assert (reading.number, reading.status_text, reading.complete) == (None, "archive", True)


@needs_captures
def test_the_captured_reply_of_an_announced_parcel_gives_both_rows():
    rows = read_rows("parcelsapp", captured("announced_synthetic_2026.json"), SEEN)
    assert [(row.printed.time_text, row.milestone) for row in rows] == [
        ("2026-08-18T06:49:00Z", Milestone.NOTICE),
        ("2026-08-18T03:04:00Z", Milestone.INFO_RECEIVED),
    ]


def test_a_label_of_utc_is_a_claim_and_never_an_instant():
    (row,) = read(reply(state())).rows
    assert (row.time_text, row.instant_ms, row.epoch_ms) == ("2026-03-14T11:20:00Z", None, None)


def test_the_page_says_whose_rows_a_reply_has():
    assert read(reply(state())).number is None
    assert read(reply(state()), page()).number == NUMBER
    assert read(page("RB123456785CN"), reply(state())).number == "RB123456785CN"


def test_a_number_the_site_corrected_is_the_one_it_answers_for():
    assert read(reply(state(), correctId="RB123456785CN")).number == "RB123456785CN"


def test_a_page_of_two_numbers_is_not_read():
    with pytest.raises(LayoutChanged, match="Tracking number"):
        read(Page(Role.DOM, "", "text/html", page(rows=shown("Delivered")).body + page("RB123456785CN").body))


@pytest.mark.parametrize("position", [2, -1, None, "x", True])
def test_a_carrier_that_is_not_in_the_list_is_not_guessed(position):
    assert read(reply(state(carrier=position))).rows[0].relayed_from is None


def test_a_doubled_label_is_kept_as_it_is_printed():
    assert read(reply(state("ENTREGADOENTREGADO"))).rows[0].description == "ENTREGADOENTREGADO"


def test_a_date_the_pages_script_could_not_read_is_none():
    reading = read(page(rows=shown("Delivered") + shown("Manifest received", "aN Inv NaN", "aN:aN")))
    assert [row.time_text for row in reading.rows] == ["14 Mar 2026 11:20", None]


def test_the_rows_of_carriers_go_before_a_prompt_and_an_error():
    prompt, error = state(require_fields=[{"name": "zipcode"}]), state(error="timeout")
    assert len(read(reply(state(), prompt, error)).rows) == 1
    assert read(reply(prompt, error)).outcome is Outcome.INPUT_NEEDED
    with pytest.raises(LayoutChanged):
        read(reply(error))


def test_a_list_that_lost_its_rows_is_not_taken_for_nothing_known():
    for more in ({}, {"detected": [0]}, {"detected": None}):
        with pytest.raises(LayoutChanged):
            read(reply(**more))


def test_marketing_words_outside_the_list_are_no_rows():
    html = b'<html><body><p>Delivered</p><div class="tracking-info"></div></body></html>'
    with pytest.raises(LayoutChanged):
        read(Page(Role.DOM, "", "text/html", html, 200))


def test_countries_come_only_from_attributes_that_have_a_countrys_code():
    told = [{"l": "origin", "val": "China", "code": "CN"}, {"l": "destination", "val": "Somebody, 1 Street"}]
    reading = read(reply(state(), attributes=told))
    assert (reading.origin_country, reading.destination_country) == ("China", None)
