"""JSON replies with nothing left that the allow-list does not name. Structure, keys and types survive.

Of a key that stands twice both values are kept: some portals send such objects, and their parsers read both.
"""

import json
import re
from collections.abc import Callable, Iterable

from collector.kit.scrubbing.masking import mask
from collector.kit.scrubbing.people import is_birthday, is_country, is_personal, is_time
from collector.kit.scrubbing.scrubber import Scrubber

#: Levels. The deepest reply seen has fewer than twenty.
DEEPEST = 60
_JSONP = re.compile(r"\s*(?:/\*\*/)?\s*([A-Za-z_$][\w$.]{0,200})\s*\(")
_MARKUP = re.compile(r"<(?:[a-zA-Z!][^<>]*|/[a-zA-Z][^<>]*)>")
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}(?:; ?charset=[a-z0-9-]{1,20})?", re.IGNORECASE)
_TRUTH = frozenset({"true", "false", "yes", "no", "null", "y", "n"})

#: Cleans a text of markup.
Markup = Callable[[str], str]


class Pairs(list[tuple[str, object]]):
    """An object of JSON, as it stands: its keys in order, repeated ones too."""


class NoReply(ValueError):
    """The text is no JSON document with an object or a list, or nested too deeply."""


def read(text: str) -> tuple[object, str]:
    """The value of a JSON or JSONP document, and the name of the function around it. Raises NoReply."""
    text = text.strip().removeprefix("\ufeff")
    called = _JSONP.match(text)
    body = text.rstrip("; \t\r\n")
    name = ""
    if called and body.endswith(")"):
        text, name = body[called.end() : -1], "callback"
    try:
        value = json.loads(text, object_pairs_hook=Pairs)
    except (ValueError, RecursionError):
        raise NoReply from None
    if not isinstance(value, list):  # an object is one, too
        raise NoReply
    return value, name


def scrubbed_reply(text: str, scrubber: Scrubber, markup: Markup, *, indent: bool = True) -> str:
    """The reply `text` scrubbed; `markup` cleans what is HTML in it. Raises NoReply."""
    value, name = read(text)
    written = _written(_value(value, (), scrubber, markup), "\n" if indent else "")
    return f"{name}({written})" if name else written


def _value(value: object, path: tuple[str, ...], scrubber: Scrubber, markup: Markup) -> object:
    if len(path) > DEEPEST:
        raise NoReply
    if isinstance(value, Pairs):
        if {"headers", "body"} <= {key for key, _ in value}:
            return _saved(value, scrubber, markup)
        return _object(value, path, scrubber, markup)
    if isinstance(value, list):
        return [_value(one, (*path, ""), scrubber, markup) for one in value]
    strict = any(map(is_personal, path)) and not (path and is_country(path[-1]))
    if isinstance(value, str):
        return (
            mask(value) if strict and is_birthday(path[-1]) else _text(value, scrubber, markup, strict=strict)
        )
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and not strict and path and is_time(path[-1]) and _is_epoch(value):
        return value
    return _number(value, scrubber, strict=strict)


def _is_epoch(value: int) -> bool:
    """Whether a number is an instant between 2014 and 2033, in seconds or milliseconds."""
    return 1_400_000_000 <= value < 2_000_000_000 or 1_400_000_000_000 <= value < 2_000_000_000_000


def _object(value: Pairs, path: tuple[str, ...], scrubber: Scrubber, markup: Markup) -> Pairs:
    made = Pairs()
    before: dict[str, str] = {}
    for key, held in value:
        shown = scrubber.key(key)
        # Two keys that are masked alike must stay two.
        while before.setdefault(shown, key) != key:
            shown += "x"
        made.append((shown, _value(held, (*path, key), scrubber, markup)))
    return made


def _saved(value: Pairs, scrubber: Scrubber, markup: Markup) -> Pairs:
    """A reply saved with its status and headers: of these only the type of the body stays."""
    made = Pairs()
    for key, held in value:
        if key == "headers":
            made.append((key, _headers(held)))
        elif key == "status":
            made.append((key, held if isinstance(held, int) and abs(held) < 1000 else None))
        elif key == "url" and isinstance(held, str):
            made.append((key, scrubber.addresses.cleaned(held)))
        elif key == "body" and isinstance(held, str):
            made.append((key, scrubbed_text(held, scrubber, markup)))
        else:
            made.append((scrubber.key(key), _value(held, (key,), scrubber, markup)))
    return made


def _headers(value: object) -> object:
    pairs = value if isinstance(value, Pairs) else []
    types = [(key, held) for key, held in pairs if key.lower() == "content-type"]
    return Pairs((key, held) for key, held in types if isinstance(held, str) and _MEDIA_TYPE.fullmatch(held))


def scrubbed_text(text: str, scrubber: Scrubber, markup: Markup) -> str:
    """A text that may be a reply or markup of its own."""
    return _text(text, scrubber, markup, strict=False)


def _text(text: str, scrubber: Scrubber, markup: Markup, *, strict: bool) -> str:
    if text.lower() in _TRUTH:
        return text
    if text.lstrip()[:1] in ("{", "["):
        try:
            return scrubbed_reply(text, scrubber, markup, indent=False)
        except NoReply:
            pass
    if re.match(r"\s*(?:https?:)?//\S+\s*$", text):
        cleaned = scrubber.addresses.cleaned(text)
        scrubber.found["addresses"] += cleaned != text
        return cleaned
    if _MARKUP.search(text):
        return markup(text)
    return scrubber.text(text, strict=strict)


def _number(value: object, scrubber: Scrubber, *, strict: bool) -> object:
    if not isinstance(value, int | float):
        return None
    replaced = scrubber.numbered(str(value))
    if replaced != str(value) and isinstance(value, int) and replaced.isdigit():
        return int(replaced)
    if isinstance(value, int) and scrubber.numbers.is_invented(str(value)):
        return value
    made = scrubber.allowed.number(value, strict=strict)
    scrubber.found["numbers"] += made != value
    return made


def _written(value: object, line: str) -> str:
    """`value` as JSON; `line` is what begins a new line, empty for none."""
    inner = f"{line} " if line else ""
    if isinstance(value, Pairs):
        pairs = (f"{json.dumps(key, ensure_ascii=False)}: {_written(held, inner)}" for key, held in value)
        return _joined("{", pairs, "}", line, inner)
    if isinstance(value, list):
        return _joined("[", (_written(one, inner) for one in value), "]", line, inner)
    return json.dumps(value, ensure_ascii=False)


def _joined(start: str, pieces: Iterable[str], end: str, line: str, inner: str) -> str:
    found = list(pieces)
    if not found:
        return start + end
    return start + inner + ("," + (inner or " ")).join(found) + line + end


def masked_lines(text: str, scrubber: Scrubber) -> str:
    """What is neither JSON nor markup, line by line; it can be taken for neither any more."""
    return "\n".join(
        re.sub(r"[<>{}\[\]]", " ", scrubber.text(mask_controls(line))) for line in text.split("\n")
    )


def mask_controls(text: str) -> str:
    """`text` with control characters made blanks."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text)
