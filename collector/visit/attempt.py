"""One attempt: a tab is led to a portal's page, and what the page shows and loads is followed to an answer.

The attempt waits for a state of the page or for the portal's own data, never for a fixed time. Whatever the
portal does ends in a `Load`; only a browser that fails, bugs and cancellation leave as exceptions.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import playwright.async_api as pw

from collector.answer import Answer
from collector.browser.tab import Tab
from collector.browser.traffic import Traffic
from collector.limits import Limits
from collector.visit.asked import Asked
from collector.visit.consent import close_consent, press
from collector.visit.page_reading import Sight, TooLarge, dom, fetch_body, followed, payload, picture, sight
from collector.visit.retrying import TransientError
from collector.visit.verdict import (
    Refused,
    foreign_host,
    navigation_failure,
    network_failure,
    unavailable,
    verdict,
)
from collector.visit.waiting import data_arrived, document_ended, has_answer, is_calm, patience_seconds
from scrapers.contract import Page
from scrapers.words import Outcome

#: Its states are looked at this often, more rarely while nothing happens, and at once when a request ends.
_POLL_S, _LONGEST_POLL_S = 0.1, 0.4
#: Outcomes of which a picture is kept: somebody will have to look.
_PICTURED = frozenset({Outcome.LAYOUT_CHANGED, Outcome.CHALLENGE, Outcome.UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Load:
    """What one attempt brought. `trouble` is set where another attempt may do better.

    seen_at      when the answer had arrived (UTC), or the attempt was given up
    server_date  the document's `Date` header, as sent
    """

    answer: Answer
    seen_at: datetime
    pages: tuple[Page, ...] = ()
    server_date: str | None = None
    blocked_hosts: tuple[str, ...] = ()
    trouble: TransientError | None = None


class Attempt:
    """The state of one attempt: its tab, what its page asked for, and what was read so far."""

    def __init__(self, tab: Tab, asked: Asked, clock: Callable[[], datetime], limits: Limits) -> None:
        portal = asked.portal
        self.tab = tab
        self.asked = asked
        self.portal = portal
        self.clock = clock
        self.limits = limits
        self.states = tuple(portal.states.values())
        self.pages: tuple[Page, ...] = ()
        self.seen_at: datetime | None = None
        self.answered_at: float | None = None
        self.seen_from = 0
        self.asked_consent = not portal.consent
        self.unpressed = list(portal.reveal)
        self.traffic = Traffic(
            tab.frame,
            portal.payloads,
            limits.page_bytes,
            visit_bytes=limits.visit_bytes,
            past=frozenset(tab.past),
        )

    async def run(self) -> Load:
        """Opens the page, waits for an answer, and brings back what there is."""
        return await self.load(self._answer(self.asked.url))

    async def load(self, work: Coroutine[None, None, Answer]) -> Load:
        """What `work` on the open tab comes to."""
        with followed(self.tab, self.traffic):
            return await self._ended(work)

    async def _ended(self, work: Coroutine[None, None, Answer]) -> Load:
        trouble: TransientError | None = None
        try:
            answer = await self._unless_flooded(work)
        except TransientError as error:
            answer, trouble = Answer(error.outcome, complete=False, error=error.reason), error
        except (Refused, TooLarge) as error:
            answer = unavailable(str(error))
        except (pw.Error, TimeoutError) as error:
            trouble = self._page_failure(error)
            answer = unavailable(trouble.reason)
        seen_at = self.seen_at or self.clock()
        pages = await self._evidence(answer.outcome)
        document = self.traffic.document
        own = {"", *self.portal.hosts, *self.portal.resource_hosts}
        return Load(
            answer=answer,
            seen_at=seen_at,
            pages=pages,
            server_date=None if document is None else document.headers.get("date"),
            blocked_hosts=tuple(sorted((self.traffic.blocked_hosts | self.tab.guard.blocked_hosts) - own)),
            trouble=trouble,
        )

    async def _unless_flooded(self, work: Coroutine[None, None, Answer]) -> Answer:
        """What `work` gives; a flood ends it at once, for the page may be too busy to be asked anything."""
        working = asyncio.ensure_future(work)
        flood = asyncio.ensure_future(self.traffic.flooded.wait())
        try:
            await asyncio.wait((working, flood), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                self.tab.flooded = True
                self._check_size()
            return await working
        finally:
            for task in (working, flood):
                task.cancel()
            await asyncio.gather(working, flood, return_exceptions=True)

    async def _open(self, url: str) -> Sight:
        """Navigates and waits until the document was read to its end; what the page shows then."""
        foreign = foreign_host(url, self.portal.hosts)
        if foreign is not None or not url.startswith(("https://", "http://")):
            raise Refused(foreign or f"the portal's page cannot be opened: {url[:80]}")
        seconds = self.limits.navigation_seconds
        deadline = now() + seconds
        try:
            async with asyncio.timeout(seconds + self.limits.call_seconds):
                await self.tab.page.goto(url, wait_until="commit", timeout=seconds * 1000)
        except pw.TimeoutError:
            raise TransientError(f"the portal did not answer within {seconds:g} s") from None
        except pw.Error as error:
            if self.traffic.crashed:
                raise
            self._check_size()
            self._check_led_away()
            raise navigation_failure(error.message, self.traffic.document, self.clock()) from None
        seen = await self.until(lambda seen: seen.ready and document_ended(self.traffic), deadline)
        if not document_ended(self.traffic) and not data_arrived(
            self.traffic, self.portal, self.asked.subject
        ):
            raise TransientError(f"the page did not arrive within {seconds:g} s")
        return seen

    async def _answer(self, url: str) -> Answer:
        """How the page at `url` answers."""
        seen = await self._open(url)
        patience = patience_seconds(self.traffic, self.limits)
        deadline = now() + patience
        await self.until(self._has_answered, deadline, seen)
        answer = await self.read_until(deadline)
        return verdict(answer, self.traffic.document, self.traffic.payloads, self.clock(), patience)

    async def read_until(self, deadline: float) -> Answer:
        """What the page says; while it does not say all and data is on its way, that is waited for."""
        while True:
            self.seen_at = self.clock()
            waiting_for = len(self.traffic.pending)
            self.pages = await self._read()
            answer = self.asked.answer(self.pages)
            is_enough = answer.complete or answer.outcome not in (Outcome.OK, Outcome.LAYOUT_CHANGED)
            if is_enough or not waiting_for or now() >= deadline:
                return answer
            await self.until(lambda _: len(self.traffic.pending) != waiting_for, deadline)  # noqa: B023

    async def until(
        self, enough: Callable[[Sight], bool], deadline: float, seen: Sight | None = None
    ) -> Sight:
        """Looks at the page until `enough` or `deadline`, beginning with what was just `seen`; the last look.

        Raises for what ends the attempt at once.
        """
        pause = _POLL_S
        while True:
            seen = seen or await self._look()
            if enough(seen) or now() >= deadline:
                return seen
            seen = None
            with suppress(TimeoutError):
                async with asyncio.timeout(min(pause, max(deadline - now(), _POLL_S))):
                    await self.traffic.changed.wait()
            pause = _POLL_S if self.traffic.changed.is_set() else min(1.5 * pause, _LONGEST_POLL_S)

    async def _look(self) -> Sight:
        """What the page shows, its data fetched and its buttons pressed as far as they are there."""
        self.traffic.changed.clear()
        self._check_size()
        await self._fetch_bodies()
        seen = await sight(self.tab, self.states, self.limits)
        self._check_document()
        if seen.ready and not self.asked_consent:
            seconds = self.limits.consent_seconds
            self.asked_consent = await close_consent(self.tab.page, self.portal, seconds)
        if seen.ready and self.unpressed:
            await self._reveal()
        return seen

    async def _reveal(self) -> None:
        """Presses what shows more of the parcel; what comes of it has its own time to arrive."""
        for selector in tuple(self.unpressed):
            if await press(self.tab.page, (selector,), self.limits.consent_seconds):
                self.unpressed.remove(selector)
                self.answered_at = None

    def _has_answered(self, seen: Sight) -> bool:
        """Whether there is an answer, and what belongs to it has come or had its time."""
        if not has_answer(seen, self.traffic, self.portal, self.asked.subject):
            return False
        self.answered_at = self.answered_at or now()
        return is_calm(seen, self.traffic) or now() - self.answered_at >= self.limits.settle_seconds

    def _check_size(self) -> None:
        large = self.traffic.too_large
        if large is not None:
            raise TooLarge(large.announced_size, self.limits.page_bytes)
        if self.traffic.too_much:
            raise TooLarge(self.traffic.loaded_bytes, self.limits.visit_bytes)

    def _check_led_away(self) -> None:
        if self.tab.guard.led_to is not None:
            raise Refused(f"the portal led to {self.tab.guard.led_to}, which is no host of its own")

    def _check_document(self) -> None:
        """Raises when the document failed on its way, or lies on somebody else's host."""
        self._check_led_away()
        document, url = self.traffic.document, self.tab.page.url
        if document is not None and document.state == "failed":
            raise network_failure(document.failure or "", document.url)
        foreign = foreign_host(url, self.portal.hosts)
        if foreign is not None and url != "about:blank" and document_ended(self.traffic):
            raise Refused(foreign)

    async def _fetch_bodies(self) -> None:
        for exchange in self.traffic.payloads:
            if exchange.state == "finished" and exchange.body is None:
                await fetch_body(self.tab, exchange, self.limits)

    async def _read(self) -> tuple[Page, ...]:
        """The document as it is shown, and the data replies in the order they were asked for."""
        shown = await dom(self.tab, self._status(), self.limits)
        foreign = foreign_host(shown.url, self.portal.hosts)
        if foreign is not None:
            raise Refused(foreign)
        await self._fetch_bodies()
        return self.asked.prepared((shown, *self._payload_pages()))

    def _status(self) -> int | None:
        return None if self.traffic.document is None else self.traffic.document.status

    def _payload_pages(self) -> tuple[Page, ...]:
        newer = self.traffic.payloads[self.seen_from :]
        return tuple(payload(exchange) for exchange in newer if exchange.body is not None)

    async def _evidence(self, outcome: Outcome) -> tuple[Page, ...]:
        """The pages read, or what can still be had, with a picture where somebody will have to look."""
        too_large = self.traffic.too_large is not None or self.traffic.too_much
        if self.traffic.crashed or too_large or not self.tab.page.url.startswith("http"):
            return self.pages or self.asked.prepared(self._payload_pages())
        pages = self.pages
        if not pages:
            with suppress(pw.Error, TimeoutError, TooLarge):
                pages = (await dom(self.tab, self._status(), self.limits),)
            pages = self.asked.prepared((*pages, *self._payload_pages()))
        whole = self.traffic.document is not None and self.traffic.document.state == "finished"
        wanted = whole and outcome in _PICTURED and not self.asked.is_private  # a picture cannot be scrubbed
        shot = await picture(self.tab, self.limits) if wanted else None
        return pages if shot is None else (*pages, shot)

    def _page_failure(self, error: Exception) -> TransientError:
        if self.traffic.crashed:
            return TransientError("the page crashed")
        if isinstance(error, TimeoutError):
            return TransientError("the page stopped answering")
        return TransientError(f"the browser failed: {str(error).strip().splitlines()[0]}")


def now() -> float:
    return asyncio.get_running_loop().time()
