"""Visits with a real Chromium to synthetic portals: what they bring back, and what faults become."""

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from collector.browser import BrowserFailed, BrowserOptions, open_browser
from collector.browser.finding import BrowserMissing
from fixtures import messages
from fixtures.authority import issue
from fixtures.chromium import chromium_arguments
from fixtures.messages import page, redirect, refusal
from fixtures.server import Server
from scrapers.words import Outcome, Role
from tests.browser.conftest import (
    API,
    BRISK,
    CROSS_ORIGIN,
    NOW,
    NUMBER,
    PAGE,
    QUICK,
    SHELL,
    Counter,
    Depot,
    kill_browser,
    parcel,
    processes_with,
)

pytestmark = pytest.mark.browser

DATA = f"/parcels/{NUMBER}"
ROWS = "<!doctype html><ul class=rows><li>Accepted<li>Departed</ul>"


def roles(visited):
    return [p.role for p in visited.pages]


def texts(visited):
    return [row.description for row in visited.readings[0].rows]


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """A server whose certificate nobody vouches for."""
    certificate = issue(["forged.test"], tmp_path_factory.mktemp("stranger"))
    with Server(lambda request: page(ROWS), certificate) as running:
        yield running


@pytest.fixture(scope="module")
def arguments(server, stranger):
    rules, *others = chromium_arguments(server)
    forged = f"--host-resolver-rules=MAP forged.test:443 127.0.0.1:{stranger.port}, "
    return [rules.replace("--host-resolver-rules=", forged), *others]


# What a visit brings back


def test_rows_come_from_the_pages_own_data_request(bench):
    visited = bench.visit(Depot(), language="es")
    assert (visited.outcome, visited.complete, visited.attempts) == (Outcome.OK, True, 1)
    assert texts(visited) == ["Accepted", "Departed"]
    assert roles(visited) == [Role.DOM, Role.PAYLOAD]
    assert b"<li>Departed</li>" in visited.pages[0].body
    assert visited.pages[0].url == f"https://{PAGE}/parcel?n={NUMBER}"
    assert [p.status for p in visited.pages] == [200, 200]
    assert visited.pages[1].media_type == "application/json"
    assert (visited.portal, visited.tracking_number, visited.seen_at) == ("depot", NUMBER, NOW)
    assert (visited.viewer_zone, visited.viewer_offset_minutes, visited.language) == ("UTC", 0, "es")
    assert visited.error is None


def test_the_language_of_a_visit_is_the_browsers(bench, server):
    bench.visit(Depot(), language="pt_BR")
    assert server.requests[-1].headers["accept-language"].startswith("pt-BR")


def test_rows_that_come_with_the_document_need_no_data(bench):
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page(ROWS, headers=(("Date", "a day"),)))
    visited = bench.visit(Counter())
    assert (visited.outcome, roles(visited), visited.server_date) == (Outcome.OK, [Role.DOM], "a day")
    assert texts(visited) == ["Accepted", "Departed"]


@pytest.mark.fault(
    "A page comes slowly, piece by piece",
    "It is waited for to its end",
    layer="network",
    exit_status="0",
)
def test_a_slow_document_is_waited_for_to_its_end(bench):
    slow = messages.Answer(200, ROWS.encode(), (("Content-Type", messages.HTML),), delay_s=0.3)
    bench.site.lasting("www.counter.test", f"/{NUMBER}", slow)
    assert bench.visit(Counter()).outcome is Outcome.OK


def test_a_state_that_tells_needs_no_data(bench):
    bench.site.lasting(PAGE, "/parcel", page("<!doctype html><p class=unknown>No such parcel"))
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.attempts, visited.readings[0].rows) == (Outcome.NOT_FOUND, 1, ())


def test_all_data_a_page_asked_for_is_waited_for(bench):
    second = "<script>fetch('https://api.depot.test/parcels/DP000000002')</script>"
    bench.site.lasting(PAGE, "/parcel", page(SHELL + second))
    late = replace(parcel("DP000000002"), delay_s=0.3)
    bench.site.lasting(API, "/parcels/DP000000002", late)
    visited = bench.visit(Depot())
    assert [r.number for r in visited.readings] == [NUMBER, "DP000000002"]


