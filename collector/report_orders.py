"""Orders and their items: as data, and for a person at a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text
from sqlite_utils import Database

from collector.deadline_rules import SAID, What
from collector.deadlines import deadlines_of_order
from collector.plain_text import one_line
from collector.report_lines import print_hung

_OF_PARCEL = """
select o.* from orders as o join parcel_orders as p on p.order_id = o.id
where p.parcel_id = ? order by o.placed_on, o.id
"""
_IN_PARCEL = """
select i.order_id, i.title, i.sku, p.quantity, i.price, i.currency, i.line_id, i.product_id, i.sku_id
from parcel_items as p join order_items as i on i.id = p.order_item_id
where p.parcel_id = ? order by i.order_id, i.position, i.id
"""
_IN_ORDER = """
select order_id, title, sku, quantity, price, currency, line_id, product_id, sku_id
from order_items where order_id = ? order by position, id
"""
_SEEN = """
select v.portal, v.account, v.page, count(*) as times, min(s.seen_at) as first_seen_at,
       max(s.seen_at) as last_seen_at
from order_sightings as s join visits as v on v.id = s.visit_id where s.order_id = ?
group by v.portal, v.account, v.page order by first_seen_at, v.page
"""


def orders_of_parcel(db: Database, parcel_id: str) -> list[dict[str, Any]]:
    """The orders whose items are, or may be, in the parcel, oldest first."""
    return list(db.query(_OF_PARCEL, [parcel_id]))


def items_of_parcel(db: Database, parcel_id: str) -> list[dict[str, Any]]:
    """What is in the parcel; `quantity` counts what is in it, not what was ordered."""
    return list(db.query(_IN_PARCEL, [parcel_id]))


def order_json(db: Database, order_id: str) -> dict[str, Any] | None:
    """An order without a parcel, in the shape of a parcel's data; None if there is no such order."""
    orders = list(db.query("select * from orders where id = ?", [order_id]))
    if not orders:
        return None
    return {
        "id": None,
        "orders": [{**order, "seen": list(db.query(_SEEN, [order_id]))} for order in orders],
        "items": list(db.query(_IN_ORDER, [order_id])),
        "deadlines": deadlines_of_order(db, order_id),
        "numbers": [],
        "events": [],
    }


def print_order(out: Console, told: Mapping[str, Any]) -> None:
    """An order as `order_json` gives it."""
    for order in told["orders"]:
        out.print(Text(f"order {_said(order['id'])}", "bold"), Text("  no parcel is known"), sep="")
        for label, value in _facts(order):
            out.print(Text(f"   {label:<12}{_said(value)}"), soft_wrap=True)
        print_deadlines(out, told["deadlines"])
        _print_items(out, told["items"])
        for seen in order["seen"]:
            out.print(Text(f"   seen on {_seen(seen)}", "dim"), soft_wrap=True)


def print_orders(
    out: Console, orders: Sequence[Mapping[str, Any]], items: Sequence[Mapping[str, Any]]
) -> None:
    """The orders of a parcel, a line for each, and under it what of it is in the parcel."""
    for order in orders:
        parts = (
            f"order {order['id']}",
            order["store"],
            f"placed {order['placed_on'] or order['placed_text']}"
            if order["placed_on"] or order["placed_text"]
            else None,
            _money(order["total"], order["currency"]),
            order["status"],
            _protected(order),
        )
        line = " · ".join(text for part in parts if (text := _said(part)))
        print_hung(out, Text("   "), Text(line), 3)
        _print_items(out, [item for item in items if item["order_id"] == order["id"]])


def print_deadlines(out: Console, deadlines: Iterable[Mapping[str, Any]]) -> None:
    """The last safe days of orders, a line for each order; each as the view `deadlines` has it."""
    by_order: dict[str, list[str]] = {}
    for one in deadlines:
        by_order.setdefault(one["order_id"], []).append(f"{SAID[What(one['what'])]}: {one['due_on']}")
    for order_id, said in by_order.items():
        whose = f"order {order_id}: " if len(by_order) > 1 else ""
        print_hung(out, Text("   "), Text(_said(whose + " · ".join(said))), 3)


def _print_items(out: Console, items: Iterable[Mapping[str, Any]]) -> None:
    for item in items:
        count = f"{item['quantity']} × " if item["quantity"] is not None else ""
        name = _said(item["title"]) or f"product {_said(item['product_id']) or 'without a name'}"
        variant = f" ({sku})" if (sku := _said(item["sku"])) else ""
        print_hung(out, Text("      "), Text(f"{count}{name}{variant}"), 6)


def _facts(order: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is known of an order, as label and value; what is not known is left out."""
    dates = (
        ("placed", order["placed_on"] or order["placed_text"]),
        ("paid", order["paid_on"]),
        ("shipped", order["shipped_on"]),
        ("finished", order["finished_on"]),
    )
    facts = (
        *dates,
        ("status", order["status"]),
        ("store", order["store"]),
        ("total", _money(order["total"], order["currency"])),
        ("refund", order["refund_text"]),
        ("protection", order["protection_ends_on"]),
        ("", order["protection_text"]),
    )
    return [(label, value) for label, value in facts if value]


def _protected(order: Mapping[str, Any]) -> str | None:
    return f"protected until {order['protection_ends_on']}" if order["protection_ends_on"] else None


def _money(amount: str | None, currency: str | None) -> str | None:
    return f"{amount} {currency or ''}".strip() if amount else None


def _seen(seen: Mapping[str, Any]) -> str:
    where = " ".join(_said(seen[key]) for key in ("portal", "account", "page") if seen[key])
    first, last = (str(seen[key])[:10] for key in ("first_seen_at", "last_seen_at"))
    return f"{where}: {first}" + (f" to {last}" if last != first else "")


def _said(value: object) -> str:
    """A value on one line, without what could steer a terminal."""
    return "" if value is None else one_line(str(value))
