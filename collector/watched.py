"""The numbers to be asked about, and what the database knows of each. Only reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from collector.cadence import Standing
from collector.derive.numbers import CANDIDATE
from collector.read.offsets import parse_iso_utc
from collector.worth import Stakes
from scrapers import vocabulary
from scrapers.contract import Recipient

#: Parcels are followed by a number, or because they are an order's; what is forgotten is not.
_NUMBERS = """
with forgotten as (select number from followed where forgotten_at is not null),
kept as (
    select t.parcel_id from tracking_numbers as t join followed as f on f.number = t.number
    where f.forgotten_at is null
    union
    select o.parcel_id from parcel_orders as o where o.parcel_id not in
        (select t.parcel_id from tracking_numbers as t where t.number in (select number from forgotten))
),
wanted as (
    select n.number from tracking_numbers as n where n.parcel_id in (select parcel_id from kept)
        and n.number not in (select number from forgotten)
    union select number from followed where forgotten_at is null
)
select number, (select added_at from followed as f where f.number = wanted.number) as added_at
from wanted order by 1
"""
#: A number that was used again stands in several parcels: the one whose id sorts last is the newest.
_STANDING = """
select n.number, p.id, p.stage, p.delivered_at, coalesce(p.last_event_at, n.first_seen_at) as last_event_at,
       n.first_seen_at, p.origin_country, p.destination_country,
       exists (select 1 from disagreements as d where d.parcel_id = p.id and d.kind = 'conflict') as conflict,
       (select min(o.protection_ends_on) from parcel_orders as po join orders as o on o.id = po.order_id
        where po.parcel_id = p.id and coalesce(o.state, '') not in ('finished', 'cancelled')) as ends_on
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
class Watched:
    """A number to be asked about.

    parcel_id  None where no parcel is known yet
    countries  that the parcel touches, None if its destination is not known
    known_at   since when the number is known
    """

    parcel_id: str | None = None
    standing: Standing = field(default_factory=Standing)
    stakes: Stakes = field(default_factory=Stakes)
    countries: frozenset[str | None] | None = None
    known_at: datetime | None = None


def watched_numbers(db: Database) -> dict[str, Watched]:
    """The numbers to be asked about. One only proposed is as far as the number it is proposed for."""
    known = {row["number"]: _watched(row) for row in db.query(_STANDING)}
    followed = {}
    for row in db.query(_NUMBERS):
        one = known.get(row["number"], Watched())
        followed[row["number"]] = replace(one, known_at=one.known_at or _instant(row["added_at"]))
    proposed: dict[str, Watched] = {}
    for row in db.query(_PROPOSED):
        if row["reason"] in CANDIDATE and row["number_a"] in followed and row["number_b"] not in followed:
            namer = followed[row["number_a"]]
            candidate = replace(namer, standing=replace(namer.standing, is_candidate=True))
            proposed.setdefault(row["number_b"], candidate)
    return followed | proposed


def named_carriers(db: Database) -> dict[str, dict[str, str]]:
    """By number: the portals of carriers that were named for it, and by whom."""
    found: dict[str, dict[str, str]] = {}
    for row in db.query(_NAMED):
        portal = vocabulary.portal_named(row["carrier"])
        if portal is not None and portal != row["portal"]:
            found.setdefault(row["number"], {}).setdefault(portal, vocabulary.facts(row["portal"]).title)
    return found


def recipients(db: Database) -> dict[str, Recipient]:
    """What is known of where followed numbers go: what their owner told, of any number of the parcel."""
    found: dict[str, Recipient] = {}
    for row in db.query(_RECIPIENTS):
        known = found.get(row["number"], Recipient())
        country = row["country"] or known.country or row["destination_country"]
        found[row["number"]] = Recipient(row["postcode"] or known.postcode, country)
    return found


def parcels_of(db: Database, *, numbers: frozenset[str], orders: frozenset[str]) -> frozenset[str]:
    """The parcels that have one of these numbers, or belong to one of these orders."""
    asked = (
        ("select parcel_id from tracking_numbers where number = ?", numbers),
        ("select parcel_id from parcel_orders where order_id = ?", orders),
    )
    return frozenset(row["parcel_id"] for query, ids in asked for i in ids for row in db.query(query, [i]))


def _watched(row: Mapping[str, Any]) -> Watched:
    standing = Standing(row["stage"], _instant(row["last_event_at"]), _instant(row["delivered_at"]))
    ends_on = None if row["ends_on"] is None else date.fromisoformat(row["ends_on"])
    countries = frozenset({row["origin_country"], row["destination_country"]})
    return Watched(
        parcel_id=row["id"],
        standing=standing,
        stakes=Stakes(row["stage"], ends_on, bool(row["conflict"])),
        countries=countries if row["destination_country"] else None,
        known_at=_instant(row["first_seen_at"]),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_iso_utc(text)
