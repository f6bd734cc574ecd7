"""The browser of a run: opened for it, opened again when it dies or grows, and closed whatever happens.

Nothing here disguises the browser or weakens its checks.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

import playwright.async_api as pw

from collector.browser.contexts import SignedIn, in_order, key_of
from collector.browser.driver import driver_environment
from collector.browser.finding import Found
from collector.browser.standing import Standing
from collector.browser.starting import (
    BrowserFailed,
    BrowserOptions,
    Running,
    attached,
    browser_to_start,
    check_options,
    launched,
    launched_with_profile,
)
from collector.browser.tab import Tab
from collector.browser.tabs import Tabs
from collector.browser.viewer_zone import fixed_offset_minutes
from collector.browser.watch import end_largest_page, tree_bytes
from collector.limits import Limits
from scrapers.contract import Portal

__all__ = [
    "Browser",
    "BrowserFailed",
    "BrowserGone",
    "BrowserOptions",
    "SignedIn",
    "Tab",
    "check_options",
    "open_browser",
]

_LOG = logging.getLogger(__name__)
_START_SECONDS = 60.0
_CLOSE_SECONDS = 15.0
_WATCH_SECONDS = 0.5

Start = Callable[[], Awaitable[Running]]


class BrowserGone(Exception):
    """The browser died, or was closed by somebody, under a visit; the next one gets a new browser."""

    def __init__(self) -> None:
        super().__init__("the browser has gone: it crashed or was closed")


class _Engine:
    """One browser that is started when first used. Several may use it at once.

    Before a use it is started anew if it has died, takes too much memory or speaks another language; the uses
    under way end first. A page that alone drives it to twice that memory is ended at once.
    """

    def __init__(self, zone: str) -> None:
        self.tabs: Tabs | None = None
        self._zone = zone
        self._users = 0
        self._turn = asyncio.Condition()
        self._memory = _Memory()
        self._watching: asyncio.Future[None] | None = None

    @asynccontextmanager
    async def use(self, start: Start, language: str, limits: Limits) -> AsyncIterator[Tabs]:
        """The tabs of the running browser. Raises what `start` raises."""
        async with self._turn:
            while self.tabs is None or not await self._is_fit(self.tabs.running, language, limits):
                if self._users:
                    await self._turn.wait()
                    continue
                await self._stop()
                self.tabs = Tabs(await start(), self._zone)
                break  # however much memory it takes
            self._users += 1
            tabs = self.tabs
        self._watching = self._watching or asyncio.ensure_future(self._watched(tabs.running, limits))
        try:
            yield tabs
        finally:
            self._users -= 1
            if not self._users:
                self._watching.cancel()
                self._watching = None
            async with self._turn:
                self._turn.notify_all()

    async def close(self) -> None:
        """Closes the browser, in use or not."""
        await self._stop()

    async def _is_fit(self, running: Running, language: str, limits: Limits) -> bool:
        if not running.chromium.is_connected():
            _LOG.info("the browser has gone; starting it again")
            return False
        if running.language not in (None, language):
            return False
        taken = await self._memory.taken(running, limits)
        if taken > limits.browser_bytes:
            _LOG.info("the browser takes %d MB; starting it again", taken // 2**20)
            return False
        return True

    async def _watched(self, running: Running, limits: Limits) -> None:
        """Watches the browser's memory until cancelled."""
        while running.process is not None:
            await asyncio.sleep(_WATCH_SECONDS)
            taken = await self._memory.taken(running, limits)
            if taken > 2 * limits.browser_bytes:
                _LOG.warning("the browser takes %d MB; ending its largest page", taken // 2**20)
                await end_largest_page(running.process)

    async def _stop(self) -> None:
        tabs, self.tabs = self.tabs, None
        if tabs is not None:
            await tabs.close(_CLOSE_SECONDS)


class Browser:
    """Browsers for a run. Pages are rendered for `zone`, `offset_minutes` east of UTC."""

    def __init__(
        self, playwright: pw.Playwright, found: Found | None, options: BrowserOptions, offset_minutes: int
    ) -> None:
        self.zone = options.zone
        self.offset_minutes = offset_minutes
        self._playwright = playwright
        self._found = found
        self._options = options
        self._engines: dict[str, _Engine] = {}
        self._slots: asyncio.Semaphore | None = None

    @property
    def open_pages(self) -> int:
        """How many pages are open now, those aside that wait for the next number."""
        return sum(engine.tabs.open_pages for engine in self._engines.values() if engine.tabs is not None)

    @property
    def processes(self) -> list[int]:
        """The main processes of the browsers that run now and were started here."""
        running = (engine.tabs.running for engine in self._engines.values() if engine.tabs is not None)
        return [one.process for one in running if one.process is not None]

    async def start(self) -> None:
        """Starts what does not wait to be told which portals will be visited. Raises BrowserFailed."""
        if self._options.profiles is None:
            async with self._engine("").use(self._start, "", Limits()):
                pass

    @asynccontextmanager
    async def tab(
        self,
        portal: Portal,
        language: str,
        limits: Limits,
        session: SignedIn | None = None,
        url: str | None = None,
    ) -> AsyncIterator[Tab]:
        """A tab that may load from the portal's hosts only: on an empty page, or on one that `url` replaces.

        It is waited for while as many are open as `limits` allow; those of accounts, one each, do not count.
        Pages of one portal, language and account share cookies and cache. Raises BrowserGone where the
        browser died meanwhile, Playwright's errors and TimeoutError where it does not answer, CrosstrackError
        where it cannot be started again.
        """

        engine = self._engine_of(portal, session)
        start = self._start_for(portal, language, session)
        async with self._slot(limits, session), engine.use(start, language, limits) as tabs:
            try:
                async with tabs.tab(portal, language, limits, session, url) as tab:
                    yield tab
                    if not tab.keep and not await tabs.answers(limits.call_seconds):
                        raise BrowserGone
            except (pw.Error, TimeoutError) as error:
                if await tabs.answers(limits.call_seconds):
                    raise
                raise BrowserGone from error

    @asynccontextmanager
    async def standing(self, portal: Portal, language: str, limits: Limits) -> AsyncIterator[Standing | None]:
        """The page of `portal` that is kept open to ask for more, None if there is none now.

        Raises Playwright's errors and TimeoutError where it does not answer; then it is not used again.
        """
        engine = self._engine_of(portal, None)
        if engine.tabs is None or not portal.fetches:
            yield None
            return
        key, start = key_of(portal, language, None), self._start_for(portal, language, None)
        async with engine.use(start, language, limits) as tabs, tabs.standing(key, limits) as standing:
            yield standing

    async def cookies(
        self, portal: Portal, language: str, limits: Limits, session: SignedIn
    ) -> list[dict[str, Any]]:
        """The cookies an account's pages have now, in Playwright's form; none if no such page is known."""
        tabs = self._engine_of(portal, session).tabs
        try:
            key = key_of(portal, language, session)
            return [] if tabs is None else await tabs.cookies(key, limits.call_seconds)
        except (pw.Error, TimeoutError) as error:
            _LOG.debug("no cookies of %s: %s", portal.name, type(error).__name__)
            return []

    async def close(self) -> None:
        """Closes every browser; logs and goes on where one does not close in time."""
        await asyncio.gather(*(engine.close() for engine in self._engines.values()))

    def _slot(self, limits: Limits, session: SignedIn | None) -> AbstractAsyncContextManager[None]:
        """What a tab takes up while it is open."""
        if session is not None:
            return nullcontext()
        self._slots = self._slots or asyncio.Semaphore(limits.at_once)
        return self._slots

    def _engine_of(self, portal: Portal, session: SignedIn | None) -> _Engine:
        return self._engine("" if self._options.profiles is None else _profile(portal, session))

    def _engine(self, name: str) -> _Engine:
        return self._engines.setdefault(name, _Engine(self.zone))

    def _start_for(self, portal: Portal, language: str, session: SignedIn | None) -> Start:
        async def start_with_profile() -> Running:
            if self._found is None:
                raise ValueError("a running browser has its own profile")
            return await launched_with_profile(
                self._playwright, self._found, self._options, _profile(portal, session), language
            )

        return self._start if self._options.profiles is None else start_with_profile

    async def _start(self) -> Running:
        if self._options.endpoint is not None:
            return await attached(self._playwright, self._options.endpoint)
        if self._found is None:
            raise ValueError("no browser to start")
        return await launched(self._playwright, self._found, self._options)


def _profile(portal: Portal, session: SignedIn | None) -> str:
    """The folder that keeps what a portal, or an account there, left in the browser."""
    return portal.name if session is None else f"{portal.name}-{session.account}"


@asynccontextmanager
async def open_browser(
    options: BrowserOptions, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[Browser]:
    """A running browser, closed at the end whatever happens.

    With `profiles` each portal's browser is started at its first visit instead. Raises BrowserMissing or
    BrowserFailed with one line that says what to do, UsageError for options that cannot be used.
    """
    offset = fixed_offset_minutes(options.zone)
    found = browser_to_start(options, environ)
    with driver_environment(os.environ):
        async with asyncio.timeout(_START_SECONDS):
            playwright = await pw.async_playwright().start()
        try:
            browser = Browser(playwright, found, options, offset)
            try:
                await browser.start()
                yield browser
            finally:
                await browser.close()
        finally:
            await in_order("the browser's driver", playwright.stop(), _CLOSE_SECONDS)


class _Memory:
    """How much memory a browser takes, looked at not more often than is of use: looking costs time too."""

    def __init__(self) -> None:
        self._process: int | None = None
        self._taken = 0
        self._looked_at = 0.0

    async def taken(self, running: Running, limits: Limits) -> int:
        """Bytes, a moment old; 0 for a browser elsewhere; a little too much, far from the limit."""
        if running.process is None:
            return 0
        now = asyncio.get_running_loop().time()
        if running.process != self._process or now - self._looked_at > _WATCH_SECONDS / 2:
            self._process, self._looked_at = running.process, now
            self._taken = await tree_bytes(running.process, limits.browser_bytes)
        return self._taken
