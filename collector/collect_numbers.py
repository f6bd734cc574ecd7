"""One portal's turn in a run: the numbers due there, as many at a time as it takes, while it may be asked.

Where the day's budget does not suffice for one visit each, a portal that takes several numbers is asked about
several at once. What comes is kept as a visit to each number: they share their pages and their moment.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlite_utils import Database

from collector.answer import read_pages
from collector.browser import Browser
from collector.cadence import ANSWERS
from collector.clock import Clock
from collector.keeping import Keeper
from collector.limits import Limits
from collector.plan import recipients
from collector.politeness import asking, left_today, permit
from collector.store.opening import writing
from collector.store.portal_states import keep_portal_state, portal_state
from collector.visit import Visited, answered, visit
from collector.visit.asked import Asked
from scrapers.contract import NOBODY, Portal, Recipient

#: Before a visit is kept, so that others ask on first: keeping leaves the loop no turn.
_MOMENT_S = 0.01


def batch_size(portal: Portal, due: int, left: int) -> int:
    """How many numbers one visit asks about, where `due` numbers are to be asked in `left` visits."""
    return max(1, min(portal.batch, -(-due // max(left, 1))))


def shared(portal: Portal, numbers: Sequence[str], visited: Visited) -> list[Visited]:
    """A visit that asked about several numbers, as a visit to each that the pages answer about.

    The first number's always is one; it is the only one where the visit was not answered.
    """
    made = [visited]
    if visited.outcome not in ANSWERS:
        return made
    for number in numbers[1:]:
        answer = read_pages(portal, number, visited.pages)
        if answer.outcome in ANSWERS:
            made.append(
                replace(
                    visited,
                    tracking_number=number,
                    outcome=answer.outcome,
                    complete=answer.complete,
                    readings=answer.readings,
                    error=answer.error,
                    attempts=1,  # further ones are counted with the first number
                )
            )
    return made


@dataclass(slots=True)
class PortalTurn:
    """One portal's turn.

    numbers     those due, the most valuable first
    is_put_off  whether the portal must not be asked now, which is noted with how many visits are left
    left        the numbers whose visit has not begun; `begins` is held while one does
    keeps       held while what a visit brought is kept: between two the browser gets its turn
    rest_s      the pause after a visit that lasted longer than the portal's pause: slowness asks for mercy
    """

    keeper: Keeper
    browser: Browser
    portal: Portal
    numbers: Sequence[str]
    clock: Clock
    sleep: Callable[[float], Awaitable[None]]
    limits: Limits
    is_put_off: Callable[[str, int], bool]
    asks_one_by_one: bool = False
    rest_s: float = 0.0
    left: list[str] = field(init=False)
    begins: asyncio.Lock = field(default_factory=asyncio.Lock)
    keeps: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.left = list(self.numbers)

    async def take(self) -> None:
        """Visit the numbers: the first alone, then as many at a time as the portal takes."""
        known = recipients(self._db)
        going_on = await self._took_next(known)
        at_once = min(self.portal.politeness.at_once, len(self.left))
        if going_on and at_once > 1:
            await asyncio.gather(*(self._took_all(known) for _ in range(at_once)))
        while going_on:
            going_on = await self._took_next(known)

    async def _took_next(self, known: Mapping[str, Recipient]) -> bool:
        """Makes the next visit; whether there was one to make."""
        numbers = await self._begun()
        if not numbers:
            return False
        self._keep(await self._visited(numbers, known))
        return True

    async def _took_all(self, known: Mapping[str, Recipient]) -> None:
        """Makes visits while there are any to make. What one brought is kept while the next is under way."""
        brought: list[Visited] = []
        visiting: asyncio.Future[list[Visited]] | None = None
        try:
            while numbers := await self._begun():
                visiting = asyncio.ensure_future(self._visited(numbers, known))
                async with self.keeps:
                    await asyncio.sleep(_MOMENT_S)  # what has arrived meanwhile asks on first
                    self._keep(brought)
                brought = await visiting
                if not all(one.outcome in ANSWERS for one in brought):
                    self._keep(brought)  # it may be that the portal must not be asked now
        finally:
            if visiting is not None:
                visiting.cancel()
            self._keep(brought)

    def _keep(self, brought: list[Visited]) -> None:
        """Keeps what a visit brought; nothing is left of the list."""
        while brought:
            self.keeper.keep(self.portal, brought.pop(0))

    async def _begun(self) -> list[str]:
        """The numbers of the visit that may begin now, once the pause is over; none where none may."""
        async with self.begins:
            if not self.left or self.is_put_off(self.portal.name, len(self.left)):
                self.left.clear()
                return []
            numbers = self.left[: self._size(len(self.left))]
            del self.left[: len(numbers)]
            await self._paused()
            return numbers

    def _size(self, due: int) -> int:
        if self.asks_one_by_one:
            return 1
        state = portal_state(self._db, self.portal.name)
        return batch_size(self.portal, due, left_today(state, self.portal.politeness, self.clock()))

    async def _visited(self, numbers: Sequence[str], known: Mapping[str, Recipient]) -> list[Visited]:
        """What a visit brings; numbers that it does not answer are left again."""
        made = await self._asked(numbers, known.get(numbers[0], NOBODY))
        pause = self.portal.politeness.seconds_between
        self.rest_s = pause if made[0].duration_ms > 1000 * pause else 0.0
        # What a page about several numbers does not answer is asked for alone.
        self.asks_one_by_one |= len(made) < len(numbers)
        answered_about = {one.tracking_number for one in made}
        self.left[:0] = [number for number in numbers if number not in answered_about]
        return made

    async def _asked(self, numbers: Sequence[str], recipient: Recipient) -> list[Visited]:
        portal, language = self.portal, self.portal.default_language
        left = left_today(portal_state(self._db, portal.name), portal.politeness, self.clock())
        limits = self.limits.at_most(1 + left)
        if len(numbers) > 1:
            asked = Asked(portal, portal.batch_url(numbers, language), number=numbers[0])
            visited = await answered(
                self.browser,
                asked,
                language=language,
                clock=self.clock,
                sleep=self.sleep,
                limits=limits,
            )
            return shared(portal, numbers, visited)
        alone = await visit(
            self.browser,
            portal,
            numbers[0],
            language=language,
            clock=self.clock,
            sleep=self.sleep,
            limits=limits,
            recipient=recipient,
        )
        return [alone]

    async def _paused(self) -> None:
        """Waits as long as the portal wishes, and notes that it is asked now."""
        name = self.portal.name
        wait = permit(portal_state(self._db, name), self.portal.politeness, self.clock()).wait_s
        pause = max(wait, self.rest_s if self.portal.politeness.at_once == 1 else 0.0)
        if pause:
            await self.sleep(pause)
        with writing(self._db):
            keep_portal_state(self._db, asking(portal_state(self._db, name), self.clock()))

    @property
    def _db(self) -> Database:
        return self.keeper.db
