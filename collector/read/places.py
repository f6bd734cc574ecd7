"""Zone and country of a printed place, as far as the gazetteer and the tables know them.

Nothing is guessed: a name that several places on different clocks share gives no zone, unless the text or
the hint tells them apart or one of them outweighs the others ten to one. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from collector.read.countries import code_of_iso, code_of_name, country_name, zone_of_country
from collector.read.gazetteer import CLEAR, SMALLEST, City, begins_a_name, cities, clear, clock_of, key, towns
from collector.read.place_data import (
    Subdivision,
    airports,
    facility_words,
    named_spots,
    odd_towns,
    with_code,
    with_name,
    zip3_zones,
)
from collector.read.place_text import LONGEST, Address, address, names_to_try, readable, without_unit

#: State codes that are words in addresses of other countries ("UNIDAD DE REPARTO").
_WORDS = frozenset(("AL", "AS", "CO", "DE", "IN", "LA", "MA", "ME", "OR", "PA", "SA"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a printed place is. `zone` (IANA) and `country` (ISO code) are None where they are not certain.

    `basis` says in words for people what they rest on: "Port Saint Lucie, Florida".
    """

    zone: str | None
    country: str | None
    basis: str


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One way to read an address: in a state, or in a country, with the cities of its name there."""

    country: str
    state: Subdivision | None
    found: tuple[City, ...]


def place_of(text: str | None, *, country_hint: str | None = None) -> Place | None:
    """Where `text` is, None if that is not known or if `text` names where the parcel is going.

    `country_hint` (ISO code) is weak: it chooses among places of one name, and a country or state in the
    text overrules it. Never raises.
    """
    if text is None or not text.strip() or len(text) > LONGEST:
        return None
    return _place_of(text, country_hint)


@lru_cache(maxsize=4096)
def _place_of(text: str, hint: str | None) -> Place | None:
    found = address(text, hint)
    if found is None:
        return None
    if found.subdivisions or found.iso:
        return _in_state(found, hint)
    if found.country is not None:
        return _in_country(found.parts, found.country)
    if len(found.parts) == 1 and (place := _alone(found.parts[0], hint)):
        return place
    return _anywhere(found.parts, hint)


def _in_state(found: Address, hint: str | None) -> Place | None:
    """The place in the state the text names, or in the country the same two letters may stand for."""
    meanings = [_Meaning(s.country, s, _cities(found.parts, s.country, s.admin)) for s in found.subdivisions]
    if found.iso is not None:
        meanings.append(_Meaning(found.iso, None, _cities(found.parts, found.iso, None)))
    meaning = meanings[0] if len(meanings) == 1 else _meant(meanings, found, hint)
    if meaning is None:
        return None
    if not _is_likely(meaning, found, hint):
        return _anywhere(found.parts, hint)
    if meaning.state is None:
        return _in_country(found.parts, meaning.country)
    return _placed_in_state(found, meaning.state, meaning.found)


def _meant(meanings: list[_Meaning], found: Address, hint: str | None) -> _Meaning | None:
    """The one of several meanings that is certain: the only one that has such a city, or the hinted one."""
    known = [m for m in meanings if m.found]
    if sure := [m for m in known if m.country == hint or (m.country == "US" and m.state and found.zip_code)]:
        return sure[0]
    largest = max((city.weight for m in known for city in m.found), default=0)
    if largest < CLEAR * SMALLEST or any(m.country == hint for m in meanings if not m.found):
        known += [small for m in meanings if not m.found and (small := _with_towns(m, found.parts)).found]
    hinted = [m for m in known if m.country == hint]
    if len(known) == 1 or hinted:
        return (hinted or known)[0]
    if known:
        best = clear([city for m in known for city in m.found])
        return next((m for m in known if best in m.found), None)
    of_hint = [m for m in meanings if m.country == hint]
    zipped = [m for m in meanings if m.country == "US" and found.zip_code]
    return next(iter(of_hint or zipped), None)


def _with_towns(meaning: _Meaning, parts: tuple[str, ...]) -> _Meaning:
    admin = meaning.state.admin if meaning.state else None
    return replace(meaning, found=_cities(parts, meaning.country, admin, towns))


def _is_likely(meaning: _Meaning, found: Address, hint: str | None) -> bool:
    """Whether two letters are a state: not merely letters behind an unknown name, in a foreign address."""
    if meaning.found or found.apart or found.zip_code or meaning.state is None:
        return True
    if meaning.state.code == "DC" or (meaning.state.code in _WORDS and hint is None):
        return False
    return hint in (None, meaning.country)


def _placed_in_state(found: Address, state: Subdivision, known: tuple[City, ...]) -> Place:
    where = f"{readable(found.parts[-1])}, {state.name}" if found.parts else state.name
    for name in (name for part in found.parts for name in names_to_try(part)):
        if zone := odd_towns().get((state.code, name)):
            return Place(zone, state.country, where)
    if state.zone is not None:
        return Place(state.zone, state.country, where)
    if city := clear(list(known)):
        return Place(city.zone, state.country, f"{city.name}, {state.name}")
    if state.country == "US" and (spot := _airport(found.parts, state.country)):
        return spot
    zone = zip3_zones().get((found.zip_code or "")[:3]) if state.country == "US" else None
    if zone is not None:
        return Place(zone, state.country, f"ZIP code {found.zip_code}, {state.name}")
    if city := clear(list(_cities(found.parts, state.country, state.admin, towns))):
        return Place(city.zone, state.country, f"{city.name}, {state.name}")
    return Place(None, state.country, f"{where}: the state has two zones")


def _in_country(parts: tuple[str, ...], country: str) -> Place:
    """The place in a country the text names; the country's own zone where the place in it is not known."""
    whole = zone_of_country(country)
    for name in (name for part in reversed(parts) for name in names_to_try(part)):
        spot = named_spots().get(name)
        if spot and spot.country in (country, *(("HK", "MO") if country == "CN" else ())):
            return Place(spot.zone, spot.country, spot.name)
    if spot_place := _airport(parts, country):
        return spot_place
    known = _cities(parts, country, None)
    if not known and whole is None:
        known = _cities(parts, country, None, towns)
    if city := clear(list(known)):
        return Place(city.zone, country, f"{city.name}, {country_name(country)}")
    if known:
        return Place(None, country, f"{readable(parts[-1])}: several places in {country_name(country)}")
    return Place(whole, country, country_name(country))


