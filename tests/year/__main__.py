"""`python -m tests.year`: a simulated year, its figures as a table, and status 1 if anything was wrong."""

import argparse
import logging
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.year import sampled
from tests.year.beside import Beside, beside
from tests.year.figures import Figures
from tests.year.hours import run_times
from tests.year.living import BEGIN, Plan, live
from tests.year.machine import Ran
from tests.year.parcels import sent


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
        place = asked.folder or Path(folder)
        made = live(plan, place, heard, enough)
        print(table(plan, made))
        if asked.browser:
            again = made_again(plan, place)
            print(f"| sampled runs, made again with a real browser | {len(again)}, {_told(again)} |")
            made.wrong += [f"run {n}: {line}" for n, one in again.items() for line in one.differing]
    for line in made.wrong:
        print(line, file=sys.stderr)
    return 1 if made.wrong else 0


def made_again(plan: Plan, folder: Path) -> dict[int, Beside]:
    """The sampled runs of the year made a second time, with a real browser, by number."""
    parcels = sent(plan.parcels, BEGIN, plan.days, plan.seed)
    times = list(run_times(BEGIN, plan.days))
    made = {}
    for number, before in sampled.kept(folder).items():
        with tempfile.TemporaryDirectory() as passing:
            made[number] = beside(before, number, times[number], parcels, Path(passing))
        print(f"run {number} with a browser: {made[number].visits[1]} visits", file=sys.stderr)
    return made


def _told(again: dict[int, Beside]) -> str:
    visits = sum(one.visits[1] for one in again.values())
    return f"{visits} visits, {sum(len(one.differing) for one in again.values())} differences"


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
        "growth of memory after the first half": f"{made.memory_growth_bytes / 2**20:.0f} MiB",
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
    parser.add_argument("--browser", action="store_true", help="make sampled runs with a real browser too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
