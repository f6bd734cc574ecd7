"""What needs attention, in which order, and how it is told. Orders, parcels and accounts are invented."""

import io
import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from collector.account.sessions import save_session
from collector.plain_text import plain
from collector.read.offsets import iso_utc
from collector.report_status import WORDS, needed, print_status
from collector.status import Need, accounts_in_need, lines
from collector.store.facts import Visit, store_visit
from collector.store.opening import open_store
from collector.urgency import Line, Urgency, best_number, is_old, order_line, parcel_line
from scrapers.contract import Canonical
from scrapers.words import Milestone, Outcome
from tests.collector.accounts import BAZAAR, session
from tests.collector.worlds import one_line

NOW = datetime(2026, 3, 16, 20, tzinfo=UTC)
TODAY = NOW.date()
ORDER = "8190000000000001"


def in_days(days):
    return (TODAY + timedelta(days=days)).isoformat()


def parcel(**changes):
    usual = {
        "id": "LP00123456789012",
        "title": "Blue lamp",
        "origin_country": "CN",
        "destination_country": "ES",
        "stage": "line_haul",
        "milestone": "departed_origin_country",
        "delivered_at": None,
        "last_event_at": "2026-03-10T08:00:00Z",
        "estimated_from_on": None,
        "estimated_to_on": None,
        "clocks_used": None,
    }
    return usual | changes


def order(**changes):
    usual = {"id": ORDER, "state": "shipped", "finished_on": None, "placed_on": "2026-02-20"}
    return usual | {"protection_ends_on": None} | changes


def number(text, role="shipment", seen="2026-03-01T00:00:00Z", **changes):
    return {"number": text, "role": role, "first_seen_at": seen} | changes


def line_of(*orders, numbers=(), newest=None, conflicts=0, **changes):
    return parcel_line(parcel(**changes), orders, numbers, newest, conflicts, TODAY)


# --- how urgent one parcel is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "milestone", "urgency"),
    [
        ("label_only", None, Urgency.LABEL_ONLY),
        ("label_only", "info_received", Urgency.LABEL_ONLY),
        ("origin", "accepted", Urgency.UNDER_WAY),
        ("customs", "import_customs_started", Urgency.UNDER_WAY),
        ("customs", "customs_held", Urgency.TROUBLE),
        ("origin", "export_customs_held", Urgency.TROUBLE),
        ("line_haul", "exception", Urgency.TROUBLE),
        ("last_mile", "misrouted", Urgency.TROUBLE),
        ("last_mile", "delivery_attempted", Urgency.TROUBLE),
        ("last_mile", "held_at_depot", Urgency.TROUBLE),
        ("returning", "returning", Urgency.TROUBLE),
        ("last_mile", "out_for_delivery", Urgency.OUT_FOR_DELIVERY),
        ("pickup", "available_for_pickup", Urgency.PICKUP),
        ("delivered", "delivered", Urgency.FINISHED),
        ("returned", "returned", Urgency.FINISHED),
        ("closed", "cancelled", Urgency.FINISHED),
    ],
)
def test_the_newest_understood_event_says_how_urgent_a_parcel_is(stage, milestone, urgency):
    assert line_of(stage=stage, milestone=milestone).urgency is urgency


@pytest.mark.parametrize(
    ("days", "is_urgent"), [(8, False), (7, True), (0, True), (-1, True), (-30, True), (-31, False)]
)
def test_a_protection_that_is_about_to_end_or_has_just_ended_comes_before_all_else(days, is_urgent):
    line = line_of(order(protection_ends_on=in_days(days)), milestone="available_for_pickup")
    assert (line.urgency is Urgency.PROTECTION) is is_urgent
    assert (line.protection_ends_on, line.protection_days_left) == (in_days(days), days)


