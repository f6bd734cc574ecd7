"""`python -m benchmarks.starting`: what short commands cost, the start of the program with them."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench import Options
from benchmarks.loads import imported
from benchmarks.markdown import table
from benchmarks.timing import Seconds, interleaved

#: Seconds of processor time a command may take.
BARS = {"--help": 0.25, "show": 0.5}


def measured(options: Options) -> str:
    """The chapter on starting."""
    costs = starts(3 if options.quick else 11)
    rows = [[f"`crosstrack {name}`", c.cpu, c.wall, BARS.get(name, "")] for name, c in costs.items()]
    heads = ["command", "processor, s", "wall, s", "at most, s of processor"]
    return f"## Starting\n\nMedians; 20 parcels are known.\n\n{table(heads, rows)}"


def starts(rounds: int) -> dict[str, Seconds]:
    """The cost of short commands, by name."""
    with tempfile.TemporaryDirectory(prefix="crosstrack-starts-") as folder:
        database = Path(folder) / "crosstrack.db"
        number = imported(database, 20)[0]["tracking_number"]
        said = {
            "--help": ["--help"],
            "show": ["show", number],
            "status": ["status", "--all"],
            "collect, nothing due": ["collect", "--portal", "usps"],
        }
        base = [sys.executable, "-m", "collector", "--db", str(database)]
        return interleaved({name: [*base, *rest] for name, rest in said.items()}, rounds)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.starting", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="how often (default: 7)")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    given = parser.parse_args(arguments)
    costs = starts(given.rounds)
    if given.json:
        print(json.dumps({name: {"cpu_s": c.cpu, "wall_s": c.wall} for name, c in costs.items()}, indent=2))
    else:
        print(table(["command", "processor, s", "wall, s"], [[n, c.cpu, c.wall] for n, c in costs.items()]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
