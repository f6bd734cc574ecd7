"""The file: made private, migrated with a copy first, refused in one line where it cannot be used."""

import errno
import os
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from collector.errors import DatabaseError, ExitStatus, Locked, NewerDatabase
from collector.lock import run_lock
from collector.store import opening
from collector.store.facts import follow
from collector.store.migrations import NAMES, migrations
from collector.store.opening import open_store, writing
from tests.collector.worlds import FACTS, column, contents, event, record, rows, take_in

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
OLDEST = "m001_facts"


def schema(db):
    return rows(db, "select type, name, sql from sqlite_master where sql is not null order by type, name")


def said_of(path: Path, **how) -> str:
    """The one line that refuses `path`."""
    with pytest.raises(DatabaseError) as refused, open_store(path, **how):
        pass
    assert refused.value.exit_status is ExitStatus.DATABASE
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_references_are_enforced(database):
    with open_store(database) as db:
        with pytest.raises(sqlite3.IntegrityError):
            db["set_pages"].insert(
                {"page_set_id": 1, "position": 0, "page_id": "x", "role": "dom", "url": ""}
            )
        with pytest.raises(sqlite3.IntegrityError), writing(db):
            db["tracking_numbers"].insert({"number": "AA1", "parcel_id": "none", "role": "other"})
        assert not db.conn.in_transaction
        assert column(db, "select count(*) from tracking_numbers") == [0]


