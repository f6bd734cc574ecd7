"""Tabs that serve for one number after another: nothing of one number is ever taken for the next."""

import asyncio
from dataclasses import replace

import pytest

from collector.browser import BrowserOptions, open_browser, tabs
from collector.browser.watch import end_largest_page
from fixtures import messages
from fixtures.messages import page
from scrapers.words import Outcome
from tests.browser.conftest import (
    API,
    BRISK,
    CROSS_ORIGIN,
    NUMBER,
    PAGE,
    QUICK,
    SHELL,
    Counter,
    Depot,
    parcel,
)

pytestmark = pytest.mark.browser

OTHER = "DP000000002"


def waiting(bench):
    """The tabs that wait for a next number."""
    (engine,) = bench.browser._engines.values()
    return [(key[0], tab) for key, tabs in engine.tabs._idle.items() for tab in tabs]


async def left(bench, tab):
    """Returns when the tab stands on an empty page and waits for a next number."""
    async with asyncio.timeout(20):
        while tab.page.url != "about:blank" or tab not in [one for _, one in waiting(bench)]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.fixture
def patient(monkeypatch):
    """A page stands open until the next number comes, however slow the machine is."""
    monkeypatch.setattr(tabs, "_MOMENT_SECONDS", 60)


def targets(bench):
    return [tab.page for _, tab in waiting(bench)]


def test_the_next_number_of_a_portal_comes_into_the_same_tab(bench, patient):
    bench.visit(Depot())
    (first,) = [tab.page for name, tab in waiting(bench) if name == "depot"]
    assert bench.visit(Depot(), OTHER).readings[0].number == OTHER
    assert first in targets(bench)


@pytest.mark.parametrize(
    "answer",
    [page("<h1>New</h1>"), page("<p id=slider>"), messages.refusal(503), messages.hang(), messages.reset()],
    ids=["layout changed", "challenge", "503", "hang", "reset"],
)
def test_a_tab_that_met_trouble_is_not_used_again(bench, patient, answer):
    bench.visit(Steady())
    (before,) = [tab.page for name, tab in waiting(bench) if name == "counter"]
    bench.site.lasting("www.counter.test", f"/{NUMBER}", answer)
    bench.visit(Counter(), limits=replace(BRISK, attempts=1))
    assert before.is_closed()
    assert before not in targets(bench)


@pytest.mark.fault(
    "The process of pages that wait for the next numbers ends",
    "The next numbers come into new pages, at the first attempt",
    layer="browser",
    exit_status="0",
)
@pytest.mark.parametrize("stands_empty", [True, False], ids=["left", "just read"])
def test_a_tab_whose_process_ended_while_it_waited_is_not_used_again(bench, stands_empty):
    bench.visit(Depot())
    ((_, before),) = [one for one in waiting(bench) if one[0] == "depot"]
    if stands_empty:
        bench.runner.run(left(bench, before))
    bench.runner.run(crashed(bench, before))
    visited = bench.visit(Depot(), OTHER)
    assert (visited.outcome, visited.attempts) == (Outcome.OK, 1)
    assert before.page.is_closed()


async def crashed(bench, tab):
    """Returns when every page's process was ended and `tab` was told."""
    async with asyncio.timeout(20):
        while not tab.crashed:
            for process in bench.browser.processes:
                await end_largest_page(process)
            await asyncio.sleep(0.05)


class Steady(Counter):
    """A number this portal always has rows for."""

    def url(self, number, language):
        return "https://www.counter.test/steady"


@pytest.fixture(autouse=True)
def _steady(bench):
    bench.site.lasting("www.counter.test", "/steady", page("<ul class=rows><li>Steady</ul>"))


@pytest.mark.fault(
    "The reply about one number comes while the next is asked for",
    "It is never taken for the next",
    layer="portal",
    exit_status="0",
)
def test_a_late_reply_about_one_number_is_never_taken_for_the_next(bench, patient):
    """The first page leaves requests behind: one that outlives it, and one that comes again and again."""
    lingering = """<script>
      fetch('https://api.depot.test/parcels/late', {keepalive: true}).catch(() => 0);
      setInterval(() => fetch('https://api.depot.test/parcels/again').catch(() => 0), 5);
      addEventListener('pagehide', () => fetch('https://api.depot.test/parcels/leaving', {keepalive: true}));
      addEventListener('pagehide', () => navigator.sendBeacon('https://api.depot.test/parcels/beacon'));
    </script>"""
    wrong = parcel("DP000000009", rows=["WRONG"])
    bench.site.lasting(API, "/parcels/late", replace(wrong, delay_s=1))
    for name in ("again", "leaving", "beacon"):
        bench.site.lasting(API, f"/parcels/{name}", replace(wrong, delay_s=0.2))

    class Patient(Depot):
        payloads = (f"https://api.depot.test/parcels/{NUMBER}",)  # so its first visit takes no notice

    for _ in range(3):
        bench.site.queue(PAGE, "/parcel", [page(lingering + SHELL)])
        bench.visit(Patient())
        (kept,) = [tab for name, tab in waiting(bench) if name == "depot"]
        bench.site.lasting(API, f"/parcels/{OTHER}", replace(parcel(OTHER, rows=["RIGHT"]), delay_s=1.5))
        visited = bench.visit(Depot(), OTHER)
        assert (visited.outcome, visited.error) == (Outcome.OK, None)
        assert [r.number for r in visited.readings] == [OTHER]
        assert not any(b"WRONG" in kept_page.body for kept_page in visited.pages)
        assert kept.uses > 1, "the tab was not used again: nothing was tested"