@pytest.mark.parametrize(
    ("orders", "stage"),
    [
        ([order(protection_ends_on=in_days(2))], "delivered"),
        ([order(protection_ends_on=in_days(2), state="finished")], "last_mile"),
        ([order(protection_ends_on=in_days(2), state="cancelled")], "last_mile"),
    ],
    ids=["it has arrived", "the order is finished", "the order was cancelled"],
)
def test_an_ending_protection_is_nothing_to_hurry_about_once(orders, stage):
    assert line_of(*orders, stage=stage).urgency is Urgency.FINISHED


def test_a_parcel_that_came_back_is_protected_until_the_protection_ends():
    assert line_of(order(protection_ends_on=in_days(2)), stage="returned").urgency is Urgency.PROTECTION
    assert line_of(order(protection_ends_on=in_days(20)), stage="returned").urgency is Urgency.FINISHED


def test_of_several_orders_the_first_protection_of_one_still_open_counts():
    line = line_of(
        order(id="1", protection_ends_on=in_days(3), state="finished"),
        order(id="2", protection_ends_on=in_days(40)),
        order(id="3", protection_ends_on=in_days(20)),
    )
    assert (line.urgency, line.protection_days_left) == (Urgency.UNDER_WAY, 20)
    assert line.order_ids == ("1", "2", "3")


def test_contradicting_portals_matter_while_the_parcel_is_on_its_way():
    assert line_of(conflicts=2).urgency is Urgency.CONFLICT
    assert line_of(conflicts=2, milestone="out_for_delivery").urgency is Urgency.OUT_FOR_DELIVERY
    assert line_of(conflicts=2, stage="delivered").urgency is Urgency.FINISHED


def test_a_parcel_is_over_when_all_its_orders_are_even_without_a_delivery():
    done = order(state="finished", finished_on="2026-01-05")
    assert line_of(done).urgency is Urgency.FINISHED
    assert line_of(done, order(id="2")).urgency is Urgency.UNDER_WAY


@pytest.mark.parametrize(
    ("changes", "over_on"),
    [
        ({"stage": "delivered", "delivered_at": "2026-02-01T10:00:00Z"}, "2026-02-01"),
        ({"stage": "last_mile"}, "2026-03-10"),
        ({"stage": "last_mile", "last_event_at": "2025-12-01T10:00:00Z"}, "2026-01-05"),
    ],
)
def test_a_parcel_is_over_since_its_delivery_else_since_the_last_that_was_heard(changes, over_on):
    assert line_of(order(state="finished", finished_on="2026-01-05"), **changes).over_on == over_on


@pytest.mark.parametrize(("days", "old"), [(0, False), (30, False), (31, True)])
def test_finished_parcels_are_old_after_thirty_days_and_others_never(days, old):
    at = (NOW - timedelta(days=days)).isoformat()
    assert is_old(line_of(stage="delivered", delivered_at=at), TODAY) is old
    assert not is_old(line_of(last_event_at="2020-01-01T00:00:00Z"), TODAY)
    assert not is_old(line_of(stage="closed", last_event_at=None), TODAY)


def test_the_number_to_ask_about_is_the_delivering_carriers_newest():
    sent, other = number("LP1"), number("XX9", "other", "2026-01-01T00:00:00Z")
    assert best_number([]) is None
    assert best_number([other]) == "XX9"
    assert best_number([other, number("LP2", seen="2026-03-02T00:00:00Z"), sent]) == "LP1"
    first, second = (number(f"UX{n}", "last_mile", f"2026-03-0{n}T00:00:00Z") for n in (5, 6))
    assert best_number([sent, second, first, other]) == "UX6"


@pytest.mark.parametrize(
    ("event", "day"),
    [
        ({"occurred_at": "2026-03-10T23:30:00Z"}, "2026-03-10"),
        ({"earliest_at": "2026-03-09T23:00:00Z", "latest_at": "2026-03-10T22:59:59Z"}, "2026-03-10"),
        ({}, None),
    ],
)
def test_the_newest_event_has_its_day_where_it_has_any(event, day):
    unknown = {"occurred_at": None, "earliest_at": None, "latest_at": None}
    newest = unknown | {"milestone": None, "description": "Left the warehouse"} | event
    line = line_of(newest=newest)
    assert (line.happened_on, line.milestone, line.description) == (day, None, "Left the warehouse")


