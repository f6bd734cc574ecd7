"""Making what is personal in an account's pages unreadable: the pieces any shop can use.

Lengths are kept: a character that is hidden becomes one `x`. What is hidden stays as it is when it is hidden
again, so that scrubbing twice changes nothing more. Times are linear in the length of the text.

`mask` hides a whole text. `Personal` holds what was recognised as personal on some page of a visit, and hides
it wherever else it stands in texts that are otherwise kept.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode, urlsplit

#: What `mask` leaves: white space and punctuation. Accents, emoji and all else count as part of a word.
_SHOWN = r"\s!-/:-@\[-^`{-~、。，．：；！？（）「」【】《》·•…–—“”‘’«»¿¡"
_HIDDEN = re.compile(f"[^{_SHOWN}]")
_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
_NO_SPACES = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_EMAIL = re.compile(r"[^\s@<>\"'(),;:=&?/]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_DIGITS = re.compile(r"\d+")
_ENTITY_OR_ESCAPE = re.compile(r"&#?\w|%[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}")
_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")

_HOST = re.compile(r"(?:[a-z0-9-]{1,30}\.){1,5}[a-z]{2,24}")

#: Between two words of one name or address stand at most so many characters ("Example, Ana").
_NEAR = 4
_SHORTEST = 3
_SHORTEST_CODE = 5
_SHORTEST_PHONE = 7
#: More than any account shows: texts of one kind, and those that patterns are made of.
_MOST, _MOST_PATTERNS = 200, 20


def mask(text: str) -> str:
    """`text` with every character but white space and punctuation made `x`."""
    return _HIDDEN.sub("x", text)


def fold(word: str) -> str:
    """`word` for comparison: no accents, no case."""
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words_in(text: str) -> list[str]:
    """The words and numbers of `text`, folded, in order."""
    return [fold(word) for word in _WORD.findall(text)]


@dataclass(slots=True)
class Gathered:
    """Personal texts found while pages are read, by kind. `regions` are places too large to be personal."""

    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)

    def personal(self, common: frozenset[str]) -> "Personal":
        """What to hide; `common` are folded words that, alone or next to each other, name nobody."""
        names, addresses, codes, phones = (
            sorted(texts, key=lambda text: (-len(text), text))[:_MOST]
            for texts in (self.names, self.addresses, self.codes, self.phones)
        )
        public = _pairs(self.regions)
        named = {pair for name in names for pair in _any_two(words_in(name))}
        pairs = named | (_pairs(addresses) - public)
        telling = frozenset(p for p in pairs if any(_is_telling(word, common) for word in p))
        apart = frozenset(p for p in named if all(_is_telling(word, common) for word in p))
        parts = frozenset(w for name in names for w in words_in(name) if _is_telling(w, common))
        return Personal(telling, apart, parts, _unspaced(names[:_MOST_PATTERNS]), _numbers(codes, phones))


@dataclass(frozen=True, slots=True, repr=False)
class Personal:
    """What of some pages names their owner.

    pairs      two folded words that stand next to each other in an address, or anyhow in a name
    apart      two words of a name that may have a third between them
    parts      single words of names: hidden only in prose, and there only where they begin with a capital
    unspaced   names in scripts that put no blanks between words
    numbers    telephone numbers and postcodes
    """

    pairs: frozenset[tuple[str, str]] = frozenset()
    apart: frozenset[tuple[str, str]] = frozenset()
    parts: frozenset[str] = frozenset()
    unspaced: re.Pattern[str] | None = None
    numbers: re.Pattern[str] | None = None

    def hide(self, text: str, *, parts: bool = False, numbers: bool = True) -> str:
        """`text` with personal words made x's, also where they are written as entities, `%41` or `\\u0041`.

        Only a text that holds something personal in such a disguise comes back without the disguise.
        """
        hidden = self._hide(text, parts, numbers)
        plain = undisguised(hidden)
        if plain is hidden:
            return hidden
        found = self._hide(plain, parts, numbers)
        return hidden if found == plain else found

    def hide_run(self, pieces: Sequence[str], *, parts: bool = False, numbers: bool = True) -> list[str]:
        """`pieces` of one text (a name may be split between them), each hidden and as long as it was."""
        hidden = list(pieces)
        for between in ("", " "):
            whole = self._hide(between.join(hidden), parts, numbers)
            start = 0
            for position, piece in enumerate(hidden):
                hidden[position] = whole[start : start + len(piece)]
                start += len(piece) + len(between)
        return hidden

    def _hide(self, text: str, parts: bool, numbers: bool) -> str:
        spans = [match.span() for match in _EMAIL.finditer(text)] if "@" in text else []
        if self.pairs or self.parts:
            spans += self._words(text, parts)
        for pattern in (self.unspaced, self.numbers if numbers else None):
            spans += [match.span() for match in pattern.finditer(text)] if pattern else []
        if not spans:
            return text
        pieces, end = [], 0
        for start, stop in sorted(spans):
            pieces += [text[end:start], mask(text[max(start, end) : stop])]
            end = max(end, stop)
        return "".join([*pieces, text[end:]])

    def _words(self, text: str, parts: bool) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        before: tuple[str, int, int] = ("", 0, 0)
        last: tuple[str, int, int] = ("", 0, 0)
        for match in _WORD.finditer(text):
            word = fold(match[0])
            near = match.start() - last[2] <= _NEAR
            if near and (last[0], word) in self.pairs:
                spans.append((last[1], match.end()))
            elif near and last[1] - before[2] <= _NEAR and (before[0], word) in self.apart:
                spans.append((before[1], match.end()))
            elif parts and word in self.parts and not match[0][0].islower():
                spans.append(match.span())
            before, last = last, (word, match.start(), match.end())
        return spans


def undisguised(text: str) -> str:
    """`text` with HTML entities, percent and JSON escapes resolved; the same object if there are none."""
    for _ in range(3):
        if not _ENTITY_OR_ESCAPE.search(text):
            break
        plain = _UNICODE_ESCAPE.sub(lambda m: chr(int(m[1], 16)), unquote(html.unescape(text)))
        if plain == text:
            break
        text = plain.encode("utf-8", "replace").decode("utf-8")
    return text


@dataclass(frozen=True, slots=True)
class Addresses:
    """What of a web address may stay.

    hosts     domains whose names (and those of hosts below them) are kept
    paths     what a part of a path must match as a whole to be kept
    query     keys of a query that are kept, with what their value must match as a whole
    emptied   keys of a query that are kept without their value
    """

    hosts: tuple[str, ...]
    paths: re.Pattern[str]
    query: Mapping[str, re.Pattern[str]]
    emptied: frozenset[str] = frozenset()

    def cleaned(self, url: str, extra: Iterable[tuple[str, str]] = ()) -> str:
        """`url` without all that is not known to be harmless; "" if it is no web address.

        `extra` is added to the query as it is. User names, passwords and fragments never stay.
        """
        try:
            parts = urlsplit(url.strip())
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return ""
        scheme = parts.scheme.lower()
        if scheme not in ("", "http", "https") or (scheme and not host):
            return ""
        path = "/".join(self._part(part) for part in parts.path.split("/"))
        if not host:
            start, path = "", re.sub("^//+", "/", path)
        elif self._is_known(host):
            start = f"//{host}{f':{port}' if port else ''}"
        else:
            start = "//host.invalid"
        pairs = [(key, self._value(key, value)) for key, value in query_of(url)]
        query = urlencode([*((key, value) for key, value in pairs if value is not None), *extra])
        return f"{scheme}{':' if scheme else ''}{start}{path}{'?' if query else ''}{query}"

    def _is_known(self, host: str) -> bool:
        known = any(host == domain or host.endswith("." + domain) for domain in self.hosts)
        return known and bool(_HOST.fullmatch(host))

    def _value(self, key: str, value: str) -> str | None:
        if key in self.emptied:
            return ""
        return value if key in self.query and self.query[key].fullmatch(value) else None

    def _part(self, part: str) -> str:
        return part if self.paths.fullmatch(part) else re.sub(r"[^.]", "x", unquote_plus(part))


def query_of(url: str) -> list[tuple[str, str]]:
    """The keys and values of the query of `url`, none if it cannot be read."""
    try:
        return parse_qsl(urlsplit(url.strip()).query, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return []


def quoted(value: str) -> str:
    """`value` fit to stand in a style's `url("...")`."""
    return quote(value, safe=":/?&=.,_-~%+")


