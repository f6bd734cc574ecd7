"""A shop's list of orders, page by page: opened once, and made longer by its own button until its end."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime

import playwright.async_api as pw

from collector.answer import Answer
from collector.browser import Browser, BrowserGone, SignedIn
from collector.errors import CrosstrackError
from collector.limits import Limits
from collector.visit import Visited, visited
from collector.visit.asked import Asked, about_orders
from collector.visit.attempt import Attempt, Load, now
from collector.visit.consent import press
from collector.visit.loading import LostBrowser, browser_failed
from collector.visit.page_reading import Sight
from collector.visit.retrying import TransientError, policy
from collector.visit.verdict import Refused, unavailable, verdict
from scrapers.shop import Shop
from scrapers.words import Outcome, Role


async def list_pages(
    browser: Browser,
    shop: Shop,
    session: SignedIn,
    *,
    language: str,
    clock: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]],
    limits: Limits,
    keep_personal: bool = False,
) -> AsyncGenerator[Visited, None]:
    """One visit per page of the list, newest orders first, until its end or the first page that failed.

    The first tells whether the session is signed in. Whoever has read enough stops asking for more, and then
    has to close this generator; between two pages it is up to the caller to wait.
    """
    asked = about_orders(shop, session, language, keep_personal=keep_personal)
    async with AsyncExitStack() as held:
        started = time.monotonic()
        opened = _Opening(browser, asked, language, clock, limits, held)
        with suppress(TransientError):
            await policy(shop.name, limits, sleep)(opened.attempt)
        last, attempts = opened.last, opened.attempts
        while True:
            taken = round((time.monotonic() - started) * 1000)
            yield visited(browser, asked, last, language=language, attempts=attempts, duration_ms=taken)
            if opened.page is None or not _goes_on(last.answer):
                return
            started, attempts = time.monotonic(), 1
            last = await _grown(opened.page, shop, clock)


def _goes_on(answer: Answer) -> bool:
    return answer.outcome is Outcome.OK and any(reading.has_more for reading in answer.readings)


class _List(Attempt):
    """The list in an open tab, which can be made longer."""

    async def more(self, buttons: Sequence[str]) -> Load:
        """Presses the first of `buttons` that is shown, and brings back what came of it."""
        self.pages, self.answered_at = (), None
        return await self.load(self._more(buttons))

    async def _more(self, buttons: Sequence[str]) -> Answer:
        known = self.seen_from = len(self.traffic.payloads)
        seconds = self.limits.state_seconds
        deadline = now() + seconds
        if not await press(self.tab.page, buttons, seconds):
            raise Refused("the button that shows more cannot be pressed")

        def has_grown(seen: Sight) -> bool:
            ended = [e for e in self.traffic.payloads[known:] if e.state != "pending"]
            is_halted = any(state.outcome is not None for state in seen.states)
            return is_halted or (bool(ended) and not self.traffic.pending)

        await self.until(has_grown, deadline)
        answer = await self.read_until(deadline)
        if answer.outcome is Outcome.OK:  # the document repeats all that was shown before
            self.pages = tuple(page for page in self.pages if page.role is not Role.DOM) or self.pages
        newer = self.traffic.payloads[known:]
        return verdict(answer, self.traffic.document, newer, self.clock(), seconds)


class _Opening:
    """The attempts to open the list; the tab of the one that went well stays open in `held`."""

    def __init__(
        self,
        browser: Browser,
        asked: Asked,
        language: str,
        clock: Callable[[], datetime],
        limits: Limits,
        held: AsyncExitStack,
    ) -> None:
        self.page: _List | None = None
        self.attempts = 0
        self.last = Load(unavailable("no attempt was made"), clock())
        self._browser = browser
        self._asked = asked
        self._language = language
        self._clock = clock
        self._limits = limits
        self._held = held

    async def attempt(self) -> Load:
        """One attempt; raises TransientError where another may do better."""
        self.attempts += 1
        self.last = await self._opened()
        if self.last.trouble is not None:
            raise self.last.trouble
        return self.last

    async def _opened(self) -> Load:
        try:
            async with AsyncExitStack() as trying:
                tab = await trying.enter_async_context(
                    self._browser.tab(self._asked.portal, self._language, self._limits, self._asked.session)
                )
                attempt = _List(tab, self._asked, self._clock, self._limits)
                loaded = await attempt.run()
                if loaded.answer.outcome is Outcome.OK:
                    self.page = attempt
                    self._held.push_async_exit(trying.pop_all().__aexit__)
                return loaded
        except BrowserGone as error:
            return Load(unavailable(str(error)), self._clock(), trouble=LostBrowser(str(error)))
        except CrosstrackError as error:
            return Load(unavailable(str(error)), self._clock())
        except (pw.Error, TimeoutError) as error:
            return browser_failed(error, self._clock())


async def _grown(page: _List, shop: Shop, clock: Callable[[], datetime]) -> Load:
    """What comes when the open list is asked for more; a page that failed is not asked again in this run."""
    try:
        return await page.more(shop.more)
    except (pw.Error, TimeoutError) as error:
        return browser_failed(error, clock())
