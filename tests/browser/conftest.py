"""A real Chromium, one per test module, and a small synthetic site it sees under invented host names."""

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.browser import BrowserOptions, open_browser
from collector.browser.finding import BrowserMissing, find_browser
from collector.limits import Limits
from collector.visit import visit
from fixtures.authority import issue
from fixtures.chromium import chromium_arguments
from fixtures.messages import data, page
from fixtures.server import Server
from scrapers.contract import Evidence, LayoutChanged, Politeness, Portal, Reading, Row, State
from scrapers.select import maybe, tree
from scrapers.words import Outcome, Role
from tests.browser import socket_guard

NOW = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)
QUICK = Limits(
    navigation_seconds=10,
    state_seconds=10,
    settle_seconds=0.4,
    call_seconds=10,
    close_seconds=5,
    page_bytes=2_000_000,
)
#: For servers that hang: bounds that are met soon.
BRISK = Limits(navigation_seconds=1, state_seconds=1, settle_seconds=0.3, call_seconds=5, close_seconds=5)

PAGE, API = "track.depot.test", "api.depot.test"
NUMBER = "DP000000001"
SHELL = """<!doctype html><title>Depot</title><body><div id=out></div><script>
const number = new URLSearchParams(location.search).get('n');
const draw = found => { document.getElementById('out').innerHTML = '<ul class=rows>' +
  found.rows.map(row => '<li>' + row + '</li>').join('') + '</ul>'; };
fetch('https://api.depot.test/parcels/' + number + '?t=' + Math.random()).then(r => r.json()).then(draw);
</script>"""
CROSS_ORIGIN = (("Access-Control-Allow-Origin", "*"),)


def parcel(number=NUMBER, rows=("Accepted", "Departed"), **more):
    return data({"number": number, "rows": list(rows), **more}, headers=CROSS_ORIGIN)


class Depot(Portal):
    """A synthetic portal: a page whose script fetches its rows from another host."""

    name = "depot"
    hosts = (PAGE,)
    resource_hosts = (API,)
    payloads = ("https://api.depot.test/parcels/*",)
    states = {  # noqa: RUF012
        "rows": State(None, ("ul.rows",)),
        "unknown": State(Outcome.NOT_FOUND, ("p.unknown",)),
        "challenge": State(Outcome.CHALLENGE, ("#slider",)),
    }
    politeness = Politeness(1, 100, "synthetic")
    evidence = Evidence("documented", "2026")

    def url(self, number, language):
        return f"https://{PAGE}/parcel?n={number}"

    def number_in(self, url):
        return url.partition("?")[0].rpartition("/parcels/")[2] or None if "/parcels/" in url else None

    def parse(self, pages):
        readings = [_of_data(p) for p in pages if p.role is Role.PAYLOAD]
        if readings:
            return tuple(readings)
        for state in self.states.values():
            if state.outcome and any(maybe(tree(p.text), state.selectors) for p in pages):
                return (Reading(state.outcome),)
        raise LayoutChanged(self.name, "rows")


class Counter(Portal):
    """A synthetic portal whose rows come with the document."""

    name = "counter"
    hosts = ("www.counter.test",)
    states = {"rows": State(None, ("ul.rows",)), "challenge": State(Outcome.CHALLENGE, ("#slider",))}  # noqa: RUF012
    politeness = Politeness(1, 100, "synthetic")
    evidence = Evidence("documented", "2026")

    def url(self, number, language):
        return f"https://www.counter.test/{number}"

    def number_in(self, url):
        return None

    def parse(self, pages):
        page = tree(pages[0].text)
        if maybe(page, "#slider"):
            return (Reading(Outcome.CHALLENGE),)
        if maybe(page, "ul.rows") is None:
            raise LayoutChanged(self.name, "ul.rows")
        return (Reading(rows=tuple(Row(node.text()) for node in page.css("ul.rows li"))),)


def _of_data(page):
    try:
        found = json.loads(page.text)
        rows = tuple(Row(text) for text in found["rows"])
        return Reading(
            number=found["number"], rows=rows, outcome=Outcome.OK if rows else Outcome.NO_EVENTS_YET
        )
    except (ValueError, KeyError, TypeError):
        raise LayoutChanged("depot", "rows in the data") from None


