"""The check at the end: scrubbed pages are read again, in another way.

JSON is walked as Python reads it; HTML is taken apart by Python's own parser, not by the one that wrote it.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote, urlsplit

from collector.kit.scrubbing.accepted import Accepted, accepted
from collector.kit.scrubbing.addresses import UNKNOWN_HOST
from collector.kit.scrubbing.assembling import rules_for
from collector.kit.scrubbing.invented import Numbers
from collector.kit.scrubbing.pages import readings_of
from scrapers.contract import Page, Portal
from scrapers.scrubbing import undisguised
from scrapers.shop import Shop

_NAMES_TOLD = "class id role type name for headers itemprop slot is property"
_NAMES = frozenset(_NAMES_TOLD.split())
_LINKS_TOLD = "href src action formaction data-src poster cite data-href data-url"
_LINKS = frozenset(_LINKS_TOLD.split())
_JSONP = re.compile(r"\s*callback\((.*)\)\s*", re.DOTALL)
_TIMES = re.compile(r"time|date|stamp|eta|at$", re.IGNORECASE)
#: Shorter numbers may stand by chance in a row of other digits.
_SHORT = 9


def checked(portal: Portal, number: str, files: Mapping[str, Page], numbers: Numbers) -> Iterator[str]:
    """A line for everything in scrubbed `files` of `portal` that may not be read; none where all is well."""
    if isinstance(portal, Shop):  # it has an allow-list of its own
        pages = tuple(files.values())
        if portal.scrub(pages) != pages:
            yield "a page that its shop would scrub again"
        yield from standing(files, number)
        return
    readings = readings_of(portal, list(files.values()))
    rules = rules_for(portal, readings, numbers)
    for reading in readings:
        for position, row in enumerate(reading.rows, start=1):
            said = filter(None, (row.description, row.note))
            wrong = any(rules.cleaned(text, Counter(), is_sentence=True) != text for text in said)
            if wrong or rules.cleaned(row.place or "", Counter()) != (row.place or ""):
                yield f"row {position} of what is read"
    yield from faults(files, number, accepted(portal, readings, numbers))


def faults(files: Mapping[str, Page], number: str, known: Accepted) -> Iterator[str]:
    """A line for everything that should not be readable, naming file and place and not the text itself."""
    for file, page in files.items():
        yield from (f"{file}: {place}" for place in _in_page(page, known))
        yield from (f"{file}: {place}" for place in _in_address(page.url, "its address", known))
    yield from standing(files, number)


def standing(files: Mapping[str, Page], number: str) -> Iterator[str]:
    """A line for every file in which `number` can still be read, in whatever spelling."""
    for file, page in files.items():
        if any(stands(number, text) for text in (page.text, page.url)):
            yield f"{file}: the tracking number asked for"


def stands(number: str, text: str) -> bool:
    """Whether `number` stands in `text`: as it is, with blanks between, escaped, or in base64."""
    bare = re.sub(r"[\W_]", "", number).casefold()
    if not any(map(str.isdigit, bare)):
        return False
    plain = undisguised(undisguised(text))
    for one in (text, plain):
        if len(bare) < _SHORT:
            if re.search(rf"(?<![^\W_]){re.escape(bare)}(?![^\W_])", one, re.IGNORECASE):
                return True
        elif bare in re.sub(r"[\W_]", "", one).casefold():
            return True
    return any(code in text for code in _encoded(number) if len(code) >= _SHORT)


def _encoded(number: str) -> Iterator[str]:
    """`number` in base64, as it looks wherever in a longer text it begins; the uncertain ends left out."""
    for spelling in {number, number.upper(), number.lower()}:
        for before in range(3):
            code = base64.b64encode(b"\0" * before + spelling.encode()).decode().rstrip("=")
            core = code[(0, 2, 3)[before] : -1]
            yield from {core, core.replace("+", "-").replace("/", "_")}


def _in_page(page: Page, known: Accepted) -> Iterator[str]:
    text = page.text
    called = _JSONP.fullmatch(text)
    try:
        value = json.loads(called[1] if called else text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, list):
        yield from _in_value(value, "", known)
    elif "<" in text:
        yield from _in_markup(text, "", known)
    elif not all(map(known.text, text.split("\n"))):
        yield "its text"


class _Pairs(list[tuple[str, object]]):
    """An object's keys and values."""


