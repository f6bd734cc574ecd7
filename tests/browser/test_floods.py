"""Pages without measure: a gigabyte, no end, a small reply that unfolds. Time and memory stay bounded."""

import threading
import time
import zlib
from dataclasses import replace

import psutil
import pytest

from collector.browser.watch import _tree_bytes
from fixtures import messages
from fixtures.messages import Answer, page
from scrapers.words import Outcome
from tests.browser.conftest import API, CROSS_ORIGIN, NUMBER, PAGE, QUICK, SHELL, Depot

pytestmark = pytest.mark.browser

DATA = f"/parcels/{NUMBER}"
GIGABYTE = 2**30
BOUNDED = replace(
    QUICK, page_bytes=2_000_000, visit_bytes=8_000_000, attempts=1, navigation_seconds=40, state_seconds=40
)
#: What is let in soon ends, but a page makes much of little: a hundred megabytes to lay out one of text.
MOST_BYTES, MOST_SECONDS = 2_400_000_000, 90


class Watch:
    """The most memory the browsers and this program took while it ran, above what they took at first."""

    def __init__(self, bench):
        self._bench = bench
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._first = self._now()
        self._most = self._first

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()

    @property
    def grown(self):
        return self._most - self._first

    def _run(self):
        while not self._end.wait(0.05):
            self._most = max(self._most, self._now())

    def _now(self):
        return sum(map(_tree_bytes, self._bench.browser.processes)) + psutil.Process().memory_info().rss


def bomb(size):
    """A reply of `size` bytes once unfolded."""
    packer = zlib.compressobj(wbits=31)
    packed = b"".join(packer.compress(b"x" * 10**7) for _ in range(size // 10**7)) + packer.flush()
    headers = (("Content-Type", messages.HTML), ("Content-Encoding", "gzip"), *CROSS_ORIGIN)
    return Answer(200, packed, headers)


def crossing(answer):
    return replace(answer, headers=(*answer.headers, *CROSS_ORIGIN))


FLOODS = {
    "a gigabyte": lambda: messages.big(GIGABYTE),
    "no end": lambda: messages.endless(8 * GIGABYTE, b"<p>x</p>" * 8192),
    "small until unfolded": lambda: bomb(1_000_000_000),
}
LOADED_BY = {
    "document": None,
    "data": None,
    "script": "<script src=/flood></script>",
    "fetch": "<script>fetch('/flood').then(r => r.text())</script>",
    "frame": "<iframe src=/flood></iframe>",
    "worker": "<script>new Worker('/worker.js')</script>",
}


@pytest.mark.fault(
    "A page floods the browser in any of several ways, announced or not",
    "It is cut off at the limit, and the next visit works",
    layer="portal",
    exit_status="1",
)
@pytest.mark.parametrize("flood", FLOODS)
@pytest.mark.parametrize("way", LOADED_BY)
def test_a_flood_is_cut_off_and_the_next_visit_works(bench, way, flood):
    answer = crossing(FLOODS[flood]())
    untold = way == "script"  # Chromium tells nothing of it before its end: the watch on memory ends the page
    limits = replace(BOUNDED, browser_bytes=300_000_000 if untold else BOUNDED.browser_bytes)
    where = {"document": (PAGE, "/parcel"), "data": (API, DATA)}.get(way, (PAGE, "/flood"))
    if LOADED_BY[way] is not None:
        bench.site.lasting(PAGE, "/parcel", page(LOADED_BY[way] + SHELL))
        bench.site.lasting(API, DATA, messages.hang())
        script = b"fetch('/flood').then(r => r.arrayBuffer())"
        bench.site.lasting(PAGE, "/worker.js", Answer(200, script, (("Content-Type", "text/javascript"),)))
    bench.site.lasting(*where, answer)
    started = time.monotonic()
    with Watch(bench) as watch:
        visited = bench.visit(Depot(), limits=limits)
    assert (visited.outcome, visited.attempts, visited.readings) == (Outcome.UNAVAILABLE, 1, ())
    given_up = (way, flood) == ("data", "small until unfolded")  # by the page itself: no text is so long
    if not untold and not given_up:
        assert "limit" in visited.error
    assert sum(len(kept.body) for kept in visited.pages) <= BOUNDED.visit_bytes
    assert watch.grown < MOST_BYTES
    assert time.monotonic() - started < MOST_SECONDS
    bench.site.reset()
    assert bench.visit(Depot()).outcome is Outcome.OK


@pytest.mark.fault(
    "A page loads small things without end",
    "They are bounded together",
    layer="portal",
    exit_status="1",
)
def test_many_small_replies_are_bounded_together(bench):
    many = "<script>setInterval(() => fetch('/bit?' + Math.random()).then(r => r.text()), 20)</script>"
    bench.site.lasting(PAGE, "/parcel", page(many + SHELL))
    bench.site.lasting(PAGE, "/bit", page("x" * 200_000))
    bench.site.lasting(API, DATA, messages.hang())
    visited = bench.visit(Depot(), limits=BOUNDED)
    assert (visited.outcome, visited.attempts) == (Outcome.UNAVAILABLE, 1)
    assert f"limit {BOUNDED.visit_bytes}" in visited.error


def test_a_flooded_pages_context_is_left(bench):
    """The next page of its site would be given its process, which may still be ending."""
    assert bench.visit(Depot()).outcome is Outcome.OK
    before = set(bench.contexts())
    bench.site.lasting(PAGE, "/parcel", messages.endless(8 * GIGABYTE, b"<p>x</p>" * 8192))
    assert bench.visit(Depot(), limits=BOUNDED).outcome is Outcome.UNAVAILABLE
    bench.site.reset()
    assert bench.visit(Depot()).outcome is Outcome.OK
    assert before.isdisjoint(bench.contexts())


def test_the_watch_sees_memory_that_is_taken(bench):
    with Watch(bench) as watch:
        held = bytearray(600_000_000)  # the last test's browser may give some back meanwhile
        held[::4096] = b"x" * len(held[::4096])
        time.sleep(0.5)
    assert watch.grown > 300_000_000
