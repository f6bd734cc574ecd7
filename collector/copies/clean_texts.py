"""Printed texts without what may name a person: only what portals are known to print to anybody stays.

Wordings of the vocabulary stay, also within longer texts, towns and countries the gazetteer knows, dates and
times, names of carriers. Every other letter becomes x, every other digit 0.
"""

import re
from collections.abc import Mapping
from functools import cache

from collector.read.countries import code_of_iso, code_of_name, country_code
from collector.read.date_forms import Parsed, parsed
from collector.read.gazetteer import cities, key
from collector.read.offsets import offset_minutes
from collector.read.place_data import airports, with_code, with_name
from scrapers import vocabulary
from scrapers.scrubbing import fold
from scrapers.vocabulary.loading import general_entries, load, names
from scrapers.vocabulary.normalising import normal_code

Words = tuple[str, ...]

#: Scripts that put no blanks between words: every character is a word.
_UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
#: Letters a wording must have to stay within a longer text, in bytes of UTF-8: Chinese ones tell more.
_TELLING, _TELLING_ABROAD = 4, 6
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_DIGITS = re.compile(r"[0-9]+")


def clean_text(text: str | None) -> str | None:
    """`text` with every word masked that no known wording has in this order; None for None."""
    if text is None:
        return None
    found = [(m.start(), m.end(), fold(m[0])) for m in _WORD.finditer(text)]
    words = tuple(word for _, _, word in found)
    kept = _kept(words)
    pieces, end = [], 0
    for place, (start, stop, _) in enumerate(found):
        if place not in kept:
            pieces += [text[end:start], masked(text[start:stop])]
            end = stop
    return "".join([*pieces, text[end:]])


def masked(word: str) -> str:
    """x for every letter, 0 for every digit."""
    return "".join("0" if c.isdigit() else "x" for c in word)


def clean_place(text: str | None) -> str | None:
    """`text` with those of its parts between commas masked that are no town, state, airport or country."""
    if text is None:
        return None
    return ",".join(
        part if is_known_place(part) else _WORD.sub(lambda m: masked(m[0]), part) for part in text.split(",")
    )


def is_known_place(part: str) -> bool:
    """Whether the whole of `part` names a place that is known to everybody."""
    name = part.strip()
    if not name or _DIGITS.search(name):
        return False
    if cities(key(name)) or code_of_name(name) or with_name(name):
        return True
    return name.isupper() and bool(code_of_iso(name) or with_code(name) or name in airports())


def clean_time(text: str | None) -> str | None:
    """`text` if it is a date, with or without a time, and nothing else; otherwise masked."""
    if text is None or isinstance(parsed(text), Parsed):
        return text
    return _WORD.sub(lambda m: masked(m[0]), text)


def clean_day(text: str | None) -> str | None:
    """`text` if it is a date, else None."""
    return text if text is not None and isinstance(parsed(text), Parsed) else None


def clean_offset(text: str | None) -> str | None:
    """`text` if it is an offset, else None."""
    return text if text is not None and len(text) < 12 and offset_minutes(text) is not None else None


def clean_code(text: str | None) -> str | None:
    """`text` if it is a code of some portal's vocabulary, else masked."""
    return text if text is None or normal_code(text) in _codes() else masked(text)


def clean_country(text: str | None) -> str | None:
    """The ISO code of the country, None where it is none."""
    return country_code(text)


def clean_carrier(text: str | None) -> str | None:
    """`text` if it names a carrier that is known, else masked."""
    return text if text is None or vocabulary.portal_named(text) is not None else clean_text(text)


def clean_language(text: str | None) -> str | None:
    """`text` if it is the code of a language, else None."""
    return text if text is not None and _LANGUAGE.fullmatch(text) else None


def _kept(words: Words) -> set[int]:
    """The places of words that stay."""
    if words in _wordings().get(words[0] if words else "", ()):
        return set(range(len(words)))
    kept: set[int] = set()
    for place, word in enumerate(words):
        for known in _wordings().get(word, ()):
            if _is_telling("".join(known)) and words[place : place + len(known)] == known:
                kept.update(range(place, place + len(known)))
    return kept


def _is_telling(wording: str) -> bool:
    return len(wording.encode()) >= (_TELLING if wording.isascii() else _TELLING_ABROAD)


@cache
def _wordings() -> Mapping[str, tuple[Words, ...]]:
    """The wordings of all portals and languages, as words, by their first word."""
    found: dict[str, set[Words]] = {}
    for text in _texts():
        words = tuple(fold(word) for word in _WORD.findall(text))
        if words:
            found.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(texts)) for first, texts in found.items()}


@cache
def _texts() -> frozenset[str]:
    files = [file for name in names() if (file := load(name)) is not None]
    entries = [*(entry for file in files for entry in file.entries), *general_entries()]
    of_events = {text for entry in entries for text in (*entry.phrases, *entry.beginnings)}
    return frozenset(of_events.union(*(file.order_states for file in files)))


@cache
def _codes() -> frozenset[str]:
    files = [file for name in names() if (file := load(name)) is not None]
    entries = [*(entry for file in files for entry in file.entries), *general_entries()]
    return frozenset(code for entry in entries for code in entry.codes)
