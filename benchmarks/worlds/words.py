"""What portals say for what happened: short status phrases with their codes, per portal and language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from benchmarks.worlds.dice import pick
from benchmarks.worlds.profiles import data

_NO_LANGUAGES = frozenset({"also", "extras"})
_DATA = frozenset({"info_received", "notice"})
_MARKS = "BDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording. `meanings` are the milestones it may be read as; empty: nobody knows it."""

    text: str
    code: str | None
    meanings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Words:
    """A portal's wordings in one language, by milestone, and its rows without an event."""

    said: Mapping[str, tuple[Phrase, ...]]
    data: tuple[Phrase, ...]
    notices: tuple[Phrase, ...]


@cache
def _file(vocabulary: str) -> Mapping[str, Any]:
    words = resources.files(__package__).joinpath("words", f"{vocabulary}.toml")
    return tomllib.loads(words.read_text(encoding="utf-8"))


@cache
def styles() -> tuple[tuple[str, str], ...]:
    """Every vocabulary and language there is."""
    names = sorted(
        entry.name.removesuffix(".toml")
        for entry in resources.files(__package__).joinpath("words").iterdir()
        if entry.name.endswith(".toml")
    )
    return tuple((name, part) for name in names for part in _file(name) if part not in _NO_LANGUAGES)


@cache
def words(vocabulary: str, language: str) -> Words:
    """The wordings of a vocabulary in a language. Raises KeyError where it has none."""
    file = _file(vocabulary)
    said = {
        milestone: tuple(_phrase(entry, _meanings(file, entry)) for entry in entries)
        for milestone, entries in file[language].items()
    }
    extras = file["extras"]
    return Words(
        said,
        tuple(_phrase(entry, _DATA) for entry in extras["data"]),
        tuple(_phrase(entry, _DATA | {"exception"}) for entry in extras["notice"]),
    )


def with_odd_words(known: Words, random: Random, rate: float) -> Words:
    """The wordings with that share of milestones told in words nobody knows, the same ones every time."""
    odd = list(data("odd_words")["phrases"])
    random.shuffle(odd)
    said = {}
    for milestone, phrases in known.said.items():
        mark = f"{random.choice(_MARKS)}{random.choice(_MARKS)}{random.randrange(10, 100)}"
        is_odd, unknown = random.random() < rate, Phrase(f"{odd.pop()} {mark}", None, frozenset())
        said[milestone] = (unknown,) if is_odd else phrases
    return Words(said, known.data, known.notices)


def choose(phrases: tuple[Phrase, ...], random: Random) -> Phrase:
    """One of the wordings, the first twice as likely as the others."""
    return pick(random, (phrases[0], *phrases))


def _phrase(entry: str | list[str], meanings: frozenset[str]) -> Phrase:
    text, code = (entry, "") if isinstance(entry, str) else (entry[0], entry[1])
    return Phrase(text, code or None, meanings)


def _meanings(file: Mapping[str, Any], entry: str | list[str]) -> frozenset[str]:
    text = entry if isinstance(entry, str) else entry[0]
    found = set(file["also"].get(text, ()))
    for part, said in file.items():
        if part not in _NO_LANGUAGES:
            found.update(m for m, entries in said.items() if text in _texts(entries))
    return frozenset(found)


def _texts(entries: list[str | list[str]]) -> set[str]:
    return {entry if isinstance(entry, str) else entry[0] for entry in entries}
