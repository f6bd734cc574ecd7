"""One visit for a bug report: within the portal's budget and pause, and counted there, but not kept."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sqlite_utils import Database

from collector.browser import BrowserOptions, open_browser
from collector.clock import Clock, utc_now
from collector.errors import CrosstrackError, UsageError
from collector.limits import Limits
from collector.plan import recipients
from collector.politeness import answered, asking, permit
from collector.store.opening import writing
from collector.store.portal_states import keep_portal_state, portal_state
from collector.visit import Visited, visit
from scrapers.contract import NOBODY, Portal
from scrapers.shop import Shop


@dataclass(frozen=True, slots=True)
class Visiting:
    """What a visit is given: the browser, bounds, and the clock and sleep it lives by."""

    browser: BrowserOptions = field(default_factory=BrowserOptions)
    limits: Limits = field(default_factory=Limits)
    clock: Clock = utc_now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


def visited_once(db: Database, portal: Portal, number: str, given: Visiting) -> Visited:
    """What one visit brought. Raises CrosstrackError where the portal must not be asked now."""
    if isinstance(portal, Shop):
        raise UsageError(
            f"{portal.name} is read through an account: save its page by hand, and name it with --from"
        )
    may = permit(portal_state(db, portal.name), portal.politeness, given.clock())
    if may.refused:
        raise CrosstrackError(f"{portal.name} was not asked: {may.refused}")
    return asyncio.run(_visited(db, portal, number, given, may.wait_s))


async def _visited(db: Database, portal: Portal, number: str, given: Visiting, pause: float) -> Visited:
    async with open_browser(given.browser) as browser:
        if pause:
            await given.sleep(pause)
        with writing(db):
            keep_portal_state(db, asking(portal_state(db, portal.name), given.clock()))
        found = await visit(
            browser,
            portal,
            number,
            language=portal.default_language,
            clock=given.clock,
            sleep=given.sleep,
            limits=given.limits,
            recipient=recipients(db).get(number, NOBODY),
        )
    state = portal_state(db, portal.name)
    after = answered(state, found.outcome, found.attempts, found.seen_at, found.retry_at)
    with writing(db):
        keep_portal_state(db, after)
    return found
