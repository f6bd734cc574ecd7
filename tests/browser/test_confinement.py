"""What a hostile page cannot do: reach other hosts by any of the ways a page has, open windows, keep, ask.

The pages are synthetic. Every host leads to the simulated server, so a request to a foreign one that was let
through arrives there.
"""

import json
from dataclasses import replace

import pytest

from collector.browser import BrowserOptions, open_browser
from collector.browser.starting import arguments as command_line
from collector.browser.starting import wall
from fixtures.messages import Answer, page, redirect
from scrapers.words import Outcome
from tests.browser.conftest import API, NUMBER, PAGE, QUICK, SHELL, Counter, Depot, parcel

pytestmark = pytest.mark.browser

DATA = f"/parcels/{NUMBER}"
FAR = "https://ads.test"
SCRIPT = (("Content-Type", "text/javascript"),)
#: Every way here is tried while the page is open; the data comes late enough for all of them to be taken.
SLOW = replace(parcel(), delay_s=1.5)


def strangers(bench):
    """What arrived at hosts that are not the portal's."""
    return [asked for asked in bench.site.asked if not asked.startswith((PAGE, API))]


def visited_with(bench, html, *, portal=None, answers=()):
    bench.site.lasting(PAGE, "/parcel", page(html + SHELL))
    bench.site.lasting(API, DATA, SLOW)
    for path, answer in answers:
        bench.site.lasting(PAGE, path, answer)
    return bench.visit(portal or Depot())


@pytest.mark.parametrize(
    "html",
    [
        f"<iframe src={FAR}/frame></iframe>",
        "<iframe src=/to-ads></iframe>",
        f"<script src={FAR}/a.js></script>",
        "<script src=/to-ads></script>",
        f"<link rel=stylesheet href={FAR}/a.css>",
        f"<script>fetch('{FAR}/x', {{method: 'POST', body: 'x', mode: 'no-cors'}})</script>",
        "<script>fetch('/to-ads', {mode: 'no-cors'})</script>",
        f"<script>navigator.sendBeacon('{FAR}/x', 'x')</script>",
        f"<script>fetch('{FAR}/x', {{keepalive: true, mode: 'no-cors'}})</script>",
        f"<script>new EventSource('{FAR}/x')</script>",
        "<script>new WebSocket('wss://ads.test/socket')</script>",
        f"<form id=f action={FAR}/x target=in><iframe name=in></iframe></form><script>f.submit()</script>",
        "<iframe sandbox=allow-scripts src=/inner></iframe>",
        "<script>new Worker('/worker.js')</script>",
        f"<object data={FAR}/o type=text/html></object>",
    ],
    ids=[
        "frame",
        "frame by redirect",
        "script",
        "script by redirect",
        "style",
        "fetch",
        "fetch by redirect",
        "beacon",
        "keepalive",
        "event source",
        "web socket",
        "form",
        "frame of its own process",
        "worker",
        "object",
    ],
)
def test_no_way_leads_to_another_host_and_each_is_listed(bench, html):
    away = f"fetch('{FAR}/x', {{mode: 'no-cors'}}).catch(() => 0)"
    answers = (
        ("/to-ads", redirect(f"{FAR}/redirected")),
        ("/inner", page(f"<script>{away}</script>")),
        ("/worker.js", Answer(200, away.encode(), SCRIPT)),
    )
    visited = visited_with(bench, html, answers=answers)
    assert strangers(bench) == []
    assert visited.outcome is Outcome.OK
    assert visited.blocked_hosts == ("ads.test",)


def test_a_tab_that_is_used_again_is_guarded_like_a_new_one(bench):
    for _ in range(3):
        visited = visited_with(bench, f"<script src={FAR}/a.js></script><iframe src={FAR}/f></iframe>")
        assert (visited.outcome, visited.blocked_hosts) == (Outcome.OK, ("ads.test",))
    assert strangers(bench) == []


def test_what_one_visit_was_refused_is_not_listed_on_the_next(bench):
    assert visited_with(bench, f"<iframe src={FAR}/f></iframe>").blocked_hosts == ("ads.test",)
    assert visited_with(bench, "").blocked_hosts == ()


