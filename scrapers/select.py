"""Small helpers over selectolax, so that no portal module meets its corner cases."""

import re
from collections.abc import Sequence
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

Tree = LexborHTMLParser | LexborNode

_TAG = re.compile(r"<(/?)(?!(?:area|br|col|hr|img|input|link|meta|source|wbr)\b)[a-z]", re.IGNORECASE)
_MARK = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_DEEPEST = 10_000
_SPACE = re.compile(r"[\s\x00-\x1f\x7f\u00a0\u200b\ufeff]+")


def tree(html: str) -> LexborHTMLParser:
    """A parsed document; any text is accepted, an empty one gives an empty document.

    Parsing takes quadratic time in the depth of nesting, so a document nested absurdly deep counts as empty.
    """
    return LexborHTMLParser(html if html and _depth(html) <= _DEEPEST else "<html></html>")


def _depth(html: str) -> int:
    """An upper bound of how deep elements are nested: tags opened and not closed again."""
    marks = html.count("<")
    if marks <= _DEEPEST:
        return marks
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def collapse(text: str | None) -> str | None:
    """`text` trimmed, runs of white space and control characters made one space; None if empty.

    Halves of surrogate pairs become `?`.
    """
    if text is None:
        return None
    if text.isprintable() and "  " not in text:  # of white space, a plain space alone can be printed
        return text.strip() or None
    spaced = " ".join(text.split())
    return (spaced if spaced.isprintable() else _SPACE.sub(" ", sendable(spaced)).strip()) or None


def sendable(text: str) -> str:
    """`text` with halves of surrogate pairs made `?`: JSON can smuggle them in, UTF-8 cannot carry them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def without_tags(text: str | None) -> str | None:
    """A sentence without the links and other marks in it, collapsed."""
    if text and ("<" in text or "&" in text):
        text = unescape(_MARK.sub("", text))
    return collapse(text)


def maybe(node: Tree, selectors: str | Sequence[str]) -> LexborNode | None:
    """The first match of the first selector that matches, best selector first; None if none does."""
    for selector in (selectors,) if isinstance(selectors, str) else selectors:
        found = node.css_first(selector)
        if found is not None:
            return found
    return None


def text_of(node: Tree, selectors: str | Sequence[str]) -> str | None:
    """The collapsed text of the first match, None if nothing matches or it is empty."""
    found = maybe(node, selectors)
    return None if found is None else collapse(found.text())


def texts_of(node: Tree, selector: str) -> list[str | None]:
    """The collapsed text of each match, in page order; None for an empty one."""
    return [collapse(found.text()) for found in node.css(selector)]


def is_whole(html: str) -> bool:
    """Whether a text ends where a document ends, or is a part of one in which every element is closed."""
    if html.rfind(">") < html.rfind("<"):
        return False
    tail = html[max(html.rfind("</html"), 0) :]  # a later end in capitals stands in it too
    _, end, rest = tail.lower().rpartition("</html")
    slashes = _TAG.findall(rest if end else html)
    return slashes.count("") <= slashes.count("/")
