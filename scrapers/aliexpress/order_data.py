"""Order pages read from the data they are drawn from: the list, and (in `order_detail_data`) one order.

The list comes in pages of ten. The first holds the whole page's components, a later one may hold only the
new orders. Seen: a reply of 2026-09; later pages and refunds as others describe them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scrapers.aliexpress.mtop import NAME, Reply, flag_at, language_asked
from scrapers.aliexpress.order_components import (
    Component,
    components,
    fields_of,
    name_of,
    order_id_at,
    structure,
    tag_of,
)
from scrapers.aliexpress.order_detail_data import order_detail
from scrapers.aliexpress.order_fields import (
    currency_at,
    exact_price,
    items_in,
    offers_tracking,
    without_markup,
)
from scrapers.contract import LayoutChanged, Reading
from scrapers.orders import Order
from scrapers.payload import PayloadError, Record, document, items_at, record_at, string_at, whole_at
from scrapers.words import Outcome

__all__ = ["language_asked", "order_detail", "order_list"]

LIST, BODY, ORDER, HEADER = "pc_om_list", "pc_om_list_body", "pc_om_list_order", "pc_om_list_header"

_COUNT = re.compile(r"[(（]\s?([0-9]{1,6})\s?[)）]\s*$")


@dataclass(frozen=True, slots=True)
class _Body:
    """What the list says of itself. Each is None where it does not say."""

    has_more: bool | None
    page_index: int | None
    page_size: int | None


def order_list(reply: Reply) -> Reading:
    """The orders of one page of the list, in the order shown. Raises LayoutChanged.

    A list without orders is one only where it says itself that it ends there. A component that is named and
    missing, or cannot be read, costs the other orders nothing and makes the reading incomplete.
    """
    found = components(reply)
    if not any(one.tag.startswith(LIST) for one in found.values()):
        raise LayoutChanged(NAME, f"{LIST} components in the reply")
    body = _body(found)
    shown, problems = _arranged(found, structure(reply), body)
    orders: dict[str, Order] = {}
    bad = 0
    for one in shown:
        order, faults = _order(one)
        problems.extend(faults)
        bad += order is None
        if order is not None and order.id in orders:
            problems.append(f"order {order.id} is there twice")
        elif order is not None:
            orders[order.id] = order
    if not orders and (problems or body.has_more is not False):
        raise LayoutChanged(NAME, f"{ORDER} components" + (f" ({problems[0]})" if problems else ""))
    if body.has_more and len(shown) < (body.page_size or 0):
        problems.append(f"{len(shown)} orders on a page of {body.page_size}, though there are more")
    return Reading(
        outcome=Outcome.OK,
        orders=tuple(orders.values()),
        has_more=body.has_more,
        complete=not problems,
        rows_bad=bad,
        problems=tuple(problems),
        language=language_asked(reply),
        counts=_tab_counts(found),
    )


def _tab_counts(found: Mapping[str, Component]) -> tuple[tuple[str, int], ...]:
    """The tabs that say how many orders they hold, by the shop's code."""
    header = next(iter(fields_of(found.values(), HEADER)), {})
    tabs = (tab for tab in items_at(header, "statusTabList") or () if isinstance(tab, dict))
    told = ((string_at(tab, "code"), _COUNT.search(string_at(tab, "title") or "")) for tab in tabs)
    return tuple((code, int(count[1])) for code, count in told if code and count)


def _body(found: Mapping[str, Component]) -> _Body:
    fields = next(iter(fields_of(found.values(), BODY)), {})
    return _Body(flag_at(fields, "hasMore"), whole_at(fields, "pageIndex"), whole_at(fields, "pageSize"))


def _arranged(
    found: Mapping[str, Component], within: Mapping[str, Sequence[str]], body: _Body
) -> tuple[list[Component], list[str]]:
    """The order components as the page shows them, and what does not fit between names and data."""
    orders = {name: one for name, one in found.items() if one.tag == ORDER}
    bodies = [parent for parent in within if tag_of(parent) == BODY]
    named = list(dict.fromkeys(name for parent in bodies for name in within[parent]))
    if not bodies:
        return list(orders.values()), []
    named = named[_shown_before(named, found, body) :]
    problems = [f"{name_of(name)} is named and has no data" for name in named if name not in found]
    problems += [f"{name_of(name)} is not named in the hierarchy" for name in orders if name not in named]
    shown = [orders[name] for name in named if name in orders]
    return shown + [one for name, one in orders.items() if name not in named], problems


def _shown_before(named: Sequence[str], found: Mapping[str, Component], body: _Body) -> int:
    """How many names stand for orders of earlier pages: a later page may name them and not repeat them."""
    before = ((body.page_index or 1) - 1) * (body.page_size or 0)
    return before if before > 0 and not any(name in found for name in named[:before]) else 0


def _order(one: Component) -> tuple[Order | None, list[str]]:
    """The order, None where it cannot be read, and a line for everything in it that cannot."""
    fields = one.fields or {}
    order_id = order_id_at(fields, "orderId") if "orderId" in fields else one.own_id
    lines = items_at(fields, "orderLines") or []
    told = [string_at(fields, key) for key in ("statusText", "orderDateText", "totalPriceText")]
    if order_id is None or order_id_at({"id": order_id}, "id") is None:
        return None, [f"{name_of(one.name)} has no order id"]
    if not lines and not any(told):
        return None, [f"{name_of(one.name)} says nothing of the order"]
    items = items_in(lines)
    bad = items.count(None)
    status, placed, total = told
    order = Order(
        id=order_id,
        status_text=status,
        status_code=_status_code(fields),
        placed_text=placed,
        store=string_at(fields, "storeName"),
        total_text=total,
        total=exact_price(fields),
        currency=currency_at(fields),
        items=tuple(item for item in items if item is not None),
        items_claimed=_claimed(fields),
        refund_text=_refund(fields),
        has_tracking=offers_tracking(items_at(fields, "buttons") or ()),
    )
    return order, [f"order {order_id}: {bad} lines cannot be read"] if bad else []


def _claimed(fields: Record) -> int | None:
    size = whole_at(fields, "orderLineSize")
    return size if size is not None and size > 0 else None


def _status_code(fields: Record) -> str | None:
    told = record_at(fields, "utParams")
    text = string_at(fields, "utParams")
    if text is not None:
        try:
            value = document(text)
        except PayloadError:
            value = None
        told = value if isinstance(value, dict) else {}
    return string_at(record_at(told, "args"), "orderStatus")


def _refund(fields: Record) -> str | None:
    titles = [
        without_markup(string_at(detail, "title"))
        for shown in items_at(record_at(fields, "exposeInfo"), "itemList") or ()
        if isinstance(shown, dict)
        for detail in items_at(shown, "detailList") or ()
        if isinstance(detail, dict)
    ]
    return " · ".join(title for title in titles if title) or None
