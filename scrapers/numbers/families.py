"""Which portals may know a number, and why: advice from records that lie in `forms/NAME.toml` as data.

    [[family]]
    form = 'regular expression over the whole number, in capital letters'
    check = "s10"           # a name in `checks`; it is over the group `checked` of the form, if there is one
    level = 0.95            # how likely a number of this form is known to the portal, 0 to 1
    because = "one line for people"
    valid = ["..."]         # published or made-up numbers of this form
    invalid = ["..."]       # numbers that look alike and are not

Of several families a number fits, the one with the highest level counts. `otherwise` at the head of the file
is what any other number gets.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from scrapers.numbers.checks import CHECKS
from scrapers.outside import told


@dataclass(frozen=True, slots=True)
class Family:
    """One form of number, and how likely its portal knows a number of that form."""

    form: re.Pattern[str]
    level: float
    because: str
    check: str = ""
    valid: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()

    def holds(self, number: str) -> bool:
        """Whether `number` has the form and, where it has one, the right check digit."""
        found = self.form.fullmatch(number)
        if found is None:
            return False
        checked = found.groupdict().get("checked") or number
        return not self.check or CHECKS[self.check](checked)


@dataclass(frozen=True, slots=True)
class Advice:
    """How likely a portal knows a number, from 0 to 1, and why."""

    level: float
    because: str


@cache
def families(portal: str) -> tuple[Family, ...]:
    """The families of `portal`, surest first; none for a portal without a file."""
    made = [
        Family(
            re.compile(one["form"], re.ASCII),
            one["level"],
            one["because"],
            one.get("check", ""),
            tuple(one.get("valid", ())),
            tuple(one.get("invalid", ())),
        )
        for one in _records(portal).get("family", ())
    ]
    return tuple(sorted(made, key=lambda family: -family.level))


def advice(portal: str, number: str) -> Advice:
    """How likely `portal` knows `number`, which is in the one spelling."""
    for family in families(portal):
        if family.holds(number):
            return Advice(family.level, family.because)
    return Advice(_records(portal).get("otherwise", 0.05), "of no form it is known to use")


def may_know(number: str) -> Mapping[str, Advice]:
    """The portals one of whose families `number` is of, the likeliest first."""
    found = {portal: advice(portal, number) for portal in portals() if _fits(portal, number)}
    return dict(sorted(found.items(), key=lambda item: (-item[1].level, item[0])))


@cache
def portals() -> tuple[str, ...]:
    """The portals that have records, by name."""
    files = resources.files("scrapers.numbers").joinpath("forms").iterdir()
    own = {file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")}
    return tuple(sorted(own | {name for name, content in told().items() if content.get("family")}))


def _fits(portal: str, number: str) -> bool:
    return any(family.holds(number) for family in families(portal))


@cache
def _records(portal: str) -> dict[str, Any]:
    file = resources.files("scrapers.numbers").joinpath("forms", f"{portal}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else told().get(portal, {})
