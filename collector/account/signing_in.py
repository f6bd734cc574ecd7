"""Signing in to a shop: by hand in a window, with a running browser, with credentials, or with cookies.

Every way ends the same: the cookies are tried on the shop's list of orders, and only a session that opens it
is given back. What a person types is neither logged nor kept, and no page of a sign-in is stored.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import playwright.async_api as pw

from collector.account.asked import SignedIn, SignIn, judge
from collector.account.form import fill_in
from collector.account.sessions import Session, Source, session_of
from collector.account.sight import looks_signed_in, shop_cookies
from collector.account.steps import NotSignedIn
from collector.account.terminal import Person, Secret
from collector.browser import Browser, BrowserGone, open_browser
from collector.browser.contexts import in_order
from collector.browser.driver import driver_environment
from collector.browser.starting import attached, browser_to_start, launched
from collector.visit import Visited
from collector.visit.listing import list_pages
from collector.visit.verdict import navigation_failure
from scrapers.shop import Shop
from scrapers.words import Outcome

__all__ = [
    "NotSignedIn",
    "SignIn",
    "SignedIn",
    "by_cookies",
    "by_credentials",
    "by_running_browser",
    "by_window",
]

_DRIVER_SECONDS = 60.0

Cookies = Sequence[Mapping[str, Any]]


async def by_window(given: SignIn) -> SignedIn | NotSignedIn:
    """Opens a window on the sign-in page and leaves it to the person, who may sign in as the shop allows.

    Raises UsageError without a display, BrowserMissing, BrowserFailed.
    """
    found = browser_to_start(given.window, os.environ)
    if found is None:
        raise ValueError("a window is opened, not taken over")
    async with _driver() as playwright:
        running = await launched(playwright, found, given.window)
        try:
            context = await running.chromium.new_context(no_viewport=True)
            cookies = await _signed_in_by_hand(context, given)
        except pw.Error:
            cookies = _window_closed(given)
        finally:
            await in_order("the window", running.chromium.close(), given.limits.close_seconds)
    return cookies if isinstance(cookies, NotSignedIn) else await by_cookies(given, cookies, "window")


async def by_running_browser(given: SignIn) -> SignedIn | NotSignedIn:
    """Waits until the browser at the endpoint of `options` holds a session of the shop.

    None of its tabs is touched. Raises BrowserFailed.
    """
    if given.options.endpoint is None:
        raise ValueError("no endpoint of a running browser")
    async with _driver() as playwright:
        running = await attached(playwright, given.options.endpoint)
        try:
            if not running.chromium.contexts:
                return NotSignedIn(Outcome.UNAVAILABLE, "the running browser has no profile to take from")
            cookies = await _once_signed_in(running.chromium.contexts[0], given, given.patience_seconds)
        except pw.Error:
            cookies = NotSignedIn(Outcome.UNAVAILABLE, "the running browser has gone")
        finally:
            await in_order("the connection", running.chromium.close(), given.limits.close_seconds)
    return cookies if isinstance(cookies, NotSignedIn) else await by_cookies(given, cookies, "browser")


async def by_credentials(
    given: SignIn, login: str, password: Secret, person: Person
) -> SignedIn | NotSignedIn:
    """Fills in the shop's own form, on the shop's own hosts. The password is dropped in any case.

    Raises BrowserMissing, BrowserFailed.
    """
    try:
        async with open_browser(given.options) as browser:
            cookies = await _signed_in_by_form(browser, given, login, password, person)
    except (BrowserGone, pw.Error, TimeoutError):  # their texts may hold what was typed
        cookies = NotSignedIn(Outcome.UNAVAILABLE, "the browser failed while signing in")
    finally:
        password.drop()
    return cookies if isinstance(cookies, NotSignedIn) else await by_cookies(given, cookies, "credentials")


async def by_cookies(given: SignIn, cookies: Cookies, source: Source) -> SignedIn | NotSignedIn:
    """Tries the shop's cookies among `cookies` on its list of orders.

    Raises CookieRefused, BrowserMissing, BrowserFailed.
    """
    session = session_of(given.shop, given.account, cookies, now=given.clock(), source=source)
    if not session.cookies:
        return NotSignedIn(Outcome.LOGIN_REQUIRED, f"there are no cookies of {given.title} that still hold")
    async with open_browser(given.options) as browser:
        visited = await _first_page(browser, given, session)
        held = await browser.cookies(given.shop, visited.language, given.limits, session)
    judged = judge(visited, given.title)
    if judged is not None:
        return judged
    renewed = session_of(given.shop, given.account, held, now=given.clock(), source=source)
    if looks_signed_in(renewed.cookies, given.shop):
        session = renewed
    return SignedIn(replace(session, verified_at=visited.seen_at))


async def _first_page(browser: Browser, given: SignIn, session: Session) -> Visited:
    """The visit to the list of orders that tells whether the session is signed in."""
    pages = list_pages(
        browser,
        given.shop,
        session,
        language=given.shop.default_language,
        clock=given.clock,
        sleep=asyncio.sleep,
        limits=given.limits,
    )
    async with aclosing(pages):
        return await anext(pages)


async def _signed_in_by_form(
    browser: Browser, given: SignIn, login: str, password: Secret, person: Person
) -> Cookies | NotSignedIn:
    shop, limits = given.shop, given.limits

    async def ask_code(again: bool) -> str | None:
        try:
            async with asyncio.timeout(given.patience_seconds):
                return await person.code(given.title, again=again)
        except TimeoutError:
            return None

    async with browser.tab(shop, shop.default_language, limits) as tab:
        unopened = await _open(tab.page, given)
        if unopened is not None and tab.guard.led_to is None:
            return unopened
        led_to = lambda: tab.guard.led_to  # noqa: E731
        failure = await fill_in(tab.page, shop, login, password, ask_code, limits, led_to)
        return failure or await _once_signed_in(tab.page.context, given, limits.state_seconds)


async def _signed_in_by_hand(context: pw.BrowserContext, given: SignIn) -> Cookies | NotSignedIn:
    page = await context.new_page()
    unopened = await _open(page, given)
    if unopened is not None:
        return _window_closed(given) if page.is_closed() else unopened
    return await _once_signed_in(context, given, given.patience_seconds, window=True)


async def _open(page: pw.Page, given: SignIn) -> NotSignedIn | None:
    """Leads `page` to the sign-in page; why that failed, if it did."""
    try:
        seconds = given.limits.navigation_seconds
        await page.goto(given.shop.sign_in_url, wait_until="commit", timeout=seconds * 1000)
    except pw.TimeoutError:
        return NotSignedIn(Outcome.UNAVAILABLE, f"the sign-in page did not answer within {seconds:g} s")
    except pw.Error as error:
        failure = navigation_failure(error.message, None, given.clock())
        return NotSignedIn(Outcome.UNAVAILABLE, f"the sign-in page cannot be opened: {failure}")
    return None


async def _once_signed_in(
    context: pw.BrowserContext, given: SignIn, seconds: float, *, window: bool = False
) -> Cookies | NotSignedIn:
    """The shop's cookies as soon as they look like a session's and change no more.

    Only the browser is asked, never a page. A `window` whose last tab was closed is given up.
    """
    began = time.monotonic()
    last, since = None, began
    while time.monotonic() - began < seconds:
        cookies = await shop_cookies(context, given.shop)
        is_closed = window and not context.pages
        marks = _marks(cookies, given.shop) if looks_signed_in(cookies, given.shop) else None
        if marks != last:
            last, since = marks, time.monotonic()
        if marks is not None and (is_closed or time.monotonic() - since >= given.limits.settle_seconds):
            return cookies
        if is_closed:
            return _window_closed(given)
        await asyncio.sleep(given.look_seconds)
    minutes = f"{seconds / 60:g} minutes" if seconds != 60 else "a minute"
    return NotSignedIn(Outcome.LOGIN_REQUIRED, f"nobody signed in to {given.title} within {minutes}")


def _marks(cookies: Cookies, shop: Shop) -> frozenset[tuple[str, ...]]:
    """What stays the same once a sign-in is over: the names of cookies, and the values of the session's."""
    return frozenset(
        (str(c["domain"]), str(c["name"]), str(c["value"]) if c["name"] in shop.session_cookies else "")
        for c in cookies
    )


def _window_closed(given: SignIn) -> NotSignedIn:
    said = f"the window was closed before anybody signed in to {given.title}"
    return NotSignedIn(Outcome.LOGIN_REQUIRED, said)


@asynccontextmanager
async def _driver() -> AsyncIterator[pw.Playwright]:
    with driver_environment(os.environ):
        async with asyncio.timeout(_DRIVER_SECONDS):
            playwright = await pw.async_playwright().start()
        try:
            yield playwright
        finally:
            await in_order("the browser's driver", playwright.stop(), _DRIVER_SECONDS)
