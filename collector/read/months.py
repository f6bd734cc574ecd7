"""What month or weekday a printed name stands for, in the languages of `months.toml`. Pure."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f]")
_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """`text` for comparison: no case, accents, full-width forms or invisible marks; blanks made one space."""
    plain = text.casefold()
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _SPACE.sub(" ", _INVISIBLE.sub("", plain)).strip()


def month_of(name: str) -> int | None:
    """The month (1 to 12) a folded `name` stands for, None if it is no month's."""
    return _months().get(name)


def weekdays_of(name: str, languages: Sequence[str] = ()) -> frozenset[int]:
    """The weekdays (Monday 0) a folded `name` may stand for; empty if it is no weekday's.

    `languages`, where any of them has the name, decide between languages that use it differently.
    """
    meanings = _weekdays().get(name, {})
    spoken = {language.partition("-")[0].partition("_")[0].lower() for language in languages}
    return frozenset(d for lang, d in meanings.items() if lang in spoken) or frozenset(meanings.values())


@cache
def _names() -> Mapping[str, Mapping[str, list[str]]]:
    file = resources.files("collector.read") / "months.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _months() -> Mapping[str, int]:
    return {
        fold(name): number
        for months in _names()["months"].values()
        for number, names in enumerate(months, start=1)
        for name in names.split()
    }


@cache
def _weekdays() -> Mapping[str, Mapping[str, int]]:
    days: dict[str, dict[str, int]] = {}
    for language, weekdays in _names()["weekdays"].items():
        for number, names in enumerate(weekdays):
            for name in names.split():
                days.setdefault(fold(name), {})[language] = number
    return days
