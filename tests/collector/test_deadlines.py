"""The last safe days: by the rules, in the view, ahead of today. Orders are invented."""

from contextlib import closing
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.deadline_rules import RULES, Deadline, What, days_left, deadlines_of
from collector.deadlines import deadlines_ahead, deadlines_of_order
from collector.report import console, parcel_json, print_parcel
from collector.report_orders import order_json, print_order
from tests.collector.worlds import CAINIAO, ORDER, blank, record, rows, take_in


def order(**changes):
    usual = {
        "id": ORDER,
        "marketplace": "aliexpress",
        "state": "shipped",
        "placed_on": "2026-02-01",
        "finished_on": None,
        "protection_ends_on": "2026-04-10",
        "protection_latest_on": "2026-04-11",
    }
    return usual | changes


def stored(db, parcel=True, **changes):
    """An order in the database, with a parcel or without."""
    if parcel:
        take_in(db, [record(number=CAINIAO, order_ids=[ORDER])])
    db["orders"].upsert(order(**changes), pk="id")


def test_a_protected_order_has_a_day_to_write_one_to_dispute_and_both_of_its_ends():
    assert deadlines_of(order()) == [
        Deadline(What.WRITE_TO_SELLER, date(2026, 4, 5)),
        Deadline(What.OPEN_DISPUTE, date(2026, 4, 8)),
        Deadline(What.PROTECTION_ENDS, date(2026, 4, 10)),
        Deadline(What.PROTECTION_LATEST, date(2026, 4, 11)),
    ]


def test_where_pages_agree_there_is_one_end():
    found = deadlines_of(order(protection_latest_on="2026-04-10"))
    assert What.PROTECTION_LATEST not in {one.what for one in found}


@pytest.mark.parametrize("state", ["unpaid", "cancelled"])
def test_what_was_never_sent_has_no_deadlines(state):
    assert deadlines_of(order(state=state)) == []


def test_after_receipt_is_confirmed_a_dispute_has_days_only_and_protection_none():
    finished = order(state="finished", finished_on="2026-03-20")
    assert deadlines_of(finished) == [Deadline(What.OPEN_DISPUTE, date(2026, 3, 25))]


def test_the_earlier_of_two_rules_for_one_thing_counts():
    finished = order(state="finished", finished_on="2026-04-29")
    assert deadlines_of(finished) == [Deadline(What.OPEN_DISPUTE, date(2026, 4, 30))]


def test_rules_of_one_shop_do_not_hold_for_others():
    assert deadlines_of(order(state="finished", finished_on="2026-03-20", marketplace="boxshop")) == []


def test_a_state_nobody_understands_is_taken_for_protected():
    assert len(deadlines_of(order(state=None))) == 4


def test_every_rule_says_why():
    assert all(len(rule.reason) > 20 for rule in RULES)


def test_days_are_counted_from_the_date_given():
    assert days_left(date(2026, 3, 1), date(2026, 2, 27)) == 2
    assert days_left(date(2026, 3, 1), date(2026, 3, 2)) == -1


days = st.none() | st.dates(date(2024, 1, 1), date(2027, 12, 31)).map(date.isoformat)
orders = st.builds(
    order,
    state=st.sampled_from(["unpaid", "processing", "shipped", "finished", "cancelled", "odd", None]),
    marketplace=st.sampled_from(["aliexpress", "boxshop", None]),
    placed_on=days,
    finished_on=days,
    protection_ends_on=days,
    protection_latest_on=days,
)


@given(orders)
def test_the_view_says_what_the_rules_say(made):
    with closing(blank()) as db:
        db["orders"].insert(made)
        found = {(row["what"], row["due_on"]) for row in db.query("select * from deadlines")}
        assert found == {(one.what.value, one.due_on.isoformat()) for one in deadlines_of(made)}


# --- ahead of today ------------------------------------------------------------------------------------


def ahead(db, today):
    return [(one.what, one.days_left) for one in deadlines_ahead(db, date.fromisoformat(today))]


def test_deadlines_ahead_are_those_of_the_next_days_nearest_first(db):
    stored(db)
    assert ahead(db, "2026-03-20") == []
    assert ahead(db, "2026-03-31") == [
        (What.WRITE_TO_SELLER, 5),
        (What.OPEN_DISPUTE, 8),
        (What.PROTECTION_ENDS, 10),
    ]
    assert ahead(db, "2026-04-10") == [(What.PROTECTION_ENDS, 0)]
    assert ahead(db, "2026-04-11") == []


def test_an_order_without_a_parcel_has_deadlines_too(db):
    stored(db, parcel=False)
    (one,) = deadlines_ahead(db, date(2026, 4, 9))
    assert (one.parcel_id, one.title) == (None, ORDER)
    assert one.said == f"{ORDER}: buyer protection ends: 2026-04-10 (tomorrow)"


def test_what_has_arrived_is_no_hurry(db):
    stored(db)
    db.execute("update parcels set stage = 'delivered'")
    assert ahead(db, "2026-04-05") == []
    assert {row["arrived"] for row in rows(db, "select arrived from deadlines")} == {1}


# --- shown ---------------------------------------------------------------------------------------------


def test_a_parcel_is_shown_with_its_deadlines(db, capsys):
    stored(db)
    told = parcel_json(db, CAINIAO)
    assert [one["due_on"] for one in told["deadlines"]] == [
        "2026-04-05",
        "2026-04-08",
        "2026-04-10",
        "2026-04-11",
    ]
    print_parcel(console(), told)
    assert (
        "last safe day to write to the seller: 2026-04-05 · last safe day to open a dispute: 2026-04-08"
        in capsys.readouterr().out
    )


def test_an_order_without_a_parcel_is_shown_with_them(db, capsys):
    stored(db, parcel=False)
    print_order(console(), order_json(db, ORDER))
    assert "buyer protection ends: 2026-04-10" in capsys.readouterr().out
    assert len(deadlines_of_order(db, ORDER)) == 4
