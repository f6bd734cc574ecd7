"""Rendered pages and their rows: no part of a page that was cut or broken is taken for a whole one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.contract import Page, Row
from scrapers.damage import holds_another_page, is_printed
from scrapers.select import collapse, is_whole, tree

#: Of all elements this one alone may stand anywhere in a table.
END = "<template></template>"


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered page: its tree, its text, and whether it ends where a document ends.

    unclosed  ids of the elements in which one ends that was cut
    """

    page: Page
    text: str
    root: LexborHTMLParser
    whole: bool
    unclosed: frozenset[int] = frozenset()


def document_of(page: Page, text: str) -> Document:
    """`text` as a document of `page`."""
    if is_whole(text):
        return Document(page, text, tree(text), True)
    before, _, last = text.rpartition("<")
    kept = text if ">" in last else before
    # What is added to a text stands in every element that the text leaves open, or is itself such text.
    root = tree(f"{kept}{END}")
    if _around_the_end(root)[-1].tag != "template":
        root = tree(kept)
    return Document(page, text, root, False, frozenset(node.mem_id for node in _around_the_end(root)))


def _around_the_end(root: LexborHTMLParser) -> list[LexborNode]:
    """The last node, and every one above it from the root on."""
    nodes: list[LexborNode] = []
    node = root.root
    while node is not None:
        nodes.append(node)
        node = node.last_child
    return nodes


def shown_text(document: Document) -> str:
    """The text a reader sees, with straight apostrophes. Scripts and styles are gone from the tree then."""
    document.root.strip_tags(["script", "style", "template"], recursive=True)
    text = document.root.body.text(separator=" ") if document.root.body is not None else None
    return (collapse(text) or "").replace("’", "'")


def rows_of(
    document: Document,
    selector: str,
    read: Callable[[LexborNode], Row | None],
    *,
    within: LexborNode | None = None,
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows `read` makes of what `selector` finds, in page order, and a line for each that is no row.

    An element that holds another one was not closed, and the one in which a page was cut lacks its end:
    neither is a row. No part of a row may stand behind its element. `within` is a part of the document.
    """
    rows: list[Row] = []
    problems: list[str] = []
    found = (within or document.root).css(selector)
    holders = _holding_another(found)
    for position, node in enumerate(found, start=1):
        if node.mem_id in holders:
            problems.append(f"row {position} holds other rows")
            continue
        if node.mem_id in document.unclosed:
            problems.append(f"row {position}: the page ends inside it")
            continue
        row = read(node)
        if row is None:
            problems.append(f"row {position} has no description")
        elif holds_another_page(node) or not is_printed(row):
            problems.append(f"row {position} holds parts of a page")
        else:
            rows.append(row)
    return tuple(rows), tuple(problems)


def _holding_another(found: Sequence[LexborNode]) -> set[int]:
    """The ids of those nodes that have another of them inside. Every element above is looked at once."""
    rows = {node.mem_id for node in found}
    looked_at: set[int] = set()
    holders: set[int] = set()
    for node in found:
        above = node.parent
        while above is not None and above.mem_id not in looked_at:
            looked_at.add(above.mem_id)
            if above.mem_id in rows:
                holders.add(above.mem_id)
            above = above.parent
    return holders
