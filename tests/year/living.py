"""A year, or a part of one, lived through: parcels sent, runs made, everything compared with the truth."""

import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collector.store.opening import open_store
from tests.year.figures import Figures, figures
from tests.year.hours import run_times
from tests.year.machine import Machine, Ran
from tests.year.parcels import sent
from tests.year.truths import Year
from tests.year.weather import weather

#: Both nights on which clocks change lie in a year from here; the first within its first days.
BEGIN = datetime(2026, 3, 22, tzinfo=UTC)
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, with how many parcels, and by which dice."""

    parcels: int
    days: int
    seed: int = 7


def live(plan: Plan, folder: Path, heard: Callable[[Ran], None] = lambda ran: None) -> Figures:
    """The figures of the time lived through in `folder`; `heard` is told of every run."""
    parcels = sent(plan.parcels, BEGIN, plan.days, plan.seed)
    machine = Machine(folder, parcels)
    ran: list[Ran] = []
    memory: list[int] = []
    for number, at in enumerate(run_times(BEGIN, plan.days)):
        ran.append(machine.run(number, at, weather(number, plan.seed)))
        memory.append(_held_bytes())
        heard(ran[-1])
    with open_store(machine.database) as db:
        return figures(Year(db, parcels, ran, folder), memory)


def _held_bytes() -> int:
    """What this process holds in memory; its peak where the system does not say."""
    if _STATM.exists():
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
