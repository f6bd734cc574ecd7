"""A year, or a part of one, lived through: parcels sent, runs made, everything compared with the truth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collector.store.opening import open_store
from tests.year import sampled
from tests.year.diary import growth, note, noted
from tests.year.figures import Figures, figures
from tests.year.hours import run_times
from tests.year.machine import Machine, Ran
from tests.year.parcels import sent
from tests.year.remembering import rows_remembered
from tests.year.truths import Year
from tests.year.weather import weather

#: Both nights on which clocks change lie in a year from here; the first within its first days.
BEGIN = datetime(2026, 3, 22, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, with how many parcels, and by which dice."""

    parcels: int
    days: int
    seed: int = 7


def live(
    plan: Plan,
    folder: Path,
    heard: Callable[[Ran], None] = lambda ran: None,
    enough: Callable[[], bool] = lambda: False,
) -> Figures:
    """The figures of the time lived through in `folder`; `heard` is told of every run.

    What was lived there before is gone on with; once it is `enough`, the rest is left to another time.
    """
    parcels = sent(plan.parcels, BEGIN, plan.days, plan.seed)
    machine = Machine(folder, parcels)
    runs = noted(folder, plan.seed)
    times = list(enumerate(run_times(BEGIN, plan.days)))
    chosen = sampled.runs(len(times), plan.seed)
    with rows_remembered():
        for number, at in times[len(runs) :]:
            if enough():
                break
            if number in chosen and machine.database.exists():
                sampled.keep(folder, number)
            runs.append(note(folder, machine.run(number, at, weather(number, plan.seed))))
            heard(runs[-1].ran)
    with open_store(machine.database) as db:
        return figures(Year(db, parcels, [one.ran for one in runs], folder), growth(runs))
