"""Several numbers asked for on one page: how many, and what is kept of the answer."""

import json
from datetime import UTC, datetime

import pytest

from collector.collect_numbers import batch_size, shared
from collector.visit import Visited
from scrapers import portals
from scrapers.contract import Page
from scrapers.words import Outcome, Role

CAINIAO = portals()["cainiao"]
NUMBERS = ("LP00123456789012", "LP00123456789029", "LP00123456789036")
NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "left", "expected"), [(5, 60, 1), (60, 60, 1), (61, 60, 2), (30, 10, 3), (300, 10, 10), (7, 0, 7)]
)
def test_several_are_asked_for_at_once_only_where_the_budget_does_not_suffice(due, left, expected):
    assert batch_size(CAINIAO, due, left) == expected
    assert batch_size(portals()["correos"], due, left) == 1


def test_the_page_for_several_numbers_is_that_of_one_with_all_of_them():
    url = CAINIAO.batch_url(NUMBERS, "en")
    assert url.replace(f"%2C{NUMBERS[1]}%2C{NUMBERS[2]}", "") == CAINIAO.url(NUMBERS[0], "en")
    assert CAINIAO.number_in(url) is None


def page(*numbers):
    row = {"time": 1772300000000, "timeStr": "2026-02-28 17:33:20", "timeZone": "GMT+8", "standerdDesc": "Hm"}
    modules = [{"mailNo": n, "mailNoSource": "CNGL", "detailList": [row]} for n in numbers]
    body = json.dumps({"module": modules, "success": True}).encode()
    url = "https://global.cainiao.com/global/detail.json?mailNos=" + ",".join(numbers)
    return Page(Role.PAYLOAD, url, "application/json", body, 200)


def visited(outcome=Outcome.OK, *shown):
    return Visited(
        portal="cainiao",
        tracking_number=NUMBERS[0],
        seen_at=NOW,
        outcome=outcome,
        complete=True,
        pages=(page(*shown),),
        readings=(),
        attempts=2,
        duration_ms=1,
        viewer_zone="UTC",
        viewer_offset_minutes=0,
        language="en",
        server_date=None,
        blocked_hosts=(),
        error=None,
    )


def test_one_load_is_kept_as_a_visit_to_each_number_it_answers():
    made = shared(CAINIAO, NUMBERS, visited(Outcome.OK, *NUMBERS[:2]))
    assert [one.tracking_number for one in made] == list(NUMBERS[:2])
    assert made[1].readings[0].number == NUMBERS[1]
    assert made[1].outcome is Outcome.OK
    assert made[1].pages == made[0].pages
    assert [one.attempts for one in made] == [2, 1]


def test_a_load_that_is_no_answer_is_one_visit():
    made = shared(CAINIAO, NUMBERS, visited(Outcome.CHALLENGE, *NUMBERS))
    assert [one.tracking_number for one in made] == [NUMBERS[0]]
