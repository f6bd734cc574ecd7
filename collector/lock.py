"""One writing run at a time: a lock the operating system drops when its holder dies, however it dies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from collector.errors import DatabaseError, Locked


@contextmanager
def run_lock(database: Path) -> Iterator[None]:
    """Hold the lock of `database` for the length of the block.

    Raises Locked, naming the other run's process, when it is held, and DatabaseError where it cannot be had.
    The lock file stays; it holds no state.
    """
    lock = FileLock(database.with_name(f"{database.name}.lock"), timeout=0, mode=0o600)
    owner = database.with_name(f"{database.name}.owner")
    try:
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise Locked(
            f"{database}: another run (process {_held_by(owner)}) is at work; try again later"
        ) from None
    except OSError as error:
        raise DatabaseError(f"{database}: {error.strerror or error}; check its folder") from error
    try:
        with suppress(OSError):  # only for the other run's message
            owner.write_text(f"{os.getpid()}\n", encoding="ascii")
        yield
    finally:
        with suppress(OSError):
            owner.unlink(missing_ok=True)
        lock.release()


def _held_by(owner: Path) -> str:
    try:
        return owner.read_text(encoding="ascii").strip() or "unknown"
    except (OSError, ValueError):
        return "unknown"
