"""What a user's `crosstrack.toml` says: words and places, how often to look, what to be told of. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from collector.cadence_rules import DEFAULT, Cadence, RuleError
from collector.limits import LimitError, Limits
from scrapers.vocabulary import Additions, AdditionsError
from scrapers.vocabulary.additions import SECTIONS, additions_from

_OWN = ("cadence", "notices", "machine")


class SettingsError(ValueError):
    """A file that cannot be meant; its text is one line that says what is wrong and what to write."""


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """What the user's file says; the defaults where it says nothing.

    notices  the table `[notices]` as it stands there; what it means is for who makes notices to say
    """

    additions: Additions = field(default_factory=Additions)
    cadence: Cadence = DEFAULT
    limits: Limits = field(default_factory=Limits)
    notices: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def read_settings(text: str) -> Settings:
    """The settings a TOML text describes. Raises SettingsError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"it is not TOML: {str(error)[0].lower()}{str(error)[1:]}") from None
    except RecursionError:
        raise SettingsError("it is not TOML: it is nested too deeply") from None
    known = (*SECTIONS, *_OWN)
    for key in data:
        if key not in known:
            raise SettingsError(f"the file: {key!r} is not known here; use {', '.join(known)}")
    notices = data.get("notices", {})
    machine = data.get("machine", {})
    for name, table in (("machine", machine), ("notices", notices)):
        if not isinstance(table, dict):
            raise SettingsError(f"{name} must be written as [{name}]")
    try:
        return Settings(
            additions=additions_from({key: data[key] for key in SECTIONS if key in data}),
            cadence=DEFAULT.changed(data.get("cadence", {})),
            limits=Limits().changed(machine),
            notices=MappingProxyType(notices),
        )
    except (AdditionsError, LimitError, RuleError) as error:
        raise SettingsError(str(error)) from None
