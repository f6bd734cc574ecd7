"""The allow-list: which texts of a tracking page may be read by anybody.

A text stays as a whole where it is a label, a wording of the portal's vocabulary, a date or time, a short
number, or (part of) what the parser read as a row. Of any other text only those words stay that the parser's
own code names, that are a row's, or an invented number.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from collector.kit.scrubbing.invented import Numbers
from collector.kit.scrubbing.masking import (
    days_in,
    folded,
    is_masked,
    is_moment,
    is_short_number,
    mask,
    words_of,
)
from collector.kit.scrubbing.parser_words import parser_words
from collector.read.countries import country_code
from scrapers.contract import Portal, Reading
from scrapers.numbers.published import couriers
from scrapers.vocabulary import facts, names
from scrapers.vocabulary.loading import general_entries, load

Words = tuple[str, ...]
_LANGUAGE = re.compile(
    r"(?:cs|da|de|el|en|es|fi|fr|he|hu|it|ja|ko|nb|nl|no|pl|pt|ro|ru|sv|tr|uk|zh)(?:[-_][A-Z]{2})?"
)
_LONGEST_COUNTRY = 60
#: So many digits may be a number of somebody's.
_IDENTIFYING = 4
_WHOLE = 1_000
#: Letters a text of the parser's code must have to stay within longer texts.
_TELLING = 4


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be read.

    harmless  words: a text of nothing else stays
    whole     texts, as their words
    parts     texts, by their first word, that stay within longer ones too
    read      the texts of rows, in words, each between line ends
    names     parts of the parser's selectors, keys and addresses
    ids       instants and other numbers that the parser reads
    spaced    finds an invented number, however it is spaced
    telling   texts of the parser's code that are looked for in scripts, in small letters
    """

    harmless: frozenset[str]
    whole: frozenset[Words]
    parts: dict[str, tuple[Words, ...]]
    read: str
    names: frozenset[str]
    ids: frozenset[str]
    spaced: re.Pattern[str] | None
    telling: tuple[str, ...]

    def shown(self, text: str, *, strict: bool = False) -> str:
        """`text` with every word masked that may not be read. `strict`: labels, dates and numbers go, too."""
        found = words_of(text)
        words = tuple(word for _, _, word in found)
        if not words or self._has_read(words) or words in self.whole:
            return text
        if is_moment(text) or (not strict and (self._is_harmless(words) or _is_known(text))):
            return text
        kept = self._kept(words)
        spans = [match.span() for match in self.spaced.finditer(text)] if self.spaced else []
        spans += [] if strict else days_in(text)
        pieces, end = [], 0
        for position, (start, stop, _) in enumerate(found):
            stays = min(kept.get(position, 0), stop - start)
            if stays < stop - start and not any(a <= start and stop <= b for a, b in spans):
                pieces += [text[end : start + stays], mask(text[start + stays : stop])]
                end = stop
        return "".join([*pieces, text[end:]])

    def is_read(self, text: str) -> bool:
        """Whether a whole text is a row's, or part of one."""
        return self._has_read(folded(text))

    def number(self, value: float, *, strict: bool = False) -> float:
        """A number of a reply: 0 unless it is short or the parser reads it."""
        if isinstance(value, float):
            return value if value.is_integer() and self.number(int(value), strict=strict) else 0.0
        is_short = abs(value) < 1000 and not strict
        return value if is_short or str(value) in self.ids or self.is_read(str(value)) else 0

    def _has_read(self, words: Words) -> bool:
        return f"\n {' '.join(words)} \n" in self.read or (
            sum(map(len, words)) > 1 and f" {' '.join(words)} " in self.read
        )

    def _is_harmless(self, words: Words) -> bool:
        digits = [word for word in words if word.isdigit() and not is_masked(word)]
        return (
            any(map(str.isalpha, words))
            and sum(map(len, digits)) < _IDENTIFYING
            and all(word in self.harmless or is_masked(word) for word in words if word not in digits)
        )

    def _kept(self, words: Words) -> dict[int, int]:
        """How many characters stay of which words."""
        kept: dict[int, int] = {}
        for place, word in enumerate(words):
            for part in self.parts.get(word, ()):
                found = words[place : place + len(part)]
                if found == part:
                    kept |= dict.fromkeys(range(place, place + len(part)), _WHOLE)
                elif found[:-1] == part[:-1] and found[-1].startswith(part[-1]):
                    # A parser may ask how a text begins.
                    begun = {place + len(part) - 1: len(part[-1])}
                    kept = begun | dict.fromkeys(range(place, place + len(part) - 1), _WHOLE) | kept
        return kept


