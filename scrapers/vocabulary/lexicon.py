"""What single words do to a meaning, in every language, from `[words]` of the files in `general/`.

    fillers   words that say nothing by themselves ("your", "parcel", "wurde"): left out of an essence, unless
              they are of some kind in another language ("no")
    between   words that stand between a wording and a place ("in", "from", "nach")
    harmless  what may follow "delivered" without making it something else ("front door")
    same      lists of spellings of one word; the first stands for all
    any other key is a kind of word ("negation", "forecast", "customs", "depart"): words of a kind decide what
              a text means, so two texts are only compared loosely where they have words of the same kinds

A word that ends with `*` stands for all words that begin so, one that also begins with `*` for all that are
not in plain ASCII and contain it. Words of Chinese and Japanese, which do not part words by spaces, always
stand for texts that contain them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from scrapers.vocabulary.loading import general_files
from scrapers.vocabulary.normalising import normal

_NO_KIND = frozenset({"fillers", "between", "harmless", "same"})
#: Han, kana and the halfwidth forms: written without spaces.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")


@dataclass(frozen=True, slots=True)
class Essence:
    """A wording's telling words. `key` is equal for wordings that differ in fillers and order only.

    kinds    kinds of its words that decide meanings
    numbers  its words with digits: two wordings with different ones are not alike
    """

    words: tuple[str, ...]
    key: str
    kinds: frozenset[str]
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    same: Mapping[str, str]
    longest: int
    unspaced_same: re.Pattern[str]
    fillers: frozenset[str]
    unspaced_fillers: re.Pattern[str]
    between: frozenset[str]
    harmless: frozenset[str]
    whole: Mapping[str, frozenset[str]]
    beginnings: Mapping[str, frozenset[str]]
    parts: tuple[tuple[str, str], ...]
    longest_beginning: int  # a word of a megabyte must not be tried letter by letter


@lru_cache(maxsize=1 << 14)
def essence(normalised: str) -> Essence:
    """The essence of a normal text."""
    lexicon = _lexicon()
    if is_unspaced(normalised):
        normalised = lexicon.unspaced_same.sub(lambda m: lexicon.same[m[0]], normalised)
        normalised = lexicon.unspaced_fillers.sub("", normalised)
    return of_words(word for word in _respelt(normalised.split(), lexicon) if word not in lexicon.fillers)


def _respelt(words: list[str], lexicon: _Lexicon) -> Iterator[str]:
    """`words` with one spelling for each, the longest group of words that has one first."""
    at = 0
    while at < len(words):
        for length in range(min(lexicon.longest, len(words) - at), 0, -1):
            if (one := lexicon.same.get(" ".join(words[at : at + length]))) is not None:
                yield one
                break
        else:
            length = 1
            yield words[at]
        at += length


def of_words(words: Iterable[str]) -> Essence:
    """The essence of words that are no fillers."""
    kept = tuple(words)
    key = " ".join(sorted(kept))
    numbers = frozenset(word for word in kept if any(c.isdigit() for c in word))
    return Essence(kept, key, frozenset().union(*map(kinds_of, kept)), numbers)


@lru_cache(maxsize=1 << 15)
def kinds_of(word: str) -> frozenset[str]:
    """The kinds of one normal word."""
    lexicon = _lexicon()
    found = set(lexicon.whole.get(word, ()))
    for length in range(1, min(len(word), lexicon.longest_beginning) + 1):
        found.update(lexicon.beginnings.get(word[:length], ()))
    if not word.isascii():
        found.update(kind for part, kind in lexicon.parts if part in word)
    return frozenset(found)


def matters(text: str) -> bool:
    """Whether `text` has a word that decides meanings, so that it must not be left out."""
    return bool(essence(normal(text)).kinds)


def without_openers(normalised: str) -> str:
    """A normal text without the fillers it begins with ("your parcel is")."""
    words = normalised.split()
    first = next((n for n, word in enumerate(words) if word not in _lexicon().fillers), 0)
    return " ".join(words[first:])


def is_between(word: str) -> bool:
    """Whether `word` may stand between a wording and a place."""
    return word in _lexicon().between


def is_harmless(word: str) -> bool:
    """Whether `word` behind "delivered" leaves it a delivery."""
    return word in _lexicon().harmless or word in _lexicon().between


def is_unspaced(word: str) -> bool:
    """Whether `word` has characters of a language written without spaces."""
    return _UNSPACED.search(word) is not None


@cache
def _lexicon() -> _Lexicon:
    listed: dict[str, list[str]] = defaultdict(list)
    same: dict[str, str] = {}
    for file in general_files():
        for name, words in file.get("words", {}).items():
            if name == "same":
                same.update((normal(other), normal(group[0])) for group in words for other in group[1:])
            else:
                listed[name].extend(words)
    kinds = [(word, kind) for kind, words in listed.items() if kind not in _NO_KIND for word in words]
    whole, beginnings = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for word, kind in kinds:
        if not word.startswith("*") and not is_unspaced(word):
            (beginnings if word.endswith("*") else whole)[normal(word)].add(kind)
    fillers = [word for word in map(normal, listed["fillers"]) if word not in whole]
    return _Lexicon(
        same=same,
        longest=max((other.count(" ") + 1 for other in same), default=1),
        unspaced_same=_any_of([word for word in same if is_unspaced(word)]),
        fillers=frozenset(fillers),
        unspaced_fillers=_any_of([word for word in fillers if is_unspaced(word)]),
        between=frozenset(map(normal, listed["between"])),
        harmless=frozenset(map(normal, listed["harmless"])),
        whole={word: frozenset(of) for word, of in whole.items()},
        beginnings={word: frozenset(of) for word, of in beginnings.items()},
        parts=tuple((normal(w), k) for w, k in kinds if w.startswith("*") or is_unspaced(w)),
        longest_beginning=max(map(len, beginnings), default=0),
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern of any of these words, the longest first."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
