"""Israel Post: what is surprising about a table that comes as data."""

import json
from typing import Any

import pytest

from scrapers.contract import LayoutChanged, Page
from scrapers.israelpost import IsraelPost
from scrapers.words import Outcome, Role

ISRAELPOST = IsraelPost()
SERVICE = "https://israelpost.co.il/umbraco/Surface/ItemTrace/GetItemTrace"


def table(lines: Any, **changes: Any) -> Page:
    info = {
        "ColCount": 4,
        "ColumnHeaders": ["Date", "Description", "Postal Unit", "City"],
        "InfoLines": lines,
    }
    result = {"Barcode": ISRAELPOST.example, "itemcodeinfo": info | changes}
    body = {"ReturnCode": 0, "ErrorDescription": "", "Result": result}
    return Page(Role.PAYLOAD, SERVICE, "application/json", json.dumps(body).encode(), 200)


def message(text: str) -> Page:
    return table([[text]], ColCount=1, ColumnHeaders=[""])


@pytest.mark.parametrize("day", ["12/10/2026", "12.10.2026", "12-10-2026"])
def test_days_are_kept_as_printed(day):
    (reading,) = ISRAELPOST.parse([table([[day, "Delivered", "", "Haifa"]])])
    assert [(row.time_text, row.place) for row in reading.rows] == [(day, "Haifa")]


def test_rows_of_one_day_keep_the_order_of_the_table():
    lines = [["12/10/2026", text, "", ""] for text in ("Delivered", "Out for delivery", "Arrived")]
    (reading,) = ISRAELPOST.parse([table(lines)])
    assert [row.description for row in reading.rows] == ["Delivered", "Out for delivery", "Arrived"]


def test_a_line_of_another_length_costs_the_others_nothing():
    (reading,) = ISRAELPOST.parse(
        [table([["12/10/2026", "Delivered", "", "Haifa"], ["12/10/2026", "x"], "y"])]
    )
    assert len(reading.rows) == 1
    assert reading.rows_bad == 2
    assert not reading.complete


@pytest.mark.parametrize(
    "text",
    ["There is no information on this item", "Item was not found", "לא נמצא מידע", "אין פרטים על הפריט"],
)
def test_a_message_that_denies_what_is_known_is_not_found(text):
    (reading,) = ISRAELPOST.parse([message(text)])
    assert reading.outcome is Outcome.NOT_FOUND
    assert reading.status_text == text


@pytest.mark.parametrize("text", ["", "The service is not available", "The item was delivered", "12/10/2026"])
def test_any_other_message_is_a_changed_layout(text):
    with pytest.raises(LayoutChanged):
        ISRAELPOST.parse([message(text)])


@pytest.mark.parametrize("lines", [None, [], {}, "x", [[]], [None], [[None, None, None, None]]])
def test_a_table_without_lines_says_nothing(lines):
    with pytest.raises(LayoutChanged):
        ISRAELPOST.parse([table(lines)])


def test_the_number_is_found_in_every_address_that_was_ever_in_use():
    number = ISRAELPOST.example
    for url in (
        f"https://israelpost.co.il/itemtrace?itemcode={number}",
        f"https://mypost.israelpost.co.il/itemtrace?OpenForm&itemcode={number}",
        f"https://www.israelpost.co.il/en/itemtrace?itemcode={number}",
    ):
        assert ISRAELPOST.number_in(url) == number
    assert ISRAELPOST.number_in(SERVICE) is None
    assert ISRAELPOST.number_in(f"https://israelpost.co.il.example/itemtrace?itemcode={number}") is None


def test_a_bot_manager_in_place_of_the_reply_is_a_challenge():
    wall = b'<html><script src="https://validate.perfdrive.com/x.js"></script></html>'
    (reading,) = ISRAELPOST.parse([Page(Role.PAYLOAD, SERVICE, "text/html", wall, 200)])
    assert reading.outcome is Outcome.CHALLENGE
