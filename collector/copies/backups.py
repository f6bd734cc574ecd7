"""A backup, and the way back."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collector.copies.snapshots import (
    Progress,
    copy_into,
    dangling,
    failures_of,
    faults,
    flush,
    moment_of,
    publish,
    refuse_target,
    unfinished,
)
from collector.errors import DatabaseError, UsageError


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. `kept` is where the database it replaced is now, None if there was none."""

    bytes: int
    kept: Path | None


def back_up(database: Path, target: Path, *, force: bool = False, progress: Progress | None = None) -> int:
    """Write a complete, checked copy of `database` to `target`; its size in bytes.

    Other programs may write to the database meanwhile. Raises UsageError for a `target` that exists unless
    `force`, DatabaseError for anything that keeps the copy from being made; then nothing is left behind.
    """
    refuse_target(target, database, force=force)
    with failures_of(target), unfinished(target.absolute()) as part:
        with moment_of(database) as source:
            copy_into(source, part, progress)
        publish(part, target, force=force)
        return target.stat().st_size


def restore(database: Path, file: Path, now: datetime, progress: Progress | None = None) -> Restored:
    """Make `database` what the backup `file` holds; the one that stood there stays beside it.

    Hold the lock of `database`. The file is checked first: nothing is touched if it is not sound, no database
    of ours, or of a newer version (DatabaseError). It is not changed itself.
    """
    if database.exists() and file.resolve() == database.resolve():
        raise UsageError(f"{file} is the database itself")
    with failures_of(database), unfinished(database.absolute()) as part:
        with moment_of(file) as source:
            wrong = faults(source) or dangling(source)
            if wrong:
                raise DatabaseError(f"{file}: this backup is damaged ({wrong[0]}); nothing was changed")
            copy_into(source, part, progress)
        kept = _set_aside(database, now) if database.exists() else None
        part.replace(database)
        flush(database.absolute().parent)
        return Restored(database.stat().st_size, kept)


def _set_aside(database: Path, now: datetime) -> Path:
    """A second name for the database that is to be replaced, with all that was written to it.

    Until its first name is given to another file, the database is in its place: a power cut harms nothing.
    """
    kept = _free_name(database, now)
    _fold_in_log(database)
    log = database.with_name(f"{database.name}-wal")
    kept_log = kept.with_name(f"{kept.name}-wal")
    if (
        log.exists() and log.stat().st_size
    ):  # held by a reader, or not readable as it is: it stays with its file
        log.replace(kept_log)
    else:
        log.unlink(missing_ok=True)
    database.with_name(f"{database.name}-shm").unlink(missing_ok=True)
    try:
        kept.hardlink_to(database)
    except OSError:  # a file system without links
        database.replace(kept)
    return kept


def _fold_in_log(database: Path) -> None:
    """Write what is only in the log into the database. One that is damaged stays as it is."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database, timeout=5, isolation_level=None)) as old:
        old.execute("pragma wal_checkpoint(truncate)")


def _free_name(database: Path, now: datetime) -> Path:
    stem = f"{database.name}.replaced-{now:%Y%m%dT%H%M%SZ}"
    names = (database.with_name(f"{stem}{ending}.bak") for ending in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(name for name in names if not name.exists())
