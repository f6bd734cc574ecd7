"""One visit: one number on one portal, attempted within limits, with exactly one outcome.

Whatever a portal does becomes an outcome and one line that says why. Only bugs, a missing browser and
cancellation are raised.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict

from collector.browser import Browser
from collector.limits import Limits
from collector.visit.asked import Asked, ShopPage, about_number
from collector.visit.attempt import Load
from collector.visit.fetching import Fetched, fetched
from collector.visit.loading import LostBrowser, load
from collector.visit.retrying import TransientError, policy
from scrapers.contract import NOBODY, Page, Portal, Reading, Recipient
from scrapers.words import Outcome


@dataclass(frozen=True, slots=True)
class Visited:
    """What a visit brought back.

    tracking_number        empty where a shop was asked
    seen_at                when the answer had arrived (UTC)
    complete               whether everything the pages claim to hold was read
    readings               the one for the number asked first, then what else the pages showed; empty if none
    attempts, duration_ms  of all attempts, the pauses between them included
    viewer_*               the zone the pages were rendered for, and its offset from UTC
    server_date            the document's `Date` header, as sent
    blocked_hosts          hosts the page asked for and was not given
    error                  one line, None when there is nothing to explain
    retry_at               before this instant (UTC) the portal wishes not to be asked again
    order_id, page, account   what a shop was asked, and as whom
    """

    portal: str
    tracking_number: str
    seen_at: datetime
    outcome: Outcome
    complete: bool
    pages: tuple[Page, ...]
    readings: tuple[Reading, ...]
    attempts: int
    duration_ms: int
    viewer_zone: str
    viewer_offset_minutes: int
    language: str
    server_date: str | None
    blocked_hosts: tuple[str, ...]
    error: str | None
    retry_at: datetime | None = None
    order_id: str | None = None
    page: ShopPage | None = None
    account: str | None = None


class _How(TypedDict):
    language: str
    clock: Callable[[], datetime]
    limits: Limits


async def visit(
    browser: Browser,
    portal: Portal,
    number: str,
    *,
    language: str,
    clock: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]],
    limits: Limits,
    recipient: Recipient = NOBODY,
) -> Visited:
    """What `portal` says about `number`, after as many attempts as `limits` allow and the failures warrant.

    `clock` gives the current UTC instant; `sleep` waits between attempts.
    """
    asked = about_number(portal, number, language, recipient)
    return await answered(browser, asked, language=language, clock=clock, sleep=sleep, limits=limits)


async def answered(
    browser: Browser,
    asked: Asked,
    *,
    language: str,
    clock: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]],
    limits: Limits,
) -> Visited:
    """What the portal answers to one question; otherwise as `visit`."""
    started = time.monotonic()
    how: _How = {"language": language, "clock": clock, "limits": limits}
    attempts = 0
    lost = 0
    last: Load | None = None

    async def attempt() -> Load:
        nonlocal attempts, lost, last
        light = await fetched(browser, asked, **how) if not attempts else Fetched()
        attempts += light.is_asked
        last = light.load
        if last is None:
            attempts += 1
            last = await load(browser, asked, **how)
        lost += isinstance(last.trouble, LostBrowser)
        if lost > 1:  # what kills two browsers would kill a third
            last = replace(last, trouble=None)
        if last.trouble is not None:
            raise last.trouble
        return last

    with suppress(TransientError):
        await policy(asked.portal.name, limits, sleep)(attempt)
    if last is None:  # tenacity always makes one attempt; this tells the type checker
        raise RuntimeError("no attempt was made")
    duration_ms = round((time.monotonic() - started) * 1000)
    return visited(browser, asked, last, language=language, attempts=attempts, duration_ms=duration_ms)


def visited(
    browser: Browser, asked: Asked, last: Load, *, language: str, attempts: int, duration_ms: int
) -> Visited:
    """A visit whose `last` attempt brought this."""
    return Visited(
        portal=asked.portal.name,
        tracking_number=asked.number,
        seen_at=last.seen_at,
        outcome=last.answer.outcome,
        complete=last.answer.complete,
        pages=last.pages,
        readings=last.answer.readings,
        attempts=attempts,
        duration_ms=duration_ms,
        viewer_zone=browser.zone,
        viewer_offset_minutes=browser.offset_minutes,
        language=language,
        server_date=last.server_date,
        blocked_hosts=last.blocked_hosts,
        error=_error(last, attempts),
        retry_at=_retry_at(last),
        order_id=asked.order_id or None,
        page=asked.page,
        account=None if asked.session is None else asked.session.account,
    )


def _error(last: Load, attempts: int) -> str | None:
    text = " ".join((last.answer.error or "").split())
    if last.trouble is not None and attempts > 1:
        text = f"{text} ({attempts} attempts)"
    return text or None


def _retry_at(last: Load) -> datetime | None:
    pause = None if last.trouble is None else last.trouble.retry_after_s
    return None if pause is None else last.seen_at + timedelta(seconds=pause)
