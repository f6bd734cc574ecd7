"""One writing run at a time: a lock the operating system drops when its holder dies, however it dies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from collector.errors import DatabaseError, Locked


@contextmanager
def run_lock(database: Path) -> Iterator[None]:
    """Hold the lock of `database` for the length of the block.

    Raises Locked, naming the other run's process, when it is held. The lock file stays; it holds no state.
    """
    path = database.with_name(f"{database.name}.lock")
    owner = database.with_name(f"{database.name}.owner")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(path, timeout=0, mode=0o600):
            owner.write_text(f"{os.getpid()}\n", encoding="ascii")
            try:
                yield
            finally:
                owner.unlink(missing_ok=True)
    except Timeout:
        held = owner.read_text(encoding="ascii").strip() if owner.exists() else "unknown"
        raise Locked(f"{database}: another run (process {held}) is collecting; try again later") from None
    except PermissionError as error:
        raise DatabaseError(f"{path}: {error.strerror}; check who owns the folder") from error