def test_a_new_file_and_its_new_folder_are_private_and_in_wal_mode(tmp_path):
    path = tmp_path / "new" / "a.db"
    with open_store(path) as db:
        follow(db, "AA1", NOW, {})
        assert column(db, "pragma journal_mode") == ["wal"]
        for name in ("a.db", "a.db-wal"):
            assert stat.S_IMODE((path.parent / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_opening_again_writes_nothing(database):
    with open_store(database) as db:
        take_in(db, [record()])
    before = database.read_bytes()
    with closing(sqlite3.connect(database)) as watching:
        version = watching.execute("pragma data_version").fetchone()
        with open_store(database):
            pass
        assert watching.execute("pragma data_version").fetchone() == version
    assert database.read_bytes() == before
    assert sorted(p.name for p in database.parent.iterdir()) == [database.name]


# --- older, newer and other files ----------------------------------------------------------------------


def an_older_file(path: Path, stop_before: str) -> None:
    with closing(Database(sqlite3.connect(path, isolation_level=None))) as old:
        migrations.apply(old, stop_before=stop_before)
        follow(old, "AA1", NOW, {"note": "kept"})


@pytest.mark.parametrize("stop_before", sorted(NAMES - {OLDEST}))
def test_an_older_file_is_copied_then_becomes_as_a_new_one(database, tmp_path, stop_before):
    an_older_file(database, stop_before)
    with open_store(database) as db, open_store(tmp_path / "new.db") as new:
        assert schema(db) == schema(new)
        assert column(db, "select note from followed") == ["kept"]
    (copy,) = tmp_path.glob("*.bak")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(Database(copy)) as copied:
        assert stop_before not in {m.name for m in migrations.applied(copied)}
        assert column(copied, "select note from followed") == ["kept"]


@pytest.mark.fault(
    "The disk is full while the copy before a migration is made",
    "Nothing is migrated; the copy is made again the next time",
    layer="disk",
    exit_status="5",
)
def test_a_copy_that_failed_is_made_again(database, monkeypatch):
    an_older_file(database, "m003_history")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        assert "No space left" in said_of(database)
    with closing(Database(database)) as untouched:
        assert "m003_history" not in {m.name for m in migrations.applied(untouched)}
    with open_store(database):
        (copy,) = database.parent.glob("*.bak")
    assert not list(database.parent.glob("*.part"))
    with closing(Database(copy)) as copied:
        assert column(copied, "select note from followed") == ["kept"]


@pytest.mark.fault(
    "A migration fails in the middle",
    "All of it or nothing: the file is as it was",
    layer="database",
    exit_status="5",
)
def test_a_migration_that_fails_changes_nothing(database, monkeypatch):
    monkeypatch.setattr("collector.store.migrations._MACHINERY", "create table visits (id text);\n")
    assert "already exists" in said_of(database)
    with closing(Database(database)) as untouched:
        assert untouched.table_names() == []


@pytest.mark.fault(
    "The database was written by a newer version",
    "It is refused, not a byte changed",
    layer="database",
    exit_status="5",
)
def test_a_file_of_a_newer_version_is_refused_untouched(database):
    with open_store(database) as db:
        db["_sqlite_migrations"].insert(
            {"migration_set": "crosstrack", "name": "m999_later", "applied_at": "x"}
        )
    before = database.read_bytes()
    with pytest.raises(NewerDatabase, match="m999_later"), open_store(database):
        pass
    assert database.read_bytes() == before


@pytest.mark.fault(
    "The file is the database of another program",
    "It is refused, not a byte changed",
    layer="database",
    exit_status="5",
)
@pytest.mark.parametrize("with_migrations", [False, True])
def test_a_database_of_another_program_is_refused_untouched(database, with_migrations):
    with closing(Database(database)) as other:
        other["dogs"].insert({"id": 1})
        if with_migrations:
            other["_sqlite_migrations"].insert(
                {"migration_set": "dogs", "name": "m001_facts", "applied_at": "x"}
            )
    before = database.read_bytes()
    assert "'dogs'" in said_of(database)
    assert database.read_bytes() == before


def test_tables_a_person_added_are_no_reason_to_refuse(database):
    with open_store(database) as db:
        db["my_notes"].insert({"id": 1})
    with open_store(database) as db:
        assert db["my_notes"].exists()


def test_an_empty_file_becomes_a_database(database):
    database.touch()
    with open_store(database) as db:
        assert db["visits"].exists()


def test_what_cannot_be_a_database_is_refused_in_one_line(tmp_path):
    text = tmp_path / "a.txt"
    text.write_text("portal,number\n" * 100)
    assert "not a SQLite database" in said_of(text)
    said_of(tmp_path)
    said_of(text / "below-a-file.db")
    said_of(tmp_path / ("a" * 300))
    said_of(tmp_path / ("a" * 300), must_exist=True)
    assert "no database yet" in said_of(tmp_path / "none.db", must_exist=True)
    assert not (tmp_path / "none.db").exists()


# --- what can go wrong with a good file ----------------------------------------------------------------


def test_a_read_only_file_is_refused(database, monkeypatch):
    with open_store(database):
        pass
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda p, **k: connect(f"file:{p}?mode=ro", uri=True, **k))
    with pytest.raises(DatabaseError, match="read-only"), open_store(database) as db:
        follow(db, "AA1", NOW, {})


@pytest.mark.fault(
    "Another program holds the database before a run begins",
    "One line after ten seconds; nothing was asked of anybody",
    layer="database",
    exit_status="5",
)
def test_a_file_another_program_holds_is_refused_until_it_lets_go(database, monkeypatch):
    monkeypatch.setattr(opening, "BUSY_TIMEOUT_S", 0.01)
    with open_store(database):
        pass
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(DatabaseError, match="another program holds"), open_store(database) as db:
            follow(db, "AA1", NOW, {})
    with open_store(database) as db:
        assert follow(db, "AA1", NOW, {})


def test_a_transaction_that_reads_first_cannot_be_overtaken(database, monkeypatch):
    monkeypatch.setattr(opening, "BUSY_TIMEOUT_S", 0.01)
    with open_store(database) as one, closing(sqlite3.connect(database, timeout=0)) as other:
        with writing(one):
            assert column(one, "select count(*) from followed") == [0]
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("insert into followed (number, added_at) values ('BB2', '')")
            follow(one, "AA1", NOW, {})
        assert column(one, "select number from followed") == ["AA1"]


def test_a_full_disk_loses_nothing_stored_before(database):
    with open_store(database) as db:
        take_in(db, [record()])
        before = contents(db, FACTS) | contents(db)
    big = record("correos", "BB2", events=[event(None, os.urandom(4000).hex()) for _ in range(50)])
    with open_store(database) as db:
        db.execute(f"pragma max_page_count = {column(db, 'pragma page_count')[0] + 5}")
        with pytest.raises(sqlite3.OperationalError, match="disk is full"):
            take_in(db, [big])
    with pytest.raises(DatabaseError, match="the disk is full"), open_store(database):
        raise sqlite3.OperationalError("database or disk is full")
    with open_store(database) as db:
        assert contents(db, FACTS) | contents(db) == before
        assert take_in(db, [big]) == (1, 0)


def test_a_second_run_is_told_who_holds_the_lock(database):
    held, done = threading.Event(), threading.Event()

    def hold():
        with run_lock(database):
            held.set()
            done.wait(30)

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(30)
        with pytest.raises(Locked, match=rf"process {os.getpid()}\b"), run_lock(database):
            pass
    finally:
        done.set()
        other.join()
    with run_lock(database):
        pass
    assert not database.with_name(f"{database.name}.owner").exists()


def test_an_error_of_the_run_is_not_mistaken_for_one_of_the_lock(database, tmp_path):
    with pytest.raises(BrokenPipeError), run_lock(database):
        raise BrokenPipeError
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError), run_lock(tmp_path / "file" / "a.db"):
        pass
