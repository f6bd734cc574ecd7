"""What a user adds to the vocabulary: words, places, and portals this installation does not know.

    [[events]]       milestone, and codes or phrases; portal (absent: every portal), leg, physical
    [[places]]       name, zone (IANA), country (ISO code, optional)
    [portals.NAME]   title, kind, clock, zone, country, date_order, languages: each optional

Additions hold for the code that runs inside `using`, and for nothing else: a context variable carries them,
so that threads, tasks and tests do not see each other's. They go before what the installation knows.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar, get_args
from zoneinfo import ZoneInfo

from scrapers.vocabulary.loading import entry, names
from scrapers.vocabulary.model import Clock, ClockKind, DateOrder, Entry, Facts, PortalKind
from scrapers.vocabulary.normalising import normal
from scrapers.words import Leg, Milestone

_T = TypeVar("_T")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
#: The tables of the file that are additions.
SECTIONS = ("events", "places", "portals")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_EVENT_KEYS = ("milestone", "portal", "codes", "phrases", "leg", "physical")
_PLACE_KEYS = ("name", "zone", "country")
_PORTAL_KEYS = ("title", "kind", "clock", "zone", "country", "date_order", "languages")
_KINDS: tuple[PortalKind, ...] = get_args(PortalKind)
_CLOCKS: tuple[ClockKind, ...] = get_args(ClockKind)
_ORDERS: tuple[DateOrder, ...] = get_args(DateOrder)


class AdditionsError(ValueError):
    """Additions that cannot be meant; its text is one line that says what is wrong and what to write."""


@dataclass(frozen=True, slots=True, eq=False)
class Additions:
    """A user's words, places and portals. `events` are pairs of a portal (None: every one) and an entry."""

    events: tuple[tuple[str | None, Entry], ...] = ()
    places: Mapping[str, tuple[str, str | None]] = field(default_factory=lambda: _NOTHING)
    portals: Mapping[str, Facts] = field(default_factory=lambda: _NOTHING)

    def entries(self, portal: str) -> tuple[Entry, ...]:
        """The entries that hold for a portal, its own before those for every one."""
        mine = [entry for name, entry in self.events if name == portal]
        return (*mine, *(entry for name, entry in self.events if name is None))


NONE = Additions()
_ACTIVE: ContextVar[Additions] = ContextVar("additions", default=NONE)


def active() -> Additions:
    """The additions that hold here."""
    return _ACTIVE.get()


@contextmanager
def using(additions: Additions) -> Iterator[None]:
    """Let `additions` hold within the block, in place of any others."""
    token = _ACTIVE.set(additions)
    try:
        yield
    finally:
        _ACTIVE.reset(token)


def added_places() -> Mapping[str, tuple[str, str | None]]:
    """Zone and country (None if not said) of the places the user names, by `normal` name."""
    return active().places


