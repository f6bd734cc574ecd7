"""What stands for what names somebody: the same thing for the same thing, drawn at random for every copy.

A tracking number keeps its form and, where it had one, its check digit; nothing in a stand-in can be counted
back to what it stands for.
"""

import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from random import Random, SystemRandom

from scrapers.numbers import NumberError, tracking_number
from scrapers.numbers.families import families, portals
from scrapers.numbers.family import Family
from scrapers.numbers.published import couriers, published

_TRIES = 3_000
#: Letters that name the service and tell little: the first two of a number that has a form.
_SERVICE = 2
_UPPER = string.ascii_uppercase


@dataclass(slots=True)
class StandIns:
    """Stand-ins given so far, by what they stand for. `random` is a source nobody can foretell."""

    random: Random = field(default_factory=SystemRandom)
    _given: dict[tuple[str, str], str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _counts: Counter[str] = field(default_factory=Counter)

    def number(self, text: str) -> str | None:
        """The stand-in of a tracking number, None for a text that is none."""
        try:
            number = tracking_number(text)
        except (NumberError, StopIteration):
            return None
        return self._of("number", number, self._number(number))

    def digits(self, kind: str, text: str | None) -> str | None:
        """The stand-in of an id of that kind: other digits and letters, as many."""
        return None if text is None else self._of(kind, text, self._drawn(text))

    def counted(self, kind: str, text: str | None) -> str | None:
        """The stand-in of a name: "Item 3"."""
        if text is None:
            return None
        if (kind, text) not in self._given:
            self._counts[kind] += 1
        return self._of(kind, text, (f"{kind} {n}" for n in count(self._counts[kind])))

    def _of(self, kind: str, text: str, drawn: Iterator[str]) -> str:
        if (kind, text) not in self._given:
            made = next(one for one in drawn if one != text and one not in self._taken)
            self._given[kind, text] = made
            self._taken.add(made)
        return self._given[kind, text]

    def _number(self, number: str) -> Iterator[str]:
        forms = [form for form in _forms() if form.holds(number)]
        free = _free(number, forms)
        for _ in range(_TRIES if forms and free else 0):
            letters = list(number)
            for place in free:
                letters[place] = self._other(number[place])
            for last in _choices(number[free[-1]]):
                letters[free[-1]] = last
                drawn = "".join(letters)
                if all(form.holds(drawn) for form in forms):
                    yield drawn
        yield from self._drawn(number)

    def _drawn(self, text: str) -> Iterator[str]:
        while True:
            yield "".join(map(self._other, text)) if any(c.isalnum() for c in text) else self._drawn_digits()

    def _drawn_digits(self) -> str:
        return str(self.random.randrange(10**9, 10**10))

    def _other(self, letter: str) -> str:
        if letter.isdigit():
            return self.random.choice(string.digits)
        if not letter.isalpha():
            return letter
        return self.random.choice(_UPPER if letter.isupper() else string.ascii_lowercase)


@cache
def _forms() -> tuple[Family, ...]:
    """Every form of number that any carrier is known to use."""
    own = [form for portal in portals() for form in (*families(portal), *published(portal))]
    return (*own, *(form for courier in couriers() for form in courier.families))


def _free(number: str, forms: list[Family]) -> list[int]:
    """The places where another digit or letter may stand."""
    return [
        place
        for place, was in enumerate(number)
        if was.isalnum()
        and not (was.isalpha() and place < _SERVICE)
        and any(_fits(number, place, other, forms) for other in _choices(was) if other != was)
    ]


def _fits(number: str, place: int, other: str, forms: list[Family]) -> bool:
    changed = f"{number[:place]}{other}{number[place + 1 :]}"
    return all(form.form.fullmatch(changed) for form in forms)


def _choices(letter: str) -> str:
    return string.digits if letter.isdigit() else _UPPER
