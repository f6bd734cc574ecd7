"""Order pages read from the DOM: the list, and one order. What stands there when no data reply was kept."""

import re
from collections.abc import Sequence
from dataclasses import replace

from selectolax.lexbor import LexborNode

from scrapers.aliexpress.mtop import NAME
from scrapers.aliexpress.order_cards import INFO, card, filled
from scrapers.aliexpress.order_sheet import is_sheet, sheet
from scrapers.contract import LayoutChanged, Page, Reading
from scrapers.orders import Order
from scrapers.select import Tree, collapse, maybe, text_of, tree

CARD = ".order-item"
#: The list's frame. It also stands there before the cards come, and when the session has died.
FRAME = (
    ".order-main",
    ".order-content",
    ".order-wrap",
    '[data-spm="order_list_main"]',
    ".order-nav .comet-tabs",
)
MORE = ('[data-pl="order_more"]', ".order-more")
ACTIVE_TAB = (".order-nav .comet-tabs-nav-item-active", ".comet-tabs-nav-item-active")
PAGE_SIZE = 10

_COUNT = re.compile(r"[(（]\s?([0-9]{1,6})\s?[)）]$")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")


def order_list_page(page: Page) -> Reading | None:
    """The orders whose cards the page shows; None if it is not the list. Raises LayoutChanged.

    A list without any card is LayoutChanged: how an empty list looks is not known, how one without a session
    looks is. The cards of earlier pages stay on the page, so the last one shows all orders.
    """
    shown = tree(page.text)
    inner = {node.mem_id for node in shown.css(f"{CARD} {CARD}")}
    cards = [node for node in shown.css(CARD) if node.mem_id not in inner]
    if not cards:
        if maybe(shown, FRAME) is None:
            return None
        raise LayoutChanged(NAME, f"div{CARD} in the list of orders")
    orders, problems, bad = _orders(cards)
    if not orders:
        raise LayoutChanged(NAME, f"orderId= in the links of div{CARD}")
    has_more = _has_more(shown)
    problems += _unshown(shown, len(orders) + bad, has_more)
    return Reading(
        orders=orders,
        has_more=has_more,
        complete=not problems,
        rows_bad=bad,
        problems=tuple(problems),
        language=_language(shown),
    )


def order_detail_page(page: Page) -> Reading | None:
    """The one order of a detail page; None if it is not one. Raises LayoutChanged."""
    shown = tree(page.text)
    if not is_sheet(shown):
        return None
    told = sheet(shown, page.url)
    if told is None:
        raise LayoutChanged(NAME, "the order's id in .order-detail-order-info .info-row")
    order = told.order
    if not (order.items or order.placed_text or order.status_text):
        raise LayoutChanged(NAME, ".order-detail-item-content, .info-row or .order-block-title")
    return Reading(
        complete=not told.problems,
        problems=told.problems,
        language=_language(shown),
        estimate_from_on=told.estimate[0],
        estimate_to_on=told.estimate[1],
        order_ids=(order.id,),
        orders=(order,),
    )


def crosschecked(payload: Reading, dom: Reading, *, is_first_page: bool) -> Reading:
    """`payload`, held against what the page showed at the same time.

    An order only the page shows makes the reading incomplete. On later pages of the list this is no fault:
    the page keeps the cards of earlier ones, the data are of the newest alone.
    """
    known = {order.id for order in payload.orders}
    unknown = [order.id for order in dom.orders if order.id not in known] if is_first_page else []
    problems = tuple(f"order {one} is on the page and not in its data" for one in unknown)
    return replace(
        payload,
        complete=payload.complete and not problems,
        problems=payload.problems + problems,
        has_more=dom.has_more if payload.has_more is None else payload.has_more,
        language=payload.language or dom.language,
    )


def _orders(cards: Sequence[LexborNode]) -> tuple[tuple[Order, ...], list[str], int]:
    """The orders on the cards, a line for every card that tells none of its own, and how many cannot be read.

    Browsers write a card that is a link, and holds links, down in pieces: these are one card.
    """
    orders: dict[str, Order] = {}
    problems: list[str] = []
    bad = 0
    for position, node in enumerate(cards, start=1):
        order = card(node)
        if order is not None and _holds_another(node, order):
            bad += 1
            problems.append(f"card {position} holds another order's")
        elif order is None:
            bad += 1
            problems.append(f"card {position} has no order id")
        elif order.id not in orders:
            orders[order.id] = order
        elif node.tag == "a":
            orders[order.id] = filled(orders[order.id], order)
        else:
            problems.append(f"order {order.id} is there twice")
    return tuple(orders.values()), problems, bad


def _holds_another(node: LexborNode, order: Order) -> bool:
    """Whether the card of `order` has the card of another within it: whose is what?"""
    inner = (card(one) for one in node.css(CARD) if one.mem_id != node.mem_id)
    heads = max(len(node.css(head)) for head in INFO)
    return node.tag != "a" and (heads > 1 or any(one is None or one.id != order.id for one in inner))


def _has_more(shown: Tree) -> bool | None:
    """Whether the button that makes the list longer is there; None for its empty place."""
    place = maybe(shown, MORE)
    if place is None:
        return False
    return True if maybe(place, "button") is not None or collapse(place.text()) else None


def _unshown(shown: Tree, cards: int, has_more: bool | None) -> list[str]:
    if has_more:
        return [f"{cards} cards, though pages have {PAGE_SIZE}"] if cards % PAGE_SIZE else []
    claimed = _COUNT.search(text_of(shown, ACTIVE_TAB) or "")
    return [f"{cards} cards of {claimed[1]}"] if claimed and int(claimed[1]) > cards else []


def _language(shown: Tree) -> str | None:
    html = maybe(shown, "html[lang]")
    found = _LANGUAGE.fullmatch((html.attributes.get("lang") or "").strip()) if html is not None else None
    return found[1].lower() if found else None
