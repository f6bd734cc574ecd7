"""`capture` in a real Chromium: one visit to a simulated portal, and a folder that can be sent to anybody."""

import asyncio
import os
from datetime import UTC, date, datetime

import pytest

import fixtures
from collector.browser import BrowserOptions
from collector.browser.finding import BrowserMissing, find_browser
from collector.errors import CrosstrackError
from collector.kit.capture import captured
from collector.kit.cases import cases, differences
from collector.kit.folders import write_files
from collector.kit.visiting import Visiting, visited_once
from collector.limits import Limits
from collector.store.opening import open_store
from collector.store.portal_states import portal_state
from scrapers import portals
from scrapers.words import Outcome

pytestmark = pytest.mark.browser

NOW = datetime(2026, 3, 16, 20, 0, tzinfo=UTC)
LIMITS = Limits(
    navigation_seconds=15, state_seconds=10, settle_seconds=1, call_seconds=10, close_seconds=5, attempts=1
)
NUMBERS = {"usps": "9290361234700182736452", "correos": "UX482103756ES"}


@pytest.fixture(scope="module")
def sites():
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    with fixtures.demo_portals() as running:
        running.today = date(2026, 3, 16)
        yield running


@pytest.fixture
def given(sites):
    async def no_pause(_):
        await asyncio.sleep(0)

    options = BrowserOptions(arguments=tuple(sites.chromium_arguments))
    return Visiting(options, LIMITS, lambda: NOW, no_pause)


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_a_visit_becomes_a_case_without_its_number_and_nothing_is_kept_but_the_budget(
    given, database, tmp_path, name
):
    portal, number = portals()[name], NUMBERS[name]
    with open_store(database) as db:
        visited = visited_once(db, portal, number, given)
        assert visited.outcome is Outcome.OK
        state = portal_state(db, name)
        assert (state.budget_used, state.last_visit_at) == (1, visited.seen_at)
        for table in ("visits", "pages", "readings", "tracking_numbers", "runs"):
            assert list(db.query(f"select * from {table}")) == []
    made = captured(portal, number, visited.pages, date(2026, 3, 16), scrubbing=True)
    write_files(tmp_path / "capture", made.files)
    (case,) = cases(tmp_path / "capture", portal)
    assert differences(case) == []
    assert [row["description"] for row in case.readings[0]["rows"]] == [
        row.description for row in visited.readings[0].rows
    ]
    assert all(number not in file.read_text() for file in (tmp_path / "capture").iterdir())


def test_a_portal_that_must_not_be_asked_is_not_asked(given, database):
    portal = portals()["usps"]
    with open_store(database) as db:
        for _ in range(2):
            visited_once(db, portal, NUMBERS["usps"], given)
        with db.atomic():
            db.execute("update portal_state set budget_used = ?", [portal.politeness.per_day])
        with pytest.raises(CrosstrackError, match="budget of 200 a day is used up"):
            visited_once(db, portal, NUMBERS["usps"], given)
