"""`doctor`: which layer is broken, and what `--fix` puts right without losing anything."""

import json
import os
import stat
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from typer.testing import CliRunner

from collector import name_servers
from collector.clock_slip import Slip, Stamp, slip
from collector.commands import app
from collector.errors import ExitStatus
from collector.lock import run_lock
from collector.store.facts import Visit, store_visit
from collector.store.opening import open_store
from scrapers.contract import Canonical
from scrapers.words import Outcome
from tests.collector.worlds import CORREOS, contents, record, take_in

OLD = time.time() - 3 * 86_400
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MODES = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a test's sessions, there and private."""
    path = tmp_path / "sessions"
    path.mkdir(mode=0o700)
    monkeypatch.setenv("CROSSTRACK_SESSIONS", str(path))
    return path


@pytest.fixture
def doctor(crosstrack, tmp_path, folder):
    """Run `doctor`; its checks as data."""
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    def run(*arguments, status=0):
        said = crosstrack("doctor", "--browser", program, "--json", *arguments, status=status).stdout
        return json.loads(said)

    return run


def broken(checks):
    return {check["layer"] for check in checks if not check["works"]}


def written(path, content="", age=OLD):
    path.write_text(content)
    path.chmod(0o600)
    os.utime(path, (age, age))
    return path


def files(folder):
    return {path.name for path in folder.iterdir()}


# What it finds


def test_every_layer_is_named(doctor, filled):
    layers = {check["layer"] for check in doctor()}
    assert layers >= {"browser", "portals", "network", "session", "disk", "database", "clock", "vocabulary"}


def test_without_the_name_of_any_portal_the_network_is_broken_and_nobody_is_asked(doctor, monkeypatch):
    monkeypatch.setattr(name_servers, "addresses", lambda host: frozenset())
    (check,) = [check for check in doctor(status=1) if check["layer"] == "network"]
    assert (check["works"], check["seen"]) == (False, "no portal's name is found")


@pytest.mark.parametrize("found", [set(), {"127.0.0.1"}, {"::"}, {"0.0.0.0", "::1"}, {"nonsense"}])  # noqa: S104
def test_a_name_that_a_filter_leads_nowhere_is_not_found(monkeypatch, found):
    monkeypatch.setattr(name_servers, "addresses", lambda host: found if host == "a.test" else {"192.0.2.1"})
    assert name_servers.not_found(["b.test", "a.test"]) == ["a.test"]


def test_a_name_server_that_says_nothing_is_not_waited_for(monkeypatch):
    never = threading.Event()
    monkeypatch.setattr(name_servers, "addresses", lambda host: {str(never.wait(60))})
    started = time.monotonic()
    assert name_servers.not_found(["a.test", "b.test"], patience_seconds=0.2) == ["a.test", "b.test"]
    assert time.monotonic() - started < 5
    never.set()


def stamp(portal, minutes, hours_ago=0):
    seen_at = NOW - timedelta(hours=hours_ago)
    return Stamp(portal, seen_at, seen_at + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("stamps", "behind", "is_wrong"),
    [
        ([stamp("a", 0), stamp("b", -2)], -1, False),
        ([stamp("a", 60)], 60, True),
        # A page from a cache has an old date: that proves nothing, however many there are of one portal.
        ([stamp("a", -600), stamp("a", -500)], -500, False),
        ([stamp("a", -600), stamp("a", 0), stamp("b", 1)], 0.5, False),
        ([stamp("a", -60), stamp("b", -61)], -60.5, True),
        # Before yesterday there may have been another clock.
        ([stamp("a", 0), stamp("a", 600, hours_ago=30)], 0, False),
    ],
)
def test_the_clock_is_judged_by_the_servers_of_the_last_day(stamps, behind, is_wrong):
    found = slip(stamps)
    assert (found.behind, found.is_wrong) == (timedelta(minutes=behind), is_wrong)


def test_without_dates_nothing_is_said_of_the_clock():
    assert slip([]) is None
    assert not Slip(timedelta(minutes=-10), 1).is_wrong


def stored(database, *visits):
    with open_store(database) as db:
        for visit in visits:
            store_visit(db, None, visit, Canonical())


def visited(portal, *, minutes=0, outcome=Outcome.OK, ago=timedelta(hours=1)):
    seen_at = (datetime.now(UTC) - ago).replace(microsecond=0)
    date = format_datetime(seen_at + timedelta(minutes=minutes), usegmt=True)
    return Visit(portal, "AA1", seen_at, "browser", outcome, complete=False, server_date=date)


