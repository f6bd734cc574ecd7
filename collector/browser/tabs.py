"""The tabs of one running browser: one context per portal and language, tabs kept for its next numbers.

A tab is used again because opening one costs more than the visit itself. It goes straight to the next number
where that follows at once, for an empty page in between costs a fifth of a visit. Else it is emptied: nothing
of a portal runs on, or asks on. A tab that met any trouble is closed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import playwright.async_api as pw

from collector.browser.contexts import Contexts, Key, SignedIn, keep, key_of
from collector.browser.guarding import Guard
from collector.browser.standing import Standing, stand
from collector.browser.starting import Running
from collector.browser.tab import Tab, emptied, led_away, may_wait
from collector.browser.watch import end_largest_page
from collector.limits import Limits
from scrapers.contract import Portal

#: A tab is replaced after so many visits; the driver keeps something of every request until its tab closes.
_USES = 25
_HURRY_SECONDS = 0.3
#: So long a number's page may stand open for the next number to replace it.
_MOMENT_SECONDS = 0.25


class Tabs:
    """The contexts and tabs of `running`; pages are rendered for `zone`."""

    def __init__(self, running: Running, zone: str) -> None:
        self.running = running
        self._contexts = Contexts(running, zone)
        self._idle: dict[Key, list[Tab]] = {}
        self._standing: dict[Key, Standing] = {}
        self._emptying: set[asyncio.Task[None]] = set()
        self._leaving: set[Tab] = set()

    @property
    def open_pages(self) -> int:
        """How many pages are open now that neither wait for the next number nor were there before."""
        waiting = {tab.page for tabs in self._idle.values() for tab in tabs}
        waiting.update(one.page for one in self._standing.values())
        waiting.update(tab.page for tab in self._leaving)
        return sum(page not in waiting for page in self._contexts.pages())

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
                await self._contexts.close_page(standing.page, limits.close_seconds)

    async def cookies(self, key: Key, seconds: float) -> list[dict[str, Any]]:
        """The cookies that pages of `key` have now; none if there are no such pages any more."""
        return await self._contexts.cookies(key, seconds)

    async def close(self, seconds: float) -> None:
        """Closes every tab and the browser, or leaves a browser that is not ours; logs what resists."""
        for task in self._emptying:
            task.cancel()
        for key in list(self._idle):
            await self._drop(key, seconds)
        await self._contexts.close(seconds)
        await asyncio.gather(*self._emptying, return_exceptions=True)

    async def _waiting(self, key: Key, url: str | None, limits: Limits) -> Tab | None:
        """A tab that waits and can be led to `url`; None if there is none.

        A browser of ours gives the documents of a site the same frame (see `starting`), and its guard holds,
        unless a page wants a group of its own; then there is the wall. Where there is none, every page is
        parted from before it is left.
        """
        if self.running.attached or self.running.proxied:
            url = None
        while waiting := self._idle.get(key):
            tab = waiting.pop()
            if await led_away(tab, url, limits.call_seconds):
                return tab
            if not await self._contexts.close_page(tab.page, limits.close_seconds):
                await self._drop(key, limits.close_seconds)
        return None

    async def _opened(self, key: Key, portal: Portal, limits: Limits, session: SignedIn | None) -> Tab:
        page = await self._contexts.new_page(key, session)
        events = await page.context.new_cdp_session(page)
        tree = await events.send("Page.getFrameTree")
        frame = str(tree["frameTree"]["frame"]["id"])
        tab = Tab(page, events, frame, Guard(page, events, frame, portal))
        page.on("crash", lambda _: tab.crash())
        await tab.guard.start(limits.page_bytes)
        return tab

    async def _put_back(self, key: Key, tab: Tab, portal: Portal, limits: Limits) -> bool:
        """Keeps the tab for the next number or closes it; whether the context is in order behind it."""
        undisturbed = self._contexts.is_undisturbed(key)
        wanted = tab.keep and undisturbed and key in self._contexts
        if wanted and portal.fetches and key not in self._standing:
            standing = await stand(tab, limits.call_seconds)
            if standing is not None and key in self._contexts and key not in self._standing:
                self._standing[key] = standing
                return True
        most = portal.politeness.at_once
        wanted = wanted and tab.uses < _USES and self._is_free(key, most)
        if wanted and await may_wait(tab, limits.call_seconds) and self._is_free(key, most):
            self._idle.setdefault(key, []).append(tab)
            keep(self._emptying, self._emptied_soon(key, tab, most, limits))
            return True
        self._contexts.forgive(key)
        # The process of a flooded page may be given to the next page of its site while it still ends. Only
        # a new context shares none with it; that of an account is kept, for it has the cookies.
        return await self._ended(tab, limits.close_seconds) and not (tab.flooded and not key[2])

    async def _ended(self, tab: Tab, seconds: float) -> bool:
        """Closes a tab; a flooded one that is too busy by force, for it takes more memory every moment."""
        if not tab.crashed:
            await tab.guard.part(_HURRY_SECONDS)
        if not tab.flooded or self.running.process is None:
            return await self._contexts.close_page(tab.page, seconds)
        async with asyncio.TaskGroup() as tasks:
            closing = tasks.create_task(self._contexts.close_page(tab.page, seconds))
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
            elif not await self._contexts.close_page(tab.page, limits.close_seconds):
                await self._drop(key, limits.close_seconds)
        finally:
            self._leaving.discard(tab)

    async def _drop(self, key: Key, seconds: float) -> None:
        """Closes a context with its tabs.

        Waiting tabs are emptied first: what is closed may still start what no guard holds any more.
        """
        await asyncio.gather(*(emptied(tab, seconds) for tab in self._idle.pop(key, ())))
        self._standing.pop(key, None)
        await self._contexts.drop(key, seconds)
