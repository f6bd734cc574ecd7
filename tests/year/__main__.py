"""`python -m tests.year`: a simulated year, its figures as a table, and status 1 if anything was wrong."""

import argparse
import logging
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.year.figures import Figures
from tests.year.living import Plan, live
from tests.year.machine import Ran


def main() -> int:
    """0 if all was well."""
    asked = _arguments()
    logging.disable(logging.WARNING)
    begun = time.monotonic()

    def heard(ran: Ran) -> None:
        if ran.number % 40 == 0:
            visits = sum((ran.said or {}).get("visits", {}).values())
            passed = round(time.monotonic() - begun)
            print(f"{ran.began_at:%Y-%m-%d}: run {ran.number}, {visits} visits, {passed} s", file=sys.stderr)

    def enough() -> bool:
        return asked.minutes is not None and time.monotonic() - begun > 60 * asked.minutes

    plan = Plan(asked.parcels, asked.days, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        made = live(plan, asked.folder or Path(folder), heard, enough)
    print(table(plan, made))
    for line in made.wrong:
        print(line, file=sys.stderr)
    return 1 if made.wrong else 0


def table(plan: Plan, made: Figures) -> str:
    """The figures in Markdown."""
    rows = {
        "days, of a plan of": f"{made.days}, {plan.days}",
        "parcels shown, of a plan of": f"{made.parcels}, {plan.parcels} (seed {plan.seed})",
        "runs, of them killed": f"{made.runs}, {made.killed}",
        "exit statuses": _counted(made.statuses),
        "visits, portals": f"{made.visits}, {made.portals}",
        "their outcomes": _counted(made.outcomes),
        "observations": str(made.observations),
        "notices told": _counted({rule: one.told for rule, one in made.notices.items() if one.told}),
        "of them due by the truth, and told": _counted(
            {rule: one.due - len(one.missed) for rule, one in made.notices.items() if one.due}
        ),
        "due and not told, told falsely": f"{_sum(made, 'missed')}, {_sum(made, 'false')}",
        "longest time a parcel under way was not seen": f"{made.longest_wait / timedelta(days=1):.1f} days",
        "growth of memory after the first tenth": f"{made.memory_growth_bytes / 2**20:.0f} MiB",
        "database": f"{made.database_bytes / 2**20:.1f} MiB, {made.bytes_per_visit} bytes a visit",
        "found wrong": str(len(made.wrong)),
    }
    return "\n".join(["| figure | |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in rows.items())])


def _sum(made: Figures, what: str) -> int:
    return sum(len(getattr(one, what)) for one in made.notices.values())


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{n} {what}" for what, n in sorted(counts.items(), key=lambda one: -one[1])) or "none"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--parcels", type=int, default=300)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="where the database stays; a passing folder if not given")
    parser.add_argument("--minutes", type=float, help="stop after so many; with --folder the next goes on")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
