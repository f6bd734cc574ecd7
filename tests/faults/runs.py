"""Whole runs without a browser, for faults that lie behind it: two portals that answer from memory.

The portals go by the names of real ones, so that their clocks and words are known, and print rows as JSON.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from collector.answer import Answer
from collector.browser import BrowserOptions
from collector.collect import Collecting, collect
from collector.derive import DERIVED_TABLES
from collector.lock import run_lock
from collector.store.facts import follow
from collector.store.opening import open_store, writing
from collector.visit import visited
from collector.visit.asked import about_number
from collector.visit.attempt import Load
from collector.visit.verdict import unavailable
from scrapers.contract import Confidence, Evidence, LayoutChanged, Page, Politeness, Portal, Reading, Row
from scrapers.words import Outcome, Role
from tests.collector.worlds import FACTS, contents

NOW = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)
NUMBERS = ("LP00712345678901", "LP00798765432109", "LP00766600002222")
#: Before it the parcels have one row less on each portal.
SECOND_DAY = NOW + timedelta(hours=12)


class Here(Portal):
    """A page of rows with stated offsets."""

    name = "cainiao"
    hosts = ("here.test",)
    states = {}  # noqa: RUF012
    politeness = Politeness(1, 1000, "synthetic")
    evidence = Evidence("documented", "2026")

    def accepts(self, number):
        return Confidence(0.9, "synthetic")

    def url(self, number, language):
        return f"https://{self.hosts[0]}/{number}"

    def number_in(self, url):
        return url.rpartition("/")[2]

    def parse(self, pages):
        try:
            said = json.loads(pages[0].text)
            rows = tuple(Row(text, time, offset) for text, time, offset in said["rows"])
            return (Reading(number=said["number"], rows=rows),)
        except (IndexError, KeyError, TypeError, ValueError):
            raise LayoutChanged(self.name, "rows") from None


class There(Here):
    """A page of rows in the clock of the country."""

    name = "correos"
    hosts = ("there.test",)


PORTALS = {one.name: one() for one in (Here, There)}
SHOWN = {
    "cainiao": (
        ("Accepted by carrier", "2026-02-26 10:00:00", "+08:00"),
        ("Departed from departure country/region", "2026-02-27 13:05:11", "+08:00"),
        ("Arrived at destination country/region", "2026-03-08 18:00:00", "+08:00"),
        ("Delivered", "2026-03-10 22:00:00", "+08:00"),
    ),
    "correos": (
        ("Admitido", "26/02/2026 03:00:00", None),
        ("Llegada a España", "08/03/2026 12:00:00", None),
        ("Entregado", "10/03/2026 15:00:00", None),
    ),
}


def page_of(portal: str, number: str, now: datetime) -> bytes:
    """What a portal answers about a number at that moment."""
    rows = SHOWN[portal] if now >= SECOND_DAY else SHOWN[portal][:-1]
    return json.dumps({"number": number, "rows": rows}).encode()


@dataclass
class World:
    """Portals that answer from memory. `fault` may answer instead: with a body, an outcome, an error.

    asked, attempts  the visits made, and how often each might have asked
    """

    now: datetime = NOW
    fault: Callable[[str, str], bytes | str | Outcome | None] = lambda portal, number: None
    asked: list[tuple[str, str]] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)
    told: Callable[[int], None] = lambda done: None

    async def visit(self, browser, portal, number, *, language, clock, limits, **_):
        await asyncio.sleep(0)
        self.attempts.append(limits.attempts)
        self.asked.append((portal.name, number))
        asked = about_number(portal, number, language)
        answer = self.fault(portal.name, number)
        if isinstance(answer, Outcome):
            load = Load(Answer(answer, complete=False, error="made up"), clock())
        elif isinstance(answer, str):
            load = Load(unavailable(answer), clock())
        else:
            body = page_of(portal.name, number, self.now) if answer is None else answer
            pages = (Page(Role.PAYLOAD, asked.url, "application/json", body, 200),)
            load = Load(asked.answer(pages), clock(), pages)
        return visited(browser, asked, load, language=language, attempts=1, duration_ms=1)

    def given(self, **more) -> Collecting:
        """What a run is given; its clock stands still, so that a run taken up sees the same moments."""

        async def no_pause(_):
            await asyncio.sleep(0)

        return Collecting(
            BrowserOptions(),
            clock=lambda: self.now,
            sleep=no_pause,
            progress=lambda done, due, last: self.told(done),
            **more,
        )

    def collect(self, database, portals=PORTALS, **more):
        """One run on the database, under its lock; its summary."""
        with run_lock(database), open_store(database) as db:
            with writing(db):
                for number in NUMBERS:
                    follow(db, number, NOW, {})
            return collect(db, portals, self.given(**more))


@asynccontextmanager
async def no_browser(*_):
    """In the place of a browser."""
    yield SimpleNamespace(zone="UTC", offset_minutes=0)


def installed(monkeypatch, world: World) -> World:
    """`world`, from which runs and commands are answered as long as `monkeypatch` lasts."""
    monkeypatch.setattr("collector.collect.open_browser", no_browser)
    monkeypatch.setattr("collector.collect_numbers.visit", world.visit)
    monkeypatch.setattr("scrapers.portals", lambda: PORTALS)
    return world


def everything(database) -> dict[str, list[str]]:
    """What is kept and derived, runs and portals' states aside; every reference must lead somewhere."""
    with open_store(database) as db:
        assert list(db.query("pragma integrity_check")) == [{"integrity_check": "ok"}]
        assert list(db.query("pragma foreign_key_check")) == []
        facts = contents(db, FACTS)
        facts["visits"] = sorted(str((r["id"], r["outcome"], r["seen_at"])) for r in db["visits"].rows)
        return contents(db, [t for t in DERIVED_TABLES if t != "unknown_phrases"]) | facts


def visits_in(database) -> set[str]:
    """The visits that are stored, by id, read from a copy: whoever closes a file last tidies it."""
    with TemporaryDirectory() as folder:
        copy = put_back(files_of(database), Path(folder) / "copy")
        with closing(sqlite3.connect(copy)) as connection:
            if not connection.execute("select 1 from sqlite_master where name = 'visits'").fetchone():
                return set()
            return {row[0] for row in connection.execute("select id from visits")}


def files_of(database: Path) -> dict[str, bytes]:
    """The database's files as they are at this moment, without the index that SQLite makes again."""
    names = (database.name, f"{database.name}-wal")
    return {n: database.with_name(n).read_bytes() for n in names if database.with_name(n).exists()}


def put_back(files: dict[str, bytes], folder: Path) -> Path:
    """The files in a new folder, as after a power cut; where the database is."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / min(files, key=len)
