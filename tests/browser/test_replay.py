"""Three portals through a real Chromium, under their own host names: the invented story, faults, captures.

Real captured replies are read from the folder in CROSSTRACK_CAPTURES, and left out when it is not set.
"""

import asyncio
import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import fixtures
from collector.browser import BrowserOptions, open_browser
from collector.browser.finding import BrowserMissing, find_browser
from collector.limits import Limits
from collector.visit import visit
from fixtures import messages
from scrapers import portals as known_portals
from scrapers.words import Outcome, Role
from tests.browser.conftest import processes_with

pytestmark = pytest.mark.browser

SPAIN = {"cainiao": "LP00712345678901", "correos": "UX482103756ES"}
OHIO = {"cainiao": "LP00798765432109", "usps": "9290361234700182736452"}
UNKNOWN = "LP00755500001111"
NOW = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)
QUICK = Limits(navigation_seconds=10, state_seconds=10, settle_seconds=0.5, page_bytes=4_000_000)
BRISK = replace(QUICK, navigation_seconds=1, state_seconds=1, attempts=2)

HOST = {"cainiao": "global.cainiao.com", "correos": "www.correos.es", "usps": "tools.usps.com"}
NUMBER = {"cainiao": SPAIN["cainiao"], "correos": SPAIN["correos"], "usps": OHIO["usps"]}
LANGUAGE = {"cainiao": "en", "correos": "es", "usps": "en"}


class Replay:
    """A loop, the simulated portals and a browser that sees them, for one test module."""

    def __init__(self, runner, simulated, browser):
        self.runner = runner
        self.simulated = simulated
        self.browser = browser

    def visit(self, portal, number, limits=QUICK):
        visited = self.runner.run(
            visit(
                self.browser,
                known_portals()[portal],
                number,
                language=LANGUAGE[portal],
                clock=lambda: NOW,
                sleep=_no_pause,
                limits=limits,
            )
        )
        assert self.browser.open_pages == 0
        return visited


async def _no_pause(seconds):
    return None


def opened(simulated):
    """A replay on `simulated`; closes its browser behind it and looks for processes left over."""
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    marker = f"--crosstrack-test-replay={simulated.port}"
    arguments = (*simulated.chromium_arguments, marker)
    with asyncio.Runner() as runner:
        opening = open_browser(BrowserOptions(arguments=arguments))
        yield Replay(runner, simulated, runner.run(opening.__aenter__()))
        runner.run(opening.__aexit__(None, None, None))
    assert not processes_with(marker)


@pytest.fixture(scope="module")
def story():
    with fixtures.demo_portals() as simulated:
        yield from opened(simulated)


@pytest.fixture(scope="module")
def captures():
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES is not set")
    with fixtures.captured_portals(Path(folder)) as simulated:
        yield from opened(simulated)


def faulty(story, portal, answers, path=None):
    """The next answers of the portal's host; a test uses them all up, or they would reach the next one."""
    story.simulated.today = date(2026, 3, 16)
    story.simulated.fail(HOST[portal], NUMBER[portal], answers, path)


# The invented story


@pytest.mark.parametrize(
    ("portal", "number"), [*SPAIN.items(), *OHIO.items()], ids=lambda value: value if len(value) < 8 else ""
)
def test_each_portal_shows_more_on_the_second_day(story, portal, number):
    rows = []
    for day in (10, 16):
        story.simulated.today = date(2026, 3, day)
        visited = story.visit(portal, number)
        assert (visited.outcome, visited.complete, visited.attempts) == (Outcome.OK, True, 1)
        assert visited.error is None
        assert f"{day} Mar 2026" in visited.server_date
        rows.append(len(visited.readings[0].rows))
    assert 0 < rows[0] < rows[1]


def test_two_visits_of_one_day_read_the_same(story):
    story.simulated.today = date(2026, 3, 16)
    for portal, number in NUMBER.items():
        assert story.visit(portal, number).readings == story.visit(portal, number).readings


def test_nothing_yet_and_not_found_are_two_outcomes(story):
    assert story.visit("cainiao", "LP00766600002222").outcome is Outcome.NO_EVENTS_YET
    assert story.visit("cainiao", UNKNOWN).outcome is Outcome.NOT_FOUND
    assert story.visit("usps", "9400100000000000000006").outcome is Outcome.NOT_FOUND
    assert story.visit("correos", "PQ4T120400012345012800K").outcome is Outcome.NOT_FOUND


def test_only_hosts_of_the_portal_are_asked(story):
    for portal, number in NUMBER.items():
        before = len(story.simulated.requests)
        visited = story.visit(portal, number)
        known = known_portals()[portal]
        asked = Counter(request.host for request in story.simulated.requests[before:])
        assert set(asked) <= {*known.hosts, *known.resource_hosts}
        assert not set(visited.blocked_hosts) & set(asked)


# Faults on the real addresses


@pytest.mark.parametrize("portal", NUMBER)
@pytest.mark.parametrize(
    "fault",
    [
        messages.reset(),
        messages.refusal(503),
        messages.refusal(429, retry_after_s=5),
        messages.truncated(b"<!doctype html><title>Tr", messages.HTML),
    ],
    ids=["reset", "503", "429", "cut"],
)
def test_a_passing_fault_costs_one_attempt_and_no_row(story, portal, fault):
    story.simulated.today = date(2026, 3, 16)
    expected = story.visit(portal, NUMBER[portal])
    faulty(story, portal, [fault])
    visited = story.visit(portal, NUMBER[portal])
    assert visited.outcome is Outcome.OK
    # Chromium itself asks again where a connection it had opened in advance is reset.
    assert visited.attempts == 2 or (fault.ending == "reset" and visited.attempts == 1)
    assert visited.readings == expected.readings