@pytest.mark.fault(
    "A portal leads to a host that looks like its own, by redirect, script or refresh",
    "It is never reached, and listed on the visit",
    layer="portal",
    exit_status="1",
)
@pytest.mark.parametrize("host", ["track.depot.test.elsewhere.test", "xtrack.depot.test", "track.depot.tëst"])
@pytest.mark.parametrize("how", ["redirect", "script", "refresh"])
def test_nobody_is_led_to_a_host_that_looks_alike(bench, host, how):
    url = f"https://{host}/parcel"
    answer = {
        "redirect": Answer(302, headers=(("Location", url),)),
        "script": page(f"<script>location = '{url}'</script>"),
        "refresh": page(f"<meta http-equiv=refresh content='0;url={url}'>"),
    }
    if how == "redirect" and not host.isascii():
        pytest.skip("a header holds no such letter")
    bench.site.lasting(PAGE, "/parcel", answer[how])
    visited = bench.visit(Depot())
    assert (visited.outcome, visited.attempts, visited.readings) == (Outcome.UNAVAILABLE, 1, ())
    assert "no host of its own" in visited.error
    (blocked,) = visited.blocked_hosts
    assert blocked in visited.error
    assert strangers(bench) == []
    bench.site.reset()
    assert bench.visit(Depot()).outcome is Outcome.OK


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "data:text/html,<ul class=rows><li>x", "javascript:1", "https://ads.test/"]
)
def test_a_portal_cannot_name_a_page_that_is_not_on_its_hosts(bench, url):
    class Elsewhere(Counter):
        def url(self, number, language):
            return url

    visited = bench.visit(Elsewhere())
    assert (visited.outcome, visited.attempts, visited.pages) == (Outcome.UNAVAILABLE, 1, ())
    assert "no host of its own" in visited.error
    assert bench.site.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "data:text/html,<ul class=rows><li>x</ul>",
        "javascript:'<ul class=rows><li>x</ul>'",
        "about:blank",
        "blob:",
    ],
)
def test_a_page_cannot_lead_where_there_is_no_host(bench, url):
    made = "URL.createObjectURL(new Blob(['<ul class=rows><li>x</ul>'], {type: 'text/html'}))"
    goal = made if url == "blob:" else json.dumps(url)
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page(f"<script>location = {goal}</script>"))
    visited = bench.visit(Counter(), limits=replace(QUICK, state_seconds=1, attempts=1))
    if not url.startswith("javascript"):  # that one is a script like any other
        assert (visited.outcome is Outcome.OK, visited.readings) == (False, ())
    assert all(kept.url.startswith("https://www.counter.test/") for kept in visited.pages)


def test_a_page_opens_no_window_by_itself(bench):
    opens = "<script>open('/x'); open('https://ads.test/'); setInterval(() => open('/x', '', 'noopener'), 50)"
    clicks = "</script><a id=a target=_blank href=/x></a><script>a.click()</script>"
    visited = visited_with(bench, opens + clicks)
    assert visited.outcome is Outcome.OK
    assert f"{PAGE}/x" not in bench.site.asked
    assert strangers(bench) == []


def test_permissions_are_denied_without_a_question(bench):
    asks = """<ul class=rows></ul><script>
      const show = text => { document.querySelector('ul').innerHTML += '<li>' + text };
      show('notifications ' + Notification.permission);
      navigator.geolocation.getCurrentPosition(() => show('located'), () => show('not located'));
      for (const name of ['geolocation', 'camera', 'microphone', 'clipboard-read'])
        navigator.permissions.query({name}).then(found => show(name + ' ' + found.state));
      navigator.serviceWorker.register('/sw.js').then(w => show('worker ' + (w && w.scope)), () => 0);
    </script>"""
    bench.site.lasting("www.counter.test", "/sw.js", Answer(200, b"", SCRIPT))
    bench.site.lasting("www.counter.test", "/slow", replace(page("x"), delay_s=1))

    class Patient(Counter):
        payloads = ("https://www.counter.test/slow",)

    bench.site.lasting("www.counter.test", f"/{NUMBER}", page(asks + "<script>fetch('/slow')</script>"))
    visited = bench.visit(Patient())
    said = {row.description for row in visited.readings[0].rows}
    assert {"notifications denied", "not located", "geolocation denied", "camera denied"} <= said
    assert {"microphone denied", "clipboard-read denied"} <= said
    assert not any(text.startswith("worker https") for text in said)
    assert "www.counter.test/sw.js" not in bench.site.asked