def test_an_order_without_a_parcel_is_told_by_what_is_in_it():
    row = order(store="Lamp Store", status="Awaiting shipment", state="processing", shipped_on=None)
    line = order_line(row, ["Lamp", "Bulb"], TODAY)
    assert (line.title, line.urgency, line.number) == ("Lamp and 1 more", Urgency.NO_PARCEL, ORDER)
    assert (line.stage, line.description, line.happened_on) == (
        "processing",
        "Awaiting shipment",
        "2026-02-20",
    )
    assert order_line(row, [], TODAY).title == "Lamp Store"
    pressing = order_line(row | {"protection_ends_on": in_days(1)}, [], TODAY)
    assert pressing.urgency is Urgency.PROTECTION


# --- all of them, in order -----------------------------------------------------------------------------


def put(db, table, **row):
    db[table].insert(row)


def put_parcel(db, name, *, days_ago=1, **changes):
    at = f"{in_days(-days_ago)}T08:00:00Z"
    put(db, "parcels", **parcel(id=name, title=name, last_event_at=at, **changes))
    put(db, "events", id=f"e-{name}", parcel_id=name, sequence=1, milestone=changes.get("milestone"),
        occurred_at=at, description="moved", portals=1, shown="{}")  # fmt: skip


def put_order(db, order_id, parcel_id=None, **changes):
    put(db, "orders", **{"id": order_id, "marketplace": "aliexpress", "state": "shipped"} | changes)
    if parcel_id:
        put(db, "parcel_orders", parcel_id=parcel_id, order_id=order_id)


def test_lines_stand_in_the_order_of_their_urgency(db):
    put_parcel(db, "delivered", stage="delivered", milestone="delivered")
    put_parcel(db, "label", stage="label_only", milestone=None)
    put_parcel(db, "moving", stage="line_haul", milestone="departed_origin_country", days_ago=5)
    put_parcel(db, "moved today", stage="line_haul", milestone="departed_origin_country", days_ago=0)
    put_parcel(db, "coming", stage="last_mile", milestone="out_for_delivery")
    put_parcel(db, "held", stage="customs", milestone="customs_held")
    put_parcel(db, "waiting", stage="pickup", milestone="available_for_pickup", days_ago=1)
    put_parcel(db, "waiting long", stage="pickup", milestone="available_for_pickup", days_ago=9)
    put_parcel(db, "ending", stage="line_haul", milestone="departed_origin_country")
    put_parcel(db, "ending sooner", stage="label_only", milestone=None)
    put_parcel(db, "ended", stage="label_only", milestone=None)
    put_order(db, "81", "ending", protection_ends_on=in_days(6))
    put_order(db, "82", "ending sooner", protection_ends_on=in_days(2))
    put_order(db, "83", "ended", protection_ends_on=in_days(-1))
    put_order(db, "84", state="processing", placed_on=in_days(-3))
    put_order(db, "85", placed_on=in_days(-30))
    put_order(db, "86", state="unpaid")
    put_order(db, "87", state="cancelled")
    put_order(db, "88", state="finished")
    assert [line.id for line in lines(db, now=NOW)] == [
        *("ending sooner", "ending", "ended"),
        *("waiting long", "waiting", "held", "coming", "moved today", "moving", "label"),
        *("85", "84", "delivered"),
    ]


