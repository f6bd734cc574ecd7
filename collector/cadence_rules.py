"""How often what is looked at: the rules shipped in `cadence.toml`, and what a user changes of them. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from importlib import resources
from types import MappingProxyType
from typing import Any

#: Two runs in a row do not ask the same twice, whatever the rules say.
SHORTEST = timedelta(hours=1)
LONGEST = timedelta(days=400)

_DURATION = re.compile(r"(\d{1,5}) ?(h|hours?|d|days?|w|weeks?)")
_HOURS = {"h": 1, "d": 24, "w": 168}


class RuleError(ValueError):
    """Rules that cannot be meant; its text is one line that says what is wrong and what to write."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How often something is looked at; what each time means stands in `cadence.toml`.

    because  the reason, for people
    """

    every: timedelta
    because: str = ""
    quiet_after: timedelta | None = None
    quiet_every: timedelta | None = None
    silent_after: timedelta | None = None
    silent_every: timedelta | None = None
    longest: timedelta | None = None
    arrived: timedelta | None = None
    stop_after: timedelta | None = None
    give_up_after: timedelta | None = None

    def after_silence(self, silence: timedelta) -> timedelta:
        """The pause where nothing has happened for so long."""
        for after, every in (
            (self.silent_after, self.silent_every),
            (self.quiet_after, self.quiet_every),
        ):
            if after is not None and every is not None and silence >= after:
                return max(self.every, every)
        return self.every


@dataclass(frozen=True, slots=True)
class Cadence:
    """All rules, by name: the stages, and the other tables of `cadence.toml`."""

    rules: Mapping[str, Rule]

    def __getitem__(self, name: str | None) -> Rule:
        """The rule of that name; that of nothing known where there is none."""
        return self.rules.get(name or "unknown", self.rules["unknown"])

    def changed(self, tables: object) -> "Cadence":
        """These rules with those of a user's `[cadence.NAME]` tables in their place. Raises RuleError."""
        if not isinstance(tables, Mapping):
            raise RuleError("cadence must be written as [cadence.STAGE]")
        changed = dict(self.rules)
        for name, table in tables.items():
            where = f"[cadence.{name}]"
            if name not in changed:
                raise RuleError(f"{where}: no such stage; use one of {', '.join(self.rules)}")
            changed[name] = _changed(changed[name], table, where)
        return Cadence(MappingProxyType(changed))


def duration(value: object, where: str) -> timedelta:
    """The length of time of "6 h", "2 days" or "1 week", an hour to 400 days. Raises RuleError."""
    found = _DURATION.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise RuleError(f'{where} = {value!r} is no length of time; write it like "6 h" or "2 days"')
    length = timedelta(hours=int(found[1]) * _HOURS[found[2][0]])
    if not SHORTEST <= length <= LONGEST:
        raise RuleError(f'{where} = {value!r} is out of bounds; write "1 h" or more, and at most "400 days"')
    return length


def _changed(rule: Rule, table: object, where: str) -> Rule:
    if not isinstance(table, Mapping):
        raise RuleError(f'{where}: it must be a table; write every = "6 h" below it')
    known = [one.name for one in fields(rule) if isinstance(getattr(rule, one.name), timedelta)]
    for key in table:
        if key not in known:
            raise RuleError(f"{where}: {key!r} is not known here; use {', '.join(known)}")
    changed: dict[str, Any] = {key: duration(value, f"{where}: {key}") for key, value in table.items()}
    return replace(rule, **changed)


def _shipped() -> Cadence:
    text = (resources.files(__package__) / "cadence.toml").read_text(encoding="utf-8")
    return Cadence(
        MappingProxyType({name: _rule(name, table) for name, table in tomllib.loads(text).items()})
    )


def _rule(name: str, table: Mapping[str, str]) -> Rule:
    times: dict[str, Any] = {key: duration(value, name) for key, value in table.items() if key != "because"}
    return Rule(because=table["because"], **times)


DEFAULT = _shipped()
