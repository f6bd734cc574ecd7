"""Backups: complete, private, made while others write; brought back whole; checks that see what is wrong."""

import errno
import json
import os
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.copies import snapshots
from collector.copies.backups import back_up, restore
from collector.copies.checks import check
from collector.errors import DatabaseError, UsageError
from collector.lock import run_lock
from collector.store.facts import follow
from collector.store.opening import open_store, writing
from scrapers import portals
from tests.collector.worlds import FACTS, column, contents, event, one_line, record, take_in

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def everything(path):
    with open_store(path) as db:
        return contents(db) | contents(db, [*FACTS, "followed"])


def leftovers(folder, *expected):
    names = {p.name for p in folder.iterdir() if not p.name.endswith((".lock", "-wal", "-shm"))}
    return names - {"crosstrack.db", *expected}


def test_a_backup_is_private_complete_and_one_file(filled, crosstrack, tmp_path):
    target = tmp_path / "copy.db"
    said = crosstrack("backup", target).stderr
    assert str(target) in said
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not leftovers(tmp_path, "copy.db")
    assert everything(target) == everything(filled)


def test_a_backup_never_shows_a_file_that_is_not_finished_or_readable_by_others(filled, tmp_path):
    seen = []

    def look(*_):
        seen.extend((p.name, stat.S_IMODE(p.stat().st_mode)) for p in tmp_path.iterdir() if "copy" in p.name)

    back_up(filled, tmp_path / "copy.db", progress=look)
    assert seen
    assert all(name.endswith(".part") and mode == 0o600 for name, mode in seen)


def test_a_backup_replaces_a_file_only_when_told(filled, crosstrack, tmp_path):
    target = tmp_path / "copy.db"
    target.write_text("mine")
    assert "--force" in one_line(crosstrack("backup", target, status=2))
    assert target.read_text() == "mine"
    told = json.loads(crosstrack("backup", target, "--force", "--json").stdout)
    assert told == {"file": str(target), "bytes": target.stat().st_size}
    assert everything(target) == everything(filled)


def test_a_name_taken_meanwhile_is_not_replaced(filled, tmp_path):
    target = tmp_path / "copy.db"
    with pytest.raises(UsageError):
        back_up(filled, target, progress=lambda *_: target.write_text("mine"))
    assert target.read_text() == "mine"
    assert not leftovers(tmp_path, "copy.db")


def test_a_backup_goes_nowhere_it_could_harm(filled, crosstrack, tmp_path):
    for name in (filled, f"{filled}-wal", tmp_path, tmp_path / "none" / "copy.db"):
        one_line(crosstrack("backup", name, "--force", status=2))
    (tmp_path / "link.db").symlink_to(filled)
    one_line(crosstrack("backup", tmp_path / "link.db", "--force", status=2))


@pytest.mark.fault(
    "A backup is made while another program writes",
    "It is of one moment, and whole",
    layer="database",
    exit_status="0",
)
def test_a_backup_is_of_one_moment_while_another_program_writes(filled, tmp_path):
    stop, wrote = threading.Event(), []

    def write():
        with open_store(filled) as db:
            for n in range(10_000):
                with writing(db):  # both or none
                    follow(db, f"AA{n}", NOW, {})
                    follow(db, f"BB{n}", NOW, {})
                wrote.append(n)
                if stop.is_set():
                    return

    other = threading.Thread(target=write)
    other.start()
    try:
        for n in range(5):
            back_up(filled, tmp_path / f"copy{n}.db", progress=lambda *_: None)
    finally:
        stop.set()
        other.join()
    assert wrote
    for n in range(5):
        with open_store(tmp_path / f"copy{n}.db") as db:
            numbers = set(column(db, "select number from followed"))
        assert {f"B{number[1:]}".replace("BA", "BB") for number in numbers if number[0] == "A"} == {
            number for number in numbers if number[0] == "B"
        }


def test_a_backup_works_while_a_run_holds_the_lock(filled, crosstrack, tmp_path):
    with run_lock(filled):
        crosstrack("backup", tmp_path / "copy.db")


def test_a_backup_of_nothing_or_of_a_damaged_file_is_refused(crosstrack, database, tmp_path):
    assert "no such database" in one_line(crosstrack("backup", tmp_path / "copy.db", status=5))
    database.write_bytes(b"no database" * 1000)
    one_line(crosstrack("backup", tmp_path / "copy.db", status=5))
    assert not leftovers(tmp_path)


@pytest.mark.fault(
    "The disk is full while a backup is made",
    "No half backup is left",
    layer="disk",
    exit_status="5",
)
def test_a_full_disk_leaves_no_half_backup(filled, tmp_path, monkeypatch):
    connect = sqlite3.connect

    def small(path, *args, **options):
        connection = connect(path, *args, **options)
        if str(path).endswith(".part"):
            connection.execute("pragma max_page_count = 5")
        return connection

    monkeypatch.setattr(snapshots.sqlite3, "connect", small)
    with pytest.raises(DatabaseError, match="full"):
        back_up(filled, tmp_path / "copy.db")
    assert not leftovers(tmp_path)


# --- restore ---------------------------------------------------------------------------------------------


def test_a_backup_comes_back_and_what_was_there_is_kept(filled, crosstrack, tmp_path):
    before = everything(filled)
    crosstrack("backup", tmp_path / "copy.db")
    crosstrack("add", "AA1")
    later = everything(filled)
    told = json.loads(crosstrack("restore", tmp_path / "copy.db", "--json").stdout)
    assert everything(filled) == before
    assert everything(tmp_path / told["kept"]) == later
    assert stat.S_IMODE(filled.stat().st_mode) == 0o600
    again = json.loads(crosstrack("restore", tmp_path / "copy.db", "--json").stdout)
    assert again["kept"] != told["kept"]


