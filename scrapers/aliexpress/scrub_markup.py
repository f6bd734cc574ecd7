"""AliExpress' pages written anew: tags, classes and ids as they were, texts as far as `scrub_rules` let them.

Comments, scripts, styles and every attribute nobody named are left out. A script leaves white space of its
length behind (how large a page is tells something), and those few words in it that mark a check for people.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from scrapers.aliexpress import scrub_rules as rules
from scrapers.aliexpress.scrub_labels import is_label
from scrapers.aliexpress.scrub_payloads import scrubbed_reply
from scrapers.aliexpress.scrub_texts import hidden, shown
from scrapers.aliexpress.scrub_urls import cleaned_url
from scrapers.payload import PayloadError, document
from scrapers.scrubbing import Personal, mask, quoted
from scrapers.select import collapse

_NAME = re.compile(r"(?!.*\d{8})[\w-]{1,64}", re.ASCII)
_PICTURE = re.compile(r"url\(\s*[\"']?([^\"')]{1,2000})[\"']?\s*\)", re.IGNORECASE)
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BUTTONS = frozenset({"submit", "button", "reset"})
_LITERAL = frozenset({"script", "style"})
_NOTHING = _LITERAL | rules.EMPTIED


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a page something stands.

    kind    of its texts
    run     texts of one run are one text, whatever tags part them
    row     the row of events, None outside of any; in_rows: whether the parent holds the rows
    """

    kind: str
    run: int
    row: int | None = None
    in_rows: bool = False


@dataclass(slots=True)
class Walk:
    """The state of one walk over a page: how many runs there are, and which rows already have their event."""

    runs: int = 0
    told: set[int] = field(default_factory=set)

    def entered(self, node: LexborNode, at: Spot) -> Spot:
        """Where the children of `node`, itself at `at`, stand."""
        self.runs += 1
        here = self.runs
        classes = (node.attributes.get("class") or "").split()
        row = here if at.in_rows or any(map(rules.ROW.fullmatch, classes)) else at.row
        in_rows = any(map(rules.ROWS.fullmatch, classes))
        found = _rule(node, classes)
        if at.kind in rules.HOLDING and found not in rules.HOLDING:
            found = None
        if found == "event":
            key = row if row is not None else at.run
            found = "town" if key in self.told else "said"
            self.told.add(key)
        if found is None and at.kind == "rows":
            found = "row"
        if found is None and at.kind not in rules.HOLDING and any(map(_is_component, classes)):
            found = "own"
        if found is None:
            return Spot(at.kind, at.run, row, in_rows)
        return Spot(found, here, row, in_rows)


def texts(root: LexborNode) -> Iterator[tuple[Spot, LexborNode]]:
    """Every text of a page that is not a script's or the like, with where it stands, in page order."""
    walk = Walk()
    waiting = [(root, Spot("own", 0))]
    while waiting:
        node, at = waiting.pop()
        if node.is_text_node:
            yield at, node
        elif node.is_element_node and node.tag not in _NOTHING:
            inside = walk.entered(node, at)
            waiting.extend((child, inside) for child in reversed(_children(node)))


def written(root: LexborNode, personal: Personal, url: str = "") -> str:
    """The page under `root`, found at `url`, as HTML, with what the rules keep of it. Raises TooDeep."""
    walk = Walk()
    out: list[str] = ["<!DOCTYPE html>"]
    runs: dict[int, tuple[str, list[int]]] = {}
    waiting: list[tuple[LexborNode | str, Spot]] = [(root, Spot("own", 0))]
    while waiting:
        node, at = waiting.pop()
        if isinstance(node, str):
            out.append(node)
        elif node.is_text_node:
            runs.setdefault(at.run, (at.kind, []))[1].append(len(out))
            out.append(node.text_content or "")
        elif node.is_element_node:
            inside = walk.entered(node, at)
            tag = _tag(node)
            out.append(f"<{tag}{_attributes(node, inside, personal)}>")
            if tag in rules.VOID:
                continue
            waiting.append((f"</{tag}>", at))
            reply = saved_reply(node)
            if tag in _LITERAL:
                out.append(_blanked(node))
            elif reply is not None:
                out.append(html.escape(scrubbed_reply("{", reply, personal, url), quote=False))
            elif tag not in _NOTHING:
                waiting.extend((child, inside) for child in reversed(_children(node)))
    for kind, positions in runs.values():
        readable = hidden(_plain_kind(kind), [out[position] for position in positions], personal)
        for position, text in zip(positions, readable, strict=True):
            out[position] = html.escape(text, quote=False).replace("\u00a0", "&nbsp;")
    return "".join(out)


