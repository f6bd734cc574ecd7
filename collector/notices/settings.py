"""What `[notices]` in the user's file says: where to send, and how the rules are to judge.

    [notices]            each optional: urls (Apprise addresses), keyring = true to take further ones from the
                         system's keyring, enabled = false to be told nothing
    [[notices.rule]]     rule, and each optional: enabled, after (days), days (a list), portals

Addresses hold passwords and tokens: they are kept as secrets that nothing prints.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from collector.account.terminal import Secret
from collector.errors import UsageError
from collector.notices.model import Rule, RuleSettings

#: Further addresses, parted by spaces.
ENVIRONMENT = "CROSSTRACK_NOTICE_URLS"
_KEYS = ("enabled", "urls", "keyring", "rule")
_RULE_KEYS = ("rule", "enabled", "after", "days", "portals")
_LONGEST_DAYS = 365


#: What a rule does that the file does not mention, once there are notices at all.
USUAL: Mapping[Rule, RuleSettings] = MappingProxyType(
    {rule: RuleSettings() for rule in Rule}
    | {
        Rule.LABEL_ONLY: RuleSettings(after_days=10),
        Rule.SILENT: RuleSettings(after_days=3),
        Rule.ETA_SLIPPED: RuleSettings(after_days=2),
        Rule.PROTECTION_ENDS: RuleSettings(days=(10, 5, 2)),
    }
)


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """Where notices go, and the rules."""

    urls: tuple[Secret, ...] = ()
    rules: Mapping[Rule, RuleSettings] = field(default_factory=lambda: USUAL)

    @property
    def active(self) -> list[Rule]:
        """The rules that are on."""
        return [rule for rule, how in self.rules.items() if how.enabled]


def notice_settings(table: Mapping[str, Any] | None, environ: Mapping[str, str]) -> NoticeSettings | None:
    """The settings in the table `[notices]`, None where there is none or nothing in it: nothing is sent then.

    Raises UsageError, in one line that never holds an address.
    """
    if not table:
        return None
    _only(table, _KEYS, "[notices]")
    if not _flag(table, "enabled", "[notices]", usual=True):
        return None
    urls = [*_texts(table, "urls", "[notices]"), *environ.get(ENVIRONMENT, "").split()]
    if _flag(table, "keyring", "[notices]", usual=False):
        urls += _kept()
    rules = dict(USUAL)
    listed = table.get("rule", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise UsageError("rules must be written as [[notices.rule]]")
    for number, one in enumerate(listed, start=1):
        rule, how = _rule(one, f"[[notices.rule]] no. {number}")
        rules[rule] = how
    return NoticeSettings(tuple(Secret(url) for url in dict.fromkeys(urls)), MappingProxyType(rules))


def _rule(data: Mapping[str, Any], where: str) -> tuple[Rule, RuleSettings]:
    _only(data, _RULE_KEYS, where)
    name = data.get("rule")
    if not isinstance(name, str) or name not in list(Rule):
        raise UsageError(f"{where}: rule must be one of {', '.join(Rule)}")
    rule = Rule(name)
    usual = USUAL[rule]
    how = replace(
        usual,
        enabled=_flag(data, "enabled", where, usual=True),
        portals=frozenset(_texts(data, "portals", where)),
    )
    if "after" in data:
        if not usual.after_days:
            raise UsageError(f"{where}: {rule} does not wait; take `after` out")
        how = replace(how, after_days=_days(data["after"], where))
    if "days" in data:
        if not usual.days or not isinstance(data["days"], list) or not data["days"]:
            raise UsageError(f"{where}: only protection_ends takes days, a list of whole numbers")
        how = replace(how, days=tuple(sorted({_days(day, where) for day in data["days"]}, reverse=True)))
    return rule, how


def _days(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LONGEST_DAYS:
        raise UsageError(f"{where}: days are whole numbers from 1 to {_LONGEST_DAYS}")
    return value


def _flag(data: Mapping[str, Any], key: str, where: str, *, usual: bool) -> bool:
    value = data.get(key, usual)
    if not isinstance(value, bool):
        raise UsageError(f"{where}: {key} must be true or false")
    return value


def _texts(data: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise UsageError(f"{where}: {key} must be a list of texts")
    return [one.strip() for one in value]


def _only(data: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(data) - set(keys))
    if unknown:
        raise UsageError(f"{where}: {unknown[0][:40]!r} is not known; known are {', '.join(keys)}")


def _kept() -> list[str]:
    """The addresses in the keyring, as `keyring set crosstrack:notices urls` stores them."""
    from collector.account.keyring_passwords import stored_password

    secret = stored_password("notices", "urls")
    return secret.reveal().split() if secret is not None else []
