"""Visits without a browser: what a page and its script would load, judged as a visit judges it.

The document is kept as the server sends it, unscripted. Retries, verdicts, parsing, scrubbing and all that
follows are the program's own; only what a browser does is replaced.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest import mock

from collector.answer import Answer as Said
from collector.browser import SignedIn
from collector.browser.traffic import Exchange, Traffic
from collector.limits import Limits
from collector.visit import Visited, visited
from collector.visit.asked import Asked, about_orders
from collector.visit.attempt import Load
from collector.visit.retrying import TransientError
from collector.visit.verdict import Refused, foreign_host, network_failure, unavailable, verdict
from fixtures.messages import Answer
from fixtures.play.stage import Stage
from scrapers.contract import Page, Portal
from scrapers.shop import Shop
from scrapers.words import Outcome, Role
from tests.year import shopping
from tests.year.scripts import calls
from tests.year.wire import Got, Wire

#: What Chromium says of an answer that does not end well.
_FAILURES = {
    "cut": "ERR_EMPTY_RESPONSE",
    "reset": "ERR_CONNECTION_RESET",
    "truncated": "ERR_CONTENT_LENGTH_MISMATCH",
}


@dataclass(slots=True)
class InProcess:
    """What takes the browser's place; `told` hears of every attempt, and whether it repeats a failed one.

    `reply` is the last reply with data, as it came: what is stored of it is scrubbed.
    """

    stage: Stage
    zone: str = "UTC"
    offset_minutes: int = 0
    told: Callable[[str, bool], None] = lambda portal, again: None
    failed: set[str] = field(default_factory=set)
    reply: bytes = b""

    async def cookies(
        self, portal: Portal, language: str, limits: Limits, session: SignedIn
    ) -> list[dict[str, Any]]:
        """The cookies of the session, as they were."""
        return [dict(one) for one in session.cookies]


@contextmanager
def without_browser(browser: InProcess) -> Iterator[None]:
    """While this lasts, collections use `browser`."""

    @asynccontextmanager
    async def opened(_: object) -> AsyncIterator[InProcess]:
        yield browser

    with (
        mock.patch("collector.collect.open_browser", opened),
        mock.patch("collector.visit.load", _load),
        mock.patch("collector.collect_orders.list_pages", _list_pages),
    ):
        yield


async def _load(
    browser: InProcess, asked: Asked, *, language: str, clock: Callable[[], datetime], limits: Limits
) -> Load:
    browser.told(asked.portal.name, asked.url in browser.failed)
    browser.failed.discard(asked.url)
    wire = Wire(browser.stage, _cookies(asked))
    got = wire.get(asked.url)
    exchanges: list[Exchange] = []
    pages: tuple[Page, ...] = ()
    trouble: TransientError | None = None
    document = _exchange(got.url, got.answer, is_document=True)
    try:
        _check_document(got, asked)
        pages = (_page(Role.DOM, document),)
        exchanges = list(_payloads(wire, got, asked))
        browser.reply = exchanges[-1].body or b"" if exchanges else b""
        kept = (*pages, *(_page(Role.PAYLOAD, e) for e in exchanges if e.body is not None))
        pages = asked.prepared(kept)
        said = verdict(asked.answer(pages), document, exchanges, clock(), limits.state_seconds)
    except TransientError as error:
        said, trouble = Said(error.outcome, complete=False, error=error.reason), error
        browser.failed.add(asked.url)
    except Refused as error:
        said = unavailable(str(error))
    return Load(said, clock(), pages, document.headers.get("date"), (), trouble)


async def _list_pages(
    browser: InProcess,
    shop: Shop,
    session: SignedIn,
    *,
    language: str,
    clock: Callable[[], datetime],
    limits: Limits,
    keep_personal: bool = False,
    **_: object,
) -> AsyncGenerator[Visited, None]:
    """One visit per page of the list, until its end or the first that failed."""
    asked = about_orders(shop, session, language, keep_personal=keep_personal)
    loaded = await _load(browser, asked, language=language, clock=clock, limits=limits)
    wire = Wire(browser.stage, _cookies(asked))
    following = shopping.parameters(browser.reply)
    while True:
        yield visited(browser, asked, loaded, language=language, attempts=1, duration_ms=0)
        said = loaded.answer
        if said.outcome is not Outcome.OK or not any(one.has_more for one in said.readings):
            return
        browser.told(shop.name, False)
        call = shopping.next_list_call(following)
        exchange = _exchange(call.url, shopping.answered(call, wire))
        following = shopping.parameters(exchange.body or b"")
        pages = asked.prepared((_page(Role.PAYLOAD, exchange),))
        loaded = Load(asked.answer(pages), clock(), pages)


def _cookies(asked: Asked) -> dict[str, str]:
    if asked.session is None:
        return {}
    return {one["name"]: one["value"] for one in asked.session.cookies}


def _check_document(got: Got, asked: Asked) -> None:
    """Raises for a document that did not come, or is somebody else's."""
    if got.around:
        raise Refused("the browser could not open the page: ERR_TOO_MANY_REDIRECTS")
    foreign = foreign_host(got.url, asked.portal.hosts)
    if foreign is not None:
        raise Refused(foreign)
    if got.answer.ending == "hang":
        raise TransientError("the portal did not answer within 45 s")
    if got.answer.ending in _FAILURES:
        raise network_failure(_FAILURES[got.answer.ending], got.url)
    if got.answer.status == 204:
        raise Refused("the browser could not open the page: ERR_ABORTED")


def _payloads(wire: Wire, got: Got, asked: Asked) -> Iterator[Exchange]:
    """The data requests that a visit keeps, in the order they were made."""
    shell = got.answer.body
    kept = Traffic("", asked.portal.payloads, 0)
    made = (
        shopping.calls(asked, wire)
        if isinstance(asked.portal, Shop)
        else calls(asked.portal.name, got.url, shell, wire.jar)
    )
    for one in made:
        answer = wire.ask(one.url, one.method, one.body, one.headers)
        if kept._is_payload(one.url):  # which addresses count is the program's to say
            yield _exchange(one.url, answer)
        if answer.ending != "whole":
            return


def _exchange(url: str, answer: Answer, *, is_document: bool = False) -> Exchange:
    headers = {name.lower(): value for name, value in answer.headers}
    made = Exchange("", url, is_document, answer.status, headers, state="finished")
    made.media_type = headers.get("content-type", "").partition(";")[0]
    if answer.ending == "hang":
        made.state, made.status = "pending", None
    elif answer.ending in _FAILURES:
        made.state, made.failure = "failed", _FAILURES[answer.ending]
    else:
        made.body = answer.body
    return made


def _page(role: Role, exchange: Exchange) -> Page:
    body = exchange.body or b""
    return Page(role, exchange.url, exchange.media_type or "text/html", body, exchange.status)