def test_data_asked_for_another_number_is_not_taken_for_the_answer(bench):
    slow_own = replace(parcel(), delay_s=0.8)
    bench.site.lasting(API, DATA, slow_own)
    other = "<script>fetch('https://api.depot.test/parcels/DP000000002')</script>"
    bench.site.lasting(PAGE, "/parcel", page(other + SHELL))
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.readings[0].number) == (Outcome.OK, NUMBER)


@pytest.mark.fault(
    "Data speak of another number",
    "They are kept and invent nothing",
    layer="portal",
    exit_status="1",
)
def test_data_that_speaks_of_another_number_is_kept_and_invents_nothing(bench):
    bench.site.lasting(API, DATA, parcel("DP999999999"))
    visited = bench.visit(Depot())
    assert visited.outcome is Outcome.LAYOUT_CHANGED
    assert visited.error == f"depot: page speaks of DP999999999, not {NUMBER}"
    assert visited.readings == ()
    assert roles(visited) == [Role.DOM, Role.PAYLOAD, Role.SCREENSHOT]


def test_the_same_number_in_another_spelling_is_the_answer(bench):
    bench.site.lasting(API, DATA, parcel("dp 000-000-001"))
    assert bench.visit(Depot()).outcome is Outcome.OK


def test_an_empty_reply_is_a_reply(bench):
    bench.site.lasting(API, "/parcels/extra", messages.Answer(204, headers=CROSS_ORIGIN))
    extra = "<script>fetch('https://api.depot.test/parcels/extra')</script>"
    bench.site.lasting(PAGE, "/parcel", page(extra + SHELL))
    visited = bench.visit(Depot())
    assert [(p.status, p.body) for p in visited.pages[1:2]] == [(204, b"")]
    assert visited.outcome is Outcome.LAYOUT_CHANGED  # this portal's parser knows no empty reply


def test_a_layout_nobody_knows_is_reported_with_page_and_picture(bench):
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page("<!doctype html><h1>All new!</h1>"))
    visited = bench.visit(Counter(), limits=BRISK)
    assert visited.outcome is Outcome.LAYOUT_CHANGED
    assert "ul.rows" in visited.error
    assert roles(visited) == [Role.DOM, Role.SCREENSHOT]
    assert visited.pages[1].body.startswith(b"\x89PNG")
    assert visited.attempts == 1


# What the browser may do


def test_hosts_that_are_not_the_portals_get_no_request_and_are_listed(bench):
    foreign = "<script src=https://ads.test/a.js></script><img src=https://track.depot.test/logo.png?v=1>"
    bench.site.lasting(PAGE, "/parcel", page(foreign + SHELL))
    visited = bench.visit(Depot())
    assert visited.blocked_hosts == ("ads.test",)
    assert sorted(set(bench.site.asked)) == [f"{API}{DATA}", f"{PAGE}/parcel"]


def test_what_a_portal_lets_the_browser_keep_is_fetched_once(bench):
    kept = messages.Answer(200, b"1", (("Content-Type", "text/javascript"), ("Cache-Control", "max-age=600")))
    bench.site.lasting(PAGE, "/kept.js", kept)
    bench.site.lasting(PAGE, "/parcel", page("<script src=/kept.js></script>" + SHELL))
    bench.visit(Depot())
    bench.visit(Depot())
    assert bench.site.asked.count(f"{PAGE}/parcel") == 2
    assert bench.site.asked.count(f"{PAGE}/kept.js") == 1


