"""One way to open the database: migrated (a backup first), foreign keys enforced, WAL, private."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from collector.errors import DatabaseError, NewerDatabase
from collector.store.migrations import NAMES, migrations
from collector.store.views import create_views

BUSY_TIMEOUT_S = 10.0


@contextmanager
def open_store(path: Path, *, must_exist: bool = False) -> Iterator[Database]:
    """The database at `path`, ready for use; made if missing unless `must_exist`.

    Raises DatabaseError, in one line, for anything that keeps the file from being used: not a database,
    read-only, locked by another program, a full disk, or written by a newer Crosstrack (NewerDatabase).
    Errors of SQLite inside the `with` block become DatabaseError too.
    """
    try:
        if must_exist and not path.exists():
            raise DatabaseError(f"{path}: there is no database yet; add a number or import something first")
        db = _connected(path)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(_said(path, error)) from error
    try:
        try:
            _prepare(db, path)
        except OSError as error:  # the copy before a migration; errors of the block's own files are not ours
            raise DatabaseError(_said(path, error)) from error
        yield db
    except sqlite3.Error as error:
        raise DatabaseError(_said(path, error)) from error
    finally:
        db.close()


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """A transaction that is the only writing one from its first statement on; within one, a part of it.

    One that began by reading would fail, without waiting, if another program wrote before it did.
    """
    if db.conn.in_transaction:
        with db.atomic():
            yield
        return
    db.conn.execute("begin immediate")
    try:
        yield
        db.conn.commit()
    except BaseException:
        db.conn.rollback()
        raise


def _connected(path: Path) -> Database:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        # Order pages are private: the file is never readable by others, not even for a moment.
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    # In full: `:memory:` and `file:...` mean no file to SQLite.
    connection = sqlite3.connect(path.absolute(), timeout=BUSY_TIMEOUT_S, isolation_level=None)
    return Database(connection)


def _prepare(db: Database, path: Path) -> None:
    _refuse_other(db, path)  # before anything is written: another program's file stays as it is
    # SQLite's FULL flushes at every commit: a visit that was reported stored survives a power cut. On a Mac
    # an ordinary flush reaches the disk's own cache only.
    for pragma in ("foreign_keys = on", "journal_mode = wal", "synchronous = full", "fullfsync = on"):
        db.execute(f"pragma {pragma}")
    pending = migrations.pending(db)
    if pending:
        if migrations.applied(db):
            _back_up(db, path, pending[0].name)
        with writing(db):  # all or none; a second program that opens the new file waits, and finds it done
            migrations.apply(db)
    create_views(db)


def _refuse_other(db: Database, path: Path) -> None:
    """Raises DatabaseError for a file another program made, NewerDatabase for one of a later version."""
    applied = migrations.applied(db)
    own = {migrations.migrations_table}
    foreign = [name for name in db.table_names() if name not in own and not name.startswith("sqlite_")]
    if foreign and not applied:
        raise DatabaseError(f"{path}: a database of another program (it has a table {foreign[0]!r})")
    newer = [m.name for m in applied if m.name not in NAMES]
    if newer:
        raise NewerDatabase(
            f"{path}: written by a newer Crosstrack (it has the change {newer[0]}); update the program"
        )


def _back_up(db: Database, path: Path, before: str) -> None:
    """A complete copy beside the database, named for the first change that has not been made to it."""
    copy = path.with_name(f"{path.name}.before-{before}.bak")
    if copy.exists():
        return
    unfinished = copy.with_name(f"{copy.name}.part")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(unfinished)) as target:
        db.conn.backup(target)
    unfinished.replace(copy)


def _said(path: Path, error: Exception) -> str:
    text = str(error)
    if isinstance(error, OSError):
        return f"{path}: {error.strerror or text}"
    if "readonly" in text or "read-only" in text:
        return f"{path}: the database is read-only; check who owns the file and its folder"
    if "locked" in text or "busy" in text:
        return f"{path}: another program holds the database; try again when it has finished"
    if "full" in text:
        return f"{path}: the disk is full; free some space, nothing stored so far is lost"
    if "not a database" in text:
        return f"{path}: this file is not a SQLite database"
    return f"{path}: {text}"