def test_a_download_never_lands(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    saves = "<a id=a href=/big.bin download=big.bin></a><script>a.click()</script>"
    attached = Answer(200, b"PK" * 1000, (("Content-Disposition", "attachment; filename=big.bin"),))
    visited = visited_with(bench, saves, answers=(("/big.bin", attached),))
    assert visited.outcome is Outcome.OK
    assert not list(tmp_path.rglob("big*"))


def test_the_wall_is_left_out_where_the_options_bring_rules_of_their_own():
    (rules,) = wall(["b.test", "a.test", "a.test"])
    assert rules == "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE a.test, EXCLUDE b.test"
    assert rules in command_line(BrowserOptions(hosts=("a.test", "b.test")))
    own = ("--host-resolver-rules=MAP * 127.0.0.1",)
    assert rules not in command_line(BrowserOptions(hosts=("a.test", "b.test"), arguments=own))
    assert wall([]) == ()


def test_nothing_that_blocking_by_page_cannot_hold_passes_the_wall(bench, server):
    """Shared workers and the web sockets of workers, before a browser that knows one host only."""
    here = f"https://localhost:{server.port}"
    away = f"https://127.0.0.1:{server.port}/away"
    calls = f"fetch('{away}', {{mode: 'no-cors'}}); new WebSocket('{away.replace('https', 'wss')}')"
    ways = f"new SharedWorker('/w.js'); new Worker('/w.js'); {calls}"
    html = f"<ul class=rows><li>x</ul><script>{ways}; fetch('/slow')</script>"
    bench.site.lasting("localhost", "/", page(html))
    bench.site.lasting("localhost", "/w.js", Answer(200, calls.encode(), SCRIPT))
    bench.site.lasting("localhost", "/slow", replace(page("x"), delay_s=1.5))

    class Local(Counter):
        hosts = ("localhost",)
        payloads = (f"{here}/slow",)

        def url(self, number, language):
            return f"{here}/"

    pin = [argument for argument in bench.arguments if "host-resolver-rules" not in argument]

    async def visits(hosts):
        options = BrowserOptions(arguments=tuple(pin), hosts=hosts)
        async with open_browser(options) as browser:
            return await bench.visiting(Local(), browser=browser)

    assert bench.runner.run(visits(("localhost",))).outcome is Outcome.OK
    assert "127.0.0.1/away" not in bench.site.asked
    bench.runner.run(visits(()))
    assert "127.0.0.1/away" in bench.site.asked, "without the wall these get through: this test could fail"


def test_a_consent_banner_is_closed_once_and_its_popup_too(bench):
    class Asking(Depot):
        consent = ("#refuse", "#accept")

    banner = """<button id=accept onclick="document.body.dataset.said += 'accepted '">Yes</button>
      <button id=refuse onclick="document.body.dataset.said += 'refused '; window.open('/x')">No</button>"""
    visited = visited_with(bench, banner, portal=Asking())
    assert visited.outcome is Outcome.OK
    assert b'data-said="undefinedrefused "' in visited.pages[0].body
    assert not [page for page in bench.pages() if page.url.endswith("/x")]
    assert bench.visit(Asking()).outcome is Outcome.OK


def test_a_banner_that_cannot_be_closed_costs_no_visit(bench):
    class Asking(Depot):
        consent = ("#ok",)

    covered = "<button id=ok>OK</button><div style='position:fixed;inset:0;z-index:9'></div>"
    limits = replace(QUICK, consent_seconds=0.3)
    bench.site.lasting(PAGE, "/parcel", page(covered + SHELL))
    assert bench.visit(Asking(), limits=limits).outcome is Outcome.OK