def test_the_newest_event_that_is_understood_is_told(db):
    put_parcel(db, "AA1", milestone="departed_origin_country")
    for sequence, milestone, day in ((3, "notice", "13"), (2, "arrived_airport", "12"), (4, None, "14")):
        put(db, "events", id=f"e{sequence}", parcel_id="AA1", sequence=sequence, milestone=milestone,
            occurred_at=f"2026-03-{day}T00:00:00Z", description="words", portals=1, shown="{}")  # fmt: skip
    (line,) = lines(db, now=NOW)
    assert (line.milestone, line.happened_on) == (Milestone.ARRIVED_AIRPORT, "2026-03-12")


# --- accounts ------------------------------------------------------------------------------------------


def visited(db, hour, outcome, account="default", portal="bazaar"):
    at = NOW.replace(hour=hour)
    visit = Visit(portal, None, at, "browser", outcome, complete=True, account=account, page="list")
    store_visit(db, None, visit, Canonical())
    return at


def nobody(_portal, _account):
    return None


def test_an_account_needs_a_person_from_its_challenge_until_an_answer(db):
    visited(db, 1, Outcome.OK)
    at = visited(db, 2, Outcome.CHALLENGE)
    visited(db, 3, Outcome.UNAVAILABLE)
    assert accounts_in_need(db, nobody) == [Need("bazaar", "default", Outcome.CHALLENGE, at)]
    visited(db, 4, Outcome.OK)
    assert accounts_in_need(db, nobody) == []


def test_an_account_somebody_has_signed_in_to_since_needs_nobody(db):
    at = visited(db, 2, Outcome.LOGIN_REQUIRED)
    assert accounts_in_need(db, lambda *_: at - timedelta(days=1)) != []
    assert accounts_in_need(db, lambda *_: at + timedelta(minutes=5)) == []


def test_each_account_is_told_in_one_line_with_what_to_do():
    default, work = (
        needed(Need("bazaar", account, outcome, NOW))
        for account, outcome in (("default", Outcome.CHALLENGE), ("work", Outcome.LOGIN_REQUIRED))
    )
    assert default.startswith("bazaar account default needs you: ")
    assert default.endswith("run `crosstrack login bazaar`")
    assert work.endswith("run `crosstrack login bazaar --account work`")
    assert "2026-03-16" in work


# --- on paper ------------------------------------------------------------------------------------------


def printed(*shown, width=100, needs=(), watched=True):
    out = Console(
        width=width if watched else 10_000,
        force_terminal=watched,
        file=io.StringIO(),
        highlight=False,
        markup=False,
        emoji=False,
    )
    print_status(out, needs, shown, today=TODAY)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.file.getvalue()).splitlines()


def some_line(**changes):
    usual = {
        "kind": "parcel",
        "id": "AA1",
        "urgency": Urgency.UNDER_WAY,
        "title": "Lamp",
        "number": "LP00123456789012",
        "order_ids": (),
        "stage": "line_haul",
        "milestone": Milestone.DEPARTED_ORIGIN_COUNTRY,
        "description": "Departed",
        "happened_on": "2026-03-10",
    }
    return Line(**(usual | changes))


LONG = some_line(
    title="Ceramic pour-over coffee dripper with walnut stand, two cups, " * 3,
    number="PQ4T120400012345028001K",
    estimated_from_on="2026-03-20",
    estimated_to_on="2026-04-02",
    protection_ends_on="2026-03-20",
    protection_days_left=4,
    urgency=Urgency.PROTECTION,
    milestone=None,
    description="The parcel has been handed to somebody whose name nobody knows",
)


@pytest.mark.parametrize("width", [100, 120, 200])
def test_on_a_terminal_every_parcel_is_one_line_with_its_whole_number_and_dates(width):
    head, line = printed(LONG, width=width)
    assert len(line) <= width
    for told in ("!!", "10 Mar", "line haul", "20 Mar–2 Apr", "20 Mar (4 d)", LONG.number):
        assert told in line
    assert head.split() == ["title", "stage", "on", "last", "event", "expected", "protected", "number"]


