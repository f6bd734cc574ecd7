"""How long, how often and how much: the bounds of visits, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

_MB = 1024 * 1024
#: What a user may set in the table `[machine]`, within which bounds.
_PAGES, _BROWSER_MB = range(1, 17), range(300, 65_537)
_PAGES_WHEN_NICE = 2


class LimitError(ValueError):
    """A bound that cannot be kept; the text is one line that says what to write."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a visit, and of several at a time. Times are seconds, sizes bytes.

    navigation_seconds  from the request until the document has arrived and was parsed
    state_seconds       from there until the page shows a known state or its data arrived
    settle_seconds      after the first answer, for the page's other data requests and for the page to show it
    call_seconds        one question to the browser (the DOM, a body)
    picture_seconds     a screenshot; a page with nothing to paint never gives one
    close_seconds       closing a page, a context, the browser
    page_bytes          a larger document or payload is neither kept nor parsed
    visit_bytes         all that a page may load; beyond, the visit is given up
    consent_seconds     closing a consent banner
    browser_bytes       a browser that takes more memory, all its processes together, is started anew
    attempts            attempts in all, the first one included
    total_seconds       no attempt starts later than this after the first
    first_wait_seconds, longest_wait_seconds   between attempts, doubled each time, with jitter
    at_once             so many pages are open at one time, whatever the number of portals
    retry_after_cap_seconds   a portal that asks for a longer pause is left alone for this visit
    """

    navigation_seconds: float = 45.0
    state_seconds: float = 30.0
    settle_seconds: float = 3.0
    call_seconds: float = 15.0
    picture_seconds: float = 5.0
    close_seconds: float = 10.0
    page_bytes: int = 16 * 1024 * 1024
    visit_bytes: int = 64 * 1024 * 1024
    consent_seconds: float = 2.0
    browser_bytes: int = 1536 * 1024 * 1024
    attempts: int = 3
    total_seconds: float = 240.0
    first_wait_seconds: float = 2.0
    longest_wait_seconds: float = 60.0
    retry_after_cap_seconds: float = 120.0
    at_once: int = 6

    def changed(self, table: Mapping[str, Any]) -> "Limits":
        """These bounds with what a user's table `[machine]` says. Raises LimitError."""
        for name, value in table.items():
            allowed = {"pages": _PAGES, "browser_mb": _BROWSER_MB}.get(name)
            if allowed is None:
                raise LimitError(f"machine: {name!r} is not known here; use pages, browser_mb")
            if type(value) is not int or value not in allowed:
                raise LimitError(f"machine.{name}: a number from {allowed[0]} to {allowed[-1]}")
        at_once = table.get("pages", self.at_once)
        browser_bytes = table.get("browser_mb", self.browser_bytes // _MB) * _MB
        return replace(self, at_once=at_once, browser_bytes=browser_bytes)

    def nice(self) -> "Limits":
        """These bounds for a machine that has other things to do."""
        return replace(self, at_once=min(self.at_once, _PAGES_WHEN_NICE))

    def at_most(self, requests: int) -> "Limits":
        """These bounds for a visit that may ask so often and no more, but once."""
        return replace(self, attempts=max(1, min(self.attempts, requests)))
