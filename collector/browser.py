"""The browser: started once for a run, one context per portal and language, one tab per attempt, all closed.

The only module that starts Playwright. Nothing here disguises the browser or weakens its checks.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import playwright.async_api as pw

from collector.blocking import url_patterns, wildcards
from collector.browser_finding import BrowserMissing, Found, find_browser, runs_as_root
from collector.errors import CrosstrackError
from collector.limits import Limits
from collector.viewer_zone import fixed_offset_minutes
from scrapers.contract import Portal

_LOG = logging.getLogger(__name__)

#: What Chromium would otherwise do on its own, outside the pages it shows.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
_START_SECONDS = 60.0
_CLOSE_SECONDS = 15.0


class BrowserFailed(CrosstrackError):
    """A browser was found and did not start."""


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """How the browser is started.

    executable  a path or command, None to look for one (see `browser_finding`)
    arguments   further command-line arguments
    zone        the IANA zone pages are rendered for; its offset must never change, so that daylight saving
                moves no row of a portal that prints the viewer's time
    """

    executable: str | None = None
    headed: bool = False
    arguments: tuple[str, ...] = ()
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Tab:
    """One open page, its line to the browser's own events, and the id of its main frame."""

    page: pw.Page
    events: pw.CDPSession
    frame: str


class Browser:
    """A running browser. `found` says which; pages are rendered for `zone`, `offset_minutes` east of UTC."""

    def __init__(self, chromium: pw.Browser, found: Found, zone: str, offset_minutes: int) -> None:
        self.found = found
        self.zone = zone
        self.offset_minutes = offset_minutes
        self._chromium = chromium
        self._contexts: dict[tuple[str, str], pw.BrowserContext] = {}
        self._opening = asyncio.Lock()
        self._own: set[pw.Page] = set()
        self._popups: set[asyncio.Task[None]] = set()

    @property
    def broken(self) -> bool:
        """Whether the browser has gone; every further visit with it would fail."""
        return not self._chromium.is_connected()

    async def answers(self, seconds: float) -> bool:
        """Whether the browser is there and answers in time; one that is just going may still be connected."""
        try:
            async with asyncio.timeout(seconds):
                session = await self._chromium.new_browser_cdp_session()
                await session.detach()
        except (pw.Error, TimeoutError):
            return False
        return not self.broken

    @property
    def open_pages(self) -> int:
        """How many pages are open now."""
        return sum(len(context.pages) for context in self._chromium.contexts)

    @asynccontextmanager
    async def tab(self, portal: Portal, language: str, limits: Limits) -> AsyncIterator[Tab]:
        """A fresh page that may load from the portal's hosts only, closed again with every popup it opened.

        Pages of one portal and language share cookies and cache. Raises Playwright's errors and TimeoutError
        when the browser does not answer.
        """
        key = (portal.name, language)
        page: pw.Page | None = None
        try:
            async with asyncio.timeout(limits.call_seconds):
                page = await self._opened(key)
                events = await page.context.new_cdp_session(page)
                tab = Tab(page, events, await _main_frame(events))
                await _restrict(events, (*portal.hosts, *portal.resource_hosts), limits.page_bytes)
            yield tab
        except TimeoutError:
            # The page may be half open and unknown to us: nothing of this context is to be trusted.
            await self._drop(key, limits.close_seconds)
            raise
        finally:
            if page is not None and not await self._finished(page, limits.close_seconds):
                await self._drop(key, limits.close_seconds)

    async def close(self) -> None:
        """Closes every context, then the browser; logs and goes on where one does not close in time."""
        for key in list(self._contexts):
            await self._drop(key, _CLOSE_SECONDS)
        await _closed("the browser", self._chromium.close(), _CLOSE_SECONDS)
        await asyncio.gather(*self._popups)

    async def _opened(self, key: tuple[str, str]) -> pw.Page:
        """A new page of ours. The lock keeps it from being taken for a popup before it is known as ours."""
        async with self._opening:
            if key not in self._contexts:
                self._contexts[key] = await self._context(key[1])
            page = await self._contexts[key].new_page()
            self._own.add(page)
            return page

    async def _context(self, language: str) -> pw.BrowserContext:
        context = await self._chromium.new_context(
            locale=language.replace("_", "-"),
            timezone_id=self.zone,
            accept_downloads=False,
            service_workers="block",
            permissions=[],
            storage_state=None,
        )
        context.on("page", self._notice)
        return context

    async def _finished(self, page: pw.Page, seconds: float) -> bool:
        """Closes our page and waits for its popups to be gone; whether all that went well in time."""
        self._own.discard(page)
        closed = await _closed("a page", page.close(), seconds)
        while closed and self._popups:
            done, _ = await asyncio.wait(self._popups, timeout=seconds)
            closed = bool(done)
        return closed

    async def _drop(self, key: tuple[str, str], seconds: float) -> None:
        context = self._contexts.pop(key, None)
        if context is not None:
            await _closed("a context", context.close(), seconds)

    def _notice(self, page: pw.Page) -> None:
        task = asyncio.ensure_future(self._close_if_popup(page))
        self._popups.add(task)
        task.add_done_callback(self._popups.discard)

    async def _close_if_popup(self, page: pw.Page) -> None:
        async with self._opening:
            if page in self._own:
                return
        await _closed("a popup", page.close(), _CLOSE_SECONDS)