def test_popups_are_blocked_or_closed(bench):
    popups = "<script>open('/parcel'); setInterval(() => open('/x', '_blank', 'noopener'), 50)</script>"
    bench.site.lasting(PAGE, "/parcel", page(popups + SHELL))
    bench.site.lasting(API, DATA, replace(parcel(), delay_s=0.5))
    opened = []

    async def visits():
        await bench.visiting(Depot())
        for context in bench.contexts():
            context.on("page", lambda popup: opened.append(popup))
        visited = await bench.visiting(Depot())
        await asyncio.sleep(2)  # until the page has been left
        return visited

    assert bench.runner.run(visits()).outcome is Outcome.OK
    assert opened == [] or all(popup.is_closed() or popup in bench.pages() for popup in opened)
    assert not [page for page in bench.pages() if page.url != "about:blank"]


def test_a_redirect_within_the_portal_is_followed(bench):
    bench.site.lasting(PAGE, "/parcel", redirect(f"/new?n={NUMBER}"))
    bench.site.lasting(PAGE, "/new", page(SHELL))
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.pages[0].url) == (Outcome.OK, f"https://{PAGE}/new?n={NUMBER}")


def test_a_page_that_moves_on_by_itself_is_read_where_it_ends(bench):
    bench.site.lasting(PAGE, "/parcel", page(f"<script>location.replace('/new?n={NUMBER}')</script>"))
    bench.site.lasting(PAGE, "/new", page(SHELL))
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.pages[0].url) == (Outcome.OK, f"https://{PAGE}/new?n={NUMBER}")


@pytest.mark.fault(
    "A portal redirects to another host",
    "The visit ends before that host is asked for anything",
    layer="portal",
    exit_status="1",
)
@pytest.mark.parametrize(
    "leading_away",
    [
        redirect("https://elsewhere.test/rows"),
        page("<script>location = 'https://elsewhere.test/rows'</script>"),
    ],
)
def test_nobody_is_led_to_somebody_elses_page(bench, leading_away):
    bench.site.lasting("www.counter.test", f"/{NUMBER}", leading_away)
    bench.site.lasting("elsewhere.test", "/rows", page(ROWS))
    visited = bench.visit(Counter())
    assert (visited.outcome, visited.attempts, visited.readings) == (Outcome.UNAVAILABLE, 1, ())
    assert "elsewhere.test" in visited.error
    assert visited.blocked_hosts == ("elsewhere.test",)
    assert "elsewhere.test/rows" not in bench.site.asked


# Faults


@pytest.mark.fault(
    "The connection is reset, cut in the middle, or refused with 502, 503, 504 or 429, once",
    "One more attempt brings everything; nothing is stored twice",
    layer="network",
    exit_status="0",
)
@pytest.mark.parametrize(
    "fault",
    [
        messages.reset(),
        messages.truncated(b"<!doctype html><ul class=rows><li>Acc", messages.HTML),
        refusal(502),
        refusal(503),
        refusal(504),
        messages.Answer(503),
        refusal(429, retry_after_s=7),
    ],
    ids=["reset", "cut", "502", "503", "504", "503 without a page", "429"],
)
@pytest.mark.parametrize(("host", "path"), [(PAGE, "/parcel"), (API, DATA)], ids=["page", "data"])
def test_a_passing_fault_costs_one_attempt(bench, host, path, fault):
    fault = replace(fault, headers=(*fault.headers, *CROSS_ORIGIN))
    bench.site.queue(host, path, [fault])
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.complete) == (Outcome.OK, True)
    # Chromium itself asks again where a connection it had opened in advance is reset.
    assert visited.attempts == 2 or (fault.ending == "reset" and visited.attempts == 1)
    assert len(bench.pauses) == visited.attempts - 1
    assert visited.error is None
    assert roles(visited) == [Role.DOM, Role.PAYLOAD]


