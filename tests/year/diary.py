"""What a year's runs came to, written down after each: a year can be lived in several sittings."""

import json
import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from tests.year.machine import Ran
from tests.year.weather import weather

_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Noted:
    """One run, and the bytes that `process` held after it."""

    ran: Ran
    process: int
    held_bytes: int


def note(folder: Path, ran: Ran) -> Noted:
    """Writes a run down; what was written."""
    made = Noted(ran, os.getpid(), held_bytes())
    entry = [ran.number, ran.began_at.isoformat(), ran.exit_status, made.process, made.held_bytes]
    with _file(folder).open("a", encoding="utf-8") as out:
        out.write(json.dumps(entry) + "\n")
    return made


def noted(folder: Path, seed: int) -> list[Noted]:
    """The runs written down so far, in order."""
    if not _file(folder).exists():
        return []
    lines = _file(folder).read_text(encoding="utf-8").splitlines()
    return [_noted(json.loads(line), seed) for line in lines]


def growth(runs: Sequence[Noted]) -> int:
    """By how many bytes a process grew after the first half of its runs, at most."""
    most = 0
    for _, group in groupby(runs, key=lambda one: one.process):
        held = [one.held_bytes for one in group]
        settled = len(held) // 2
        most = max(most, max(held[settled:]) - held[settled])
    return most


def _noted(entry: Sequence[object], seed: int) -> Noted:
    number, began_at, exit_status, process, held = entry
    if not isinstance(number, int) or not isinstance(process, int) or not isinstance(held, int):
        raise TypeError(f"no run: {entry!r}")
    status = exit_status if isinstance(exit_status, int) else None
    ran = Ran(number, datetime.fromisoformat(str(began_at)), weather(number, seed), status, None)
    return Noted(ran, process, held)


def _file(folder: Path) -> Path:
    return folder / "runs"


def held_bytes() -> int:
    """What this process holds in memory; its peak where the system does not say."""
    if _STATM.exists():
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