def read_additions(text: str) -> Additions:
    """The additions a TOML text describes. Raises AdditionsError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AdditionsError(f"it is not TOML: {str(error)[0].lower()}{str(error)[1:]}") from None
    return additions_from(data)


def additions_from(data: dict[str, Any]) -> Additions:
    """The additions of a file that holds nothing else, read already. Raises AdditionsError."""
    _only(data, SECTIONS, "the file")
    portals = data.get("portals", {})
    if not isinstance(portals, dict):
        raise AdditionsError("portals must be written as [portals.NAME]")
    return Additions(
        events=tuple(_event(one, f"[[events]] no. {n}") for n, one in enumerate(_tables(data, "events"), 1)),
        places=MappingProxyType(
            dict(_place(one, f"[[places]] no. {n}") for n, one in enumerate(_tables(data, "places"), 1))
        ),
        portals=MappingProxyType({name: _portal(name, portals[name]) for name in portals}),
    )


def _event(data: dict[str, Any], where: str) -> tuple[str | None, Entry]:
    _only(data, _EVENT_KEYS, where)
    if _one_of(data, "milestone", Milestone, where) is None:
        raise AdditionsError(f'{where}: it has no milestone; add milestone = "delivered" or another')
    _one_of(data, "leg", (*Leg, "any"), where)
    portal = _text(data, "portal", where)
    if portal is not None and not _NAME.fullmatch(portal):
        raise AdditionsError(f"{where}: portal {portal!r} is no name; write it as `crosstrack portals` does")
    words = [word for key in ("codes", "phrases") for word in _texts(data, key, where)]
    if not words:
        raise AdditionsError(f"{where}: it has no words; add phrases = [...] or codes = [...]")
    if not all(normal(word.removesuffix("*")) for word in words):
        raise AdditionsError(f"{where}: one of its phrases has no letters; take it out")
    if not isinstance(data.get("physical", True), bool):
        raise AdditionsError(f"{where}: physical must be true or false")
    return portal, entry(data)


def _place(data: dict[str, Any], where: str) -> tuple[str, tuple[str, str | None]]:
    _only(data, _PLACE_KEYS, where)
    name, zone = _text(data, "name", where), _zone(data, where)
    if not name or not normal(name):
        raise AdditionsError(f'{where}: it names no place; add name = "..."')
    if zone is None:
        raise AdditionsError(f'{where}: it has no zone; add zone = "Europe/Madrid" or the like')
    return normal(name), (zone, _country(data, where))


def _portal(name: str, data: object) -> Facts:
    where = f"[portals.{name}]"
    if not _NAME.fullmatch(name) or not isinstance(data, dict):
        raise AdditionsError(f"{where}: a portal is a table with a name of a-z, 0-9, - and _")
    if name in names():
        raise AdditionsError(f"{where}: {name} is known already; only unknown portals can be described")
    _only(data, _PORTAL_KEYS, where)
    zone = _zone(data, where)
    clock: ClockKind = _one_of(data, "clock", _CLOCKS, where) or ("zone" if zone else "unknown")
    if clock == "zone" and zone is None:
        raise AdditionsError(f'{where}: clock = "zone" needs a zone; add zone = "Europe/Madrid" or the like')
    return Facts(
        name=name,
        title=_text(data, "title", where) or name,
        kind=_one_of(data, "kind", _KINDS, where) or "unknown",
        country=_country(data, where),
        languages=tuple(_texts(data, "languages", where)),
        clock=Clock(clock, zone, "the user's file says so"),
        date_order=_one_of(data, "date_order", _ORDERS, where),
    )


def _zone(data: dict[str, Any], where: str) -> str | None:
    zone = _text(data, "zone", where)
    if zone is None:
        return None
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        advice = 'write an IANA name such as "Europe/Madrid"'
        raise AdditionsError(f"{where}: zone {zone!r} is unknown; {advice}") from None
    return zone


def _country(data: dict[str, Any], where: str) -> str | None:
    country = _text(data, "country", where)
    if country is not None and not re.fullmatch(r"[A-Z]{2}", country):
        raise AdditionsError(f'{where}: country {country!r} is no ISO code; write two capitals such as "ES"')
    return country


def _only(data: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in data:
        if key not in known:
            raise AdditionsError(f"{where}: {key!r} is not known here; use {', '.join(known)}")


def _one_of(data: dict[str, Any], key: str, known: Iterable[_T], where: str) -> _T | None:
    """The value of `key`, which must be one of `known`; None if it has none."""
    value, allowed = data.get(key), tuple(known)
    if value is None:
        return None
    found = next((one for one in allowed if one == value), None)
    if found is None:
        raise AdditionsError(
            f"{where}: {key} {value!r} is not known; use one of {', '.join(map(str, allowed))}"
        )
    return found


def _text(data: dict[str, Any], key: str, where: str) -> str | None:
    value = data.get(key)
    if value is None or isinstance(value, str):
        return value
    raise AdditionsError(f"{where}: {key} must be text")


def _texts(data: dict[str, Any], key: str, where: str) -> list[str]:
    value = data.get(key, [])
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value
    raise AdditionsError(f"{where}: {key} must be a list of texts")


def _tables(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = data.get(key, [])
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return value
    raise AdditionsError(f"{key} must be written as [[{key}]]")
