"""From a row's words to their meaning, layer by layer: a portal's own words first, then everybody's.

Each layer is tried on the text as printed, then without what is printed around the wording (dates, numbers,
brackets, the row's own place). What a stranger's words mean is only believed where nobody contradicts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from scrapers.vocabulary.fuzzy import alike, loosely
from scrapers.vocabulary.indexing import (
    Index,
    Place,
    common_essences,
    general_index,
    lent,
    merged,
    own_essences,
    strangers,
)
from scrapers.vocabulary.lexicon import essence, is_between, is_harmless, kinds_of, matters, without_openers
from scrapers.vocabulary.model import Entry, Meaning
from scrapers.vocabulary.normalising import (
    LONGEST,
    bare,
    in_leading_brackets,
    leading_brackets_opened,
    normal,
    normal_code,
    undoubled,
    without_brackets,
    without_moments,
    without_place,
)
from scrapers.words import ACCOMPLISHED, Milestone

#: Kinds of words that, behind a wording, deny, defer or redirect what it says.
_TURNING = frozenset({"negation", "forecast", "return", "sender", "harm", "cancel"})
#: Those that do so behind a beginning of `_TELLING` words, which has told its event.
_DENYING, _TELLING = frozenset({"negation", "cancel"}), 4
#: Those that do so behind a failure, a return or a mere notice.
_ENDING = frozenset({"cancel", "delivered"})
#: Kinds of words that, said in brackets, change what stands outside them; others there are a place's.
_SAID_ASIDE = _TURNING | {"pickup", "delivered", "attempt", "carrier", "customs"}
_BRACKETS = "[【(（"
#: Most words of a place's name.
_LONGEST_NAME = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A layer's answer. `meaning` None: the words are known to mean nothing certain."""

    meaning: Meaning | None


def by_code(index: Index, code: str, where: str) -> Found | None:
    """What the first entry says that knows the code and whose condition holds."""
    return _first(index.codes.get(normal_code(code), ()), where)


def by_own_words(index: Index, texts: tuple[str, ...], where: str) -> Found | None:
    """What a portal's own entries say of any form of a text."""
    for text in texts:
        begun = [place for start, place in index.beginnings if _goes_on(start, text, place[1])]
        if found := _first((*index.exact.get(text, ()), *begun), where):
            return found
    return None


def by_own_essence(index: Index, texts: tuple[str, ...]) -> Found | None:
    """What a portal's own entries say in the same telling words as any form of a text."""
    found = (own_essences(index).meanings.get(essence(text).key) for text in texts)
    return next((Found(meaning) for meaning in found if meaning is not None), None)


def by_common_words(texts: tuple[str, ...], where: str) -> Found | None:
    """What the general words say, else those of all portals that know the text, if they agree."""
    for text in texts:
        if found := _first(general_index().exact.get(text, ()), where):
            return found
        if found := _agreed(_lent(places, text, where) for places in strangers().exact.get(text, ())):
            return found
        if found := _begun(text, where):
            return found
    return None


def by_common_essence(texts: tuple[str, ...]) -> Found | None:
    """What everybody says in the same telling words."""
    known = common_essences().meanings
    return next((Found(known[key]) for text in texts if (key := essence(text).key) in known), None)


def by_common_code(code: str) -> Found | None:
    """What all portals mean by a code that is too long and worded to be anybody's by chance."""
    wanted = normal_code(code)
    if len(wanted) < 7 or not any(c.isalpha() for c in wanted):
        return None
    return _agreed(_lent(places, "", "") for places in strangers().codes.get(wanted, ()))


def by_likeness(texts: tuple[str, ...], own: tuple[Index, ...]) -> Found | None:
    """What the nearest known wording says, if one is near enough and no other is as near."""
    if (found := _by_what_stands_before_a_name(texts, own)) is not None:
        return found
    for wanted in {one.key: one for one in map(essence, texts)}.values():
        for known in (*map(own_essences, own), common_essences()):
            if (meaning := alike(wanted, known)) or (meaning := loosely(wanted, known)):
                return Found(meaning)
    return None


def as_printed(text: str) -> str:
    """A text normalised: without a town in brackets in front, with a word there that turns the meaning."""
    return normal(_opened(text))


def _opened(text: str) -> str:
    return leading_brackets_opened(text) if _turns(in_leading_brackets(text)) else text


