"""Whole runs: a real Chromium, simulated portals under real host names, and what the database holds."""

import asyncio
import os
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

import fixtures
from collector.browser import BrowserOptions
from collector.browser.finding import BrowserMissing, find_browser
from collector.collect import Collecting, collect
from collector.derive import DERIVED_TABLES, Deriver
from collector.errors import ExitStatus
from collector.limits import Limits
from collector.plan import Wanted
from collector.politeness import PortalState
from collector.store.facts import follow
from collector.store.opening import open_store
from collector.store.portal_states import keep_portal_state
from fixtures import messages
from scrapers import portals
from tests.browser.story import story_portals

pytestmark = pytest.mark.browser

SPAIN, OHIO = "LP00712345678901", "LP00798765432109"
CORREOS, USPS = "UX482103756ES", "9290361234700182736452"
FIRST, SECOND = date(2026, 3, 10), date(2026, 3, 16)
QUICK = Limits(
    navigation_seconds=15, state_seconds=10, settle_seconds=1, call_seconds=10, close_seconds=5, attempts=2
)


@pytest.fixture(scope="module", autouse=True)
def _needs_browser():
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))


class World:
    """One database and one set of portals; `collect` is a run on a simulated day."""

    def __init__(self, db, sites):
        self.db = db
        self.sites = sites
        self.pauses = []

    def collect(self, day, *, wanted=None, hour=20):
        self.sites.today = day
        now = datetime.combine(day, time(hour), UTC)

        def clock():
            nonlocal now
            now += timedelta(seconds=1)
            return now

        async def sleep(seconds):
            self.pauses.append(seconds)
            await asyncio.sleep(0)

        options = BrowserOptions(arguments=tuple(self.sites.chromium_arguments))
        given = Collecting(options, QUICK, wanted or Wanted(), clock, sleep)
        return collect(self.db, story_portals(), given)

    def follow(self, *numbers):
        with self.db.atomic():
            for number in numbers:
                follow(self.db, number, datetime(2026, 3, 9, tzinfo=UTC), {})

    def rows(self, sql, *values):
        return list(self.db.query(sql, list(values)))

    def dump(self, tables, without=()):
        return {
            table: sorted(
                repr([value for column, value in row.items() if column not in without])
                for row in self.rows(f"select * from {table}")
            )
            for table in tables
        }


@contextmanager
def world(tmp_path, sites):
    with open_store(tmp_path / "crosstrack.db") as db:
        yield World(db, sites)


@pytest.fixture
def demo(tmp_path):
    with fixtures.demo_portals() as sites, world(tmp_path, sites) as made:
        yield made


def test_two_days_of_two_parcels_end_in_one_history_with_its_disagreements(demo):
    demo.follow(SPAIN, OHIO)
    first = demo.collect(FIRST)
    assert first.exit_status is ExitStatus.DONE
    demo.collect(SECOND)
    numbers = {(r["number"], r["role"]) for r in demo.rows("select * from tracking_numbers")}
    assert numbers == {
        (SPAIN, "shipment"),
        (CORREOS, "last_mile"),
        (OHIO, "shipment"),
        (USPS, "last_mile"),
    }
    assert len(demo.rows("select * from parcels")) == 2
    kinds = {(r["portal_a"], r["portal_b"], r["kind"]) for r in demo.rows("select * from disagreements")}
    assert {
        ("cainiao", "correos", "conflict"),
        ("cainiao", "correos", "zone_label"),
        ("cainiao", "usps", "zone_label"),
        ("cainiao", "usps", "precision"),
        ("cainiao", "cainiao", "revision"),
    } <= kinds
    assert demo.rows("select * from observations where withdrawn_at is not null")
    assert demo.rows("pragma foreign_key_check") == []
    before = demo.dump(DERIVED_TABLES)
    Deriver(demo.db, portals()).rebuild()
    assert demo.dump(DERIVED_TABLES) == before


