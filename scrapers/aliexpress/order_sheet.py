"""The detail page of one order, read from the page as a browser holds it.

Class names as several tools describe them, 2023 to 2026-09; no saved page was seen. Rows of dates stand there
only once there is a date, so they are known by their labels and never by their place. The address and the
contact are never looked at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from scrapers.aliexpress.order_cards import (
    TO_TRACKING,
    id_in_text,
    id_in_url,
    order_id_in_links,
    price_in,
    product_id,
    quantity_in,
    without_label,
)
from scrapers.aliexpress.order_fields import span
from scrapers.orders import Item, Order
from scrapers.select import Tree, collapse, maybe, text_of
from scrapers.vocabulary import normal

FACTS = ".order-detail-order-info"
ROW = f"{FACTS} .info-row"
STATUS = (
    ".order-status .order-block-title",
    ".order-status-content .order-block-title",
    ".order-status-title",
)
LINES = (".order-detail-item-content", ".order-detail-item-content-wrap")
STORES = ".order-detail-item-store .store-name"
ESTIMATES = ".order-detail-item-track-eta-text"
TRACKING = f'a.track-detail[href], a[href*="/p/tracking/"], {TO_TRACKING}'
#: All rows but the first are not there until a person unfolds them.
FOLDED = f"{FACTS} .has-switch:not(.expand-info)"
#: What makes a page this one.
MARKS = (FACTS, ".order-detail-item", *LINES)

#: Labels seen on pages, of 2024 to 2026-09.
SEEN = {
    "Order ID": "id",
    "Ref. Number": "id",
    "Order placed on": "placed_text",
    "Paid on": "paid_text",
    "Shipment completed on": "shipped_text",
    "Order completed on": "finished_text",
    "Payment method": "",
    "Total": "total_text",
}
#: Labels nobody has reported: what the page may say in these languages.
INVENTED = {
    "Bestellnummer": "id",
    "Referenznummer": "id",
    "Bestellt am": "placed_text",
    "Bestellung aufgegeben am": "placed_text",
    "Bezahlt am": "paid_text",
    "Versand abgeschlossen am": "shipped_text",
    "Bestellung abgeschlossen am": "finished_text",
    "Zahlungsmethode": "",
    "Zahlungsart": "",
    "Gesamt": "total_text",
    "Gesamtsumme": "total_text",
    "Número de pedido": "id",
    "Número de referencia": "id",
    "Pedido realizado el": "placed_text",
    "Pagado el": "paid_text",
    "Envío completado el": "shipped_text",
    "Pedido completado el": "finished_text",
    "Método de pago": "",
    "Numéro de commande": "id",
    "Numéro de référence": "id",
    "Commande passée le": "placed_text",
    "Payé le": "paid_text",
    "Expédition terminée le": "shipped_text",
    "Commande terminée le": "finished_text",
    "Mode de paiement": "",
    "Numero ordine": "id",
    "Numero di riferimento": "id",
    "Ordine effettuato il": "placed_text",
    "Pagato il": "paid_text",
    "Spedizione completata il": "shipped_text",
    "Ordine completato il": "finished_text",
    "Metodo di pagamento": "",
    "Totale": "total_text",
    "Número do pedido": "id",
    "Número de referência": "id",
    "Pedido feito em": "placed_text",
    "Pago em": "paid_text",
    "Envio concluído em": "shipped_text",
    "Pedido concluído em": "finished_text",
    "Método de pagamento": "",
    "Forma de pagamento": "",
}
_LABELS: Mapping[str, str] = {normal(label): field for label, field in (INVENTED | SEEN).items()}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The order of a detail page, ISO days of delivery where told in English, and what could not be read."""

    order: Order
    estimate: tuple[str | None, str | None]
    problems: tuple[str, ...]


def is_sheet(page: Tree) -> bool:
    """Whether the page is that of one order."""
    return maybe(page, MARKS) is not None


def sheet(page: Tree, url: str) -> Sheet | None:
    """What a detail page says; None if it does not say of which order."""
    facts, unknown = _facts(page)
    order_id = facts.get("id") or _linked_id(page) or id_in_url(url)
    if order_id is None:
        return None
    items = tuple(item for node in _all(page, LINES) if (item := _item(node)) is not None)
    stores = (collapse(store.text()) for store in page.css(STORES))
    order = Order(
        id=order_id,
        status_text=text_of(page, STATUS),
        placed_text=facts.get("placed_text"),
        paid_text=facts.get("paid_text"),
        shipped_text=facts.get("shipped_text"),
        finished_text=facts.get("finished_text"),
        store=" · ".join(dict.fromkeys(store for store in stores if store)) or None,
        total_text=_total(page),
        items=items,
        has_tracking=True if maybe(page, TRACKING) is not None else None,
    )
    problems = [f"{unknown} rows with unknown labels"] if unknown else []
    problems += ["the rows of dates are folded"] if maybe(page, FOLDED) is not None else []
    problems += [] if items else [f"order {order_id}: no lines are there"]
    estimate = span(collapse(node.text()) for node in page.css(ESTIMATES))
    return Sheet(order, estimate, tuple(problems))


def _facts(page: Tree) -> tuple[dict[str, str], int]:
    """The rows with known labels, by field, and how many have an unknown one."""
    facts: dict[str, str] = {}
    unknown = 0
    for row in page.css(ROW):
        label, value = _parted(row)
        field = _LABELS.get(normal(label))
        if field is None:
            unknown += 1
        elif field == "id":
            found = id_in_text(value)
            facts |= {"id": found} if found else {}
        elif field and any(c.isdecimal() for c in value):
            facts[field] = value
    return facts, unknown


def _parted(row: LexborNode) -> tuple[str, str]:
    """A row's label and value: parted by a colon, else by the end of its first element."""
    text = collapse(row.text()) or ""
    value = collapse(without_label(text)) or ""
    if value == text:
        first = next(iter(row.iter()), None)
        label = collapse(first.text()) if first is not None else None
        value = text.removeprefix(label or "").strip()
    return text.removesuffix(value), value


def _linked_id(page: Tree) -> str | None:
    return next((found for node in page.css(TRACKING) if (found := order_id_in_links(node))), None)


def _total(page: Tree) -> str | None:
    for row in page.css(".order-price .order-price-item"):
        label = (text_of(row, ".left-col") or "").rstrip(" :：")
        if _LABELS.get(normal(label)) == "total_text":
            value = maybe(row, ".right-col")
            return price_in(value) if value is not None else None
    return None


def _all(page: Tree, selectors: Iterable[str]) -> list[LexborNode]:
    return next((found for selector in selectors if (found := page.css(selector))), [])


def _item(node: LexborNode) -> Item | None:
    count = text_of(node, ".item-price-quantity")
    price = maybe(node, (".item-price > div", ".item-price"))
    title = text_of(node, (".item-title a", ".item-title"))
    product = product_id(node)
    if title is None and product is None:
        return None
    return Item(
        title=title,
        sku=text_of(node, ".item-sku-attr"),
        quantity=quantity_in(count),
        price_text=price_in(price, count) if price is not None else None,
        product_id=product,
    )
