"""The questions people ask, as views: named SQL, recreated when it changes."""

from sqlite_utils import Database

from collector.store.deadline_view import DEADLINES

#: What each visit brought, and what was read from it: visits share both with each other.
VISIT_PAGES = """
select v.id as visit_id, v.seen_at, p.position, p.page_id, p.role, p.url, p.status
from visits as v join set_pages as p on p.page_set_id = v.page_set_id
"""

READINGS = """
select v.id as visit_id, v.seen_at, s.parcel_id, s.outcome, s.status_text, s.milestone, s.origin_country,
       s.destination_country, s.pickup_point, s.estimate_from_on, s.estimate_to_on, s.clock_shift_s,
       s.problems
from visits as v join reading_spans as s on s.first_visit_id = v.id
  or (s.tracking_number = v.tracking_number and s.portal = v.portal
      and (s.first_seen_at, s.first_visit_id) <= (v.seen_at, v.id)
      and (s.last_seen_at, s.last_visit_id) >= (v.seen_at, v.id))
"""

FINDINGS = """
with told as (
    select parcel_id, kind, severity, portal_a, portal_b, disagreements, own_rows, smallest_s, largest_s,
           whose, worst, example
    from parcel_findings where portal_b <> ''
    union all
    select null, g.kind, g.severity, g.portal_a, null, g.disagreements, g.own_rows, g.smallest_s, g.largest_s,
           g.whose, w.worst, w.example
    from (
        select kind, severity, portal_a, sum(disagreements) as disagreements, sum(own_rows) as own_rows,
               min(smallest_s) as smallest_s, max(largest_s) as largest_s,
               iif(min(whose) = max(whose) and count(whose) = count(*), min(whose), null) as whose,
               substr(min(printf('%015d', 999999999999999 - largest_s) || worst), 16) as worst
        from parcel_findings where portal_b = '' group by kind, severity, portal_a
    ) as g
    join disagreements as d on d.id = g.worst
    join parcel_findings as w on w.parcel_id = d.parcel_id and w.kind = g.kind and w.severity = g.severity
      and w.portal_a = g.portal_a and w.portal_b = ''
)
select g.parcel_id, g.kind, g.severity,
       case
         when g.kind = 'zone_label' and g.whose is not null then g.whose || ' labels the wrong zone on '
         when g.kind = 'zone_label' then g.portal_a || coalesce(' and ' || g.portal_b, '')
             || ' label different zones on '
         when g.kind = 'timezone' and g.portal_b is null then g.portal_a
             || ' prints another zone''s clock than others on '
         when g.kind = 'timezone' then g.portal_a || ' and ' || g.portal_b
             || ' print different clocks for the same moment on '
         when g.kind = 'lag' and g.whose is not null then g.whose || ' shows when it heard of the scan on '
         when g.kind = 'lag' then g.portal_a || coalesce(' and ' || g.portal_b, '')
             || ': one shows when it heard of it, on '
         when g.kind = 'conflict' then g.portal_a || ' and ' || g.portal_b
             || ' give really different times on '
         when g.kind = 'precision' then 'One of ' || g.portal_a || ' and ' || g.portal_b
             || ' is less precise on '
         when g.kind = 'revision' then g.portal_a || ' changed the time between two visits on '
         else g.portal_a || ' and ' || g.portal_b || ' differ for a reason not known on '
       end || iif(g.parcel_id is null, g.own_rows, g.disagreements)
           || case when g.parcel_id is null
                   then ' of ' || (select sum(c.rows_compared) from parcel_portals as c
                                   where c.portal = g.portal_a) || ' rows that others show too. '
                   when g.disagreements = 1 then ' row. ' else ' rows. ' end
           || iif(g.disagreements = 1, '', 'The largest: ') || g.example as sentence,
       g.portal_a, g.portal_b, g.disagreements, g.smallest_s, g.largest_s, g.worst
from told as g
"""

RECONCILED_HISTORY = """
select e.parcel_id, e.sequence, e.occurred_at, e.milestone, e.leg, e.place, e.description, e.portals,
       (select group_concat(j.key || ' ' || j.value, ' · ')
          from (select key, value from json_each(e.shown) order by key) as j) as shown,
       e.highlight, e.id as event_id
from events as e
"""

PORTAL_STANDING = """
select parcel_id, portal, milestone, description, last_at, rows_shown, events_behind, behind_s
from parcel_portals where rows_shown > 0
"""

