"""One account of a shop in a run: its list of orders, then what is due of single orders.

Whatever asks for a person ends the account's turn at once and is not tried again; other accounts and portals
go on. Every page read is kept at once, so a long list that is broken off is taken up again in the next run:
it is gone through quickly as far as it is known, and on from there.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from collector.account.sessions import Session, save_session, session_of
from collector.browser import Browser
from collector.cadence_rules import DEFAULT, Cadence
from collector.clock import Clock
from collector.keeping import Keeper
from collector.limits import Limits
from collector.plan import Wanted, due_orders
from collector.politeness import HUMAN, asking, left_today, permit
from collector.store.opening import writing
from collector.store.portal_states import (
    keep_listed_to_end,
    keep_portal_state,
    listed_to_end_at,
    portal_state,
)
from collector.visit import Visited, answered
from collector.visit.asked import about_order
from collector.visit.listing import list_pages
from scrapers import vocabulary
from scrapers.shop import Shop
from scrapers.words import Outcome

#: States in which nothing more is expected of an order's place in the list.
_SETTLED = ("finished", "cancelled")


@dataclass(slots=True)
class AccountTurn:
    """One account's turn in a run.

    sessions       where session files lie; a session that still works is kept with its renewed cookies
    full           whether the list is read to its end whatever is known
    keep_personal  whether pages are stored as received
    is_over        whether no further visit may begin
    wanted         what the run is limited to; where orders are named, the list is not read
    together       orders whose parcels carriers are asked about in this run
    rules          how often pages are read
    """

    keeper: Keeper
    browser: Browser
    shop: Shop
    session: Session
    sessions: Path
    clock: Clock
    sleep: Callable[[float], Awaitable[None]]
    limits: Limits
    is_over: Callable[[], bool]
    full: bool = False
    keep_personal: bool = False
    wanted: Wanted = field(default_factory=Wanted)
    together: frozenset[str] = frozenset()
    rules: Cadence = DEFAULT
    is_signed_in: bool = False

    async def take(self) -> None:
        """Read what is due of the account."""
        if self.wanted.orders or await self._listed():
            await self._visited_orders()
        await self._renew()

    async def _listed(self) -> bool:
        """Reads the list as far as is needed; whether the account may be asked more."""
        if self._is_put_off("its list of orders"):
            return False
        await self._paused()
        depth = _Depth(self._db, self.shop.name, self.session.account, full=self.full)
        async with aclosing(self._pages()) as pages:
            async for visited in pages:
                self.keeper.due += 1
                visited = depth.counted(visited)
                self.keeper.keep(self.shop, visited)
                if visited.outcome is not Outcome.OK:
                    self.is_signed_in &= visited.outcome not in HUMAN
                    return visited.outcome not in HUMAN
                self.is_signed_in = True
                depth.note(visited)
                if depth.is_enough:
                    break
                if self._is_put_off("the rest of its list of orders"):
                    return False
                await self._paused()
        depth.keep(self.clock())
        return True

    def _pages(self) -> AsyncGenerator[Visited, None]:
        return list_pages(
            self.browser,
            self.shop,
            self.session,
            language=self.shop.default_language,
            clock=self.clock,
            sleep=self.sleep,
            limits=self._bounds(),
            keep_personal=self.keep_personal,
        )

    async def _visited_orders(self) -> None:
        due = due_orders(
            self._db,
            self.shop,
            self.session.account,
            now=self.clock(),
            only=self.wanted.orders,
            everything=self.wanted.everything,
            together=self.together,
            rules=self.rules,
        )
        self.keeper.due += len(due)
        for place, one in enumerate(due):
            left = len(due) - place
            if self._is_put_off(f"{left} visits to orders", left):
                return
            await self._paused()
            asked = about_order(
                self.shop,
                one.order_id,
                one.page,
                self.session,
                self.shop.default_language,
                keep_personal=self.keep_personal,
            )
            visited = await answered(
                self.browser,
                asked,
                language=self.shop.default_language,
                clock=self.clock,
                sleep=self.sleep,
                limits=self._bounds(),
            )
            self.keeper.keep(self.shop, visited)
            self.is_signed_in |= visited.outcome is Outcome.OK
            if visited.outcome in HUMAN:
                self.is_signed_in = False
                return

    async def _renew(self) -> None:
        """Keeps the session's cookies as the shop has renewed them, while they make a session."""
        if not self.is_signed_in:
            return
        language, now = self.shop.default_language, self.clock()
        cookies = await self.browser.cookies(self.shop, language, self.limits, self.session)
        if not self.shop.looks_signed_in({c["name"]: c["value"] for c in cookies}):
            return
        renewed = session_of(
            self.shop,
            self.session.account,
            cookies,
            now=self.session.saved_at,
            source=self.session.source,
            verified_at=now,
        )
        save_session(self.sessions, renewed, encrypt=self.session.encrypted)

    @property
    def _db(self) -> Database:
        return self.keeper.db

    async def _paused(self) -> None:
        """Waits as long as the shop wishes, and notes that it is asked now."""
        state = portal_state(self._db, self.shop.name, self.session.account)
        pause = permit(state, self.shop.politeness, self.clock()).wait_s
        if pause:
            await self.sleep(pause)
        with writing(self._db):
            keep_portal_state(self._db, asking(state, self.clock()), self.session.account)

    def _bounds(self) -> Limits:
        """The bounds of the visit that begins: it may ask again only as often as the day's budget allows."""
        state = portal_state(self._db, self.shop.name, self.session.account)
        return self.limits.at_most(1 + left_today(state, self.shop.politeness, self.clock()))

    def _is_put_off(self, what: str, visits: int = 1) -> bool:
        """Whether the account must not be asked now; noted for the summary."""
        name, account = self.shop.name, self.session.account
        state = portal_state(self._db, name, account)
        refused = permit(state, self.shop.politeness, self.clock()).refused
        if self.is_over():
            refused = "the run's time is over"
        if refused:
            self.keeper.summary.deferred.append(f"{name} account {account}: {what} put off: {refused}")
            self.keeper.summary.put_off += visits
        return bool(refused)


