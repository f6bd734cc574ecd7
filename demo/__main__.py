"""Collects four invented parcels on two simulated days, then says what the portals disagree about.

    python -m demo [--headed]

The portals run on this machine only; no request leaves it. The database is made anew in `demo-data/`.
"""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import fixtures
from collector.browser import BrowserOptions
from collector.collect import Collecting, Summary, collect
from collector.errors import CrosstrackError
from collector.report import console, parcel_json, print_parcel
from collector.store.facts import follow
from collector.store.opening import open_store
from collector.visit import Visited
from scrapers import portals

DATABASE = Path("demo-data") / "crosstrack.db"
DAYS = (date(2026, 3, 10), date(2026, 3, 16))
PARCELS = {
    "LP00712345678901": "lamp, to Spain",
    "LP00798765432109": "phone case, to Ohio",
    "LP00766600002222": "socks, not shipped yet",
    "LP00755500001111": "a number nobody knows",
}


def main() -> int:
    """Run the demonstration; the exit status."""
    arguments = _arguments()
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    for suffix in ("", "-wal", "-shm"):
        DATABASE.with_name(DATABASE.name + suffix).unlink(missing_ok=True)
    try:
        with _simulated() as sites:
            options = BrowserOptions(
                executable=os.environ.get("CROSSTRACK_BROWSER"),
                headed=arguments.headed,
                arguments=tuple(sites.chromium_arguments),
            )
            for day in DAYS:
                sites.today = day
                print(f"\n{day:%A %d %B %Y} (simulated)", file=sys.stderr)
                summary = _collected(day, options)
                new = ", ".join(f"{n} {what}" for what, n in summary.new.items())
                print(f"  new: {new}", file=sys.stderr)
        _show()
    except CrosstrackError as error:
        print(f"demo: {error}", file=sys.stderr)
        return int(error.exit_status)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description="Collect four invented parcels.")
    parser.add_argument("--headed", action="store_true", help="show the browser's window")
    return parser.parse_args()


@contextmanager
def _simulated() -> Iterator[fixtures.Portals]:
    with fixtures.demo_portals() as sites:
        yield sites


def _collected(day: date, options: BrowserOptions) -> Summary:
    now = datetime.combine(day, time(20), UTC)

    def clock() -> datetime:
        nonlocal now
        now += timedelta(seconds=1)
        return now

    with open_store(DATABASE) as db:
        with db.atomic():
            for number, note in PARCELS.items():
                follow(db, number, clock(), {"note": note})
        given = Collecting(browser=options, clock=clock, sleep=_no_pause, progress=_say)
        return collect(db, portals(), given)


async def _no_pause(_: float) -> None:
    """Simulated portals need no courtesy."""
    await asyncio.sleep(0)


def _say(done: int, due: int, last: Visited | None) -> None:
    if last is not None:
        rows = len(last.readings[0].rows) if last.readings else 0
        outcome = last.outcome.value.replace("_", " ")
        print(f"  {last.portal:<8} {last.tracking_number:<24} {outcome:<15} {rows:>3} rows", file=sys.stderr)


def _show() -> None:
    out = console()
    with open_store(DATABASE, must_exist=True) as db:
        for row in db.query("select id from parcels order by title"):
            print()
            print_parcel(out, parcel_json(db, row["id"]))
    print(f"\nThe database is {DATABASE}. Look at it in your browser:\n")
    print(f"    .venv/bin/crosstrack --db {DATABASE} serve --open\n")


if __name__ == "__main__":
    sys.exit(main())
