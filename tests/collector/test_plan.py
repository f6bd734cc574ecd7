"""Which visits are due. Portals have real names, for their countries; what they accept is made up here."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.cadence import ANSWERS, WEEK
from collector.cadence_rules import SHORTEST
from collector.derive import Deriver
from collector.plan import TOGETHER, Due, Wanted, arriving_orders, due_visits, recipients
from collector.store.corrections import correct
from collector.store.facts import Visit, follow, forget, store_visit
from collector.worth import Worth
from scrapers import portals as real_portals
from scrapers.contract import Canonical, Confidence, Portal, Recipient
from scrapers.shop import Shop
from scrapers.words import Outcome
from tests.collector.worlds import ORDER, blank, contents, event, naming, record, take_in

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
EVERYTHING = Wanted()


class Sure(Portal):
    """As sure of every number as it is told."""

    def __init__(self, **levels):
        self.levels = levels

    def accepts(self, number):
        return Confidence(self.levels.get(number, self.levels.get("any", 0.0)), "it looks so")


class Store(Sure, Shop):
    """A shop that, wrongly, is sure of numbers."""


def due(db, portals, wanted=EVERYTHING, done=(), now=LATER):
    return [(d.portal, d.number) for d in due_visits(db, portals, wanted=wanted, done=done, now=now)]


def visited(db, portal, number, outcome, now=NOW):
    store_visit(db, None, Visit(portal, number, now, "browser", outcome, complete=True), Canonical())


def test_nothing_followed_nothing_due(db):
    take_in(db, [record(number="AA1", events=[event("2026-02-27 13:05:11")])])
    assert due(db, {"usps": Sure(any=1.0)}) == []


def test_due_are_the_portals_that_may_know_a_number_sorted_and_with_the_reason(db):
    for number in ("BB2", "AA1"):
        follow(db, number, NOW, {})
    portals = {
        "usps": Sure(any=0.9),
        "correos": Sure(AA1=0.5),
        "cainiao": Sure(any=0.1),
        "shop": Store(any=1),
    }
    assert due_visits(db, portals, wanted=EVERYTHING, now=NOW) == [
        Due("correos", "AA1", "it looks so", Worth.NEVER_ASKED),
        Due("usps", "AA1", "it looks so", Worth.NEVER_ASKED),
        Due("usps", "BB2", "it looks so", Worth.NEVER_ASKED),
    ]


def test_a_number_of_no_known_form_goes_to_the_portals_surest_of_it_but_never_to_one_that_rules_it_out(db):
    follow(db, "AA1", NOW, {})
    assert due(db, {"usps": Sure(any=0.2), "correos": Sure(any=0.2), "cainiao": Sure(any=0.1)}) == [
        ("correos", "AA1"),
        ("usps", "AA1"),
    ]
    assert due(db, {"usps": Sure(any=0.0)}) == []
    assert due(db, {}) == []


def test_numbers_joined_to_a_followed_one_are_due_with_it(db):
    take_in(db, [naming("AA1", "BB2"), record("correos", "BB2"), record(number="CC3")])
    follow(db, "BB2", NOW, {})
    assert due(db, {"usps": Sure(any=1.0)}) == [("usps", "AA1"), ("usps", "BB2")]


def test_a_forgotten_number_is_not_due_even_beside_a_followed_one(db):
    take_in(db, [naming("AA1", "BB2")])
    follow(db, "AA1", NOW, {})
    follow(db, "BB2", NOW, {})
    forget(db, "BB2", NOW)
    assert due(db, {"usps": Sure(any=1.0)}) == [("usps", "AA1")]
    forget(db, "AA1", NOW)
    assert due(db, {"usps": Sure(any=1.0)}) == []


@pytest.mark.parametrize(
    ("outcome", "asked"),
    [
        (Outcome.OK, True),
        (Outcome.NO_EVENTS_YET, True),
        (Outcome.NOT_FOUND, False),
        (Outcome.CHALLENGE, False),
    ],
)
def test_a_portal_that_has_shown_a_number_is_asked_again_however_unsure(db, outcome, asked):
    follow(db, "AA1", NOW, {})
    visited(db, "cainiao", "AA1", outcome)
    assert (("cainiao", "AA1") in due(db, {"cainiao": Sure(any=0.1), "usps": Sure(any=1.0)})) == asked


def test_a_carrier_of_a_country_the_parcel_does_not_touch_must_be_surer(db):
    take_in(db, [record(number="AA1", origin_country="CN", destination_country="ES")])
    follow(db, "AA1", NOW, {})
    portals = {
        "correos": Sure(any=0.3),
        "usps": Sure(any=0.8),
        "somewhere": Sure(any=0.5),
        "cainiao": Sure(any=0.3),
    }
    visited(db, "none", "AA1", Outcome.OK)
    assert {portal for portal, _ in due(db, portals)} == {"cainiao", "correos", "somewhere"}
    assert ("usps", "AA1") in due(db, portals | {"usps": Sure(any=0.95)})


def test_a_run_can_be_limited_to_numbers_of_a_parcel_and_to_portals(db):
    take_in(db, [naming("AA1", "BB2"), record(number="CC3")])
    for number in ("AA1", "CC3"):
        follow(db, number, NOW, {})
    portals = {"usps": Sure(any=1.0), "correos": Sure(any=1.0), "somewhere": Sure()}
    assert due(db, portals, Wanted(portals=frozenset({"usps"}))) == [
        (("usps"), n) for n in ("AA1", "BB2", "CC3")
    ]
    of_parcel = due(db, portals, Wanted(numbers=frozenset({"BB2"})))
    assert {number for _, number in of_parcel} == {"AA1", "BB2"}
    asked = Wanted(frozenset({"CC3"}), frozenset({"somewhere"}))
    assert due(db, portals, asked) == [("somewhere", "CC3")]


def test_what_is_done_is_not_due_again_and_planning_changes_nothing(db):
    follow(db, "AA1", NOW, {})
    before = contents(db, ("followed", "portal_state", "visits"))
    portals = {"usps": Sure(any=1.0), "correos": Sure(any=1.0)}
    assert due(db, portals, done={("usps", "AA1")}) == [("correos", "AA1")]
    assert contents(db, ("followed", "portal_state", "visits")) == before


# --- parcels of orders, candidates, shops ---------------------------------------------------------------

SURE = {"usps": Sure(any=1.0)}


def test_parcels_of_orders_are_followed_without_being_asked_for(db):
    take_in(db, [naming("AA1", "BB2", order_ids=[ORDER]), record(number="CC3")])
    assert due(db, SURE) == [("usps", "AA1"), ("usps", "BB2")]


def test_a_parcel_of_an_order_is_forgotten_by_any_of_its_numbers(db):
    take_in(db, [naming("AA1", "BB2", order_ids=[ORDER])])
    follow(db, "BB2", NOW, {})
    forget(db, "BB2", NOW)
    assert due(db, SURE) == []
    follow(db, "AA1", NOW, {})
    assert due(db, SURE) == [("usps", "AA1")]


def test_a_candidate_is_due_with_the_number_it_is_proposed_for_until_the_user_says_no(db):
    take_in(db, [naming("AA1", "BB2", portal="parcelsapp")])
    assert due(db, SURE) == []
    follow(db, "AA1", NOW, {})
    assert due(db, SURE) == [("usps", "AA1"), ("usps", "BB2")]
    correct(db, "unlink", ("AA1", "BB2"), NOW, None)
    Deriver(db, real_portals()).derive(["AA1"])
    assert due(db, SURE) == [("usps", "AA1")]


def test_a_collective_number_and_a_forgotten_candidate_are_no_candidates(db):
    take_in(db, [naming(n, "BAG") for n in ("AA1", "BB2", "CC3")])
    take_in(db, [naming("AA1", "DD4", portal="parcelsapp", seen_at="2026-03-01T11:00:00Z")])
    follow(db, "AA1", NOW, {})
    follow(db, "DD4", NOW, {})
    forget(db, "DD4", NOW)
    assert due(db, SURE) == [("usps", "AA1")]


def test_shops_are_never_asked_about_numbers_even_those_their_pages_have_shown(db):
    follow(db, "AA1", NOW, {})
    visited(db, "shop", "AA1", Outcome.OK)
    known = SURE | {"shop": Store(any=1.0)}
    assert due(db, known) == [("usps", "AA1")]
    assert due(db, known, Wanted(frozenset({"AA1"}), frozenset({"shop", "usps"}))) == [("usps", "AA1")]


# --- cadence --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "hours", "expected"),
    [
        (Outcome.OK, 0.9, False),
        (Outcome.OK, 1, True),
        (Outcome.NO_EVENTS_YET, 1, True),
        (Outcome.NOT_FOUND, 20, False),
        (Outcome.NOT_FOUND, 24, True),
        (Outcome.INPUT_NEEDED, 20, False),
        (Outcome.UNAVAILABLE, 0.9, False),
        (Outcome.UNAVAILABLE, 1, True),
        (Outcome.LAYOUT_CHANGED, 1, True),
        (Outcome.CHALLENGE, 1, True),
    ],
)
def test_a_number_is_due_again_as_the_last_answer_has_it_unless_it_is_asked_for(db, outcome, hours, expected):
    follow(db, "AA1", NOW, {})
    visited(db, "usps", "AA1", outcome)
    now = NOW + timedelta(hours=hours)
    assert bool(due(db, SURE, now=now)) == expected
    assert due(db, SURE, Wanted(numbers=frozenset({"AA1"})), now=NOW) == [("usps", "AA1")]
    assert bool(due(db, SURE, Wanted(portals=frozenset({"usps"})), now=now)) == expected


def test_each_portal_is_due_for_itself(db):
    follow(db, "AA1", NOW, {})
    visited(db, "usps", "AA1", Outcome.NOT_FOUND)
    visited(db, "cainiao", "AA1", Outcome.OK)
    known = {name: Sure(any=1.0) for name in ("usps", "cainiao", "correos")}
    now = NOW + timedelta(hours=2)
    assert due(db, known, now=now) == [("cainiao", "AA1"), ("correos", "AA1")]


@pytest.mark.parametrize(("days", "expected"), [(1, False), (2, True), (9, True), (12, False), (300, False)])
def test_a_delivered_parcel_is_looked_at_a_few_times_more(db, days, expected):
    shown = [event("2026-02-28 10:00:00", "Delivered", code="GTMS_SIGNED", utc_offset="+00:00")]
    take_in(db, [record(number="AA1", events=shown)])
    follow(db, "AA1", NOW, {})
    assert bool(due(db, {"cainiao": Sure(any=1.0)}, now=NOW + timedelta(days=days))) == expected
    assert due(db, SURE, now=NOW + timedelta(days=days)) == [("usps", "AA1")], "which was never asked"


def test_a_number_used_again_is_due_by_its_new_parcel(db):
    old = [event("2024-02-20 10:00:00", "Delivered", code="GTMS_SIGNED", utc_offset="+00:00")]
    new = [event("2026-02-28 10:00:00", "Leave the warehouse", utc_offset="+08:00")]
    take_in(db, [record(number="AA1", seen_at="2024-03-01T10:00:00Z", events=old)])
    follow(db, "AA1", NOW, {})
    assert due(db, {"cainiao": Sure(any=1.0)}) == []
    take_in(db, [record(number="AA1", events=new)])
    assert due(db, {"cainiao": Sure(any=1.0)}) == [("cainiao", "AA1")]


@settings(max_examples=50, deadline=None)
@given(
    answers=st.dictionaries(
        st.sampled_from(["AA1", "BB2", "CC3"]), st.lists(st.sampled_from(Outcome), min_size=1, max_size=4)
    ),
    pauses=st.lists(st.integers(10, 2000), min_size=40, max_size=40),
)
def test_over_many_runs_no_number_is_asked_too_soon_and_none_is_left_out(answers, pauses):
    with closing(blank()) as db:
        made = {number: [] for number in answers}
        now = NOW
        for number in answers:
            follow(db, number, now, {})
        for minutes in pauses:
            for _, number in due(db, SURE, now=now):
                outcome = answers[number][len(made[number]) % len(answers[number])]
                visited(db, "usps", number, outcome, now)
                made[number].append(now)
            now += timedelta(minutes=minutes)
    for number, visits in made.items():
        gaps = [b - a for a, b in zip(visits, [*visits[1:], now], strict=True)]
        assert visits[0] == NOW
        assert all(gap >= SHORTEST for gap in gaps[:-1])
        assert all(gap <= WEEK + timedelta(minutes=2000) for gap in gaps)
        if not (ANSWERS | {Outcome.LAYOUT_CHANGED}) & set(answers[number]):
            assert all(gap <= SHORTEST + timedelta(minutes=2000) for gap in gaps)


def test_a_carrier_named_for_a_number_is_asked_about_it(db):
    take_in(db, [record("17track", "AA1", events=[event("2026-02-27 13:05:11") | {"relayed_from": "USPS"}])])
    follow(db, "AA1", NOW, {})
    assert due_visits(
        db, {"usps": Sure(any=0.05), "correos": Sure(any=0.05)}, wanted=EVERYTHING, now=LATER
    ) == [Due("usps", "AA1", "17TRACK names it as the carrier", Worth.NEVER_ASKED)]


def test_what_the_owner_told_of_the_recipient_holds_for_every_number_of_the_parcel(db):
    take_in(db, [naming("AA1", "BB2"), record("correos", "BB2"), record(number="CC3")])
    follow(db, "AA1", NOW, {"postcode": "28013"})
    follow(db, "CC3", NOW, {})
    follow(db, "DD4", NOW, {"country": "NL", "postcode": "1012 AB"})
    found = recipients(db)
    assert (found["AA1"].postcode, found["BB2"].postcode) == ("28013", "28013")
    assert found["DD4"] == Recipient("1012 AB", "NL")
    assert "CC3" not in found


# --- all, orders, together ------------------------------------------------------------------------------

ARRIVED = [event("2026-02-28 10:00:00", "Arrived", code="CC_IM_START", utc_offset="+00:00")]


def test_all_means_whatever_is_followed_due_or_not(db):
    for number in ("AA1", "BB2"):
        follow(db, number, NOW, {})
        visited(db, "usps", number, Outcome.OK)
    assert due(db, SURE, now=NOW) == []
    assert due(db, SURE, Wanted(everything=True), now=NOW) == [("usps", "AA1"), ("usps", "BB2")]


def test_an_order_means_its_parcels_whenever_they_were_visited(db):
    take_in(db, [naming("AA1", "BB2", order_ids=[ORDER]), record(number="CC3")])
    follow(db, "CC3", NOW, {})
    visited(db, "usps", "AA1", Outcome.OK)
    assert due(db, SURE, Wanted(orders=frozenset({ORDER})), now=NOW) == [("usps", "BB2"), ("usps", "AA1")]
    assert due(db, SURE, Wanted(orders=frozenset({"1"})), now=NOW) == []


def arrived(db, stage="customs"):
    """A parcel of an order, in that stage, that two portals have shown at different times."""
    take_in(db, [record(number="AA1", order_ids=[ORDER], events=ARRIVED)])
    visited(db, "usps", "AA1", Outcome.OK, NOW)
    visited(db, "correos", "AA1", Outcome.OK, NOW - timedelta(hours=9))
    db["parcels"].update("AA1", {"stage": stage, "last_event_at": "2026-01-25T10:00:00Z"})


BOTH = {"usps": Sure(any=1.0), "correos": Sure(any=1.0)}


@pytest.mark.parametrize(("stage", "expected"), [("customs", True), ("last_mile", True), ("origin", False)])
def test_what_has_arrived_is_read_on_every_portal_in_the_same_run(db, stage, expected):
    """It has been quiet for a month, so each is due once a day: one of them now, one nine hours later."""
    arrived(db, stage)
    now = NOW + timedelta(hours=13)
    made = due_visits(db, BOTH, wanted=EVERYTHING, now=now)
    assert [(d.portal, d.reason) for d in made] == [
        ("correos", "it has shown this number before"),
        *([("usps", TOGETHER)] if expected else []),
    ]
    assert arriving_orders(db, made) == (frozenset({ORDER}) if expected else frozenset())


def test_it_is_read_with_the_shop_too_but_not_twice_within_the_hour(db):
    arrived(db)
    now = NOW + timedelta(hours=2)
    assert due(db, BOTH, now=now) == []
    visited(db, "shop", "AA1", Outcome.OK, now)
    together = due_visits(db, BOTH, wanted=EVERYTHING, now=now, since=now)
    assert [d.portal for d in together] == ["correos", "usps"]
    assert due_visits(db, BOTH, wanted=EVERYTHING, now=now, since=now, done={("usps", "AA1")}) == [
        replace(together[0])
    ]
    visited(db, "usps", "AA1", Outcome.OK, now - timedelta(minutes=30))
    assert [d.portal for d in due_visits(db, BOTH, wanted=EVERYTHING, now=now, since=now)] == ["correos"]


def test_what_is_worth_most_comes_first_and_who_waits_long_moves_up(db):
    stages = {"AA1": "origin", "BB2": "last_mile", "CC3": "origin", "DD4": "pickup", "EE5": "origin"}
    for number in stages:
        take_in(db, [record(number=number, order_ids=[number] if number == "EE5" else [], events=ARRIVED)])
        follow(db, number, NOW, {})
        visited(db, "usps", number, Outcome.OK, NOW - timedelta(days=20 if number == "CC3" else 1))
    for number, stage in stages.items():
        db["parcels"].update(number, {"stage": stage})
    db["orders"].update("EE5", {"state": "shipped", "protection_ends_on": "2026-03-05"})
    made = due_visits(db, SURE, wanted=EVERYTHING, now=NOW)
    assert [d.number for d in made] == ["CC3", "EE5", "BB2", "DD4", "AA1"]
    assert [d.worth for d in made][1:3] == [Worth.PROTECTION_ENDS, Worth.NEAR_ITS_OWNER]
