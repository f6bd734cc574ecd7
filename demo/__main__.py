"""Collects invented parcels on three simulated evenings with a real browser, then says what was found.

    python -m demo [--headed | --headless]

The portals and the shop run on this computer only; no request leaves it, and no real account is involved. The
database and the sessions are made anew in `demo-data/`.
"""

import argparse
import asyncio
import logging
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

import fixtures
from collector.account.sessions import save_session, session_of
from collector.browser import BrowserFailed, BrowserOptions
from collector.browser.finding import BrowserMissing
from collector.collect import Collecting, Summary, collect
from collector.errors import CrosstrackError, ExitStatus
from collector.limits import Limits
from collector.lock import run_lock
from collector.report import console
from collector.store.facts import follow
from collector.store.opening import open_store
from demo import promises, result, story
from demo.progress import progress
from fixtures.states import played
from scrapers import portals
from scrapers.contract import Portal
from scrapers.shop import Shop

DATA = Path("demo-data")
#: Simulated pages are there at once: what has not come after a second does not come.
_LIMITS = Limits(settle_seconds=1)
_WELCOME = """\
A real browser now collects invented orders and parcels, on three simulated evenings.

The portals are simulated on this computer, under their real host names: no request leaves it. Two
AliExpress accounts are signed in, and neither is real: the simulated shop hands out the cookies of
two sessions, and the demo keeps them in {sessions} as `crosstrack login` would."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the demo keeps what it makes."""

    database: Path
    sessions: Path


def main() -> int:
    """Run the demonstration; the exit status."""
    arguments = _arguments()
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    places = Places(arguments.data / "crosstrack.db", arguments.data / "sessions")
    try:
        with run_lock(places.database):
            missing = _shown(places, arguments.window)
    except CrosstrackError as error:
        print(f"demo: {error}", file=sys.stderr)
        return int(error.exit_status)
    except KeyboardInterrupt:
        print("\ndemo: stopped", file=sys.stderr)
        return 130
    for line in missing:
        print(f"demo: {line}", file=sys.stderr)
    return int(ExitStatus.SOME_FAILED if missing else ExitStatus.DONE)


def _shown(places: Places, window: bool | None) -> list[str]:
    """Tell the story, without the browser's window if it was not demanded and cannot be had."""
    is_headed = has_window(window, os.environ, sys.platform)
    print(_WELCOME.format(sessions=places.sessions), file=sys.stderr)
    try:
        return _told(places, is_headed)
    except (BrowserFailed, BrowserMissing) as error:
        if window is not None or not is_headed:
            raise
        print(f"\n{error}\nOnce more, without a window.", file=sys.stderr)
        return _told(places, is_headed=False)


def has_window(wanted: bool | None, environ: Mapping[str, str], platform: str) -> bool:
    """Whether the browser shows its window: as `wanted`, else where there is a screen to show it on."""
    if wanted is not None:
        return wanted
    screens = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    return bool(screens) or not platform.startswith("linux")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description="Collect invented parcels.")
    window = parser.add_mutually_exclusive_group()
    window.add_argument("--headed", dest="window", action="store_true", help="show the browser's window")
    window.add_argument("--headless", dest="window", action="store_false", help="do not show it")
    parser.set_defaults(window=None)
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER", help="default: demo-data")
    return parser.parse_args()


def _forget(places: Places) -> None:
    """Remove what an earlier demonstration left."""
    for suffix in ("", "-wal", "-shm"):
        places.database.with_name(places.database.name + suffix).unlink(missing_ok=True)
    for name in story.BUYERS:
        (places.sessions / f"aliexpress.{name}.json").unlink(missing_ok=True)


def _told(places: Places, is_headed: bool) -> list[str]:
    """Tell the story and show what came of it; what is missing of it, in words."""
    began = time.monotonic()
    _forget(places)
    with story.simulated() as sites:
        _sign_in(sites, places.sessions)
        options = BrowserOptions(
            executable=os.environ.get("CROSSTRACK_BROWSER"),
            headed=is_headed,
            arguments=tuple(sites.chromium_arguments),
        )
        missing = []
        for evening in story.EVENINGS:
            missing += promises.broken_by_run(_collected(sites, evening, options, places))
        with open_store(places.database, must_exist=True) as db:
            missing += promises.broken(db, sites, story.EVENINGS[-1])
            took = time.monotonic() - began
            result.show(console(result.WIDTH), db, story.EVENINGS[-1], places.database)
    print(f"Done in {took:.0f} s.", file=sys.stderr)
    return missing


def _told_of() -> dict[str, Portal]:
    """The portals that the story is told on: others would only say that they know nothing."""
    return {name: one for name, one in portals().items() if name in (*played(), "aliexpress")}


def _sign_in(sites: fixtures.Portals, folder: Path) -> None:
    """Store a session for each account, of cookies that the simulated shop gives out for the asking."""
    shop = portals()["aliexpress"]
    if sites.shop is None or not isinstance(shop, Shop):
        raise TypeError("there is no shop to sign in to")
    for name, buyer in story.BUYERS.items():
        cookies = sites.shop.cookies(buyer)
        save_session(folder, session_of(shop, name, cookies, now=story.EVENINGS[0], source="file"))


def _collected(
    sites: fixtures.Portals, evening: datetime, options: BrowserOptions, places: Places
) -> Summary:
    now = sites.today = evening

    def clock() -> datetime:
        nonlocal now
        now += timedelta(seconds=1)
        return now

    screen = Console(stderr=True, highlight=False, markup=False)
    screen.print(f"\n{evening:%A} {evening.day} {evening:%B %Y}")
    with open_store(places.database) as db, progress(screen) as told:
        with db.atomic():
            for number, note in story.numbers_followed(evening).items():
                follow(db, number, clock(), {"note": note})
        given = Collecting(
            browser=options,
            limits=_LIMITS,
            clock=clock,
            sleep=_no_pause,
            progress=told,
            sessions=places.sessions,
        )
        summary = collect(db, _told_of(), given)
    screen.print(f"  {_summed_up(summary)}", soft_wrap=True)
    return summary


async def _no_pause(_: float) -> None:
    """Simulated portals need no courtesy."""
    await asyncio.sleep(0)


def _summed_up(summary: Summary) -> str:
    visits = ", ".join(f"{n} {outcome.replace('_', ' ')}" for outcome, n in summary.outcomes.most_common())
    new = ", ".join(f"{n} {what}" for what, n in summary.new.items())
    return f"visits: {visits}; new: {new}"


if __name__ == "__main__":
    sys.exit(main())
