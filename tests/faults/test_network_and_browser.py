"""Faults that only a real browser meets: names, proxies, networks that go, and browsers that do not start."""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from collector.browser import BrowserFailed, BrowserOptions, open_browser
from collector.store.opening import open_store
from fixtures.messages import page
from scrapers.words import Outcome
from tests.browser.conftest import BRISK, NUMBER, PAGE, SHELL, Depot, processes_with
from tests.browser.socket_guard import check_net_log
from tests.collector.worlds import column
from tests.faults.runs import NUMBERS

pytestmark = pytest.mark.browser
UNIX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc, starts a script")


@pytest.mark.fault(
    "The name of the host that has a portal's data cannot be resolved",
    "`unavailable` with Chromium's word for it, after one attempt; the next visit is made",
    layer="network",
    exit_status="1",
)
def test_a_name_nobody_knows(bench):
    class Nameless(Depot):
        # The rules of the tests know every name, on two ports. A page's own name is left alone: where that
        # is not found, Chromium asks name servers of its own why.
        payloads = ("https://api.depot.test:444/parcels/*",)

    shell = SHELL.replace("api.depot.test/", "api.depot.test:444/")
    bench.site.lasting(PAGE, "/parcel", page(shell))
    visited = bench.visit(Nameless(), limits=BRISK)
    assert (visited.outcome, visited.attempts) == (Outcome.UNAVAILABLE, 1)
    assert "ERR_NAME_NOT_RESOLVED" in visited.error
    bench.site.reset()
    assert bench.visit(Depot()).outcome is Outcome.OK


@pytest.mark.fault(
    "The name of a portal's page cannot be resolved, in a browser with a profile",
    "`unavailable`; the browser asks nobody else's name servers about it, and sends no datagram at all",
    layer="network",
    exit_status="1",
)
def test_a_page_whose_name_nobody_knows_makes_no_probe(bench, tmp_path):
    nobody = ("--host-resolver-rules=MAP * ~NOTFOUND", f"--log-net-log={tmp_path / 'net.json'}")
    given = [one for one in bench.arguments if not one.startswith("--host-resolver-rules")]
    options = BrowserOptions(arguments=(*given, *nobody), profiles=tmp_path / "profiles")

    async def visits():
        async with open_browser(options) as browser:
            visited = await bench.visiting(Depot(), browser=browser, limits=BRISK)
            await asyncio.sleep(2)  # the probe would be made behind the error page
            return visited

    visited = bench.runner.run(visits())
    assert visited.outcome is Outcome.UNAVAILABLE
    assert "ERR_NAME_NOT_RESOLVED" in visited.error
    check_net_log(tmp_path / "net.json")


@pytest.mark.fault(
    "The proxy that the browser is told to use does not answer",
    "`unavailable`, naming the proxy as what failed; nothing goes past it",
    layer="network",
    exit_status="1",
)
def test_a_proxy_that_does_not_answer(bench):
    given = [argument for argument in bench.arguments if argument != "--no-proxy-server"]
    options = BrowserOptions(arguments=(*given, "--proxy-server=http://127.0.0.1:9"))

    async def visits():
        async with open_browser(options) as browser:
            return await bench.visiting(Depot(), browser=browser)

    visited = bench.runner.run(visits())
    assert visited.outcome is Outcome.UNAVAILABLE
    assert "ERR_PROXY_CONNECTION_FAILED" in visited.error
    assert not bench.site.asked


@pytest.mark.fault(
    "This machine loses its network between two visits, and gets it back",
    "The visits meanwhile are `unavailable`; the same browser goes on once the network is back",
    layer="network",
    exit_status="1",
)
def test_a_network_that_goes_and_comes_back(bench):
    async def network(is_there):
        for context in bench.contexts():
            await context.set_offline(not is_there)

    assert bench.visit(Depot()).outcome is Outcome.OK
    bench.runner.run(network(False))
    gone = bench.visit(Depot())
    assert gone.outcome is Outcome.UNAVAILABLE
    assert "ERR_INTERNET_DISCONNECTED" in gone.error
    assert not gone.readings
    with suppress(Exception):  # contexts that met trouble are closed already
        bench.runner.run(network(True))
    assert bench.visit(Depot(), NUMBER).outcome is Outcome.OK


def script(path: Path, text: str) -> str:
    """A program that stands in for a browser."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return str(path)


@pytest.mark.parametrize(
    "stands_in",
    [
        pytest.param(
            "exit 1",
            marks=pytest.mark.fault(
                "The browser crashes whenever it is started",
                "One line names it; no portal was asked, no budget is spent, the run is on record",
                layer="browser",
                exit_status="1",
            ),
        ),
        pytest.param(
            None,
            marks=pytest.mark.fault(
                "There is no browser (an update took it away)",
                "One line says what to install; no portal was asked, the run is on record",
                layer="browser",
                exit_status="1",
            ),
        ),
    ],
    ids=["crashes", "missing"],
)
@UNIX
def test_a_browser_that_does_not_start(crosstrack, database, tmp_path, stands_in):
    program = str(tmp_path / "browser")
    if stands_in is not None:
        script(tmp_path / "browser", stands_in)
    crosstrack("add", *NUMBERS)
    done = crosstrack("collect", "--browser", program, status=1)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert program in done.stderr
    with open_store(database) as db:
        assert column(db, "select count(*) from visits") == [0]
        assert column(db, "select coalesce(sum(budget_used), 0) from portal_state") == [0]
        assert column(db, "select exit_status from runs") == [1]
    assert not processes_with(program)


@pytest.mark.fault(
    "The browser hangs when it is started",
    "It is given up after a minute, and no process of it stays",
    layer="browser",
    exit_status="1",
)
@UNIX
def test_a_browser_that_hangs_at_its_start(bench, tmp_path, monkeypatch):
    monkeypatch.setattr("collector.browser.starting._START_SECONDS", 1.0)
    program = script(tmp_path / "browser", "sleep 600")

    async def opens():
        async with open_browser(BrowserOptions(executable=program)):
            raise AssertionError("it opened")

    with pytest.raises(BrowserFailed, match="did not start"):
        bench.runner.run(opens())
    assert not processes_with(program)


@pytest.mark.fault(
    "A browser's processes are counted by their group after a run ended in any way",
    "None is left, not even those that the browser had started itself",
    layer="browser",
)
@UNIX
def test_no_process_of_its_group_is_left(bench):
    async def groups():
        async with open_browser(BrowserOptions(arguments=tuple(bench.arguments))) as browser:
            await bench.visiting(Depot(), browser=browser)
            mine = {os.getpgid(process) for process in browser.processes}
            assert os.getpgid(0) not in mine
            assert all(members(group) for group in mine)
            return mine

    (group,) = bench.runner.run(groups())
    bench.runner.run(asyncio.sleep(0.2))
    assert members(group) == []


def members(group: int) -> list[int]:
    """The processes of a group, those aside that have ended and were not yet asked after."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, in_group = entry.read_text().rpartition(")")[2].split()[:3]
            if int(in_group) == group and state != "Z":
                found.append(int(entry.parent.name))
    return found
