"""`python -m benchmarks.speed`: how fast records become tables, in how much memory; what one row more costs.

Parcels are those of `worlds`. They are imported by the command in a process of its own, its start included.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from benchmarks.worlds import make_world, profile, profile_names

_SAMPLES_EVERY_S = 0.05
_BYTES_PER_MB = 1024**2

Records = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Run:
    """One import: how long it took, the most memory it and its helpers held together, and what it said."""

    seconds: float
    memory_mb: float
    said: str


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured, 1 if an import failed."""
    options = _options(arguments)
    records = make_world(options.seed, options.parcels, profile(options.profile)).records
    with tempfile.TemporaryDirectory(prefix="crosstrack-speed-") as folder:
        try:
            figures = _measured(records, Path(folder), options.workers)
        except subprocess.CalledProcessError as error:
            print(f"the import failed:\n{error.output}", file=sys.stderr)
            return 1
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:40} {value:>12,.2f}" if isinstance(value, float) else f"{name:40} {value:>12,}")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--parcels", type=int, default=2000, metavar="N", help="how many (default: 2000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which world (default: 1)")
    parser.add_argument("--profile", choices=profile_names(), default="usual", help="how hard it is")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="processes that help (default: as the program has it)"
    )
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    return parser.parse_args(arguments)


def _measured(records: Records, folder: Path, workers: int | None) -> dict[str, int | float]:
    whole, half = folder / "whole.db", folder / "half.db"
    first = _first_half(records)
    half_run = _imported(first, half, workers)
    whole_run = _imported(records, whole, workers)
    again = _imported([records[-1]], whole, workers)
    more = _imported([_one_row_more(records[-1])], whole, workers)
    rows, half_rows = _rows(records), _rows(first)
    rate, half_rate = rows / whole_run.seconds, half_rows / half_run.seconds
    return {
        "records": len(records),
        "rows": rows,
        "seconds": whole_run.seconds,
        "rows a second": rate,
        "rows a second, half of them": half_rate,
        "time a row takes, whole to half": half_rate / rate,
        "peak memory, MB": whole_run.memory_mb,
        "peak memory of half, MB": half_run.memory_mb,
        "seconds for a record known already": again.seconds,
        "seconds for one row more": more.seconds,
        "parcels redone for one row more": _redone(more.said),
    }


def _rows(records: Records) -> int:
    return sum(len(record["events"]) for record in records)


def _first_half(records: Records) -> Records:
    """The records of the first half of the numbers, in the order they come."""
    numbers = list(dict.fromkeys(record["tracking_number"] for record in records))
    chosen = set(numbers[: len(numbers) // 2])
    return [record for record in records if record["tracking_number"] in chosen]


def _one_row_more(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the portal may show a day later: one row more."""
    seen_at = datetime.fromisoformat(record["seen_at"]) + timedelta(days=1)
    newest = {**record["events"][0], "description": "Something else has happened"}
    return {**record, "seen_at": seen_at.isoformat(), "events": [newest, *record["events"]]}


def _redone(said: str) -> int:
    """How many other parcels the program says it derived again."""
    _, _, told = said.rpartition("parcels redone: ")
    return int(told) if told.strip().isdecimal() else 0


def _imported(records: Records, database: Path, workers: int | None) -> Run:
    file = database.with_suffix(".jsonl")
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    file.write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "collector", "--db", str(database), "import", str(file)]
    environment = dict(os.environ) if workers is None else {**os.environ, "CROSSTRACK_WORKERS": str(workers)}
    with database.with_suffix(".said").open("w+", encoding="utf-8") as said:
        began, peak = time.perf_counter(), 0
        process = psutil.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        while process.poll() is None:
            peak = max(peak, _held(process))
            time.sleep(_SAMPLES_EVERY_S)
        seconds = time.perf_counter() - began
        said.seek(0)
        text = said.read()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, text[-2000:])
    return Run(seconds, peak / _BYTES_PER_MB, text)


def _held(process: psutil.Process) -> int:
    """Bytes that a process and those it started hold; pages they share count once for each."""
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.Error:  # it ended while it was looked at
        pass
    return total


if __name__ == "__main__":
    sys.exit(main())