@pytest.mark.fault(
    "The connection is reset, cut or refused with 503 at every attempt",
    "`unavailable` after three attempts, with the reason in one line",
    layer="network",
    exit_status="1",
)
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (messages.reset(), "ERR_CONNECTION_RESET"),
        (messages.truncated(b"<p>Acc", messages.HTML), "in the middle of the page"),
        (refusal(503), "HTTP 503"),
    ],
    ids=["reset", "cut", "503"],
)
@pytest.mark.parametrize(("host", "path"), [(PAGE, "/parcel"), (API, DATA)], ids=["page", "data"])
def test_a_lasting_fault_ends_as_unavailable_with_one_line(bench, host, path, fault, said):
    bench.site.lasting(host, path, replace(fault, headers=(*fault.headers, *CROSS_ORIGIN)))
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.attempts, visited.readings) == (Outcome.UNAVAILABLE, 3, ())
    assert said in visited.error
    assert "3 attempts" in visited.error
    assert "\n" not in visited.error
    assert not visited.complete
    assert len(bench.pauses) == 2


def test_the_page_of_an_outage_is_kept(bench):
    bench.site.lasting(PAGE, "/parcel", refusal(503, body="<h1>Closed for repairs</h1>"))
    visited = bench.visit(Depot())
    assert roles(visited) == [Role.DOM, Role.SCREENSHOT]
    assert (visited.pages[0].status, b"Closed for repairs" in visited.pages[0].body) == (503, True)


def test_the_pause_a_portal_asks_for_is_kept(bench):
    bench.site.queue(PAGE, "/parcel", [refusal(429, retry_after_s=30)])
    assert bench.visit(Depot()).outcome is Outcome.OK
    assert 30 <= bench.pauses[0] <= 31


@pytest.mark.fault(
    "429 with `Retry-After` of an hour",
    "The visit ends at once, and that moment is kept as the earliest for the next",
    layer="portal",
    exit_status="1",
)
@pytest.mark.parametrize(("host", "path"), [(PAGE, "/parcel"), (API, DATA)], ids=["page", "data"])
def test_a_pause_beyond_the_cap_ends_the_visit_at_once(bench, host, path):
    fault = refusal(429, retry_after_s=3600)
    bench.site.lasting(host, path, replace(fault, headers=(*fault.headers, *CROSS_ORIGIN)))
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.attempts, bench.pauses) == (Outcome.RATE_LIMITED, 1, [])
    assert visited.retry_at == NOW + timedelta(hours=1)
    assert "3600" in visited.error


@pytest.mark.fault(
    "A server takes the request and says nothing",
    "It is left within the limits and tried again; then `unavailable`",
    layer="network",
    exit_status="1",
)
@pytest.mark.parametrize(
    ("host", "path", "said"),
    [(PAGE, "/parcel", "did not answer within 1 s"), (API, DATA, "did not arrive within 1 s")],
    ids=["page", "data"],
)
def test_a_server_that_hangs_is_left_within_the_limits(bench, host, path, said):
    bench.site.lasting(host, path, messages.hang())
    visited = bench.visit(Depot(), limits=replace(BRISK, attempts=2))
    assert (visited.outcome, visited.attempts) == (Outcome.UNAVAILABLE, 2)
    assert said in visited.error


@pytest.mark.fault(
    "A page or its data are 30 MB long",
    "The visit is given up at the limit; nothing of that size is kept or parsed",
    layer="portal",
    exit_status="1",
)
@pytest.mark.parametrize(
    ("host", "path", "media_type"),
    [(PAGE, "/parcel", messages.HTML), (API, DATA, messages.JSON)],
    ids=["page", "data"],
)
def test_a_page_of_30_mb_is_neither_kept_nor_parsed(bench, host, path, media_type):
    flood = messages.endless(30_000_000, b"x" * 65_536, media_type)
    bench.site.lasting(host, path, replace(flood, headers=(*flood.headers, *CROSS_ORIGIN)))
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.attempts, visited.readings) == (Outcome.UNAVAILABLE, 1, ())
    assert visited.error.startswith("page of ")
    assert visited.error.endswith(f"limit {QUICK.page_bytes}")
    assert sum(len(p.body) for p in visited.pages) < QUICK.page_bytes