def test_what_only_the_log_holds_is_kept_too(filled, tmp_path):
    back_up(filled, tmp_path / "copy.db")
    with open_store(filled) as holding:  # a reader keeps the log from going
        list(holding.query("select 1 from visits"))
        with open_store(filled) as db:
            follow(db, "AA1", NOW, {})
        done = restore(filled, tmp_path / "copy.db", NOW)
    with open_store(done.kept) as db:
        assert column(db, "select number from followed") == ["AA1"]
    with open_store(filled) as db:
        assert column(db, "select number from followed") == []


def test_a_backup_comes_back_where_there_is_no_database(filled, crosstrack, tmp_path):
    crosstrack("backup", tmp_path / "copy.db")
    before = everything(filled)
    filled.unlink()
    assert "what was there" not in crosstrack("restore", tmp_path / "copy.db").stderr
    assert everything(filled) == before


def test_a_damaged_database_can_be_replaced(filled, crosstrack, tmp_path):
    crosstrack("backup", tmp_path / "copy.db")
    before = everything(filled)
    filled.write_bytes(b"damaged" * 999)
    told = json.loads(crosstrack("restore", tmp_path / "copy.db", "--json").stdout)
    assert everything(filled) == before
    assert (tmp_path / told["kept"]).read_bytes() == b"damaged" * 999


def test_nothing_is_restored_while_a_run_is_at_work(filled, crosstrack, tmp_path):
    crosstrack("backup", tmp_path / "copy.db")
    before = filled.read_bytes()
    with run_lock(filled):
        one_line(crosstrack("restore", tmp_path / "copy.db", status=4))
    assert filled.read_bytes() == before


def damaged(path):
    """Write over the middle of a page that holds rows."""
    with closing(sqlite3.connect(path)) as db:
        (page,) = db.execute(
            "select rootpage from sqlite_master where name = 'idx_visits_seen_at'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\0" * 4096)


def dangle(path):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("insert into set_pages values (1, 0, 'no', 'dom', '', null)")


def newer(path):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at)"
            " values ('crosstrack', 'm999_x', '')"
        )


def foreign(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("create table dogs (id text)")


@pytest.mark.parametrize("spoil", [damaged, dangle, newer, foreign])
def test_a_file_that_is_not_sound_is_refused_and_nothing_touched(filled, crosstrack, tmp_path, spoil):
    crosstrack("backup", tmp_path / "copy.db")
    spoil(tmp_path / "copy.db")
    before = filled.read_bytes()
    one_line(crosstrack("restore", tmp_path / "copy.db", status=5))
    assert filled.read_bytes() == before
    assert not leftovers(tmp_path, "copy.db")


def test_a_restore_that_breaks_off_leaves_the_database_in_its_place(filled, tmp_path, monkeypatch):
    back_up(filled, tmp_path / "copy.db")
    with open_store(filled) as db:
        follow(db, "AA1", NOW, {})
    before = everything(filled)

    def cut(*_):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut)
        with pytest.raises(DatabaseError, match="Input/output"):
            restore(filled, tmp_path / "copy.db", NOW)
    assert everything(filled) == before
    restore(filled, tmp_path / "copy.db", NOW)
    assert everything(filled) != before


def test_a_database_is_not_restored_from_itself(filled, crosstrack):
    one_line(crosstrack("restore", filled, status=2))


# --- check -----------------------------------------------------------------------------------------------


def found(path):
    return {result.check: result for result in check(path, portals())}


def test_a_sound_database_passes_and_stays_as_it_is(filled, crosstrack, tmp_path):
    before = filled.read_bytes()
    results = json.loads(crosstrack("check", "--json").stdout)
    assert [r["check"] for r in results] == ["file", "references", "pages", "derived"]
    assert all(r["works"] for r in results)
    assert filled.read_bytes() == before
    assert not leftovers(tmp_path)


def test_a_derived_row_that_does_not_follow_is_named(filled, crosstrack):
    with open_store(filled) as db:
        db.execute("update events set place = 'Nowhere' where sequence = 1")
        db.execute("delete from disagreements")
        db.execute("delete from sightings where rowid = 1")
    out = crosstrack("check", status=1).stdout
    assert "FAIL derived" in out
    assert "place is stored as Nowhere" in out
    assert "is derived, but not stored" in out
    assert "crosstrack rebuild" in out
    crosstrack("rebuild")
    crosstrack("check")


def test_a_page_that_is_not_what_was_stored_is_named(filled, crosstrack):
    with open_store(filled) as db:
        (page,) = column(db, "select id from pages order by id limit 1")
        db.execute("update pages set body = zeroblob(20) where id = ?", [page])
    assert page in crosstrack("check", status=1).stdout


def test_a_broken_reference_and_a_damaged_file_are_told_apart(filled, crosstrack):
    dangle(filled)
    assert "set_pages" in crosstrack("check", status=1).stdout
    damaged(filled)
    said = crosstrack("check", status=5)
    assert "restore a backup" in said.stderr


def test_what_a_broken_off_run_left_is_no_fault(filled):
    with open_store(filled) as db, writing(db):
        db.execute("insert into underived select number, 'visit' from tracking_numbers")
        db.execute("delete from events where sequence > 1 and 0")
    assert found(filled)["derived"].works


def test_a_check_needs_a_database(crosstrack, database):
    one_line(crosstrack("check", status=5))
    assert not database.exists()


def test_a_check_reads_one_moment(filled):
    results = check(filled, portals())
    next(results)
    with open_store(filled) as db:
        take_in(db, [record("correos", "BB2", events=[event("27/02/2026 11:00:00")])])
    assert all(result.works for result in results)
    assert os.path.exists(filled)  # noqa: PTH110
