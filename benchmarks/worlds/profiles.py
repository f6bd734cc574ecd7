"""How hard a world is, as data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Profile:
    """The rate of every trait; `profiles.toml` says what each means."""

    name: str
    rates: Mapping[str, Any]

    def rate(self, trait: str) -> float:
        """The rate of a trait. Raises KeyError for one there is none of."""
        return float(self.rates[trait])

    def count(self, trait: str) -> int:
        """A trait that is a number of things."""
        return int(self.rates[trait])


@cache
def data(file: str) -> Mapping[str, Any]:
    """The contents of a data file beside this module, by its name without ending."""
    text = resources.files(__package__).joinpath(f"{file}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def profile(name: str) -> Profile:
    """The profile of that name. Raises KeyError if there is none."""
    all_profiles = data("profiles")
    return Profile(name, {**all_profiles["usual"], **all_profiles[name]})


def profile_names() -> tuple[str, ...]:
    """Every profile but the one without traits, which is there for tests."""
    return tuple(name for name in data("profiles") if name != "plain")
