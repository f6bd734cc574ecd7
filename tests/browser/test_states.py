"""Every state of every played portal, in a real Chromium: the outcome it ends in, and the rows it brings."""

import asyncio
import os
from datetime import UTC, datetime

import pytest

import fixtures
import fixtures.journeys
from collector.browser import BrowserOptions, open_browser
from collector.browser.finding import BrowserMissing, find_browser
from collector.limits import Limits
from collector.visit import visit
from fixtures.states import played
from scrapers import portals, vocabulary
from scrapers.select import collapse
from scrapers.words import Outcome

pytestmark = pytest.mark.browser

NOW = datetime(2026, 2, 20, 20, tzinfo=UTC)
#: A journey and the number each portal knows it by.
JOURNEYS = {
    "cainiao": ("madrid_plain", 0),
    "correos": ("madrid_plain", 1),
    "usps": ("columbus_plain", 1),
}
#: Generous where an answer comes, short where none ever will.
LIMITS = Limits(
    navigation_seconds=4,
    state_seconds=4,
    settle_seconds=1,
    call_seconds=10,
    close_seconds=5,
    attempts=2,
    page_bytes=4_000_000,
)
STATES = [(name, state) for name in played() for state in fixtures.states(name)]


@pytest.fixture(scope="module")
def sites():
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    with fixtures.played_portals() as running:
        yield running


@pytest.fixture(scope="module")
def visiting(sites):
    """A visit to one portal for one number, in a browser that stays open for the module."""

    async def no_pause(_):
        await asyncio.sleep(0)

    with asyncio.Runner() as runner:
        opening = open_browser(BrowserOptions(arguments=tuple(sites.chromium_arguments)))
        browser = runner.run(opening.__aenter__())

        def made(portal, number):
            one = portals()[portal]
            language = one.default_language
            going = visit(
                browser, one, number, language=language, clock=lambda: NOW, sleep=no_pause, limits=LIMITS
            )
            return runner.run(going)

        yield made
        runner.run(opening.__aexit__(None, None, None))


def journey_of(portal):
    name, place = JOURNEYS[portal]
    journey = fixtures.journeys.load()[name]
    return journey, journey.numbers[place].number


def shown(portal, number, at=NOW):
    return fixtures.truth(journey_of(portal)[0], portal, number, at)


@pytest.mark.parametrize(("portal", "state"), STATES, ids=lambda v: v if isinstance(v, str) else v.name)
def test_a_visit_in_each_state_ends_as_it_should(sites, visiting, portal, state):
    _, number = journey_of(portal)
    sites.today = NOW
    sites.reset()
    sites.show(number, state.name, portal=portal)
    visited = visiting(portal, number)
    assert visited.outcome.value in state.outcomes, visited.error
    rows = visited.readings[0].rows if visited.readings else ()
    if visited.outcome is Outcome.OK:
        assert state.truth == "rows"
        assert visited.complete or state.name not in ("ordinary", "slow")
        expected = 1 if state.name == "one_row" else len(shown(portal, number))
        assert len(rows) == expected or not visited.complete
    else:
        assert rows == ()
        is_answer = visited.outcome in (Outcome.NOT_FOUND, Outcome.NO_EVENTS_YET)
        assert is_answer or not visited.complete


@pytest.mark.parametrize("portal", played())
def test_an_ordinary_page_is_read_row_by_row(sites, visiting, portal):
    _, number = journey_of(portal)
    sites.today = NOW
    sites.reset()
    rows = visiting(portal, number).readings[0].rows
    expected = shown(portal, number)
    said = sorted((row.time_text or "", row.code or "") for row in rows)
    assert said == sorted((t.time_text or "", t.code or "") for t in expected)
    if portal != "correos":  # which prints an office and its town, of which one row keeps the town
        assert {row.place for row in rows if row.place} <= {collapse(t.place_text) for t in expected}


@pytest.mark.parametrize("portal", played())
def test_wordings_made_up_to_be_unknown_stay_unknown(sites, visiting, portal):
    sites.today = NOW
    sites.reset()
    unknown = 0
    for name, journey in fixtures.journeys.load().items():
        for known in journey.numbers:
            for row in fixtures.truth(name, portal, known.number, NOW):
                meaning = vocabulary.meaning(
                    portal, code=row.code, description=row.texts[0], place=row.place_text
                )
                if not row.known:
                    unknown += 1
                    assert meaning is None, row.texts
    assert unknown
