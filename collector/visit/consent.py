"""Pressing what a portal declares: the button of a banner that asks for consent, or one that shows more."""

import logging
from collections.abc import Sequence

import playwright.async_api as pw

from scrapers.contract import Portal

_LOG = logging.getLogger(__name__)


async def close_consent(page: pw.Page, portal: Portal, seconds: float) -> bool:
    """Whether a banner was there and its button pressed, or tried to; the page is not asked again then.

    A banner is never worth a visit: what goes wrong is noted only.
    """
    for selector in portal.consent:
        button = page.locator(selector).first
        try:
            if not await button.is_visible():
                continue
            await button.click(timeout=seconds * 1000, no_wait_after=True)
        except pw.Error as error:
            _LOG.debug("%s: the consent banner stays: %s", portal.name, error.message.splitlines()[0])
            return True
        _LOG.info("%s: closed the consent banner with %s", portal.name, selector)
        return True
    return False


async def press(page: pw.Page, selectors: Sequence[str], seconds: float) -> bool:
    """Whether the first element shown among `selectors` could be pressed in time.

    Something may lie over it for a while; it is waited for, as a person would.
    """
    for selector in selectors:
        button = page.locator(selector).first
        try:
            if await button.is_visible():
                await button.click(timeout=seconds * 1000, no_wait_after=True)
                return True
        except pw.Error as error:
            _LOG.debug("%s cannot be pressed: %s", selector, error.message.splitlines()[0])
            return False
    return False