def saved_reply(node: LexborNode) -> object:
    """The JSON value of a data reply as a browser shows it, on a page of its own; None if it is none."""
    children = _children(node) if node.tag == "pre" else []
    if not children or not all(child.is_text_node for child in children):
        return None
    try:
        value = document(collapse("".join(child.text_content or "" for child in children)) or "")
    except PayloadError:
        return None
    return value if isinstance(value, dict | list) else None


def script_text(node: LexborNode) -> str:
    """What stands literally in a script or the like."""
    return "".join(child.text_content or "" for child in _children(node))


def _is_component(name: str) -> bool:
    """Whether a class is that of a component of its own; the wrapper of prices stands in every other."""
    part = rules.PART.fullmatch(name)
    return part is not None and f"{part[1]}--{part[2]}" != "es--wrap"


def _rule(node: LexborNode, classes: list[str]) -> str | None:
    named = [name for name in rules.NARROW if name in classes]
    for name in (*named, *classes):
        part = rules.PART.fullmatch(name)
        kind = rules.CLASSES.get(name) or (rules.CLASSES.get(f"{part[1]}--{part[2]}") if part else None)
        if kind is not None:
            return kind
    told = node.attributes
    return (
        rules.PLACES.get(told.get("data-pl") or "")
        or rules.IDS.get(told.get("id") or "")
        or rules.ARIA.get((told.get("aria-label") or "").strip().lower())
    )


def _plain_kind(kind: str) -> str:
    """The kind of text a rule stands for."""
    return "mask" if kind in rules.HOLDING else "row" if kind == "rows" else kind


def _children(node: LexborNode) -> list[LexborNode]:
    found = []
    child = node.first_child
    while child is not None:
        found.append(child)
        child = child.next
    return found


def _tag(node: LexborNode) -> str:
    tag = rules.RENAMED.get(node.tag or "", node.tag or "")
    return tag if tag in rules.TAGS else "x-x"


def _blanked(node: LexborNode) -> str:
    """Of a script the words that tell of a check for people; then blanks, to the length it had."""
    text = script_text(node)
    found = " ".join(mark for mark in rules.MARKS if mark in text) if node.tag == "script" else ""
    return found.ljust(len(text.encode("utf-8", "replace")))


def _attributes(node: LexborNode, at: Spot, personal: Personal) -> str:
    kept = []
    for name, value in node.attributes.items():
        readable = _attribute(name, value or "", node, at, personal)
        if readable is not None:
            kept.append(f' {name}="{html.escape(readable)}"' if value is not None else f" {name}")
    return "".join(kept)


def _attribute(name: str, value: str, node: LexborNode, at: Spot, personal: Personal) -> str | None:
    """What of an attribute's value stays, None if the attribute does not."""
    if name in rules.ATTRIBUTES:
        fits = rules.ATTRIBUTES[name].fullmatch(value) and personal.hide(value, parts=True) == value
        return value if fits else None
    if name in rules.NAMES:
        return " ".join(_design(word, personal) for word in value.split())
    if name in rules.ADDRESSES:
        return cleaned_url(value)
    if name in rules.LABELS:
        return value if is_label(value) else mask(value)
    if name == "style":
        return _style(value)
    if name == "title":
        return shown("named" if at.kind == "named" else "own", value, personal)
    if name == "value":
        pressed = node.tag == "button" or (node.attributes.get("type") or "").lower() in _BUTTONS
        return value if pressed and is_label(value) else None
    return None


def _design(word: str, personal: Personal) -> str:
    return word if _NAME.fullmatch(word) and personal.hide(word, parts=True) == word else mask(word)


def _style(value: str) -> str | None:
    """Of a style: that something is not shown, and which picture is."""
    kept = [re.sub(r"\s", "", found.lower()) for found in _UNSEEN.findall(value)]
    picture = _PICTURE.search(value)
    if picture:
        kept.append(f'background-image:url("{quoted(cleaned_url(picture[1]))}")')
    return ";".join(kept) or None
