"""What portals declare and what their words stand for, as data that loads without any parser.

`meaning` reads a row's words layer by layer: what the user added; the portal's own codes, then its own words;
the words of everybody (the general ones of `general/`, then those of all portals, where they agree), each
exactly, then without what is printed around them, then by their telling words; at last words nearly known.
Files are described in `loading`, the user's file in `additions`.
"""

from collections.abc import Mapping
from functools import cache, lru_cache

from scrapers.vocabulary.additions import (
    Additions,
    AdditionsError,
    active,
    added_places,
    read_additions,
    using,
)
from scrapers.vocabulary.indexing import Index, index_of, own_index
from scrapers.vocabulary.layers import (
    Found,
    as_printed,
    by_code,
    by_common_code,
    by_common_essence,
    by_common_words,
    by_likeness,
    by_own_essence,
    by_own_words,
    forms,
)
from scrapers.vocabulary.loading import load, names
from scrapers.vocabulary.model import Clock, Facts, Meaning, OrderState, unknown_facts
from scrapers.vocabulary.normalising import normal, normal_code, parted
from scrapers.words import Milestone

__all__ = [
    "Additions",
    "AdditionsError",
    "Clock",
    "Facts",
    "Meaning",
    "OrderState",
    "added_places",
    "facts",
    "meaning",
    "names",
    "normal",
    "normal_code",
    "order_state",
    "portal_named",
    "read_additions",
    "using",
]


def facts(portal: str) -> Facts:
    """The declared facts of `portal`; one that nobody here knows has an unknown clock."""
    found = load(portal)
    return found.facts if found is not None else active().portals.get(portal) or unknown_facts(portal)


def meaning(
    portal: str, *, code: str | None, description: str, note: str | None = None, place: str | None = None
) -> Meaning | None:
    """What a row of `portal` stands for, None if its code and wording are not understood.

    A known code settles it; an unknown one does not forbid the wording from being understood. The note is
    read where the description says nothing.
    """
    return _meaning(active(), portal, code, description, note, place)


def portal_named(carrier: str) -> str | None:
    """The portal of a carrier as other portals name it ("Correos España"), None if it is none known here."""
    return _carriers().get(normal(carrier))


@cache
def _carriers() -> Mapping[str, str]:
    known: dict[str, str] = {}
    for name in names():
        for text in (name, facts(name).title, *facts(name).called):
            known.setdefault(normal(text), name)
    return known


def order_state(portal: str, *, code: str | None, text: str | None) -> OrderState | None:
    """How far an order is by the shop's words for its status, which go before its code; None if unknown."""
    vocabulary = load(portal)
    if vocabulary is None:
        return None
    wanted = (normal(text) if text else "", normal_code(code) if code else "")
    return next((vocabulary.order_states[w] for w in wanted if w in vocabulary.order_states), None)


@lru_cache(maxsize=1 << 16)
def _meaning(
    additions: Additions, portal: str, code: str | None, description: str, note: str | None, place: str | None
) -> Meaning | None:
    where = f"{place or ''} | {description}"
    declared = own_index(portal)
    own = tuple(filter(None, (_added_index(additions, portal), declared)))
    for index in own if code else ():
        if found := by_code(index, code or "", where):
            return found.meaning
    text, remark = parted(description)
    texts = [one for one in dict.fromkeys((text, note, remark)) if one]
    if found := _by_words(texts, place, own, where, is_stranger=declared is None):
        return found.meaning
    for one in (code, description if "_" in description else None):
        if one and (found := by_common_code(one)):
            return found.meaning
    return None


def _by_words(
    texts: list[str], place: str | None, own: tuple[Index, ...], where: str, *, is_stranger: bool
) -> Found | None:
    """What the first text says that says anything.

    Words known to be said over different things are not compared loosely, and those that everybody says of a
    parcel under way yield to a text behind them that tells an event.
    """
    unread: list[tuple[str, ...]] = []
    notice: Found | None = None
    for text in texts:
        found, is_own = _as_printed(text, own, where, is_stranger=is_stranger)
        if found is None:
            every_form = forms(text, place)
            found, is_own = _closely(every_form, own, where)
            if found is None:
                unread.append(every_form)
        if found and found.meaning and (is_own or found.meaning.milestone is not Milestone.NOTICE):
            return found
        if found and found.meaning:
            notice = notice or found
    return notice or next((found for text in unread if (found := by_likeness(text, own))), None)


def _as_printed(
    text: str, own: tuple[Index, ...], where: str, *, is_stranger: bool
) -> tuple[Found | None, bool]:
    """What is said of the text as it stands, enough for most rows, and whether the portal says so."""
    plain = (as_printed(text),)
    for index in own:
        if found := by_own_words(index, plain, where):
            return found, True
    return (by_common_words(plain, where) if is_stranger else None), False


def _closely(texts: tuple[str, ...], own: tuple[Index, ...], where: str) -> tuple[Found | None, bool]:
    """What is said of any form of a text, and whether the portal's own words say so."""
    for index in own:
        if found := by_own_words(index, texts, where):
            return found, True
    for index in own:
        if found := by_own_essence(index, texts):
            return found, True
    return by_common_words(texts, where) or by_common_essence(texts), False


@lru_cache(maxsize=256)
def _added_index(additions: Additions, portal: str) -> Index | None:
    entries = additions.entries(portal)
    return index_of(entries) if entries else None
