"""One portal's turn: when its visits begin, how many are under way, and that its budget holds."""

import asyncio
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from collector import collect_numbers
from collector.browser import Browser
from collector.collect_numbers import PortalTurn
from collector.derive import Deriver
from collector.keeping import Keeper
from collector.limits import Limits
from collector.politeness import permit
from collector.store.facts import begin_run
from collector.store.opening import writing
from collector.store.portal_states import portal_state
from collector.summary import Summary
from collector.visit import Visited
from scrapers import portals
from scrapers.contract import Politeness
from scrapers.words import Outcome
from tests.year.hours import RunClock, skipped_waiting

BEGAN = datetime(2026, 3, 10, 8, tzinfo=UTC)
NUMBERS = [f"RR12345678{n}ES" for n in range(6)]


class Visits:
    """Visits that last `seconds`; when each began, and the most that were under way.

    `outcomes` of those that are not NOT_FOUND, by number; None for one that ends in a bug.
    """

    def __init__(self, seconds, clock, outcomes):
        self.seconds, self.clock, self.outcomes = seconds, clock, outcomes
        self.began, self.under_way, self.most = [], 0, 0

    async def __call__(self, browser, portal, number, **how):
        self.began.append(round((self.clock.true - BEGAN).total_seconds()))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(self.seconds)
        self.under_way -= 1
        outcome = self.outcomes.get(number, Outcome.NOT_FOUND)
        if outcome is None:
            raise ZeroDivisionError
        return Visited(
            portal=portal.name,
            tracking_number=number,
            seen_at=self.clock(),
            outcome=outcome,
            complete=False,
            pages=(),
            readings=(),
            attempts=1,
            duration_ms=1000 * self.seconds,
            viewer_zone="UTC",
            viewer_offset_minutes=0,
            language="en",
            server_date=None,
            blocked_hosts=(),
            error=None,
        )


@pytest.fixture
def turn(db, monkeypatch):
    """Make a turn with visits of so many seconds; gives them, and how many were put off when."""

    def make(seconds, politeness, outcomes=MappingProxyType({})):
        portal = type(portals()["correos"])()
        monkeypatch.setattr(type(portal), "politeness", politeness)
        clock = RunClock(BEGAN)
        visits, put_off = Visits(seconds, clock, outcomes), []
        monkeypatch.setattr(collect_numbers, "visit", visits)

        def is_put_off(name, left):
            refused = permit(portal_state(db, name), politeness, clock()).refused
            put_off.extend([left] if refused else [])
            return bool(refused)

        async def take():
            known = {portal.name: portal}
            with writing(db):
                run_id = begin_run(db, "collect", BEGAN)
            await PortalTurn(
                keeper=Keeper(db, Deriver(db, known), Summary(), run_id=run_id),
                browser=Browser.__new__(Browser),
                portal=portal,
                numbers=NUMBERS,
                clock=clock,
                sleep=asyncio.sleep,
                limits=Limits(),
                is_put_off=is_put_off,
            ).take()

        with skipped_waiting():
            asyncio.run(take())
        return visits, put_off

    return make


def test_the_pause_counts_from_beginning_to_beginning(turn):
    visits, _ = turn(3, Politeness(5, 100, "test"))
    assert visits.began == [0, 5, 10, 15, 20, 25]


def test_a_portal_that_is_slower_than_its_pause_is_left_alone_after_its_answer(turn):
    visits, _ = turn(8, Politeness(5, 100, "test"))
    assert visits.began == [0, 13, 26, 39, 52, 65]


def test_several_are_under_way_where_the_portal_takes_it_after_a_first_one_alone(turn):
    visits, _ = turn(8, Politeness(2, 100, "test", at_once=3))
    assert visits.began == [0, 8, 10, 12, 16, 18]
    assert visits.most == 3


def test_the_budget_holds_for_what_is_under_way_together(turn):
    visits, put_off = turn(8, Politeness(0, 4, "test", at_once=6))
    assert len(visits.began) == 4
    assert put_off == [2]


def test_a_refusal_stops_what_has_not_begun(turn):
    refused = dict.fromkeys(NUMBERS, Outcome.CHALLENGE)
    visits, put_off = turn(8, Politeness(0, 100, "test", at_once=2), refused)
    assert len(visits.began) == 1
    assert put_off == [5]


def test_a_refusal_of_one_of_several_stops_them_all(turn):
    visits, put_off = turn(8, Politeness(2, 100, "test", at_once=2), {NUMBERS[1]: Outcome.CHALLENGE})
    assert visits.began == [0, 8, 10]
    assert put_off == [3]


def kept(db):
    return [one["tracking_number"] for one in db.query("select tracking_number from visits order by 1")]


def test_what_several_brought_is_all_kept(turn, db):
    turn(8, Politeness(0, 100, "test", at_once=3))
    assert kept(db) == NUMBERS


def test_what_was_brought_is_kept_where_another_visit_ends_in_a_bug(turn, db):
    with pytest.raises(ZeroDivisionError):
        turn(8, Politeness(2, 100, "test", at_once=2), {NUMBERS[3]: None})
    assert kept(db) == NUMBERS[:3]
