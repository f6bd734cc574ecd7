"""Tracking numbers of a visit, and the invented ones that stand for them: same form, right check digit.

An invented number has fives and X where its form allows, and at their end which of the visit's numbers it
stands for. Invented ones are known again, so that scrubbing twice changes nothing more.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from scrapers import vocabulary
from scrapers.numbers.checks import CHECKS
from scrapers.numbers.families import families, may_know
from scrapers.numbers.family import Family
from scrapers.numbers.published import couriers

#: Universal trackers know numbers of any form.
_SURE, _SHORTEST, _FEWEST_DIGITS = 0.5, 9, 5
_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{8,40}(?![A-Za-z0-9])")
_S10 = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_BETWEEN = r"[\s.\u00a0\u00ad\u200b‐-―-]{0,2}"
#: Shorter ones could stand by chance within anything: only whole words are taken for them; and of shorter
#: digits than `_LONG` only whole runs.
_SHORT, _LONG = 8, 13
#: Digits of the count, and how many fillers tell that a number is invented.
_COUNT, _TELLING = 2, 2
#: Shorter texts are no numbers but what was typed for one.
_SAYING = 5
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: More numbers than any page shows, and counts that are tried.
_MOST, _TRIES = 90, 9


@dataclass(frozen=True, slots=True)
class Numbers:
    """What stands for what, both in capital letters.

    pattern  finds a number that is replaced, however it is spaced
    spaced   finds an invented one
    """

    invented: Mapping[str, str] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None
    spaced: re.Pattern[str] | None = None

    def replaced(self, text: str) -> str:
        """`text` with every number replaced, however it is spaced, in the case it is written in."""
        return self.pattern.sub(lambda match: self._instead(match[0]), text) if self.pattern else text

    def is_invented(self, text: str) -> bool:
        """Whether a whole text is one of the invented numbers."""
        return self.spaced is not None and self.spaced.fullmatch(text) is not None

    def _instead(self, text: str) -> str:
        bare = "".join(c for c in text if c.isalnum())
        letters = iter(self.invented[bare.upper()])
        made = "".join(next(letters) if c.isalnum() else c for c in text)
        return made.lower() if bare.islower() else made


def numbers_for(portal: str, known: Sequence[str], texts: Iterable[str]) -> Numbers:
    """Invented numbers for those in `known` (the one asked for first) and for any other in `texts`."""
    wanted = [number for number in map(_bare, known) if len(number) > 2 and any(map(str.isdigit, number))]
    tokens = dict.fromkeys(match[0].upper() for text in texts for match in _TOKEN.finditer(text))
    others = [one for one in tokens if any(one in number for number in wanted) or _is_number(one)]
    wanted = list(dict.fromkeys([*wanted, *others]))[:_MOST]
    made: dict[str, str] = {}
    for number in sorted(wanted, key=len, reverse=True):
        longer = next((one for one in made if number in one), None)
        if longer is not None:  # printed without its check digit, or with a prefix
            start = longer.index(number)
            made[number] = made[longer][start : start + len(number)]
        else:
            made[number] = _invented(portal, number, wanted.index(number) + 1, {*wanted, *made.values()})
    return Numbers(made, _any_of(made), _any_of(made.values()))


def _bare(number: str) -> str:
    return "".join(c for c in number if c.isascii() and c.isalnum()).upper()


def _any_of(numbers: Iterable[str]) -> re.Pattern[str] | None:
    patterns = [_pattern(number) for number in sorted(set(numbers), key=lambda one: (-len(one), one))]
    return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None


def _pattern(number: str) -> str:
    spaced = _BETWEEN.join(number)
    if len(number) < _SHORT:
        return rf"(?<![A-Za-z0-9]){spaced}(?![A-Za-z0-9])"
    by_chance = number.isdigit() and len(number) < _LONG
    return rf"(?<![0-9]){spaced}(?![0-9])" if by_chance else spaced


def _is_number(token: str) -> bool:
    """Whether a token of a page is a tracking number; digits alone may be anything, and are masked."""
    if len(token) < _SHORTEST or token.isdigit() or sum(map(str.isdigit, token)) < _FEWEST_DIGITS:
        return False
    known = (one.level for portal, one in may_know(token).items() if not _is_universal(portal))
    return max(known, default=0.0) >= _SURE


def _is_universal(portal: str) -> bool:
    return vocabulary.facts(portal).kind == "universal"


def is_invented(portal: str, number: str) -> bool:
    """Whether `number` is one of those made here for `portal`."""
    if len(number) < _SAYING:
        return number == "".join(map(_filler, number))
    forms = _forms(portal, number)
    free = _free_places(number, forms)
    told = {len(number) - 1, *free[-1:], *_counting(number, free)}
    filled = [place for place in free if place not in told]
    return len(filled) >= _TELLING and all(number[place] == _filler(number[place]) for place in filled)


def _invented(portal: str, number: str, ordinal: int, taken: set[str]) -> str:
    """A number of the form of `number` that is none of `taken`; `number` itself if it was invented before."""
    if is_invented(portal, number):
        return number
    if len(number) < _SAYING:
        return "".join(map(_filler, number))
    forms = _forms(portal, number)
    free = _free_places(number, forms)
    best, most = number, -1
    for candidate in _candidates(number, free, ordinal):
        if candidate in taken:
            continue
        fitting = sum(form.holds(candidate) for form in forms)
        if fitting == len(forms) and is_invented(portal, candidate):
            return candidate
        if fitting > most:
            best, most = candidate, fitting
    return best


def _forms(portal: str, number: str) -> list[Family]:
    """The forms `number` has: by the portal itself if it knows any, else by whoever is surest."""
    own = [] if _is_universal(portal) else [form for form in families(portal) if form.holds(number)]
    others = [
        form
        for name in may_know(number)
        if not _is_universal(name)
        for form in families(name)
        if form.holds(number)
    ]
    others += [form for courier in couriers() for form in courier.families if form.holds(number)]
    if own:
        return [*own[:1], *[form for form in others if form.check is CHECKS["s10"]][:1]]
    return others[:1]


def _free_places(number: str, forms: Sequence[Family]) -> list[int]:
    """Where any digit or letter may stand, left to right."""
    free: list[int] = []
    letters = list(number)
    named = (
        len(number) if _S10.fullmatch(number) else 2
    )  # letters there tell service and post, and little else
    for place, was in enumerate(number):
        if was.isalpha() and place < named:
            continue
        letters[place] = _filler(was)
        if all(form.form.fullmatch("".join(letters)) for form in forms):
            free.append(place)
        else:
            letters[place] = was
    return free


def _filler(letter: str) -> str:
    """What fills a free place: zeros would be taken for numbers that are masked, or made up by others."""
    return "5" if letter.isdigit() else "X"


def _counting(number: str, free: Sequence[int]) -> list[int]:
    """The places of the count, its last digit first: before the check digit, if there is room."""
    digits = [place for place in free if number[place].isdigit()]
    return list(reversed(digits[:-1] if len(digits) > 2 else digits))[:_COUNT]


def _candidates(number: str, free: Sequence[int], ordinal: int) -> Iterator[str]:
    """Numbers with fillers at the free places and a count at the last of them, check digits tried out."""
    for count in range(ordinal, ordinal + _TRIES):
        letters = list(number)
        for place in free:
            letters[place] = _filler(number[place])
        for place, digit in zip(_counting(number, free), reversed(f"{count:0{_COUNT}}"), strict=False):
            letters[place] = digit
        last = sorted({len(number) - 1, *free[-1:]})
        choices = [_BASE36 if number[place].isalpha() else _BASE36[:10] for place in last]
        for chosen in product(*choices):
            for place, letter in zip(last, chosen, strict=True):
                letters[place] = letter
            yield "".join(letters)
