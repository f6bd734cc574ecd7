"""One attempt to load one portal's page, in a browser that may die under it.

Whatever the portal does ends in a `Load`; only bugs and cancellation leave as exceptions.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import playwright.async_api as pw

from collector.browser import Browser, BrowserGone
from collector.errors import CrosstrackError
from collector.limits import Limits
from collector.visit.asked import Asked
from collector.visit.attempt import Attempt, Load
from collector.visit.retrying import TransientError
from collector.visit.verdict import unavailable
from scrapers.words import Outcome

#: Outcomes after which the tab serves for the next number.
_IN_ORDER = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET, Outcome.NOT_FOUND})


class LostBrowser(TransientError):
    """The browser died under the visit."""


async def load(
    browser: Browser, asked: Asked, *, language: str, clock: Callable[[], datetime], limits: Limits
) -> Load:
    """What one attempt to have `asked` answered brought."""
    loaded: Load | None = None
    try:
        async with browser.tab(asked.portal, language, limits, asked.session, asked.url) as tab:
            loaded = await Attempt(tab, asked, clock, limits).run()
            tab.keep = loaded.answer.outcome in _IN_ORDER and loaded.answer.error is None
    except BrowserGone as error:
        gone = Load(unavailable(str(error)), clock(), trouble=LostBrowser(str(error)))
        return gone if loaded is None else replace(gone, pages=loaded.pages)
    except CrosstrackError as error:  # the browser does not start again, or its profile is in use
        return Load(unavailable(str(error)), clock())
    except (pw.Error, TimeoutError) as error:
        return browser_failed(error, clock())
    return loaded


def browser_failed(error: Exception, now: datetime) -> Load:
    """What an attempt comes to whose browser does not do what it is asked."""
    reason = str(error).strip().splitlines()[0] if str(error) else "no answer in time"
    trouble = TransientError(f"the browser failed: {reason}")
    return Load(unavailable(trouble.reason), now, trouble=trouble)
