"""`python -m benchmarks.reconciling`: what observations cost on their way to events, by step.

The steps run in this process on one core and are timed one by one; then the commands that do them all. Costs
are seconds of processor time; two cores are measured by the wall clock.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.bench import Options
from benchmarks.loads import imported
from benchmarks.markdown import table
from benchmarks.timing import seconds_of
from collector.derive import Deriver
from collector.derive.crew import VARIABLE
from collector.derive.estimating import known_estimates
from collector.derive.garbage import seldom_collected
from collector.derive.gathering import gathered
from collector.derive.linking import linked
from collector.derive.tracks import folded_parcels
from collector.reconcile import counts, reconcile
from collector.store.opening import open_store
from scrapers import portals

#: So many numbers are taken together, as the program does.
_TOGETHER = 100
MILLION = 1_000_000


@dataclass(slots=True)
class Steps:
    """Seconds each step took for so many observations of so many parcels."""

    parcels: int
    observations: int = 0
    gathering: float = 0.0
    folding: float = 0.0
    learning: float = 0.0
    reconciling: float = 0.0

    @property
    def of_a_million(self) -> float:
        """Seconds for both passes over a million observations, followed across visits already."""
        return (self.learning + self.reconciling) / self.observations * MILLION


def measured(options: Options) -> str:
    """The chapter on reconciling."""
    size = 100 if options.quick else 2000
    stepped(20)  # loads words and places, once
    half, whole = stepped(size), stepped(2 * size)
    heads = ["", *(f"{one.parcels:,} parcels, {one.observations:,} observations" for one in (half, whole))]
    rows = [
        [
            f"{text}, µs an observation",
            *(getattr(one, name) / one.observations * 1e6 for one in (half, whole)),
        ]
        for name, text in (
            ("gathering", "read and parsed from the database"),
            ("folding", "rows read, and followed across visits"),
            ("learning", "first pass: what a parcel teaches"),
            ("reconciling", "second pass: events and disagreements"),
        )
    ]
    rows.append(["both passes, s for a million", half.of_a_million, whole.of_a_million])
    commands = commanded(size)
    growth = (whole.learning + whole.reconciling) / (half.learning + half.reconciling)
    return "\n\n".join(
        (
            "## Reconciling",
            "On one core. Both passes over a million may take 120 s. Twice the parcels cost "
            f"{growth:.2f} times as much (at most 2.1).",
            table(heads, rows),
            f"The commands, with everything around it, for {size:,} parcels:",
            table(["command", "helpers", "processor, s", "wall, s"], commands),
        )
    )


def stepped(parcels: int) -> Steps:
    """The steps over the records of so many parcels, already in a database."""
    with tempfile.TemporaryDirectory(prefix="crosstrack-steps-") as folder:
        database = Path(folder) / "crosstrack.db"
        imported(database, parcels)
        return steps(database, parcels)


def steps(database: Path, parcels: int) -> Steps:
    """The steps over everything in `database`, in parts as the program takes them."""
    taken = Steps(parcels)
    with open_store(database, must_exist=True) as db, seldom_collected():
        deriver, known = Deriver(db, portals(), workers=0), known_estimates(db)
        waiting = "select distinct tracking_number from visits where tracking_number is not null order by 1"
        numbers, done = [row[0] for row in db.execute(waiting)], set[str]()
        for first in range(0, len(numbers), _TOGETHER):
            left = [number for number in numbers[first : first + _TOGETHER] if number not in done]
            with _timed(taken, "gathering"):
                closed, links, visits = linked(db, deriver.parser, left)
                groups = gathered(db, deriver.parser, closed, links, visits)
            done.update(closed)
            with _timed(taken, "folding"):
                found = [p for group in groups for p in folded_parcels(group)]
            with _timed(taken, "learning"):
                for p in found:
                    counts(p.parcel)
            with _timed(taken, "reconciling"):
                for p in found:
                    reconcile(p.parcel, known)
            taken.observations += sum(len(rows) for p in found for rows in p.parcel.tracks.values())
    return taken


@contextmanager
def _timed(taken: Steps, step: str) -> Iterator[None]:
    began = time.process_time()
    yield
    setattr(taken, step, getattr(taken, step) + time.process_time() - began)


def commanded(parcels: int) -> list[list[object]]:
    """What the commands that derive cost, with no process to help and with two."""
    with tempfile.TemporaryDirectory(prefix="crosstrack-derives-") as folder:
        database = Path(folder) / "crosstrack.db"
        imported(database, parcels)
        rows: list[list[object]] = []
        for command in ("reconcile", "rebuild"):
            for helpers in (0, 2):
                cost = seconds_of(
                    [sys.executable, "-m", "collector", "--db", str(database), command],
                    {VARIABLE: str(helpers)},
                )
                rows.append([f"`crosstrack {command}`", helpers, cost.cpu, cost.wall])
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reconciling", description=__doc__)
    parser.add_argument("--parcels", type=int, default=500, metavar="N", help="the half (default: 500)")
    parser.add_argument("--database", type=Path, metavar="FILE", help="measure the steps on this one instead")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    given = parser.parse_args(arguments)
    if given.database is not None:
        found = [steps(given.database, 0)]
    else:
        stepped(20)  # loads words and places, once
        found = [stepped(given.parcels), stepped(2 * given.parcels)]
    figures = [asdict(one) | {"s of a million, both passes": one.of_a_million} for one in found]
    if given.json:
        print(json.dumps(figures, indent=2))
    else:
        print(table(list(figures[0]), [list(one.values()) for one in figures]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