def test_a_page_that_grows_by_its_own_script_is_bounded_too(bench):
    growing = ROWS + "<script>document.body.append('x'.repeat(3000000))</script>"
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page(growing))
    visited = bench.visit(Counter())
    assert visited.outcome is Outcome.UNAVAILABLE
    assert "limit" in visited.error


@pytest.mark.fault(
    "Data end in the middle although the server says that they are whole",
    '`layout_changed` with the piece kept; never "no events"',
    layer="network",
    exit_status="1",
)
def test_data_cut_short_by_the_server_is_no_answer(bench):
    bench.site.lasting(API, DATA, messages.Answer(200, b'{"number": "DP0000', CROSS_ORIGIN))
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.attempts) == (Outcome.LAYOUT_CHANGED, 1)
    assert visited.pages[1].body == b'{"number": "DP0000'


@pytest.mark.fault(
    'A page says "unknown number" because its own data request failed',
    "It is not believed: `unavailable`",
    layer="portal",
    exit_status="1",
)
def test_what_a_page_says_after_its_data_failed_is_not_believed(bench):
    shell = SHELL.replace(
        ".then(draw)", ".then(draw).catch(() => { document.body.innerHTML = '<p class=unknown>?' })"
    )
    bench.site.lasting(PAGE, "/parcel", page(shell))
    bench.site.lasting(API, DATA, messages.Answer(500, b"oops", CROSS_ORIGIN))
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.attempts) == (Outcome.UNAVAILABLE, 1)
    assert "HTTP 500" in visited.error


@pytest.mark.fault(
    "One of several data requests of a page fails",
    "The rows that came are kept, the visit is not complete and withdraws nothing",
    layer="network",
    exit_status="0",
)
def test_a_failed_second_request_costs_no_row_but_is_not_complete(bench):
    bench.site.lasting(
        PAGE, "/parcel", page(SHELL + "<script>fetch('https://api.depot.test/parcels/b')</script>")
    )
    bench.site.lasting(API, "/parcels/b", messages.reset())
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.complete, visited.attempts) == (Outcome.OK, False, 1)
    assert texts(visited) == ["Accepted", "Departed"]
    assert "ERR_CONNECTION_RESET" in visited.error


@pytest.mark.fault(
    "A check for people, with status 200, 403, 429 or 503",
    "`challenge` after one attempt; page and picture kept",
    layer="portal",
    exit_status="3",
)
@pytest.mark.parametrize("status", [200, 403, 429, 503])
def test_a_challenge_is_recognised_and_never_asked_again(bench, status):
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page("<p id=slider>Drag me", status))
    visited = bench.visit(Counter())
    assert (visited.outcome, visited.attempts, bench.pauses) == (Outcome.CHALLENGE, 1, [])
    assert roles(visited) == [Role.DOM, Role.SCREENSHOT]


@pytest.mark.fault(
    "403, 404 or 500 with a page in no known state",
    "`unavailable` or `layout_changed` with the status, the page kept",
    layer="portal",
    exit_status="1",
)
@pytest.mark.parametrize(
    ("status", "outcome"),
    [(403, Outcome.UNAVAILABLE), (500, Outcome.UNAVAILABLE), (404, Outcome.LAYOUT_CHANGED)],
)
def test_an_error_page_nobody_knows_says_its_status(bench, status, outcome):
    bench.site.lasting("www.counter.test", f"/{NUMBER}", refusal(status))
    visited = bench.visit(Counter(), limits=BRISK)
    assert (visited.outcome, visited.attempts) == (outcome, 1)
    assert f"HTTP {status}" in visited.error


@pytest.mark.fault(
    "The certificate is not the portal's (a forged one, a captive portal)",
    "Nothing is sent or read; `unavailable` with the reason, not tried again",
    layer="network",
    exit_status="1",
)
def test_a_forged_certificate_is_never_accepted(bench):
    class Forged(Counter):
        hosts = ("forged.test",)

        def url(self, number, language):
            return "https://forged.test/"

    visited = bench.visit(Forged())
    assert (visited.outcome, visited.attempts, visited.pages) == (Outcome.UNAVAILABLE, 1, ())
    assert "forged.test" in visited.error
    assert "ERR_CERT" in visited.error


