"""A page without what changes at every load: what is compared to tell whether it is stored already.

Pure, and total: a page that cannot be read as what it claims to be is compared byte for byte. It decides only
whether a page is stored again, never what is kept of it.
"""

import json
import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.contract import Canonical, Page
from scrapers.words import Role

#: Elements that carry no words of the portal, or differ at every load: code, looks and forgery tokens.
_VOLATILE_ELEMENTS = (
    "script",
    "style",
    "link[rel~='stylesheet']",
    "link[rel~='preload']",
    "link[rel~='modulepreload']",
    "link[rel~='prefetch']",
    "meta[name*='csrf' i]",
    "input[type='hidden' i][name*='csrf' i]",
    "input[type='hidden' i][name*='xsrf' i]",
    "input[type='hidden' i][name*='token' i]",
    "input[type='hidden' i][name*='nonce' i]",
    "input[type='hidden' i][name^='__VIEWSTATE' i]",
    "input[type='hidden' i][name='__EVENTVALIDATION' i]",
)
_VOLATILE_ATTRIBUTES = ("nonce", "integrity")
#: A script that hands its reply to a function: `name({...});`.
_JSONP = re.compile(r"\s*(?:/\*\*/\s*)?[A-Za-z_$][\w$.]{0,200}\s*\((?P<reply>.*)\)[;\s]*", re.DOTALL)
#: How whatever a browser makes a comment of begins.
_COMMENT = re.compile(r"<(?:!(?!(?i:doctype))|\?|/[^a-zA-Z>])")
_PASSES = 4  # re-reading a malformed page may move its elements; one that never settles is compared as is


_encoded = json.JSONEncoder().encode


class _Literal(str):
    """A JSON number or constant in the spelling it came in."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Pairs:
    """A JSON object with every pair it came with, repeated keys included."""

    items: tuple[tuple[str, object], ...]


def canonical(page: Page, rules: Canonical) -> bytes:
    """What `page` says, as bytes to compare: equal for two loads that differ only in what is volatile.

    HTML loses scripts, styles, comments, nonces, forgery tokens and what `rules` declares; JSON is written
    with sorted keys, without the declared ones, with its lists, numbers and repeated keys as they are, also
    where it is handed to a function (JSONP), whatever that is called. All else, and what cannot be read, is
    the body itself. `canonical` of its own result changes nothing.
    """
    if page.role in (Role.SCREENSHOT, Role.RECORD):
        return page.body
    try:
        text = page.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return page.body
    if "html" in page.media_type.lower() or page.role is Role.DOM:
        settled = _settled_html(text, rules)
    else:
        settled = _json(text, frozenset(rules.keys))
    return page.body if settled is None else settled.encode("utf-8")


def _settled_html(text: str, rules: Canonical) -> str | None:
    for _ in range(_PASSES):
        again = _html(text, rules)
        if again == text:
            return again
        text = again
    return None


def _html(text: str, rules: Canonical) -> str:
    parser = LexborHTMLParser(text or "<html></html>")
    root = parser.root
    if root is None:
        return text
    top = root.parent or root
    if _COMMENT.search(text):
        for comment in [node for node in top.traverse(include_text=True) if node.is_comment_node]:
            comment.decompose()
    _remove(parser, ", ".join((*_VOLATILE_ELEMENTS, *rules.selectors)))
    for attribute in (*_VOLATILE_ATTRIBUTES, *rules.attributes):
        for node in parser.css(f"[{attribute}]"):
            del node.attrs[attribute]
    return parser.html or ""


def _remove(parser: LexborHTMLParser, selector: str) -> None:
    """Removes every match. Only the outermost are touched: removing one frees all within it."""
    matches = parser.css(selector)
    marked = {node.mem_id for node in matches}
    for node in [node for node in matches if not _lies_within(node, marked)]:
        node.decompose()


def _lies_within(node: LexborNode, marked: set[int]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.mem_id in marked:
            return True
        parent = parent.parent
    return False


def _json(text: str, volatile: frozenset[str]) -> str | None:
    called = _JSONP.fullmatch(text)
    try:
        value = json.loads(
            called["reply"] if called else text,
            object_pairs_hook=lambda pairs: _Pairs(tuple(pairs)),
            parse_float=_Literal,
            parse_int=_Literal,
            parse_constant=_Literal,
        )
        return _written(value, volatile)
    except (ValueError, RecursionError):
        return None


def _written(value: object, volatile: frozenset[str]) -> str:
    if isinstance(value, str):
        return value if isinstance(value, _Literal) else _encoded(value)
    if isinstance(value, _Pairs):
        kept = sorted((pair for pair in value.items if pair[0] not in volatile), key=lambda pair: pair[0])
        pairs = ",".join(f"{_encoded(key)}:{_written(item, volatile)}" for key, item in kept)
        return "{" + pairs + "}"
    if isinstance(value, list):
        return "[" + ",".join([_written(item, volatile) for item in value]) + "]"
    return _encoded(value)
