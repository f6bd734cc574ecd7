"""Which pages of orders are due, and which first. The orders stand in the database as derived ones would."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.cadence_rules import DEFAULT
from collector.plan import DueOrder, due_orders
from collector.read.offsets import iso_utc
from collector.store.facts import Visit, store_visit
from scrapers import vocabulary
from scrapers.contract import Canonical
from scrapers.shop import Shop
from scrapers.words import Outcome
from tests.collector.worlds import blank, contents

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
STATES = ("unpaid", "processing", "shipped", "finished", "cancelled", None)


class Store(Shop):
    """Only its name matters here."""

    name = "shop"


@pytest.fixture(autouse=True)
def words(monkeypatch):
    """The shop's words for the states of orders are those states."""
    monkeypatch.setattr(
        vocabulary, "order_state", lambda portal, code, text: text if text in STATES else None
    )


def at(days=0.0):
    return NOW + timedelta(days=days)


def order(db, id_, state="shipped", *, placed="2026-05-20", protected=None, account="default", **more):
    row = {"id": id_, "marketplace": "shop", "account": account, "state": state, "placed_on": placed}
    db["orders"].insert({**row, "protection_ends_on": protected, **more})


def parcel(db, id_, order_id, stage="customs", delivered=None, last_event=-1):
    row = {"id": id_, "title": id_, "stage": stage, "last_event_at": iso_utc(at(last_event))}
    db["parcels"].insert({**row, "delivered_at": None if delivered is None else iso_utc(at(delivered))})
    db["parcel_orders"].insert({"parcel_id": id_, "order_id": order_id})


def visited(db, order_id, page, days=0.0, outcome=Outcome.OK, number=None):
    about = {"order_id": order_id, "page": page, "account": "default"}
    seen_at = at(days) - timedelta(seconds=page == "detail")  # pages are read one after the other
    visit = Visit("shop", number, seen_at, "browser", outcome, complete=True, **about)
    return store_visit(db, None, visit, Canonical())[0]


def called(db, order_id, state, days, page="list"):
    """A page that calls the order so."""
    visit = visited(db, order_id if page == "detail" else None, page, days)
    shown = json.dumps({"id": order_id, "status_text": state})
    row = {
        "visit_id": visit,
        "order_id": order_id,
        "position": 0,
        "seen_at": iso_utc(at(days)),
        "shown": shown,
    }
    db["order_sightings"].insert(row)


def due(db, days=0.0, limit=None, account="default"):
    return [(d.order_id, d.page) for d in due_orders(db, Store(), account, now=at(days), limit=limit)]


# --- what is due ----------------------------------------------------------------------------------------


def test_an_order_that_was_never_read_is_due_with_both_pages_and_the_reason(db):
    order(db, "1")
    assert due_orders(db, Store(), "default", now=NOW) == [
        DueOrder("1", "tracking", "it has not been read yet"),
        DueOrder("1", "detail", "it has not been read yet"),
    ]


@pytest.mark.parametrize("state", ["unpaid", "cancelled"])
def test_an_order_that_is_not_sent_is_never_due_even_with_parcels(db, state):
    order(db, "1", state)
    parcel(db, "AA1", "1")
    assert due(db) == []


def test_orders_of_other_accounts_and_other_shops_are_left_alone(db):
    order(db, "1", account="other")
    order(db, "2", account=None)
    order(db, "3", marketplace="elsewhere")
    assert due(db) == []
    assert due(db, account="other") == [("1", "tracking"), ("1", "detail")]


@pytest.mark.parametrize(
    ("state", "outcome", "days", "expected"),
    [
        ("shipped", Outcome.OK, 0.03, []),
        ("shipped", Outcome.OK, 0.05, ["tracking"]),
        ("shipped", Outcome.OK, 7, ["tracking", "detail"]),
        (None, Outcome.OK, 0.05, ["tracking"]),
        (None, Outcome.OK, 7, ["tracking", "detail"]),
        ("processing", Outcome.NO_EVENTS_YET, 0.5, []),
        ("processing", Outcome.NO_EVENTS_YET, 1, ["tracking"]),
        ("processing", Outcome.NO_EVENTS_YET, 7, ["tracking", "detail"]),
        ("finished", Outcome.OK, 1, []),
        ("finished", Outcome.OK, 300, []),
        *(
            (state, outcome, 0.05, ["tracking", "detail"])
            for state in ("shipped", "processing", "finished", None)
            for outcome in (Outcome.UNAVAILABLE, Outcome.LAYOUT_CHANGED, Outcome.CHALLENGE)
        ),
    ],
)
def test_when_pages_that_were_read_are_due_again(db, state, outcome, days, expected):
    order(db, "1", state, finished_on="2026-05-30" if state == "finished" else None)
    for page in ("tracking", "detail"):
        visited(db, "1", page, outcome=outcome)
    assert sorted(page for _, page in due(db, days)) == sorted(expected)


