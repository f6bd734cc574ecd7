"""Entries arranged for looking wordings up: by exact text and beginning, and by what their words say."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from scrapers.vocabulary.lexicon import essence, is_unspaced
from scrapers.vocabulary.loading import general_entries, load, names
from scrapers.vocabulary.model import Entry, Meaning
from scrapers.words import Leg, Milestone

#: Milestones of either end of the journey: of a stranger's wording only a leg it names is believed.
_EITHER_END = frozenset(
    {Milestone.ARRIVED_FACILITY, Milestone.DEPARTED_FACILITY, Milestone.EXCEPTION, Milestone.MISROUTED}
)

#: An entry and its place in its file, which decides between several.
Place = tuple[int, Entry]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """One vocabulary's entries by code, by phrase and by beginning."""

    entries: tuple[Entry, ...]
    codes: Mapping[str, tuple[Place, ...]]
    exact: Mapping[str, tuple[Place, ...]]
    beginnings: tuple[tuple[str, Place], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Essences:
    """Meanings by essence: None where an essence stands for several things or for nothing certain.

    by_kinds    essences that have a meaning, by the kinds of their words
    words       every word of theirs
    by_initial  words that have letters only, by the first
    """

    meanings: Mapping[str, Meaning | None]
    by_kinds: Mapping[frozenset[str], tuple[tuple[str, Meaning], ...]]
    words: frozenset[str]
    by_initial: Mapping[str, tuple[str, ...]]


def index_of(entries: Iterable[Entry]) -> Index:
    """The index of `entries`, the first of which wins."""
    codes, exact = defaultdict[str, list[Place]](list), defaultdict[str, list[Place]](list)
    beginnings: list[tuple[str, Place]] = []
    kept = tuple(entries)
    for place in enumerate(kept):
        for code in place[1].codes:
            codes[code].append(place)
        for phrase in place[1].phrases:
            exact[phrase].append(place)
        beginnings.extend((beginning, place) for beginning in place[1].beginnings)
    return Index(
        entries=kept,
        codes={code: tuple(places) for code, places in codes.items()},
        exact={phrase: tuple(places) for phrase, places in exact.items()},
        beginnings=tuple(beginnings),
    )


def merged(one: Meaning | None, other: Meaning | None) -> Meaning | None:
    """What two readings have in common: None if they name two milestones, no leg if they name two legs."""
    if one is None or other is None or one.milestone != other.milestone:
        return None
    leg = one.leg if one.leg == other.leg else None
    return Meaning(one.milestone, leg, one.physical and other.physical)


@cache
def own_index(portal: str) -> Index | None:
    """The index of a portal's own file, None if it has none."""
    vocabulary = load(portal)
    return index_of(vocabulary.entries) if vocabulary is not None else None


@cache
def general_index() -> Index:
    """The index of the wordings of no portal in particular."""
    return index_of(general_entries())


@dataclass(frozen=True, slots=True)
class Strangers:
    """What every portal says that may be used to read other portals' rows: per text, one item per portal."""

    codes: Mapping[str, tuple[tuple[Place, ...], ...]]
    exact: Mapping[str, tuple[tuple[Place, ...], ...]]
    beginnings: tuple[tuple[tuple[str, Place], ...], ...]
    entries: tuple[Entry, ...]


@cache
def strangers() -> Strangers:
    """What every portal says to strangers."""
    found = (load(name) for name in names())
    indexes = [index_of(e for e in v.entries if e.shared) for v in found if v is not None]
    codes, exact = (
        defaultdict[str, list[tuple[Place, ...]]](list),
        defaultdict[str, list[tuple[Place, ...]]](list),
    )
    for index in indexes:
        for code, places in index.codes.items():
            codes[code].append(places)
        for phrase, places in index.exact.items():
            exact[phrase].append(places)
    return Strangers(
        codes={code: tuple(of) for code, of in codes.items()},
        exact={phrase: tuple(of) for phrase, of in exact.items()},
        beginnings=tuple(index.beginnings for index in indexes if index.beginnings),
        entries=tuple(entry for index in indexes for entry in index.entries),
    )


def lent(entry: Entry, text: str) -> Meaning | None:
    """What an entry says of another portal's `text`: where it can be either end's, the leg it names."""
    meaning = entry.meaning
    if meaning is None or meaning.milestone not in _EITHER_END or meaning.leg in (None, Leg.IMPORT):
        return meaning
    kinds = essence(text).kinds
    leg = Leg.LAST_MILE if "destination" in kinds else Leg.ORIGIN if "origin" in kinds else None
    return replace(meaning, leg=leg)


@lru_cache(maxsize=256)
def own_essences(index: Index) -> Essences:
    """The essences of an index."""
    return _arranged(_essences(index.entries))


@cache
def common_essences() -> Essences:
    """The essences of all wordings that may be used for any portal; general wordings settle disputes."""
    return _arranged({**_essences(strangers().entries, lent), **_essences(general_entries())})


def _essences(
    entries: Iterable[Entry], said: Callable[[Entry, str], Meaning | None] | None = None
) -> dict[str, Meaning | None]:
    """Meanings by essence, of wordings that need no condition: those `said` gives, else the entries' own."""
    found: dict[str, Meaning | None] = {}
    for entry in entries:
        for wording in (*sorted(entry.phrases), *entry.beginnings) if entry.place is None else ():
            if key := essence(wording).key:
                meaning = said(entry, wording) if said else entry.meaning
                found[key] = merged(found[key], meaning) if key in found else meaning
    return found


def _arranged(meanings: Mapping[str, Meaning | None]) -> Essences:
    by_kinds = defaultdict[frozenset[str], list[tuple[str, Meaning]]](list)
    for key, meaning in meanings.items():
        kinds = essence(key).kinds
        if meaning is not None and kinds:
            by_kinds[kinds].append((key, meaning))
    words = frozenset(word for key in meanings for word in key.split())
    by_initial = defaultdict[str, list[str]](list)
    for word in sorted(words):
        if word.isalpha() and not is_unspaced(word):
            by_initial[word[0]].append(word)
    return Essences(
        meanings=meanings,
        by_kinds={kinds: tuple(known) for kinds, known in by_kinds.items()},
        words=words,
        by_initial={initial: tuple(known) for initial, known in by_initial.items()},
    )