def forms(text: str, place: str | None) -> tuple[str, ...]:
    """A text normalised, then with less and less of what is printed around its wording."""
    plain = as_printed(text)
    if len(text) > LONGEST or not plain:
        return (plain,) if plain else ()
    cleaned = without_moments(text)
    found = [plain, bare(_opened(text))]
    if any(bracket in text for bracket in _BRACKETS):
        found.append(undoubled(normal(without_brackets(cleaned, lambda _: True))))
        found.append(undoubled(normal(without_brackets(cleaned, matters))))
    found.append(undoubled(normal(without_brackets(cleaned, _turns))))
    if "_" in text:
        found.append(normal(text.replace("_", " ")))
    if place:
        found.extend([without_place(one, place, matters) for one in found])
    found.extend([_trimmed(one) for one in found if one != plain])
    found.extend([without_openers(one) for one in found])
    found.extend([undoubled(one) for one in found])
    return tuple(one for one in dict.fromkeys(found) if one)


def _turns(text: str) -> bool:
    """Whether words in brackets change what stands outside them."""
    return bool(essence(normal(text)).kinds & _SAID_ASIDE)


def _trimmed(text: str) -> str:
    """A normal text without the words that stood between it and a place now gone."""
    words = text.split()
    while len(words) > 1 and is_between(words[-1]):
        words.pop()
    return " ".join(words)


def _by_what_stands_before_a_name(texts: tuple[str, ...], own: tuple[Index, ...]) -> Found | None:
    """What a text says without the place it ends with: no delivery, for that may be a shop's name."""
    parts = tuple(filter(None, map(_before_a_name, texts)))
    answers = [by_own_words(index, parts, "") for index in own]
    answers.append((by_common_words(parts, "") or by_common_essence(parts)) if parts else None)
    found = next((answer for answer in answers if answer is not None), None)
    is_delivered = found and found.meaning and found.meaning.milestone is Milestone.DELIVERED
    return None if is_delivered else found


def _before_a_name(text: str) -> str | None:
    """What stands before a place no vocabulary knows ("sorted in Nieuwegein"), None if there is none."""
    words, known = text.split(), common_essences().words
    for at in range(max(1, len(words) - _LONGEST_NAME), len(words) - 1):
        name = [word for word in words[at + 1 :] if not is_between(word)]
        if is_between(words[at]) and name and not any(word in known or kinds_of(word) for word in name):
            return " ".join(words[:at])
    return None


def _first(places: tuple[Place, ...], where: str) -> Found | None:
    """What the earliest entry says whose condition holds."""
    holding = [place for place in places if place[1].holds(where)]
    return Found(min(holding, key=lambda place: place[0])[1].meaning) if holding else None


def _lent(places: tuple[Place, ...], text: str, where: str) -> Meaning | None:
    """What a stranger's earliest entry says of `text` whose condition holds."""
    holding = [place for place in places if place[1].holds(where)]
    return lent(min(holding, key=lambda place: place[0])[1], text) if holding else None


def _goes_on(start: str, text: str, entry: Entry) -> bool:
    """Whether `text` begins so, and nothing follows that denies an event or puts off a delivery."""
    if not text.startswith(start):
        return False
    milestone = entry.meaning.milestone if entry.meaning else None
    if milestone not in ACCOMPLISHED:
        return True
    said, follows = essence(start).kinds, essence(text[len(start) :]).kinds
    undone = {"negation", "forecast"} if milestone is Milestone.DELIVERED else {"negation"}
    return not (follows - said) & undone


def _begun(text: str, where: str) -> Found | None:
    """What is meant by a beginning of `text`, if what follows is only a place or how it was delivered."""
    general = tuple(p for start, p in general_index().beginnings if _is_plain(start, text, p[1]))
    if found := _first(general, where):
        return found
    for beginnings in strangers().beginnings:
        fitting = tuple(p for start, p in beginnings if _is_plain(start, text, p[1]))
        if (meaning := _lent(fitting, text, where)) is not None:
            return Found(meaning)
    return None


def _is_plain(start: str, text: str, entry: Entry) -> bool:
    """Whether `text` begins so, and what follows lets a stranger's wording stand."""
    if not text.startswith(start):
        return False
    if entry.place is not None:
        return not essence(text[len(start) :]).kinds & _DENYING
    if start.isascii() and text[len(start) : len(start) + 1].isalnum():
        return False
    rest, milestone = essence(text[len(start) :]), entry.meaning.milestone if entry.meaning else None
    if milestone is Milestone.DELIVERED and not all(map(is_harmless, rest.words)):
        return len(essence(start).words) > 1 and not rest.kinds
    if milestone not in ACCOMPLISHED:
        return not rest.kinds & _ENDING
    return not rest.kinds & (_DENYING if len(essence(start).words) >= _TELLING else _TURNING)


def _agreed(answers: Iterable[Meaning | None]) -> Found | None:
    """What several portals agree on; None if they do not, or none of them answers."""
    meanings = [meaning for meaning in answers if meaning is not None]
    if not meanings:
        return None
    common: Meaning | None = meanings[0]
    for meaning in meanings[1:]:
        common = merged(common, meaning)
    return Found(common)
