"""A run killed at any moment: the next goes on, nothing is lost, nothing is there twice, no browser stays.

`CROSSTRACK_KILLS` says how often (5 unless set; `make soak` sets 50).
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

import fixtures
from collector.browser.finding import BrowserMissing, find_browser
from collector.derive import DERIVED_TABLES
from collector.store.opening import open_store
from tests.browser.conftest import processes_with

pytestmark = pytest.mark.browser

NUMBERS = ["LP00712345678901", "LP00798765432109", "LP00766600002222", "LP00755500001111"]
DAYS = (date(2026, 3, 10), date(2026, 3, 16))
KILLS = int(os.environ.get("CROSSTRACK_KILLS", "5"))
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sites():
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    with fixtures.demo_portals() as running:
        yield running


def start(sites, database, day):
    sites.today = day
    spec = {
        "database": str(database),
        "chromium_arguments": list(sites.chromium_arguments),
        "now": f"{day}T20:00:00+00:00",
        "numbers": NUMBERS,
    }
    return subprocess.Popen([sys.executable, "-m", "tests.browser.collecting", json.dumps(spec)], cwd=ROOT)


def finish(sites, database, day):
    process = start(sites, database, day)
    assert process.wait(timeout=120) == 0


def contents(database):
    """Everything derived, and every page."""
    with open_store(database) as db:
        assert list(db.query("pragma foreign_key_check")) == []
        tables = {
            t: sorted(repr(sorted(r.items(), key=str)) for r in db.query(f"select * from {t}"))
            for t in DERIVED_TABLES
        }
        tables["pages"] = sorted(r["id"] for r in db.query("select id from pages"))
        tables["visits"] = sorted(r["id"] for r in db.query("select id from visits"))
    return tables


def browsers(sites):
    return processes_with(f"127.0.0.1:{sites.port}")


def wait_until_gone(sites):
    deadline = time.monotonic() + 20
    while browsers(sites):
        assert time.monotonic() < deadline, f"orphans: {browsers(sites)}"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def undisturbed(sites, tmp_path_factory):
    database = tmp_path_factory.mktemp("undisturbed") / "crosstrack.db"
    started = time.monotonic()
    for day in DAYS:
        finish(sites, database, day)
    return contents(database), (time.monotonic() - started) / len(DAYS)


@pytest.mark.fault(
    "A run with a real browser is killed (SIGKILL) at random moments of two days",
    "The next run ends like one that was never killed; no process of the browser is left",
    layer="killed",
    exit_status="0 in the next run",
)
@pytest.mark.parametrize("attempt", range(KILLS))
def test_a_run_killed_at_any_moment_ends_like_one_that_was_not(sites, undisturbed, tmp_path, attempt):
    expected, seconds = undisturbed
    dice = random.Random(attempt)  # noqa: S311 - moments, not secrets
    database = tmp_path / "crosstrack.db"
    for day in DAYS:
        process = start(sites, database, day)
        try:
            process.wait(timeout=dice.uniform(0.3, seconds))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        wait_until_gone(sites)
        finish(sites, database, day)
    assert contents(database) == expected
    wait_until_gone(sites)


@pytest.mark.fault(
    "A second program begins while a run with a real browser is at work",
    "It ends at once and names the process",
    layer="several runs",
    exit_status="4",
)
def test_a_second_run_finds_the_lock_held_and_says_by_whom(sites, tmp_path):
    database = tmp_path / "crosstrack.db"
    sites.today = DAYS[0]
    process = start(sites, database, DAYS[0])
    try:
        owner = database.with_name("crosstrack.db.owner")
        deadline = time.monotonic() + 20
        while not owner.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        command = [sys.executable, "-m", "collector", "--db", str(database), "collect"]
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 4
        assert str(process.pid) in second.stderr
        assert second.stderr.count("\n") == 1
    finally:
        process.kill()
        process.wait()
        wait_until_gone(sites)
