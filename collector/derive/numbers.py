"""Which numbers are one parcel: links between numbers to groups of numbers. Pure."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scrapers import vocabulary

#: A number that this many otherwise unrelated numbers name is a collective one (a bag, a broker's reference).
COLLECTIVE = 3
#: Stands for the user where a link names its portal; an imported portal of this name links nothing.
USER = "user"

_REASONS = {
    "marketplace": "an order page puts both numbers on one package",
    "carrier": "a carrier names one as the other's successor",
    "universal": "named by a universal tracker only: a candidate",
    "unknown": "named by a portal not known here: a candidate",
}
#: Why a link only proposes: such numbers are visited, and join nothing.
CANDIDATE = frozenset({_REASONS["universal"], _REASONS["unknown"]})
#: Why what was only proposed joins after all (see `vouching`).
_VOUCHED = {
    _REASONS["universal"]: "named by a universal tracker, and two scans agree",
    _REASONS["unknown"]: "named by a portal not known here, and two scans agree",
}
SUCCEEDED = "the order page shows another number for the same package"
SAID_ONE = "the user says so"
SAID_APART = "the user says they are not one parcel"
#: Why a link does not join: what it names is not one parcel's.
REFUSED = "named by three or more unrelated parcels: a collective number"

#: Whose word counts for more when not all links can hold.
_STRENGTH = {"unknown": 0, "universal": 0, "marketplace": 1, "carrier": 2, USER: 3}


@dataclass(frozen=True, slots=True)
class Link:
    """A portal, shown `number_a`, names `number_b` for the same parcel; or the user speaks of both."""

    number_a: str
    number_b: str
    portal: str
    role: str
    carrier: str | None
    first_seen_at: datetime
    reason: str
    accepted: bool

    @property
    def ends(self) -> frozenset[str]:
        """Both numbers, whichever names the other."""
        return frozenset((self.number_a, self.number_b))


def link(
    number_a: str, number_b: str, portal: str, role: str, carrier: str | None, seen_at: datetime
) -> Link:
    """A link, with whether it may join parcels: order pages and carriers may, relays only propose."""
    kind = vocabulary.facts(portal).kind
    may_join = kind in ("marketplace", "carrier")
    return Link(number_a, number_b, portal, role, carrier, seen_at, _REASONS[kind], may_join)


def successor(old: str, new: str, portal: str, seen_at: datetime) -> Link:
    """The link between two numbers that an order page showed, one after the other, for one package."""
    return Link(old, new, portal, "other", None, seen_at, SUCCEEDED, accepted=True)


def said(number_a: str, number_b: str, made_at: datetime, *, are_one: bool) -> Link:
    """What the user says of two numbers, as a link: one that joins, or one that keeps apart."""
    first, second = sorted((number_a, number_b))
    reason = SAID_ONE if are_one else SAID_APART
    return Link(first, second, USER, "other", None, made_at, reason, accepted=are_one)


def borne_out(one: Link) -> Link:
    """A link that only proposed, now that scans of both numbers agree."""
    return replace(one, reason=_VOUCHED[one.reason], accepted=True)


def settled(links: Iterable[Link]) -> list[Link]:
    """The links with those refused that may not join after all.

    Two rules: a number that too many unrelated numbers name joins none of them, unless the user says so.
    Two numbers that the user keeps apart are parted on every way from one to the other, by refusing the
    weakest link of each: a relay's before a marketplace's, then a carrier's, then the user's own. Of
    equally strong ones the portals' latest goes first, and the user's earliest.
    """
    ordered = sorted(links, key=lambda k: (k.number_a, k.number_b, k.portal))
    return _kept_apart(_without_collective(ordered))


def _without_collective(links: Sequence[Link]) -> list[Link]:
    naming: dict[str, set[str]] = defaultdict(set)
    for one in links:
        if one.accepted and one.portal != USER and one.reason not in _VOUCHED.values():
            naming[one.number_b].add(one.number_a)
    collective = {number for number, namers in naming.items() if _are_unrelated(number, namers, links)}
    return [
        replace(k, accepted=False, reason=REFUSED)
        if k.accepted and k.portal != USER and k.number_b in collective
        else k
        for k in links
    ]


def is_collective(number: str, links: Sequence[Link]) -> bool:
    """Whether too many unrelated numbers name `number`, be it as a candidate."""
    namers = {k.number_a for k in links if k.number_b == number and k.portal != USER}
    return _are_unrelated(number, namers, links)


def _are_unrelated(number: str, namers: set[str], links: Sequence[Link]) -> bool:
    return len(namers) >= COLLECTIVE and len(_apart_without(number, namers, links)) >= COLLECTIVE


def _apart_without(number: str, namers: Iterable[str], links: Sequence[Link]) -> list[frozenset[str]]:
    others = [k for k in links if k.accepted and number not in k.ends]
    groups = groups_of(set(namers) | {n for k in others for n in k.ends}, others)
    wanted = set(namers)
    return [group for group in groups if group & wanted]


def _kept_apart(links: Sequence[Link]) -> list[Link]:
    """Join the strongest first, and refuse every link that would join what the user keeps apart."""
    parted = sorted({(k.number_a, k.number_b) for k in links if k.portal == USER and not k.accepted})
    if not parted:
        return list(links)
    refused = {k: SAID_APART for k in links if tuple(sorted(k.ends)) in parted}
    group: dict[str, set[str]] = {n: {n} for k in links for n in k.ends}
    for one in sorted((k for k in links if k.accepted and k not in refused), key=_strongest_first):
        a, b = group[one.number_a], group[one.number_b]
        clash = next(((x, y) for x, y in parted if (x in a and y in b) or (x in b and y in a)), None)
        if clash is None:
            _join(group, one)
        else:
            refused[one] = f"would join {clash[0]} and {clash[1]}, which the user says are not one parcel"
    return [replace(k, accepted=False, reason=refused[k]) if k in refused else k for k in links]


def _strongest_first(one: Link) -> tuple[int, float, str, str, str]:
    strength = _STRENGTH[USER if one.portal == USER else vocabulary.facts(one.portal).kind]
    age = one.first_seen_at.timestamp() * (-1 if one.portal == USER else 1)
    return -strength, age, one.number_a, one.number_b, one.portal


def groups_of(numbers: Iterable[str], links: Iterable[Link]) -> list[frozenset[str]]:
    """The numbers, grouped by the accepted links among them."""
    group: dict[str, set[str]] = {number: {number} for number in sorted(numbers)}
    for one in links:
        if one.accepted and one.number_a in group and one.number_b in group:
            _join(group, one)
    return sorted({frozenset(g) for g in group.values()}, key=sorted)


def _join(group: dict[str, set[str]], one: Link) -> None:
    a, b = group[one.number_a], group[one.number_b]
    if a is not b:
        a |= b
        group.update(dict.fromkeys(b, a))


def chain(links: Iterable[Link], start: str, end: str) -> list[Link]:
    """The fewest accepted links that lead from one number to the other, in order; none if none do."""
    near: dict[str, list[Link]] = defaultdict(list)
    for one in sorted(links, key=lambda k: (k.number_a, k.number_b, k.portal)):
        if one.accepted:
            near[one.number_a].append(one)
            near[one.number_b].append(one)
    ways: dict[str, list[Link]] = {start: []}
    waiting = deque([start])
    while waiting and end not in ways:
        here = waiting.popleft()
        for one in near[here]:
            (there,) = one.ends - {here} or {here}
            if there not in ways:
                ways[there] = [*ways[here], one]
                waiting.append(there)
    return ways.get(end, [])


def parcel_id(numbers: Iterable[str], first_seen: Mapping[str, datetime]) -> str:
    """The number a parcel goes by: the one seen first, then the smallest."""
    return min(numbers, key=lambda n: (first_seen[n], n))
