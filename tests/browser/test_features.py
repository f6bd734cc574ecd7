"""What a browser is started with: features turned off, and a process for each site."""

import psutil
import pytest

from collector.browser.starting import FEATURES_OFF
from fixtures.messages import page

pytestmark = pytest.mark.browser

_OFF = "--disable-features="


def command_line(bench):
    """The arguments of the running browser, in order."""
    (process,) = bench.browser.processes
    return psutil.Process(process).cmdline()


def test_whatever_playwright_turns_off_stays_off(bench):
    """A browser heeds the last of several lists: ours has to repeat Playwright's."""
    given = [one for one in command_line(bench) if one.startswith(_OFF)]
    theirs = {name for one in given if one != FEATURES_OFF for name in one.removeprefix(_OFF).split(",")}
    missing = theirs - set(FEATURES_OFF.removeprefix(_OFF).split(","))
    assert given[-1] == FEATURES_OFF
    assert theirs
    assert not missing, f"add to collector/browser/starting.py: {sorted(missing)}"


def test_a_strangers_frame_has_a_process_of_its_own(bench):
    """Pages of one site share a process, those of two never do."""
    framed = '<iframe src="https://api.depot.test/frame"></iframe>'
    bench.site.lasting("www.counter.test", "/framed", page(framed))
    bench.site.lasting("api.depot.test", "/frame", page("<p>A frame"))

    async def frames_apart():
        (engine,) = bench.browser._engines.values()
        chromium = engine.tabs.running.chromium
        context = await chromium.new_context()
        try:
            await (await context.new_page()).goto("https://www.counter.test/framed", wait_until="load")
            told = await (await chromium.new_browser_cdp_session()).send("Target.getTargets")
            return [one["url"] for one in told["targetInfos"] if one["type"] == "iframe"]
        finally:
            await context.close()

    assert bench.runner.run(frames_apart()) == ["https://api.depot.test/frame"]