@pytest.mark.parametrize(("days", "expected"), [(1, False), (2, True), (9, True), (11, False), (90, False)])
def test_a_finished_order_is_tracked_until_ten_days_after_its_parcel_arrived(db, days, expected):
    order(db, "1", "finished")
    parcel(db, "AA1", "1", "delivered", delivered=-0.1)
    visited(db, "1", "tracking", number="AA1")
    assert (("1", "tracking") in due(db, days)) == expected


@pytest.mark.parametrize(("days", "expected"), [(-5, True), (1, True), (3, False)])
def test_without_a_parcel_that_arrived_the_days_count_from_when_it_was_first_seen_finished(
    db, days, expected
):
    order(db, "1", "finished")
    called(db, "1", "shipped", -20)
    called(db, "1", "finished", -8)
    called(db, "1", "finished", -1)
    visited(db, "1", "tracking", -7.5, Outcome.NO_EVENTS_YET)
    assert (("1", "tracking") in due(db, days)) == expected


def test_the_day_an_order_says_it_was_finished_goes_before_when_that_was_seen(db):
    order(db, "1", "finished", finished_on="2026-01-10")
    called(db, "1", "finished", -1)
    assert ("1", "tracking") in due(db)
    visited(db, "1", "tracking", -0.5)
    assert ("1", "tracking") not in due(db, 3)


@pytest.mark.parametrize(
    ("sightings", "expected"),
    [
        ([], False),
        ([("processing", -5), ("processing", -1)], False),
        ([("processing", -5), ("shipped", -1)], True),
        ([("shipped", -1)], False),
        ([("processing", -5), ("unheard of", -1)], False),
        ([("processing", -5), ("shipped", -4)], False),
    ],
)
def test_the_detail_page_is_due_again_when_the_list_calls_the_order_otherwise(db, sightings, expected):
    order(db, "1", "shipped")
    visited(db, "1", "tracking", -0.01)
    called(db, "1", "completed in other words", -3, page="detail")
    called(db, "1", "finished", -2.9, page="detail")
    for state, days in sightings:
        called(db, "1", state, days)
    assert due(db) == ([("1", "detail")] if expected else [])
    if expected:
        assert due_orders(db, Store(), "default", now=NOW)[0].reason == "its state has changed"
        visited(db, "1", "detail", -0.5)
        assert due(db) == []


def test_a_load_kept_as_several_visits_is_one(db):
    order(db, "1")
    visited(db, "1", "detail")
    for number in ("AA1", "BB2"):
        visited(db, "1", "tracking", number=number)
    assert due(db, 0.01) == []


# --- which first ----------------------------------------------------------------------------------------


def test_the_most_urgent_come_first(db):
    order(db, "5", "finished", placed="2026-01-01")
    order(db, "6", "finished", placed="2026-02-01")
    order(db, "7", "finished", placed="2025-01-01", finished_on="2026-05-30")
    visited(db, "7", "tracking", -3)
    visited(db, "7", "detail", -3)
    order(db, "1", "shipped", protected="2026-09-01", placed="2026-03-01")
    order(db, "2", "shipped", protected="2026-07-01", placed="2026-03-02")
    order(db, "3", "shipped", placed="2026-03-03")
    order(db, "4", "shipped", placed="2026-03-04")
    order(db, "8", "processing", protected="2026-06-20")
    for id_ in "1234":
        visited(db, id_, "detail", -0.5)
    assert due(db) == [
        *((id_, "tracking") for id_ in "2143"),
        ("8", "detail"),
        ("8", "tracking"),
        ("7", "tracking"),
        ("6", "detail"),
        ("6", "tracking"),
        ("5", "detail"),
        ("5", "tracking"),
    ]
    assert due(db, limit=2) == [("2", "tracking"), ("1", "tracking")]
    assert due(db, limit=0) == []


def test_an_order_that_has_waited_for_days_goes_before_one_that_is_more_urgent(db):
    order(db, "1", protected="2026-07-01")
    order(db, "2", protected="2026-09-01")
    visited(db, "1", "tracking", -0.5)
    visited(db, "2", "tracking", -2)
    assert [id_ for id_, page in due(db) if page == "tracking"] == ["2", "1"]


