"""The portals of a world: those the installation knows, and those nobody knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from benchmarks.worlds.clocks import Clock
from benchmarks.worlds.dice import dice, happens, pick, spread, weighted
from benchmarks.worlds.model import Leg
from benchmarks.worlds.places import DESTINATIONS
from benchmarks.worlds.printing import forms_of
from benchmarks.worlds.profiles import Profile, data
from benchmarks.worlds.words import Words, styles, with_odd_words, words

LEGS: tuple[Leg, ...] = ("origin", "line_haul", "import", "last_mile")
_PLACES = ("name", "upper", "name_country", "name_country_name", "name", "none")
#: Names in the order of the portals nobody knows; any other list of names does as well.
UNKNOWN_NAMES = (
    "parcelkite", "boxwatch", "trackbay", "pakkiwi", "shiplens", "whereparcel", "cargoline24", "followbox",
    "traceport", "lynxpost", "posteye", "skyparcel",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Portal:
    """One portal of one world.

    slot     what its draws are named after: never its name
    shows    share of the events it shows, by leg
    lags     legs whose times are those of receipt, with the usual delay in minutes
    relays   whose rows it repeats, best first; empty for one that sees for itself
    """

    slot: str
    name: str
    kind: Literal["carrier", "universal", "marketplace", "unknown"]
    clock: Clock
    form: str
    language: str
    words: Words | None
    countries: frozenset[str]
    shows: Mapping[Leg, float]
    place: str
    order: Literal["newest", "oldest"]
    sort: Literal["instant", "wall", "kept"]
    asked: Literal["first", "post", "own", "any"]
    present: float
    codes: bool = False
    only_days: bool = False
    label: str = ""
    relays: tuple[str, ...] = ()
    wording: Literal["same", "note", "doubled"] = "same"
    names_source: bool = False
    lags: Mapping[Leg, float] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether the installation has facts about it."""
        return self.kind != "unknown"


def portals(seed: int, profile: Profile, names: tuple[str, ...] = UNKNOWN_NAMES) -> list[Portal]:
    """Every portal of a world."""
    known = [_known(name, facts, seed, profile) for name, facts in data("portals").items()]
    unknown = [_unknown(slot, names[slot], seed, profile) for slot in range(profile.count("unknown_portals"))]
    return [*known, *unknown]


def _known(name: str, facts: Mapping[str, Any], seed: int, profile: Profile) -> Portal:
    random = dice(seed, "portal", name)
    language = pick(random, facts.get("languages", ["en"]))
    relays = tuple(facts.get("relays", ()))
    said = words(facts["words"], language) if "words" in facts else None
    present = facts["present"] * (profile.rate("relays") if relays else 1)
    return Portal(
        slot=name,
        name=name,
        kind=facts["kind"],
        clock=Clock(**facts["clock"]),
        form=facts["form"],
        language=language,
        words=said and with_odd_words(said, random, profile.rate("unknown_words")),
        countries=frozenset(facts.get("countries", DESTINATIONS)),
        shows=facts.get("shows", {}),
        place=facts.get("place", "none"),
        order=facts["order"],
        sort=facts.get("sort", "instant"),
        asked=facts["asked"],
        present=present,
        codes=facts.get("codes", False),
        only_days=facts.get("only_days", False),
        label=facts.get("label", ""),
        relays=relays,
        wording=facts.get("wording", "same"),
        names_source=bool(relays) and happens(random, profile.rate("names_source")),
        lags={} if relays else _lags(random, profile),
    )


def _unknown(slot: int, name: str, seed: int, profile: Profile) -> Portal:
    random = dice(seed, "portal", slot)
    is_relay = happens(random, profile.rate("unknown_relay"))
    vocabulary, language = pick(random, styles())
    said = with_odd_words(words(vocabulary, language), random, profile.rate("unknown_words"))
    clock = _relay_clock(random) if is_relay else _clock(random, profile)
    clock_of_place = clock.kind in ("place", "all_wrong", "legs_wrong", "winter", "one_offset", "stated")
    return Portal(
        slot=str(slot),
        name=name,
        kind="unknown",
        clock=clock,
        form=pick(random, forms_of("en" if is_relay else language)),
        language=language,
        words=None if is_relay else said,
        countries=frozenset(DESTINATIONS),
        shows=dict.fromkeys(LEGS, 0.9),
        place=pick(random, _PLACES[:4] if clock_of_place else _PLACES),
        order=pick(random, ("newest", "newest", "oldest")),
        sort=pick(random, ("instant", "wall", "kept")),
        asked=pick(random, ("any", "first", "post")),
        present=1,
        relays=("carrier", "cainiao") if is_relay else (),
        names_source=is_relay and happens(random, profile.rate("names_source")),
        lags={} if is_relay else _lags(random, profile),
    )


def _clock(random: Random, profile: Profile) -> Clock:
    kind = weighted(random, profile.rates["clocks"])
    odd = random.randrange(-48, 57) * 15
    label = pick(random, (0, 0, 480, 480, 60, -300, odd))
    zone = pick(random, ("Europe/Berlin", "America/New_York", "Europe/London", "Europe/Moscow", "Asia/Tokyo"))
    legs = frozenset(random.sample(LEGS[2:], 1 + random.randrange(2)))
    clocks = {
        "zone_utc": Clock("rendered"),
        "zone": Clock("zone", zone=zone),
        "fixed": Clock("fixed", minutes=60 * random.randrange(-8, 11)),
        "china": Clock("fixed", minutes=480),
        "odd_offset": Clock("fixed", minutes=odd),
        "rendered": Clock("rendered", minutes=pick(random, (0, 480, -420, odd))),
        "all_wrong": Clock("all_wrong", minutes=label),
        "legs_wrong": Clock("legs_wrong", minutes=label, legs=legs),
        "viewer": Clock("viewer", minutes=pick(random, (0, 60, 120, -300, 345))),
    }
    return clocks.get(kind) or Clock(kind)


def _relay_clock(random: Random) -> Clock:
    clocks = (Clock("utc"), Clock("utc"), Clock("labelled", minutes=480), Clock("labelled", minutes=-420))
    return pick(random, (*clocks, Clock("same")))


def _lags(random: Random, profile: Profile) -> dict[Leg, float]:
    """By leg, how many minutes its times usually lie behind the scan."""
    found: dict[Leg, float] = {}
    for leg in LEGS:
        is_late, minutes = happens(random, profile.rate("lags")), spread(random, 12, 1800)
        if is_late:
            found[leg] = minutes
    return found
