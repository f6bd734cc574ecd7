"""The place a description names, for rows that have no place of their own. Pure.

Careful: a sentence is full of words that are towns somewhere ("Reading", "Mobile", "Post"), and often says
where the parcel goes. A name counts only in brackets, or written as a name behind a word such as "in" or
"at" or behind the word for a facility, and only if all that count agree.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from collector.read.gazetteer import cities, clock_of, key
from collector.read.place_data import (
    airports,
    common_words,
    directions,
    facility_words,
    in_words,
    named_spots,
)
from collector.read.place_text import address
from collector.read.places import Place, place_of

#: A city of fewer people counts only in the hinted country.
_KNOWN = 50_000
_LONGEST_TEXT = 300
_BRACKETS = re.compile(r"[\[【]([^\]】]{2,60})[\]】]")
_TOKEN = re.compile(r"[^\s,;:/()]+|[,;:/()]")
_MARKS = frozenset((",", ";", ":", "/", "(", ")", "-", "–", "."))
_ENDS = frozenset((";", ":", "."))
_CHINESE = re.compile(r"(?:到达|到達|抵达|离开|離開|到|在|从|由|於|于)([\u4e00-\u9fff]{2,12})")
_CHINESE_ONLY = re.compile(r"[\u4e00-\u9fff]+")
#: Small words inside names: Palma de Mallorca, Frankfurt am Main.
_PARTICLES = frozenset(
    ("de", "del", "la", "le", "du", "am", "an", "der", "den", "sur", "di", "do", "da", "of")
)
#: Words for facilities that are parts of names: Kansas City, North Post Oak.
_NAMES_TOO = frozenset(("city", "post", "international", "regional", "local", "p", "d", "c", "do", "mail"))
_SHORTEST = 4


def place_in_text(description: str | None, country_hint: str | None) -> Place | None:
    """Where `description` says that something happened, None if it says so of no place or of several.

    Several names of one clock, such as a town and its country, are one place: the first. Never raises.
    """
    if description is None or not description.strip() or len(description) > _LONGEST_TEXT:
        return None
    text = " ".join(description.split())
    bracketed = [_placed(found, country_hint) for found in _BRACKETS.findall(text)]
    found = bracketed if any(bracketed) else [_placed(n, country_hint) for n in _names(text, country_hint)]
    return _agreed([place for place in found if place])


@lru_cache(maxsize=16_384)
def _names(text: str, hint: str | None) -> tuple[str, ...]:
    """The names in `text` that are certainly of places."""
    found = (_certain(run, hint, is_led=is_led) for run, is_led in _runs(text))
    return tuple(name for name in found if name)


def _agreed(found: list[Place]) -> Place | None:
    """The first of `found` with a zone if no other has another clock."""
    zones = [place.zone for place in found if place.zone]
    if not zones or len({clock_of(zone) for zone in zones}) > 1:
        return None if zones or not found else found[0]
    return next(place for place in found if place.zone)


def _placed(name: str, hint: str | None) -> Place | None:
    found = place_of(name, country_hint=hint)
    return found if found and (found.zone or found.country) else None


def _runs(text: str) -> Iterator[tuple[Sequence[str], bool]]:
    """Runs of capitalised words, and whether they stand behind "in", "at" or a word for a facility.

    Behind a word such as "to" there are only names of places the parcel has yet to see.
    """
    yield from (((run,), True) for run in _CHINESE.findall(text))
    is_shouted, before, is_led = text.isupper(), "", False
    run: list[str] = []
    for token in [*_TOKEN.findall(text), ";"]:
        word = token.casefold()
        if _continues(token, is_shouted=is_shouted, has_begun=bool(run)):
            if not run:
                is_led = before in in_words() or key(before) in facility_words() - _NAMES_TOO
            run.append(token)
            before = word
            continue
        if run:
            yield run, is_led
        if word in directions():
            return
        run, before = [], word


def _continues(token: str, *, is_shouted: bool, has_begun: bool) -> bool:
    """Whether a token is part of a name, one that has begun or a new one."""
    word = token.casefold()
    if token in _MARKS:
        return has_begun and token not in _ENDS
    if word in directions() or (is_shouted and word in in_words() and word not in _PARTICLES):
        return False
    if token[0].isdigit() or word in _PARTICLES:
        return has_begun and (token[0].isdigit() or not is_shouted or word not in in_words())
    return token[0].isupper()


def _certain(run: Sequence[str], hint: str | None, *, is_led: bool) -> str | None:
    """The certain name in a run of words: the whole of it, else what stands behind its facility's name."""
    heads = [n for n, word in enumerate(run) if key(word) in facility_words() - _NAMES_TOO]
    starts = [*([0] if is_led else []), *(n + 1 for n in heads)]
    names = (_trimmed(run[start:]) for start in starts)
    return next((name for name in names if name and _is_certain(name, hint)), None)


def _trimmed(run: Sequence[str]) -> str:
    """The name a run of words is, without words for facilities before and behind it."""
    while run and (run[0] in _MARKS or key(run[0]) in facility_words()):
        run = run[1:]
    behind = facility_words() - _NAMES_TOO
    while run and (run[-1] in _MARKS or run[-1].casefold() in _PARTICLES or key(run[-1]) in behind):
        run = run[:-1]
    return " ".join(run).replace(" ,", ",")


def _is_certain(name: str, hint: str | None) -> bool:
    """Whether `name` is known as a place's, and not merely like one."""
    if _CHINESE_ONLY.fullmatch(name):
        return True
    found = address(name, hint)
    if found is None or key(name) in common_words():
        return False
    if found.country is not None and not found.parts:
        return len(name) >= _SHORTEST
    if found.country is not None or found.subdivisions or found.iso:
        country = found.country or found.iso
        states = found.subdivisions
        return any(
            _is_name(part, 0, country) or any(_is_name(part, 0, s.country) for s in states)
            for part in found.parts
        )
    return len(found.parts) == 1 and (
        _is_name(found.parts[0], _KNOWN, None) or (hint is not None and _is_name(found.parts[0], 0, hint))
    )


def _is_name(part: str, people: int, country: str | None) -> bool:
    """Whether a city of so many people, an airport or a region has that very name."""
    name = key(part)
    if part in airports() or name in named_spots():
        return True
    return len(name) >= _SHORTEST and any(city.weight >= people for city in cities(name, country))
