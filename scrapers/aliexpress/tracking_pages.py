"""The tracking page read from its markup, in three generations: where no data came, and to check what came.

Known from other people's selectors and short quotes, not from whole pages: today's ("v2", since late 2024),
the one before ("v1", 2023 and 2024), and the page on track.aliexpress.com (2022 to 2024), which alone prints
a zone with every row. Class names end in a hash that changes with every build: only their beginnings count.

A row of today's page may hold several texts of one class: the event, then its location, then a remark of the
carrier. The remark can hold the recipient's name, and any of the three can be missing. So the first is the
event; of the others only one that has the form in which locations were seen ("City,UF") is read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from selectolax.lexbor import LexborNode

from scrapers.aliexpress.mtop import NAME
from scrapers.aliexpress.states import ERROR_TITLE, Document, Kind, order_in, parts_of
from scrapers.aliexpress.tracking_data import usable
from scrapers.aliexpress.tracking_times import without_place, without_zone
from scrapers.contract import LayoutChanged, Reading, RelatedNumber, Row
from scrapers.orders import Item
from scrapers.select import Tree, collapse, maybe, text_of
from scrapers.vocabulary import normal
from scrapers.words import Outcome


@dataclass(frozen=True, slots=True)
class _Layout:
    """One generation of the page: how its class names begin, what marks it, where its number stands."""

    name: str
    classes: str
    page: str
    number: tuple[str, ...]

    def part(self, name: str) -> str:
        return f'[class*="{self.classes}--{name}"]'


V2 = _Layout(
    "v2",
    "logistic-info-v2",
    ".tracking-page-layout-v2",
    ('[class*="logistic-info-v2--mailNoValue"]', '[class*="logistic-info-v2--mailNo--"]'),
)
V1 = _Layout("v1", "logistic-info", ".tracking-page-pc-wrap", ('[class*="logistic-info--mailNo"]',))
PAGE_OF_2022 = "2022"
LAYOUTS = (V2.name, V1.name, PAGE_OF_2022)

HEADLINE = ('[class*="arrival-time-v2--title"]', '[class*="arrival-time--title"]')
TABS = '[class*="tab-list-v2--tab--"]'
TITLES, VARIANTS = '[class*="package-items-v2--productTitle"]', '[class*="package-items-v2--skuText"]'
MODULE, STEPS = ".tracking-module", "ul.ship-steps > li"
#: What the page of 2022 shows of an order of which nothing was sent.
REST_OF_2022 = (".status-title-text", ".service-upgraded", ".address-detail")
#: What it shows only of what was sent.
SENT_IN_2022 = ("ul.ship-steps", "span.full-number", 'a[href*="global.cainiao.com/detail.htm"]')
CAINIAO_LINK = 'a[href*="global.cainiao.com/detail.htm"]'

#: "Logistics information has not been updated yet.", "Sorry, there is no updated logistics information"
NO_UPDATE = ("logistics information has not been updated yet", "there is no updated logistics information")
#: The button under rows that are unfolded, were it to stay: these words are not known from a page.
_UNFOLDED = re.compile(r"(?:view|show|see) less|collapse|hide", re.IGNORECASE)
_CITY = re.compile(r"[^\W\d][\w .'’()-]{1,60},\s?[A-Z]{2,3}")
_TOKEN = re.compile(r"[A-Za-z0-9]{6,40}")
_MOST_ROWS = 1000


def tracking_page(document: Document) -> tuple[Reading, ...] | None:
    """What the markup shows of the order's packages; None if this is no tracking page. Raises LayoutChanged.

    Of several packages only the chosen one stands in the markup: its reading is not complete.
    """
    if document.kind not in (Kind.TRACKING, None):
        return None
    root = document.root
    order = order_in(document.page.url)
    orders = () if order is None else (order,)
    shown = [
        layout
        for layout in (V2, V1)
        if maybe(root, (layout.page, layout.part("node"), layout.part("mailNo"))) is not None
    ]
    with_rows = [layout for layout in shown if _nodes(root, layout)]
    modules = [] if with_rows else root.css(MODULE)
    if shown and not modules:
        return (replace(_package(root, (with_rows or shown)[0]), order_ids=orders),)
    if modules:
        parts: list[Tree] = list(modules) if len(modules) > 1 else [root]
        return tuple(replace(_module(part), order_ids=orders) for part in parts)
    if maybe(root, ERROR_TITLE) is not None:
        return (replace(_error(root), order_ids=orders),)
    if document.kind is None:
        return None
    # An empty rest is what a comment leaves that nothing closed.
    has_rest = any(text_of(root, part) is not None for part in REST_OF_2022)
    is_without_steps = has_rest and maybe(root, SENT_IN_2022) is None
    if is_without_steps or _says_no_update(document.words):
        return (Reading(Outcome.NO_EVENTS_YET, order_ids=orders),)
    raise LayoutChanged(NAME, V2.part("node"))


def package_tabs(document: Document) -> int:
    """How many packages the page has tabs for; 0 where it has none, for a single package."""
    return len(document.root.css(TABS))


def _package(root: Tree, layout: _Layout) -> Reading:
    found = _nodes(root, layout)
    rows, bad = _rows(found, layout)
    if not rows:
        if maybe(root, ERROR_TITLE) is not None:
            return _error(root)
        if bad or not _says_no_update(text_of(root, "body") or ""):
            raise LayoutChanged(NAME, layout.part("nodeDesc"))
    problems = [f"{bad} rows have no text"] if bad else []
    tabs = len(root.css(TABS))
    if tabs > 1:
        problems.append(f"1 of {tabs} packages is shown; the others are not in the page")
    button = maybe(root, layout.part("viewMoreBtn"))
    if button is not None and not _UNFOLDED.search(button.text()):
        problems.append("older rows are hidden until somebody asks for them")
    return Reading(
        outcome=Outcome.OK if rows else Outcome.NO_EVENTS_YET,
        number=_number(root, layout),
        rows=rows,
        complete=not problems,
        rows_bad=bad,
        problems=tuple(problems),
        layout=layout.name if rows else None,
        status_text=text_of(root, HEADLINE),
        items=_items(root),
    )


def _nodes(root: Tree, layout: _Layout) -> list[LexborNode]:
    """The elements that are a row each: by their class, else by being what holds one row's texts."""
    if rows := root.css(layout.part("node--")):
        return rows[:_MOST_ROWS]
    for holder in (layout.part("track--"), layout.part("trackWrap")):
        held = root.css(holder)
        if len(held) == 1:
            held = [child for child in held[0].iter() if child.css_first(layout.part("nodeDesc")) is not None]
        if held:
            return held[:_MOST_ROWS]
    return []