def _is_telling(word: str, common: frozenset[str]) -> bool:
    """Whether a folded word can name somebody: no number, no common word, not very short."""
    return len(word) >= _SHORTEST and not word.isdigit() and word not in common and set(word) != {"x"}


def _pairs(texts: Iterable[str]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for text in texts:
        words = words_in(text)[:_MOST]
        found.update(pairwise(words))
    return found


def _any_two(words: Sequence[str]) -> set[tuple[str, str]]:
    words = words[:12]
    return {(a, b) for i, a in enumerate(words) for j, b in enumerate(words) if i != j}


def _unspaced(names: Iterable[str]) -> re.Pattern[str] | None:
    found = {"".join(name.split())[:40] for name in names if _NO_SPACES.search(name)}
    patterns = [r"\s?".join(map(re.escape, name)) for name in sorted(found, reverse=True) if len(name) > 1]
    return re.compile("|".join(patterns)) if patterns else None


def _numbers(codes: Sequence[str], phones: Sequence[str]) -> re.Pattern[str] | None:
    """Matches postcodes, blanks and dashes aside, and telephone numbers with or without country code."""
    patterns: set[str] = set()
    for code in codes[:_MOST_PATTERNS]:
        compact = re.sub(r"[\W_]", "", code)
        if _SHORTEST_CODE <= len(compact) <= 12 and _DIGITS.search(compact):
            patterns.add(r"[\s-]?".join(map(re.escape, compact)))
    for phone in phones[:_MOST_PATTERNS]:
        groups = _DIGITS.findall(phone)
        for first in range(min(len(groups), 3)):
            digits = "".join(groups[first:]).lstrip("0")
            if _SHORTEST_PHONE <= len(digits) <= 20:
                patterns.add(r"(?:\+?\d{1,3}[\s().-]{0,3})?" + r"[\s().-]{0,3}".join(digits))
    if not patterns:
        return None
    ordered = sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
    return re.compile(rf"(?<![^\W_])\+?(?:{'|'.join(ordered)})(?![^\W_])", re.IGNORECASE)
