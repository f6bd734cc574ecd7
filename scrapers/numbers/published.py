"""What published data say of carriers' numbers: forms and check digits of couriers, and the issuing posts.

The data lie in `carriers/`, unchanged (see the README there). Their patterns allow blanks anywhere; numbers
come here in the one spelling, which has none. A courier's code without its underscores is its portal's name.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from scrapers.numbers.checks import CHECKS, alternating, s10_country, weighted
from scrapers.numbers.family import Check, Family

#: Forms alone, without the reasons our own records have: with a check digit a portal near the parcel is worth
#: asking, without one it is not.
CHECKED, UNCHECKED = 0.3, 0.2

_S10 = "s10"
_NAMES = {"mod_37_36": "mod37_36"}


@dataclass(frozen=True, slots=True)
class Courier:
    """A carrier and its forms, those with a check digit first."""

    name: str
    portal: str
    families: tuple[Family, ...]


@cache
def couriers() -> tuple[Courier, ...]:
    """Every courier of the data but the posts, which share one form; by code."""
    return tuple(_courier(data) for code, data in _files().items() if code != _S10)


@cache
def published(portal: str) -> tuple[Family, ...]:
    """The forms that are published for the carrier of `portal`."""
    return tuple(family for one in couriers() if one.portal == portal for family in one.families)


def carriers(number: str) -> Mapping[str, str]:
    """By name: the carriers a form of which `number` has, with the reason. A portal may be there or not."""
    found = dict(_postal(number))
    for courier in couriers():
        for family in courier.families:
            if family.holds(number):
                found.setdefault(courier.name, family.because)
    return found


def _postal(number: str) -> Iterator[tuple[str, str]]:
    """The post that issued a postal number."""
    country = s10_country(number)
    if country in _posts():
        operator, land = _posts()[country]
        yield operator, f"a postal number issued in {land}"


@cache
def _posts() -> Mapping[str | None, tuple[str, str]]:
    """By ISO code: the post's name and its country's."""
    (form,) = _files()[_S10]["tracking_numbers"]
    (table,) = [one["lookup"] for one in form["additional"] if one["regex_group_name"] == "CountryCode"]
    return {
        one["matches"]: (one["courier"] or f"the post of {one['country']}", one["country"]) for one in table
    }


@cache
def _files() -> Mapping[str, dict[str, Any]]:
    """By courier code: the file."""
    folder = resources.files("scrapers.numbers") / "carriers"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".json")), key=lambda one: one.name)
    return {data["courier_code"]: data for data in (json.loads(one.read_text("utf-8")) for one in files)}


def _courier(data: dict[str, Any]) -> Courier:
    made = [_family(record) for record in data["tracking_numbers"]]
    made.sort(key=lambda family: -family.level)
    return Courier(data["name"], data["courier_code"].replace("_", ""), tuple(made))


def _family(record: dict[str, Any]) -> Family:
    """One record as a family; where it has a check digit, that follows the serial number."""
    check = _check(record["validation"])
    name = record["name"]
    return Family(
        _form(record["regex"]),
        CHECKED if check else UNCHECKED,
        f"the form of {name}, with its check digit" if check else f"the form of {name}",
        check,
        ("SerialNumber", "CheckDigit") if check else (),
        tuple(record["test_numbers"]["valid"]),
        tuple(record["test_numbers"]["invalid"]),
    )


def _form(regex: str | list[str]) -> re.Pattern[str]:
    """Their pattern in Python's spelling, without room for blanks and for the dashes between groups."""
    joined = regex if isinstance(regex, str) else "".join(regex)
    return re.compile(joined.replace("(?<", "(?P<").replace(r"\s*", "").replace(")-", ")"), re.ASCII)


def _check(validation: dict[str, Any]) -> Check | None:
    """The check over serial number and check digit, None for a form without one."""
    if "checksum" not in validation:
        return None
    check = _algorithm(validation["checksum"])
    before = validation.get("serial_number_format", {}).get("prepend_if")
    if before is None:
        return check
    lacks = re.compile(before["matches_regex"], re.ASCII)
    content: str = before["content"]
    return lambda text: check(content + text if lacks.match(text) else text)


def _algorithm(checksum: dict[str, Any]) -> Check:
    match checksum["name"]:
        case "mod10":
            even, odd = checksum["evens_multiplier"], checksum["odds_multiplier"]
            return alternating(even, odd, from_right=checksum.get("reverse", False))
        case "sum_product_with_weightings_and_modulo":
            return weighted(tuple(checksum["weightings"]), checksum["modulo1"])
        case name:
            return CHECKS[_NAMES.get(name, name)]