def _alone(part: str, hint: str | None) -> Place | None:
    """A text that is one part, where it is the code of an airport or a country, or a state's name."""
    airport = _airport((part,), None)
    iso = code_of_iso(part) if part.isupper() else None
    countries = {airport.country} if airport else {s.country for s in with_code(part) if len(part) == 2}
    if iso is not None and (airport or _is_also_a_state(part, hint)) and countries != {iso}:
        if airport and hint == airport.country:
            return airport
        return _in_country((), iso) if hint == iso else _unclear(part)
    return airport or (_state_alone(part, hint) if iso is None else _in_country((), iso))


def _is_also_a_state(code: str, hint: str | None) -> bool:
    """Whether a country's code may well be a state's: in the hinted country, or "CA" anywhere."""
    return code == "CA" or any(s.country == hint for s in with_code(code))


def _state_alone(part: str, hint: str | None) -> Place | None:
    """A state by its name, unless a country or a city on another clock has it too."""
    states = with_name(part)
    if not states:
        return None
    state, country, cities_so_named = states[0], code_of_name(part), cities(key(part))
    if country is not None and hint != state.country:
        return _in_country((), country) if hint == country else _unclear(part)
    if any(state.zone is None or clock_of(c.zone) != clock_of(state.zone) for c in cities_so_named):
        return _unclear(part)
    return Place(state.zone, state.country, state.name)


def _unclear(name: str) -> Place:
    return Place(None, None, f"{readable(name)}: several places of that name")


def _anywhere(parts: tuple[str, ...], hint: str | None) -> Place | None:
    """The place somewhere in the world the text names, among several the one in the hinted country."""
    names = [name for part in parts for name in names_to_try(part)]
    for name in names:
        if spot := named_spots().get(name):
            return Place(spot.zone, spot.country, spot.name)
    if parts and (place := _chinese_unit(parts[-1], hint)):
        return place
    for name in names:
        if found := cities(name):
            return _one_of(name, found, hint)
    return None


def _chinese_unit(part: str, hint: str | None) -> Place | None:
    """A Chinese town or district: all of China keeps one time, so the hint does where the name is unknown."""
    name = without_unit(part)
    if name is None or cities(key(part)):
        return None
    own = [city for city in cities(key(name), "CN") if hint == "CN" or key(city.name) == key(name)]
    if own:
        return Place(own[0].zone, "CN", f"{own[0].name}, China")
    return Place("Asia/Shanghai", "CN", f"{part}, China") if hint == "CN" else None


def _one_of(name: str, found: list[City], hint: str | None) -> Place:
    """Which city of one name is meant; neither fame nor the hint decides against the other."""
    nearby = [city for city in found if city.country == hint]
    if nearby and (city := clear(nearby)):
        abroad = [c.weight for c in found if c.country != hint and clock_of(c.zone) != clock_of(city.zone)]
        if not abroad or max(abroad) < CLEAR * nearby[0].weight:
            return Place(city.zone, city.country, f"{city.name}, {country_name(city.country)}")
    best = None if nearby or (hint and begins_a_name(name, hint)) else clear(found)
    if best is None:
        return _unclear(found[0].name)
    rivals = {c.country for c in found if c.weight * CLEAR > best.weight}
    if len(rivals) > 1:
        return Place(best.zone, None, f"{best.name}: several places of that name, on one clock")
    return Place(best.zone, best.country, f"{best.name}, {country_name(best.country)}")


def _cities(
    parts: tuple[str, ...], country: str, admin: str | None, look: Callable[..., list[City]] = cities
) -> tuple[City, ...]:
    names = (name for part in parts for name in names_to_try(part))
    return tuple(next(filter(None, (look(name, country, admin) for name in names)), ()))


def _airport(parts: tuple[str, ...], country: str | None) -> Place | None:
    """The airport one of the parts is the code of: three capitals, alone but for words like "Airport"."""
    for part in parts:
        words = [word for word in part.split() if key(word) not in facility_words()]
        spot = airports().get(words[0]) if len(words) == 1 else None
        if spot and country in (None, spot.country):
            return Place(spot.zone, spot.country, spot.name)
    return None
