"""The contexts of one running browser, one per portal, language and account; our pages in them, and popups.

Nothing here knows what a page is for.
"""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, Protocol

import playwright.async_api as pw

from collector.browser.starting import Running, context_options
from scrapers.contract import Portal

_LOG = logging.getLogger(__name__)

_POPUP_SECONDS = 15.0
Key = tuple[str, str, str]


class SignedIn(Protocol):
    """Whose account pages are opened with: its name, and its cookies in Playwright's form."""

    @property
    def account(self) -> str: ...

    @property
    def cookies(self) -> Sequence[Mapping[str, Any]]: ...


class Contexts:
    """The contexts of `running`; pages are rendered for `zone`."""

    def __init__(self, running: Running, zone: str) -> None:
        self.running = running
        self._zone = zone
        self._contexts: dict[Key, pw.BrowserContext] = {}
        self._borrowed = False
        self._opening = asyncio.Lock()
        self._watched: set[pw.BrowserContext] = set()
        self._own: dict[pw.Page, Key] = {}
        self._disturbed: set[Key] = set()
        self._popups: set[asyncio.Task[None]] = set()

    def __contains__(self, key: Key) -> bool:
        return key in self._contexts

    def pages(self) -> Iterator[pw.Page]:
        """The pages open now that were not there before us."""
        open_now = (page for context in self._contexts.values() for page in context.pages)
        return (page for page in open_now if self._is_ours(page))

    def is_undisturbed(self, key: Key) -> bool:
        """Whether no popup is open, or was since `forgive`."""
        return not self._popups and key not in self._disturbed

    def forgive(self, key: Key) -> None:
        """Forget the popups of a context."""
        self._disturbed.discard(key)

    async def new_page(self, key: Key, session: SignedIn | None) -> pw.Page:
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

    async def close_page(self, page: pw.Page, seconds: float) -> bool:
        """Closes our page and waits for its popups to be gone; whether all that went well in time."""
        self._own.pop(page, None)
        closed = await in_order("a page", page.close(), seconds)
        while closed and self._popups:
            done, _ = await asyncio.wait(self._popups, timeout=seconds)
            closed = bool(done)
        return closed

    async def drop(self, key: Key, seconds: float) -> None:
        """Closes a context with its pages; of one that is not ours, or is the only one, the pages alone."""
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
            await self.drop(key, seconds)
        if self.running.only is not None:
            await in_order("a profile", self.running.only.close(), seconds)
        await in_order("the browser", self.running.chromium.close(), seconds)
        await asyncio.gather(*self._popups)

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

    def _is_ours(self, page: pw.Page) -> bool:
        return page in self._own or not (self._borrowed or self.running.only is not None)

    def _watch(self, context: pw.BrowserContext) -> None:
        if context not in self._watched:
            self._watched.add(context)
            context.on("page", self._notice)

    def _notice(self, page: pw.Page) -> None:
        keep(self._popups, self._close_if_popup(page))

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


def keep(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    """Starts `work`, which is one of `tasks` until it ends."""
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
