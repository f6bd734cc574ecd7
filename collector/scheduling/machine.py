"""The machine a schedule is for: its platform, its user, and how its schedulers' programs are called."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.errors import CrosstrackError

_SECONDS = 60


class SchedulerFailed(CrosstrackError):
    """A scheduler's program is missing or refused; what was installed before is as it was."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program answered."""

    status: int
    out: bytes = b""
    err: bytes = b""


#: Runs a program with its arguments and what it reads. Raises SchedulerFailed where there is no such program.
Run = Callable[[Sequence[str], bytes], Ran]


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine, as far as schedulers go.

    platform  as in `sys.platform`
    user_id   the number of the user, 0 where users have none
    """

    platform: str
    home: Path
    environ: Mapping[str, str]
    user_id: int
    run: Run


def this_machine() -> Machine:
    """The machine this program runs on."""
    user_id = os.getuid() if sys.platform != "win32" else 0
    return Machine(sys.platform, Path.home(), os.environ, user_id, run_program)


def run_program(command: Sequence[str], given: bytes = b"") -> Ran:
    """What the program says, in English. Raises SchedulerFailed where it is missing or does not end."""
    path = shutil.which(command[0])
    if path is None:
        raise SchedulerFailed(f"there is no {command[0]} on this machine; choose another way with --with")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, found on the user's own PATH, without a shell
            [path, *command[1:]],
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SchedulerFailed(f"{command[0]} cannot be used: {type(error).__name__}") from error
    return Ran(done.returncode, done.stdout, done.stderr)


def must(machine: Machine, *command: str, given: bytes = b"") -> Ran:
    """What the program answered. Raises SchedulerFailed, with its first words, where it failed."""
    ran = machine.run(command, given)
    if ran.status:
        raise refused(command, ran)
    return ran


def refused(command: Sequence[str], ran: Ran) -> SchedulerFailed:
    """The error for a program that failed."""
    words = (ran.err or ran.out).decode("utf-8", "replace").strip().splitlines()
    return SchedulerFailed(
        f"{' '.join(command[:3])} failed ({ran.status}): {words[0] if words else 'silently'}"
    )
