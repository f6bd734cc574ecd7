"""Which of several places of one name is meant, and what may be meant by part of a name. Pure.

Nothing is guessed: a name that several places on different clocks share gives no zone, unless the hint
tells them apart or one of them outweighs the others ten to one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from collector.read.countries import country_name, population, zone_of_country
from collector.read.gazetteer import CLEAR, City, begins_a_name, cities, clear, clock_of, key, towns
from collector.read.place_data import Spot, airports, facility_words, named_spots
from collector.read.place_spans import FAMOUS, inner_names, of_one_clock
from collector.read.place_text import names_to_try, readable

#: A city so large is meant even where the hinted country has a town of its name.
WORLD_CITY = 300_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a printed place is. `zone` (IANA) and `country` (ISO code) are None where they are not certain.

    `basis` says in words for people what they rest on: "Port Saint Lucie, Florida".
    """

    zone: str | None
    country: str | None
    basis: str


def country_or_city(text: str, country: str, hint: str | None) -> Place | None:
    """A city of a country's name ("Granada" in Spain) where it may be meant; None if the country is."""
    found = next(filter(None, (cities(name) for name in names_to_try(text))), [])
    rivals = [city for city in found if city.country != country]
    if hint == country or not rivals:
        return None
    people = population(country)
    nearby = [city for city in rivals if city.country == hint]
    if nearby and nearby[0].weight * CLEAR >= people:
        return one_of(key(rivals[0].name), rivals, hint)
    own = zone_of_country(country)
    same_clock = own is not None and all(clock_of(city.zone) == clock_of(own) for city in rivals)
    return None if same_clock or (people >= CLEAR * rivals[0].weight and not nearby) else unclear(text)


def unclear(name: str) -> Place:
    return Place(None, None, f"{readable(name)}: several places of that name")


def place_inside(parts: tuple[str, ...], hint: str | None) -> Place | None:
    """The famous place, or the one in the hinted country, whose name stands inside a longer unknown one."""
    for part in reversed(parts):
        for group in inner_names(part):
            spots = [spot for name in group if (spot := named_spots().get(name)) and spot.zone]
            found = [city for name in group for city in cities(name)[:1] if city.weight >= FAMOUS]
            found += [city for name in group if hint for city in cities(name, hint)[:1]]
            zones = {
                clock_of(zone) for zone in (*(s.zone for s in spots if s.zone), *(c.zone for c in found))
            }
            if len(zones) > 1:
                return None
            if spots:
                return Place(spots[0].zone, spots[0].country, spots[0].name)
            if city := of_one_clock(found):
                return one_of(key(city.name), cities(key(city.name)) or found, hint)
    return None


def one_of(name: str, found: list[City], hint: str | None) -> Place:
    """Which city of one name is meant; neither fame nor the hint decides against the other."""
    nearby = [city for city in found if city.country == hint]
    if nearby and (city := clear(nearby)):
        abroad = [c.weight for c in found if c.country != hint and clock_of(c.zone) != clock_of(city.zone)]
        if not abroad or max(abroad) < CLEAR * nearby[0].weight:
            return Place(city.zone, city.country, f"{city.name}, {country_name(city.country)}")
    best = None if nearby or (hint and begins_a_name(name, hint)) else clear(found)
    if best is not None and hint and best.weight < WORLD_CITY and towns(name, hint):
        best = None
    if best is None:
        return unclear(found[0].name)
    rivals = {c.country for c in found if c.weight * CLEAR > best.weight}
    if len(rivals) > 1:
        return Place(best.zone, None, f"{best.name}: several places of that name, on one clock")
    return Place(best.zone, best.country, f"{best.name}, {country_name(best.country)}")


def cities_of(
    parts: tuple[str, ...], country: str, admin: str | None, look: Callable[..., list[City]] = cities
) -> tuple[City, ...]:
    names = (name for part in parts for name in names_to_try(part))
    if found := next(filter(None, (look(name, country, admin) for name in names)), None):
        return tuple(found)
    groups = (group for part in reversed(parts) for group in inner_names(part))
    inside = ([city for name in group for city in look(name, country, admin)] for group in groups)
    city = of_one_clock(next(filter(None, inside), []))
    return (city,) if city else ()


def airport_of(parts: tuple[str, ...], country: str | None) -> Place | None:
    """The airport one of the parts is the code of: three capitals, alone but for words like "Airport"."""
    for part in parts:
        words = [word for word in part.split() if key(word) not in facility_words()]
        spots = [airports()[word] for word in words if word in airports()]
        spot = spots[0] if len(spots) == 1 and country in (None, spots[0].country) else None
        if spot and (len(words) == 1 or _is_city_of(" ".join(words), spot)):
            return Place(spot.zone, spot.country, spot.name)
    return None


def _is_city_of(part: str, spot: Spot) -> bool:
    """Whether what stands beside an airport's code is a city on its clock: "PARIS CDG", not "LAS PALMAS"."""
    found = cities(key(part))
    names = [] if found else [n for group in inner_names(part) for n in group]
    inside = [city for name in names for city in cities(name, spot.country)]
    return any(spot.zone and clock_of(city.zone) == clock_of(spot.zone) for city in inside)
