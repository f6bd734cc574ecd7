"""One machine that collects for a year: its database, its session, its runs, some of them killed."""

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from collector.account.sessions import save_session, session_of
from collector.collect import Collecting, collect
from collector.limits import Limits
from collector.lock import run_lock
from collector.notices import announce
from collector.notices.settings import NoticeSettings
from collector.read.offsets import iso_utc
from collector.store.facts import follow
from collector.store.opening import open_store, writing
from fixtures.sites.aliexpress.shop import Shop
from fixtures.sites.aliexpress.visitor import Door
from scrapers import portals
from scrapers import shops as known_shops
from tests.year.hours import RunClock, skipped_waiting
from tests.year.parcels import Sent
from tests.year.visiting import InProcess, without_browser
from tests.year.weather import Day, Weathered, is_signed_in

SHOP = "aliexpress"
#: How a process ends in which a run raised what none should raise.
_BROKEN = 70
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ran:
    """One run. `exit_status` is None for one that was killed; what a process of its own said is not kept."""

    number: int
    began_at: datetime
    day: Day
    exit_status: int | None
    said: dict[str, Any] | None

    @property
    def believed_at(self) -> datetime:
        """When it began by the machine's clock."""
        return self.began_at + self.day.slip


@dataclass(slots=True)
class Diary:
    """Sends notices to a file, and dies after so many."""

    file: Path
    run: int
    dies_after: int | None = None
    targets: Sequence[str] = ("1 (diary)",)

    def send(self, target: str, title: str, text: str) -> str | None:
        """Writes the notice down; as a service would, it takes it even if the sender dies then."""
        _write(self.file, {"run": self.run, "title": title, "text": text})
        if self.dies_after is not None:
            if self.dies_after == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self.dies_after -= 1
        return None


@dataclass(slots=True)
class Machine:
    """Where the runs are made, in `folder`. Everything a killed run leaves is in its files."""

    folder: Path
    parcels: Sequence[Sent]
    shop: Shop = field(init=False)
    stage: Weathered = field(init=False)
    is_new: bool = True

    def __post_init__(self) -> None:
        orders = [one.order for one in self.parcels if one.order is not None]
        self.shop = Shop(orders, lambda: self.stage.as_of)
        self.stage = Weathered({one.journey.name: one.journey for one in self.parcels}, (self.shop,))
        self.stage.weather = {}

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.folder / "crosstrack.db"

    def run(self, number: int, at: datetime, day: Day) -> Ran:
        """One run; a killed one is made in a process of its own."""
        self._session(number, day)
        self.stage.weather, self.stage.today = day.states, at
        if not day.is_killed:
            status, said = self._made(number, at, day)
            return Ran(number, at, day, status, said)
        child = os.fork()
        if child == 0:
            status = _BROKEN
            try:
                status, _ = self._made(number, at, day)
            finally:
                os._exit(status)
        _, how = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(how)
        return Ran(number, at, day, None if code == -signal.SIGKILL else code, None)

    def _made(self, number: int, at: datetime, day: Day) -> tuple[int, dict[str, Any]]:
        clock = RunClock(at, day.slip)
        browser = InProcess(self.stage, told=_Told(self.folder / "attempts", self.stage, clock, day))
        with run_lock(self.database), open_store(self.database) as db, without_browser(browser):
            follow_all(db, self.parcels, at, clock())
            given = Collecting(
                limits=Limits(), clock=clock, sleep=asyncio.sleep, sessions=self.folder / "sessions"
            )
            with skipped_waiting():
                summary = collect(db, portals(), given)
            diary = Diary(self.folder / "notices", number, day.killed_telling)
            told = announce(db, NoticeSettings(), clock(), diary)
        return int(summary.exit_status), summary.as_json() | {"notices": told.as_json()}

    def _session(self, number: int, day: Day) -> None:
        """The account's session ends, or its owner brings one; a year that is gone on with needs one too."""
        if day.session_ends:
            self.shop.door = Door(self.shop.settings)
        if day.signs_in or (self.is_new and is_signed_in(number)):
            cookies = self.shop.door.cookies(self.shop.settings.account)
            shop = known_shops()[SHOP]
            session = session_of(shop, "default", cookies, now=LONG_AGO, source="window")
            save_session(self.folder / "sessions", session)
        self.is_new = False


def follow_all(db: Database, parcels: Sequence[Sent], at: datetime, now: datetime) -> None:
    """Follows what its owner has begun to follow by then."""
    with writing(db):
        for one in parcels:
            if one.added_at is not None and one.added_at <= at:
                follow(db, one.journey.numbers[0].number, now, {})


@dataclass(slots=True)
class _Told:
    """Writes down every attempt to load a page, and kills the run after so many."""

    file: Path
    stage: Weathered
    clock: RunClock
    day: Day
    made: int = 0

    def __call__(self, portal: str, again: bool) -> None:
        self.stage.today = self.clock.true
        _write(self.file, {"portal": portal, "at": iso_utc(self.clock.true), "again": again})
        self.made += 1
        if self.day.killed_after is not None and self.made > self.day.killed_after:
            os.kill(os.getpid(), signal.SIGKILL)


def _write(file: Path, entry: dict[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(entry) + "\n")
