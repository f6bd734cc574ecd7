"""YunExpress: what is odd about its replies, as other programs describe them."""

import json

import pytest

import scrapers
from scrapers.contract import LayoutChanged, Page, RelatedNumber
from scrapers.words import Outcome, Role

YUNEXPRESS = scrapers.portals()["yunexpress"]
NUMBER = "YT2603900701234567"
URL = "https://services.yuntrack.com/Track/Query"


def event(text="DELIVERING", time="2026-03-12T08:02:10", place="Albany"):
    return {"ProcessLocation": place, "CreatedOn": time, "ProcessContent": text}


def parcel(*events, **info):
    told = {
        "WaybillNumber": NUMBER,
        "TrackEventDetails": list(events),
        "TrackEventCount": len(events),
        **info,
    }
    return {"Id": NUMBER, "Status": 30, "TrackInfo": told}


def read(*results, status=200, **more):
    body = json.dumps({"ResultList": list(results), **more}).encode()
    return YUNEXPRESS.parse([Page(Role.PAYLOAD, URL, "application/json", body, status)])


def latest(offset="GMT-04:00", **event):
    return {"LastTrackEvent": {"GmtProcessTimezone": offset, **event}}


def test_only_the_latest_row_gets_the_offset_that_is_given_for_it():
    last = latest(ProcessDate="2026-03-12T08:02:10", ProcessContent="DELIVERING", ProcessLocation="Albany")
    rows = read(parcel(event(), event(text="Arrived at sort facility"), **last))[0].rows
    assert [row.offset_text for row in rows] == ["GMT-04:00", None]


def test_an_offset_of_a_row_that_is_not_in_the_list_is_given_to_none():
    last = latest(ProcessDate="2026-03-12T08:02:11", ProcessContent="DELIVERING", ProcessLocation="Albany")
    assert read(parcel(event(), **last))[0].rows[0].offset_text is None


def test_a_row_is_not_known_by_a_code_it_will_lose():
    last = latest(
        ProcessDate="2026-03-12T08:02:10",
        ProcessContent="DELIVERING",
        ProcessLocation="Albany",
        TrackCode="OD",
    )
    assert read(parcel(event(), **last))[0].rows[0].code is None


def test_fewer_rows_than_counted_are_claimed():
    assert read(parcel(event(), TrackEventCount=3))[0].rows_claimed == 3


@pytest.mark.parametrize("asked", ["GFUS01000000000011", "ORDER-0001"])
def test_a_parcel_asked_for_by_another_of_its_numbers_answers_to_that_one(asked):
    told = parcel(event(), TrackingNumber="GFUS01000000000011", CustomerOrderNumber="ORDER-0001")
    (reading,) = read({**told, "Id": asked})
    assert reading.number == asked
    assert RelatedNumber(NUMBER, "yunexpress", "shipment") in reading.related_numbers
    assert "ORDER-0001" not in [one.number for one in reading.related_numbers]


def test_an_id_that_is_no_number_of_the_parcel_is_not_its_number():
    assert read({**parcel(event()), "Id": 17})[0].number == NUMBER


def test_an_empty_list_is_not_found_only_if_everything_else_is_empty_too():
    empty = {**parcel(), "Status": 0}
    assert read(empty)[0].outcome is Outcome.NOT_FOUND
    group = {"ProcessGroupList": [{"ProcessDetailList": [{"ProcessContent": "DELIVERING----Albany"}]}]}
    for one in ({**empty, "Status": 30}, parcel(TrackEventCount=2), {**empty, "TrackData": group}):
        with pytest.raises(LayoutChanged):
            read(one)


def test_one_parcel_in_no_known_state_costs_the_other_nothing():
    first, second = read({"Id": "YT2603900700000000"}, parcel(event()))
    assert (first.outcome, second.outcome) == (Outcome.LAYOUT_CHANGED, Outcome.OK)


@pytest.mark.parametrize("code", [1003, 1004, "1003"])
def test_a_test_for_people_is_a_challenge(code):
    assert read(Code=code)[0].outcome is Outcome.CHALLENGE


@pytest.mark.parametrize("status", [401, 403, 405])
def test_the_firewalls_answer_is_a_challenge_in_json_and_without(status):
    assert read(status=status)[0].outcome is Outcome.CHALLENGE
    page = Page(Role.PAYLOAD, URL, "text/html", b"<html><body>no</body></html>", status)
    assert YUNEXPRESS.parse([page])[0].outcome is Outcome.CHALLENGE


def test_a_parcel_that_came_through_whatever_the_status_is_read():
    assert read(parcel(event()), status=403)[0].outcome is Outcome.OK
