"""Zone and country of a printed place, as far as the gazetteer and the tables know them.

How a text is taken apart stands in `place_text`, which of several places of one name is meant in
`place_choice`. A wrong zone is worse than none. Pure.
"""

from dataclasses import replace
from functools import lru_cache

from collector.read.countries import (
    code_of_iso,
    code_of_name,
    country_name,
    country_of_region,
    zone_of_country,
)
from collector.read.gazetteer import City, cities, clear, clock_of, key, towns
from collector.read.place_choice import (
    Place,
    airport_of,
    cities_of,
    country_or_city,
    one_of,
    place_inside,
    unclear,
)
from collector.read.place_data import (
    Subdivision,
    mainland,
    named_spots,
    odd_towns,
    postcodes,
    with_code,
    with_name,
    zip3_zones,
)
from collector.read.place_meanings import Meaning, is_doubtful, is_likely, meant
from collector.read.place_text import LONGEST, Address, address, names_to_try, readable, without_unit
from scrapers import vocabulary

__all__ = ["Place", "place_of"]

_NO_BRACKETS = str.maketrans("[]【】", "    ")


def place_of(
    text: str | None, *, country_hint: str | None = None, hint_is_sure: bool = False
) -> Place | None:
    """Where `text` is, None if that is not known or if `text` names where the parcel is going.

    `country_hint` (ISO code) is weak: it chooses among places of one name, and a country or state in the
    text overrules it, as does a far more famous place. `hint_is_sure` says that the place is in that country
    unless the text names another. Never raises.
    """
    if text is None or not text.strip() or len(text) > LONGEST:
        return None
    return _added(text) or _place_of(text, country_hint, hint_is_sure)


@lru_cache(maxsize=16_384)
def _place_of(text: str, hint: str | None, is_sure: bool) -> Place | None:
    found = address(text, hint)
    if found is None:
        return None
    place = _at_home(found, hint) if is_sure and hint is not None else None
    place = place or _somewhere(text, found, hint)
    return None if place is None else _by_postcode(place, text)


def _somewhere(text: str, found: Address, hint: str | None) -> Place | None:
    if found.subdivisions or found.iso:
        return _in_state(found, hint)
    if found.country is not None:
        named_alone = None if found.parts else country_or_city(text, found.country, hint)
        return named_alone or _in_country(found.parts, found.country)
    if len(found.parts) == 1 and (place := _alone(found.parts[0], hint)):
        return place
    return _anywhere(found.parts, hint)


def _added(text: str) -> Place | None:
    """The place as the user's own vocabulary has it, which may change while the program runs."""
    added = vocabulary.added_places()
    name = vocabulary.normal(text.translate(_NO_BRACKETS)) if added else ""
    found = added.get(name)
    return Place(found[0], found[1], readable(text)) if found else None


def _at_home(found: Address, country: str) -> Place | None:
    """The place of that name in `country`, down to its towns, where the text names no other country."""
    if found.country not in (None, country) or any(s.country != country for s in found.subdivisions):
        return None
    if found.iso not in (None, country) or found.subdivisions:
        return None
    known = cities_of(found.parts, country, None) or cities_of(found.parts, country, None, towns)
    city = clear(list(known))
    return Place(city.zone, country, f"{city.name}, {country_name(country)}") if city else None


def _by_postcode(place: Place, text: str) -> Place:
    """`place` in the zone its postal code proves."""
    for zone, form in postcodes(place.country or ""):
        if found := form.search(text):
            return replace(place, zone=zone, basis=f"postal code {found[0]}, {place.basis}")
    return place


def _in_state(found: Address, hint: str | None) -> Place | None:
    """The place in the state the text names, or in the country the same two letters may stand for."""
    meanings = [Meaning(s.country, s, cities_of(found.parts, s.country, s.admin)) for s in found.subdivisions]
    if found.iso is not None:
        meanings.append(Meaning(found.iso, None, cities_of(found.parts, found.iso, None)))
    meaning = meanings[0] if len(meanings) == 1 else meant(meanings, found, hint)
    if meaning is None or (not found.subdivisions and is_doubtful(meaning, found, hint)):
        return None
    if not is_likely(meaning, found, hint):
        return _anywhere(found.parts, hint)
    if meaning.state is None:
        return _in_country(found.parts, meaning.country)
    return _placed_in_state(found, meaning.state, meaning.found)


