"""Orders and items in the record format, both ways. Pure; see `collector.records`.

An order is an object with the keys of `scrapers.orders.Order`, an item one with those of `Item`.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from collector.record_values import RecordError, count_at, list_at, required_at, text_at
from scrapers.orders import Item, Order, Protection

_T = TypeVar("_T")

_COUNTS = frozenset({"quantity", "items_claimed"})
_OWN = frozenset({"id", "items", "protection", "has_tracking"})
_ITEM_TEXTS = tuple(f.name for f in fields(Item) if f.name not in _COUNTS)
_ORDER_TEXTS = tuple(f.name for f in fields(Order) if f.name not in _COUNTS | _OWN)


def items_at(data: Mapping[str, Any], key: str, at: str = "") -> tuple[Item, ...]:
    """The items of the list under `key`. Raises RecordError."""
    return tuple(
        _item(_object(item, f"{at}{key}[{i}]"), f"{at}{key}[{i}]") for i, item in _listed(data, key, at)
    )


def orders_at(data: Mapping[str, Any], key: str) -> tuple[Order, ...]:
    """The orders of the list under `key`. Raises RecordError."""
    return tuple(_order(_object(item, f"{key}[{i}]"), f"{key}[{i}]") for i, item in _listed(data, key))


def item_json(item: Item) -> dict[str, object]:
    """An item as JSON; what is not known is left out."""
    told = {f.name: getattr(item, f.name) for f in fields(item)}
    return {key: value for key, value in told.items() if value is not None}


def order_json(order: Order) -> dict[str, object]:
    """An order as JSON; what is not known is left out."""
    told = {name: getattr(order, name) for name in ("id", *_ORDER_TEXTS, "items_claimed", "has_tracking")}
    told["items"] = [item_json(item) for item in order.items]
    told["protection"] = [
        {"text": one.text} | ({} if one.date_text is None else {"date_text": one.date_text})
        for one in order.protection
    ]
    return {key: value for key, value in told.items() if value not in (None, [])}


def _item(data: Mapping[str, Any], at: str) -> Item:
    texts = {name: text_at(data, name, at) for name in _ITEM_TEXTS}
    return Item(**texts, quantity=_placed(count_at, data, "quantity", at))


def _order(data: Mapping[str, Any], at: str) -> Order:
    texts = {name: text_at(data, name, at) for name in _ORDER_TEXTS}
    has_tracking = data.get("has_tracking")
    if has_tracking is not None and not isinstance(has_tracking, bool):
        raise RecordError(f"{at}.has_tracking is neither true nor false")
    return Order(
        id=required_at(data, "id", at),
        items=items_at(data, "items", f"{at}."),
        items_claimed=_placed(count_at, data, "items_claimed", at),
        protection=tuple(
            _protection(_object(one, f"{at}.protection[{i}]"), f"{at}.protection[{i}]")
            for i, one in _listed(data, "protection", f"{at}.")
        ),
        has_tracking=has_tracking,
        **texts,
    )


def _protection(data: Mapping[str, Any], at: str) -> Protection:
    return Protection(required_at(data, "text", at), text_at(data, "date_text", at))


def _listed(data: Mapping[str, Any], key: str, at: str = "") -> list[tuple[int, object]]:
    return list(enumerate(_placed(list_at, data, key, at.removesuffix("."))))


def _placed(read: Callable[[Mapping[str, Any], str], _T], data: Mapping[str, Any], key: str, at: str) -> _T:
    """What `read` finds in `data`, which stands `at` some place; a refusal says where."""
    try:
        return read(data, key)
    except RecordError as error:
        raise RecordError(f"{at}.{error}" if at else str(error)) from None


def _object(item: object, at: str) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise RecordError(f"{at} is not an object")
    return item