def test_what_has_just_failed_is_tried_again_after_all_others(db):
    order(db, "1", protected="2026-07-01")
    order(db, "2", "finished")
    visited(db, "1", "detail", -0.1)
    visited(db, "1", "tracking", -0.1, Outcome.LAYOUT_CHANGED)
    assert due(db) == [("2", "detail"), ("2", "tracking"), ("1", "tracking")]
    assert due(db, 1)[0] == ("1", "tracking")


def test_planning_changes_nothing(db):
    order(db, "1")
    parcel(db, "AA1", "1")
    before = contents(db, ("orders", "parcels", "visits", "portal_state"))
    due(db)
    assert contents(db, ("orders", "parcels", "visits", "portal_state")) == before


@settings(max_examples=40, deadline=None)
@given(
    states=st.lists(st.sampled_from(["shipped", "processing", "finished", None]), min_size=1, max_size=6),
    outcomes=st.lists(
        st.sampled_from([Outcome.OK, Outcome.NO_EVENTS_YET, Outcome.UNAVAILABLE]), min_size=1, max_size=3
    ),
    limit=st.integers(1, 3),
)
def test_no_order_starves_however_few_visits_a_run_may_make(states, outcomes, limit):
    """Runs every two hours for four days: time enough for twelve pages, one a run."""
    with closing(blank()) as db, pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "order_state", lambda portal, code, text: None)
        for number, state in enumerate(states):
            order(db, str(number), state, placed=f"2026-05-{number + 1:02}", finished_on="2026-05-30")
        seen = {(str(n), page): [] for n in range(len(states)) for page in ("tracking", "detail")}
        for run in range(48):
            chosen = due(db, run / 12, limit)
            assert len(set(chosen)) == len(chosen) <= limit
            for id_, page in chosen:
                outcome = outcomes[run % len(outcomes)]
                visited(db, id_, page, run / 12, outcome)
                seen[id_, page].append(run)
    shipped = [key for key in seen if key[1] == "tracking" and states[int(key[0])] in ("shipped", None)]
    for key in shipped:
        waits = [b - a for a, b in zip([0, *seen[key]], [*seen[key], 48], strict=True)]
        assert max(waits) <= 24 + len(shipped) // limit, "a day, and its turn among the others"
    if not shipped:
        assert all(seen.values())


# --- asked for by name, together ------------------------------------------------------------------------


def chosen(db, days=0.0, **more):
    return [(d.order_id, d.page) for d in due_orders(db, Store(), "default", now=at(days), **more)]


def read_just_now(db, *orders):
    for id_ in orders:
        order(db, id_)
        for page in ("tracking", "detail"):
            visited(db, id_, page)


def test_orders_asked_for_by_name_and_all_are_read_due_or_not_but_never_what_was_not_sent(db):
    read_just_now(db, "1", "2")
    order(db, "3", "cancelled")
    assert chosen(db) == []
    assert sorted(chosen(db, only={"2", "3"})) == [("2", "detail"), ("2", "tracking")]
    assert {id_ for id_, _ in chosen(db, everything=True)} == {"1", "2"}


def test_the_tracking_page_is_read_with_the_carrier_of_a_parcel_that_has_arrived(db):
    read_just_now(db, "1", "2")
    for id_ in "12":
        parcel(db, f"AA{id_}", id_, last_event=-40)
    assert chosen(db, 0.1) == []
    assert chosen(db, 0.1, together={"1"}) == [("1", "tracking")]
    assert chosen(db, 0.01, together={"1"}) == [], "not twice within the hour"
    reasons = [d.reason for d in due_orders(db, Store(), "default", now=at(0.1), together={"1"})]
    assert reasons == ["a carrier is asked about its parcel"]


def test_parcels_near_their_owner_and_protections_near_their_end_come_first(db):
    for id_, stage, protected in (
        ("1", "origin", None),
        ("2", "last_mile", None),
        ("3", "origin", "2026-06-05"),
    ):
        order(db, id_, protected=protected, placed=f"2026-05-{30 - int(id_)}")
        parcel(db, f"AA{id_}", id_, stage)
        visited(db, id_, "detail")
        visited(db, id_, "tracking", -0.9)
    assert chosen(db) == [("3", "tracking"), ("2", "tracking"), ("1", "tracking")]


def test_a_user_may_have_orders_read_more_rarely(db):
    read_just_now(db, "1")
    rules = DEFAULT.changed({"unknown": {"every": "2 days"}, "order_page": {"every": "30 days"}})
    assert (chosen(db, 1, rules=rules), chosen(db, 2, rules=rules)) == ([], [("1", "tracking")])
    assert chosen(db, 7, rules=rules) == [("1", "tracking")]
