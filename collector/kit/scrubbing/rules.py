"""What names a person or a door in the text of a row, by rule: such texts stay readable but for that.

Hidden are: e-mail addresses, web addresses with a query, telephone numbers and other long digits, postcodes,
addresses in the usual forms of streets, and whatever follows words such as "signed by" or "left with".
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from collector.kit.scrubbing.masking import mask, unspaced, words_of

_EMAIL = re.compile(r"[^\s@<>\"'(),;:=&?/]{1,64}@[^\s@<>\"'(),;:=&?/]{2,200}")
_ADDRESS = re.compile(
    r"https?://[^\s<>\"']*[?&=][^\s<>\"']*|\bwww\.[^\s<>\"']*[?&=][^\s<>\"']*", re.IGNORECASE
)
_DAY_OR_MONTH = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = re.compile(
    rf"(?<!\d)(?<!\d[-/.])(?:(?:19|20)\d\d[-/.]{_DAY_OR_MONTH}[-/.]{_DAY_OR_MONTH}"
    rf"|{_DAY_OR_MONTH}[-/.]{_DAY_OR_MONTH}[-/.](?:(?:19|20)\d\d|\d\d))(?![-/.]?\d)"
)
_LONG = re.compile(r"(?<!\d)\+?\(?\d(?:[\s().\-–/\u00a0]{0,3}\d){5,40}")
_TOKEN = re.compile(
    r"(?<!\w)(?!\d{4}-\d\d-\d\d)(?=[A-Za-z_-]{0,60}\d)(?=[\d_-]{0,60}[A-Za-z])[\w-]{12,400}(?!\w)", re.ASCII
)
_POSTCODE = re.compile(
    r"(?<![^\W_])(?:\d{5}-\d{3,4}|\d{5}|\d{2}-\d{3}|\d{3}-\d{4}|\d{4}-\d{3}|\d{3} \d{2}(?= [^\W\d])"
    r"|[1-9]\d{3} ?(?!AM\b|PM\b)[A-Z]{2}|(?:[A-Z]{1,2}-)\d{4,5}"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![^\W_])"
)
#: Four digits are a postcode beside a town; a clock or a year is none.
_SHORT_POSTCODE = re.compile(
    r"(?<![\w.:/-])(?!(?:19|20)\d\d)\d{4}(?= [^\W\d_]{2})|(?<=[^\W\d_], )\d{4}(?![\w.:/-])"
)
#: One word of a street's name.
_WORD = r"[^\W\d_][\w'’.-]{0,30}"
_LEAD_END = re.compile(r"[.;|/\n()（）。；，【】\[\]]| - ")
#: Two to four words, each with a capital: so people are called.
_ALONE = re.compile(r"[^\W\d_a-z][^\W\d_]*(?:[ ,.'’-]{1,3}[^\W\d_a-z][^\W\d_]*){1,3}")
_SHORT_NUMBER = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Rules:
    """Hides what is personal in texts that otherwise stay.

    known     whether a whole text is one that everybody reads ("Delivered to a neighbour")
    harmless  words that name nobody
    spoken    words of every portal's vocabulary
    hide      hides what was recognised as personal elsewhere on the pages
    kept      whether a stretch of letters and digits stays whatever it looks like
    numbers   finds invented numbers
    """

    known: Callable[[str], bool]
    harmless: frozenset[str]
    spoken: frozenset[str]
    hide: Callable[[str], str]
    kept: Callable[[str], bool]
    numbers: re.Pattern[str] | None

    def cleaned(
        self, text: str, found: Counter[str], *, digits: bool = True, is_sentence: bool = False
    ) -> str:
        """`text` with personal parts masked; `found` counts them by kind. Without `digits` these stay.

        `is_sentence`: it tells what happened, so that strange words alone, in capitals, are a name.
        """
        if self.known(text):
            return text
        if is_sentence and self._is_name(text):
            found["names and addresses"] += 1
            return mask(text)
        for kind, pattern in _patterns(digits):
            text = self._masked(text, kind, pattern, found)
        text = self._without_names(text, found)
        hidden = self.hide(text)
        if hidden != text:
            found["names and addresses"] += 1
        return hidden

    def _is_name(self, text: str) -> bool:
        words = [word for _, _, word in words_of(text)]
        return _ALONE.fullmatch(text.strip()) is not None and not any(
            word in self.spoken or len(word) < 2 for word in words
        )

    def _masked(self, text: str, kind: str, pattern: re.Pattern[str], found: Counter[str]) -> str:
        def instead(match: re.Match[str]) -> str:
            made = match[0] if self.kept(match[0]) else _masked_but(match[0], _told().street_words)
            found[kind] += made != match[0]
            return made

        stops = [match.span() for match in self.numbers.finditer(text)] if self.numbers else []
        stops += [match.span() for match in _DATE.finditer(text)] if pattern is _LONG else []
        pieces, end = [], 0
        for start, stop in sorted(stops):
            pieces += [pattern.sub(instead, text[end:start]), text[max(start, end) : stop]]
            end = max(end, stop)
        return "".join([*pieces, pattern.sub(instead, text[end:])])

    def _without_names(self, text: str, found: Counter[str]) -> str:
        """`text` with every word masked that stands behind a lead, up to its end, and is not harmless."""
        pieces, end = [], 0
        for lead in _told().lead.finditer(text):
            if lead.start() < end:
                continue
            stop = _LEAD_END.search(text, lead.end())
            start, end_before = lead.end(), end
            end = stop.start() if stop else len(text)
            pieces += [text[end_before:start], self._only_harmless(text[start:end], found)]
        return "".join([*pieces, text[end:]])

    def _only_harmless(self, text: str, found: Counter[str]) -> str:
        pieces, end = [], 0
        for start, stop, word in words_of(text):
            # A name in Chinese is made of characters that other words have, too.
            strange = word not in self.harmless or unspaced(word)
            if strange and not _SHORT_NUMBER.fullmatch(word) and not self.kept(word):
                masked = mask(text[start:stop])
                found["names and addresses"] += masked != text[start:stop]
                pieces += [text[end:start], masked]
                end = stop
        return "".join([*pieces, text[end:]])


def _masked_but(text: str, kept: frozenset[str]) -> str:
    pieces, end = [], 0
    for start, stop, word in words_of(text):
        if word not in kept:
            pieces += [text[end:start], mask(text[start:stop])]
            end = stop
    return "".join([*pieces, text[end:]])


@dataclass(frozen=True, slots=True)
class _Told:
    """The data of `rules.toml`."""

    lead: re.Pattern[str]
    streets: tuple[re.Pattern[str], ...]
    street_words: frozenset[str]


@cache
def _told() -> _Told:
    file = resources.files("collector.kit.scrubbing") / "rules.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    spaced, with_colon, unspaced = (
        "|".join(told[name]) for name in ("leads", "leads_with_colon", "leads_unspaced")
    )
    lead = rf"(?<!\w)(?:(?:{spaced})(?!\w)\s*[:：-]?|(?:{with_colon})\s?[:：-])|(?:{unspaced})[是为:：\s]*"
    streets = (re.sub(r"\n\s*", "", one).replace("WORD", _WORD) for one in told["streets"])
    return _Told(
        re.compile(lead, re.IGNORECASE),
        tuple(re.compile(one, re.IGNORECASE) for one in streets),
        frozenset(told["street_words"].split()),
    )


def _patterns(digits: bool) -> Iterator[tuple[str, re.Pattern[str]]]:
    yield "e-mail addresses", _EMAIL
    yield "web addresses", _ADDRESS
    for street in _told().streets:
        yield "names and addresses", street
    if digits:
        yield "tokens", _TOKEN
        yield "telephone numbers and other long numbers", _LONG
        yield "postcodes", _POSTCODE
        yield "postcodes", _SHORT_POSTCODE