@pytest.mark.parametrize("width", [60, 80])
def test_a_narrow_terminal_loses_columns_before_it_loses_the_number(width):
    _, line = printed(LONG, width=width)
    assert len(line) <= width
    assert line.rstrip().endswith(LONG.number)
    assert " 4 d " in line


def test_in_a_pipe_nothing_is_cut_and_days_have_their_years():
    _, line = printed(LONG, watched=False)
    for told in (LONG.title.strip(), LONG.description, "2026-03-10", "2026-03-20–2026-04-02", "2026-03-20"):
        assert told in line
    assert line.rstrip().endswith("buyer protection")


def test_columns_nobody_has_anything_for_take_no_room_on_a_terminal():
    head, line = printed(some_line())
    assert "expected" not in head
    assert "protected" not in head
    assert "left origin country" in line


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"happened_on": "2025-12-30"}, "30 Dec 2025"),
        ({"happened_on": None, "milestone": None, "description": None}, "nothing yet"),
        ({"estimated_to_on": "2026-03-14"}, "14 Mar late"),
        ({"protection_ends_on": "2026-03-15", "protection_days_left": -1}, "15 Mar (ended)"),
        ({"urgency": Urgency.FINISHED, "conflicts": 1}, "~"),
    ],
)
def test_what_a_cell_says(changes, told):
    assert told in printed(some_line(**changes))[1]


def test_every_milestone_has_words_that_fit_a_column():
    assert set(WORDS) == set(Milestone) - {Milestone.NOTICE}
    assert max(map(len, WORDS.values())) <= 22


@given(st.text(max_size=60), st.text(max_size=60), st.integers(40, 200), st.booleans())
def test_no_text_of_a_shop_breaks_a_line_or_steers_the_terminal(title, description, width, watched):
    line = some_line(title=title, milestone=None, description=description, number="AA1", stage=description)
    shown = printed(line, line, width=width, watched=watched)
    assert len(shown) == 3
    assert [text for text in shown if plain(text) != text] == []


def test_who_must_sign_in_is_said_before_all_parcels():
    first, *rest = printed(some_line(), needs=[Need("bazaar", "default", Outcome.CHALLENGE, NOW)], width=200)
    assert first.startswith("bazaar account default needs you")
    assert len(rest) == 2


# --- the commands --------------------------------------------------------------------------------------


@pytest.fixture
def bought(database):
    """A database with a parcel long delivered, one under way with its order, and an order without one."""
    with open_store(database) as db:
        old = "2020-01-01T00:00:00Z"
        put(db, "parcels", **parcel(id="OLD1", title="Kettle", stage="delivered", delivered_at=old))
        put(db, "parcels", **parcel(id="LP1", title="Lamp and 1 more"))
        put(db, "tracking_numbers", number="LP1", parcel_id="LP1", role="shipment")
        put(db, "tracking_numbers", number="UX1", parcel_id="LP1", role="last_mile", carrier="Correos")
        put_order(db, ORDER, "LP1", store="Lamp\x1b[31m Store", placed_on="2026-02-20", total="8.30",
                  currency="EUR", status="Awaiting delivery", protection_ends_on="2099-05-10")  # fmt: skip
        item = {"order_id": ORDER, "position": 0, "title": "Lamp", "sku": "Color:Blue", "quantity": 3}
        put(db, "order_items", id="i1", **item)
        put(db, "parcel_items", parcel_id="LP1", order_item_id="i1", quantity=2)
        put_order(db, "8190000000000002", state="processing", status="Awaiting shipment", store="Desk Store",
                  placed_on="2026-03-01", protection_text="Refund if late")  # fmt: skip
        put(db, "order_items", id="i2", order_id="8190000000000002", position=0, title="Desk", quantity=1)
        at = visited(db, 2, Outcome.OK, portal="aliexpress")
        seen = {"order_id": "8190000000000002", "position": 0, "seen_at": iso_utc(at), "shown": "{}"}
        visit_id = next(row["id"] for row in db.query("select id from visits"))
        put(db, "order_sightings", visit_id=visit_id, **seen)
    return database


