"""Numbers that an order page showed one after the other for the same package. Pure.

A shop may show another number for a package once another carrier has it, or go back to an earlier one; no
direction is known (reports of 2026). Only what two loads of the page, one after the other, show can tell.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise

from scrapers.orders import Item

#: What lies in a package: product and variant of each item; empty where the page does not say.
Contents = frozenset[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Load:
    """One complete load of an order's tracking page: the number of each package, with what is in it."""

    seen_at: datetime
    packages: Mapping[str, Contents]


@dataclass(frozen=True, slots=True)
class Succession:
    """`new` was shown for the package that `old` was shown for, first at `seen_at`."""

    old: str
    new: str
    seen_at: datetime


def contents(items: Iterable[Item]) -> Contents:
    """What is in a package, empty if any item cannot be told by the shop's own id."""
    told = [(item.product_id, item.sku_id) for item in items]
    known = [(product, sku) for product, sku in told if product]
    return frozenset(known) if len(known) == len(told) else frozenset()


def successors(loads: Sequence[Load]) -> list[Succession]:
    """Which number followed which, from the loads of one order's page in order of time.

    A number that went and one that came belong together if both packages hold the same items and no other
    that went or came does, or if they are the only two and the page does not say they hold different things.
    A number shown before is no new one, and numbers that one load shows side by side are two packages.
    """
    beside = {frozenset(two) for load in loads for two in combinations(load.packages, 2)}
    same: dict[str, set[str]] = {number: {number} for load in loads for number in load.packages}
    known: set[str] = set()
    found: list[Succession] = []
    # A load without any package says nothing of packages: they do not vanish and come again.
    for before, after in pairwise(load for load in loads if load.packages):
        known |= before.packages.keys()
        for old, new in _pairs(before.packages, after.packages):
            a, b = same[old], same[new]
            if new not in known and not any(frozenset((x, y)) in beside for x in a for y in b):
                found.append(Succession(old, new, after.seen_at))
                a |= b
                same.update(dict.fromkeys(b, a))
    return found


def _pairs(before: Mapping[str, Contents], after: Mapping[str, Contents]) -> list[tuple[str, str]]:
    """Each number that went with the one that came for it, where that can be told."""
    went, came = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
    held = Counter(before[number] for number in went)
    holding = Counter(after[number] for number in came)
    pairs = [
        (old, new)
        for old in went
        for new in came
        if before[old] and before[old] == after[new] and held[before[old]] == holding[before[old]] == 1
    ]
    if not pairs and len(went) == len(came) == 1:
        (old,), (new,) = went, came
        differ = before[old] and after[new] and not before[old] & after[new]
        return [] if differ else [(old, new)]
    return pairs
