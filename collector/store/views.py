"""The questions people ask, as views: named SQL, recreated when it changes."""

from sqlite_utils import Database

from collector.store.deadline_view import DEADLINES

FINDINGS = """
with sized as (
    select d.*, abs(coalesce(case d.kind
               when 'zone_label' then d.claimed_difference_s
               when 'timezone' then d.shown_difference_s
               when 'precision' then 0
               else coalesce(d.real_difference_s, d.shown_difference_s) end, 0)) as size_s,
           case when d.kind = 'lag' then iif(d.real_difference_s > 0, d.portal_b, d.portal_a)
                when a.offset_source = 'corrected' and b.offset_source <> 'corrected' then d.portal_a
                when b.offset_source = 'corrected' and a.offset_source <> 'corrected' then d.portal_b
           end as whose
    from disagreements as d
    join observations as a on a.id = d.observation_a
    join observations as b on b.id = d.observation_b
),
scoped as (
    select parcel_id as scope, portal_a as one, portal_b as other, * from sized
    union all
    select null, p.portal, null, sized.* from sized
    join (select distinct portal from observations) as p
      on p.portal = sized.whose or (sized.whose is null and p.portal in (sized.portal_a, sized.portal_b))
    where sized.kind in ('zone_label', 'timezone', 'lag')
),
ranked as (
    select *, row_number() over (partition by scope, kind, one, other order by size_s desc, id) as place
    from scoped
),
grouped as (
    select scope, kind, severity, one, other, count(*) as n,
           count(distinct iif(portal_a = one, observation_a, observation_b)) as own_rows,
           min(size_s) as smallest_s, max(size_s) as largest_s,
           iif(count(distinct whose) = 1 and count(whose) = count(*), min(whose), null) as whose,
           max(case when place = 1 then id end) as worst,
           max(case when place = 1 then explanation end) as example
    from ranked group by scope, kind, severity, one, other
),
compared as (
    select o.portal, count(*) as n from observations as o join events as e on e.id = o.event_id
    where e.portals > 1 and o.duplicate_of is null group by o.portal
)
select g.scope as parcel_id, g.kind, g.severity,
       case
         when g.kind = 'zone_label' and g.whose is not null then g.whose || ' labels the wrong zone on '
         when g.kind = 'zone_label' then g.one || coalesce(' and ' || g.other, '')
             || ' label different zones on '
         when g.kind = 'timezone' and g.other is null then g.one
             || ' prints another zone''s clock than others on '
         when g.kind = 'timezone' then g.one || ' and ' || g.other
             || ' print different clocks for the same moment on '
         when g.kind = 'lag' and g.whose is not null then g.whose || ' shows when it heard of the scan on '
         when g.kind = 'lag' then g.one || coalesce(' and ' || g.other, '')
             || ': one shows when it heard of it, on '
         when g.kind = 'conflict' then g.one || ' and ' || g.other || ' give really different times on '
         when g.kind = 'precision' then 'One of ' || g.one || ' and ' || g.other || ' is less precise on '
         when g.kind = 'revision' then g.one || ' changed the time between two visits on '
         else g.one || ' and ' || g.other || ' differ for a reason not known on '
       end || iif(g.scope is null, g.own_rows, g.n)
           || case when g.scope is null then ' of ' || c.n || ' rows that others show too. '
                   when g.n = 1 then ' row. ' else ' rows. ' end
           || iif(g.n = 1, '', 'The largest: ') || g.example as sentence,
       g.one as portal_a, g.other as portal_b, g.n as disagreements, g.smallest_s, g.largest_s, g.worst
from grouped as g left join compared as c on c.portal = g.one
"""

RECONCILED_HISTORY = """
select e.parcel_id, e.sequence, e.occurred_at, e.milestone, e.leg, e.place, e.description, e.portals,
       (select group_concat(j.key || ' ' || j.value, ' · ')
          from (select key, value from json_each(e.shown) order by key) as j) as shown,
       e.highlight, e.id as event_id
from events as e
"""

PORTAL_STANDING = """
with last_rows as (
    select o.parcel_id, o.portal, o.tracking_number, o.milestone, o.description, e.sequence,
           coalesce(o.occurred_at, o.earliest_at) as last_at,
           row_number() over (partition by o.parcel_id, o.portal order by e.sequence desc, o.id) as place,
           count(*) over (partition by o.parcel_id, o.portal) as rows_shown
    from observations as o join events as e on e.id = o.event_id
    where o.withdrawn_at is null and o.replaced_by is null
),
newest as (
    select parcel_id, max(sequence) as sequence, max(coalesce(occurred_at, earliest_at)) as last_at
    from events group by parcel_id
)
select l.parcel_id, l.portal, l.milestone, l.description, l.last_at, l.rows_shown,
       n.sequence - l.sequence as events_behind,
       cast(round((julianday(n.last_at) - julianday(l.last_at)) * 86400) as integer) as behind_s
from last_rows as l join newest as n on n.parcel_id = l.parcel_id
where l.place = 1
"""

CONTRADICTIONS = """
select d.parcel_id, 'delivered, then moving' as kind, d.portal as portal_a, m.portal as portal_b,
       d.id as observation_a, m.id as observation_b,
       d.portal || ' says delivered at ' || d.latest_at || ', but ' || m.portal || ' shows "'
           || m.description || '" at ' || m.earliest_at as explanation
from observations as d
join observations as m on m.parcel_id = d.parcel_id and m.portal <> d.portal
where d.milestone = 'delivered' and d.replaced_by is null and d.withdrawn_at is null
  and m.milestone in
      ('out_for_delivery', 'delivery_attempted', 'available_for_pickup')
  and m.replaced_by is null and m.withdrawn_at is null and m.earliest_at > d.latest_at
union all
select a.parcel_id, 'delivered twice', a.portal, b.portal, a.id, b.id,
       a.portal || ' says delivered at ' || a.earliest_at || ', ' || b.portal || ' at ' || b.earliest_at
from observations as a
join observations as b on b.parcel_id = a.parcel_id and b.portal > a.portal and b.milestone = 'delivered'
where a.milestone = 'delivered' and a.event_id <> b.event_id
  and a.duplicate_of is null and a.replaced_by is null and a.withdrawn_at is null
  and b.duplicate_of is null and b.replaced_by is null and b.withdrawn_at is null
  and not exists (select 1 from observations as same
                  where same.event_id = a.event_id and same.portal = b.portal)
  and not exists (select 1 from observations as same
                  where same.event_id = b.event_id and same.portal = a.portal)
union all
select a.parcel_id, 'two destinations', a.portal, b.portal, null, null,
       a.portal || ' says it goes to ' || a.country || ', ' || b.portal || ' says ' || b.country
from (select distinct r.parcel_id, v.portal, r.destination_country as country
        from readings as r join visits as v on v.id = r.visit_id where r.destination_country is not null) as a
join (select distinct r.parcel_id, v.portal, r.destination_country as country
        from readings as r join visits as v on v.id = r.visit_id where r.destination_country is not null) as b
  on b.parcel_id = a.parcel_id and a.portal < b.portal and a.country <> b.country
"""

ETA_HISTORY = """
select r.parcel_id, v.portal, v.tracking_number,
       min(v.seen_at) as first_seen_at, max(v.seen_at) as last_seen_at,
       r.estimate_from_on, r.estimate_to_on
from readings as r join visits as v on v.id = r.visit_id
where coalesce(r.estimate_from_on, r.estimate_to_on) is not null
group by r.parcel_id, v.portal, v.tracking_number, r.estimate_from_on, r.estimate_to_on
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
