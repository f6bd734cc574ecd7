"""Many visits in one run: the browser's memory and this program's stay where they were after the first fifty.

`CROSSTRACK_ENDURANCE` says how many (120 unless set; 500 in a full run).
"""

import gc
import os

import pytest

from collector.browser.watch import _tree_bytes
from fixtures.messages import page
from tests.browser.conftest import API, NUMBER, PAGE, QUICK, SHELL, Counter, Depot, parcel

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VISITS = int(os.environ.get("CROSSTRACK_ENDURANCE", "120"))
WARM = 50
#: How many visits are looked at, before and after.
WINDOW = 30
#: How much the lowest point of the last visits may lie above that of the first ones.
GROWTH, SLACK_BYTES = 1.15, 20_000_000


def memory(bench):
    """Bytes of the browser and of this program with Playwright's driver, apart."""
    (browser,) = bench.browser.processes
    gc.collect()
    theirs = _tree_bytes(browser)
    return theirs, _tree_bytes(os.getpid()) - theirs


def mean(values):
    return sum(values) / len(values)


def test_memory_stays_flat_over_many_visits(bench):
    heavy = "<script>window.held = new Array(200000).fill(0).map((_, i) => 'row ' + i)</script>"
    bench.site.lasting(PAGE, "/parcel", page(heavy + SHELL + "x" * 300_000))
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page("<ul class=rows><li>Here</ul>" + "y" * 300_000))
    seen = []
    for visit in range(max(VISITS, WARM + 2 * WINDOW)):
        number = f"DP{visit:09d}"
        if visit % 2:
            bench.site.lasting(API, f"/parcels/{number}", parcel(number, rows=["Row"] * 50))
            visited = bench.visit(Depot(), number)
        else:
            visited = bench.visit(Counter())
        assert visited.error is None
        bench.site.asked.clear()
        seen.append(memory(bench))
    assert len(bench.browser.processes) == 1
    for which in zip(*seen, strict=True):
        # Between two collections of garbage memory swings by half: what is held shows at the lowest points.
        before, after = min(which[WARM - WINDOW : WARM]), min(which[-WINDOW:])
        told = [round(bytes_ / 1e6) for bytes_ in which[:: max(1, len(which) // 12)]]
        print(f"MB over {len(seen)} visits: {told}; {before / 1e6:.0f} -> {after / 1e6:.0f}")
        assert after < GROWTH * before + SLACK_BYTES
    assert bench.browser.open_pages == 0
    assert QUICK.browser_bytes > mean([theirs for theirs, _ in seen])
