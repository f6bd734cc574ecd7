"""Vocabulary files to vocabularies: one TOML file per portal, and `general/`, one per language.

A portal's file has

    [portal]  title, kind ("marketplace" | "carrier" | "universal"), country (ISO code, optional), languages,
              called (optional): other names that portals give this carrier
    [clock]   kind ("place" | "zone" | "viewer" | "stated" | "unknown"), zone (IANA, optional), because,
              sure (optional, true unless said): false for a clock that only holds where no row claims another
    [dates]   order ("ymd" | "dmy" | "mdy", optional): how all-digit dates are to be read
    [[events]] milestone, and any of: codes, phrases, leg, physical, place (a regular expression the row's
               "place | description" must match), shared, because. The first entry that fits wins.

`codes` are compared in upper case with `_` for spaces. `phrases` are compared after `normal`; one that ends
with `*` fits every text that begins so. `milestone = "unknown"`: the portal says these words over different
things, so that no other layer may read them either. `leg = "any"`: the words do not tell the leg.
`shared = false`: other portals' rows are not read by this entry.

A file in `general/` has wordings of no portal in particular, which settle what portals disagree about, and
`[words]`, described in `lexicon`.
"""

import re
import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from scrapers.outside import told
from scrapers.vocabulary.model import Clock, Entry, Facts, Meaning, OrderState, Vocabulary
from scrapers.vocabulary.normalising import normal, normal_code
from scrapers.words import DATA_ONLY, USUAL_LEG, Leg, Milestone

_PACKAGE = "scrapers.vocabulary"
_EVENT_KEYS = frozenset({"milestone", "codes", "phrases", "leg", "physical", "place", "shared", "because"})
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@cache
def names() -> tuple[str, ...]:
    """The portals this installation has facts about, sorted."""
    return tuple(sorted({*_own(), *told()}))


@cache
def _own() -> frozenset[str]:
    files = resources.files(_PACKAGE).iterdir()
    return frozenset(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml"))


@cache
def load(portal: str) -> Vocabulary | None:
    """The file of `portal`, None if there is none."""
    if not _NAME.fullmatch(portal) or portal not in names():
        return None
    if portal not in _own():
        return _of_outside(portal)
    file = resources.files(_PACKAGE) / f"{portal}.toml"
    return _vocabulary(portal, tomllib.loads(file.read_text(encoding="utf-8")))


def _of_outside(portal: str) -> Vocabulary | None:
    """What another package's file says, None where it is not what such a file must be (see `fault`)."""
    if fault(portal):
        return None
    found = _vocabulary(portal, told()[portal])
    # A stranger's words are read on the stranger's rows alone: they must not change other portals' history.
    return replace(found, entries=tuple(replace(entry, shared=False) for entry in found.entries))


@cache
def fault(portal: str) -> str | None:
    """What is wrong with the file of another package's portal, None if nothing is or there is no file."""
    if portal in _own() or portal not in told():
        return None
    try:
        _strictly_read(told()[portal])
        _vocabulary(portal, told()[portal])
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        return f"{portal}.toml: {type(error).__name__}: {error}"
    return None


def _strictly_read(data: dict[str, Any]) -> None:
    """Raises ValueError for a key nobody knows, and for a clock of one zone without the zone."""
    for events in data.get("events", ()):
        unknown = sorted(set(events) - _EVENT_KEYS)
        if unknown:
            raise ValueError(f"[[events]] has no key {unknown[0]!r}; it has {', '.join(sorted(_EVENT_KEYS))}")
    if data["clock"]["kind"] == "zone" and not data["clock"].get("zone"):
        raise ValueError("[clock] of kind zone names no zone")


@cache
def general_files() -> tuple[dict[str, Any], ...]:
    """The files of `general/`, in order of their names."""
    folder = resources.files(_PACKAGE) / "general"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(tomllib.loads(f.read_text(encoding="utf-8")) for f in files)


@cache
def general_entries() -> tuple[Entry, ...]:
    """The entries of all languages."""
    return tuple(entry(e) for file in general_files() for e in file.get("events", ()))


def entry(data: dict[str, Any]) -> Entry:
    """One `[[events]]` table. Raises KeyError or ValueError for a milestone or leg there is not."""
    phrases: list[str] = data.get("phrases", [])
    meaning = _meaning(data)
    return Entry(
        meaning=meaning,
        codes=frozenset(normal_code(c) for c in data.get("codes", ())),
        phrases=frozenset(normal(p) for p in phrases if not p.endswith("*")),
        beginnings=tuple(normal(p[:-1]) for p in phrases if p.endswith("*")),
        place=re.compile(data["place"], re.IGNORECASE) if "place" in data else None,
        shared=bool(data.get("shared", True)) and meaning is not None,
    )


def _meaning(data: dict[str, Any]) -> Meaning | None:
    if data["milestone"] == "unknown":
        return None
    milestone = Milestone(data["milestone"])
    stated = data.get("leg")
    leg = USUAL_LEG.get(milestone) if stated is None else None if stated == "any" else Leg(stated)
    return Meaning(milestone, leg, bool(data.get("physical", milestone not in DATA_ONLY)))


def _vocabulary(name: str, data: dict[str, Any]) -> Vocabulary:
    portal, clock = data["portal"], data["clock"]
    declared = Facts(
        name=name,
        title=portal["title"],
        kind=portal["kind"],
        country=portal.get("country"),
        languages=tuple(portal["languages"]),
        clock=Clock(clock["kind"], clock.get("zone"), clock.get("because", ""), clock.get("sure", True)),
        date_order=data.get("dates", {}).get("order"),
        called=tuple(portal.get("called", ())),
    )
    states: dict[str, OrderState] = {}
    for order in data.get("orders", ()):
        states.update(dict.fromkeys(map(normal, order.get("phrases", ())), order["state"]))
        states.update(dict.fromkeys(map(normal_code, order.get("codes", ())), order["state"]))
    return Vocabulary(declared, tuple(entry(e) for e in data.get("events", ())), states)
