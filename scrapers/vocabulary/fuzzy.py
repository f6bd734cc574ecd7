"""Wordings that are nearly known. Prefers "unknown" to wrong.

Two wordings are compared only where the words that decide meanings are of the same kinds in both (a denial, a
forecast, customs, a return ...) and the same numbers stand in them; and nothing is said where two milestones
are about equally near.
"""

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from scrapers.vocabulary.indexing import Essences, merged
from scrapers.vocabulary.lexicon import Essence, is_between, is_harmless, is_unspaced, kinds_of, of_words
from scrapers.vocabulary.model import Meaning
from scrapers.words import ACCOMPLISHED, Milestone

#: Least likeness, of 100, of essences shorter than `_SHORT` characters and of longer ones.
_NEAR_SHORT, _NEAR, _SHORT = 94.0, 88.0, 14
#: A wording this much less like than the best one is no rival to it.
_RIVAL = 4.0
#: Least likeness of a word to a known one that it is taken for a misprint of.
_MISPRINT, _LEAST_LETTERS = 82.0, 5
#: Most words of a text that no vocabulary knows and that are taken for a place or a name.
_MOST_UNKNOWN = 4
_UNSURE = frozenset({"negation", "forecast"})
#: Kinds of words to whom, by whom or from whom something is done, which its "to" or "by" tells.
_PARTIES = frozenset({"carrier", "sender", "pickup", "office"})
#: Kinds of words that tell what happened: without one of them the unknown word may be what tells it.
_ACTIONS = frozenset(
    {
        *("arrive", "attempt", "cancel", "collected", "data", "delivered", "depart", "done", "held", "out"),
        *("received", "return", "start", "waiting"),
    }
)


def alike(wanted: Essence, known: Essences) -> Meaning | None:
    """The meaning of a wording known but for misprints, a place or a name, or how it was delivered."""
    corrected = of_words(_corrected(word, known) for word in wanted.words)
    if corrected.key != wanted.key and (meaning := known.meanings.get(corrected.key)):
        return meaning
    if "delivered" in corrected.kinds:
        plain = of_words(w for w in corrected.words if "delivered" in kinds_of(w) or not is_harmless(w))
        meaning = known.meanings.get(plain.key)
        if meaning and meaning.milestone is Milestone.DELIVERED:
            return meaning
    return _without_names(corrected, known)


def loosely(wanted: Essence, known: Essences) -> Meaning | None:
    """The meaning of the wordings nearest to `wanted`, None unless near enough and of one mind."""
    corrected = of_words(_corrected(word, known) for word in wanted.words)
    if not corrected.kinds & _ACTIONS:
        return None
    near: list[tuple[float, Meaning]] = []
    for key, meaning in known.by_kinds.get(corrected.kinds, ()):
        likeness = _likeness(corrected.key, key)
        if likeness >= _threshold(corrected.key, key) and _is_as_sure(corrected, key, meaning):
            near.append((likeness, meaning))
    if not near:
        return None
    best = max(likeness for likeness, _ in near)
    return _common(meaning for likeness, meaning in near if likeness > best - _RIVAL)


def _without_names(wanted: Essence, known: Essences) -> Meaning | None:
    """The meaning of the known words alone, where the unknown ones can be a place or a name."""
    kept = [w for w in wanted.words if w in known.words or kinds_of(w) or w in wanted.numbers]
    unknown = len(wanted.words) - len(kept)
    if not 0 < unknown <= _MOST_UNKNOWN:
        return None
    while kept and is_between(kept[-1]):
        kept.pop()
    rest = of_words(kept)
    telling = len(rest.words) if not any(map(is_unspaced, rest.words)) else 2
    if telling < 2 or not rest.kinds & _ACTIONS or len(rest.key) < _SHORT // 2:
        return None
    return known.meanings.get(rest.key)


@lru_cache(maxsize=1 << 14)
def _corrected(word: str, known: Essences) -> str:
    """The known word that `word` is a misprint of, else `word`: never one that begins otherwise."""
    if word in known.words or len(word) < _LEAST_LETTERS or kinds_of(word) or not word.isalpha():
        return word
    found = process.extractOne(
        word,
        known.by_initial.get(word[0], ()),
        scorer=Levenshtein.normalized_similarity,
        score_cutoff=_MISPRINT / 100,
    )
    return found[0] if found else word


def _likeness(one: str, other: str) -> float:
    """0 to 100: equal words in any order are 100, words too many on either side cost."""
    if is_unspaced(one) or is_unspaced(other):
        return fuzz.ratio(one, other)
    return (fuzz.token_sort_ratio(one, other) + fuzz.token_set_ratio(one, other)) / 2


def _threshold(one: str, other: str) -> float:
    return _NEAR_SHORT if min(len(one), len(other)) < _SHORT else _NEAR


def _is_as_sure(wanted: Essence, key: str, meaning: Meaning) -> bool:
    """Whether both have the same numbers and, of an accomplished event, the same words that could undo it."""
    known = of_words(key.split())
    if known.numbers != wanted.numbers:
        return False
    if meaning.milestone not in ACCOMPLISHED:
        return True
    if wanted.kinds & _PARTIES and _between(known) != _between(wanted):
        return False
    return _unsure_words(known) == _unsure_words(wanted)


def _between(text: Essence) -> set[str]:
    return {word for word in text.words if is_between(word)}


def _unsure_words(text: Essence) -> list[str]:
    return sorted(word for word in text.words if kinds_of(word) & _UNSURE)


def _common(meanings: Iterable[Meaning]) -> Meaning | None:
    found = list(meanings)
    common: Meaning | None = found[0]
    for meaning in found[1:]:
        common = merged(common, meaning)
    return common
