"""AliExpress' data replies made unreadable but for what the rules in `scrub_keys` name.

Structure and types survive: an object stays an object, a number a number. Texts that are hidden keep their
length; numbers nobody named become 0 if they have four digits or more, or any below a key about a person.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from scrapers.aliexpress.scrub_keys import COMPONENT, INTERFACES, KEPT, KINDS, NAMES, PERSONAL, PERSONAL_ABOVE
from scrapers.aliexpress.scrub_labels import is_label
from scrapers.aliexpress.scrub_texts import hidden, shown
from scrapers.aliexpress.scrub_urls import cleaned_url
from scrapers.payload import PayloadError, Record, document
from scrapers.scrubbing import Gathered, Personal, mask, query_of

#: Levels. The deepest reply seen has fewer than twenty.
_DEEPEST = 100
_UNKNOWN_NUMBER = 1_000
_KEY = re.compile(r"(?!.*\d{6})[A-Za-z_$@][\w$@.-]{0,60}|x\d{1,9}", re.ASCII)
_CALLBACK = re.compile(r"\s*(mtopjsonp\d{1,6})\s*\(")
_MARKUP = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)?[^<>]*>")
_ANGLES = re.compile("[<>]")
_WITH_MARKUP = frozenset({"plain", "named", "said"})
_CODE = re.compile(r"(?:[A-Za-z0-9]{1,30}_[A-Za-z0-9_]{1,60}|SUCCESS)(?:::[A-Z]{1,10}(?=::))?")
_API_IN_PATH = re.compile(r"/h5/([A-Za-z0-9_.-]{1,200})/")
_TAGS = frozenset(
    ("a", "b", "br", "div", "em", "font", "i", "img", "li", "p", "small", "span", "strong", "x")
)
_CARD = "infoList.content"
_HELPLINES = "cpContactPhoneList"


class TooDeep(ValueError):
    """The document is nested deeper than any reply."""


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for a whole reply: what is personal, whether there are rules for it, telephones in it."""

    personal: Personal
    known: bool
    helplines: frozenset[str]


def gather(value: object, found: Gathered) -> None:
    """Adds to `found` what keys of a reply say of a person, as deep as replies are scrubbed."""
    for key, text in _leaves(value, "", 0):
        kind = PERSONAL.get(key.lower())
        plain = html.unescape(_MARKUP.sub(" ", str(text))).strip()
        if kind is not None and plain and (kind != "names" or not is_label(plain)):
            getattr(found, kind).add(plain[:200])


def scrubbed_reply(text: str, value: object, personal: Personal, url: str = "") -> str:
    """The reply `text` of `url`, which holds the JSON `value`, as JSON or JSONP. Raises TooDeep."""
    written = json.dumps(scrubbed(value, personal, url), ensure_ascii=False, separators=(",", ":"))
    called = _CALLBACK.match(text)
    if called:
        return f"{called[1]}({written})"
    return written if text.lstrip("\ufeff \t\r\n")[:1] in "{[" else f"callback({written})"


def scrubbed(value: object, personal: Personal, url: str = "") -> object:
    """A reply's JSON value with nothing left that no rule names. Raises TooDeep."""
    if isinstance(value, dict) and "body" in value and "headers" in value:
        return _saved(value, personal, url)
    api = _interface(value, url)
    helplines = {_digits(text) for key, text in _leaves(value, "", 0) if key == _HELPLINES}
    context = Context(personal, api.lower().endswith(INTERFACES), frozenset(helplines - {""}))
    return _value(value, (), context)


def _interface(value: object, url: str) -> str:
    """The name of the data service that replied, from the reply or else its address; "" if neither has it."""
    told = value.get("api") if isinstance(value, dict) else None
    in_path = _API_IN_PATH.search(url)
    named = told if isinstance(told, str) else in_path[1] if in_path else dict(query_of(url)).get("api", "")
    return named if KINDS["interface"].fullmatch(named) else ""


def _saved(value: Record, personal: Personal, url: str) -> object:
    """A reply saved with its status and headers: the headers hold cookies."""
    nothing = Context(personal, False, frozenset())
    body = value["body"]
    if isinstance(body, str):
        try:
            inner = document(body)
        except PayloadError:
            inner = None
        body = scrubbed_reply(body, inner, personal, url) if isinstance(inner, dict | list) else mask(body)
    else:
        body = scrubbed(body, personal, url) if isinstance(body, dict | list) else _value(body, (), nothing)
    status = value.get("status")
    kept = {"status": status} if isinstance(status, int) and abs(status) < _UNKNOWN_NUMBER else {}
    return kept | {"headers": _value(value["headers"], (), nothing), "body": body}


def _value(value: object, path: tuple[str, ...], context: Context) -> object:
    if len(path) > _DEEPEST:
        raise TooDeep
    if isinstance(value, dict):
        return _record(value, path, context)
    if isinstance(value, list):
        # a list takes a level, but its entries stand under its own key
        return [_value(entry, _under_list(path), context) for entry in value]
    if isinstance(value, str):
        return _text(value, _without_lists(path), context)
    if isinstance(value, bool) or value is None:
        return value
    return _number(value, _without_lists(path), context)