@asynccontextmanager
async def open_browser(
    options: BrowserOptions, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[Browser]:
    """A running browser, closed at the end whatever happens.

    Raises BrowserMissing or BrowserFailed with one line that says what to do, UsageError for a zone that
    cannot be used.
    """
    offset = fixed_offset_minutes(options.zone)
    found = find_browser(options.executable, environ)
    if options.headed and found.headless_shell:
        raise BrowserMissing(f"{found.path} cannot open a window: install Google Chrome, Edge or Chromium")
    async with asyncio.timeout(_START_SECONDS):
        playwright = await pw.async_playwright().start()
    try:
        browser = Browser(await _launched(playwright, found, options), found, options.zone, offset)
        try:
            yield browser
        finally:
            await browser.close()
    finally:
        await _closed("the browser's driver", playwright.stop(), _CLOSE_SECONDS)


async def _launched(playwright: pw.Playwright, found: Found, options: BrowserOptions) -> pw.Browser:
    try:
        return await playwright.chromium.launch(
            executable_path=found.path,
            headless=not options.headed,
            chromium_sandbox=not runs_as_root(),
            args=[*QUIET, *options.arguments],
            ignore_default_args=[
                "--disable-popup-blocking"
            ],  # a page may open windows as little as for anyone
            timeout=_START_SECONDS * 1000,
        )
    except pw.Error as error:
        first_line = error.message.strip().splitlines()[0]
        raise BrowserFailed(f"the browser {found.description} did not start: {first_line}") from error


async def _main_frame(events: pw.CDPSession) -> str:
    tree = await events.send("Page.getFrameTree")
    return str(tree["frameTree"]["frame"]["id"])


async def _restrict(events: pw.CDPSession, allowed: tuple[str, ...], page_bytes: int) -> None:
    """Blocks what the page does not need, and bounds what the browser keeps of what it loads."""
    await events.send(
        "Network.enable", {"maxResourceBufferSize": page_bytes, "maxTotalBufferSize": 4 * page_bytes}
    )
    try:
        await events.send("Network.setBlockedURLs", {"urlPatterns": url_patterns(allowed)})
    except pw.Error:  # browsers before 2025 know wildcards only, and no exceptions to them
        await events.send("Network.setBlockedURLs", {"urls": wildcards()})


async def _closed(what: str, closing: Awaitable[object], seconds: float) -> bool:
    """Whether it closed in time and without complaint."""
    try:
        async with asyncio.timeout(seconds):
            await closing
    except (pw.Error, TimeoutError) as error:
        _LOG.debug("%s did not close in order: %s", what, error or type(error).__name__)
        return False
    return True
