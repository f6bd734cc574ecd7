"""HTML written anew: tags, classes and ids as they were, texts and values as far as the allow-list lets them.

Comments, scripts and styles are emptied but for the texts that the portal's parser looks for in a whole page,
and for JSON that scripts hold, which is scrubbed as a reply is.
"""

import html
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collector.kit.scrubbing.replies import scrubbed_text
from collector.kit.scrubbing.scripts import scrubbed_script
from collector.kit.scrubbing.scrubber import Scrubber
from scrapers.select import tree

_VOID_TOLD = "area base br col embed hr img input link meta param source track wbr"
VOID = frozenset(_VOID_TOLD.split())
#: Elements whose text is no text of the page.
_EMPTIED_TOLD = "style noframes iframe object embed applet template"
EMPTIED = frozenset(_EMPTIED_TOLD.split())
_TAG = re.compile(r"[a-z][a-z0-9-]{0,40}")
#: Such a name would make the rest of the page text.
_RENAMED = {"plaintext": "pre", "xmp": "pre", "listing": "pre"}
_NAMES_TOLD = "class id role type name for headers itemprop slot is property"
NAMES = frozenset(_NAMES_TOLD.split())
_LINKS_TOLD = "href src action formaction data-src poster cite data-href data-url"
LINKS = frozenset(_LINKS_TOLD.split())
#: Values of these are texts, like those of every `data-*` and `aria-*`.
_TEXTS_TOLD = """
title alt placeholder content label value summary datetime lang dir charset method rel
"""
TEXTS = frozenset(_TEXTS_TOLD.split())
_PLAIN_TOLD = """
colspan rowspan hidden disabled checked selected open readonly required tabindex width height
"""
PLAIN = frozenset(_PLAIN_TOLD.split())
_PLAIN_VALUE = re.compile(r"[0-9]{0,4}%?|hidden|disabled|checked|selected|open|readonly|required|true|false")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_DATA_NAME = re.compile(r"(?:data|aria)-(?!.*\d{4})[a-z0-9-]{1,40}")
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
#: Round trips until markup reads back as it was written.
_ROUNDS = 6


class NoMarkup(ValueError):
    """The markup is nested too deeply, or never reads back as it was written."""


def scrubbed_page(text: str, scrubber: Scrubber) -> str:
    """A document scrubbed; a part of one stays a part. Raises NoMarkup."""
    is_part = re.search(r"<(?:html|body|head)[\s>]", text, re.IGNORECASE) is None
    is_cut = not is_part and re.search(r"</html\s*>", text, re.IGNORECASE) is None
    for _ in range(_ROUNDS):
        document = tree(text)
        if document.root is None or (not document.root.css_first("*") and text.strip()):
            raise NoMarkup
        before, text = text, _written(document, scrubber, is_part=is_part)
        if text == before:
            return text.removesuffix("</html>") if is_cut else text
    raise NoMarkup


def scrubbed_part(text: str, scrubber: Scrubber) -> str:
    """Markup within a reply, without the tags it does not need."""
    try:
        return scrubbed_page(text, scrubber)
    except NoMarkup:
        return scrubber.text(re.sub("[<>]", " ", text))


def _written(document: LexborHTMLParser, scrubber: Scrubber, *, is_part: bool) -> str:
    start = document.body if is_part else document.root
    if start is None:
        raise NoMarkup
    out: list[str] = []
    if not is_part:
        out.append("<!DOCTYPE html>")
    waiting: list[LexborNode | str] = list(reversed(_children(start))) if is_part else [start]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            out.append(node)
        elif node.is_text_node:
            out.append(_escaped(_text(node.text_content or "", scrubber)))
        elif node.is_comment_node:
            out.append(_comment(node, scrubber))
        elif node.is_element_node:
            waiting.extend(_element(node, scrubber, out))
    return "".join(out)


def _element(node: LexborNode, scrubber: Scrubber, out: list[str]) -> list[LexborNode | str]:
    """Writes the beginning of an element; what follows of it, last things first."""
    name = _RENAMED.get(node.tag or "", node.tag or "")
    tag = name if _TAG.fullmatch(name) else "x-x"
    out.append(f"<{tag}{_attributes(node, scrubber)}>")
    if tag in VOID:
        return []
    if tag == "script":
        out.append(scrubbed_script(node, scrubber, lambda part: scrubbed_part(part, scrubber)))
        return [f"</{tag}>"]
    if tag in EMPTIED:
        scrubber.found["styles and frames"] += node.first_child is not None
        return [f"</{tag}>"]
    return [f"</{tag}>", *reversed(_children(node))]


def _children(node: LexborNode) -> list[LexborNode]:
    found = []
    child = node.first_child
    while child is not None:
        found.append(child)
        child = child.next
    return found


def _text(text: str, scrubber: Scrubber) -> str:
    return (
        scrubbed_text(text, scrubber, lambda inner: scrubber.text(re.sub("[<>]", " ", inner)))
        if text.strip()
        else text
    )


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace("\u00a0", "&nbsp;")


def _comment(node: LexborNode, scrubber: Scrubber) -> str:
    """A comment with what the parser looks for, None of any other."""
    marks = scrubber.marks(node.text_content or node.comment_content or "")
    scrubber.found["comments"] += 1
    return f"<!--{marks}-->" if marks and "--" not in marks else ""


def _attributes(node: LexborNode, scrubber: Scrubber) -> str:
    kept = []
    for name, value in node.attributes.items():
        made = _attribute(name, value or "", node, scrubber)
        scrubber.found["attributes"] += made != (value or "")
        if made is not None:
            kept.append(f' {name}="{html.escape(made)}"' if value is not None else f" {name}")
    return "".join(kept)


def _attribute(name: str, value: str, node: LexborNode, scrubber: Scrubber) -> str | None:
    """What of an attribute's value stays, None if the attribute does not."""
    if name in NAMES:
        return " ".join(scrubber.name(word) for word in value.split())
    if name in LINKS:
        return scrubber.addresses.cleaned(value) if value.strip() else value
    if name in PLAIN:
        return value if _PLAIN_VALUE.fullmatch(value) else ""
    if name == "lang":
        return value if _LANGUAGE.fullmatch(value) else ""
    if name == "style":
        return ";".join(re.sub(r"\s", "", found.lower()) for found in _UNSEEN.findall(value)) or None
    if name == "value" and (node.attributes.get("type") or "").lower() in ("hidden", "password"):
        number = scrubber.numbered(value)
        return number if scrubber.numbers.is_invented(number) else ""
    if name in TEXTS or _DATA_NAME.fullmatch(name) or name in scrubber.allowed.names:
        return _text(value, scrubber)
    return None