@pytest.mark.fault(
    "Redirects without end, an answer without content, a download in place of a page",
    "`unavailable` after one attempt",
    layer="portal",
    exit_status="1",
)
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (redirect(f"https://www.counter.test/{NUMBER}"), "ERR_TOO_MANY_REDIRECTS"),
        (messages.Answer(204), "ERR_ABORTED"),
        (messages.Answer(200, b"PK", (("Content-Disposition", "attachment"),)), "Download"),
    ],
    ids=["redirects without end", "no content", "a download"],
)
def test_what_is_no_page_is_not_asked_for_again(bench, answer, said):
    bench.site.lasting("www.counter.test", f"/{NUMBER}", answer)
    visited = bench.visit(Counter())
    assert (visited.outcome, visited.attempts, visited.pages) == (Outcome.UNAVAILABLE, 1, ())
    assert said in visited.error


@pytest.mark.fault(
    "A script of the page runs for ever",
    "The page is given up, and the next visit works",
    layer="browser",
    exit_status="1",
)
def test_a_page_that_never_pauses_is_given_up_and_the_next_visit_works(bench):
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page("<script>for (;;) {}</script>"))
    limits = replace(BRISK, attempts=1, call_seconds=1, close_seconds=2)
    visited = bench.visit(Counter(), limits=limits)
    assert visited.outcome is Outcome.UNAVAILABLE
    assert bench.visit(Depot()).outcome is Outcome.OK


@pytest.mark.fault(
    "The page's process crashes in the middle of a visit",
    "One more attempt, in a new tab",
    layer="browser",
    exit_status="0",
)
def test_a_crashed_page_is_tried_again(bench):
    bench.site.queue(API, DATA, [messages.hang()])

    async def crashing():
        visiting = asyncio.ensure_future(bench.visiting(Depot()))
        await asyncio.to_thread(bench.site.wait_for, f"{API}{DATA}")
        (page,) = [page for page in bench.pages() if page.url.startswith(f"https://{PAGE}")]
        session = await page.context.new_cdp_session(page)
        crash = asyncio.ensure_future(session.send("Page.crash"))
        visited = await visiting
        await asyncio.gather(crash, return_exceptions=True)
        return visited

    visited = bench.runner.run(crashing())
    assert (visited.outcome, visited.attempts) == (Outcome.OK, 2)


def test_a_cancelled_visit_leaves_no_page(bench):
    bench.site.lasting(PAGE, "/parcel", messages.hang())

    async def cancelled():
        visiting = asyncio.ensure_future(bench.visiting(Depot()))
        await asyncio.to_thread(bench.site.wait_for, f"{PAGE}/parcel")
        visiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visiting

    bench.runner.run(cancelled())
    assert bench.browser.open_pages == 0


# The browser itself