def test_collecting_again_with_nothing_new_changes_nothing_but_runs_and_visits(demo):
    demo.follow(SPAIN)
    demo.collect(FIRST, hour=6)
    seen = ("last_seen_at", "last_visit_id")
    before = demo.dump([*DERIVED_TABLES, "pages", "page_sets"], without=seen)
    visits = demo.rows("select * from visits")
    answered = [visit for visit in visits if visit["outcome"] == "ok"]
    assert answered
    summary = demo.collect(FIRST, hour=20)
    assert summary.new == {"orders": 0, "events": 0, "numbers": 0, "disagreements": 0}
    assert len(demo.rows("select * from visits")) == len(visits) + len(answered)  # who knew nothing rests
    assert len(demo.rows("select * from runs")) == 2
    assert demo.dump([*DERIVED_TABLES, "pages", "page_sets"], without=seen) == before


@pytest.mark.fault(
    "A portal answers 503 all through a run",
    "The others are read; it is asked again in the next run and makes up for it",
    layer="portal",
    exit_status="1, then 0",
)
def test_a_portal_that_fails_costs_the_others_nothing(demo):
    demo.follow(SPAIN, OHIO)
    demo.sites.fail("tools.usps.com", USPS, [messages.refusal(503)] * 2)
    summary = demo.collect(FIRST)
    assert summary.exit_status is ExitStatus.SOME_FAILED
    assert summary.outcomes["unavailable"] == 1
    assert any("usps" in trouble and "503" in trouble for trouble in summary.troubles)
    outcomes = {(r["portal"], r["tracking_number"]): r["outcome"] for r in demo.rows("select * from visits")}
    assert outcomes["usps", USPS] == "unavailable"
    assert outcomes["correos", CORREOS] == "ok"
    healed = demo.collect(FIRST, hour=22)
    assert healed.exit_status is ExitStatus.DONE
    assert demo.rows("select * from observations where portal = 'usps'")


@pytest.mark.fault(
    "429 with `Retry-After` of two hours",
    "Runs within two hours do not ask it, the first one after them does",
    layer="portal",
    exit_status="1, then 0",
)
def test_a_portal_that_asks_for_a_pause_is_left_alone_for_as_long(demo):
    demo.follow(OHIO)
    demo.sites.fail("global.cainiao.com", OHIO, [messages.refusal(429, retry_after_s=7200)])
    demo.collect(FIRST, hour=10)
    asked = len([r for r in demo.sites.requests if r.host == "global.cainiao.com"])
    demo.collect(FIRST, hour=11)
    assert len([r for r in demo.sites.requests if r.host == "global.cainiao.com"]) == asked
    summary = demo.collect(FIRST, hour=13)
    assert summary.outcomes["ok"] == 2


@pytest.mark.fault(
    "A slider in place of the parcel",
    "It is handed to the person; the next run does not ask",
    layer="portal",
    exit_status="3",
)
def test_a_challenge_is_handed_to_the_human_and_not_tried_again(demo):
    demo.follow(OHIO)
    demo.sites.fail("global.cainiao.com", OHIO, [fixtures_slider()] * 4)
    summary = demo.collect(FIRST, hour=1)
    assert summary.exit_status is ExitStatus.HUMAN_NEEDED
    (visit,) = demo.rows("select * from visits")
    assert (visit["outcome"], visit["attempts"]) == ("challenge", 1)
    assert demo.collect(FIRST, hour=2).outcomes.total() == 0


def fixtures_slider():
    from fixtures.sites import cainiao

    return cainiao.soft_block()


def test_portals_are_asked_one_number_at_a_time_with_the_pause_they_declare(demo):
    demo.follow("LP00766600002222", "LP00755500001111")
    demo.collect(FIRST)
    (pause,) = demo.pauses
    assert 20 < pause <= portals()["cainiao"].politeness.seconds_between
    outcomes = {r["outcome"] for r in demo.rows("select * from visits")}
    assert outcomes == {"not_found", "no_events_yet"}


