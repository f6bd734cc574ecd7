"""Every portal of the common shape in a real Chromium: how its states end, and its rows as they are read.

Failing connections, refusals and redirects are the same for all of them: `test_states` has those.
"""

import asyncio
import os

import pytest

import fixtures
from collector.browser import BrowserOptions, open_browser
from collector.browser.finding import BrowserMissing, find_browser
from collector.limits import Limits
from collector.visit import visit
from fixtures.play.troubles import data_troubles, troubles
from fixtures.states import world
from scrapers import portals, vocabulary
from scrapers.select import collapse
from scrapers.words import Milestone, Outcome
from tests.fixtures.world import JOURNEYS, OVER, VIEWS, longest, truth

pytestmark = pytest.mark.browser

#: Generous where an answer comes, short where none ever will.
LIMITS = Limits(
    navigation_seconds=6, state_seconds=4, settle_seconds=0.6, call_seconds=10, close_seconds=5, attempts=1
)
_COMMON = {
    state.name
    for made in (troubles("any", lambda request: True), data_troubles("any", lambda request: True))
    for state in made
} - {"http_429", "data_html"}
STATES = [(name, state) for name in world() for state in fixtures.states(name) if state.name not in _COMMON]


@pytest.fixture(scope="module")
def sites():
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    with fixtures.played_portals(JOURNEYS) as running:
        running.today = OVER
        yield running


@pytest.fixture(scope="module")
def visiting(sites):
    """A visit to one portal for one number, in a browser that stays open for the module."""

    async def no_pause(_):
        await asyncio.sleep(0)

    with asyncio.Runner() as runner:
        opening = open_browser(BrowserOptions(arguments=tuple(sites.chromium_arguments)))
        browser = runner.run(opening.__aenter__())

        def made(portal, number, language=None):
            one = portals()[portal]
            spoken = language or one.default_language
            going = visit(
                browser, one, number, language=spoken, clock=lambda: OVER, sleep=no_pause, limits=LIMITS
            )
            return runner.run(going)

        yield made
        runner.run(opening.__aexit__(None, None, None))


@pytest.mark.parametrize(("portal", "state"), STATES, ids=lambda v: v if isinstance(v, str) else v.name)
def test_a_visit_in_each_state_ends_as_it_should(sites, visiting, portal, state):
    name, number = longest(portal)
    sites.reset()
    sites.show(number, state.name, portal=portal)
    visited = visiting(portal, number)
    # What no public description tells of need not be understood: it must be loud.
    allowed = state.outcomes if state.seen else (*state.outcomes, "layout_changed")
    assert visited.outcome.value in allowed, visited.error
    rows = visited.readings[0].rows if visited.readings else ()
    assert bool(rows) == (visited.outcome is Outcome.OK)
    if rows and state.name in ("ordinary", "consent_banner", "slow_data"):
        assert visited.complete
        assert len(rows) == len(truth(portal, name, number))


def is_understood(portal, row, told):
    """Whether a made-up wording means nothing, and none but a delivery's is taken for a delivery."""
    meaning = vocabulary.meaning(portal, code=row.code, description=row.description, note=row.note)
    if not told.known:
        return meaning is None
    is_delivery = "delivered" in told.shown_as.milestones
    return meaning is None or (meaning.milestone is Milestone.DELIVERED) == is_delivery


@pytest.mark.parametrize("portal", world())
def test_an_ordinary_page_is_read_row_by_row(sites, visiting, portal):
    sites.reset()
    for shown_by, name, number in VIEWS:
        if shown_by != portal:
            continue
        (reading, *_) = visiting(portal, number).readings
        expected = truth(portal, name, number)
        assert [row.time_text for row in reading.rows] == [told.time_text for told in expected]
        for row, told in zip(reading.rows, expected, strict=True):
            assert row.description in map(collapse, told.texts)
            assert row.code is None or row.code.split("/")[0] == told.code.split("/")[0]
            assert told.place_text is None or collapse(told.place_text) in (row.place or "")
            assert is_understood(portal, row, told), row.description
