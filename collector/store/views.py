"""The questions people ask, as views: named SQL, recreated when it changes."""

from sqlite_utils import Database

FINDINGS = """
with sized as (
    select d.*, abs(coalesce(case d.kind
               when 'zone_label' then d.claimed_difference_s
               when 'timezone' then d.shown_difference_s
               when 'precision' then 0
               else coalesce(d.real_difference_s, d.shown_difference_s) end, 0)) as size_s,
           case when a.offset_source = 'corrected' and b.offset_source = 'corrected' then 'both'
                when a.offset_source = 'corrected' then d.portal_a
                when b.offset_source = 'corrected' then d.portal_b
           end as wrong
    from disagreements as d
    join observations as a on a.id = d.observation_a
    join observations as b on b.id = d.observation_b
),
scoped as (
    select parcel_id as scope, * from sized
    union all
    select null, * from sized where kind in ('zone_label', 'timezone', 'lag')
),
ranked as (
    select *, row_number() over (
        partition by scope, kind, portal_a, portal_b order by size_s desc, id) as place
    from scoped
)
select scope as parcel_id, kind, severity,
       case kind
         when 'zone_label' then case
             when count(distinct wrong) = 1 and min(wrong) <> 'both'
             then min(wrong) || ' labels the wrong zone'
             else portal_a || ' and ' || portal_b || ' label different zones' end
             || ' on ' || count(*) || iif(count(*) = 1, ' row', ' rows') || ' that both show. '
         when 'timezone' then portal_a || ' and ' || portal_b
             || ' print different clocks for the same moment, '
             || count(*) || iif(count(*) = 1, ' time. ', ' times. ')
         when 'lag' then portal_a || ' and ' || portal_b || ': one shows when it heard of the scan, '
             || count(*) || iif(count(*) = 1, ' time. ', ' times. ')
         when 'conflict' then portal_a || ' and ' || portal_b || ' give really different times for '
             || count(*) || iif(count(*) = 1, ' event. ', ' events. ')
         when 'precision' then 'One of ' || portal_a || ' and ' || portal_b || ' is less precise on '
             || count(*) || iif(count(*) = 1, ' event. ', ' events. ')
         when 'revision' then portal_a || ' changed the time of '
             || count(*) || iif(count(*) = 1, ' row', ' rows') || ' between two visits. '
         else portal_a || ' and ' || portal_b || ' differ for a reason not known on '
             || count(*) || iif(count(*) = 1, ' event. ', ' events. ')
       end || iif(count(*) = 1, '', 'The largest: ')
           || max(case when place = 1 then explanation end) as sentence,
       portal_a, portal_b,
       count(*) as disagreements,
       min(size_s) as smallest_s,
       max(size_s) as largest_s,
       max(case when place = 1 then id end) as worst
from ranked
group by scope, kind, severity, portal_a, portal_b
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

VIEWS = {
    "findings": FINDINGS,
    "reconciled_history": RECONCILED_HISTORY,
    "portal_standing": PORTAL_STANDING,
    "contradictions": CONTRADICTIONS,
    "eta_history": ETA_HISTORY,
    "unknown_phrases": UNKNOWN_PHRASES,
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