def _in_value(value: object, place: str, known: Accepted) -> Iterator[str]:
    """Places in a reply, by their keys; one that may itself be a leak is not named."""
    if isinstance(value, _Pairs):
        for key, held in value:
            if known.name(key):
                yield from _in_value(held, f"{place}.{key}", known)
            else:
                yield f"a key in {place or 'the reply'}"
    elif isinstance(value, list):
        for position, held in enumerate(value):
            yield from _in_value(held, f"{place}[{position}]", known)
    elif isinstance(value, str):
        yield from _in_text(value, place, known)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        is_instant = 1.4e9 <= value < 2.0e12 and _TIMES.search(place)
        if abs(value) >= 1000 and not is_instant and not known.text(str(value)):
            yield f"the number at {place or 'the top'}"


def _in_text(text: str, place: str, known: Accepted) -> Iterator[str]:
    if text.lstrip()[:1] in ("{", "["):
        try:
            yield from _in_value(json.loads(text, object_pairs_hook=_Pairs), place, known)
            return
        except (ValueError, RecursionError):
            pass
    if re.search(r"<[a-zA-Z!/]", text):
        yield from _in_markup(text, f" within {place}", known)
    elif re.match(r"(?:https?:)?//", text):
        yield from _in_address(text, f"the address at {place}", known)
    elif not known.text(text):
        yield f"the text at {place or 'the top'}"


def _in_address(url: str, place: str, known: Accepted) -> Iterator[str]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host and host not in known.hosts and host != UNKNOWN_HOST and not known.part(host):
        yield f"the host of {place}"
    query = [one for pair in parse_qsl(parts.query, keep_blank_values=True) for one in pair]
    if not all(known.part(unquote(one)) for one in (*parts.path.split("/"), *query, parts.fragment)):
        yield place


def _in_markup(text: str, where: str, known: Accepted) -> Iterator[str]:
    reader = _Reader(known, where)
    reader.feed(text)
    reader.close()
    yield from reader.found


class _Reader(HTMLParser):
    """Takes a page apart and notes in `found` where something can be read that may not be."""

    def __init__(self, known: Accepted, where: str) -> None:
        super().__init__(convert_charrefs=True)
        self.known = known
        self.where = where
        self.found: list[str] = []
        self.inside = ""

    def _note(self, what: str) -> None:
        line, column = self.getpos()
        self.found.append(f"{what}, line {line}, column {column}{self.where}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        for name, value in attrs:
            if value and not self._may_stand(name, value):
                self._note(f"the attribute {name} of <{tag}>")

    def _may_stand(self, name: str, value: str) -> bool:
        if name in _NAMES:
            return all(map(self.known.name, value.split()))
        if name in _LINKS:
            return next(_in_address(value, "", self.known), None) is None
        if name == "style":
            return re.fullmatch(r"(?:(?:display:none|visibility:hidden);?)+", value) is not None
        if name.startswith("on"):
            return False
        return next(_in_text(value, "", self.known), None) is None

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            if any(True for _ in _in_script(data, self.known)):
                self._note("a script")
        elif next(_in_text(data, "", self.known), None) is not None:
            self._note(f"the text of <{self.inside}>" if self.inside else "a text")

    def handle_comment(self, data: str) -> None:
        if not self.known.text(data):
            self._note("a comment")


def _in_script(text: str, known: Accepted) -> Iterator[str]:
    """What a script holds beside words of the parser's own: data, which are looked through as a reply is."""
    decoder = json.JSONDecoder(object_pairs_hook=_Pairs)
    at = 0
    for start in re.finditer(r"[{\[\"]", text):
        if start.start() < at:
            continue
        try:
            value, end = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            continue
        before = text[at : start.start()]
        if not all(known.text(word) or known.name(word) for word in before.split()):
            yield "a word"
        yield from _in_value(value, "script", known)
        at = end
    if not all(known.text(word) for word in text[at:].split()):
        yield "a word"
