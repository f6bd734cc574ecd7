"""What can be read off an open tab, each with a bound: its state, its DOM, a reply's body, a picture."""

import asyncio
import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import playwright.async_api as pw

from collector.browser import Tab
from collector.limits import Limits
from collector.traffic import Exchange
from scrapers.contract import Page, State
from scrapers.words import Role

_LOG = logging.getLogger(__name__)

# A selector that only selectolax understands identifies nothing here; the parser still decides.
_SIGHT = """states => {
  const shown = selectors => selectors.some(selector => {
    try { return document.querySelector(selector) !== null } catch { return false }
  });
  return {ready: document.readyState !== 'loading', shown: states.map(shown)};
}"""
_LENGTH = "() => document.documentElement ? document.documentElement.outerHTML.length : 0"
_MOVING = ("context was destroyed", "navigating", "Cannot find context")
_TRIES = 3


class TooLarge(Exception):
    """A page over the size limit; the text is one line with both sizes."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"page of {size} bytes, limit {limit}")


@dataclass(frozen=True, slots=True)
class Sight:
    """What the page shows now: whether its document was parsed to the end, and which states are there."""

    ready: bool
    states: tuple[State, ...]


async def sight(tab: Tab, states: Sequence[State], limits: Limits) -> Sight:
    """What the page shows now; a page on its way to another shows nothing."""
    selectors = [list(state.selectors) for state in states]
    try:
        async with asyncio.timeout(limits.call_seconds):
            seen = await tab.page.evaluate(_SIGHT, selectors)
    except pw.Error as error:
        if not _is_moving(error):
            raise
        return Sight(ready=False, states=())
    shown = tuple(state for state, there in zip(states, seen["shown"], strict=True) if there)
    return Sight(bool(seen["ready"]), shown)


async def dom(tab: Tab, status: int | None, limits: Limits) -> Page:
    """The document as the browser holds it now. Raises TooLarge."""
    for remaining in reversed(range(_TRIES)):
        try:
            async with asyncio.timeout(limits.call_seconds):
                length = int(await tab.page.evaluate(_LENGTH))
                if length > limits.page_bytes:
                    raise TooLarge(length, limits.page_bytes)
                body = (await tab.page.content()).encode("utf-8", errors="replace")
                break
        except pw.Error as error:
            if not remaining or not _is_moving(error):
                raise
            await tab.page.wait_for_load_state("domcontentloaded", timeout=limits.call_seconds * 1000)
    if len(body) > limits.page_bytes:
        raise TooLarge(len(body), limits.page_bytes)
    return Page(Role.DOM, tab.page.url, "text/html", body, status)


async def fetch_body(tab: Tab, exchange: Exchange, limits: Limits) -> None:
    """Gives a finished `exchange` its body; marks it failed when the browser no longer has it."""
    try:
        async with asyncio.timeout(limits.call_seconds):
            reply = await tab.events.send("Network.getResponseBody", {"requestId": exchange.request_id})
    except pw.Error as error:
        if exchange.size == 0 and not tab.page.is_closed():
            exchange.body = b""
            return
        _LOG.debug("no body of %s: %s", exchange.bare_url, error.message)
        exchange.state, exchange.failure = "failed", "the browser did not keep the reply"
        return
    text = str(reply["body"])
    exchange.body = base64.b64decode(text) if reply.get("base64Encoded") else text.encode("utf-8", "replace")


def payload(exchange: Exchange) -> Page:
    """A data reply as a page."""
    media_type = exchange.media_type or "application/octet-stream"
    return Page(Role.PAYLOAD, exchange.url, media_type, exchange.body or b"", exchange.status)


async def picture(tab: Tab, limits: Limits) -> Page | None:
    """What the window shows, None if the browser cannot say in time: a picture is never worth a visit."""
    try:
        async with asyncio.timeout(limits.picture_seconds):
            image = await tab.page.screenshot(type="png", full_page=False)
    except (pw.Error, TimeoutError) as error:
        _LOG.debug("no picture of %s: %s", tab.page.url, error or type(error).__name__)
        return None
    return Page(Role.SCREENSHOT, tab.page.url, "image/png", image)


def _is_moving(error: pw.Error) -> bool:
    return any(text in error.message for text in _MOVING)
