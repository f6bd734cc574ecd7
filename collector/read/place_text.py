"""A printed place taken apart: its parts, the country it names, the state codes it may name. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collector.read.countries import code_of_iso, code_of_name
from collector.read.gazetteer import cities, key
from collector.read.months import fold
from collector.read.place_data import (
    Subdivision,
    facility_words,
    glue_words,
    headings,
    named_spots,
    with_code,
    with_name,
)

LONGEST = 120

_BRACKETED = re.compile(r"\s*[\[【]([^\]】]+)[\]】]")
_PARTS = re.compile(r"[,，、;|/()（）\[\]【】:]+|\s[-–—]+(?=\s|$)")
_ZIP = re.compile(r"\s+([0-9]{5})(?:-?[0-9]{4})?$")
_COUNTRY_LAST = re.compile(r"(\S.*)\s([A-Z]{2})")
_STATE_FIRST = re.compile(r"([A-Z]{2,3}) ([A-Z]{2}) (\S.*)")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
_CHINA_FIRST = re.compile(r"^(?:中国|中國)(?=.)")
_CHINESE_UNIT = re.compile(r"(?<=[省市区區县縣镇鎮州])")
_TRANSLATED_UNIT = re.compile(
    r"(?<=\S) (?:town|district|county|township|subdistrict|village)$", re.IGNORECASE
)
_CHINESE_UNITS = "省市区區县縣镇鎮"
#: "Island" is Iceland in German and Polish, and the last word of many islands.
_NO_COUNTRIES = frozenset(("island",))
_ARTICLES = frozenset(("la", "le", "les", "el", "los", "las", "the"))
#: A word for facilities ("City-Hub") that ends and begins names: Union City, City of Industry.
_CITY = frozenset(("city",))
#: States of the United States that ISO 3166 has as countries too.
_TERRITORIES = frozenset(("PR", "VI", "GU", "AS", "MP"))


@dataclass(frozen=True, slots=True)
class Address:
    """A place's parts.

    parts        what is left beside country and state, as printed; the city is the last of them
    country      the ISO code of a country that is spelt out, or given beside a state of it
    subdivisions states the text may mean by its code or name; several countries use "WA"
    iso          the code of a country the same text may mean instead ("Berlin, DE", "Tbilisi, Georgia")
    apart        whether the code stands alone between commas, and not merely behind the city
    zip_code     the five digits of a ZIP code behind a US state
    """

    parts: tuple[str, ...]
    country: str | None = None
    subdivisions: tuple[Subdivision, ...] = ()
    iso: str | None = None
    apart: bool = False
    zip_code: str | None = None


def address(text: str, hint: str | None) -> Address | None:
    """`text` taken apart, None if it names no place or one the parcel is only going to."""
    if len(text) > LONGEST or _is_heading(fold(text)):
        return None
    plain = "".join(
        " " if unicodedata.category(c)[0] == "C" else c for c in unicodedata.normalize("NFKC", text)
    )
    if found := _BRACKETED.match(plain):
        plain = found[1]
    found = _STATE_FIRST.fullmatch(" ".join(plain.split()))
    if found and any(s.country == found[2] for s in with_code(found[1])):
        plain = f"{found[3]}, {found[1]}, {found[2]}"
    parts = [" ".join(part.split()) for part in _PARTS.split(_CHINA_FIRST.sub("中国,", plain))]
    parts = [part for part in parts if part and not _is_facility(part)]
    if not parts:
        return None
    country, parts = _country(parts, hint)
    return _with_state(parts, country, hint)


def names_to_try(part: str) -> Iterator[str]:
    """The `gazetteer.key`s a part may be known by: whole, without facility words, its halves, its units."""
    name = key(part)
    yield name
    for kept in (_CITY, frozenset[str]()):
        short = " ".join(_without_facilities(name.split(), kept))
        if short and short != name:
            yield short
    if "-" in part:
        for half in reversed(part.split("-")):
            if bare := " ".join(_without_facilities(key(half).split())):
                yield bare
    for run in _CHINESE.findall(name):
        for unit in (run, *_CHINESE_UNIT.split(run)):
            yield unit
            yield unit.rstrip(_CHINESE_UNITS)


def readable(part: str) -> str:
    """`part` for people: without facility words at its ends, in title case; a code as it is."""
    kept = _without_facilities(part.split()) or part.split()
    return part if len(part) < 4 else " ".join(kept).title()


def without_unit(part: str) -> str | None:
    """`part` without the word for a Chinese town, district or county it ends with, None if it has none."""
    if part.endswith(tuple(_CHINESE_UNITS)):
        return part.rstrip(_CHINESE_UNITS) or None
    found = _TRANSLATED_UNIT.search(part)
    return part[: found.start()] if found else None


def _is_heading(folded: str) -> bool:
    """Whether the text says where the parcel goes; "on its way toBARAJAS" is printed without the blank."""
    return any(
        folded.startswith(beginning)
        and (len(beginning) > 8 or not beginning.isascii() or folded[len(beginning) :].startswith(" "))
        for beginning in headings()
    )


def _is_facility(part: str) -> bool:
    words = key(part).split()
    return all(word in facility_words() or not word.isalpha() for word in words) and not _is_code(part)


def _is_code(part: str) -> bool:
    return part.isupper() and len(part) == 2 and part.isascii()


def _without_facilities(words: Sequence[str], kept: frozenset[str] = frozenset()) -> Sequence[str]:
    dropped = facility_words() - kept
    while words and (key(words[-1]) in dropped or words[-1].isdigit()):
        words = words[:-1]
    while words and key(words[0]) not in _CITY and (key(words[0]) in dropped or words[0].isdigit()):
        words = words[1:]
    return words


def _country(parts: Sequence[str], hint: str | None) -> tuple[str | None, list[str]]:
    """The country that is spelt out, and the parts without it."""
    *before, last = parts
    if not before and key(last) in named_spots():
        return None, [last]
    if before and (code := code_of_iso(last) if _is_code(last) else None):
        state = before[-1].split()[-1]
        if any(s.country == code for s in with_code(state)) or not with_code(last):
            return code, before
    if not with_name(last) and (code := code_of_name(last)):
        return code, before
    if before and (code := code_of_name(parts[0])):
        return code, list(parts[1:])
    words = last.split()
    known = cities(key(last)) or key(last) in named_spots() or with_name(last)
    for size in () if known else range(min(4, len(words) - 1), 0, -1):
        tail = " ".join(words[-size:])
        is_name = (len(tail) > 3 or tail in ("USA", "UK", "UAE")) and key(tail) not in _NO_COUNTRIES
        head = " ".join(words[:-size])
        if is_name and key(words[-size - 1]) not in glue_words() - _ARTICLES and (code := code_of_name(tail)):
            return code, [*before, *([] if _is_facility(head) else [head])]
    found = _COUNTRY_LAST.fullmatch(last)
    if found and (code := _country_behind(found[1], found[2], hint)):
        return code, [*before, found[1]]
    return None, list(parts)


def _country_behind(rest: str, letters: str, hint: str | None) -> str | None:
    """The country whose code stands behind a place in it: "SHENZHEN CN", "AUSTIN TX 78701 US"."""
    code, states = code_of_iso(letters), with_code(letters)
    if code is None or letters in _TERRITORIES:
        return None
    before = _ZIP.sub("", rest).split()
    if before and any(s.country == code for s in with_code(before[-1])):
        return code
    if any(_is_known(rest, s.country, s.admin) for s in states):
        return None
    return code if _is_known(rest, code) or (code == hint and key(letters) not in facility_words()) else None


def _is_known(part: str, country: str, admin: str | None = None) -> bool:
    return any(cities(name, country, admin) for name in names_to_try(part))


def _with_state(parts: list[str], country: str | None, hint: str | None) -> Address:
    if not parts:
        return Address((), country)
    *before, last = parts
    zipped = _ZIP.search(last)
    last = last[: zipped.start()] if zipped else last
    zip_code = zipped[1] if zipped else None
    if (before or country) and (named := _allowed(with_name(last), country, hint, before)):
        return Address(tuple(before), country, named, None if country else code_of_name(last), True, zip_code)
    words = last.split()
    while len(words) > 1 and not with_code(words[-1]) and _is_facility(words[-1]):
        words.pop()
    code = words[-1] if words else ""
    city_parts = [*before, " ".join(words[:-1])] if len(words) > 1 else before
    found = _allowed(with_code(code), country, hint, city_parts) if code.isupper() else ()
    apart = len(words) == 1 and (bool(before) or country is not None)
    iso = (
        code_of_iso(code)
        if apart and before and country is None and len(code) == 2 and code.isupper()
        else None
    )
    if (found or iso) and (len(words) > 1 or apart):
        return Address(tuple(city_parts), country, found, iso, apart, zip_code)
    return Address((*before, last), country, zip_code=zip_code)


def _allowed(
    found: Sequence[Subdivision], country: str | None, hint: str | None, city_parts: Sequence[str]
) -> tuple[Subdivision, ...]:
    """Those of `found` in `country`; Brazil's states, whose codes are many countries', need a reason."""
    if country is not None:
        return tuple(s for s in found if s.country == country)
    return tuple(
        s
        for s in found
        if s.country != "BR" or hint == "BR" or any(_is_known(part, "BR", s.admin) for part in city_parts)
    )
