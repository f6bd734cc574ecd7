"""What can be read off an open tab, each with a bound: its state, its DOM, a reply's body, a picture."""

import asyncio
import base64
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import playwright.async_api as pw

from collector.browser.tab import Tab
from collector.browser.traffic import Exchange, Traffic
from collector.limits import Limits
from scrapers.contract import Page, State
from scrapers.words import Role

_LOG = logging.getLogger(__name__)

# A selector that only selectolax understands identifies nothing here; the parser still decides.
_SIGHT = """(states => {
  const shown = selectors => selectors.some(selector => {
    try { return document.querySelector(selector) !== null } catch { return false }
  });
  return {ready: document.readyState !== 'loading', shown: states.map(shown)};
})"""
_DOM = """(limit => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : '';
  const text = type + (document.documentElement ? document.documentElement.outerHTML : '');
  return text.length > limit ? {length: text.length} : {length: text.length, text};
})"""
#: What Chromium says when a page is left while it is looked at.
_MOVING = (
    "context was destroyed",
    "navigating",
    "navigated",
    "Cannot find context",
    "Cannot find default execution context",
)
_TRIES = 3


@contextmanager
def followed(tab: Tab, traffic: Traffic) -> Iterator[None]:
    """While this lasts, `traffic` is told what the tab's page, its frames and workers ask for and get."""
    heard = {
        "Network.requestWillBeSent": traffic.will_be_sent,
        "Network.responseReceived": traffic.response_received,
        "Network.dataReceived": traffic.data_received,
        "Network.loadingFinished": traffic.finished,
        "Network.loadingFailed": traffic.failed,
    }
    for name, listener in heard.items():
        tab.events.on(name, listener)
    tab.page.on("crash", traffic.note_crash)
    tab.guard.on_data = traffic.data_received
    try:
        yield
    finally:
        tab.guard.on_data = None
        tab.page.remove_listener("crash", traffic.note_crash)
        for name, listener in heard.items():
            tab.events.remove_listener(name, listener)
        tab.past |= traffic.loaders


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
            seen = await _evaluated(tab, _SIGHT, selectors)
    except pw.Error as error:
        if not _is_moving(error):
            raise
        return Sight(ready=False, states=())
    if not isinstance(seen, dict):
        return Sight(ready=False, states=())
    shown = tuple(state for state, there in zip(states, seen["shown"], strict=True) if there)
    return Sight(bool(seen["ready"]), shown)


async def dom(tab: Tab, status: int | None, limits: Limits) -> Page:
    """The document as the browser holds it now. Raises TooLarge."""
    for remaining in reversed(range(_TRIES)):
        try:
            async with asyncio.timeout(limits.call_seconds):
                held = await _evaluated(tab, _DOM, limits.page_bytes)
                if not isinstance(held, dict):
                    raise pw.Error("the page does not tell what it holds")
                if "text" not in held:
                    raise TooLarge(int(held["length"]), limits.page_bytes)
                body = str(held["text"]).encode("utf-8", errors="replace")
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


async def _evaluated(tab: Tab, function: str, argument: object) -> Any:  # noqa: ANN401 - whatever a page says
    """What `function` gives for `argument` in the page; None if it gives or can give nothing.

    Unlike Playwright's own call this one does not pass for the act of a person, which would let the page open
    windows.
    """
    call = {"expression": f"{function}({json.dumps(argument)})", "returnByValue": True}
    reply = await tab.events.send("Runtime.evaluate", call)
    return reply["result"].get("value")


def _is_moving(error: pw.Error) -> bool:
    return any(text in error.message for text in _MOVING)