#: The plus signs keep SQLite from looking for rows by what nearly all of them have.
CONTRADICTIONS = """
select d.parcel_id, 'delivered, then moving' as kind, d.portal as portal_a, m.portal as portal_b,
       d.id as observation_a, m.id as observation_b,
       d.portal || ' says delivered at ' || d.latest_at || ', but ' || m.portal || ' shows "'
           || m.description || '" at ' || m.earliest_at as explanation
from observations as d
join observations as m on m.parcel_id = d.parcel_id and m.portal <> d.portal
where d.milestone = 'delivered' and +d.replaced_by is null and d.withdrawn_at is null
  and m.milestone in
      ('out_for_delivery', 'delivery_attempted', 'available_for_pickup')
  and +m.replaced_by is null and m.withdrawn_at is null and m.earliest_at > d.latest_at
union all
select a.parcel_id, 'delivered twice', a.portal, b.portal, a.id, b.id,
       a.portal || ' says delivered at ' || a.earliest_at || ', ' || b.portal || ' at ' || b.earliest_at
from observations as a
join observations as b on b.parcel_id = a.parcel_id and b.portal > a.portal and b.milestone = 'delivered'
where a.milestone = 'delivered' and a.event_id <> b.event_id
  and +a.duplicate_of is null and +a.replaced_by is null and a.withdrawn_at is null
  and +b.duplicate_of is null and +b.replaced_by is null and b.withdrawn_at is null
  and not exists (select 1 from observations as same
                  where same.event_id = a.event_id and same.portal = b.portal)
  and not exists (select 1 from observations as same
                  where same.event_id = b.event_id and same.portal = a.portal)
union all
select distinct d.parcel_id, 'two destinations', r.portal, o.portal, null, null,
       r.portal || ' says it goes to ' || r.destination_country || ', ' || o.portal || ' says '
           || o.destination_country
from (
    select parcel_id from reading_spans group by parcel_id
    having min(destination_country) <> max(destination_country)
) as d
join reading_spans as r on r.parcel_id = d.parcel_id
join reading_spans as o on o.parcel_id = d.parcel_id and o.destination_country <> r.destination_country
  and o.portal > r.portal
"""

ETA_HISTORY = """
select parcel_id, portal, tracking_number,
       min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at,
       estimate_from_on, estimate_to_on
from reading_spans
where coalesce(estimate_from_on, estimate_to_on) is not null
group by parcel_id, portal, tracking_number, estimate_from_on, estimate_to_on
"""

UNKNOWN_PHRASES = """
select portal, description as text, min(first_seen_at) as first_seen_at, count(*) as count
from observations where milestone is null
group by portal, description
"""

ORDER_STANDING = """
select o.id as order_id, o.placed_on, o.store,
       coalesce(
           (select group_concat(title || iif(quantity > 1, ' × ' || quantity, ''), ' · ')
              from (select i.title, c.quantity
                      from parcel_items as c join order_items as i on i.id = c.order_item_id
                     where c.parcel_id = x.parcel_id and i.order_id = o.id order by i.position)),
           (select group_concat(title || iif(quantity > 1, ' × ' || quantity, ''), ' · ')
              from (select title, quantity from order_items where order_id = o.id order by position))
       ) as items,
       cast(o.total as numeric) as total, o.currency, o.state, p.stage,
       e.description as newest_event, p.last_event_at, o.protection_ends_on, p.delivered_at, o.status,
       (select group_concat(number, ', ')
          from (select number from tracking_numbers where parcel_id = p.id
                order by first_seen_at, number)) as numbers,
       p.id as parcel_id, o.account
from orders as o
left join parcel_orders as x on x.order_id = o.id
left join parcels as p on p.id = x.parcel_id
left join events as e on e.parcel_id = p.id
  and e.sequence = (select max(n.sequence) from events as n where n.parcel_id = p.id)
"""

PARCEL_CONTENTS = """
select p.title as parcel, p.stage, i.title as item, i.sku, c.quantity, cast(i.price as numeric) as price,
       i.currency, o.store, o.placed_on, i.order_id, c.parcel_id, p.last_event_at
from parcel_items as c
join order_items as i on i.id = c.order_item_id
join orders as o on o.id = i.order_id
join parcels as p on p.id = c.parcel_id
"""

VIEWS = {
    "visit_pages": VISIT_PAGES,
    "readings": READINGS,
    "findings": FINDINGS,
    "reconciled_history": RECONCILED_HISTORY,
    "portal_standing": PORTAL_STANDING,
    "contradictions": CONTRADICTIONS,
    "eta_history": ETA_HISTORY,
    "unknown_phrases": UNKNOWN_PHRASES,
    "order_standing": ORDER_STANDING,
    "parcel_contents": PARCEL_CONTENTS,
    "deadlines": DEADLINES,
}


def create_views(db: Database) -> None:
    """Make every view say what this version means by it; nothing is written when all do already."""
    standing = {view.name: view.schema for view in db.views}
    for name, sql in VIEWS.items():
        wanted = f"CREATE VIEW {name} AS {sql.strip()}"
        if standing.get(name) != wanted:
            with db.atomic():
                db.execute(f"drop view if exists {name}")
                db.execute(wanted)
