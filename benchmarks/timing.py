"""What a command costs: seconds of processor time of it and those it started, and by the wall clock."""

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Seconds:
    """Of the processor, and by the wall clock."""

    cpu: float
    wall: float


def seconds_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Seconds:
    """What one run of `command` costs. Raises CalledProcessError, with what it said, if it fails."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, stderr=done.stderr[-2000:])
    return Seconds(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def interleaved(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Seconds]:
    """The median cost of each command; they take turns, so that a busy minute is everybody's."""
    costs: dict[str, list[Seconds]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            costs[name].append(seconds_of(command))
    return {
        name: Seconds(median(c.cpu for c in found), median(c.wall for c in found))
        for name, found in costs.items()
    }