def test_a_clock_an_hour_behind_is_told_by_how_much(doctor, database):
    stored(database, visited("usps", minutes=60), visited("correos", minutes=61))
    (check,) = [check for check in doctor("--fix", status=1) if check["layer"] == "clock"]
    assert not check["works"]
    assert "it is 60 min behind the servers of 2 portals" in check["seen"]


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 2026", "\x1b[31m"])
def test_a_date_that_is_none_says_nothing(doctor, database, date):
    stored(database, replace(visited("usps"), server_date=date))
    assert "clock" not in broken(doctor("--fix"))


@pytest.mark.parametrize(
    ("outcome", "advised"), [(Outcome.CHALLENGE, "ordinary browser"), (Outcome.UNAVAILABLE, "asked again")]
)
def test_a_portal_that_does_not_answer_is_named_since_when(doctor, database, outcome, advised):
    stored(database, visited("usps", outcome=outcome))
    checks = doctor("--fix", status=1)
    (check,) = [check for check in checks if check["layer"] == "portals" and not check["works"]]
    assert "usps: no answer since " in check["seen"]
    assert advised in check["advice"]


def test_words_nobody_knows_are_a_fault_only_where_they_are_many(doctor, database):
    rows = [{"time_text": f"2026-02-{n:02} 10:00", "description": f"Qwx zrt {n}"} for n in range(1, 26)]
    with open_store(database) as db:
        take_in(db, [record("somewhere", "AA1", events=rows[:19])])
    assert "vocabulary" not in broken(doctor())
    with open_store(database) as db:
        take_in(db, [record("somewhere", "BB2", events=rows)])
    assert broken(doctor(status=1)) == {"vocabulary"}


def test_a_folder_nobody_may_write_to_is_named(doctor, database, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "disk" in broken(doctor(status=1))


# What it puts right


@MODES
def test_what_others_can_open_is_closed(doctor, filled, folder, tmp_path, monkeypatch):
    session = written(folder / "aliexpress.default.json", "{}")
    settings = tmp_path / "crosstrack.toml"
    settings.write_text('[notices]\nurls = ["ntfy://token@push.example/topic"]\n')
    monkeypatch.setenv("CROSSTRACK_CONFIG", str(settings))
    for path, mode in ((filled, 0o644), (session, 0o640), (settings, 0o664), (folder, 0o755)):
        path.chmod(mode)
    assert "file modes" in broken(doctor(status=1))
    assert stat.S_IMODE(filled.stat().st_mode) == 0o644
    fixed = [check["seen"] for check in doctor("--fix", status=1) if check["fixed"]]
    assert len(fixed) == 4
    assert [stat.S_IMODE(p.stat().st_mode) for p in (filled, session, settings)] == [0o600] * 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "file modes" not in broken(doctor(status=1))  # the session is none, and stays one layer's fault


@MODES
def test_nothing_is_changed_through_a_link(doctor, filled, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text("{}")
    elsewhere.chmod(0o644)
    (folder / "aliexpress.default.json").symlink_to(elsewhere)
    doctor("--fix", status=1)
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644


def test_half_made_files_go_once_they_are_old_and_nothing_else_does(doctor, filled, folder):
    here = filled.parent
    half_made = [
        written(folder / ".aliexpress.default.json.0123abcd.part"),
        written(here / ".crosstrack.db.x1y2.part"),
        written(here / ".crosstrack.db.x1y2.part-wal"),
        written(here / "crosstrack.db.before-m005_more.bak.part"),
    ]
    copy = here / ".check-ab12"
    copy.mkdir()
    written(copy / "stored.db")
    os.utime(copy, (OLD, OLD))
    fresh = written(here / ".crosstrack.db.new1.part", age=time.time())
    foreign = here / ".check-mine"
    foreign.mkdir()
    written(foreign / "thesis.txt")
    os.utime(foreign, (OLD, OLD))
    kept = [
        fresh,
        foreign / "thesis.txt",
        written(here / "crosstrack.db.before-m005_more.bak"),
        written(here / ".other.db.x1y2.part"),
        written(folder / "aliexpress.default.json", "broken"),
    ]
    before = files(here), files(folder)
    checks = doctor("--fix", "--dry-run", status=1)
    assert (files(here), files(folder)) == before
    assert sum(check["layer"] == "files left over" for check in checks) == 5
    assert sum(check["fixed"] for check in doctor("--fix", status=1)) == 5
    assert not any(path.exists() for path in (*half_made, copy))
    assert all(path.exists() for path in kept)


def test_the_mark_of_a_run_that_has_gone_goes_and_that_of_a_living_one_stays(doctor, filled):
    owner = filled.with_name(f"{filled.name}.owner")
    for text in ("999999999\n", "rm -rf /\n", "\n"):
        owner.write_text(text)
        assert "lock" in broken(doctor(status=1))
        assert [check["layer"] for check in doctor("--fix") if check["fixed"]] == ["lock"]
        assert not owner.exists()
    owner.write_text(f"{os.getpid()}\n")
    assert "lock" not in broken(doctor())


def test_what_was_stored_and_not_worked_out_is_derived(doctor, database, filled):
    with open_store(filled) as db:
        whole = contents(db)
        db.conn.execute("pragma defer_foreign_keys = on")
        with db.conn:
            db.execute("insert into underived values (?, 'visit')", [CORREOS])
    assert "derived rows" in broken(doctor(status=1))
    assert [check["layer"] for check in doctor("--fix") if check["fixed"]] == ["derived rows"]
    with open_store(filled) as db:
        assert contents(db) == whole
    assert broken(doctor()) == set()


@contextmanager
def run_at_work(database):
    held, done = threading.Event(), threading.Event()

    def hold():
        with run_lock(database):
            held.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_while_a_run_is_at_work_nothing_is_mended_and_it_says_so(crosstrack, filled, folder):
    left = written(folder / ".aliexpress.default.json.0123abcd.part")
    with run_at_work(filled):
        result = crosstrack("doctor", "--fix", status=int(ExitStatus.LOCKED))
    assert "another run" in result.stderr
    assert left.exists()


def test_a_dry_run_of_nothing_is_a_mistake(crosstrack):
    assert "give both" in crosstrack("doctor", "--dry-run", status=2).stderr


def test_fixing_where_there_is_nothing_makes_nothing(doctor, database):
    before = files(database.parent)
    doctor("--fix")
    assert files(database.parent) == before


def test_no_name_of_a_file_adds_a_line(tmp_path, doctor):
    database = tmp_path / "x\nok   database: sound\x1b[2J.db"
    database.write_text("no database" * 100)
    said = CliRunner().invoke(app, ["--db", str(database), "doctor", "--browser", str(tmp_path / "chromium")])
    assert "\x1b" not in said.stdout
    assert all(line.startswith(("ok   ", "FAIL ", "fix  ", "     ")) for line in said.stdout.splitlines())
    assert "\nok   database" not in said.stdout
