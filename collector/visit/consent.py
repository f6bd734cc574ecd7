"""Closing the banner that asks for consent to cookies, by the button the portal declares."""

import logging

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
