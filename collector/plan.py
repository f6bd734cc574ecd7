"""Which visits to tracking portals are due: for followed numbers and for orders' parcels. Only reads."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlite_utils import Database

from collector.cadence import Standing, Tries, has_passed, wait
from collector.derive.numbers import CANDIDATE
from collector.plan_orders import DueOrder, due_orders
from collector.read.offsets import parse_iso_utc
from collector.routing import Known, route
from collector.store.tries import tries_of_numbers
from scrapers import vocabulary
from scrapers.contract import Portal, Recipient
from scrapers.shop import Shop

__all__ = ["Due", "DueOrder", "Wanted", "due_orders", "due_visits", "recipients"]

#: Parcels are followed by a number, or because they are an order's; what is forgotten is not.
_NUMBERS = """
with forgotten as (select number from followed where forgotten_at is not null),
kept as (
    select t.parcel_id from tracking_numbers as t join followed as f on f.number = t.number
    where f.forgotten_at is null
    union
    select o.parcel_id from parcel_orders as o where o.parcel_id not in
        (select t.parcel_id from tracking_numbers as t where t.number in (select number from forgotten))
)
select n.number from tracking_numbers as n where n.parcel_id in (select parcel_id from kept)
    and n.number not in (select number from forgotten)
union select number from followed where forgotten_at is null
order by 1
"""
#: A number that was used again stands in several parcels: the one whose id sorts last is the newest.
_STANDING = """
select n.number, p.stage, p.delivered_at, coalesce(p.last_event_at, n.first_seen_at) as last_event_at,
       p.origin_country, p.destination_country
from tracking_numbers as n join parcels as p on p.id = n.parcel_id order by p.id
"""
#: Who names a carrier for a number, a universal tracker's guesses among them: they are asked, not believed.
_NAMED = """
select number_b as number, carrier, portal from parcel_links where carrier is not null
union select tracking_number, relayed_from, portal from observations where relayed_from is not null
order by 1, 2, 3
"""
_RECIPIENTS = """
select t.number, f.postcode, f.country, p.destination_country from tracking_numbers as t
join tracking_numbers as o on o.parcel_id = t.parcel_id join followed as f on f.number = o.number
join parcels as p on p.id = t.parcel_id where f.postcode is not null or f.country is not null
union select number, postcode, country, null from followed where postcode is not null or country is not null
order by 1, 2, 3
"""
_PROPOSED = """
select number_a, number_b, reason from parcel_links
where accepted = 0 and number_b not in (select number from followed where forgotten_at is not null)
order by number_a, number_b
"""


@dataclass(frozen=True, slots=True)
class Due:
    """One visit to make, and why."""

    portal: str
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is limited to; empty means everything. With both, the portals are asked for sure."""

    numbers: frozenset[str] = frozenset()
    portals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Watched:
    """A number to be asked about: how far its parcel is, and the countries it touches, None if not known."""

    standing: Standing = field(default_factory=Standing)
    countries: frozenset[str | None] | None = None


def due_visits(
    db: Database,
    portals: Mapping[str, Portal],
    *,
    wanted: Wanted,
    now: datetime,
    done: Collection[tuple[str, str]] = (),
) -> list[Due]:
    """The visits due and not in `done`, by portal and number, whether or not a portal may be asked now.

    Numbers that are asked for by name are due however lately they were visited. Shops are asked about orders,
    never about numbers.
    """
    asking = {name: portal for name, portal in portals.items() if not isinstance(portal, Shop)}
    tries = tries_of_numbers(db)
    tried = _by_number(tries)
    named = _named(db)
    due = []
    for number, watched in _watched(db).items():
        if wanted.numbers and not wanted.numbers & _relatives(db, number):
            continue
        if wanted.numbers and wanted.portals:
            asked: Iterable[tuple[str, str]] = [(name, "asked for") for name in sorted(wanted.portals)]
        else:
            known = Known(watched.countries, named.get(number, {}), tried.get(number, {}))
            asked = route(asking, number, known)
        for name, reason in asked:
            if (
                name not in asking
                or (wanted.portals and name not in wanted.portals)
                or (name, number) in done
            ):
                continue
            past = tries.get((name, number))
            if wanted.numbers or has_passed(wait(watched.standing, past, now), past, now):
                due.append(Due(name, number, reason))
    return sorted(due, key=lambda d: (d.portal, d.number))


def recipients(db: Database) -> dict[str, Recipient]:
    """What is known of where followed numbers go: what their owner told, of any number of the parcel."""
    found: dict[str, Recipient] = {}
    for row in db.query(_RECIPIENTS):
        known = found.get(row["number"], Recipient())
        country = row["country"] or known.country or row["destination_country"]
        found[row["number"]] = Recipient(row["postcode"] or known.postcode, country)
    return found


def _by_number(tries: Mapping[tuple[str, str], Tries]) -> dict[str, dict[str, Tries]]:
    found: dict[str, dict[str, Tries]] = {}
    for (portal, number), one in tries.items():
        found.setdefault(number, {})[portal] = one
    return found


def _named(db: Database) -> dict[str, dict[str, str]]:
    """By number: the portals of carriers that were named for it, and by whom."""
    found: dict[str, dict[str, str]] = {}
    for row in db.query(_NAMED):
        portal = vocabulary.portal_named(row["carrier"])
        if portal is not None and portal != row["portal"]:
            found.setdefault(row["number"], {}).setdefault(portal, vocabulary.facts(row["portal"]).title)
    return found


def _watched(db: Database) -> dict[str, _Watched]:
    """The numbers to be asked about. One only proposed is as far as the number it is proposed for."""
    known: dict[str, _Watched] = {}
    for row in db.query(_STANDING):
        standing = Standing(row["stage"], _instant(row["last_event_at"]), _instant(row["delivered_at"]))
        countries = frozenset({row["origin_country"], row["destination_country"]})
        known[row["number"]] = _Watched(standing, countries if row["destination_country"] else None)
    followed = {row["number"]: known.get(row["number"], _Watched()) for row in db.query(_NUMBERS)}
    proposed: dict[str, _Watched] = {}
    for row in db.query(_PROPOSED):
        if row["reason"] in CANDIDATE and row["number_a"] in followed and row["number_b"] not in followed:
            namer = followed[row["number_a"]]
            candidate = replace(namer, standing=replace(namer.standing, is_candidate=True))
            proposed.setdefault(row["number_b"], candidate)
    return followed | proposed


def _relatives(db: Database, number: str) -> set[str]:
    rows = db.query(
        """select t.number from tracking_numbers as t where t.parcel_id in
           (select parcel_id from tracking_numbers where number = ?)""",
        [number],
    )
    return {number, *(row["number"] for row in rows)}


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_iso_utc(text)