def _record(value: Record, path: tuple[str, ...], context: Context) -> Record:
    made: Record = {}
    free = iter(f"x{number}" for number in range(1, len(value) + 2))
    taken = {key for key in value if _is_plain(key, context)}
    for key, held in value.items():
        name = key if key in taken else next(name for name in free if name not in taken)
        made[name] = _value(held, (*path, name), context)
    return made


def _is_plain(key: str, context: Context) -> bool:
    """Whether a key is a name a programmer gave, or that of a component."""
    if key in NAMES:
        return True
    named = _KEY.fullmatch(key) or COMPONENT.fullmatch(key)
    return bool(named) and context.personal.hide(key, parts=True) == key


def _text(text: str, path: tuple[str, ...], context: Context) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8")
    if path == ("ret",):
        code = _CODE.match(text)
        return (code[0] if code else "") + mask(text[code.end() if code else 0 :])
    kind = _kind(path, context)
    if kind in KINDS:
        fits = KINDS[kind].fullmatch(text) and not _may_ring(text, path, context)
        return text if fits and context.personal.hide(text, numbers=False) == text else mask(text)
    if kind == "url":
        return cleaned_url(text)
    if kind == "json":
        return _nested(text, path, context)
    if kind is None:
        return text if text.lower() in ("true", "false") else mask(text)
    if kind in _WITH_MARKUP and _MARKUP.search(text):
        return rich(kind, text, context.personal)
    readable = shown(kind, text, context.personal)
    return text if readable == text else _ANGLES.sub(" ", readable)


def _nested(text: str, path: tuple[str, ...], context: Context) -> str:
    try:
        value = document(text)
    except PayloadError:
        return mask(text)
    return json.dumps(_value(value, path, context), ensure_ascii=False, separators=(",", ":"))


def rich(kind: str, text: str, personal: Personal) -> str:
    """Text with simple markup: its tags without attributes, and what may be read between them."""
    tags: list[str] = []
    pieces: list[str] = []
    end = 0
    for match in _MARKUP.finditer(text):
        pieces.append(text[end : match.start()])
        name = (match[2] or "").lower()
        tags.append(f"<{match[1]}{name if name in _TAGS else 'x'}>")
        end = match.end()
    pieces.append(text[end:])
    plain = [html.unescape(piece) for piece in pieces]
    readable = hidden(kind, plain, personal)
    written = [
        piece if now == before else _ANGLES.sub(" ", now)
        for piece, before, now in zip(pieces, plain, readable, strict=True)
    ]
    return "".join(piece + tag for piece, tag in zip(written, [*tags, ""], strict=True))


def _number(value: object, path: tuple[str, ...], context: Context) -> object:
    if _kind(path, context) is not None or not isinstance(value, int | float):
        return value
    about_person = any(map(PERSONAL_ABOVE.search, path)) or (path and path[-1].lower() in PERSONAL)
    if isinstance(value, float):
        return 0.0
    return 0 if about_person or abs(value) >= _UNKNOWN_NUMBER else value


def _kind(path: tuple[str, ...], context: Context) -> str | None:
    """The kind of the rule that names the key at the end of `path`, the most exact one; None if none does."""
    if path in (("api",), ("v",)):
        return KEPT[path[0]]
    if not context.known or not path:
        return None
    tags = [tag[1].lower() if (tag := COMPONENT.fullmatch(key)) else key for key in path[-4:]]
    specs = [".".join(tags[start:]) for start in range(len(tags))]
    if len(path) > 1 and COMPONENT.fullmatch(path[-2]):
        specs.append(f"component.{path[-1]}")
    if len(path) > 1:
        specs.append(f"{path[-2]}.*")
    spec = next((spec for spec in specs if spec in KEPT), None)
    above = {key for key in path[:-1] if PERSONAL_ABOVE.search(key)}
    return None if spec is None or not above <= set(spec.split(".")) else KEPT[spec]


def _may_ring(text: str, path: tuple[str, ...], context: Context) -> bool:
    """Whether a number on the carrier's card may be a telephone's."""
    if ".".join(path[-2:]) != _CARD:
        return False
    return _digits(text) in context.helplines or (text.isdigit() and len(text) < 12)


_LIST = "[]"


def _under_list(path: tuple[str, ...]) -> tuple[str, ...]:
    return (*path, _LIST)


def _without_lists(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in path if key != _LIST)


def _leaves(value: object, key: str, depth: int) -> Iterator[tuple[str, object]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, held in value.items():
            yield from _leaves(held, name, depth + 1)
    elif isinstance(value, list):
        for entry in value:
            yield from _leaves(entry, key, depth + 1)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield key, value


def _digits(text: object) -> str:
    return "".join(c for c in str(text) if c.isdigit())