@pytest.mark.parametrize("portal", NUMBER)
def test_a_lasting_outage_is_unavailable_and_its_page_is_kept(story, portal):
    faulty(story, portal, [messages.refusal(503)] * 3)
    visited = story.visit(portal, NUMBER[portal])
    assert (visited.outcome, visited.attempts, visited.readings) == (Outcome.UNAVAILABLE, 3, ())
    assert visited.error == "HTTP 503 (3 attempts)"
    assert [p.role for p in visited.pages] == [Role.DOM, Role.SCREENSHOT]


@pytest.mark.parametrize("portal", NUMBER)
def test_a_long_pause_asked_for_is_passed_on(story, portal):
    faulty(story, portal, [messages.refusal(429, retry_after_s=7200)])
    visited = story.visit(portal, NUMBER[portal])
    assert (visited.outcome, visited.attempts) == (Outcome.RATE_LIMITED, 1)
    assert (visited.retry_at - NOW).total_seconds() == 7200


@pytest.mark.parametrize("portal", NUMBER)
def test_a_portal_that_hangs_is_left_in_time(story, portal):
    faulty(story, portal, [messages.hang()] * BRISK.attempts)
    visited = story.visit(portal, NUMBER[portal], BRISK)
    assert (visited.outcome, visited.attempts, visited.pages) == (Outcome.UNAVAILABLE, 2, ())
    assert "did not answer within 1 s" in visited.error
    assert visited.duration_ms < 20_000


@pytest.mark.parametrize("portal", NUMBER)
def test_a_slow_portal_is_waited_for(story, portal):
    story.simulated.today = date(2026, 3, 16)
    slow = replace(
        messages.redirect(known_portals()[portal].url(NUMBER[portal], LANGUAGE[portal])), delay_s=0.3
    )
    faulty(story, portal, [slow])
    assert story.visit(portal, NUMBER[portal]).outcome is Outcome.OK


@pytest.mark.parametrize("portal", NUMBER)
def test_a_flood_of_30_mb_is_refused(story, portal):
    faulty(story, portal, [messages.endless(30_000_000, b"x" * 65_536)])
    visited = story.visit(portal, NUMBER[portal])
    assert (visited.outcome, visited.attempts) == (Outcome.UNAVAILABLE, 1)
    assert "limit 4000000" in visited.error


@pytest.mark.parametrize("portal", NUMBER)
def test_a_portal_that_sends_us_elsewhere_is_not_read(story, portal):
    elsewhere = "tools.usps.com" if portal != "usps" else "www.correos.es"
    faulty(story, portal, [messages.redirect(f"https://{elsewhere}/nothing")])
    visited = story.visit(portal, NUMBER[portal])
    assert (visited.outcome, visited.attempts, visited.readings) == (Outcome.UNAVAILABLE, 1, ())
    assert elsewhere in visited.error
    assert visited.blocked_hosts == (elsewhere,)


def test_data_cut_in_the_middle_is_asked_for_again(story):
    faulty(story, "cainiao", [messages.truncated(b'{"module":[{"mailNo":"LP')], "/global/detail.json")
    visited = story.visit("cainiao", NUMBER["cainiao"])
    assert (visited.outcome, visited.attempts) == (Outcome.OK, 2)


def test_data_about_another_parcel_is_not_taken_for_this_one(story):
    story.simulated.today = date(2026, 3, 16)
    other = story.visit("cainiao", OHIO["cainiao"]).pages[1]
    wrong = messages.Answer(200, other.body, (("Content-Type", messages.JSON),))
    faulty(story, "cainiao", [wrong], "/global/detail.json")
    visited = story.visit("cainiao", SPAIN["cainiao"])
    assert (visited.outcome, visited.readings) == (Outcome.LAYOUT_CHANGED, ())
    assert visited.error == f"cainiao: page speaks of {OHIO['cainiao']}, not {SPAIN['cainiao']}"
    assert other.body in [page.body for page in visited.pages]


# Real captures


def test_captured_cainiao_replies_are_read_whole(captures):
    rows = {}
    for number in ("AE010698498", "UG251542831MV"):
        visited = captures.visit("cainiao", number)
        assert (visited.outcome, visited.complete) == (Outcome.OK, True)
        rows[number] = len(visited.readings[0].rows)
    assert rows == {"AE010698498": 19, "UG251542831MV": 3}


def test_captured_correos_replies_are_read_with_repeated_keys_too(captures):
    for number in ("PQ5HG70200028570115706M", "6307253297994985"):
        visited = captures.visit("correos", number)
        assert visited.outcome is Outcome.OK, visited.error
        assert visited.readings[0].rows


def test_captured_usps_documents_are_read(captures):
    numbers = {r.path.rpartition("/")[2] for r in captures.simulated._replay._exchanges if "usps" in r.host}
    assert numbers
    for number in numbers:
        visited = captures.visit("usps", number)
        assert visited.outcome is Outcome.OK, visited.error
        assert visited.readings[0].rows
