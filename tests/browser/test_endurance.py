"""Many visits in one run: the browser's memory and this program's stay where they were after the first tenth.

`CROSSTRACK_ENDURANCE` says how many (120 unless set; 500 in a full run).
"""

import gc
import os
from contextlib import suppress
from operator import itemgetter

import psutil
import pytest

from collector.browser.watch import _tree_bytes
from fixtures.messages import page
from tests.browser.conftest import API, NUMBER, PAGE, QUICK, SHELL, Counter, Depot, parcel

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VISITS = max(120, int(os.environ.get("CROSSTRACK_ENDURANCE", "120")))
#: By then caches hold what they may.
WARM = max(50, VISITS // 10)
#: How many visits are looked at, before and after.
WINDOW = 30
#: How much the lowest point of the last visits may lie above that of the first ones.
GROWTH, SLACK_BYTES = 1.15, 20_000_000


def memory(bench):
    """Bytes that the browser, and this program with Playwright's driver, have for themselves.

    What processes share is left out: a share depends on what else runs on the machine.
    """
    (browser,) = bench.browser.processes
    gc.collect()
    theirs = own(browser)
    return theirs, own(os.getpid()) - theirs


def own(process):
    total = 0
    for one in (psutil.Process(process), *psutil.Process(process).children(recursive=True)):
        with suppress(psutil.Error):
            total += one.memory_full_info().uss
    return total


def test_memory_stays_flat_over_many_visits(bench):
    heavy = "<script>window.held = new Array(200000).fill(0).map((_, i) => 'row ' + i)</script>"
    bench.site.lasting(PAGE, "/parcel", page(heavy + SHELL + "x" * 300_000))
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page("<ul class=rows><li>Here</ul>" + "y" * 300_000))
    before, after, between = [], [], []
    for visit in range(VISITS):
        number = f"DP{visit:09d}"
        if visit % 2:
            bench.site.lasting(API, f"/parcels/{number}", parcel(number, rows=["Row"] * 50))
            visited = bench.visit(Depot(), number)
        else:
            visited = bench.visit(Counter())
        assert visited.error is None
        bench.site.asked.clear()
        if WARM - WINDOW <= visit < WARM:
            before.append(memory(bench))
        elif visit >= VISITS - WINDOW:
            after.append(memory(bench))
        elif visit > WARM and visit % (VISITS // 12) == 0:
            between.append(memory(bench))
    assert len(bench.browser.processes) == 1
    for which in (0, 1):
        first, *later = (seen[which] for seen in (min(before, key=itemgetter(which)), *between))
        last = min(seen[which] for seen in after)
        # Between two collections of garbage memory swings by half: what is held shows at the lowest points.
        print(f"MB over {VISITS} visits: {[round(held / 1e6) for held in (first, *later, last)]}")
        assert last < GROWTH * first + SLACK_BYTES
    assert bench.browser.open_pages == 0
    assert _tree_bytes(*bench.browser.processes) < QUICK.browser_bytes
