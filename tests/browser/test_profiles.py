"""Browsers that remember, browsers of somebody else, browsers that grow: started, shared, left and ended."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from collector.browser import BrowserFailed, BrowserOptions, check_options, open_browser
from collector.browser.finding import find_browser, runs_as_root
from collector.browser.profiles import ProfileInUse, profile_folder, until_free
from collector.browser.watch import _tree_bytes
from collector.errors import UsageError
from fixtures.messages import page
from scrapers.words import Outcome
from tests.browser.conftest import NUMBER, PAGE, QUICK, Counter, Depot, processes_with

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]

ROOT = Path(__file__).parents[2]
REMEMBERS = """<ul class=rows></ul><script>
  document.querySelector('ul').innerHTML = '<li>' + (document.cookie || 'nothing');
  document.cookie = 'seen=1; max-age=9999';
</script>"""


def rows(visited):
    return [row.description for row in visited.readings[0].rows]


@contextmanager
def living(**options):
    """A program of its own with an open browser, killed at the end."""
    command = [sys.executable, "-m", "tests.browser.living", json.dumps(options)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready ok\n"
            yield process
        finally:
            process.kill()


def wait_until_gone(marker):
    deadline = time.monotonic() + 30
    while processes_with(marker):
        assert time.monotonic() < deadline, f"orphans: {processes_with(marker)}"
        time.sleep(0.1)


# Profiles


def test_a_profile_remembers_between_runs_and_each_portal_has_its_own(bench, tmp_path):
    options = BrowserOptions(arguments=tuple(bench.arguments), profiles=tmp_path / "profiles")
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page(REMEMBERS))

    async def run():
        async with open_browser(options) as browser:
            visited = [await bench.visiting(Counter(), browser=browser) for _ in range(2)]
            other = await bench.visiting(Depot(), browser=browser)
            assert browser.open_pages == 0
            assert len(browser.processes) == 2
            return [rows(one) for one in visited], other.outcome

    assert bench.runner.run(run()) == ([["nothing"], ["seen=1"]], Outcome.OK)
    assert bench.runner.run(run()) == ([["seen=1"], ["seen=1"]], Outcome.OK)
    for folder in (tmp_path / "profiles", *(tmp_path / "profiles").iterdir()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {f.name for f in (tmp_path / "profiles").iterdir()} == {"counter", "depot"}
    assert not processes_with(str(tmp_path))


def test_a_profile_speaks_the_language_of_each_visit(bench, server, tmp_path):
    options = BrowserOptions(arguments=tuple(bench.arguments), profiles=tmp_path)

    async def run():
        async with open_browser(options) as browser:
            for language in ("es", "de"):
                assert (
                    await bench.visiting(Depot(), language=language, browser=browser)
                ).outcome is Outcome.OK
                assert server.requests[-1].headers["accept-language"].startswith(language)

    bench.runner.run(run())


@pytest.mark.fault(
    "Another browser uses a portal's profile",
    "That portal is `unavailable` with the reason; the others are read",
    layer="browser",
    exit_status="1",
)
def test_a_profile_in_use_is_one_clear_line_and_costs_no_other_portal(bench, tmp_path, monkeypatch):
    monkeypatch.setattr("collector.browser.starting._PROFILE_PATIENCE_SECONDS", 0.3)
    options = BrowserOptions(arguments=tuple(bench.arguments), profiles=tmp_path)
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page(REMEMBERS))

    async def run():
        async with open_browser(options) as browser:
            return [await bench.visiting(portal(), browser=browser) for portal in (Depot, Counter)]

    with living(arguments=bench.arguments, profiles=str(tmp_path)):
        taken, free = bench.runner.run(run())
    assert (taken.outcome, taken.attempts) == (Outcome.UNAVAILABLE, 1)
    assert "in use by process" in taken.error
    assert free.outcome is Outcome.OK
    wait_until_gone(str(tmp_path))
    assert [v.outcome for v in bench.runner.run(run())] == [Outcome.OK, Outcome.OK]


@pytest.mark.fault(
    "The program is ended by SIGKILL, SIGTERM or SIGINT while the browser is at work",
    "No process of the browser is left, with a profile of its own or without",
    layer="browser",
    exit_status="—",
)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("profiled", [True, False], ids=["profile", "fresh"])
def test_no_browser_outlives_a_program_that_is_killed(bench, tmp_path, how, profiled):
    marker = f"--crosstrack-test-{tmp_path.name}"
    profiles = str(tmp_path) if profiled else None
    with living(arguments=[*bench.arguments, marker], profiles=profiles) as process:
        assert processes_with(marker)
        process.send_signal(how)
        process.wait(timeout=60)
    wait_until_gone(marker)


@pytest.mark.fault(
    "A browser that crashed left its mark in the profile",
    "The mark of a dead process locks nobody out",
    layer="browser",
    exit_status="0",
)
def test_a_mark_left_by_a_crash_locks_nobody_out(tmp_path):
    gone = subprocess.run(["true"], check=True)  # noqa: F841 - only its id would be needed, and that is free again
    (tmp_path / "SingletonLock").symlink_to(f"{os.uname().nodename}-999999999")
    asyncio.run(until_free(tmp_path, 0.1))
    (tmp_path / "SingletonLock").unlink()
    (tmp_path / "SingletonLock").symlink_to("another-host-1")
    with pytest.raises(ProfileInUse, match="another-host"):
        asyncio.run(until_free(tmp_path, 0.1))


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(Exception, match="cannot be used") as raised:
        profile_folder(tmp_path / "file", "depot")
    assert "\n" not in str(raised.value)


# A running browser


@contextmanager
def running_browser(arguments, folder):
    """A browser somebody started, with a page open; its endpoint and its process."""
    root = ["--no-sandbox"] if runs_as_root() else []
    switches = ["--headless", "--remote-debugging-port=0", f"--user-data-dir={folder}", "--no-first-run"]
    program = find_browser(None, os.environ).path
    command = [program, *switches, *root, *arguments, "data:text/html,mine"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            port = folder / "DevToolsActivePort"
            deadline = time.monotonic() + 60
            while not port.exists() or not port.read_text().strip():
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port.read_text().split()[0]}", process
        finally:
            process.terminate()


def pages_of(endpoint):
    with urlopen(f"{endpoint}/json/list") as reply:  # noqa: S310 - loopback
        return [one["url"] for one in json.load(reply) if one["type"] == "page"]


def test_a_running_browser_is_used_and_left_as_it_was(bench, tmp_path):
    foreign = "<iframe src=https://ads.test/x></iframe>" + REMEMBERS
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page(foreign))
    with running_browser(bench.arguments, tmp_path) as (endpoint, process):

        async def run():
            async with open_browser(BrowserOptions(endpoint=endpoint)) as browser:
                visited = [await bench.visiting(Counter(), browser=browser) for _ in range(2)]
                assert browser.open_pages == 0
                assert browser.processes == []
                return visited

        before = pages_of(endpoint)
        assert len(before) == 1
        for _ in range(2):
            first, second = bench.runner.run(run())
            assert (rows(first), rows(second)) == (["nothing"], ["seen=1"])
            assert (first.viewer_zone, first.blocked_hosts) == ("UTC", ("ads.test",))
            assert pages_of(endpoint) == before
            assert process.poll() is None
    assert "ads.test/x" not in bench.site.asked


def test_a_running_browser_survives_a_program_that_is_killed(bench, tmp_path):
    with running_browser(bench.arguments, tmp_path) as (endpoint, process):
        before = pages_of(endpoint)
        with living(endpoint=endpoint) as program:
            assert len(pages_of(endpoint)) == len(before) + 1
            program.kill()
            program.wait()
        deadline = time.monotonic() + 20
        while pages_of(endpoint) != before:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert process.poll() is None


@pytest.mark.fault(
    "The running browser that was named does not answer",
    "One line; what the address may hold of secrets is not told",
    layer="browser",
    exit_status="1",
)
def test_an_endpoint_where_nothing_answers_is_one_clear_line(bench):
    async def opens():
        async with open_browser(BrowserOptions(endpoint="http://127.0.0.1:9/?token=secret")):
            raise AssertionError("it opened")

    with pytest.raises(BrowserFailed) as raised:
        bench.runner.run(opens())
    assert "http://127.0.0.1:9;" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (BrowserOptions(headed=True), "no display"),
        (BrowserOptions(endpoint="127.0.0.1:9222"), "URL"),
        (BrowserOptions(endpoint="http://[x"), "URL"),
        (BrowserOptions(endpoint="file:///x"), "URL"),
        (BrowserOptions(endpoint="http://127.0.0.1:1", headed=True), "alone"),
        (BrowserOptions(endpoint="http://127.0.0.1:1", profiles=Path("x")), "alone"),
    ],
)
def test_options_that_cannot_work_are_refused_before_anything_starts(options, said):
    with pytest.raises(UsageError, match=said):
        check_options(options, {}, "linux")


def test_a_display_or_another_system_allows_a_window():
    check_options(BrowserOptions(headed=True), {"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    check_options(BrowserOptions(headed=True), {}, "darwin")


# Memory


@pytest.fixture
def _unwatched(monkeypatch):
    """Nothing is ended within a visit, however little memory is allowed."""
    monkeypatch.setattr("collector.browser._WATCH_SECONDS", 3600)


@pytest.mark.fault(
    "The browser grows from visit to visit",
    "It is started again between two visits",
    layer="browser",
    exit_status="0",
)
@pytest.mark.usefixtures("_unwatched")
def test_a_browser_that_has_grown_is_started_anew_between_visits(bench):
    options = BrowserOptions(arguments=tuple(bench.arguments))
    tight = replace(QUICK, browser_bytes=1)

    async def run():
        async with open_browser(options) as browser:
            seen = []
            for limits in (QUICK, QUICK, tight, QUICK):
                visited = await bench.visiting(Depot(), browser=browser, limits=limits)
                seen.append((visited.outcome, *browser.processes))
            return seen

    seen = bench.runner.run(run())
    assert {outcome for outcome, _ in seen} == {Outcome.OK}
    first, second, third, fourth = (process for _, process in seen)
    assert first == second != third == fourth


@pytest.mark.usefixtures("_unwatched")
def test_visits_under_way_end_before_the_browser_is_started_anew(bench):
    from fixtures.messages import Answer

    slow = Answer(200, b"<ul class=rows><li>Slow</ul>", (("Content-Type", "text/html"),), delay_s=1.5)
    bench.site.lasting("www.counter.test", f"/{NUMBER}", slow)
    options = BrowserOptions(arguments=tuple(bench.arguments))

    async def run():
        async with open_browser(options) as browser:
            under_way = asyncio.ensure_future(bench.visiting(Counter(), browser=browser))
            await asyncio.to_thread(bench.site.wait_for, f"www.counter.test/{NUMBER}")
            before = browser.processes
            small = replace(QUICK, browser_bytes=1)
            next_one = await bench.visiting(Depot(), browser=browser, limits=small)
            assert under_way.done()
            return before != browser.processes, (await under_way), next_one

    anew, first, second = bench.runner.run(run())
    assert anew
    assert (first.outcome, first.attempts) == (Outcome.OK, 1)
    assert second.outcome is Outcome.OK


@pytest.mark.fault(
    "One page takes all memory",
    "That page is ended, and no other",
    layer="browser",
    exit_status="1",
)
def test_a_page_that_takes_all_memory_is_ended_and_no_other(bench):
    eats = "<script>const held = []; setInterval(() => held.push(new Uint8Array(3e7).fill(1)), 5)</script>"
    bench.site.lasting("www.counter.test", f"/{NUMBER}", page(eats))
    options = BrowserOptions(arguments=tuple(bench.arguments))
    limits = replace(QUICK, browser_bytes=500_000_000, attempts=1, state_seconds=30)

    async def run():
        async with open_browser(options) as browser:
            greedy, other = await asyncio.gather(
                bench.visiting(Counter(), browser=browser, limits=limits),
                bench.visiting(Depot(), browser=browser, limits=limits),
            )
            return greedy, other, _tree_bytes(browser.processes[0])

    greedy, other, taken = bench.runner.run(run())
    assert (greedy.outcome, greedy.error) == (Outcome.UNAVAILABLE, "the page crashed")
    assert other.outcome is Outcome.OK
    assert taken < 1_000_000_000
    assert PAGE


def test_memory_is_counted_over_the_whole_tree():
    """A process that takes little itself starts one that takes much."""
    takes = "x = bytearray(200_000_000); x[::4096] = b'x' * len(x[::4096]); print('ok', flush=True); input()"
    starts = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    with subprocess.Popen(
        [sys.executable, "-c", starts, takes], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        child.stdout.readline()
        assert _tree_bytes(child.pid) > 190_000_000
        child.communicate("\n")
    assert _tree_bytes(child.pid) == 0
    assert psutil.pid_exists(os.getpid())