def test_what_a_page_keeps_in_its_tab_does_not_reach_the_next_number(bench, patient):
    shows = """<ul class=rows></ul><script>
      const kept = [sessionStorage.getItem('n'), window.name, history.length].join(' ');
      document.querySelector('ul').innerHTML = '<li>' + kept;
      sessionStorage.setItem('n', 'mine'); window.name = 'mine'; history.pushState({}, '', '?x');
    </script>"""
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page(shows))
    rows = [bench.visit(Counter()).readings[0].rows[0].description for _ in range(4)]
    (kept,) = [tab for name, tab in waiting(bench) if name == "counter"]
    assert kept.uses > 1
    assert not any("mine" in row for row in rows)


def test_between_two_numbers_a_page_asks_for_nothing(bench):
    busy = "<script>setInterval(() => fetch('/tick').catch(() => 0), 20)</script>"
    bench.site.lasting(PAGE, "/parcel", page(busy + SHELL))
    bench.visit(Depot())
    (tab,) = [tab for name, tab in waiting(bench) if name == "depot"]

    async def quiet():
        await left(bench, tab)
        await asyncio.sleep(0.5)  # what was on its way has arrived
        before = len(bench.site.asked)
        await asyncio.sleep(0.5)
        return len(bench.site.asked) - before

    assert bench.runner.run(quiet()) == 0


def test_a_page_that_nobody_replaces_is_soon_left_for_an_empty_one(bench):
    bench.visit(Steady())
    (tab,) = [tab for name, tab in waiting(bench) if name == "counter"]
    bench.runner.run(left(bench, tab))
    assert tab.page.url == "about:blank"


def test_a_page_that_has_moved_by_itself_is_left_for_an_empty_one_first(bench, patient):
    bench.visit(Steady())
    (tab,) = [tab for name, tab in waiting(bench) if name == "counter"]
    tab.shows = "https://www.counter.test/what-it-was"
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page("<ul class=rows><li>One</ul>"))
    assert bench.visit(Counter()).outcome is Outcome.OK
    opened = [url for url in bench.runner.run(history(tab)) if url.startswith("https:")]
    assert opened == [f"https://www.counter.test/{NUMBER}"], (
        "what went before is forgotten with the empty page"
    )


async def history(tab):
    told = await tab.events.send("Page.getNavigationHistory")
    return [entry["url"] for entry in told["entries"]]


def test_an_address_that_differs_in_its_fragment_alone_is_loaded_anew(bench, patient):
    """Such an address opens no new document: the page would go on to show the number before."""
    shows = (
        "<ul class=rows></ul><script>document.querySelector('ul').innerHTML = '<li>' + location.hash</script>"
    )
    bench.site.lasting("www.counter.test", "/all", page(shows))

    class Fragment(Counter):
        def url(self, number, language):
            return f"https://www.counter.test/all#{number}"

    for number in (NUMBER, OTHER, OTHER, NUMBER):
        visited = bench.visit(Fragment(), number)
        assert visited.readings[0].rows[0].description == f"#{number}"


def test_two_visits_to_one_portal_at_once_do_not_share_a_tab(bench):
    for number in (NUMBER, OTHER):
        bench.site.lasting(API, f"/parcels/{number}", replace(parcel(number), delay_s=0.3))

    async def both():
        return await asyncio.gather(*(bench.visiting(Depot(), number) for number in (NUMBER, OTHER)))

    for _ in range(2):
        visited = bench.runner.run(both())
        assert [v.readings[0].number for v in visited] == [NUMBER, OTHER]
    assert bench.browser.open_pages == 0
    assert len(waiting(bench)) <= 2


def test_a_tab_is_replaced_after_a_while(bench):
    pages = set()
    for _ in range(30):
        bench.visit(Steady())
        pages.update(tab.page for name, tab in waiting(bench) if name == "counter")
    assert len(pages) in (2, 3)


def test_a_download_under_way_does_not_hold_up_the_next_number(bench):
    stream = messages.endless(100_000_000, b"x" * 1024, "application/octet-stream")
    bench.site.lasting(API, "/stream", replace(stream, headers=(*stream.headers, *CROSS_ORIGIN)))
    slow = "<script>fetch('https://api.depot.test/stream')</script>"
    bench.site.queue(PAGE, "/parcel", [page(slow + SHELL)])
    bench.visit(Depot(), limits=replace(QUICK, visit_bytes=10**9))
    assert bench.visit(Depot(), OTHER).outcome is Outcome.OK


def test_no_more_pages_are_open_than_the_machine_may_take(bench):
    bench.site.lasting("www.counter.test", "/steady", replace(page("<ul class=rows><li>S</ul>"), delay_s=0.2))
    most, over = 0, asyncio.Event()

    async def watch(browser):
        nonlocal most
        while not over.is_set():
            most = max(most, browser.open_pages)
            await asyncio.sleep(0.01)

    async def visit_five():
        async with open_browser(BrowserOptions(arguments=tuple(bench.arguments))) as browser:
            watching = asyncio.ensure_future(watch(browser))
            how = {"limits": replace(QUICK, at_once=2), "browser": browser}
            visited = await asyncio.gather(*(bench.visiting(Steady(), str(n), **how) for n in range(5)))
            over.set()
            await watching
            return visited

    visited = bench.runner.run(visit_five())
    assert {one.outcome for one in visited} == {Outcome.OK}
    assert most == 2
