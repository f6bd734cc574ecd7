"""The tabs of one running browser: one context per portal and language, tabs kept for its next numbers.

A tab is used again because opening one costs more than the visit itself. It goes straight to the next number
where that follows at once, for an empty page in between costs a fifth of a visit. Else it is emptied: nothing
of a portal runs on, or asks on. A tab that met any trouble is closed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import playwright.async_api as pw

from collector.browser.guarding import Guard
from collector.browser.standing import Standing, stand
from collector.browser.starting import Running, context_options
from collector.browser.tab import Tab, emptied, led_away, may_wait
from collector.browser.watch import end_largest_page
from collector.limits import Limits
from scrapers.contract import Portal

_LOG = logging.getLogger(__name__)

#: A tab is replaced after so many visits; the driver keeps something of every request until its tab closes.
_USES = 25
_POPUP_SECONDS = 15.0
_HURRY_SECONDS = 0.3
#: So long a number's page may stand open for the next number to replace it.
_MOMENT_SECONDS = 0.25
Key = tuple[str, str, str]


class SignedIn(Protocol):
    """Whose account pages are opened with: its name, and its cookies in Playwright's form."""

    @property
    def account(self) -> str: ...

    @property
    def cookies(self) -> Sequence[Mapping[str, Any]]: ...


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
        self._emptying: set[asyncio.Task[None]] = set()
        self._leaving: set[Tab] = set()

    @property
    def open_pages(self) -> int:
        """How many pages are open now that neither wait for the next number nor were there before."""
        waiting = {tab.page for tabs in self._idle.values() for tab in tabs}
        waiting.update(one.page for one in self._standing.values())
        waiting.update(tab.page for tab in self._leaving)
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
        self,
        portal: Portal,
        language: str,
        limits: Limits,
        session: SignedIn | None = None,
        url: str | None = None,
    ) -> AsyncIterator[Tab]:
        """A tab that may load from the portal's hosts only: on an empty page, or on one that `url` replaces.

        Pages of one portal, language and account share cookies and cache. Raises Playwright's errors and
        TimeoutError when the browser does not answer.
        """
        key = key_of(portal, language, session)
        tab: Tab | None = None
        try:
            tab = await self._waiting(key, url, limits)
            if tab is None:
                async with asyncio.timeout(limits.call_seconds):
                    tab = await self._opened(key, portal, limits, session)
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
        for task in self._emptying:
            task.cancel()
        for key in list(self._contexts):
            await self._drop(key, seconds)
        if self.running.only is not None:
            await in_order("a profile", self.running.only.close(), seconds)
        await in_order("the browser", self.running.chromium.close(), seconds)
        await asyncio.gather(*self._popups)
        await asyncio.gather(*self._emptying, return_exceptions=True)

    async def _waiting(self, key: Key, url: str | None, limits: Limits) -> Tab | None:
        """A tab that waits and can be led to `url`; None if there is none."""
        while waiting := self._idle.get(key):
            tab = waiting.pop()
            if await led_away(tab, url, limits.call_seconds):
                return tab
            if not await self._finished(tab.page, limits.close_seconds):
                await self._drop(key, limits.close_seconds)
        return None

    async def _opened(self, key: Key, portal: Portal, limits: Limits, session: SignedIn | None) -> Tab:
        page = await self._new_page(key, session)
        events = await page.context.new_cdp_session(page)
        tree = await events.send("Page.getFrameTree")
        frame = str(tree["frameTree"]["frame"]["id"])
        tab = Tab(page, events, frame, Guard(page, events, frame, portal))
        page.on("crash", lambda _: tab.crash())
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
        if wanted and await may_wait(tab, limits.call_seconds) and self._is_free(key, most):
            self._idle.setdefault(key, []).append(tab)
            _keep(self._emptying, self._emptied_soon(key, tab, most, limits))
            return True
        self._disturbed.discard(key)
        return await self._ended(tab, limits.close_seconds)

    async def _ended(self, tab: Tab, seconds: float) -> bool:
        """Closes a tab; a flooded one that is too busy by force, for it takes more memory every moment."""
        if not tab.flooded or self.running.process is None:
            return await self._finished(tab.page, seconds)
        async with asyncio.TaskGroup() as tasks:
            closing = tasks.create_task(self._finished(tab.page, seconds))
            await asyncio.wait([closing], timeout=_HURRY_SECONDS)
            if not closing.done():
                # Waited for: a moment later the largest page could be the next number's.
                await end_largest_page(self.running.process)
        return closing.result()

    def _is_free(self, key: Key, most: int) -> bool:
        """Whether a tab may wait here: its context is still open, and not enough others wait."""
        return key in self._contexts and len(self._idle.get(key, ())) < most

    async def _emptied_soon(self, key: Key, tab: Tab, most: int, limits: Limits) -> None:
        """Empties a tab that nobody takes within a moment; meanwhile nobody can."""
        uses = tab.uses
        await asyncio.sleep(_MOMENT_SECONDS)
        waiting = self._idle.get(key, [])
        if tab not in waiting or tab.uses != uses:
            return
        waiting.remove(tab)
        self._leaving.add(tab)
        try:
            if await emptied(tab, limits.call_seconds) and self._is_free(key, most):
                self._idle.setdefault(key, []).append(tab)
            elif not await self._finished(tab.page, limits.close_seconds):
                await self._drop(key, limits.close_seconds)
        finally:
            self._leaving.discard(tab)

    async def _finished(self, page: pw.Page, seconds: float) -> bool:
        """Closes our page and waits for its popups to be gone; whether all that went well in time."""
        self._own.pop(page, None)
        closed = await in_order("a page", page.close(), seconds)
        while closed and self._popups:
            done, _ = await asyncio.wait(self._popups, timeout=seconds)
            closed = bool(done)
        return closed

    async def _drop(self, key: Key, seconds: float) -> None:
        """Closes a context with its tabs; of one that is not ours, or is the only one, the tabs alone.

        Waiting tabs are emptied first: what is closed may still start what no guard holds any more.
        """
        await asyncio.gather(*(emptied(tab, seconds) for tab in self._idle.pop(key, ())))
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
        _keep(self._popups, self._close_if_popup(page))

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


def _keep(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    """Starts `work`, which is one of `tasks` until it ends."""
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


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
