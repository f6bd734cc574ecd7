"""From saved pages to the visits they stand for: whose pages, about which numbers, seen when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.answer import Answer, read_pages
from collector.importing.belonging import is_page_of, is_payload_of, number_asked, spelling
from collector.importing.imported import ImportedVisit, NotImportable, Refused, Request
from collector.records import ShopPage
from scrapers.contract import Page, Portal, Reading
from scrapers.shop import Shop
from scrapers.words import Outcome

_FOUND = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET})


@dataclass(frozen=True, slots=True)
class Saved:
    """Pages saved together. `urls` are the addresses they name, surest first; `seen_at` as they state it."""

    pages: tuple[Page, ...]
    urls: tuple[str, ...] = ()
    seen_at: datetime | None = None


def visits_in(saved: Saved, request: Request) -> Iterator[ImportedVisit | Refused]:
    """The visits `saved` stands for, one per number; the portal is the one asked for or found."""
    try:
        portal = _portal_of(saved, request)
        yield from visits_of(portal, saved, read_pages(portal, None, saved.pages), request)
    except NotImportable as reason:
        yield request.refused(str(reason))


def visits_of(
    portal: Portal, saved: Saved, answer: Answer, request: Request
) -> Iterator[ImportedVisit | Refused]:
    """The visits to `portal` that `saved`, which it reads as `answer`, stands for.

    Raises NotImportable if it cannot be read, or speaks of other numbers than the one asked for.
    """
    if answer.outcome is Outcome.LAYOUT_CHANGED:
        raise NotImportable(f"nothing readable: {answer.error}")
    seen_at = request.seen(saved.seen_at)
    if isinstance(portal, Shop):
        yield from _visits_of_shop(portal, saved, seen_at, request)
        return
    readings, unnamed = _by_number(portal, saved.urls, answer.readings, request)
    for reason in unnamed:
        yield request.refused(reason)
    for number, reading in readings.items():
        yield ImportedVisit(
            portal=portal.name,
            tracking_number=number,
            seen_at=seen_at,
            pages=saved.pages,
            source="file",
            language=reading.language,
            viewer_offset_minutes=None,
            record=None,
        )


def _visits_of_shop(
    shop: Shop, saved: Saved, seen_at: datetime, request: Request
) -> Iterator[ImportedVisit | Refused]:
    """The visits to a shop: one per parcel on a tracking page, one for any other page.

    Pages of an account are scrubbed here: what people saved by hand is as private as what is visited.
    """
    pages = shop.scrub(saved.pages)
    readings = read_pages(shop, None, pages).readings
    if not any(reading.outcome in _FOUND for reading in readings):
        said = readings[0].outcome.value if readings else Outcome.LAYOUT_CHANGED.value
        raise NotImportable(f"the page shows no orders and no parcel: {said}")
    numbers = [spelling(reading.number) for reading in readings]
    for position, (number, reading) in enumerate(zip(numbers, readings, strict=True)):
        if number is None and (position or any(numbers)):
            yield request.refused("the page shows a parcel without a tracking number")
            continue
        if request.number not in (None, number):
            continue
        page = _page_of(reading, number)
        yield ImportedVisit(
            portal=shop.name,
            tracking_number=number,
            seen_at=seen_at,
            pages=pages,
            source="file",
            language=reading.language,
            viewer_offset_minutes=None,
            record=None,
            page=page,
            order_id=_order_asked(reading) if page != "list" else None,
        )


def _page_of(reading: Reading, number: str | None) -> ShopPage:
    if number is not None or reading.rows or not reading.orders:
        return "tracking"
    return "detail" if reading.has_more is None and len(reading.orders) == 1 else "list"


def _order_asked(reading: Reading) -> str | None:
    return next(iter((*reading.order_ids, *(order.id for order in reading.orders))), None)


def says_something(answer: Answer) -> bool:
    """Whether the pages show at least one parcel, even one without events."""
    return any(reading.outcome in _FOUND for reading in answer.readings)


def portals_asked(request: Request) -> Mapping[str, Portal]:
    """The portals that come into question. Raises NotImportable if the one asked for is not known."""
    if request.portal is None:
        return request.portals
    if request.portal not in request.portals:
        raise NotImportable(f"no portal is called {request.portal} here")
    return {request.portal: request.portals[request.portal]}


def _portal_of(saved: Saved, request: Request) -> Portal:
    portals = list(portals_asked(request).values())
    if request.portal is not None:
        return portals[0]
    named = [p for p in portals if any(is_page_of(p, u) or is_payload_of(p, u) for u in saved.urls)]
    if len(named) == 1:
        return named[0]
    found = [p for p in named or portals if says_something(read_pages(p, None, saved.pages))]
    if len(found) == 1:
        return found[0]
    several = f" (it reads as a page of {' and of '.join(p.name for p in found)})" if found else ""
    raise NotImportable(f"cannot tell which portal this is{several}; say --portal NAME")


def _by_number(
    portal: Portal, urls: Sequence[str], readings: Sequence[Reading], request: Request
) -> tuple[dict[str, Reading], list[str]]:
    asked = number_asked(portal, urls) or request.number
    found: dict[str, Reading] = {}
    unnamed: list[str] = []
    for reading in readings:
        number = asked if reading.number is None else spelling(reading.number)
        if number is not None:
            found.setdefault(number, reading)
        elif reading.number is None:
            unnamed.append("the page names no number; say --number NUMBER")
        else:
            unnamed.append(f"the page speaks of {reading.number!r}, which is no tracking number")
    if request.number is None:
        return found, unnamed
    if request.number in found:
        return {request.number: found[request.number]}, []
    raise NotImportable(f"the page speaks of {', '.join(found) or 'no number'}, not of {request.number}")
