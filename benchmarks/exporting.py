"""`python -m benchmarks.exporting`: the history as CSV, beside `sqlite-utils rows --csv` of the view of it.

The export has a column for each portal, and no cell a spreadsheet could take for a formula; the view has one
column for all portals.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from sqlite3 import Connection, connect

from benchmarks.bench import Options
from benchmarks.loads import imported
from benchmarks.markdown import table
from benchmarks.timing import interleaved

BAR = 1.5
_PORTALS = ("17track", "aliexpress", "cainiao", "correos", "dhl", "ups", "usps")
_PER_PARCEL = 20
_EVENT = "insert into events values (?, ?, ?, 'arrived_facility', 'last_mile', ?, ?, ?, ?, ?, 3, ?, null)"


def measured(options: Options) -> str:
    """The chapter on exporting."""
    found = exported(20_000 if options.quick else 1_000_000, 3)
    heads = ["rows", "`export history`, s", "`sqlite-utils rows --csv`, s", "ratio", "at most"]
    row = [found["rows"], found["export_s"], found["sqlite_utils_s"], found["ratio"], BAR]
    return f"## Exporting\n\nProcessor time, medians of three rounds in turns.\n\n{table(heads, [row])}"


def exported(rows: int, rounds: int) -> dict[str, int | float]:
    """How many seconds of processor time either takes for so many events."""
    with tempfile.TemporaryDirectory(prefix="crosstrack-export-") as folder:
        database = Path(folder) / "crosstrack.db"
        imported(database, 1)
        with closing(connect(database)) as db, db:
            _fill(db, rows)
        costs = interleaved(
            {
                "export": [sys.executable, "-m", "collector", "--db", str(database), "export", "history"],
                "sqlite-utils": [
                    *(sys.executable, "-m", "sqlite_utils", "rows"),
                    *(str(database), "reconciled_history", "--csv"),
                ],
            },
            rounds,
        )
    ours, theirs = costs["export"].cpu, costs["sqlite-utils"].cpu
    return {"rows": rows, "export_s": ours, "sqlite_utils_s": theirs, "ratio": ours / theirs}


def _fill(db: Connection, rows: int) -> None:
    db.executemany(
        "insert into parcels (id, title, stage) values (?, ?, 'last_mile')",
        ((f"P{n:07}", f"Lamp {n}") for n in range(rows // _PER_PARCEL + 1)),
    )
    db.executemany(
        """insert into observations (id, parcel_id, portal, tracking_number, position, offset_source,
           description, first_seen_at, last_seen_at) values (?, 'P0000000', ?, 'P0000000', 0, 'place', 'x',
           '2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z')""",
        [(f"of {portal}", portal) for portal in _PORTALS],
    )
    db.executemany(_EVENT, _events(rows))


def _events(rows: int) -> Iterator[tuple[object, ...]]:
    random = Random(1)  # noqa: S311 - the same rows each time
    for n in range(rows):
        at = f"2026-{1 + n % 12:02}-{1 + n % 28:02}T{n % 24:02}:{n % 60:02}:00Z"
        shown = {portal: at[:16].replace("T", " ") for portal in random.sample(_PORTALS, 3)}
        text = "-Departed" if n % 50 == 0 else f"Arrived at the facility {n % 977}"
        told = json.dumps(dict(sorted(shown.items())))
        parcel, sequence = f"P{n // _PER_PARCEL:07}", n % _PER_PARCEL + 1
        yield (f"event {n}", parcel, sequence, at, at, at, "Los Angeles, CA", text, told)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exporting", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, metavar="N", help="events (default: 100000)")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    given = parser.parse_args(arguments)
    found = exported(given.rows, 3)
    print(json.dumps(found, indent=2) if given.json else table(list(found), [list(found.values())]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