@pytest.mark.fault(
    "The browser is killed in the middle of a visit",
    "It is started again, and the same visit brings everything",
    layer="browser",
    exit_status="0",
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_visit_whose_browser_was_killed_gets_another_one(bench):
    marker = "--crosstrack-test-killed"
    options = BrowserOptions(arguments=(*bench.arguments, marker))

    async def visits():
        async with open_browser(options) as browser:
            bench.site.queue(PAGE, "/parcel", [messages.hang()])
            visiting = asyncio.ensure_future(bench.visiting(Depot(), browser=browser))
            await asyncio.to_thread(bench.site.wait_for, f"{PAGE}/parcel")
            kill_browser(marker)
            return await visiting, await bench.visiting(Depot(), browser=browser)

    during, after = bench.runner.run(visits())
    assert (during.outcome, during.attempts, during.error) == (Outcome.OK, 2, None)
    assert (after.outcome, after.attempts) == (Outcome.OK, 1)
    assert not processes_with(marker)


@pytest.mark.fault(
    "A page kills two browsers, one after the other",
    "It gets no third one: `unavailable`",
    layer="browser",
    exit_status="1",
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_what_kills_two_browsers_gets_no_third(bench):
    marker = "--crosstrack-test-killed-twice"
    options = BrowserOptions(arguments=(*bench.arguments, marker))

    async def visits():
        async with open_browser(options) as browser:
            bench.site.lasting(PAGE, "/parcel", messages.hang())
            visiting = asyncio.ensure_future(bench.visiting(Depot(), browser=browser))
            for time in (1, 2):
                await asyncio.to_thread(bench.site.wait_for, f"{PAGE}/parcel", time)
                kill_browser(marker)
            return await visiting

    visited = bench.runner.run(visits())
    assert (visited.outcome, visited.attempts) == (Outcome.UNAVAILABLE, 2)
    assert "the browser has gone" in visited.error
    assert not processes_with(marker)


@pytest.mark.fault(
    "The program fails while the browser is at work",
    "No process of the browser is left",
    layer="browser",
    exit_status="—",
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_no_process_outlives_the_browser_whatever_happens(bench):
    marker = "--crosstrack-test-orphans"
    options = BrowserOptions(arguments=(*bench.arguments, marker))

    async def breaks():
        async with open_browser(options) as browser:
            await bench.visiting(Depot(), browser=browser)
            assert processes_with(marker)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.runner.run(breaks())
    assert not processes_with(marker)


def test_pages_are_rendered_for_the_zone_of_the_options(bench):
    clock = "<!doctype html><ul class=rows><li><script>document.write(new Date(0).getHours())</script></ul>"
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page(clock))

    async def visits():
        options = BrowserOptions(arguments=tuple(bench.arguments), zone="Etc/GMT-8")
        async with open_browser(options) as browser:
            return await bench.visiting(Counter(), browser=browser)

    visited = bench.runner.run(visits())
    assert (visited.viewer_zone, visited.viewer_offset_minutes) == ("Etc/GMT-8", 480)
    assert visited.readings[0].rows[0].description.endswith("8")


@pytest.mark.parametrize(
    ("program", "error"), [("/no/such/browser", BrowserMissing), (sys.executable, BrowserFailed)]
)
def test_no_browser_is_one_clear_line(bench, program, error):
    async def opens():
        async with open_browser(BrowserOptions(executable=program)):
            raise AssertionError("it opened")

    with pytest.raises(error) as raised:
        bench.runner.run(opens())
    assert program in str(raised.value)
    assert "\n" not in str(raised.value)


DETAILS_SHELL = """<!doctype html><title>Depot</title><body><div id=out></div><script>
const ask = path => fetch('https://api.depot.test/parcels/' + path).then(r => r.json());
const draw = found => { document.getElementById('out').innerHTML = '<ul class=rows>' +
  found.rows.map(row => '<li>' + row + '</li>').join('') + '</ul>' +
  (found.more ? '<button id=more>Get more details</button>' : '');
  const more = document.getElementById('more');
  if (more) more.onclick = () => ask('DP000000001').then(draw); };
ask('brief').then(draw);
</script>"""


class Folded(Depot):
    """A portal that shows the newest row alone until a button is pressed."""

    reveal = ("#more",)

    def number_in(self, url):
        return None


def test_a_button_that_shows_more_is_pressed_once_and_what_comes_of_it_is_read(bench, site):
    site.lasting(PAGE, "/parcel", page(DETAILS_SHELL))
    site.lasting(API, "/parcels/brief", parcel(rows=["Delivered"], more=True))
    site.lasting(API, f"/parcels/{NUMBER}", parcel(rows=["Delivered", "On the van", "Accepted"], more=True))
    visited = bench.visit(Folded())
    assert [len(reading.rows) for reading in visited.readings] == [1, 3]
    assert site.asked.count(f"{API}/parcels/{NUMBER}") == 1


def test_a_page_without_the_button_is_read_as_it_is(bench):
    visited = bench.visit(Folded())
    assert visited.outcome is Outcome.OK
    assert visited.complete
