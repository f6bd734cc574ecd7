"""The building blocks of an order page's reply: components by tag, in the order the page shows them.

`data.data` maps names to `{"tag", "fields", ...}` in no order; `data.hierarchy.structure` maps a name to the
names shown within it. Names end in a number the shop's editors may change, or in an order's id.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scrapers.aliexpress.mtop import Reply
from scrapers.payload import Record, record_at, string_at

ORDER_ID = re.compile(r"[0-9]{10,22}")

_SUFFIX = re.compile(r"_(?:sv[0-9]+-)?[0-9]+$")
_DIGITS = re.compile(r"[0-9]{1,22}")


@dataclass(frozen=True, slots=True)
class Component:
    """One block of a page. `fields` is None where it is no object."""

    name: str
    tag: str
    own_id: str | None
    fields: Record | None


def components(reply: Reply) -> dict[str, Component]:
    """The components of `reply` by name, in the order of its keys."""
    held = record_at(reply.data, "data")
    return {name: _component(name, value) for name, value in held.items()}


def structure(reply: Reply) -> dict[str, tuple[str, ...]]:
    """Which names stand within which, in the order shown; empty where the reply does not say."""
    held = record_at(record_at(reply.data, "hierarchy"), "structure")
    return {
        parent: tuple(name for name in names if isinstance(name, str))
        for parent, names in held.items()
        if isinstance(names, list)
    }


def as_shown(found: Mapping[str, Component], within: Mapping[str, tuple[str, ...]]) -> tuple[Component, ...]:
    """The components from the top of the page to its end; those the structure does not name come last."""
    children = {name for names in within.values() for name in names}
    waiting = [name for name in within if name not in children][::-1]
    names: dict[str, None] = {}
    while waiting:
        name = waiting.pop()
        if name not in names:
            names[name] = None
            waiting.extend(reversed(within.get(name, ())))
    names |= dict.fromkeys(found)
    return tuple(found[name] for name in names if name in found)


def fields_of(shown: Iterable[Component], tag: str) -> Iterable[Record]:
    """The fields of every component with that tag, in the order given."""
    return (one.fields for one in shown if one.tag == tag and one.fields is not None)


def tag_of(name: str) -> str:
    """The tag a component's name begins with."""
    return _SUFFIX.sub("", name)


def name_of(name: str) -> str:
    """A component's name, fit to be told to people."""
    return (string_at({"name": name}, "name") or "a component")[:80]


def digits_at(record: Record, key: str) -> str | None:
    """The id under `key`: 1 to 22 digits, as text or as a number; None for anything else."""
    value = record.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**22:
        return str(value)
    text = value.strip() if isinstance(value, str) else ""
    return text if _DIGITS.fullmatch(text) else None


def order_id_at(record: Record, *keys: str) -> str | None:
    """The order's id under the first of `keys` that is there and not null; None if it is no order's id."""
    key = next((key for key in keys if record.get(key) is not None), None)
    found = digits_at(record, key) if key is not None else None
    return found if found is not None and ORDER_ID.fullmatch(found) else None


def _component(name: str, told: object) -> Component:
    value = told if isinstance(told, dict) else {}
    fields = value.get("fields")
    return Component(
        name=name,
        tag=string_at(value, "tag", "type") or tag_of(name),
        own_id=digits_at(value, "id"),
        fields=fields if isinstance(fields, dict) else None,
    )