def test_several_numbers_share_a_visit_where_the_budget_does_not_suffice(demo):
    demo.follow(SPAIN, OHIO, "LP00766600002222")
    budget = portals()["cainiao"].politeness.per_day
    keep_portal_state(demo.db, PortalState("cainiao", FIRST.isoformat(), budget - 1))
    summary = demo.collect(FIRST, wanted=Wanted(portals=frozenset({"cainiao"})))
    assert summary.outcomes == {"ok": 2, "no_events_yet": 1}, summary.deferred
    assert len([r for r in demo.sites.requests if r.path == "/global/detail.json"]) == 1
    (shared,) = {(r["seen_at"], r["pages"]) for r in demo.rows(SHARED)}
    assert shared[1]
    before = demo.dump(DERIVED_TABLES)
    Deriver(demo.db, portals()).rebuild()
    assert demo.dump(DERIVED_TABLES) == before


SHARED = """
select v.seen_at, group_concat(p.page_id) as pages
from visits as v join visit_pages as p on p.visit_id = v.id group by v.id
"""


@pytest.mark.fault(
    "A portal no longer knows a number that it has shown",
    "It is reported, and no row is withdrawn",
    layer="portal",
    exit_status="0",
)
def test_a_number_that_a_portal_no_longer_knows_loses_nothing_and_is_reported(demo):
    demo.follow(SPAIN)
    demo.collect(FIRST, wanted=Wanted(portals=frozenset({"cainiao"})))
    before = demo.dump(["observations", "events"])
    demo.sites.fail("global.cainiao.com", SPAIN, [unknown_number(SPAIN)] * 2, path="/global/detail.json")
    summary = demo.collect(FIRST, hour=22, wanted=Wanted(portals=frozenset({"cainiao"})))
    assert summary.suspicious == [f"cainiao no longer knows {SPAIN}, which it has shown before"]
    assert demo.dump(["observations", "events"]) == before


def unknown_number(number):
    entry = {"mailNo": number, "mailNoSource": "EXTERNAL", "detailList": []}
    return messages.data({"module": [entry], "success": True})


def captures():
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES is not set")
    return Path(folder)


def test_the_two_captured_days_show_exactly_what_changed_overnight(tmp_path):
    number, portal = "AE010698498", Wanted(portals=frozenset({"cainiao"}))
    with fixtures.captured_portals(captures()) as sites, world(tmp_path, sites) as made:
        made.follow(number)
        made.collect(date(2023, 1, 28), wanted=portal)
        old = {r["id"] for r in made.rows("select id from observations")}
        made.collect(date(2023, 1, 29), wanted=portal)
        now = {r["id"]: r["code"] for r in made.rows("select id, code from observations")}
        assert len(old) == 15
        assert sorted(code for id_, code in now.items() if id_ not in old) == [
            "CC_HO_IN_SUCCESS",
            "CC_HO_OUT_SUCCESS",
            "CC_IM_SUCCESS",
            "CUSTOMS_ARRIVED_IN_AREA_CALLBACK",
        ]
        assert not made.rows(
            "select 1 from observations where withdrawn_at is not null or replaced_by is not null"
        )
        said = made.rows(
            "select status_text from readings as r join visits as v on v.id = r.visit_id order by v.seen_at"
        )
        assert [r["status_text"] for r in said] == ["Delivering", "In customs"]


def test_real_captured_pages_are_collected_under_their_real_host_names(tmp_path):
    expected = {
        ("usps", "DELIVEREDNM"): 13,
        ("usps", "RC295935219DE"): 11,
        ("correos", "PQ5HG70200028570115706M"): 9,
        ("correos", "6307253297994985"): 6,
        ("cainiao", "RC000000001EE"): 7,
        ("cainiao", "UG251542831MV"): 3,
    }
    with fixtures.captured_portals(captures()) as sites, world(tmp_path, sites) as made:
        for portal, number in expected:
            made.follow(number)
            wanted = Wanted(frozenset({number}), frozenset({portal}))
            made.collect(FIRST, wanted=wanted)
        counted = made.rows(
            "select portal, tracking_number as n, count(*) as c from observations group by 1, 2"
        )
        assert {(r["portal"], r["n"]): r["c"] for r in counted} == expected
        assert made.rows("select 1 from visits where complete = 0") == []
