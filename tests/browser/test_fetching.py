"""Numbers asked for from within an open page: what is kept is what a visit keeps; anything odd is visited."""

import asyncio
from dataclasses import replace

import pytest

from fixtures import messages
from fixtures.messages import page
from scrapers.contract import Reading
from scrapers.words import Outcome
from tests.browser.conftest import BRISK, NUMBER, QUICK, Counter, kill_browser

pytestmark = pytest.mark.browser

HOST = "www.counter.test"
OTHER = "DP000000002"
ROWS = (
    "<!doctype html><html lang=en><head><title>Rows</title></head><body><ul class=rows>{}</ul></body></html>"
)


class Light(Counter):
    """A portal that answers alike whether its page is shown or only fetched."""

    name = "light"
    fetches = True

    def parse(self, pages):
        if "No such parcel" in pages[0].text:
            return (Reading(Outcome.NOT_FOUND),)
        return super().parse(pages)


def rows(*texts):
    return page(ROWS.format("".join(f"<li>{text}</li>" for text in texts)))


def typed(media_type):
    return replace(rows("Rows"), headers=(("Content-Type", media_type),))


@pytest.fixture(autouse=True)
def _opened(bench):
    """A page of the portal is open, and has the second number's rows."""
    bench.site.lasting(HOST, f"/{NUMBER}", rows("Accepted"))
    bench.site.lasting(HOST, f"/{OTHER}", rows("Departed", "Arrived"))
    assert bench.visit(Light()).outcome is Outcome.OK
    bench.site.asked.clear()


def times_asked(bench, number=OTHER):
    return bench.site.asked.count(f"{HOST}/{number}")


def tabs(bench):
    (engine,) = bench.browser._engines.values()
    return engine.tabs


def test_a_later_number_is_asked_for_once_and_kept_as_a_visit_would(bench):
    dated = (("Date", "Tue, 10 Mar 2026 20:00:00 GMT"),)
    bench.site.lasting(HOST, f"/{OTHER}", replace(rows("Departed"), headers=(*rows().headers, *dated)))
    light = bench.visit(Light(), OTHER)
    assert times_asked(bench) == 1
    full = bench.visit(Counter(), OTHER)
    assert (light.outcome, light.complete, light.readings) == (full.outcome, full.complete, full.readings)
    assert light.pages == full.pages
    assert (light.attempts, light.blocked_hosts, light.error) == (1, (), None)
    assert light.server_date == full.server_date == dated[0][1]
    assert len(tabs(bench)._standing) == 1


def test_it_goes_with_the_cookies_the_portal_gave(bench):
    given = (("Set-Cookie", "seen=1; Path=/; Secure; SameSite=Lax"),)
    bench.runner.run(bench.browser._engines[""].close())
    bench.site.lasting(HOST, f"/{NUMBER}", replace(rows("Here"), headers=(*rows().headers, *given)))
    bench.visit(Light())
    bench.visit(Light(), OTHER)
    assert times_asked(bench) == 1
    assert bench.site.cookies[f"{HOST}/{OTHER}"] == {"seen": "1"}


def test_a_number_the_portal_does_not_know_is_asked_for_once(bench):
    bench.site.lasting(HOST, f"/{OTHER}", page("<p>No such parcel</p>"))
    assert bench.visit(Light(), OTHER).outcome is Outcome.NOT_FOUND
    assert times_asked(bench) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (page("<h1>New</h1>"), Outcome.LAYOUT_CHANGED),
        (page("<p id=slider>"), Outcome.CHALLENGE),
        (page("<h1>No</h1>", 404), Outcome.LAYOUT_CHANGED),
        (page("<h1>No</h1>", 403), Outcome.UNAVAILABLE),
        (messages.redirect("https://elsewhere.test/rows"), Outcome.UNAVAILABLE),
        (messages.big(3_000_000), Outcome.UNAVAILABLE),
        (typed("text/html; charset=latin-1"), Outcome.OK),
        (typed("text/plain"), Outcome.LAYOUT_CHANGED),
    ],
    ids=["layout", "challenge", "404", "403", "led away", "large", "coding", "plain text"],
)
def test_whatever_is_not_as_usual_is_visited_in_full(bench, answer, outcome):
    bench.site.lasting(HOST, f"/{OTHER}", answer)
    visited = bench.visit(Light(), OTHER)
    assert visited.outcome is outcome
    assert visited.attempts == 2
    assert times_asked(bench) == 2
    assert not any(address.startswith("elsewhere.test") for address in bench.site.asked)


