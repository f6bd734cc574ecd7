"""The whole demo, as a stranger runs it: a real Chromium, three evenings, and what it leaves behind."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from collector.browser.finding import BrowserMissing, find_browser
from collector.store.opening import open_store
from demo import story

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
#: Far longer than it takes: what hangs is ended.
PATIENCE_SECONDS = 600


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The demo's exit and output, and the folder it wrote to; run beside what an earlier one left."""
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    folder = tmp_path_factory.mktemp("demo")
    (folder / "crosstrack.db").write_bytes(b"no database")
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--headless", "--data", str(folder)],
        capture_output=True,
        check=False,
        cwd=ROOT,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_SECONDS,
    )
    return done, folder


@pytest.fixture
def made(ran):
    with open_store(ran[1] / "crosstrack.db", must_exist=True) as opened:
        yield opened


def count(db, sql):
    return next(iter(db.query(f"select count(*) as n from {sql}")))["n"]


def test_it_ends_well_and_complains_of_nothing(ran):
    done, _ = ran
    assert done.returncode == 0, done.stderr
    assert "demo:" not in done.stderr
    assert "Traceback" not in done.stderr


def test_every_evening_and_every_visit_is_told(ran):
    done, _ = ran
    for evening in story.EVENINGS:
        assert f"{evening.day} {evening:%B %Y}" in done.stderr
    visits = re.findall(r"^ +(\d+)/\d+ +(\w+) ", done.stderr, re.MULTILINE)
    assert len(visits) > 100
    assert {portal for _, portal in visits} == {"aliexpress", "cainiao", "correos", "usps"}
    assert len(re.findall(r"^  visits: .*; new: ", done.stderr, re.MULTILINE)) == len(story.EVENINGS)


def test_the_result_is_legible_at_a_hundred_columns_and_no_wall_of_text(ran):
    done, folder = ran
    lines = done.stdout.splitlines()
    assert max(len(line) for line in lines if str(folder) not in line) <= 100
    assert len(lines) < 90
    for said in (
        "16 orders in 2 accounts",
        "conflict",
        "revision",
        "zone label",
        "What cannot both be true",
        "buyer protection ends on 2026-04-09",
        "held by customs since 2026-03-23",
        "paid on 2026-03-24, not sent yet",
        "wordings, kept as they are",
        f"--db {folder / 'crosstrack.db'} serve --open",
    ):
        assert said in done.stdout, said


def test_the_database_holds_the_story(made):
    assert count(made, "orders") == len(story.SPANISH_ORDERS) + len(story.AMERICAN_ORDERS)
    assert count(made, "parcels") == 15
    assert count(made, "visits where outcome not in ('ok', 'not_found')") == 0
    assert count(made, "parcels where title = id") == 0
    assert count(made, "findings where kind = 'revision'") == 1


def test_times_are_believed_where_labels_are_wrong(made):
    """Summer time began under way, and Cainiao labelled Spanish time with winter's offset."""
    (event,) = made.query(
        "select e.* from events as e join tracking_numbers as n on n.parcel_id = e.parcel_id "
        "where n.number = ? and e.milestone = 'delivered'",
        [story.SHOWN],
    )
    assert event["occurred_at"] == "2026-04-01T09:26:10Z"
    assert (event["portals"], event["highlight"]) == (3, "notice")


def test_sessions_are_private_and_in_its_own_folder(ran):
    _, folder = ran
    files = sorted((folder / "sessions").iterdir())
    assert [f.name for f in files] == [f"aliexpress.{name}.json" for name in sorted(story.BUYERS)]
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}


def test_nobody_is_named_in_what_is_shown(ran):
    done, _ = ran
    texts = (text for buyer in story.BUYERS.values() for text in buyer.personal)
    assert [text for text in texts if text in done.stdout + done.stderr] == []
