"""`python -m benchmarks.growing`: what a file that grows costs: its size, its making, and one visit more.

Records of invented parcels are imported by the command, in a process of its own, its start included: into one
file for each number of parcels. Then that file gets a record that says nothing new, and one with a row more:
what these cost must not hang on all that the file holds.
"""

import argparse
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.bench import Options
from benchmarks.loads import ROWS_EACH, records
from benchmarks.markdown import table
from benchmarks.measuring import Cost, cost_of
from collector.derive.crew import VARIABLE

SIZES = (1_000, 10_000)
_COUNTED = "select (select count(*) from observations), (select count(*) from disagreements)"
_TIMEOUT_S = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Grown:
    """One file, and what it cost: seconds of processor time, MB of memory at most.

    same, more   a record that says what is known; one with a row more
    redone       other parcels that were derived again for that row
    """

    parcels: int
    observations: int
    disagreements: int
    file_mb: float
    made_cpu_s: float
    made_wall_s: float
    memory_mb: float
    same_cpu_s: float
    more_cpu_s: float
    redone: int

    @property
    def bytes_a_parcel(self) -> float:
        """Of the file."""
        return self.file_mb * 1e6 / self.parcels

    @property
    def of_a_million(self) -> float:
        """Seconds of processor time for a million observations, from the line of JSON to the last table."""
        return self.made_cpu_s / self.observations * 1e6


def measured(options: Options) -> str:
    """The chapter on growth."""
    sizes = (50, 100) if options.quick else SIZES
    said = (
        f"Invented parcels of at least {ROWS_EACH} observations, imported by `crosstrack import` and derived "
        "in one process. What a later record costs is nearly all the start of the program."
    )
    return f"## Growth\n\n{said}\n\n{as_table([grown(size, workers=0) for size in sizes])}"


def as_table(found: Sequence[Grown]) -> str:
    """One line for each file."""
    columns = {
        "parcels": [one.parcels for one in found],
        "observations": [one.observations for one in found],
        "disagreements": [one.disagreements for one in found],
        "file, MB": [one.file_mb for one in found],
        "bytes a parcel": [one.bytes_a_parcel for one in found],
        "imported and derived: processor, s": [one.made_cpu_s for one in found],
        "wall, s": [one.made_wall_s for one in found],
        "for a million observations, s": [one.of_a_million for one in found],
        "peak memory, MB": [one.memory_mb for one in found],
        "a record that says nothing new, s": [one.same_cpu_s for one in found],
        "one row more, s": [one.more_cpu_s for one in found],
        "parcels redone for it": [one.redone for one in found],
    }
    return table([*columns], [*zip(*columns.values(), strict=True)])


def grown(parcels: int, workers: int | None = None, rows_each: int = ROWS_EACH) -> Grown:
    """A file of so many parcels with so many rows each, at least. Raises RuntimeError if a command fails."""
    with tempfile.TemporaryDirectory(prefix="crosstrack-growing-") as name:
        folder = Path(name)
        last: Mapping[str, Any] = {}
        with (folder / "all.jsonl").open("w", encoding="utf-8") as file:
            for last in records(parcels, rows_each=rows_each):
                file.write(_line(last))
        made = _imported(folder, "all.jsonl", workers)
        (folder / "same.jsonl").write_text(_line(_later(last)), encoding="utf-8")
        same = _imported(folder, "same.jsonl", workers)
        (folder / "more.jsonl").write_text(_line(_one_row_more(last)), encoding="utf-8")
        size = _size(folder / "crosstrack.db")
        more = _imported(folder, "more.jsonl", workers)
        with closing(sqlite3.connect(folder / "crosstrack.db")) as db:
            observations, disagreements = db.execute(_COUNTED).fetchone()
        return Grown(
            parcels,
            observations,
            disagreements,
            size / 1e6,
            made.cpu_s,
            made.wall_s,
            made.memory_mb,
            same.cpu_s,
            more.cpu_s,
            _redone(more.said),
        )


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _later(record: Mapping[str, Any], days: int = 1) -> dict[str, Any]:
    seen_at = datetime.fromisoformat(record["seen_at"]) + timedelta(days=days)
    return {**record, "seen_at": seen_at.isoformat()}


def _one_row_more(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the portal may show two days later."""
    newest = {**record["events"][0], "description": "Something else has happened"}
    return {**_later(record, 2), "events": [newest, *record["events"]]}


def _redone(said: str) -> int:
    """How many other parcels the program says it derived again."""
    _, _, told = said.rpartition("parcels redone: ")
    return int(told) if told.strip().isdecimal() else 0


def _imported(folder: Path, file: str, workers: int | None) -> Cost:
    command = [sys.executable, "-m", "collector", "--db", str(folder / "crosstrack.db"), "import"]
    environment = dict(os.environ) if workers is None else {**os.environ, VARIABLE: str(workers)}
    cost = cost_of([*command, str(folder / file)], environment, folder, _TIMEOUT_S)
    if cost.exit_status:
        raise RuntimeError(f"the import ended with {cost.exit_status}:\n{cost.said}")
    return cost


def _size(database: Path) -> int:
    with closing(sqlite3.connect(database)) as db:
        db.execute("pragma wal_checkpoint(truncate)").fetchall()
    return database.stat().st_size


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growing", description=__doc__)
    parser.add_argument("parcels", type=int, nargs="*", default=SIZES, help="how many (default: 1000 10000)")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="processes that help (default: as the program has it)"
    )
    parser.add_argument(
        "--rows",
        type=int,
        default=ROWS_EACH,
        metavar="N",
        help=f"so many rows a parcel, at least (default: {ROWS_EACH})",
    )
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    given = parser.parse_args(arguments)
    found = [grown(size, given.workers, given.rows) for size in given.parcels]
    print(json.dumps([asdict(one) for one in found], indent=2) if given.json else as_table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
