"""Which visits are due. Portals have real names, for their countries; what they accept is made up here."""

from datetime import UTC, datetime

import pytest

from collector.plan import Due, Wanted, due_visits
from collector.store.facts import Visit, follow, forget, store_visit
from scrapers.contract import Canonical, Confidence, Portal
from scrapers.words import Outcome
from tests.collector.worlds import contents, event, naming, record, take_in

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
EVERYTHING = Wanted()


class Sure(Portal):
    """As sure of every number as it is told."""

    def __init__(self, **levels):
        self.levels = levels

    def accepts(self, number):
        return Confidence(self.levels.get(number, self.levels.get("any", 0.0)), "it looks so")


def due(db, portals, wanted=EVERYTHING, done=()):
    return [(d.portal, d.number) for d in due_visits(db, portals, wanted=wanted, done=done)]


def visited(db, portal, number, outcome):
    store_visit(db, None, Visit(portal, number, NOW, "browser", outcome, complete=True), Canonical())


def test_nothing_followed_nothing_due(db):
    take_in(db, [record(number="AA1", events=[event("2026-02-27 13:05:11")])])
    assert due(db, {"usps": Sure(any=1.0)}) == []


def test_due_are_the_portals_that_may_know_a_number_sorted_and_with_the_reason(db):
    for number in ("BB2", "AA1"):
        follow(db, number, NOW, {})
    portals = {"usps": Sure(any=0.9), "correos": Sure(AA1=0.5), "cainiao": Sure(any=0.1)}
    assert due_visits(db, portals, wanted=EVERYTHING) == [
        Due("correos", "AA1", "it looks so"),
        Due("usps", "AA1", "it looks so"),
        Due("usps", "BB2", "it looks so"),
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
