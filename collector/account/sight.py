"""Looking at a sign-in page without touching it: the parts of the form that are shown, the cookies held."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import playwright.async_api as pw

from collector.account.cookies import belongs
from collector.account.places import is_challenge, refusal, wrong_way
from collector.account.steps import Sight
from collector.limits import Limits
from scrapers.shop import Shop, SignInForm
from scrapers.words import Outcome

_PARTS = tuple(part.name for part in fields(SignInForm))
# A selector that only selectolax understands identifies nothing here.
_IS_THERE = """selectors => selectors.some(selector => {
  try { return document.querySelector(selector) !== null } catch { return false }
})"""
_IS_FILLED = """element => element.tagName === 'IFRAME' || element.children.length > 0
  || element.textContent.trim() !== ''"""

Elements = dict[str, list[pw.ElementHandle]]


@dataclass(frozen=True, slots=True)
class Found:
    """What one look found: the sight, and the elements behind it by the part of the form they are."""

    sight: Sight
    elements: Elements


async def look(page: pw.Page, shop: Shop, led_to: str | None) -> Found:
    """What the page shows now; `led_to` names a foreign host that it was kept from.

    Raises Playwright's errors while the page is on its way to another.
    """
    cookies = await shop_cookies(page.context, shop)
    challenge = await _is_challenged(page, shop)
    refused = wrong_way(page.url, shop, led_to)
    elements = {} if refused is not None else await _elements(page, shop)
    usable = {part: await handles[0].is_enabled() for part, handles in elements.items()}
    values = [await box.input_value() for box in elements.get("code", [])]
    sight = Sight(
        shown=frozenset(elements),
        enabled=frozenset(part for part, is_usable in usable.items() if is_usable),
        signed_in=looks_signed_in(cookies, shop),
        challenge=challenge or "challenge" in elements,
        refused=refused,
        code_empty=not any(values),
    )
    return Found(sight, elements)


async def refused_at(element: pw.ElementHandle, shop: Shop) -> str | None:
    """Why nothing may be typed into `element`, None where it, and all it lies in, is the shop's own over TLS.

    Raises Playwright's errors where the element has gone.
    """
    frame = await element.owner_frame()
    if frame is None:
        raise pw.Error("the field has gone")
    while frame is not None:
        refused = refusal(frame.url, shop)
        if refused is not None:
            return refused
        frame = frame.parent_frame
    return None


async def shop_cookies(context: pw.BrowserContext, shop: Shop) -> list[dict[str, Any]]:
    """The cookies of the shop's own domains that the browser holds now, in Playwright's form."""
    held = [dict(cookie) for cookie in await context.cookies()]
    return [cookie for cookie in held if belongs(cookie.get("domain"), shop.cookie_domains)]


def looks_signed_in(cookies: Iterable[Mapping[str, Any]], shop: Shop) -> bool:
    """Whether the shop takes these cookies for a session's: advice, never proof."""
    return shop.looks_signed_in({str(c.get("name", "")): str(c.get("value", "")) for c in cookies})


async def _elements(page: pw.Page, shop: Shop) -> Elements:
    """The elements shown, by the part of the form they are; parts that are not shown are absent."""
    named = ((part, getattr(shop.sign_in_form, part)) for part in _PARTS)
    wanted = [(part, selectors) for part, selectors in named if selectors]
    looks = (_filled(page, s) if part == "challenge" else _visible(page, shop, s) for part, s in wanted)
    seen = await asyncio.gather(*looks)
    return {part: handles for (part, _), handles in zip(wanted, seen, strict=True) if handles}


async def _visible(page: pw.Page, shop: Shop, selectors: Iterable[str]) -> list[pw.ElementHandle]:
    """The elements shown for the first selector that shows any; frames where one may type come first."""
    frames = sorted(page.frames, key=lambda frame: refusal(frame.url, shop) is not None)
    for frame in frames:
        for selector in selectors:
            handles = await frame.query_selector_all(f"{selector} >> visible=true")
            if handles:
                return handles
    return []


async def _filled(page: pw.Page, selectors: Iterable[str]) -> list[pw.ElementHandle]:
    """The elements shown for any of the selectors that hold something: an empty place for a check is none."""
    shown = [
        handle
        for frame in page.frames
        for selector in selectors
        for handle in await frame.query_selector_all(f"{selector} >> visible=true")
    ]
    return [handle for handle in shown if await handle.evaluate(_IS_FILLED)]


async def holds_challenge(page: pw.Page, shop: Shop, limits: Limits) -> bool:
    """Whether the shop takes all that the page holds for a check for people. What was read is not kept."""
    async with asyncio.timeout(limits.call_seconds):
        body = (await page.content()).encode("utf-8", "replace")
    return len(body) <= limits.page_bytes and is_challenge(page.url, shop, body)


async def _is_challenged(page: pw.Page, shop: Shop) -> bool:
    """Whether the page is, or shows, one of the shop's checks for people."""
    if any(is_challenge(frame.url, shop) for frame in page.frames):
        return True
    states = (state for state in shop.states.values() if state.outcome is Outcome.CHALLENGE)
    return bool(await page.evaluate(_IS_THERE, [one for state in states for one in state.selectors]))
