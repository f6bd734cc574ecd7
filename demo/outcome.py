"""What the demo collected, as rows: how much, the most telling findings, and what a buyer would look into."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]

MOST_FINDINGS = 7
#: Kinds by how much they tell; of the last ones there are many.
TELLING = ("conflict", "lag", "revision", "zone_label", "unexplained", "precision", "timezone")
_TWICE = ("conflict", "zone_label")
_SOON = timedelta(days=14)

_AMOUNTS = """
select (select count(*) from orders) as orders, (select count(*) from parcels) as parcels,
       (select count(*) from tracking_numbers) as numbers, (select count(*) from events) as events,
       (select count(*) from observations) as rows_followed,
       (select count(distinct portal) from visits where outcome = 'ok') as portals,
       (select count(distinct account) from orders) as accounts,
       (select count(*) from disagreements) as disagreements,
       (select count(*) from findings where parcel_id is not null) as findings,
       (select count(*) from parcels as p
          where (select count(*) from parcel_orders where parcel_id = p.id) > 1) as combined,
       (select count(*) from orders as o
          where (select count(*) from parcel_orders where order_id = o.id) > 1) as split,
       (select count(*) from parcels as p
          where (select count(*) from tracking_numbers where parcel_id = p.id) > 1) as renumbered
"""
_FINDINGS = """
select f.*, p.title from findings as f join parcels as p on p.id = f.parcel_id
order by f.largest_s desc, f.disagreements desc, f.parcel_id, f.portal_a, f.portal_b
"""
_CONTRADICTIONS = """
select c.*, p.title from contradictions as c join parcels as p on p.id = c.parcel_id
order by c.parcel_id, c.kind, c.explanation
"""
_IN_CUSTOMS = """
select p.title, max(e.occurred_at) as since_at from parcels as p join events as e on e.parcel_id = p.id
where p.milestone = 'customs_held' and e.milestone = 'customs_held' group by p.id order by since_at
"""
_NEVER_SENT = """
select i.title, o.paid_on, o.protection_ends_on from orders as o join order_items as i on i.order_id = o.id
where o.state = 'processing' and i.position = 0
  and not exists (select 1 from parcel_orders as x where x.order_id = o.id)
order by o.paid_on, o.id
"""
_PROTECTION_ENDING = """
select p.title, o.protection_ends_on, p.last_event_at
from orders as o join parcel_orders as x on x.order_id = o.id join parcels as p on p.id = x.parcel_id
where o.state = 'shipped' and p.stage not in ('delivered', 'returned', 'closed')
  and o.protection_ends_on between ? and ? order by o.protection_ends_on, p.id
"""
_NOT_UNDERSTOOD = "select portal, text, count from unknown_phrases order by count desc, portal, text"


def amounts(db: Database) -> Row:
    """How much there is of everything."""
    (counted,) = db.query(_AMOUNTS)
    return dict(counted)


def telling(db: Database) -> list[Row]:
    """The findings that tell most, the most telling kind first."""
    return chosen(list(db.query(_FINDINGS)))


def chosen(findings: Sequence[Row]) -> list[Row]:
    """Of findings, largest first: of each kind the first, then a second where there is room.

    A parcel comes once, if there is another.
    """
    kept: list[Row] = []
    for kind in (*TELLING, *_TWICE):
        of_kind = [f for f in findings if f["kind"] == kind and f not in kept]
        told = {f["parcel_id"] for f in kept}
        others = [f for f in of_kind if f["parcel_id"] not in told]
        if kind not in {f["kind"] for f in kept}:
            others = others or of_kind
        kept += others[:1]
    return sorted(kept[:MOST_FINDINGS], key=lambda f: TELLING.index(f["kind"]))


def contradictions(db: Database) -> list[Row]:
    """What cannot both be true, once for each row that contradicts others, with the parcels' titles."""
    found = {(row["parcel_id"], row["kind"], row["observation_b"]): row for row in db.query(_CONTRADICTIONS)}
    return list(found.values())


def in_customs(db: Database) -> list[Row]:
    """Parcels that customs hold, and since when."""
    return list(db.query(_IN_CUSTOMS))


def never_sent(db: Database) -> list[Row]:
    """Orders that are paid and not sent."""
    return list(db.query(_NEVER_SENT))


def protection_ending(db: Database, now: datetime) -> list[Row]:
    """Parcels under way whose buyer's protection ends within two weeks."""
    days = [now.date().isoformat(), (now + _SOON).date().isoformat()]
    return list(db.query(_PROTECTION_ENDING, days))


def not_understood(db: Database) -> list[Row]:
    """Wordings without a meaning, the most frequent first."""
    return list(db.query(_NOT_UNDERSTOOD))