def _rows(found: Sequence[LexborNode], layout: _Layout) -> tuple[tuple[Row, ...], int]:
    rows = [None if _holds_several(node, layout) else _row(node, layout) for node in found]
    shown = tuple(row for row in rows if row is not None)
    return shown, len(rows) - len(shown)


def _holds_several(node: LexborNode, layout: _Layout) -> bool:
    """Whether an element that should be one row holds the parts of others."""
    rows = [one for one in node.css(layout.part("node--")) if one.mem_id != node.mem_id]
    return bool(rows) or any(len(node.css(layout.part(part))) > 1 for part in ("nodeTitle", "nodeTime"))


def _row(node: LexborNode, layout: _Layout) -> Row | None:
    texts = [text for part in node.css(layout.part("nodeDesc")) if (text := collapse(part.text()))]
    title = text_of(node, layout.part("nodeTitle"))
    if not texts and title is None:
        return None
    description = texts[0] if texts else title or ""
    before, time = without_place(text_of(node, layout.part("nodeTime")) or "")
    time, zone = without_zone(time)
    return Row(
        description=description,
        time_text=time or None,
        offset_text=zone,
        place=next((text for text in texts[1:] if _CITY.fullmatch(text)), None) or collapse(before),
        note=title if title != description else None,
    )


def _number(root: Tree, layout: _Layout) -> str | None:
    """The number in the block that holds it, whatever label and button stand beside it."""
    for selector in layout.number:
        block = maybe(root, selector)
        if block is None:
            continue
        texts = [block.text(separator=" "), *(child.text() for child in block.css("span"))]
        for text in reversed(texts):
            tokens = [usable(token) for token in _TOKEN.findall(text)]
            named = [token for token in tokens if token is not None]
            if len(named) == 1:
                return named[0]
    return None


def _items(root: Tree) -> tuple[Item, ...]:
    titles = [collapse(node.text()) for node in root.css(TITLES)]
    variants: list[str | None] = [collapse(node.text()) for node in root.css(VARIANTS)]
    if len(variants) != len(titles):  # an item without a variant has no such element: whose are they?
        variants = [None] * len(titles)
    return tuple(Item(title=title, sku=sku) for title, sku in zip(titles, variants, strict=True) if title)


def _error(root: Tree) -> Reading:
    """What stands in the headline's place: that nothing is known yet, or that something failed."""
    said = text_of(root, ERROR_TITLE)
    if said is not None and _says_no_update(said):
        return Reading(Outcome.NO_EVENTS_YET, status_text=said)
    problems = () if said is None else (f"the page says: {said[:200]}",)
    return Reading(Outcome.UNAVAILABLE, complete=False, problems=problems, status_text=said)


def _says_no_update(text: str) -> bool:
    plain = normal(text[:5_000])
    return any(words in plain for words in NO_UPDATE)


def _module(part: Tree) -> Reading:
    """One package of the page of 2022: its own part of the page, or the whole page if it is the only one."""
    steps = part.css(STEPS)[:_MOST_ROWS]
    rows = tuple(row for step in steps if (row := _step(step)) is not None)
    if not rows and (steps or not _says_no_update(text_of(part, MODULE) or "")):
        raise LayoutChanged(NAME, f"{MODULE} {STEPS} > p.text")
    bad = len(steps) - len(rows)
    named = _linked(part)
    shown = usable(text_of(part, ("span.full-number > a", "span.full-number")))
    number = shown if shown is not None else next(iter(named), None)
    return Reading(
        outcome=Outcome.OK if rows else Outcome.NO_EVENTS_YET,
        number=number,
        rows=rows,
        complete=not bad,
        rows_bad=bad,
        problems=(f"{bad} rows have no text",) if bad else (),
        layout=PAGE_OF_2022 if rows else None,
        status_text=text_of(part, ".status-title-text"),
        related_numbers=tuple(RelatedNumber(other) for other in named if other != number),
    )


def _step(step: LexborNode) -> Row | None:
    head, text = text_of(step, "p.head"), text_of(step, "p.text")
    description = text or head
    if description is None:
        return None
    return Row(
        description=description,
        time_text=text_of(step, "p.time"),
        offset_text=text_of(step, "p.timezone"),
        note=head if head != description else None,
    )


def _linked(node: Tree) -> list[str]:
    """The numbers in the link to Cainiao's own page about the package."""
    link = maybe(node, CAINIAO_LINK)
    query = parts_of("" if link is None else link.attributes.get("href") or "").query
    try:
        lists = parse_qs(query, max_num_fields=50).get("mailNoList", [])
    except ValueError:
        return []
    numbers = (number.strip() for text in lists for number in text.split(","))
    return list(dict.fromkeys(number for number in numbers if usable(number) is not None))
