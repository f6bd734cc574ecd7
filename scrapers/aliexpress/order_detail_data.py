"""One order, read from the data its detail page is drawn from.

Names of keys are AliExpress' own, misspellings included, as described in 2026-03 and 2026-09. Of the address
the country's code is read and nothing else.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from scrapers.aliexpress.mtop import NAME, Reply, language_asked
from scrapers.aliexpress.order_components import (
    Component,
    as_shown,
    components,
    fields_of,
    order_id_at,
    structure,
)
from scrapers.aliexpress.order_fields import (
    currency_at,
    dates_in,
    exact_price,
    items_in,
    offers_tracking,
    span,
    without_markup,
)
from scrapers.contract import LayoutChanged, Reading, RelatedNumber
from scrapers.numbers import NumberError, tracking_number
from scrapers.orders import Item, Order, Protection
from scrapers.payload import Record, items_at, record_at, string_at

STATUS, FACTS = "detail_order_status_block", "detail_simple_order_info_component"
PRODUCTS, PRICE = "detail_product_block", "detail_order_price_block"
PROGRESS, SERVICES = "detail_service_progress_bar", "detail_order_services"
PACKAGES = "detail_logistic_package_block"

_COUNTRY = re.compile(r"[A-Za-z]{2,3}")
_BETWEEN_SENTENCES = re.compile(r"\s[·•]\s")


def order_detail(reply: Reply) -> Reading:
    """The one order of a detail page. Raises LayoutChanged, also for the empty page of an unknown order."""
    shown = as_shown(components(reply), structure(reply))
    status, facts = _first(shown, STATUS), _first(shown, FACTS)
    order_id = _order_id(status, facts)
    lines = [
        line for fields in fields_of(shown, PRODUCTS) for line in items_at(fields, "productVOList") or ()
    ]
    if not (string_at(status, "title") or string_at(facts, "orderCreatTime", "orderCreateTime") or lines):
        raise LayoutChanged(NAME, f"{STATUS}.title, {FACTS}.orderCreatTime or {PRODUCTS}.productVOList[]")
    read = items_in(lines)
    items = tuple(item for item in read if item is not None)
    numbers, problems = _numbers(shown)
    if len(items) < len(read):
        problems.append(f"order {order_id}: {len(read) - len(items)} lines cannot be read")
    if not items:
        problems.append(f"order {order_id}: no lines are there")
    earliest, latest = span(_estimate_texts(lines))
    return Reading(
        complete=not problems,
        rows_bad=len(read) - len(items),
        problems=tuple(problems),
        language=language_asked(reply),
        estimate_from_on=earliest,
        estimate_to_on=latest,
        related_numbers=numbers,
        order_ids=(order_id,),
        orders=(_order(order_id, shown, items),),
    )


def _order_id(status: Record, facts: Record) -> str:
    told = (order_id_at(facts, "tradeOrderId"), order_id_at(status, "orderId"))
    known = sorted({one for one in told if one is not None})
    if len(known) != 1:
        raise LayoutChanged(NAME, f"one order id in {FACTS}.tradeOrderId and {STATUS}.orderId")
    return known[0]


def _order(order_id: str, shown: Sequence[Component], items: tuple[Item, ...]) -> Order:
    status, facts = _first(shown, STATUS), _first(shown, FACTS)
    total = record_at(_first(shown, PRICE), "totalPrice")
    country = string_at(record_at(facts, "addressVO"), "countryCode") or ""
    return Order(
        id=order_id,
        status_text=string_at(status, "title"),
        placed_text=string_at(facts, "orderCreatTime", "orderCreateTime"),
        paid_text=string_at(facts, "payTime"),
        shipped_text=string_at(facts, "orderShipTime"),
        finished_text=string_at(facts, "orderEndTime"),
        store=_store(shown),
        total_text=string_at(total, "value"),
        total=exact_price(total),
        currency=currency_at(total),
        items=items,
        protection=tuple(dict.fromkeys((*_refund_day(shown), *_promises(shown)))),
        destination_country=country if _COUNTRY.fullmatch(country) else None,
        has_tracking=offers_tracking(_buttons(shown)),
    )


def _first(shown: Iterable[Component], tag: str) -> Record:
    return next(iter(fields_of(shown, tag)), {})


def _store(shown: Iterable[Component]) -> str | None:
    sellers = (
        string_at(record_at(fields, "sellerVO"), "sellerName") for fields in fields_of(shown, PRODUCTS)
    )
    return " · ".join(dict.fromkeys(seller for seller in sellers if seller)) or None


def _buttons(shown: Iterable[Component]) -> Iterator[object]:
    for fields in fields_of(shown, STATUS):
        yield from items_at(fields, "buttonVOList") or ()
    for fields in fields_of(shown, PRODUCTS):
        yield from items_at(fields, "buttonVOList") or ()
        for line in items_at(fields, "productVOList") or ():
            yield from items_at(line, "buttonVOS") or () if isinstance(line, dict) else ()


def _estimate_texts(lines: Iterable[object]) -> list[str | None]:
    told = (record_at(line, "etaAndTrack") for line in lines if isinstance(line, dict))
    return [string_at(eta, "expectDeliveryDateTitle") for eta in told if eta]


def _refund_day(shown: Iterable[Component]) -> Iterator[Protection]:
    """The last step of the progress bar is the day the protection ends; steps before it are vouchers."""
    for fields in fields_of(shown, PROGRESS):
        nodes = items_at(fields, "nodes") or []
        last = nodes[-1] if nodes else None
        if isinstance(last, dict):
            day = string_at(last, "time")
            name = without_markup(string_at(last, "text"))
            if day is not None:
                yield Protection(f"{name}: {day}" if name else day, day)


def _promises(shown: Iterable[Component]) -> Iterator[Protection]:
    """Every sentence of the shop's promises that has a date, once for each date in it."""
    for fields in fields_of(shown, SERVICES):
        for service in items_at(fields, "data") or ():
            content = string_at(service, "content") if isinstance(service, dict) else None
            for sentence in _BETWEEN_SENTENCES.split(without_markup(content) or ""):
                for printed in dates_in(sentence):
                    yield Protection(sentence, printed)


def _numbers(shown: Iterable[Component]) -> tuple[tuple[RelatedNumber, ...], list[str]]:
    """The tracking numbers of the order's packages, and a line for each that is none."""
    named: dict[str, RelatedNumber] = {}
    problems: list[str] = []
    for fields in fields_of(shown, PACKAGES):
        for package in items_at(fields, "packageInfoList") or ():
            printed = string_at(package, "trackingNumber") if isinstance(package, dict) else None
            if printed is None:
                continue
            try:
                named.setdefault(tracking_number(printed), RelatedNumber(printed, role="shipment"))
            except NumberError:
                problems.append("a package's tracking number is none")
    return tuple(named.values()), problems
