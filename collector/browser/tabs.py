"""The tabs of one running browser: one context per portal and language, tabs kept for its next numbers.

A tab is used again because opening one costs more than the visit itself. Between two numbers it stands on an
empty page: nothing of a portal runs on, asks on, or answers late. A tab that met any trouble is closed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import playwright.async_api as pw

from collector.browser.guarding import Guard
from collector.browser.standing import Standing, stand
from collector.browser.starting import Running, context_options
from collector.browser.watch import end_largest_page
from collector.limits import Limits
from scrapers.contract import Portal

_LOG = logging.getLogger(__name__)

#: A tab is replaced after so many visits; the driver keeps something of every request until its tab closes.
_USES = 25
_POPUP_SECONDS = 15.0
_HURRY_SECONDS = 0.3
_EMPTY = "about:blank"
Key = tuple[str, str, str]


class SignedIn(Protocol):
    """Whose account pages are opened with: its name, and its cookies in Playwright's form."""

    @property
    def account(self) -> str: ...

    @property
    def cookies(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(slots=True)
class Tab:
    """One open page, its line to the browser's own events, the id of its main frame, and its guard.

    keep     set by a visit that went well: only then is the tab used again
    flooded  set where the page loads without measure: then it is closed by force if it does not go by itself
    past     loader ids of documents that earlier visits opened; what they ask for is nobody's answer
    """

    page: pw.Page
    events: pw.CDPSession
    frame: str
    guard: Guard
    keep: bool = False
    flooded: bool = False
    uses: int = 0
    past: set[str] = field(default_factory=set)


class Tabs:
    """The contexts and tabs of `running`; pages are rendered for `zone`."""

    def __init__(self, running: Running, zone: str) -> None:
        self.running = running
        self._zone = zone
        self._contexts: dict[Key, pw.BrowserContext] = {}
        self._borrowed = False
        self._idle: dict[Key, list[Tab]] = {}
        self._standing: dict[Key, Standing] = {}
        self._opening = asyncio.Lock()
        self._watched: set[pw.BrowserContext] = set()
        self._own: dict[pw.Page, Key] = {}
        self._disturbed: set[Key] = set()
        self._popups: set[asyncio.Task[None]] = set()

    @property
    def open_pages(self) -> int:
        """How many pages are open now that neither wait for the next number nor were there before."""
        waiting = {tab.page for tabs in self._idle.values() for tab in tabs}
        waiting.update(one.page for one in self._standing.values())
        open_now = (page for context in self._contexts.values() for page in context.pages)
        return sum(page not in waiting and self._is_ours(page) for page in open_now)

    async def answers(self, seconds: float) -> bool:
        """Whether the browser is there and answers in time; one that is just going may still be connected."""
        try:
            async with asyncio.timeout(seconds):
                session = await self.running.chromium.new_browser_cdp_session()
                await session.detach()
        except (pw.Error, TimeoutError):
            return False
        return self.running.chromium.is_connected()

    @asynccontextmanager
    async def tab(
        self, portal: Portal, language: str, limits: Limits, session: SignedIn | None = None
    ) -> AsyncIterator[Tab]:
        """A tab on an empty page that may load from the portal's hosts only.

        Pages of one portal, language and account share cookies and cache. Raises Playwright's errors and
        TimeoutError when the browser does not answer.
        """
        key = key_of(portal, language, session)
        tab: Tab | None = None
        try:
            async with asyncio.timeout(limits.call_seconds):
                idle = self._idle.get(key)
                tab = idle.pop() if idle else await self._opened(key, portal, limits, session)
            tab.guard.begin()
            tab.keep = False
            tab.uses += 1
            yield tab
        except TimeoutError:
            # The page may be half open and unknown to us: nothing of this context is to be trusted.
            await self._drop(key, limits.close_seconds)
            raise
        finally:
            if tab is not None and not await self._put_back(key, tab, portal, limits):
                await self._drop(key, limits.close_seconds)

    @asynccontextmanager
    async def standing(self, key: Key, limits: Limits) -> AsyncIterator[Standing | None]:
        """The page that is kept open to ask for more, None if there is none; one that fails is closed."""
        standing = self._standing.get(key)
        if standing is None:
            yield None
            return
        try:
            with standing.used():
                yield standing
        except (pw.Error, TimeoutError):
            standing.is_spent = True
            raise
        finally:
            if standing.is_spent and self._standing.get(key) is standing:
                del self._standing[key]
            if standing.is_spent and not standing.users:
                await self._finished(standing.page, limits.close_seconds)

    async def cookies(self, key: Key, seconds: float) -> list[dict[str, Any]]:
        """The cookies that pages of `key` have now; none if there are no such pages any more."""
        context = self._contexts.get(key)
        if context is None:
            return []
        async with asyncio.timeout(seconds):
            return [dict(cookie) for cookie in await context.cookies()]

    async def close(self, seconds: float) -> None:
        """Closes every context and the browser, or leaves a browser that is not ours; logs what resists."""
        for key in list(self._contexts):
            await self._drop(key, seconds)
        if self.running.only is not None:
            await in_order("a profile", self.running.only.close(), seconds)
        await in_order("the browser", self.running.chromium.close(), seconds)
        await asyncio.gather(*self._popups)

    async def _opened(self, key: Key, portal: Portal, limits: Limits, session: SignedIn | None) -> Tab:
        page = await self._new_page(key, session)
        events = await page.context.new_cdp_session(page)
        tree = await events.send("Page.getFrameTree")
        frame = str(tree["frameTree"]["frame"]["id"])
        tab = Tab(page, events, frame, Guard(page, events, frame, portal))
        await tab.guard.start(limits.page_bytes)
        return tab

    async def _new_page(self, key: Key, session: SignedIn | None) -> pw.Page:
        """A new page of ours. The lock keeps it from being taken for a popup before it is known as ours."""
        async with self._opening:
            if key not in self._contexts:
                self._contexts[key] = await self._context(key[1])
                self._watch(self._contexts[key])
                if session is not None:
                    await self._contexts[key].add_cookies(list(session.cookies))  # type: ignore[arg-type]
            page = await self._contexts[key].new_page()
            self._own[page] = key
            return page

    async def _context(self, language: str) -> pw.BrowserContext:
        if self.running.only is not None:
            return self.running.only
        try:
            options = context_options(language, self._zone)
            return await self.running.chromium.new_context(**options)  # type: ignore[arg-type]
        except pw.Error:
            if not self.running.attached or not self.running.chromium.contexts:
                raise
            _LOG.warning(
                "the running browser opens no context of its own: its cookies, language and zone hold"
            )
            self._borrowed = True
            return self.running.chromium.contexts[0]

    async def _put_back(self, key: Key, tab: Tab, portal: Portal, limits: Limits) -> bool:
        """Keeps the tab for the next number or closes it; whether the context is in order behind it."""
        undisturbed = not self._popups and key not in self._disturbed
        wanted = tab.keep and undisturbed and key in self._contexts
        if wanted and portal.fetches and key not in self._standing:
            standing = await stand(tab.page, tab.events, tab.frame, limits.call_seconds)
            if standing is not None and key in self._contexts and key not in self._standing:
                self._standing[key] = standing
                return True
        most = portal.politeness.at_once
        wanted = wanted and tab.uses < _USES and self._is_free(key, most)
        if wanted and await self._emptied(tab, limits) and self._is_free(key, most):
            self._idle.setdefault(key, []).append(tab)
            return True
        self._disturbed.discard(key)
        hurrying = asyncio.ensure_future(self._hurry(tab))
        try:
            return await self._finished(tab.page, limits.close_seconds)
        finally:
            hurrying.cancel()

    async def _hurry(self, tab: Tab) -> None:
        """Ends a flooded page that is too busy to close, for it takes more memory every moment."""
        if tab.flooded and self.running.process is not None:
            await asyncio.sleep(_HURRY_SECONDS)
            await end_largest_page(self.running.process)

    def _is_free(self, key: Key, most: int) -> bool:
        """Whether a tab may wait here: its context is still open, and not enough others wait."""
        return key in self._contexts and len(self._idle.get(key, ())) < most

    async def _emptied(self, tab: Tab, limits: Limits) -> bool:
        """Leaves the tab's page for an empty one and forgets what it kept there; whether it went well."""
        try:
            async with asyncio.timeout(limits.call_seconds):
                forget = {"expression": "try { window.name = ''; sessionStorage.clear() } catch {}"}
                await tab.events.send("Runtime.evaluate", forget)
                await tab.page.goto(_EMPTY, wait_until="commit")
                with suppress(pw.Error):  # not while the browser still changes processes; it matters little
                    await tab.events.send("Page.resetNavigationHistory")
        except (pw.Error, TimeoutError) as error:
            _LOG.debug("a tab is not used again: %s", error or type(error).__name__)
            return False
        return tab.page.url == _EMPTY

    async def _finished(self, page: pw.Page, seconds: float) -> bool:
        """Closes our page and waits for its popups to be gone; whether all that went well in time."""
        self._own.pop(page, None)
        closed = await in_order("a page", page.close(), seconds)
        while closed and self._popups:
            done, _ = await asyncio.wait(self._popups, timeout=seconds)
            closed = bool(done)
        return closed

    async def _drop(self, key: Key, seconds: float) -> None:
        """Closes a context with its tabs; of one that is not ours, or is the only one, the tabs alone."""
        self._idle.pop(key, None)
        self._standing.pop(key, None)
        context = self._contexts.pop(key, None)
        if context is None:
            return
        lasting = self._borrowed or context is self.running.only
        pages = [page for page, owner in self._own.items() if owner == key]
        for page in pages:
            del self._own[page]
            if lasting:
                await in_order("a page", page.close(), seconds)
        if not lasting:
            await in_order("a context", context.close(), seconds)

    def _is_ours(self, page: pw.Page) -> bool:
        return page in self._own or not (self._borrowed or self.running.only is not None)

    def _watch(self, context: pw.BrowserContext) -> None:
        if context not in self._watched:
            self._watched.add(context)
            context.on("page", self._notice)

    def _notice(self, page: pw.Page) -> None:
        task = asyncio.ensure_future(self._close_if_popup(page))
        self._popups.add(task)
        task.add_done_callback(self._popups.discard)

    async def _close_if_popup(self, page: pw.Page) -> None:
        async with self._opening:
            if page in self._own:
                return
        if self._borrowed and not await self._is_opened_by_us(page):
            return
        self._disturbed.update(key for key, context in self._contexts.items() if context is page.context)
        await in_order("a popup", page.close(), _POPUP_SECONDS)

    async def _is_opened_by_us(self, page: pw.Page) -> bool:
        try:
            return await page.opener() in self._own
        except pw.Error:
            return False


def key_of(portal: Portal, language: str, session: SignedIn | None) -> Key:
    """What pages have in common that share cookies."""
    return (portal.name, language, "" if session is None else session.account)


async def in_order(what: str, closing: Awaitable[object], seconds: float) -> bool:
    """Whether it closed in time and without complaint."""
    try:
        async with asyncio.timeout(seconds):
            await closing
    except (pw.Error, TimeoutError) as error:
        _LOG.debug("%s did not close in order: %s", what, error or type(error).__name__)
        return False
    return True
