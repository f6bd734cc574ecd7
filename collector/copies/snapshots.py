"""The database as it was at one moment, copied into a private file that appears whole or not at all.

The copy goes through SQLite's own backup, inside one reading transaction: what another program writes
meanwhile is not in it and does not disturb it.
"""

import errno
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from collector.errors import DatabaseError, NewerDatabase, UsageError
from collector.store.migrations import NAMES
from collector.store.opening import BUSY_TIMEOUT_S

#: Told how many pages of the file are copied, and how many there are.
Progress = Callable[[int, int], None]

_PAGES_AT_ONCE = 2048
_BESIDE = ("", "-journal", "-wal", "-shm")


@contextmanager
def failures_of(path: Path, refusals: type[sqlite3.Error] = sqlite3.Error) -> Iterator[None]:
    """Raises DatabaseError, in one line, for what SQLite and the file system refuse inside the block."""
    full = f"{path}: the disk is full; free some space, nothing stored is lost"
    try:
        yield
    except refusals as error:
        raise DatabaseError(full if "full" in str(error) else f"{path}: {error}") from error
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise DatabaseError(full if is_full else f"{path}: {error.strerror or error}") from error


@contextmanager
def moment_of(path: Path) -> Iterator[sqlite3.Connection]:
    """The database at `path` for reading, as it is now, whatever others write until the block ends.

    Raises DatabaseError for a file that is missing or no database of ours, NewerDatabase for one of a later
    version.
    """
    if not path.exists():
        raise DatabaseError(f"{path}: there is no such database")
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with (
        failures_of(path),
        closing(sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)) as source,
    ):
        source.execute("begin")
        _refuse_other(source, path)
        yield source


def _refuse_other(source: sqlite3.Connection, path: Path) -> None:
    try:
        rows = source.execute("select name from _sqlite_migrations where migration_set = 'crosstrack'")
        applied = {str(name) for (name,) in rows}
    except sqlite3.OperationalError as error:
        if "no such" not in str(error):
            raise
        applied = set()
    if not applied:
        raise DatabaseError(f"{path}: not a database of Crosstrack")
    newer = sorted(applied - NAMES)
    if newer:
        raise NewerDatabase(
            f"{path}: written by a newer Crosstrack (it has the change {newer[0]}); update the program"
        )


def faults(source: sqlite3.Connection, *, quick: bool = False) -> list[str]:
    """What SQLite finds wrong with the file, at most ten lines; empty for a sound one."""
    pragma = "quick_check" if quick else "integrity_check"
    try:
        return [str(text) for (text,) in source.execute(f"pragma {pragma}(10)") if text != "ok"]
    except sqlite3.DatabaseError as error:
        return [str(error)]


def dangling(source: sqlite3.Connection) -> list[str]:
    """Rows that refer to others which are not there, at most ten, as lines."""
    rows = list(source.execute("pragma foreign_key_check"))[:10]
    return [f"{table}: row {rowid} refers to {parent}, which lacks it" for table, rowid, parent, _ in rows]


def copy_into(source: sqlite3.Connection, target: Path, progress: Progress | None = None) -> None:
    """Copy the moment `source` reads into the empty private file `target`, one file without a log beside it.

    Raises DatabaseError if what was written is not sound.
    """
    told = None if progress is None else lambda _, left, pages: progress(pages - left, pages)
    # What is no refusal of the moment but a damaged page is the source's fault, and said of it.
    with (
        failures_of(target.parent, sqlite3.OperationalError),
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        source.backup(copy, pages=_PAGES_AT_ONCE, progress=told)
        copy.execute("pragma journal_mode = delete")
        wrong = faults(copy, quick=True)
        if wrong:
            raise DatabaseError(
                f"{target.parent}: the copy is not sound ({wrong[0]}); the disk may be failing"
            )
    flush(target)


@contextmanager
def unfinished(beside: Path) -> Iterator[Path]:
    """An empty private file in the folder of `beside`; it is gone after the block unless it was moved."""
    handle, name = tempfile.mkstemp(prefix=f".{beside.name[:40]}.", suffix=".part", dir=beside.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for ending in _BESIDE:
            with suppress(OSError):
                Path(f"{name}{ending}").unlink(missing_ok=True)


def refuse_target(target: Path, database: Path, *, force: bool) -> None:
    """Raises UsageError where a copy of `database` cannot be written to `target`."""
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name a file")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"{target}: there is no folder {target.absolute().parent}")
    own = {f"{database.resolve()}{ending}" for ending in (*_BESIDE, ".lock", ".owner")}
    if str(target.resolve()) in own:
        raise UsageError(f"{target} is the database itself")
    if os.path.lexists(target) and not force:
        raise UsageError(f"{target} exists already; --force replaces it")


def publish(part: Path, target: Path, *, force: bool) -> None:
    """Give the finished file its name, in one step. Raises UsageError if the name was taken meanwhile."""
    if force:
        part.replace(target)
    else:
        try:
            target.hardlink_to(part)
        except FileExistsError:
            raise UsageError(f"{target} exists already; --force replaces it") from None
        except OSError:  # a file system without links
            part.replace(target)
    flush(target.absolute().parent)


def flush(path: Path) -> None:
    """Have the file's content, or the folder's names, on the disk before going on."""
    with suppress(PermissionError):  # a folder cannot be opened on Windows
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
