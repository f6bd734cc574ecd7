"""The scheduled run: read accounts' orders, visit what is due, follow new numbers; store each visit at once.

Portals are visited side by side, one visit at a time each, with the pause each portal asks for. Every visit
is stored and derived in one transaction, so a run that is killed loses at most the visit under way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from collector.account.sessions import Session, load_session
from collector.browser import Browser, BrowserOptions, open_browser
from collector.clock import Clock, utc_now
from collector.collect_numbers import PortalTurn
from collector.collect_orders import AccountTurn
from collector.deadlines import deadlines_ahead
from collector.derive import Deriver
from collector.errors import CrosstrackError
from collector.keeping import Keeper
from collector.limits import Limits
from collector.outlook import next_due
from collector.plan import Due, Wanted, arriving_orders, due_visits
from collector.politeness import permit
from collector.read import prepare
from collector.settings import Settings
from collector.signed_in import accounts_asked, session_ages
from collector.store.drifts import drifts, note_shrinking
from collector.store.facts import begin_run, end_run
from collector.store.opening import writing
from collector.store.phrases import new_unknown_phrases
from collector.store.portal_states import portal_state
from collector.store.troubles import troubles
from collector.summary import Progress, Summary
from scrapers.contract import Portal
from scrapers.shop import Shop

__all__ = ["Collecting", "Progress", "Summary", "collect"]

_COUNTED = {
    "orders": "select count(*) as n from orders",
    "events": "select count(*) as n from events",
    "numbers": "select count(*) as n from tracking_numbers",
    "disagreements": "select count(*) as n from disagreements",
}


@dataclass(frozen=True, slots=True)
class Collecting:
    """What a run is given: the browser, bounds, accounts, settings, and the clock and sleep it lives by.

    sessions       the folder of session files, None: no account is read
    full           whether lists of orders are read to their end, whatever is known
    keep_personal  whether pages of accounts are stored as received
    deadline       after it no further visit begins; what is left is due in the next run
    """

    browser: BrowserOptions = field(default_factory=BrowserOptions)
    limits: Limits = field(default_factory=Limits)
    wanted: Wanted = field(default_factory=Wanted)
    clock: Clock = utc_now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    progress: Progress | None = None
    deadline: timedelta = timedelta(hours=2)
    sessions: Path | None = None
    full: bool = False
    keep_personal: bool = False
    settings: Settings = field(default_factory=Settings)


def collect(db: Database, portals: Mapping[str, Portal], given: Collecting) -> Summary:
    """Make every due visit, and those that become due by what is found; what was done."""
    return asyncio.run(_Run(db, portals, given).make())


class _Run:
    def __init__(self, db: Database, portals: Mapping[str, Portal], given: Collecting) -> None:
        self.db = db
        self.portals = portals
        self.given = given
        self.deriver = Deriver(db, portals)
        self.summary = Summary()
        self.keeper = Keeper(db, self.deriver, self.summary, given.progress)
        self.done: set[tuple[str, str]] = set()
        self.arriving: frozenset[str] = frozenset()
        self.started = given.clock()

    async def make(self) -> Summary:
        self.deriver.catch_up()  # what a killed run stored and did not derive
        before = self._counted()
        with writing(self.db):
            self.keeper.run_id = begin_run(self.db, "collect", self.started)
        try:
            await self._visit_what_is_due()
            self.deriver.settle()
            self._sum_up(before)
        except CrosstrackError as error:
            self._end(int(error.exit_status), {"error": str(error)})
            raise
        self._end(int(self.summary.exit_status), self.summary.as_json())
        return self.summary

    def _sum_up(self, before: Mapping[str, int]) -> None:
        """What the summary says beyond what was noted on the way."""
        summary, now = self.summary, self.given.clock()
        with writing(self.db):
            if self.keeper.network.may_have_been_gone:
                self.keeper.forgive()
            summary.unknown = new_unknown_phrases(self.db, now)
            note_shrinking(self.db, {portal for portal, _ in self.done}, now)
        summary.redone = self.deriver.redone
        summary.drift = drifts(self.db)
        summary.in_trouble = troubles(self.db, now)
        summary.deadlines = [one.said for one in deadlines_ahead(self.db, now.date())]
        summary.sessions = session_ages(self.portals, self.given.sessions)
        summary.new = {name: n - before[name] for name, n in self._counted().items()}
        asked = list(accounts_asked(self.portals, Wanted(), self.given.sessions))
        rules = self.given.settings.cadence
        summary.next_due = next_due(self.db, self.portals, asked, now=now, rules=rules)

    def _end(self, exit_status: int, said: dict[str, Any]) -> None:
        with writing(self.db):
            end_run(self.db, self.keeper.run_id, self.given.clock(), exit_status, said)

    async def _visit_what_is_due(self) -> None:
        """Accounts and what is known to be due side by side; then what was found, until nothing new is."""
        queues, signed_in = self._queues(), self._sessions()
        if not queues and not signed_in:
            return
        # To prepare takes as long as to start the browser; each leaves the other a core.
        asked = {queue[0].portal for queue in queues} | {shop.name for shop, _ in signed_in}
        preparing = asyncio.ensure_future(asyncio.to_thread(prepare, sorted(asked)))
        async with open_browser(self.given.browser) as browser:
            await preparing
            turns = [turn for shop, session in signed_in for turn in [self._turn(browser, shop, session)]]
            while queues or turns:
                await asyncio.gather(*turns, *(self._numbers(browser, q) for q in queues))
                turns, queues = [], self._queues()

    def _sessions(self) -> list[tuple[Shop, Session]]:
        """The accounts to read, with their sessions; one that cannot be used is noted and costs no other."""
        found: list[tuple[Shop, Session]] = []
        folder = self.given.sessions
        for shop, account in accounts_asked(self.portals, self.given.wanted, folder):
            try:
                session = load_session(folder, shop.name, account) if folder else None
            except CrosstrackError as error:
                self.summary.locked.append(f"{shop.name} account {account}: {error}")
            else:
                found.extend([(shop, session)] if session else [])
        return found

    def _turn(self, browser: Browser, shop: Shop, session: Session) -> Coroutine[Any, Any, None]:
        return AccountTurn(
            keeper=self.keeper,
            browser=browser,
            shop=shop,
            session=session,
            sessions=self.given.sessions or Path(),
            clock=self.given.clock,
            sleep=self.given.sleep,
            limits=self.given.limits,
            is_over=self._is_over,
            full=self.given.full,
            keep_personal=self.given.keep_personal,
            wanted=self.given.wanted,
            together=self.arriving,
            rules=self.given.settings.cadence,
        ).take()

    def _is_over(self) -> bool:
        return self.given.clock() - self.started > self.given.deadline

    def _queues(self) -> list[list[Due]]:
        """What is due and not yet tried in this run, by portal; not of portals that must not be asked."""
        queues: dict[str, list[Due]] = {}
        due = self._due()
        self.arriving = arriving_orders(self.db, due)
        for one in due:
            queues.setdefault(one.portal, []).append(one)
            self.done.add((one.portal, one.number))
        askable = [queue for name, queue in queues.items() if not self._put_off(name, len(queue))]
        self.keeper.due += sum(map(len, askable))
        return askable

    def _due(self) -> list[Due]:
        return due_visits(
            self.db,
            self.portals,
            wanted=self.given.wanted,
            now=self.given.clock(),
            done=self.done,
            since=self.started,
            rules=self.given.settings.cadence,
        )

    def _put_off(self, portal: str, visits: int) -> bool:
        """Whether the portal must not be asked now; noted for the summary."""
        state, politeness = portal_state(self.db, portal), self.portals[portal].politeness
        now = self.given.clock()
        refused = "the run's time is over" if self._is_over() else permit(state, politeness, now).refused
        if self.keeper.network.is_gone:
            refused = "this machine has no network"
        if refused:
            self.summary.deferred.append(f"{portal}: {visits} visits put off: {refused}")
            self.summary.put_off += visits
        return bool(refused)

    def _counted(self) -> dict[str, int]:
        return {name: next(iter(self.db.query(sql)))["n"] for name, sql in _COUNTED.items()}

    def _numbers(self, browser: Browser, queue: list[Due]) -> Coroutine[Any, Any, None]:
        return PortalTurn(
            keeper=self.keeper,
            browser=browser,
            portal=self.portals[queue[0].portal],
            numbers=[one.number for one in queue],
            clock=self.given.clock,
            sleep=self.given.sleep,
            limits=self.given.limits,
            is_put_off=self._put_off,
        ).take()
