"""A run of the year made twice from one database: in this process, and with a real browser."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from collector.account.sessions import save_session, session_of
from collector.browser import BrowserOptions
from collector.collect import Collecting, collect
from collector.limits import Limits
from collector.store.opening import open_store
from fixtures import Portals, simulated_shop
from scrapers import portals, shops
from tests.year.machine import LONG_AGO, SHOP, Machine, follow_all
from tests.year.parcels import Sent
from tests.year.weather import Day

#: What must be the same of a visit, whoever made it.
_VISITS = """
select portal, coalesce(tracking_number, order_id, account) as about, page, outcome, complete, rows_read
from visits where run_id = (select id from runs order by rowid desc limit 1)
"""
#: What must be the same of every row that is held. What is believed of clocks may rest on the second of a
#: visit, and no two runs visit at the same seconds.
_ROWS = """
select portal, tracking_number, time_text, description, place, milestone, withdrawn_at is null
from observations
"""
_Facts = frozenset[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Beside:
    """One run made twice: how many visits each made, and a line for every difference."""

    visits: tuple[int, int]
    differing: list[str]


@dataclass(slots=True)
class _Clock:
    """A clock that moves by what is waited for, and a second with every look."""

    now: datetime
    sites: Portals

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        self.sites.today = self.now
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Waits for nothing."""
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


def beside(before: Path, number: int, at: datetime, parcels: Sequence[Sent], folder: Path) -> Beside:
    """The run of that number, which began `at`, made twice in `folder` from the database `before` it."""
    own, other = (folder / f"{number}-{name}" for name in ("process", "browser"))
    for place in (own, other):
        place.mkdir()
        shutil.copy(before, place / "crosstrack.db")
    machine = Machine(own, parcels)
    machine.run(number, at, Day())
    with_browser(other, at, parcels)
    with open_store(machine.database) as one, open_store(other / "crosstrack.db") as two:
        made = [_facts(db, _VISITS) for db in (one, two)]
        held = [_facts(db, _ROWS) for db in (one, two)]
    return Beside((len(made[0]), len(made[1])), [*_differing(*made), *_differing(*held)])


def with_browser(folder: Path, at: datetime, parcels: Sequence[Sent]) -> None:
    """The run that begins `at`, made with a real browser on the database in `folder`."""
    orders = [one.order for one in parcels if one.order is not None]
    with simulated_shop(orders, {one.journey.name: one.journey for one in parcels}) as sites:
        clock = _Clock(at, sites)
        assert sites.shop is not None
        session = session_of(shops()[SHOP], "default", sites.shop.cookies(), now=LONG_AGO, source="window")
        save_session(folder / "sessions", session)
        given = Collecting(
            browser=BrowserOptions(arguments=tuple(sites.chromium_arguments)),
            limits=Limits(),
            clock=clock,
            sleep=clock.sleep,
            sessions=folder / "sessions",
        )
        with open_store(folder / "crosstrack.db") as db:
            follow_all(db, parcels, at, clock())
            collect(db, portals(), given)


def _facts(db: Database, sql: str) -> _Facts:
    return frozenset(tuple(row.values()) for row in db.query(sql))


def _differing(process: _Facts, browser: _Facts) -> list[str]:
    only = [f"only without a browser: {one}" for one in sorted(process - browser, key=str)]
    return only + [f"only with a browser: {one}" for one in sorted(browser - process, key=str)]
