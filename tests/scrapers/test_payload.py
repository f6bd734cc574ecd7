"""What every portal module gets from a JSON value: something, or nothing, never an error."""

import pytest

from scrapers.contract import Page
from scrapers.payload import iso_day, records_at, reply
from scrapers.words import Role


def answered(text):
    return reply(Page(Role.PAYLOAD, "https://depot.test/x", "application/json", text.encode(), 200))


def test_a_reply_that_is_no_object_has_an_empty_record():
    assert answered('{"a": 1}').record == {"a": 1}
    assert [answered(text).record for text in ("[1]", "null", "none", "7")] == [{}] * 4


def test_of_a_list_the_objects_count():
    assert records_at({"a": [{"b": 1}, 2, None, {}]}, "a") == [{"b": 1}, {}]
    assert records_at({"a": {"b": 1}}, "a") == [{"b": 1}]
    assert [records_at(record, "a") for record in ({}, {"a": None}, {"a": "x"})] == [[], [], []]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-09", "2026-03-09"),
        ("2026-03-09T23:30:00+01:00", "2026-03-09"),
        ("2026-03-09 23:30", "2026-03-09"),
        ("2026-02-31", None),
        ("09/03/2026", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_what_an_iso_stamp_begins_with(text, day):
    assert iso_day(text) == day
