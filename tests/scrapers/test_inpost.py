"""InPost: replies written for these tests in the shape other programs describe; none was captured."""

import json
from datetime import UTC, datetime

import pytest

from collector.answer import read_pages
from collector.read import read_rows
from scrapers.contract import LayoutChanged, Page
from scrapers.inpost import InPost
from scrapers.words import Outcome, Role

INPOST = InPost()
NUMBER = INPOST.example
SERVICE = f"https://api-shipx-pl.easypack24.net/v1/tracking/{NUMBER}"


def step(status="out_for_delivery", at="2026-03-30T06:12:00.000+02:00", **changes):
    return {"status": status, "origin_status": "WDD", "agency": None, "datetime": at} | changes


def reply(*steps, status=200, **changes):
    made = {"tracking_number": NUMBER, "status": "out_for_delivery", "tracking_details": steps} | changes
    return Page(Role.PAYLOAD, SERVICE, "application/json", json.dumps(made).encode(), status)


def read(page):
    (reading,) = INPOST.parse([page])
    return reading


def test_the_offset_stands_in_the_time_and_changes_with_the_season():
    page = reply(step(at="2026-03-29T06:12:00.000+02:00"), step(at="2026-03-28T06:12:00.000+01:00"))
    rows = read_rows("inpost", read(page), datetime(2026, 4, 1, tzinfo=UTC))
    assert [row.claimed_offset_minutes for row in rows] == [120, 60]


def test_the_carriers_own_symbol_is_not_the_status():
    (row,) = read(reply(step("delivered", origin_status="DOR"))).rows
    assert (row.description, row.code, row.note) == ("delivered", "delivered", None)


def test_a_branchs_code_is_no_place():
    (row,) = read(reply(step(agency="BRA"))).rows
    assert (row.place, row.note) == (None, "BRA")


def test_a_locker_is_named_without_its_address():
    detail = {"name": "GDY042", "address": {"line1": "Prosta 1"}, "location_description": "Przy dworcu"}
    both = read(
        reply(step(), custom_attributes={"target_machine_id": "GDY042", "target_machine_detail": detail})
    )
    inner = read(reply(step(), custom_attributes={"target_machine_detail": detail}))
    assert both.pickup_point == inner.pickup_point == "GDY042"
    assert "Prosta" not in repr(both)


def test_steps_still_expected_are_no_rows():
    reading = read(reply(step(), expected_flow=[{"status": "delivered"}]))
    assert [row.code for row in reading.rows] == ["out_for_delivery"]


def test_a_later_update_is_no_row():
    reading = read(reply(step(), updated_at="2026-04-02T03:00:00.000+02:00"))
    assert [row.time_text for row in reading.rows] == ["2026-03-30T06:12:00.000+02:00"]


@pytest.mark.parametrize("error", ["token_invalid", "No route matches", ""])
def test_another_error_does_not_say_that_the_number_is_unknown(error):
    body = json.dumps({"status": 404, "error": error, "message": "not found"}).encode()
    with pytest.raises(LayoutChanged):
        INPOST.parse([Page(Role.PAYLOAD, SERVICE, "application/json", body, 404)])


def test_the_unknown_number_is_the_one_asked_for():
    body = json.dumps({"status": 404, "error": "resource_not_found", "details": {}}).encode()
    page = Page(Role.PAYLOAD, SERVICE, "application/json", body, 404)
    assert read_pages(INPOST, NUMBER, [page]).outcome is Outcome.NOT_FOUND


def test_an_address_of_the_service_names_the_number():
    assert INPOST.number_in(SERVICE) == NUMBER
    assert INPOST.number_in("https://api-shipx-pl.easypack24.net/v1/statuses") is None
