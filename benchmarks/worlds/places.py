"""Towns by country, and how portals write them."""

from functools import cache
from typing import Literal

from benchmarks.worlds.model import Place
from benchmarks.worlds.profiles import data

Role = Literal["airport", "hubs", "towns"]
DESTINATIONS = ("ES", "US", "FR", "DE", "GB", "IT", "NL", "PL", "BR", "IL", "AU", "JP", "CA")


@cache
def towns(country: str, role: Role) -> tuple[Place, ...]:
    """The country's towns of that role."""
    known = data("places")["countries"][country]
    return tuple(
        Place(
            name=town["name"],
            country=country,
            country_name=known["name"],
            zone=town.get("zone", known["zone"]),
            region=town.get("region", ""),
            postcode=town.get("postcode", ""),
        )
        for town in known[role]
    )


@cache
def transits() -> tuple[Place, ...]:
    """Where flights are changed."""
    known = data("places")
    names = known["transit_names"]
    return tuple(
        Place(town["name"], town["country"], names[town["country"]], town["zone"])
        for town in known["transit"]
    )


def written(place: Place, style: str) -> str | None:
    """The place as a portal of that style prints it, None where it prints none."""
    abroad = not place.region
    match style:
        case "name":
            return place.name
        case "upper":
            return place.name.upper()
        case "name_country":
            return f"{place.name}, {place.country}"
        case "name_country_name":
            return f"{place.name}, {place.country_name}"
        case "country_code":
            return place.country
        case "name_region":
            return place.name if abroad else f"{place.name.upper()} {place.region}"
        case "region_country":
            return ", ".join(filter(None, (place.name, place.region, place.country_name)))
        case "region_or_country":
            return place.region if place.country == "JP" else place.country_name.upper()
        case "usps":
            if place.country != "US":
                return f"{place.name.upper()}, {place.country_name.upper()}"
            return f"{place.name.upper()}, {place.region} {place.postcode}"
        case _:
            return None
