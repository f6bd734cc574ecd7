"""Which numbers are one parcel: links between numbers to groups of numbers. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scrapers import vocabulary

#: A number that this many otherwise unrelated numbers name is a collective one (a bag, a broker's reference).
COLLECTIVE = 3


@dataclass(frozen=True, slots=True)
class Link:
    """A portal, shown `number_a`, names `number_b` for the same parcel."""

    number_a: str
    number_b: str
    portal: str
    role: str
    carrier: str | None
    first_seen_at: datetime
    reason: str
    accepted: bool


def link(
    number_a: str, number_b: str, portal: str, role: str, carrier: str | None, seen_at: datetime
) -> Link:
    """A link, with whether it may join parcels: order pages and carriers may, relays only propose."""
    kind = vocabulary.facts(portal).kind
    reasons = {
        "marketplace": "an order page puts both numbers on one package",
        "carrier": "a carrier names one as the other's successor",
        "universal": "named by a universal tracker only: a candidate",
        "unknown": "named by a portal not known here: a candidate",
    }
    return Link(
        number_a, number_b, portal, role, carrier, seen_at, reasons[kind], kind in ("marketplace", "carrier")
    )


def settled(links: Iterable[Link]) -> list[Link]:
    """The links with those refused that lead to a number too many unrelated numbers name."""
    links = sorted(links, key=lambda k: (k.number_a, k.number_b, k.portal))
    naming: dict[str, set[str]] = defaultdict(set)
    for one in links:
        if one.accepted:
            naming[one.number_b].add(one.number_a)
    collective = {
        number
        for number, namers in naming.items()
        if len(namers) >= COLLECTIVE and len(_apart_without(number, namers, links)) >= COLLECTIVE
    }
    refused = "named by three or more unrelated parcels: a collective number"
    return [
        replace(k, accepted=False, reason=refused) if k.accepted and k.number_b in collective else k
        for k in links
    ]


def _apart_without(number: str, namers: Iterable[str], links: Sequence[Link]) -> list[frozenset[str]]:
    others = [k for k in links if k.accepted and number not in (k.number_a, k.number_b)]
    groups = groups_of(set(namers) | {n for k in others for n in (k.number_a, k.number_b)}, others)
    wanted = set(namers)
    return [group for group in groups if group & wanted]


def groups_of(numbers: Iterable[str], links: Iterable[Link]) -> list[frozenset[str]]:
    """The numbers, grouped by the accepted links among them."""
    group: dict[str, set[str]] = {number: {number} for number in sorted(numbers)}
    for one in links:
        if one.accepted and one.number_a in group and one.number_b in group:
            a, b = group[one.number_a], group[one.number_b]
            if a is not b:
                a |= b
                group.update(dict.fromkeys(b, a))
    return sorted({frozenset(g) for g in group.values()}, key=sorted)


def parcel_id(numbers: Iterable[str], first_seen: Mapping[str, datetime]) -> str:
    """The number a parcel goes by: the one seen first, then the smallest."""
    return min(numbers, key=lambda n: (first_seen[n], n))