def _placed_in_state(found: Address, state: Subdivision, known: tuple[City, ...]) -> Place:
    where = f"{readable(found.parts[-1])}, {state.name}" if found.parts else state.name
    for name in (name for part in found.parts for name in names_to_try(part)):
        if zone := odd_towns().get((state.code, name)):
            return Place(zone, state.country, where)
    if state.zone is not None:
        return Place(state.zone, state.country, where)
    if city := clear(list(known)):
        return Place(city.zone, state.country, f"{city.name}, {state.name}")
    if state.country == "US" and (spot := airport_of(found.parts, state.country)):
        return spot
    zone = zip3_zones().get((found.zip_code or "")[:3]) if state.country == "US" else None
    if zone is not None:
        return Place(zone, state.country, f"ZIP code {found.zip_code}, {state.name}")
    if city := clear(list(cities_of(found.parts, state.country, state.admin, towns))):
        return Place(city.zone, state.country, f"{city.name}, {state.name}")
    return Place(None, state.country, f"{where}: the state has two zones")


def _in_country(parts: tuple[str, ...], country: str) -> Place:
    """The place in a country the text names; the country's own zone where the place in it is not known."""
    whole = zone_of_country(country)
    for name in (name for part in reversed(parts) for name in names_to_try(part)):
        spot = named_spots().get(name)
        if spot and spot.country in (country, *(("HK", "MO") if country == "CN" else ())):
            return Place(spot.zone, spot.country, spot.name)
    if spot_place := airport_of(parts, country):
        return spot_place
    known = cities_of(parts, country, None)
    if not known and whole is None:
        known = cities_of(parts, country, None, towns)
    if city := clear(list(known)):
        return Place(city.zone, country, f"{city.name}, {country_name(country)}")
    if known:
        return Place(None, country, f"{readable(parts[-1])}: several places in {country_name(country)}")
    return Place(whole, country, country_name(country))


def _alone(part: str, hint: str | None) -> Place | None:
    """A text that is one part, where it is the code of an airport or a country, or a state's name."""
    airport = airport_of((part,), None)
    iso = code_of_iso(part) if part.isupper() else None
    countries = {airport.country} if airport else {s.country for s in with_code(part) if len(part) == 2}
    if airport and iso and airport.zone and _is_one_clock(airport.zone, zone_of_country(iso)):
        return replace(airport, country=iso if iso == airport.country else None)
    if iso is not None and (airport or _is_also_a_state(part, hint)) and countries != {iso}:
        if airport and hint == airport.country:
            return airport
        return _in_country((), iso) if hint == iso else unclear(part)
    return airport or (_state_alone(part, hint) if iso is None else _in_country((), iso))


def _is_one_clock(zone: str, other: str | None) -> bool:
    return other is not None and clock_of(zone) == clock_of(other)


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
        return _in_country((), country) if hint == country else unclear(part)
    if state.zone is not None and hint == state.country:
        return Place(state.zone, state.country, state.name)
    if any(state.zone is None or clock_of(c.zone) != clock_of(state.zone) for c in cities_so_named):
        return unclear(part)
    return Place(state.zone, state.country, state.name)


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
            return one_of(name, found, hint)
    return _region(parts[-1], hint) or place_inside(parts, hint)


def _region(part: str, hint: str | None) -> Place | None:
    """A region of a country of one zone: "KANAGAWA"."""
    country = country_of_region(part, hint)
    zone = None if country is None else zone_of_country(country)
    return None if zone is None or country in mainland() else Place(zone, country, readable(part))


def _chinese_unit(part: str, hint: str | None) -> Place | None:
    """A Chinese town or district: all of China keeps one time, so the hint does where the name is unknown."""
    name = without_unit(part)
    if name is None or cities(key(part)):
        return None
    own = [city for city in cities(key(name), "CN") if hint == "CN" or key(city.name) == key(name)]
    if own:
        return Place(own[0].zone, "CN", f"{own[0].name}, China")
    return Place("Asia/Shanghai", "CN", f"{part}, China") if hint == "CN" else None
