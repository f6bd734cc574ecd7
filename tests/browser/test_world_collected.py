"""A whole run over parcels of every portal: from the first number alone to the last carrier's own page."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta

import pytest

import fixtures
from collector.browser import BrowserOptions
from collector.browser.finding import BrowserMissing, find_browser
from collector.collect import Collecting, collect
from collector.errors import ExitStatus
from collector.limits import Limits
from collector.store.facts import follow
from scrapers import portals, vocabulary
from tests.collector.worlds import blank
from tests.fixtures.world import JOURNEYS, OVER

pytestmark = pytest.mark.browser

LIMITS = Limits(
    navigation_seconds=15, state_seconds=10, settle_seconds=1, call_seconds=10, close_seconds=5, attempts=2
)
#: Portals that never show anything before a person has typed what a picture says.
ASKING_PEOPLE = {"correios"}


def run(sites, numbers, now=OVER):
    """A run that follows `numbers`, and its database."""

    async def no_pause(_):
        await asyncio.sleep(0)

    db = blank()
    for number in numbers:
        follow(db, number, now, {})
    options = BrowserOptions(arguments=tuple(sites.chromium_arguments))
    clock = ticking(now)
    return db, collect(db, portals(), Collecting(options, LIMITS, clock=clock, sleep=no_pause))


def ticking(now):
    def clock():
        nonlocal now
        now += timedelta(seconds=1)
        return now

    return clock


@pytest.fixture(scope="module")
def sites():
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    with fixtures.played_portals(JOURNEYS) as running:
        running.today = OVER
        running.show(JOURNEYS["sao_paulo_correios"].numbers[-1].number, "captcha", portal="correios")
        yield running


@pytest.fixture(scope="module")
def collected(sites):
    db, summary = run(sites, [journey.numbers[0].number for journey in JOURNEYS.values()])
    yield db, summary
    db.close()


def visits(db):
    return {
        (row["portal"], row["tracking_number"]): row["outcome"]
        for row in db.query("select portal, tracking_number, outcome from visits order by seen_at")
    }


@pytest.mark.parametrize("name", list(JOURNEYS))
def test_every_number_is_found_and_asked_for_on_its_own_carriers_page(collected, name):
    db, _ = collected
    made = visits(db)
    for number in JOURNEYS[name].numbers:
        own = number.carrier if number.carrier in number.portals else number.portals[0]
        assert made.get((own, number.number)) == ("challenge" if own in ASKING_PEOPLE else "ok")


@pytest.mark.parametrize("name", list(JOURNEYS))
def test_all_numbers_of_a_journey_are_one_parcel(collected, name):
    db, _ = collected
    numbers = [number.number for number in JOURNEYS[name].numbers]
    of_them = {
        row["parcel_id"]
        for row in db.query(
            f"select parcel_id from tracking_numbers where number in ({','.join('?' * len(numbers))})",
            numbers,
        )
    }
    assert len(of_them) == 1


def test_no_portal_was_asked_about_everything(collected):
    db, summary = collected
    asked = {
        row["portal"]: row["n"] for row in db.query("select portal, count(*) as n from visits group by 1")
    }
    followed = sum(len(journey.numbers) for journey in JOURNEYS.values())
    assert max(asked.values()) < followed
    assert all(n == 0 for name, n in asked.items() if vocabulary.facts(name).kind == "universal")
    assert summary.exit_status is ExitStatus.HUMAN_NEEDED  # Correios asks for what a picture says


@pytest.fixture(scope="module")
def unknown_form():
    """A journey whose first number is of no known form, on a set of portals of its own."""
    journey = JOURNEYS["columbus_ups"]
    first, *others = journey.numbers
    renumbered = replace(journey, numbers=(replace(first, number="QUAY77MOOR1"), *others))
    with fixtures.played_portals({"columbus_ups": renumbered}) as running:
        running.today = OVER
        yield running, renumbered


def test_whom_a_universal_tracker_names_is_asked_on_its_own_page_in_the_same_run(unknown_form):
    sites, journey = unknown_form
    first, second = (number.number for number in journey.numbers)
    db, _ = run(sites, [first])
    made = visits(db)
    assert made["17track", first] == "ok"  # nobody knows whose number it is
    assert made["yunexpress", first] == "ok"  # 17TRACK says so
    assert made["ups", second] == "ok"  # and YunExpress names the next number
    assert not [portal for portal, number in made if number == first and portal in ("usps", "dhl", "gls")]
    (parcel,) = {row["parcel_id"] for row in db.query("select parcel_id from tracking_numbers")}
    relayed = db.query("select distinct relayed_from from observations where portal = '17track'")
    assert {row["relayed_from"] for row in relayed} >= {"YunExpress", "UPS"}
    assert parcel
    db.close()
