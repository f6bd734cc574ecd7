"""What may be said of orders and parcels on a broken page: nothing that does not stand on it.

Cruder than the parsers: a text counts as shown if it stands anywhere in the part of the page that names its
order. In a reply that part is an object, and all it holds; in markup it is a card of the list, or the page.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple

from scrapers.contract import Reading
from scrapers.orders import Order
from scrapers.payload import PayloadError, document

_IGNORED = re.compile(r"[\W_\ufffd]+")
_TAG = re.compile(r"<(?=[a-zA-Z/!?])[^<>]*>?")
_CARD = re.compile(r"""(?=<[a-zA-Z][^\s<>]*\s[^<>]*class="?(?:[^"<>]*\s)?order-item["\s>])""")
#: Words of ours between texts that are several on the page.
_JOINS = re.compile(r" · |, |: ?")
_MOST_DEEP = 60
#: Stands once in what a reply says of one order in a list.
_LINES = '"orderLines"'


def invented(readings: Sequence[Reading], texts: Sequence[str]) -> Iterator[str]:
    """A line for each order, item or number in `readings` that no part of the page's `texts` shows."""
    parts = [_readable(part) for text in texts for part in _parts(text)]
    whole = " ".join(_readable(form) for text in texts for form in (text, *_objects(_json(text), 0, most=99)))
    for reading in readings:
        for order_id, times in Counter(order.id for order in reading.orders).items():
            if times > 1:
                yield f"order {order_id} is read {times} times"
        for order in reading.orders:
            if not any(_shows(part, order) for part in (parts if len(reading.orders) > 1 else [whole])):
                yield f"{order} does not stand on the page like that"
        numbers = (reading.number, *(related.number for related in reading.related_numbers))
        named = (*numbers, *reading.order_ids, *(text for item in reading.items for text in astuple(item)))
        missing = [text for text in named if isinstance(text, str) and not _all_in(text, whole)]
        if missing:
            yield f"{missing[0]!r} does not stand on the page"


def _shows(part: str, order: Order) -> bool:
    texts = (
        *(order.id, order.status_text, order.status_code, order.placed_text, order.paid_text),
        *(order.shipped_text, order.finished_text, order.store, order.total_text, order.total),
        *(order.currency, order.destination_country, order.refund_text),
        *(text for item in order.items for text in astuple(item)),
        *(text for one in order.protection for text in (one.text, one.date_text)),
    )
    return all(_all_in(text, part) for text in texts if isinstance(text, str))


def _all_in(text: str, part: str) -> bool:
    return all(_bare(piece) in part for piece in _JOINS.split(text))


def _bare(text: str) -> str:
    """Letters and digits alone: prices are split over elements, white space and signs differ."""
    return _IGNORED.sub("", html.unescape(text.encode("utf-8", "replace").decode()))


def _readable(part: str) -> str:
    """What stands between the tags of a part, run together, then all of it: addresses name orders, too."""
    return f"{_bare(_TAG.sub('', part))} {_bare(part)}"


def _parts(text: str) -> Iterator[str]:
    """What may speak of one order: each object of a reply with all in it, each card of a page."""
    value = _json(text)
    yield from _CARD.split(text) if value is None else _objects(value, 0, most=1)


def _json(text: str) -> object:
    try:
        return document(text)
    except PayloadError:
        return None


def _objects(value: object, depth: int, *, most: int) -> Iterator[str]:
    """The objects in `value` that hold at most so many orders."""
    if depth > _MOST_DEEP:
        return
    if isinstance(value, dict):
        written = json.dumps(value, ensure_ascii=False)
        if written.count(_LINES) <= most:
            yield written
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner, depth + 1, most=most)
