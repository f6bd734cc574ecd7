"""The tables of `places.toml`, in the shapes the reading of places asks them in. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from collector.read.gazetteer import key

_TERRITORIES = frozenset(("US", code) for code in ("PR", "VI", "GU", "AS", "MP"))


@dataclass(frozen=True, slots=True)
class Subdivision:
    """A state or province. `zone` is None where it has places in two zones."""

    country: str
    code: str
    name: str
    admin: str
    zone: str | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that is known by table: its country, its zone (None: it covers two), its name for people."""

    country: str
    zone: str | None
    name: str


@cache
def subdivisions() -> tuple[Subdivision, ...]:
    """Every state and province in the table."""
    return tuple(
        Subdivision(country, code, entry["name"], entry.get("admin", code), entry.get("zone"))
        for country, entries in _data()["subdivisions"].items()
        for code, entry in entries.items()
    )


def with_code(code: str) -> tuple[Subdivision, ...]:
    """The states and provinces of a code; several countries have a "WA"."""
    return _by_code().get(code, ())


def with_name(text: str) -> tuple[Subdivision, ...]:
    """The states and provinces of a name; not US territories, which have country codes of their own."""
    return _by_name().get(key(text), ())


@cache
def _by_code() -> Mapping[str, tuple[Subdivision, ...]]:
    return {one.code: tuple(s for s in subdivisions() if s.code == one.code) for one in subdivisions()}


@cache
def _by_name() -> Mapping[str, tuple[Subdivision, ...]]:
    states = [s for s in subdivisions() if (s.country, s.code) not in _TERRITORIES]
    return {key(one.name): tuple(s for s in states if s.name == one.name) for one in states}


@cache
def odd_towns() -> Mapping[tuple[str, str], str]:
    """Zones of towns that keep another clock than their state, by state code and name."""
    return {(state, name): zone for state, t in _data()["towns"].items() for name, zone in t.items()}


@cache
def zip3_zones() -> Mapping[str, str]:
    """Zones by the first three digits of a US ZIP code, where a whole prefix area keeps one."""
    zones: dict[str, str] = {}
    for zone, spans in _data()["zip3"].items():
        for span in spans:
            first, _, last = span.partition("-")
            zones |= {f"{prefix:03}": zone for prefix in range(int(first), int(last or first) + 1)}
    return zones


@cache
def postcodes(country: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Zones of parts of a country, and what postal codes there look like."""
    found = _data()["postcodes"].get(country, {})
    return tuple((zone, re.compile(rf"(?<![0-9]){form}(?![0-9])")) for zone, form in found.items())


@cache
def mainland() -> Mapping[str, str]:
    """Countries read as one zone although some of their people live in another."""
    return dict(_data()["mainland"])


@cache
def airports() -> Mapping[str, Spot]:
    """Airports by IATA code."""
    return {code: Spot(row[0], row[1], f"{code} airport") for code, row in _data()["airports"].items()}


@cache
def named_spots() -> Mapping[str, Spot]:
    """Regions, and airports that go by a name of their own, by `gazetteer.key`."""
    spots = {
        key(name): Spot(row[0], row[1], f"{code} airport")
        for code, row in _data()["airports"].items()
        for name in row[2:]
    }
    for where, region in _data()["regions"].items():
        country = where.partition("-")[0]
        spots |= {key(name): Spot(country, region["zone"], name) for name in region["names"]}
    for country, names in _data()["regions_of_two_zones"].items():
        spots |= {key(name): Spot(country, None, name) for name in names}
    return spots


@cache
def glue_words() -> frozenset[str]:
    """Words that make another name of the one beside them: New Madrid is not Madrid."""
    return frozenset(_data()["glue"]["words"].split())


@cache
def in_words() -> frozenset[str]:
    """Words before the place where something happened: in, at, from."""
    return frozenset(_data()["in_text"]["before"].split())


@cache
def directions() -> frozenset[str]:
    """Words before the place a parcel goes to."""
    return frozenset(_data()["in_text"]["towards"].split())


@cache
def common_words() -> frozenset[str]:
    """Names of towns that are words of sentences, as `gazetteer.key` has them."""
    return frozenset(_data()["in_text"]["words"].split())


@cache
def facility_words() -> frozenset[str]:
    """Words that name a facility, a service or a carrier and no place."""
    return frozenset(_data()["facilities"]["words"].split())


@cache
def headings() -> tuple[str, ...]:
    """How texts begin that name where a parcel is going."""
    return tuple(_data()["headings"]["beginnings"])


@cache
def _data() -> Mapping[str, Any]:
    file = resources.files("collector.read") / "places.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