class _Depth:
    """How far down the list of orders has been read in this run, and whether that is enough."""

    def __init__(self, db: Database, shop: str, account: str, *, full: bool) -> None:
        self._db, self._shop, self._account = db, shop, account
        rows = db.query(
            "select id, state, placed_on from orders where marketplace = ? and account = ?", [shop, account]
        )
        known = {row["id"]: row for row in rows}
        self._settled = {i for i, row in known.items() if row["state"] in _SETTLED}
        self._open = {i: row["placed_on"] or "" for i, row in known.items() if row["state"] not in _SETTLED}
        self._reads_all = full or listed_to_end_at(db, shop, account) is None
        self._is_whole = True
        self._claimed: dict[str, int] = {}
        self._listed: dict[str, str | None] = {}
        self._reached_end = False
        self.is_enough = False

    def counted(self, visited: Visited) -> Visited:
        """The visit, incomplete where the list ends with fewer orders than the page says there are."""
        for reading in visited.readings:
            self._claimed |= {
                state: count
                for word, count in reading.counts
                if (state := vocabulary.order_state(self._shop, code=None, text=word)) is not None
            }
            self._listed |= {
                order.id: vocabulary.order_state(self._shop, code=order.status_code, text=order.status_text)
                for order in reading.orders
            }
        if visited.outcome is not Outcome.OK or any(r.has_more is not False for r in visited.readings):
            return visited
        found = Counter(self._listed.values())
        short = [
            f"{count} orders {state}, listed are {found[state]}"
            for state, count in sorted(self._claimed.items())
            if found[state] + found[None] < count
        ]
        if not short:
            return visited
        said = "; ".join((*filter(None, [visited.error]), f"the shop counts {', '.join(short)}"))
        return replace(visited, complete=False, error=said)

    def note(self, visited: Visited) -> None:
        """Another page was read and kept."""
        (reading,) = visited.readings[:1]
        ids = [order.id for order in reading.orders]
        self._is_whole &= visited.complete
        self._reached_end = reading.has_more is False
        for order_id in ids:
            self._open.pop(order_id, None)
        is_known = not self._reads_all and self._settled.issuperset(ids) and self._is_past(ids)
        self.is_enough = is_known or not reading.has_more

    def _is_past(self, ids: Sequence[str]) -> bool:
        """Whether no order still under way can stand further down: the list is newest first."""
        marks = ",".join("?" * len(ids))
        query = f"select min(placed_on) as day from orders where id in ({marks})"  # noqa: S608
        oldest = next((row["day"] for row in self._db.query(query, list(ids))), None)
        return oldest is not None and all(day > oldest for day in self._open.values())

    def keep(self, now: datetime) -> None:
        """Remembers that the list was read to its end, if it was and nothing was missing."""
        if self._reached_end and self._is_whole:
            with writing(self._db):
                keep_listed_to_end(self._db, self._shop, self._account, now)
