"""One open page that serves for one number after another, and how it leaves what it shows.

It leaves a number's page for the next number's where that is a new document, else for an empty page.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urldefrag

import playwright.async_api as pw

from collector.browser.guarding import Guard

_LOG = logging.getLogger(__name__)

EMPTY = "about:blank"
_FORGET = {"expression": "try { window.name = ''; sessionStorage.clear() } catch {}"}


@dataclass(slots=True, eq=False)
class Tab:
    """One open page, its line to the browser's own events, the id of its main frame, and its guard.

    keep     set by a visit that went well: only then is the tab used again
    crashed  set where its process ended, which it shares with other tabs of its site: also while it waits
    flooded  set where the page loads without measure: then it is closed by force if it does not go by itself
    past     loader ids of documents that earlier visits opened; what they ask for is nobody's answer
    shows    the address it was left with
    """

    page: pw.Page
    events: pw.CDPSession
    frame: str
    guard: Guard
    keep: bool = False
    crashed: bool = False
    flooded: bool = False
    uses: int = 0
    past: set[str] = field(default_factory=set)
    shows: str = EMPTY

    def crash(self) -> None:
        """Told by the browser: the tab is not to be used again."""
        self.crashed = True


async def may_wait(tab: Tab, seconds: float) -> bool:
    """Whether the tab may stand as it is for a moment.

    A page with frames or workers in processes of their own is left for an empty one at once: where they end
    with the page, they are let go before they have ended.
    """
    tab.shows = tab.page.url
    return not tab.guard.has_company or await emptied(tab, seconds)


async def led_away(tab: Tab, url: str | None, seconds: float) -> bool:
    """Makes the tab ready to be led to `url`, or to anything; False where it is not to be used again.

    An address that differs in its fragment alone opens no new document: what is shown would stay. A page that
    has moved by itself may move again. Both are left for an empty page.
    """
    is_new = url is not None and urldefrag(url).url != urldefrag(tab.page.url).url
    if tab.crashed or not is_new or tab.page.url != tab.shows:
        return await emptied(tab, seconds)
    try:
        async with asyncio.timeout(seconds):
            await tab.events.send("Runtime.evaluate", _FORGET)
    except (pw.Error, TimeoutError) as error:
        return _given_up(error)
    return True


async def emptied(tab: Tab, seconds: float) -> bool:
    """Leaves the tab's page for an empty one and forgets what it kept there; whether it went well."""
    if tab.crashed or tab.page.url == EMPTY:
        return not tab.crashed
    if not await tab.guard.part(seconds):
        return False
    try:
        async with asyncio.timeout(seconds):
            await tab.page.goto(EMPTY, wait_until="commit")
            await _forget_history(tab)
    except (pw.Error, TimeoutError) as error:
        return _given_up(error)
    return tab.page.url == EMPTY


async def _forget_history(tab: Tab) -> None:
    """A page is told to be there before the browser has it in its history; till then it forgets nothing.

    What remains after a third of a second matters little.
    """
    for pause in (0.0, 0.02, 0.1, 0.2):
        await asyncio.sleep(pause)
        with suppress(pw.Error):
            await tab.events.send("Page.resetNavigationHistory")
            told = await tab.events.send("Page.getNavigationHistory")
            if [entry["url"] for entry in told["entries"]] == [EMPTY]:
                return


def _given_up(error: Exception) -> bool:
    _LOG.debug("a tab is not used again: %s", error or type(error).__name__)
    return False
