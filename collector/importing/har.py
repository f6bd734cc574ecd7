"""HAR: what a browser's network panel recorded, taken apart into the visits to portals it holds.

The documents of a HAR are pages as they came, before their scripts ran. Where they say nothing beside the
payloads the scripts fetched, they are left out.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector.answer import Answer, read_pages
from collector.importing.belonging import is_page_of, is_payload_of, number_asked
from collector.importing.charset import as_utf8
from collector.importing.dates import header_date, iso_date
from collector.importing.imported import ImportedVisit, NotImportable, Refused, Request
from collector.importing.saved import checked_size
from collector.importing.visits import Saved, portals_asked, says_something, visits_of
from scrapers.contract import Page, Portal
from scrapers.words import Outcome, Role

_HTML = ("text/html", "application/xhtml+xml")
_MOST_DOCUMENTS = 10


@dataclass(frozen=True, slots=True)
class _Response:
    """One recorded response that belongs to a portal. `position` is its entry's, from 1."""

    position: int
    page: Page
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Group:
    """The responses of one portal about one number, in order, and what they say."""

    portal: Portal
    responses: tuple[_Response, ...]
    answer: Answer

    @property
    def positions(self) -> frozenset[int]:
        return frozenset(response.position for response in self.responses)


def visits_in_har(entries: Sequence[object], request: Request) -> Iterator[ImportedVisit | Refused]:
    """The visits in a HAR's `entries`, one per portal and number, and what of a portal's cannot be read.

    Raises NotImportable if the portal asked for is not known.
    """
    problems: dict[int, str] = {}
    portals = portals_asked(request).values()
    groups = [group for p in portals for group in _groups(p, _responses(p, entries, problems))]
    for position, problem in sorted(problems.items()):
        yield request.refused(f"entry {position}: {problem}")
    if not groups and not problems:
        known = request.portal or "any portal known here"
        yield request.refused(f"nothing in this HAR is of {known}")
    read = frozenset[int]().union(*(g.positions for g in groups if says_something(g.answer)))
    for group in groups:
        if says_something(group.answer) or not group.positions <= read:
            yield from _visits(group, request)


def _visits(group: _Group, request: Request) -> Iterator[ImportedVisit | Refused]:
    pages = tuple(response.page for response in group.responses)
    times = [response.seen_at for response in group.responses if response.seen_at is not None]
    saved = Saved(pages, tuple(page.url for page in pages), times[-1] if times else None)
    try:
        yield from visits_of(group.portal, saved, group.answer, request)
    except NotImportable as reason:
        yield request.refused(f"{group.portal.name}: {reason}")


def _responses(portal: Portal, entries: Sequence[object], problems: dict[int, str]) -> list[_Response]:
    found: list[_Response] = []
    for position, entry in enumerate(entries, start=1):
        try:
            response = _response(portal, position, entry)
        except NotImportable as reason:
            problems[position] = str(reason)
        else:
            found.extend([response] if response is not None else [])
    return found


def _response(portal: Portal, position: int, entry: object) -> _Response | None:
    """The response of `entry`, None where it is none of `portal`'s or has no content."""
    asked, reply = _mapping(_mapping(entry).get("request")), _mapping(_mapping(entry).get("response"))
    content = _mapping(reply.get("content"))
    url, text, status = asked.get("url"), content.get("text"), reply.get("status")
    media_type, charset = _media_type(content.get("mimeType"))
    if not isinstance(url, str) or not isinstance(text, str) or not text:
        return None
    if is_payload_of(portal, url):
        role = Role.PAYLOAD
    elif media_type in _HTML and is_page_of(portal, url):
        role = Role.DOM
    else:
        return None
    body = checked_size(_body(text, content.get("encoding"), charset))
    page = Page(role, url, media_type, body, status if isinstance(status, int) and status else None)
    return _Response(position, page, _seen_at(entry, reply))


def _body(text: str, encoding: object, charset: str | None) -> bytes:
    if encoding != "base64":
        return text.encode("utf-8", errors="replace")
    try:
        return as_utf8(base64.b64decode(text), charset)
    except ValueError:
        raise NotImportable("its base64 is broken") from None


def _seen_at(entry: object, reply: Mapping[str, Any]) -> datetime | None:
    """When the browser asked; else the reply's own date, which of a cached reply is too early."""
    started = iso_date(_mapping(entry).get("startedDateTime"))
    if started is not None:
        return started
    headers = reply.get("headers")
    named = (_mapping(header) for header in headers) if isinstance(headers, list) else ()
    return next((header_date(h.get("value")) for h in named if str(h.get("name")).lower() == "date"), None)


def _groups(portal: Portal, responses: Sequence[_Response]) -> list[_Group]:
    """`responses` by number. One whose URL names none joins the last before it that does, or the first."""
    numbers = [number_asked(portal, (response.page.url,)) for response in responses]
    current = next((number for number in numbers if number is not None), None)
    by_number: dict[str | None, list[_Response]] = {}
    for number, response in zip(numbers, responses, strict=True):
        current = number or current
        by_number.setdefault(current, []).append(response)
    return [_group(portal, group) for group in by_number.values()]


def _group(portal: Portal, responses: Sequence[_Response]) -> _Group:
    """The first choice of `responses` that shows a parcel; else the first that can be read; else all."""
    tried: list[_Group] = []
    for choice in _choices(responses):
        tried.append(_Group(portal, choice, read_pages(portal, None, [r.page for r in choice])))
        if says_something(tried[-1].answer):
            return tried[-1]
    return next((g for g in tried if g.answer.outcome is not Outcome.LAYOUT_CHANGED), tried[0])


def _choices(responses: Sequence[_Response]) -> Iterator[tuple[_Response, ...]]:
    """All; without documents; with one document each, the latest first: an earlier one may be a challenge."""
    payloads = tuple(r for r in responses if r.page.role is Role.PAYLOAD)
    documents = [r for r in responses if r.page.role is Role.DOM]
    yield tuple(responses)
    if payloads and documents:
        yield payloads
    if len(documents) > 1:
        for document in documents[: -_MOST_DOCUMENTS - 1 : -1]:
            yield tuple(sorted((*payloads, document), key=lambda r: r.position))


def _media_type(text: object) -> tuple[str, str | None]:
    if not isinstance(text, str):
        return "", None
    media_type, _, rest = text.partition(";")
    _, named, charset = rest.partition("charset=")
    return media_type.strip().lower(), charset.strip(" \"'") if named else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
