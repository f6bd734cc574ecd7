"""The words that may stand on a scrubbed page, as the check at the end knows them.

Nothing here knows how pages are scrubbed: what is no label, no word of the portal's vocabulary or code, no
word of a row and no invented number must be masked, wherever it stands.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.kit.scrubbing.allowed import (
    carrier_texts,
    label_texts,
    labels,
    row_texts,
    vocabulary_texts,
    vocabulary_words,
)
from collector.kit.scrubbing.invented import Numbers
from collector.kit.scrubbing.masking import days_in, folded, is_masked, is_moment, unspaced, words_of
from collector.kit.scrubbing.parser_words import parser_words
from collector.read.countries import country_code
from scrapers.contract import Portal, Reading

#: As programs call things: no blanks, no long number.
_NAME = re.compile(r"[A-Za-z_$@-][\w$@.:/()\[\]-]{0,90}", re.ASCII)
_LONG_DIGITS = re.compile(r"(?!0+(?!\d))\d{5}")
#: So many digits in a text may be a telephone's.
_SHORT, _IDENTIFYING = 3, 6
_EMAIL = re.compile(r"[^\W_x0]+[^\s@]*@[^\s@]*[^\W_x0]")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What may be read.

    unspaced  what may be read in scripts that put no blanks between words
    numbers   finds invented numbers
    hosts     the portal's own, as are `names`: parts of its parser's selectors, keys and addresses
    """

    words: frozenset[str]
    unspaced: str
    numbers: re.Pattern[str] | None
    hosts: frozenset[str]
    names: frozenset[str]

    def text(self, text: str) -> bool:
        """Whether nothing in a text can be read but what may be."""
        bare = self._without_numbers(text)
        if is_moment(bare) or country_code(bare) is not None:
            return True
        days = days_in(bare)
        found = words_of(bare)
        words = [word for at, end, word in found if not any(a <= at and end <= b for a, b in days)]
        digits = "".join(word for word in words if word.isdigit() and not self._told(word))
        return (
            len(digits) <= _IDENTIFYING
            and not _EMAIL.search(bare)
            and self._runs(bare)
            and all(map(self._word, words))
        )

    def name(self, name: str) -> bool:
        """Whether a class, an id or a key is one that programs have."""
        bare = self._without_numbers(name)
        is_name = not bare or name in self.names or _NAME.fullmatch(bare) is not None
        return (is_name and not _LONG_DIGITS.search(bare)) or self.text(name)

    def part(self, text: str) -> bool:
        """Whether a part of an address may be read."""
        words = re.findall(r"[^\W_]+", self._without_numbers(text))
        return text in self.names or all(
            word in self.names or len(word) < _SHORT or self._word(word.casefold()) for word in words
        )

    def _runs(self, text: str) -> bool:
        return all(len(run) == 1 or run in self.unspaced for run in unspaced(text))

    def _word(self, word: str) -> bool:
        short = len(word) <= _SHORT and (word.isdigit() or len(word) < _SHORT)
        return short or self._told(word)

    def _told(self, word: str) -> bool:
        return is_masked(word) or word in self.words or word.rstrip("x0") in self.words

    def _without_numbers(self, text: str) -> str:
        return self.numbers.sub(" ", text).strip() if self.numbers else text


def accepted(portal: Portal, readings: Sequence[Reading], numbers: Numbers) -> Accepted:
    """What may be read on scrubbed pages that say `readings`."""
    code = parser_words(portal)
    told = [text for reading in readings for text in row_texts(reading)]
    instants = [
        str(instant)
        for reading in readings
        for row in reading.rows
        for epoch in (row.instant_ms, row.epoch_ms)
        if epoch is not None
        for instant in (epoch, epoch // 1000)
    ]
    words = {word for text in (*told, *instants, *code.texts, *code.names) for word in folded(text)}
    words |= _words_in((*carrier_texts(), *label_texts())) | vocabulary_words(portal.name)
    texts = [*told, *code.texts, *map("".join, (*vocabulary_texts(portal.name), *label_texts()))]
    return Accepted(
        unspaced="\n".join(run for text in texts for run in unspaced(text)),
        words=labels() | words | {str(number) for number in code.numbers} | _KINDS,
        numbers=numbers.spaced,
        hosts=frozenset({*portal.hosts, *portal.resource_hosts}),
        names=code.names,
    )


def _words_in(texts: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(word for text in texts for word in text)


#: Kinds of files, and how addresses of tracking pages are made everywhere.
_KINDS_TOLD = """
html htm json jsp php asp aspx js css png svg ico api track tracking trace search parcel parcels
shipment shipments package item result results detail details status www index home number lang language
login captcha challenge verify error com net org https http host invalid callback parse
"""
_KINDS = frozenset(_KINDS_TOLD.split())