def test_status_leaves_out_what_was_finished_long_ago_and_says_so(crosstrack, bought):
    said = crosstrack("status")
    assert [word in said.stdout for word in ("Lamp and 1 more", "Desk", "Kettle")] == [True, True, False]
    assert said.stderr == "finished over 30 days ago, not shown: 1 (--all)\n"
    assert "Kettle" in crosstrack("status", "--all").stdout


def test_status_as_data_has_the_same_lines_in_the_same_order(crosstrack, bought):
    told = json.loads(crosstrack("status", "--json", "--all").stdout)
    assert [(row["kind"], row["id"], row["urgency"]) for row in told] == [
        ("parcel", "LP1", "under_way"),
        ("order", "8190000000000002", "no_parcel"),
        ("parcel", "OLD1", "finished"),
    ]
    assert (told[0]["number"], told[0]["protection_ends_on"]) == ("UX1", "2099-05-10")
    limited = crosstrack("status", "--json", "--all", "--limit", "1")
    assert json.loads(limited.stdout) == told[:1]
    assert "not shown: 2 more" in limited.stderr
    crosstrack("status", "--limit", "0", status=2)


def test_status_names_the_account_that_waits_until_somebody_signs_in(
    crosstrack, bought, tmp_path, monkeypatch
):
    monkeypatch.setenv("CROSSTRACK_SESSIONS", str(tmp_path / "sessions"))
    with open_store(bought) as db:
        at = visited(db, 9, Outcome.CHALLENGE)
    assert crosstrack("status").stdout.startswith("bazaar account default needs you: ")
    need = json.loads(crosstrack("status", "--json").stdout)[0]
    assert (need["kind"], need["portal"], need["outcome"]) == ("account", BAZAAR.name, "challenge")
    save_session(tmp_path / "sessions", session(saved_at=at + timedelta(hours=1)))
    assert "needs you" not in crosstrack("status").stdout


def test_status_of_nothing_says_what_to_do(crosstrack, database):
    crosstrack("add", "AA1")
    assert "collect" in one_line(crosstrack("status"))
    assert json.loads(crosstrack("status", "--json").stdout) == []


def test_show_tells_a_parcels_orders_and_what_of_them_is_in_it(crosstrack, bought):
    text = crosstrack("show", "UX1").stdout
    assert f"order {ORDER} · Lamp [31m Store · placed 2026-02-20 · 8.30 EUR · Awaiting delivery" in text
    assert "protected until 2099-05-10" in text
    assert "2 × Lamp (Color:Blue)" in text
    (told,) = json.loads(crosstrack("show", ORDER, "--json").stdout)
    assert [one["id"] for one in told["orders"]] == [ORDER]
    assert [(item["order_id"], item["title"], item["quantity"]) for item in told["items"]] == [
        (ORDER, "Lamp", 2)
    ]


def test_show_takes_an_order_that_has_no_parcel(crosstrack, bought):
    text = crosstrack("show", " 8190000000000002 ").stdout
    for told in ("2026-03-01", "Awaiting shipment", "Desk Store", "1 × Desk", "Refund if late"):
        assert told in text
    assert "aliexpress default list: 2026-03-16" in text
    (shown,) = json.loads(crosstrack("show", "8190000000000002", "--json").stdout)
    assert (shown["orders"][0]["store"], shown["items"][0]["title"]) == ("Desk Store", "Desk")
    assert "nothing is known" in one_line(crosstrack("show", "8190000000000003", status=2))


def test_days_are_counted_from_the_date_that_is_given():
    line = parcel_line(parcel(), [order(protection_ends_on="2026-04-01")], [], None, 0, date(2026, 3, 30))
    assert (line.protection_days_left, line.urgency) == (2, Urgency.PROTECTION)
