"""What is known of linked numbers, read from the database: one group of facts per parcel to be."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from collector.derive.numbers import Link, groups_of
from collector.derive.parsing import Parser
from collector.reconcile.context import Zones
from collector.reconcile.statements import Pairs
from collector.store.corrections import pairs_said, zones_said
from collector.store.facts import StoredVisit
from scrapers.contract import Reading


@dataclass(frozen=True, slots=True)
class Shown:
    """A visit, and what its pages say about its number."""

    visit: StoredVisit
    reading: Reading


@dataclass(frozen=True, slots=True)
class Group:
    """Numbers that belong together, and all that is known of them.

    shown       their visits, oldest first
    first_seen  when each number was seen or named first (aware)
    naming      the links that name one of them
    pairs       observations of which the user says whether they are one event, of any parcel
    zones       the zones in which the user says that portals print
    """

    numbers: frozenset[str]
    shown: tuple[Shown, ...]
    first_seen: Mapping[str, datetime]
    naming: tuple[Link, ...]
    pairs: Pairs = field(default_factory=dict)
    zones: Zones = field(default_factory=dict)


def gathered(
    db: Database,
    parser: Parser,
    numbers: Sequence[str],
    links: Sequence[Link],
    visits: Iterable[StoredVisit],
) -> list[Group]:
    """The groups that `numbers`, closed under `links`, amount to; `visits` are theirs, oldest first."""
    shown = [Shown(visit, parser.reading(visit)) for visit in visits]
    first_seen = _first_seen(shown, links, frozenset(numbers))
    groups = groups_of(first_seen, links)
    group_of = {number: place for place, group in enumerate(groups) for number in group}
    own: dict[int, list[Shown]] = defaultdict(list)
    for one in shown:
        own[group_of[one.visit.tracking_number]].append(one)
    naming: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        if link.number_b in group_of:
            naming[group_of[link.number_b]].append(link)
    pairs, zones = pairs_said(db), zones_said(db)
    return [
        Group(
            numbers=group,
            shown=tuple(own[place]),
            first_seen={number: first_seen[number] for number in sorted(group)},
            naming=tuple(naming[place]),
            pairs=pairs,
            zones=zones,
        )
        for place, group in enumerate(groups)
    ]


def _first_seen(
    shown: Iterable[Shown], links: Iterable[Link], numbers: frozenset[str]
) -> dict[str, datetime]:
    seen: dict[str, datetime] = {}
    named = [(s.visit.tracking_number, s.visit.seen_at) for s in shown]
    named += [(n, k.first_seen_at) for k in links for n in (k.number_a, k.number_b) if n in numbers]
    for number, at in named:
        seen[number] = min(at, seen.get(number, at))
    return seen
