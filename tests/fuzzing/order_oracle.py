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


def invented(readings: Sequence[Reading], texts: Sequence[str]) -> Iterator[str]:
    """A line for each order, item or number in `readings` that no part of the page's `texts` shows."""
    parts = [f"{_bare(_TAG.sub('', part))} {_bare(part)}" for text in texts for part in _parts(text)]
    whole = " ".join(parts)
    for reading in readings:
        for order_id, times in Counter(order.id for order in reading.orders).items():
            if times > 1:
                yield f"order {order_id} is read {times} times"
        for order in reading.orders:
            if not any(_shows(part, order) for part in (*parts, whole if len(reading.orders) == 1 else "")):
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


def _parts(text: str) -> Iterator[str]:
    """What may speak of one order: each object of a reply with all in it, each card, the text as it is."""
    try:
        value = document(text)
    except PayloadError:
        value = None
    yield from _objects(value, 0)
    yield from _CARD.split(text)
    yield text


def _objects(value: object, depth: int) -> Iterator[str]:
    if depth > _MOST_DEEP:
        return
    if isinstance(value, dict):
        yield json.dumps(value, ensure_ascii=False)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner, depth + 1)
