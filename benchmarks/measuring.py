"""What a program costs: how long it runs, the computing time and the memory of it and all that it starts.

Linux alone tells all of it: elsewhere memory that processes share counts once for each.
"""

import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLES_EVERY_S = 0.2
_SUBREAPER = 36
_MB = 1024**2


@dataclass(frozen=True, slots=True)
class Cost:
    """One run of a program. `memory_mb` is the most that its processes held at one moment."""

    wall_s: float
    cpu_s: float
    memory_mb: float
    said: str
    exit_status: int


def cost_of(command: Sequence[str], environment: dict[str, str], folder: Path, timeout_s: float) -> Cost:
    """What it costs to run `command`."""
    _adopt_orphans()
    others = psutil.Process().children()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = folder / "said.txt"
    began = time.perf_counter()
    with output.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        peak = _Peak(process.pid)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        wall = time.perf_counter() - began
        peak.stop()
    _reap_orphans(others)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    text = output.read_text(encoding="utf-8", errors="replace")
    return Cost(wall, cpu, peak.bytes / _MB, text[-3000:], process.returncode)


class _Peak:
    """The most memory a tree of processes held, looked at from a thread until stopped."""

    def __init__(self, process: int) -> None:
        self.bytes = 0
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        """Looks no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLES_EVERY_S):
            self.bytes = max(self.bytes, _held(self._process))


def _held(process: int) -> int:
    """Bytes that a process and those it started hold; what they share counts once where the system tells."""
    total = 0
    try:
        root = psutil.Process(process)
        for one in (root, *root.children(recursive=True)):
            total += _share(one)
    except psutil.Error:
        pass
    return total


def _share(process: psutil.Process) -> int:
    try:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        return 1024 * next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    except (OSError, StopIteration):
        pass
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it ended while it was looked at
        return 0


def _adopt_orphans() -> None:
    """Makes what outlives its parent our child, so that its computing time is told."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def _reap_orphans(others: Sequence[psutil.Process], patience_s: float = 5.0) -> None:
    """Waits for the orphans to end; what they took is then told as ours."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        orphans = [one for one in psutil.Process().children() if one not in others]
        for one in orphans:
            os.waitpid(one.pid, os.WNOHANG)
        if not orphans:
            return
        time.sleep(0.05)
