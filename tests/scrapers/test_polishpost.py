"""Poczta Polska: replies written for these tests in the shape other programs describe; none was captured."""

import json

import pytest

from scrapers import vocabulary
from scrapers.contract import LayoutChanged, Page
from scrapers.polishpost import PolishPost
from scrapers.words import Milestone, Role

POST = PolishPost()
SERVICE = "https://uss.poczta-polska.pl/uss/v2.0/tracking/checkmailex"
PAGE = b'<!doctype html><html><body><div id="widgetTracking" data-lang="pl"></div></body></html>'


def event(code="P_WD", name="In delivery", **changes):
    made = {"code": code, "name": name, "time": "2026-03-10T07:55:03", "postOffice": {"name": "UP Gdynia 1"}}
    return made | {"canceled": False} | changes


def reply(*events, status=0, **changes):
    mail = {"number": POST.example, "events": events} | changes
    body = json.dumps({"number": POST.example, "mailStatus": status, "mailInfo": mail}).encode()
    return Page(Role.PAYLOAD, SERVICE, "application/json", body, 200)


def read(*pages):
    (reading,) = POST.parse(pages)
    return reading


def milestone(row):
    meaning = vocabulary.meaning("polishpost", code=row.code, description=row.description)
    return meaning.milestone if meaning else None


def test_a_time_is_kept_without_an_offset_even_where_the_parcel_is_abroad():
    (row,) = read(reply(event(postOffice={"name": "SHANGHAI"}))).rows
    assert (row.time_text, row.offset_text, row.instant_ms) == ("2026-03-10T07:55:03", None, None)


def test_a_failed_delivery_is_told_from_a_round_by_its_code_alone():
    failed, on_the_round = read(reply(event("P_ND"), event("P_WD"))).rows
    assert failed.description == on_the_round.description
    assert milestone(failed) is Milestone.DELIVERY_ATTEMPTED
    assert milestone(on_the_round) is Milestone.OUT_FOR_DELIVERY


def test_duty_booked_days_after_the_delivery_is_no_customs_scan():
    (row,) = read(reply(event("P_ROZL_CEL", "Customs service"))).rows
    assert milestone(row) is Milestone.NOTICE


def test_a_cancelled_event_is_left_out_and_loses_nothing():
    reading = read(reply(event("P_D", canceled=True), event("P_WD")))
    assert [row.code for row in reading.rows] == ["P_WD"]
    assert (reading.rows_bad, reading.complete) == (0, True)


def test_a_list_of_cancelled_events_alone_says_nothing():
    with pytest.raises(LayoutChanged):
        read(reply(event(canceled=True)))


def test_an_event_without_a_text_is_shown_by_its_code():
    (row,) = read(reply(event("P_NEW", name=None))).rows
    assert (row.description, row.code) == ("P_NEW", "P_NEW")


def test_an_office_that_held_the_parcel_once_is_no_pickup_point():
    assert read(reply(event("P_KWD"))).pickup_point == "UP Gdynia 1"
    assert read(reply(event("P_KWD"), event("P_D"))).pickup_point is None


def test_the_office_may_come_as_a_text_and_its_address_is_not_read():
    address = {
        "name": "UP Gdynia 1",
        "description": {"city": "Gdynia", "street": "Prosta", "houseNumber": "1"},
    }
    rows = read(reply(event(postOffice="UP Gdynia 1"), event(postOffice=address))).rows
    assert [row.place for row in rows] == ["UP Gdynia 1"] * 2
    assert "Prosta" not in repr(rows)


@pytest.mark.parametrize("status", [1, 2, -2, -99, None])
def test_a_status_that_is_neither_found_nor_unknown_is_no_answer(status):
    with pytest.raises(LayoutChanged):
        read(reply(event(), status=status))


def test_an_unknown_number_with_a_parcel_beside_it_is_no_answer():
    with pytest.raises(LayoutChanged):
        read(reply(event(), status=-1))


def test_the_page_adds_nothing_to_the_reply():
    page = Page(Role.DOM, POST.url(POST.example, "pl"), "text/html", PAGE, 200)
    assert read(page, reply(event())) == read(reply(event()))
    with pytest.raises(LayoutChanged, match="mailInfo"):
        POST.parse([page])


@pytest.mark.parametrize("version", ["v1.0", "v1.1", "v2.0"])
def test_an_address_of_the_service_names_the_number_or_none(version):
    asked = f"https://uss.poczta-polska.pl/uss/{version}/tracking/checkmailex"
    assert POST.number_in(asked) is None
    assert POST.number_in(f"{asked}?language=PL&number={POST.example}") == POST.example
