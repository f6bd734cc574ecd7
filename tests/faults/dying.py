"""Runs in a process of their own that is killed: after so much of SQLite's work, or after a time."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable

#: SQLite's steps between two looks at whether it is time to die.
STEP = 50
KILLED, ENDED = -signal.SIGKILL, 0
_real_connect = sqlite3.connect


def run_apart(
    run: Callable[[Callable[[int], None]], None],
    *,
    after_steps: int | None = None,
    after_s: float | None = None,
) -> tuple[int, int]:
    """`run` in a fork of this process: how it ended, and how many visits it had told as stored.

    It kills itself after so many of SQLite's steps (in units of `STEP`), or is killed after a time.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.close(reader)
            if after_steps is not None:
                die_after(after_steps)
            run(lambda done: os.write(writer, b".") and None)
            status = ENDED
        finally:
            os._exit(status)
    os.close(writer)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as told:
        return os.waitstatus_to_exitcode(status), len(told.read())


def die_after(steps: int) -> None:
    """Every connection opened from now on counts SQLite's steps; at the last one this process is killed."""
    left = steps

    def step() -> int:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    sqlite3.connect = _counting(step)


def steps_of(run: Callable[[], object]) -> int:
    """How many steps `run` takes when nobody kills it."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    sqlite3.connect = _counting(step)
    try:
        run()
    finally:
        sqlite3.connect = _real_connect
    return taken


def _counting(step: Callable[[], int]) -> Callable[..., sqlite3.Connection]:
    def connect(*args, **kwargs):
        connection = _real_connect(*args, **kwargs)
        connection.set_progress_handler(step, STEP)
        return connection

    return connect
