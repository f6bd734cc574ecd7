"""The calendar: what others read in it, whatever texts it is made of."""

from datetime import date, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.calendar_file import _event, calendar
from collector.store.opening import open_store
from tests.collector.test_deadlines import stored
from tests.collector.worlds import CAINIAO, ORDER, one_line, record, take_in

TODAY = date(2026, 4, 1)


def entries(db, today=TODAY, parcels=None):
    return icalendar.Calendar.from_ical(calendar(db, today, parcels)).walk("VEVENT")


def told(entry):
    return str(entry["SUMMARY"]), entry["DTSTART"].dt, entry["DTEND"].dt


def expecting(db):
    days = {"from": "2026-04-02", "to": "2026-04-04"}
    take_in(db, [record(estimated_delivery=days, order_ids=[ORDER])])


def test_deadlines_are_days_that_end_with_the_day(db):
    stored(db)
    found = entries(db)
    assert told(found[0]) == (
        f"Last safe day to write to the seller: {CAINIAO}",
        date(2026, 4, 5),
        date(2026, 4, 6),
    )
    assert len(found) == 4
    assert all(str(one["DESCRIPTION"]) == f"Order {ORDER}" for one in found)


def test_an_expected_delivery_is_one_entry_over_its_days(db):
    expecting(db)
    (one,) = entries(db)
    assert told(one) == (f"Expected: {CAINIAO}", date(2026, 4, 2), date(2026, 4, 5))


def test_what_has_arrived_is_not_expected(db):
    expecting(db)
    db.execute("update parcels set stage = 'delivered'")
    assert entries(db) == []


def test_entries_keep_their_names_when_their_days_change(db):
    stored(db)
    before = {str(one["UID"]) for one in entries(db)}
    db.execute("update orders set protection_ends_on = '2026-04-20', protection_latest_on = '2026-04-21'")
    assert {str(one["UID"]) for one in entries(db)} == before
    assert len(before) == 4
    assert not any(ORDER in name for name in before)


def test_the_same_data_and_day_give_the_same_file(db):
    stored(db)
    assert calendar(db, TODAY) == calendar(db, TODAY)
    assert calendar(db, TODAY).startswith("BEGIN:VCALENDAR\r\n")


def test_days_long_over_are_left_out(db):
    stored(db)
    assert len(entries(db, date(2026, 5, 7))) == 3
    assert entries(db, date(2026, 6, 1)) == []


def test_one_parcel_alone(db):
    stored(db)
    assert len(entries(db, parcels=[CAINIAO])) == 4
    assert entries(db, parcels=["none"]) == []


def test_an_order_in_two_parcels_has_each_deadline_once(db):
    stored(db)
    take_in(db, [record(number="AA1", order_ids=[ORDER])])
    assert len(entries(db)) == 4


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_title_comes_back_on_one_entry(title):
    made = icalendar.Calendar()
    made.add("version", "2.0")
    made.add("prodid", "test")
    made.add_component(_event("key", title, title, TODAY, TODAY + timedelta(days=1)))
    (read,) = icalendar.Calendar.from_ical(made.to_ical()).walk("VEVENT")
    assert set(read) == {"UID", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "TRANSP"}


def test_a_title_cannot_add_lines_or_steer(db):
    stored(db)
    db.execute("update parcels set title = ?", ["lamp\r\nATTENDEE:mailto:x@y.example\x1b[2J\u202e;,\\"])
    text = calendar(db, TODAY)
    assert "\nATTENDEE" not in text
    assert all(bad not in text for bad in ("\x1b", "\u202e"))
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


# --- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def protected(database):
    with open_store(database) as db:
        stored(db)
        db.execute(
            "update orders set protection_ends_on = date('now', '+20 days'), protection_latest_on = null"
        )
    return database


def test_export_writes_a_calendar(crosstrack, protected):
    result = crosstrack("export", "--format", "ics")
    assert len(icalendar.Calendar.from_ical(result.stdout).walk("VEVENT")) == 3
    named = crosstrack("export", "deadlines", "--format", "ics", "--parcel", CAINIAO)
    assert named.stdout == result.stdout


def test_deadlines_are_a_table_too(crosstrack, protected):
    lines = crosstrack("export", "deadlines").stdout.splitlines()
    assert lines[0] == "parcel_id,order_id,what,due_on,arrived"
    assert len(lines) == 4


def test_only_deadlines_make_a_calendar(crosstrack, protected):
    assert "only deadlines make a calendar" in one_line(
        crosstrack("export", "history", "--format", "ics", status=2)
    )
