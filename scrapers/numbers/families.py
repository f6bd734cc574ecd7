"""Which portals may know a number, and why: advice from records that lie in `forms/NAME.toml` as data.

    [[family]]
    form = 'regular expression over the whole number, in capital letters'
    check = "s10"           # a name in `checks`; it is over the group `checked` of the form, if there is one
    level = 0.95            # how likely a number of this form is known to the portal, 0 to 1
    because = "one line for people"
    valid = ["..."]         # published or made-up numbers of this form
    invalid = ["..."]       # numbers that look alike and are not

Of several families a number fits, the one with the highest level counts. Where it fits none, the forms that
are published for the portal's carrier are tried. `otherwise` at the head of the file is what any other number
gets.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from scrapers.numbers.checks import CHECKS
from scrapers.numbers.family import Family
from scrapers.numbers.published import published
from scrapers.outside import told

#: What a number of no known form gets, where its portal's file says nothing else.
OTHERWISE = 0.05


@dataclass(frozen=True, slots=True)
class Advice:
    """How likely a portal knows a number, from 0 to 1, and why."""

    level: float
    because: str


@cache
def families(portal: str) -> tuple[Family, ...]:
    """The families of `portal`'s own file, surest first; none for a portal without a file.

    Of another package's file the records that are wrong are left out.
    """
    if _file(portal).is_file():
        made = [_family(record) for record in _records(portal).get("family", ())]
    else:
        made = [family for record in _list(_records(portal)) if (family := _family_or_none(record))]
    return tuple(sorted(made, key=lambda family: -family.level))


def advice(portal: str, number: str) -> Advice:
    """How likely `portal` knows `number`, which is in the one spelling."""
    family = _family_of(portal, number)
    if family is not None:
        return Advice(family.level, family.because)
    return Advice(_otherwise(portal), "of no form it is known to use")


def may_know(number: str) -> Mapping[str, Advice]:
    """The portals one of whose families `number` is of, the likeliest first."""
    fitting = {portal: _family_of(portal, number) for portal in portals()}
    found = {portal: Advice(one.level, one.because) for portal, one in fitting.items() if one is not None}
    return dict(sorted(found.items(), key=lambda item: (-item[1].level, item[0])))


@cache
def portals() -> tuple[str, ...]:
    """The portals that have records, by name."""
    files = resources.files("scrapers.numbers").joinpath("forms").iterdir()
    own = {file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")}
    return tuple(sorted(own | {name for name in told() if families(name)}))


def _family_of(portal: str, number: str) -> Family | None:
    """The first that holds: our own records, surest first, then what is published."""
    for family in (*families(portal), *published(portal)):
        if family.holds(number):
            return family
    return None


def _family(record: dict[str, Any]) -> Family:
    """One record. Raises KeyError, TypeError, ValueError or re.error for one that is wrong."""
    form = re.compile(record["form"], re.ASCII)
    level = float(record["level"])
    if not 0 < level <= 1:
        raise ValueError(f"level {level} is not between 0 and 1")
    return Family(
        form,
        level,
        str(record["because"]),
        CHECKS[record["check"]] if record.get("check") else None,
        ("checked",) if "checked" in form.groupindex else (),
        tuple(record.get("valid", ())),
        tuple(record.get("invalid", ())),
    )


def fault(portal: str) -> str | None:
    """What is wrong with a record in another package's file, None if nothing is."""
    if _file(portal).is_file():
        return None
    for position, record in enumerate(_list(_records(portal)), start=1):
        if _family_or_none(record) is None:
            return f"{portal}.toml: [[family]] {position} cannot be meant and is left out"
    return None


def _family_or_none(record: dict[str, Any]) -> Family | None:
    try:
        return _family(record)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError, re.error):
        return None


@cache
def _otherwise(portal: str) -> float:
    level = _records(portal).get("otherwise", OTHERWISE)
    return level if isinstance(level, int | float) and 0 <= level <= 1 else OTHERWISE


def _list(records: dict[str, Any]) -> list[Any]:
    found = records.get("family")
    return found if isinstance(found, list) else []


def _file(portal: str) -> Traversable:
    return resources.files("scrapers.numbers") / "forms" / f"{portal}.toml"


@cache
def _records(portal: str) -> dict[str, Any]:
    file = _file(portal)
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else told().get(portal, {})
