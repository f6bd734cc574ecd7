"""Asking for a number from within an open page of its portal: no rendering, and the same page to keep.

What comes is taken only where it is as usual: a whole document of the portal that answers for the number. The
portal's refusals count as those of a visit. After anything else the number is visited in full.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import playwright.async_api as pw

from collector.answer import Answer
from collector.browser import Browser
from collector.browser.standing import Standing
from collector.errors import CrosstrackError
from collector.limits import Limits
from collector.visit.asked import Asked
from collector.visit.attempt import Load
from collector.visit.retrying import http_trouble
from scrapers.contract import Page
from scrapers.words import Outcome, Role

_USUAL = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET, Outcome.NOT_FOUND})
#: The document is given as a browser holds it, like that of a visit. Text in another coding is not usual.
_FETCH = """async (url, limit) => {
  const stop = new AbortController();
  try {
    const reply = await fetch(url, {
      redirect: 'error', signal: stop.signal, headers: {Accept: 'text/html,application/xhtml+xml'},
    });
    const header = name => reply.headers.get(name) ?? '';
    const told = {
      status: reply.status, type: header('content-type'), date: header('date'),
      retryAfter: header('retry-after'),
    };
    if (reply.status !== 200 || !/^text[/]html *(; *charset="?utf-8"?)?$/i.test(told.type)) {
      stop.abort();
      return told;
    }
    const reader = reply.body.getReader(), decoder = new TextDecoder('utf-8', {fatal: true});
    let size = 0, text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      if (size > limit) { stop.abort(); return told; }
      text += decoder.decode(part.value, {stream: true});
    }
    const made = new DOMParser().parseFromString(text + decoder.decode(), 'text/html');
    const kind = made.doctype ? new XMLSerializer().serializeToString(made.doctype) : '';
    return {...told, text: kind + made.documentElement.outerHTML};
  } catch {
    return {};
  }
}"""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking: `is_asked` where a request was made, `load` where what came can be taken."""

    is_asked: bool = False
    load: Load | None = None


async def fetched(
    browser: Browser, asked: Asked, *, language: str, clock: Callable[[], datetime], limits: Limits
) -> Fetched:
    """What the portal's open page, if there is one, gets for `asked`."""
    if not asked.portal.fetches or asked.session is not None:
        return Fetched()
    is_asked = False
    try:
        async with browser.standing(asked.portal, language, limits) as standing:
            if standing is None or not asked.url.startswith(f"{standing.origin}/"):
                return Fetched()
            is_asked = True
            told = await _told(standing, asked.url, limits)
    except (pw.Error, TimeoutError, CrosstrackError):
        return Fetched(is_asked)
    return Fetched(is_asked, _load(asked, told, clock()))


async def _told(standing: Standing, url: str, limits: Limits) -> Mapping[str, Any]:
    async with asyncio.timeout(limits.navigation_seconds):
        told = await standing.evaluated(_FETCH, url, limits.page_bytes)
    return told if isinstance(told, dict) else {}


def _load(asked: Asked, told: Mapping[str, Any], now: datetime) -> Load | None:
    """The attempt that this was; None if it is not as usual."""
    status = told.get("status")
    trouble = http_trouble(status, {"retry-after": str(told.get("retryAfter", ""))}, now)
    if trouble is not None:
        answer = Answer(trouble.outcome, complete=False, error=trouble.reason)
        return Load(answer, now, trouble=trouble)
    if not isinstance(told.get("text"), str):
        return None
    body = told["text"].encode("utf-8", errors="replace")
    pages = asked.prepared((Page(Role.DOM, asked.url, "text/html", body, status),))
    answer = asked.answer(pages)
    if answer.outcome not in _USUAL or not answer.complete or answer.error is not None:
        return None
    return Load(answer, now, pages, server_date=told.get("date") or None)
