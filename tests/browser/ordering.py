"""A buyer at the simulated shop, and runs that read the account.

`python -m tests.browser.ordering SPEC` makes one run in a process of its own, for tests that kill it. SPEC is
JSON: database, sessions, chromium_arguments, now (ISO). Its clock stands still, so that an undisturbed run
and one that was killed and begun again see everything at the same moment.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import fixtures
from collector.account.sessions import load_session, save_session, session_of
from collector.browser import BrowserOptions
from collector.browser.finding import BrowserMissing, find_browser
from collector.collect import Collecting, collect
from collector.derive import Deriver
from collector.limits import Limits
from collector.lock import run_lock
from collector.plan import Wanted
from collector.store.facts import follow
from collector.store.opening import open_store
from fixtures.shop import many_orders
from fixtures.shop.generated import NEWEST
from scrapers.aliexpress import AliExpress
from scrapers.contract import Politeness
from tests.browser.ordering_truth import SHOP, dump
from tests.browser.story import story_portals

QUICK = Limits(
    navigation_seconds=15,
    state_seconds=8,
    settle_seconds=0.6,
    call_seconds=10,
    close_seconds=5,
    attempts=2,
    first_wait_seconds=0.1,
)
NOW = NEWEST + timedelta(days=1)
#: Cookies live by the machine's clock, runs by a simulated one: these were brought before either.
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
#: The pages of the shop, by their addresses.
PAGES = {
    "/p/order/index.html": "list",
    "/p/order/detail.html": "detail",
    "/p/tracking/index.html": "tracking",
}
LIST_DATA = "/h5/mtop.aliexpress.trade.buyer.order.list/1.0/"


def _lacks_browser():
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        return str(missing)
    return ""


needs_browser = pytest.mark.skipif(bool(_lacks_browser()), reason=_lacks_browser())


def allowing(visits):
    """AliExpress, to be asked so often a day."""

    class Allowing(AliExpress):
        politeness = Politeness(0, visits, "for tests")

    return Allowing()


def finished_orders(count):
    """Orders of one parcel each, at their end at NOW, newest first; the newest two ended within ten days."""
    made = many_orders(20 + 10 * count)
    return _first(count, [o for o in made if o.status(NOW) == "completed" and not o.deleted])


def open_orders(count, placed_before=timedelta()):
    """Orders whose one parcel never arrives, the newest placed two days and so long before NOW."""
    newest = NOW - timedelta(days=2) - placed_before
    made = many_orders(18 * count, seed=newest.toordinal(), newest=newest)
    under_way = [o for o in made if o.timeline[-1][1] == "shipped" and len(o.packages) == 1]
    lost = [o for o in under_way if o.packages[0].journey.happenings[-1].kind.word != "delivered"]
    return _first(count, lost)


def _first(count, orders):
    assert len(orders) >= count
    return tuple(orders[:count])


def reaching(order, status, at):
    """The order, in that state from then on."""
    return replace(order, timeline=(*order.timeline, (at, status)))


async def no_pause(_):
    await asyncio.sleep(0)


class Buyer:
    """One database, one folder of sessions, one simulated shop; `collect` is a run at a simulated instant."""

    def __init__(self, folder, sites, db):
        self.folder = folder
        self.sites = sites
        self.shop = sites.shop
        self.db = db
        self.sessions = folder / "sessions"
        self.shop.settings.delay_s = 0.02
        self.portals = story_portals()
        self.told = []

    def sign_in(self, account="default", who=None, *, half=False):
        """A session file such as a person leaves who signs in; the session."""
        shop = self.shop
        cookies = shop.door.cookies(who or shop.settings.account, half=half)
        self.bring(cookies, account)

    def bring(self, cookies, account="default"):
        """A session file of these cookies."""
        session = session_of(AliExpress(), account, cookies, now=LONG_AGO, source="window")
        save_session(self.sessions, session)

    def session(self, account="default"):
        return load_session(self.sessions, SHOP, account)

    def session_file(self, account="default"):
        return self.sessions / f"{SHOP}.{account}.json"

    def steer(self, **settings):
        """The shop's settings from now on."""
        for name, value in settings.items():
            assert hasattr(self.shop.settings, name), name
            setattr(self.shop.settings, name, value)

    def collect(self, now=NOW, *, everything=False, ends_after=None, after_visit=None, **given):
        """A run at `now`, of the shop alone unless `everything`; its time is over after so many visits."""
        assert now.utcoffset() is not None
        self.sites.today = now
        self.told.clear()
        clock = now

        def tick():
            nonlocal clock
            clock += timedelta(seconds=1)
            is_over = ends_after is not None and len(self.told) >= ends_after
            return clock + timedelta(hours=9) if is_over else clock

        def progress(done, due, visited):
            self.told.append(visited)
            if after_visit is not None:
                after_visit(visited)

        run = Collecting(
            browser=BrowserOptions(arguments=tuple(self.sites.chromium_arguments)),
            limits=given.pop("limits", QUICK),
            wanted=Wanted() if everything else Wanted(portals=frozenset({SHOP})),
            clock=tick,
            sleep=no_pause,
            progress=progress,
            deadline=timedelta(hours=6),
            sessions=self.sessions,
            **given,
        )
        return collect(self.db, self.portals, run)

    def follow(self, *numbers):
        with self.db.atomic():
            for number in numbers:
                follow(self.db, number, NOW - timedelta(days=100), {})

    def rows(self, sql, *values):
        return list(self.db.query(sql, list(values)))

    def one(self, sql, *values):
        (row,) = self.rows(sql, *values)
        return row

    def visits(self, where="1 = 1", *values):
        """The visits to the shop, oldest first."""
        return self.rows(f"select * from visits where portal = '{SHOP}' and {where} order by rowid", *values)

    def asked(self, since=0):
        """How often each page was opened, and `more` of the list asked for, from a request on."""
        counted = Counter()
        for request in self.sites.requests[since:]:
            if request.host == "www.aliexpress.com" and request.path in PAGES:
                counted[PAGES[request.path]] += 1
            if request.path == LIST_DATA and request.method == "POST":
                counted["more"] += 1
        return dict(counted)

    def opened(self, since=0):
        """Which pages of which orders were opened, in order, from a request on."""
        return [
            (PAGES[request.path], request.query.get("orderId") or request.query.get("tradeOrderId"))
            for request in self.sites.requests[since:]
            if request.host == "www.aliexpress.com" and request.path in PAGES
        ]

    @property
    def mark(self):
        """Where the next request will stand."""
        return len(self.sites.requests)

    def asked_shop(self, since=0):
        """Every request to the shop, from a request on."""
        return [r for r in self.sites.requests[since:] if "aliexpress" in r.host]

    def met(self):
        """The forms of the challenges met, and how often anything was done about one."""
        log = self.shop.door.log
        return [one.detail for one in log.of("challenge")], log.times("reload", "slider touched", "solved")

    def state(self, account="default"):
        """What is remembered of the account."""
        return self.one("select * from account_state where portal = ? and account = ?", SHOP, account)

    def derived(self):
        return dump(self.db)

    def rebuilt(self):
        """What is derived, after it was all derived anew."""
        Deriver(self.db, self.portals).rebuild()
        return self.derived()


@contextmanager
def buyer(folder, orders=None, journeys=None, *, others=()):
    """A buyer with these orders, those of the journeys if None; the journeys play unless an empty dict."""
    folder.mkdir(exist_ok=True)
    with (
        fixtures.simulated_shop(orders, journeys, others=others) as sites,
        open_store(folder / "crosstrack.db") as db,
    ):
        yield Buyer(folder, sites, db)


def main():
    spec = json.loads(sys.argv[1])
    now, database = datetime.fromisoformat(spec["now"]), Path(spec["database"])
    run = Collecting(
        browser=BrowserOptions(arguments=tuple(spec["chromium_arguments"])),
        limits=QUICK,
        wanted=Wanted(portals=frozenset({SHOP})),
        clock=lambda: now,
        sleep=no_pause,
        sessions=Path(spec["sessions"]),
    )
    with run_lock(database), open_store(database) as db:
        sys.exit(int(collect(db, story_portals(), run).exit_status))


if __name__ == "__main__":
    main()
