"""Portals' declared facts and words, as data: one TOML file per portal, loaded without its parser.

A file has

    [portal]  title, kind ("marketplace" | "carrier" | "universal"), country (ISO code, optional), languages
    [clock]   kind ("place" | "zone" | "viewer" | "stated" | "unknown"), zone (IANA, optional), because,
              sure (optional, true unless said): false for a clock that only holds where no row claims another
    [dates]   order ("ymd" | "dmy" | "mdy", optional): how all-digit dates are to be read
    [[events]] milestone, and any of: codes, phrases, leg, physical, place (a regular expression the row's
               place or description must match), because. The first entry that fits wins.

`codes` are compared in upper case with `_` for spaces. `phrases` are compared after `normal`, below; one that
ends with `*` fits every text that begins so.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from scrapers.words import DATA_ONLY, USUAL_LEG, Leg, Milestone

_BRACKETED = re.compile(r"^\s*[\[【][^\]】]*[\]】]\s*")
_NOT_WORD = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Clock:
    """What a portal's printed times mean, as declared (evidence, not truth).

    place   local time of the place named in the row; `zone` where the row names none
    zone    always `zone`
    viewer  the zone the page was rendered for
    stated  the offset printed in each row
    unknown nothing is known

    A clock that is not `sure` never overrules what a row claims.
    """

    kind: Literal["place", "zone", "viewer", "stated", "unknown"]
    zone: str | None = None
    because: str = ""
    sure: bool = True


#: How far an order is. `finished` is the shop's word that nothing more comes, not that a parcel arrived.
OrderState = Literal["unpaid", "processing", "shipped", "finished", "cancelled"]


@dataclass(frozen=True, slots=True)
class Facts:
    """A portal's declared facts. `kind` "universal" marks one that relays other portals' rows."""

    name: str
    title: str
    kind: Literal["marketplace", "carrier", "universal", "unknown"]
    country: str | None
    languages: tuple[str, ...]
    clock: Clock
    date_order: Literal["ymd", "dmy", "mdy"] | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code or wording stands for. `physical` is False where no scan of the parcel lies behind it."""

    milestone: Milestone
    leg: Leg | None
    physical: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    meaning: Meaning
    codes: frozenset[str]
    phrases: frozenset[str]
    beginnings: tuple[str, ...]
    place: re.Pattern[str] | None

    def fits(self, code: str | None, phrases: tuple[str, ...], where: str) -> bool:
        if self.place is not None and not self.place.search(where):
            return False
        if code is not None:
            return code in self.codes
        return any(p in self.phrases or (p and p.startswith(self.beginnings)) for p in phrases)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    facts: Facts
    entries: tuple[_Entry, ...]
    order_states: Mapping[str, OrderState]


def normal(text: str) -> str:
    """`text` for comparison: no accents, case, punctuation or leading `[Town]`; words parted by one space."""
    text = _BRACKETED.sub("", unicodedata.normalize("NFKD", text))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", text.casefold()).strip()


def normal_code(code: str) -> str:
    """A portal's event code in upper case, with `_` for spaces."""
    return "_".join(code.upper().split())


def names() -> tuple[str, ...]:
    """The portals this installation has facts about, sorted."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml")))


def facts(portal: str) -> Facts:
    """The declared facts of `portal`; one this installation does not know has an unknown clock."""
    found = _load(portal)
    return _unknown(portal) if found is None else found.facts


def meaning(
    portal: str, *, code: str | None, description: str, note: str | None = None, place: str | None = None
) -> Meaning | None:
    """What a row of `portal` stands for, None if its code and wording are not understood.

    Tried in turn: the code, the description, the note. A known code settles it; an unknown one does not
    forbid the wording from being understood. Of a portal not known here, and of one that relays others'
    rows, wordings are understood that mean the same wherever they are known.
    """
    vocabulary = _load(portal)
    if vocabulary is None:
        return _shared_meaning(description, note)
    where = f"{place or ''} | {description}"
    attempts: list[tuple[str | None, tuple[str, ...]]] = []
    if code:
        attempts.append((normal_code(code), ()))
    attempts.extend((None, (normal(text),)) for text in (description, note) if text)
    for wanted_code, phrases in attempts:
        for entry in vocabulary.entries:
            if entry.fits(wanted_code, phrases, where):
                return entry.meaning
    return _shared_meaning(description, note) if vocabulary.facts.kind == "universal" else None


def _shared_meaning(description: str, note: str | None) -> Meaning | None:
    found = (_shared().get(normal(text)) for text in (description, note) if text)
    return next((one for one in found if one is not None), None)


def order_state(portal: str, *, code: str | None, text: str | None) -> OrderState | None:
    """How far an order is by the shop's words for its status, which go before its code; None if unknown."""
    vocabulary = _load(portal)
    if vocabulary is None:
        return None
    wanted = (normal(text) if text else "", normal_code(code) if code else "")
    return next((vocabulary.order_states[w] for w in wanted if w in vocabulary.order_states), None)


@cache
def _shared() -> dict[str, Meaning | None]:
    """Wordings of all portals, None where two of them mean different things by one."""
    shared: dict[str, Meaning | None] = {}
    for name in names():
        vocabulary = _load(name)
        for entry in vocabulary.entries if vocabulary else ():
            for phrase in entry.phrases:
                meant = None if entry.place is not None else entry.meaning
                known = shared.get(phrase, meant)
                shared[phrase] = meant if known == meant else None
    return shared


@cache
def _load(portal: str) -> _Vocabulary | None:
    file = resources.files(__name__) / f"{portal}.toml"
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", portal) or not file.is_file():
        return None
    return _vocabulary(portal, tomllib.loads(file.read_text(encoding="utf-8")))


def _vocabulary(name: str, data: dict[str, Any]) -> _Vocabulary:
    portal, clock = data["portal"], data["clock"]
    declared = Facts(
        name=name,
        title=portal["title"],
        kind=portal["kind"],
        country=portal.get("country"),
        languages=tuple(portal["languages"]),
        clock=Clock(clock["kind"], clock.get("zone"), clock.get("because", ""), clock.get("sure", True)),
        date_order=data.get("dates", {}).get("order"),
    )
    states: dict[str, OrderState] = {}
    for entry in data.get("orders", ()):
        states.update(dict.fromkeys(map(normal, entry.get("phrases", ())), entry["state"]))
        states.update(dict.fromkeys(map(normal_code, entry.get("codes", ())), entry["state"]))
    return _Vocabulary(declared, tuple(_entry(e) for e in data.get("events", ())), states)


def _entry(data: dict[str, Any]) -> _Entry:
    milestone = Milestone(data["milestone"])
    leg = Leg(data["leg"]) if "leg" in data else USUAL_LEG.get(milestone)
    phrases: list[str] = data.get("phrases", [])
    return _Entry(
        meaning=Meaning(milestone, leg, bool(data.get("physical", milestone not in DATA_ONLY))),
        codes=frozenset(normal_code(c) for c in data.get("codes", ())),
        phrases=frozenset(normal(p) for p in phrases if not p.endswith("*")),
        beginnings=tuple(normal(p[:-1]) for p in phrases if p.endswith("*")),
        place=re.compile(data["place"], re.IGNORECASE) if "place" in data else None,
    )


def _unknown(portal: str) -> Facts:
    clock = Clock("unknown", None, "nothing is known about this portal's clock")
    return Facts(portal, portal, "unknown", None, (), clock, None)