def test_a_refusal_is_heeded_and_asked_again_in_full_later(bench):
    bench.site.queue(HOST, f"/{OTHER}", [messages.refusal(503, retry_after_s=7)])
    visited = bench.visit(Light(), OTHER)
    assert (visited.outcome, visited.attempts) == (Outcome.OK, 2)
    assert 7 <= bench.pauses[0] <= 8
    bench.site.lasting(HOST, f"/{OTHER}", messages.refusal(429, retry_after_s=3600))
    assert bench.visit(Light(), OTHER).outcome is Outcome.RATE_LIMITED
    assert bench.pauses == []


@pytest.mark.parametrize("answer", [messages.reset(), messages.cut()], ids=["reset", "cut"])
def test_a_broken_connection_costs_one_more_request(bench, answer):
    bench.site.queue(HOST, f"/{OTHER}", [answer])
    visited = bench.visit(Light(), OTHER)
    assert (visited.outcome, visited.error, visited.pages) == (Outcome.OK, None, visited.pages[:1])


def test_a_reply_that_never_comes_ends_within_its_bounds(bench):
    bench.site.lasting(HOST, f"/{OTHER}", messages.hang())
    visited = bench.visit(Light(), OTHER, limits=replace(BRISK, attempts=1))
    assert visited.outcome is Outcome.UNAVAILABLE
    assert not tabs(bench)._standing
    bench.site.lasting(HOST, f"/{OTHER}", rows("Again"))
    assert bench.visit(Light(), OTHER).outcome is Outcome.OK


def test_nothing_of_the_portal_runs_on_while_its_page_waits(bench):
    """Timers, observers, workers."""
    busy = """<script>
      setInterval(() => fetch('/tick').catch(() => 0), 40);
      new MutationObserver(() => fetch('/changed')).observe(document, {childList: true, subtree: true});
      const working = "setInterval(() => fetch('https://www.counter.test/working'), 40)";
      new Worker(URL.createObjectURL(new Blob([working])));
    </script><ul class=rows><li>Here</ul>"""
    bench.runner.run(bench.browser._engines[""].close())
    bench.site.lasting(HOST, f"/{NUMBER}", page(busy))
    bench.visit(Light())
    assert tabs(bench)._standing

    async def quiet():
        await asyncio.sleep(0.3)  # what was on its way has arrived
        before = len(bench.site.asked)
        await asyncio.sleep(0.4)
        return len(bench.site.asked) - before

    assert bench.runner.run(quiet()) == 0
    assert bench.visit(Light(), OTHER).attempts == 1


def test_a_page_cannot_change_how_is_asked(bench):
    lying = "<script>window.fetch = DOMParser = () => { throw 'no' }; TextDecoder = null</script>"
    bench.runner.run(bench.browser._engines[""].close())
    bench.site.lasting(HOST, f"/{NUMBER}", page(lying + "<ul class=rows><li>Here</ul>"))
    bench.visit(Light())
    assert bench.visit(Light(), OTHER).attempts == 1


def test_several_are_asked_for_at_once_from_one_page(bench):
    slow = [f"DP00000001{n}" for n in range(5)]
    for number in slow:
        bench.site.lasting(HOST, f"/{number}", replace(rows(number), delay_s=0.5))

    async def all_of_them():
        return await asyncio.gather(*(bench.visiting(Light(), number) for number in slow))

    visited = bench.runner.run(all_of_them())
    assert [one.readings[0].rows[0].description for one in visited] == slow
    assert {one.attempts for one in visited} == {1}
    assert bench.browser.open_pages == 0


def test_a_browser_that_died_meanwhile_costs_nothing(bench, server):
    kill_browser(f"127.0.0.1:{server.port}")
    assert bench.visit(Light(), OTHER, limits=QUICK).outcome is Outcome.OK