def allowed_for(portal: Portal, readings: Iterable[Reading], numbers: Numbers) -> Allowed:
    """What may be read on pages of `portal` that say `readings`, whose texts are clean already."""
    code = parser_words(portal)
    rows = [text for reading in readings for text in row_texts(reading)]
    parts: dict[str, set[Words]] = {}
    for words in map(folded, rows):
        if words:
            parts.setdefault(words[0], set()).add(words)
    for text in code.texts:
        words = folded(text)
        if _says(text, words, is_sought=text in code.patterns):
            parts.setdefault(words[0], set()).add(words)
    instants = {instant for reading in readings for instant in _instants(reading)}
    return Allowed(
        harmless=_labels()[0],
        whole=frozenset(
            {*label_texts(), *carrier_texts(), *vocabulary_texts(portal.name), *map(folded, code.texts)}
        ),
        parts={first: tuple(sorted(found)) for first, found in parts.items()},
        read="\n".join(["", *(f" {' '.join(folded(text))} " for text in rows), ""]),
        names=code.names,
        ids=frozenset(instants | {str(one) for one in code.numbers} | set(filter(str.isdigit, code.texts))),
        spaced=numbers.spaced,
        telling=tuple(sorted({text.casefold() for text in code.texts if _is_telling(text)})),
    )


def _says(text: str, words: Words, *, is_sought: bool) -> bool:
    """Whether a text of the parser's code, perhaps part of a pattern, says enough to stay in longer texts."""
    size = sum(len(word) if word.isascii() else 2 * len(word) for word in words)
    return size >= _TELLING or (size == _TELLING - 1 and (is_sought or not text.islower()))


def _is_telling(text: str) -> bool:
    """Whether a parser may look for `text` in the whole of a page, scripts and all."""
    return len(text) >= _TELLING + 2 and text.isascii() and not re.search(r"[{}<>\\s]{2}|[{}<>*]", text)


def row_texts(reading: Reading) -> Iterator[str]:
    """Every text of the rows of `reading`, and its status."""
    for row in reading.rows:
        told = (
            row.description,
            row.time_text,
            row.offset_text,
            row.place,
            row.code,
            row.note,
            row.relayed_from,
        )
        yield from filter(None, told)
    if reading.status_text:
        yield reading.status_text


@cache
def vocabulary_texts(portal: str) -> frozenset[Words]:
    """The wordings and codes of the portal's vocabulary and of the general one."""
    vocabulary = load(portal)
    entries = (*(vocabulary.entries if vocabulary else ()), *general_entries())
    return frozenset(folded(text) for one in entries for text in (*one.phrases, *one.beginnings, *one.codes))


@cache
def vocabulary_words(portal: str) -> frozenset[str]:
    """The words of those."""
    return frozenset(word for text in vocabulary_texts(portal) for word in text)


@cache
def spoken_words() -> frozenset[str]:
    """The words of every portal's vocabulary, and of labels."""
    return labels().union(*map(vocabulary_words, names()))


def label_texts() -> frozenset[Words]:
    """Whole texts that pages of tracking sites have."""
    return _labels()[1]


def labels() -> frozenset[str]:
    """Words that pages of tracking sites are made of."""
    return _labels()[0]


def _instants(reading: Reading) -> Iterator[str]:
    for row in reading.rows:
        for instant in (row.instant_ms, row.epoch_ms):
            if instant is not None:
                yield from (str(instant), str(instant // 1000))


def _is_known(text: str) -> bool:
    """Whether a whole text is a short number, a language or a country."""
    if is_short_number(text) or _LANGUAGE.fullmatch(text):
        return True
    return (
        len(text) <= _LONGEST_COUNTRY and not re.search(r"[\d,;/|]", text) and country_code(text) is not None
    )


@cache
def carrier_texts() -> frozenset[Words]:
    """Names of carriers and posts."""
    told = [text for name in names() for text in (facts(name).title, *facts(name).called)]
    return frozenset(map(folded, (*told, *(courier.name for courier in couriers()))))


@cache
def _labels() -> tuple[frozenset[str], frozenset[Words]]:
    file = resources.files("collector.kit.scrubbing") / "words.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    harmless = frozenset(word for text in told["words"].split() for word in folded(text))
    return harmless, frozenset(map(folded, told["texts"]))