class Site:
    """What each host and path answers: the answers queued for it one by one, then the lasting one."""

    def __init__(self):
        self._lock = threading.Condition()
        self.reset()

    def reset(self):
        with self._lock:
            self._lasting = {(PAGE, "/parcel"): page(SHELL)}
            self._queued = {}
            self.asked = []
            self.cookies = {}

    def lasting(self, host, path, answer):
        self._lasting[host, path] = answer

    def queue(self, host, path, answers):
        self._queued[host, path] = list(answers)

    def wait_for(self, address, times=1):
        """Returns when the host and path `address` was asked for so often; fails after twenty seconds."""
        with self._lock:
            assert self._lock.wait_for(lambda: self.asked.count(address) >= times, timeout=20)

    def answer(self, request):
        key = (request.host, request.path)
        with self._lock:
            self.asked.append(f"{request.host}{request.path}")
            self.cookies[f"{request.host}{request.path}"] = request.cookies
            self._lock.notify_all()
            queued = self._queued.get(key)
            if queued:
                return queued.pop(0)
            default = parcel(request.path.rpartition("/")[2]) if request.host == API else page("none", 404)
            return self._lasting.get(key, default)


class Bench:
    """A loop, a browser and a site that stay for one test module."""

    def __init__(self, runner, site, arguments):
        self.runner = runner
        self.site = site
        self.arguments = arguments
        self.browser = None
        self.pauses = []
        self._open = None

    def start(self, log):
        """Opens the browser; it writes what it does on the network to `log`."""
        self._open = open_browser(BrowserOptions(arguments=(*self.arguments, f"--log-net-log={log}")))
        self.browser = self.runner.run(self._open.__aenter__())

    def stop(self):
        self.runner.run(self._open.__aexit__(None, None, None))

    def contexts(self):
        """The browser's contexts that are open now."""
        (engine,) = self.browser._engines.values()
        return engine.tabs.running.chromium.contexts

    def pages(self):
        """The pages that are open now."""
        return [page for context in self.contexts() for page in context.pages]

    async def _pause(self, seconds):
        self.pauses.append(seconds)

    def visiting(self, portal, number=NUMBER, *, language="en", limits=QUICK, browser=None):
        return visit(
            browser or self.browser,
            portal,
            number,
            language=language,
            clock=lambda: NOW,
            sleep=self._pause,
            limits=limits,
        )

    def visit(self, portal, number=NUMBER, **more):
        """The visit's result; no page may stay open behind it."""
        self.pauses.clear()
        visited = self.runner.run(self.visiting(portal, number, **more))
        assert self.browser.open_pages == 0
        return visited


@pytest.fixture(scope="module")
def site():
    return Site()


@pytest.fixture(scope="module")
def server(site, tmp_path_factory):
    hosts = (PAGE, API, "www.counter.test", "elsewhere.test", "ads.test")
    certificate = issue(hosts, tmp_path_factory.mktemp("authority"))
    with Server(site.answer, certificate) as running:
        yield running


@pytest.fixture(scope="module")
def arguments(server):
    """What the browser is started with; a module may replace this fixture."""
    return chromium_arguments(server)


@pytest.fixture(autouse=True)
def _python_stays_on_this_machine(monkeypatch):
    socket_guard.guard_python(monkeypatch)


@pytest.fixture(scope="module", autouse=True)
def _every_process_stays_on_this_machine(request):
    if request.module.__name__.endswith(".test_guard"):  # it shows that the guard sees what it should
        yield
        return
    with socket_guard.watched():
        yield


@pytest.fixture(scope="module")
def module_bench(site, arguments, tmp_path_factory) -> Iterator[Bench]:
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    with asyncio.Runner() as runner:
        log = tmp_path_factory.mktemp("browser") / "net.json"
        bench = Bench(runner, site, arguments)
        bench.start(log)
        yield bench
        bench.stop()
    socket_guard.check_net_log(log)
    log.unlink()


@pytest.fixture
def bench(module_bench):
    module_bench.site.reset()
    return module_bench


def kill_browser(marker):
    """Kills the browsers started with `marker`, without a word."""
    for process, line in processes_with(marker).items():
        if "--type=" not in line and "chrom" in line:
            os.kill(process, signal.SIGKILL)


def processes_with(marker):
    """The running processes whose command line contains `marker`: command lines by process id."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker in line:
            found[int(entry.parent.name)] = line
    return found
