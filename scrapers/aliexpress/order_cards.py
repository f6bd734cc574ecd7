"""One card of the order list, read from the page as a browser holds it.

Class names as several tools describe them, 2023 to 2026-09. They carry no hash but for the price, whose
wrapper is known by `notranslate` or by the part of its name before the hash. No saved page was seen.
"""

import re
from collections.abc import Iterable
from dataclasses import fields, replace

from selectolax.lexbor import LexborNode

from scrapers.orders import Item, Order
from scrapers.select import collapse, maybe, text_of

PRICES = (".notranslate", '[class*="--wrap--"]')
INFO = ('[data-pl="order_item_header_info"]', ".order-item-header-right-info")
STATUS = (
    ".order-item-header-status-text",
    '[data-pl="order_item_header_status"]',
    ".order-item-header-status",
)
STORE = (".order-item-store-name", '[data-pl="order_item_store_name"]')
TITLE = (".order-item-content-info-name", '[data-pl="order_item_content_info_name"]')
TOTAL = (".order-item-content-opt-price-total", '[data-pl="order_item_content_price_total"]')
PICTURE = ".order-item-content-img"
REFUNDS = ".order-item-bottom-action .expose-info-item-title, .expose-info .expose-info-item-title"
TO_TRACKING = 'a[href*="tradeOrderId="]'
TO_PRODUCT = 'a[href*="/item/"]'

_ORDER_LINKS = ('a[href*="/p/order/detail"]', 'a[href*="orderId="]', TO_TRACKING)
_ID_IN_LINK = re.compile(r"[?&](?:orderId|tradeOrderId)=([0-9]{10,22})(?![0-9])")
_ID_IN_TEXT = re.compile(r"(?<![0-9])[0-9]{10,22}(?![0-9])")
_PRODUCT_ID = re.compile(r"/item/(?:[^/?#]*/)?([0-9]{5,22})\.html")
_LABEL = re.compile(r"[^0-9:：]{1,60}[:：]\s*")
_QUANTITY = re.compile(r"[x×хX]\s?([0-9]{1,6})|([0-9]{1,6})\s?[x×хX]")
_LOOSE = re.compile(r"(?<=[0-9])\s(?=[.,])|(?<=[0-9][.,])\s(?=[0-9])")


def card(node: LexborNode) -> Order | None:
    """The order on a card, None if no order id can be read from it."""
    info = maybe(node, INFO)
    told = [text for child in (info.iter() if info else ()) if (text := collapse(child.text()))]
    order_id = order_id_in_links(node) or _first_id(reversed(told))
    if order_id is None:
        return None
    lines = _lines(node)
    total = maybe(node, TOTAL)
    refunds = (collapse(refund.text()) for refund in node.css(REFUNDS))
    return Order(
        id=order_id,
        status_text=text_of(node, STATUS),
        placed_text=_date(told),
        store=text_of(node, STORE),
        total_text=price_in(total) if total is not None else None,
        items=tuple(item for item in lines if item is not None),
        items_claimed=len(lines) or None,
        refund_text=" · ".join(dict.fromkeys(text for text in refunds if text)) or None,
        has_tracking=True if maybe(node, TO_TRACKING) is not None else None,
    )


def filled(order: Order, other: Order) -> Order:
    """`order` with what it does not say taken from `other`."""
    empty = [field.name for field in fields(order) if getattr(order, field.name) in (None, ())]
    return replace(order, **{name: getattr(other, name) for name in empty})


def order_id_in_links(node: LexborNode) -> str | None:
    """The order's id in the node's own address, else in its best link."""
    links = (link for selector in _ORDER_LINKS for link in node.css(selector))
    found = (id_in_url(link.attributes.get("href")) for link in (node, *links))
    return next((one for one in found if one is not None), None)


def id_in_url(url: str | None) -> str | None:
    """The order's id a URL asks for."""
    found = _ID_IN_LINK.search(url or "")
    return found[1] if found else None


def id_in_text(text: str) -> str | None:
    """The first run of 10 to 22 digits in a text such as "Ref. Number: 8210000000000001Copy"."""
    found = _ID_IN_TEXT.search(text)
    return found[0] if found else None


def without_label(text: str) -> str:
    """`text` without the words before its first colon, if there are no digits among them."""
    return _LABEL.sub("", text, count=1) if _LABEL.match(text) else text


def price_in(node: LexborNode, quantity: str | None = None) -> str | None:
    """The price under `node` as printed, its split spans joined; without its label or the quantity."""
    printed = text_of(node, PRICES)
    if printed is None:
        whole = collapse(node.text()) or ""
        printed = without_label(whole.removesuffix(quantity or ""))
    return collapse(_LOOSE.sub("", printed))


def quantity_in(text: str | None) -> int | None:
    """How many: "x2", "×2", "2x"."""
    found = _QUANTITY.fullmatch(text or "")
    return int(found[1] or found[2]) or None if found else None


def product_id(node: LexborNode) -> str | None:
    """The product a node's own address, or its first link to a product, leads to."""
    links = (node, *node.css(TO_PRODUCT))
    found = (_PRODUCT_ID.search(link.attributes.get("href") or "") for link in links)
    return next((one[1] for one in found if one), None)


def _first_id(texts: Iterable[str]) -> str | None:
    return next((found for text in texts if (found := id_in_text(text))), None)


def _date(told: list[str]) -> str | None:
    """The first line with digits that holds no order id; its label is in any language."""
    dated = (text for text in told if any(c.isdecimal() for c in text) and id_in_text(text) is None)
    return next((collapse(without_label(text)) for text in dated), None)


def _lines(node: LexborNode) -> list[Item | None]:
    """One entry for each order line; None where only a picture shows that there is one."""
    lines: list[Item | None] = []
    for body in node.css(".order-item-content-body") or node.css(".order-item-content"):
        title = maybe(body, TITLE)
        lines += [_line(body, title)] if title is not None else _pictured(body)
    return lines


def _line(body: LexborNode, title: LexborNode) -> Item:
    cut = maybe(title, "[title]")
    whole = collapse((cut or title).attributes.get("title"))
    count = text_of(body, ".order-item-content-info-number-quantity")
    numbers = maybe(body, ".order-item-content-info-number")
    return Item(
        title=whole or collapse(title.text()),
        sku=text_of(body, ".order-item-content-info-sku"),
        quantity=quantity_in(count),
        price_text=price_in(numbers, count) if numbers is not None else None,
        product_id=product_id(body),
    )


def _pictured(body: LexborNode) -> list[Item | None]:
    """Of an order with several lines the card shows pictures alone; their links may name the products."""
    pictures = body.css(PICTURE)
    links = body.css(TO_PRODUCT)
    shown: Iterable[LexborNode] = links if len(links) == len(pictures) else map(_linked, pictures)
    products = [product_id(one) for one in shown]
    return [Item(product_id=one) if one is not None else None for one in products]


def _linked(picture: LexborNode) -> LexborNode:
    """The link a picture stands in, else the picture, which may have one within."""
    around = picture.parent
    return around if around is not None and around.tag == "a" else picture
