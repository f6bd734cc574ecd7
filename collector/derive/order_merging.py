"""One order from everything pages said of it: each field from the latest page that names it. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import chain
from typing import Any

from collector.read.countries import country_code
from collector.read.days import day_in
from collector.read.money import amount, currency_in
from collector.read.offsets import iso_utc
from scrapers import vocabulary
from scrapers.orders import Item, Order

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one page of `portal` said of an order. `page` is list, detail or tracking, None for a record."""

    visit_id: str
    portal: str
    account: str | None
    page: str | None
    seen_at: datetime
    order: Order


def order_row(sightings: Sequence[Sighting]) -> Row:
    """The row of `orders`. `sightings` are of one order, oldest first, at least one."""
    latest = sightings[-1]
    portal = latest.portal

    def last(field: Callable[[Order], str | int | None]) -> Any:  # noqa: ANN401 - the field's own type
        return next((v for s in reversed(sightings) if (v := field(s.order)) is not None), None)

    def day(field: Callable[[Order], str | None]) -> str | None:
        found = (day_in(portal, field(s.order), s.seen_at) for s in reversed(sightings))
        return next((d.isoformat() for d in found if d is not None), None)

    status = next((s.order for s in reversed(sightings) if s.order.status_text), None)
    total = next((s.order for s in reversed(sightings) if s.order.total_text), None)
    text, earliest, latest_day = _protection(sightings)
    return {
        "id": latest.order.id,
        "marketplace": portal,
        "account": next((s.account for s in reversed(sightings) if s.account is not None), None),
        "placed_on": day(lambda o: o.placed_text),
        "placed_text": last(lambda o: o.placed_text),
        "paid_on": day(lambda o: o.paid_text),
        "shipped_on": day(lambda o: o.shipped_text),
        "finished_on": day(lambda o: o.finished_text),
        "store": last(lambda o: o.store),
        "status": status.status_text if status else None,
        "state": _state(portal, status),
        "total": _amount(total.total, total.total_text) if total else None,
        "currency": last(lambda o: o.currency) or (currency_in(total.total_text or "") if total else None),
        "items_claimed": last(lambda o: o.items_claimed),
        "destination_country": country_code(last(lambda o: o.destination_country)),
        "refund_text": last(lambda o: o.refund_text),
        "protection_ends_on": earliest,
        "protection_latest_on": latest_day,
        "protection_text": text,
        "first_seen_at": iso_utc(sightings[0].seen_at),
        "last_seen_at": iso_utc(latest.seen_at),
    }


def item_rows(sightings: Sequence[Sighting]) -> list[Row]:
    """The rows of `order_items`: those of the page that tells most, the newest of several such."""
    if not sightings:
        return []
    order = max(sightings, key=lambda s: (_told(s.order), s.seen_at, s.visit_id)).order
    seen: Counter[str] = Counter()
    rows = []
    for position, item in enumerate(order.items):
        key = "\0".join((order.id, *_identity(item)))
        seen[key] += 1
        rows.append(
            {
                "id": sha256(f"{key}\0{seen[key]}".encode()).hexdigest()[:20],
                "order_id": order.id,
                "position": position,
                "title": item.title,
                "sku": item.sku,
                "quantity": item.quantity,
                "price": _amount(item.price, item.price_text),
                "price_text": item.price_text,
                "currency": item.currency or currency_in(item.price_text or ""),
                "line_id": item.line_id,
                "product_id": item.product_id,
                "sku_id": item.sku_id,
            }
        )
    return rows


def _told(order: Order) -> tuple[int, int, int]:
    """How much a page tells of an order's lines: all of them, with titles, with the shop's own ids."""
    items = order.items
    is_whole = order.items_claimed is None or len(items) >= order.items_claimed
    return (
        int(bool(items) and is_whole),
        sum(item.title is not None for item in items),
        sum(item.line_id is not None for item in items),
    )


def _identity(item: Item) -> tuple[str, ...]:
    if item.line_id:
        return ("line", item.line_id)
    return (item.product_id or "", item.sku_id or item.sku or "", "" if item.product_id else item.title or "")


def _state(portal: str, order: Order | None) -> str | None:
    if order is None:
        return None
    return vocabulary.order_state(portal, code=order.status_code, text=order.status_text)


def _amount(exact: str | None, text: str | None) -> str | None:
    return exact or (amount(text) if text else None)


def _protection(sightings: Sequence[Sighting]) -> tuple[str | None, str | None, str | None]:
    """The statement to act by, its date, and the last date any page names.

    Of one page's statements the latest ends the protection: before it come the smaller promises, such as a
    coupon for a delay. Pages of one order were seen to name dates a day apart: the earlier one counts.
    """
    newest: dict[str | None, Sighting] = {s.page: s for s in sightings if s.order.protection}
    ends: list[tuple[date, str]] = []
    for one in newest.values():
        dated = [(day, p.text) for p in one.order.protection if (day := _ahead(one, p.date_text)) is not None]
        ends.extend([max(dated)] if dated else [])
    if not ends:
        return next((s.order.protection[0].text for s in newest.values()), None), None, None
    return min(ends)[1], min(ends)[0].isoformat(), max(ends)[0].isoformat()


def _ahead(one: Sighting, text: str | None) -> date | None:
    return day_in(one.portal, text, one.seen_at, may_be_ahead=True)


def parcel_items(
    items: Sequence[Item], orders: Sequence[str], rows: Sequence[Row]
) -> Iterator[tuple[str, int | None]]:
    """Which order items lie in a parcel, with how many: ids of `rows` (of `order_items`) of its `orders`.

    An item is known by product and variant, else by product, else by title; each row is taken once.
    """
    free = [row for row in rows if row["order_id"] in orders]
    for item in items:
        row = next(chain.from_iterable(filter(same(item), free) for same in _SAME), None)
        if row is not None:
            free.remove(row)
            yield row["id"], item.quantity if item.quantity is not None else row["quantity"]


def _by_variant(item: Item) -> Callable[[Row], bool]:
    def same(row: Row) -> bool:
        known = item.product_id is not None and item.sku_id is not None
        return known and (row["product_id"], row["sku_id"]) == (item.product_id, item.sku_id)

    return same


def _by_product(item: Item) -> Callable[[Row], bool]:
    return lambda row: item.product_id is not None and row["product_id"] == item.product_id


def _by_title(item: Item) -> Callable[[Row], bool]:
    return lambda row: item.title is not None and row["title"] == item.title


_SAME = (_by_variant, _by_product, _by_title)
