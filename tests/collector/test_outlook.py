"""What a run would do and leave out, when something is due next, and how portals and sessions stand."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.account.sessions import save_session
from collector.outlook import next_due, planned
from collector.plan import Wanted
from collector.politeness import PortalState
from collector.signed_in import SessionAge, accounts_asked, session_ages
from collector.store.facts import Visit, follow, store_visit
from collector.store.portal_states import keep_portal_state
from collector.store.troubles import Trouble, troubles
from collector.summary import Summary
from scrapers.contract import Canonical, Confidence, Politeness, Portal
from scrapers.words import Outcome
from tests.collector.accounts import BAZAAR, session

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


class Carrier(Portal):
    """Knows every number, and may be asked three times a day."""

    name = "usps"
    politeness = Politeness(60, 3, "for tests")

    def accepts(self, number):
        return Confidence(1.0, "it looks so")


class Market(type(BAZAAR)):
    """A shop that may be asked often."""

    politeness = Politeness(1, 100, "for tests")


PORTALS = {"usps": Carrier()}
HOUR = timedelta(hours=1)


def visited(db, number, outcome=Outcome.OK, at=NOW, **more):
    store_visit(db, None, Visit("usps", number, at, "browser", outcome, complete=True, **more), Canonical())


def plan(db, accounts=(), now=NOW, wanted=None, deadline=2 * HOUR):
    return planned(db, PORTALS, accounts, wanted=wanted or Wanted(), now=now, deadline=deadline)


def follow_all(db, *numbers):
    for number in numbers:
        follow(db, number, NOW, {})


def test_the_plan_has_every_visit_with_its_reason_and_what_the_budget_leaves_out(db):
    follow_all(db, "AA1", "BB2", "CC3", "DD4")
    visited(db, "BB2", at=NOW - 2 * HOUR)
    keep_portal_state(db, PortalState("usps", "2026-03-01", 1))
    made = plan(db)
    assert [(p.number, p.put_off) for p in made] == [
        ("AA1", None),
        ("CC3", None),
        ("DD4", "its budget of 3 a day will be used up"),
        ("BB2", "its budget of 3 a day will be used up"),
    ]
    assert (made[0].reason, made[0].worth) == ("it looks so", "this portal was never asked about it")
    assert (made[3].last_visit_at, made[3].worth) == (NOW - 2 * HOUR, None)


def test_a_portal_that_is_left_alone_and_a_run_that_is_too_short_leave_visits_out(db):
    follow_all(db, "AA1", "BB2")
    assert [p.put_off for p in plan(db, deadline=timedelta(seconds=30))] == [
        None,
        "the run's time will be over",
    ]
    keep_portal_state(db, PortalState("usps", not_before_at=NOW + HOUR))
    assert {p.put_off for p in plan(db)} == {"left alone until 2026-03-01 11:00 UTC"}


def test_accounts_come_with_their_list_and_their_orders(db):
    row = {"marketplace": BAZAAR.name, "account": "default", "state": "shipped", "placed_on": "2026-02-20"}
    db["orders"].insert_all([{"id": "1", **row}, {"id": "2", **row}])
    accounts = [(Market(), "default")]
    every_page = ["tracking", "tracking", "detail", "detail"]
    assert [p.page for p in plan(db, accounts)] == ["list", *every_page]
    only = plan(db, accounts, wanted=Wanted(orders=frozenset({"2"})))
    assert [(p.order_id, p.page) for p in only] == [("2", "tracking"), ("2", "detail")]


def test_next_due_is_the_first_moment_a_visit_is_due_and_may_be_made(db):
    def due():
        return next_due(db, PORTALS, [], now=NOW)

    assert due() is None
    follow_all(db, "AA1")
    assert due() == NOW
    visited(db, "AA1")
    assert due() == NOW + HOUR
    keep_portal_state(db, PortalState("usps", not_before_at=NOW + 3 * HOUR))
    assert due() == NOW + 3 * HOUR
    keep_portal_state(db, PortalState("usps", "2026-03-01", 3))
    assert due() == datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([Outcome.OK, Outcome.NOT_FOUND], None),
        ([Outcome.UNAVAILABLE, Outcome.OK], None),
        ([Outcome.OK, Outcome.UNAVAILABLE, Outcome.CHALLENGE], (1, 2, Outcome.CHALLENGE)),
        ([Outcome.LAYOUT_CHANGED], (0, 1, Outcome.LAYOUT_CHANGED)),
    ],
)
def test_a_portal_is_in_trouble_since_its_first_visit_without_an_answer(db, outcomes, expected):
    for hours, outcome in enumerate(outcomes):
        visited(db, "AA1", outcome, NOW + hours * HOUR)
    keep_portal_state(db, PortalState("usps", not_before_at=NOW + 9 * HOUR))
    found = troubles(db, NOW)
    if expected is None:
        assert found == []
    else:
        since, visits, outcome = expected
        assert found == [Trouble("usps", None, NOW + since * HOUR, visits, outcome, NOW + 9 * HOUR)]
        assert troubles(db, NOW + 10 * HOUR)[0].until is None


def test_each_account_is_in_trouble_for_itself(db):
    visited(db, "AA1", Outcome.LOGIN_REQUIRED, account="one")
    visited(db, "AA1", Outcome.OK, account="two")
    assert [(t.portal, t.account) for t in troubles(db, NOW)] == [("usps", "one")]


def test_how_old_sessions_are_is_told_without_what_is_in_them(tmp_path):
    folder, known = tmp_path / "sessions", {"usps": Carrier(), BAZAAR.name: BAZAAR}
    kept = session()
    save_session(folder, kept)
    (age,) = session_ages(known, folder)
    assert (age.portal, age.account, age.saved_at) == (BAZAAR.name, kept.account, kept.saved_at)
    (folder / f"{BAZAAR.name}.{kept.account}.json").write_text("{}")
    assert session_ages(known, folder) == [SessionAge(BAZAAR.name, kept.account)]
    assert list(accounts_asked(known, Wanted(numbers=frozenset({"AA1"})), folder)) == []
    assert list(accounts_asked(known, Wanted(portals=frozenset({"usps"})), folder)) == []
    assert session_ages(known, None) == []


def test_a_summary_is_one_line_and_plain_data():
    summary = Summary(new={"events": 2, "numbers": 0}, put_off=3, next_due=NOW)
    summary.outcomes["ok"] = 4
    summary.in_trouble = [Trouble("usps", None, NOW, 2, Outcome.UNAVAILABLE, None)]
    summary.sessions = [SessionAge("bazaar", "default", NOW)]
    assert summary.line() == (
        "visits: 4 ok; +2 events, +0 numbers; put off: 3; "
        "in trouble: usps (unavailable since 2026-03-01 10:00); next due 2026-03-01 10:00 UTC"
    )
    data = summary.as_json()
    assert (data["next_due"], data["in_trouble"][0]["since"]) == ("2026-03-01T10:00:00Z",) * 2
    assert (data["sessions"][0]["saved_at"], data["put_off"]) == ("2026-03-01T10:00:00Z", 3)
