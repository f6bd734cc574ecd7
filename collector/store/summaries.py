"""What parcels' rows add up to, kept beside them: the newest row of each portal, each finding of a parcel.

Views read it instead of every observation and disagreement there is. It is derived like they are.
"""

from collections.abc import Iterable
from types import MappingProxyType

from sqlite_utils import Database

from collector.store.sync import sync

#: Each portal's part in each parcel: the newest row it shows now, how far that is behind the newest of all,
#: and how many of its rows speak of events that other portals show too.
_PORTALS = """
with standing as (
    select o.id, o.parcel_id, o.portal, e.sequence,
           o.withdrawn_at is null and o.replaced_by is null as is_shown,
           e.portals > 1 and o.duplicate_of is null as is_compared
    from observations as o join events as e on e.id = o.event_id
    where {of_observation}
),
counted as (
    select parcel_id, portal, sum(is_shown) as rows_shown, sum(is_compared) as rows_compared,
           substr(min(printf('%09d', 999999999 - sequence) || id) filter (where is_shown), 10) as newest
    from standing group by parcel_id, portal
),
ending as (
    select e.parcel_id, max(e.sequence) as sequence, max(coalesce(e.occurred_at, e.earliest_at)) as last_at
    from events as e where {of_event} group by e.parcel_id
)
select c.parcel_id, c.portal, o.milestone, o.description, coalesce(o.occurred_at, o.earliest_at) as last_at,
       c.rows_shown, c.rows_compared, n.sequence - e.sequence as events_behind,
       cast(round((julianday(n.last_at) - julianday(coalesce(o.occurred_at, o.earliest_at))) * 86400)
           as integer) as behind_s
from counted as c
join ending as n on n.parcel_id = c.parcel_id
left join observations as o on o.id = c.newest
left join events as e on e.id = o.event_id
"""

#: The findings of a parcel by pair of portals; and by portal alone, with `portal_b` empty, those kinds that
#: may be a portal's habit: what is said of it over all parcels is the sum of these.
_FINDINGS = """
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
    where {of_disagreement}
),
told as (
    select parcel_id, kind, severity, portal_a, portal_b, id, size_s, whose, observation_a as own from sized
    union all
    select parcel_id, kind, severity, coalesce(whose, portal_a), '', id, size_s, whose,
           iif(whose = portal_b, observation_b, observation_a)
    from sized where kind in ('zone_label', 'timezone', 'lag')
    union all
    select parcel_id, kind, severity, portal_b, '', id, size_s, whose, observation_b
    from sized where kind in ('zone_label', 'timezone', 'lag') and whose is null
),
grouped as (
    select parcel_id, kind, severity, portal_a, portal_b, count(*) as disagreements,
           count(distinct own) as own_rows, min(size_s) as smallest_s, max(size_s) as largest_s,
           iif(min(whose) = max(whose) and count(whose) = count(*), min(whose), null) as whose,
           substr(min(printf('%015d', 999999999999999 - size_s) || id), 16) as worst
    from told group by parcel_id, kind, severity, portal_a, portal_b
)
select g.parcel_id, g.kind, g.severity, g.portal_a, g.portal_b, g.disagreements, g.own_rows, g.smallest_s,
       g.largest_s, g.whose, g.worst, d.explanation as example
from grouped as g join disagreements as d on d.id = g.worst
"""

#: Every summary: its key and the query that gives its rows, of all parcels or of some.
SUMMARIES = MappingProxyType(
    {
        "parcel_portals": (("parcel_id", "portal"), _PORTALS),
        "parcel_findings": (("parcel_id", "kind", "severity", "portal_a", "portal_b"), _FINDINGS),
    }
)
#: How many parcels are summed up by one statement.
_TOGETHER = 500


def summarise(db: Database, parcels: Iterable[str]) -> None:
    """Make the summaries of these parcels say what their rows say; of those that are gone nothing stays."""
    ids = sorted(set(parcels))
    for start in range(0, len(ids), _TOGETHER):
        some = ids[start : start + _TOGETHER]
        marks = f"({','.join('?' * len(some))})"
        for table, (key, query) in SUMMARIES.items():
            scopes = _scopes(f"in {marks}")
            rows = list(db.query(query.format(**scopes), some * _times(query)))
            sync(db, table, key, "parcel_id in ({marks})", some, rows)


def filling(table: str) -> str:
    """The statement that fills an empty summary from all rows there are."""
    _, query = SUMMARIES[table]
    return f"insert into {table} {query.format(**_scopes('is not null')).strip()}"


def _scopes(condition: str) -> dict[str, str]:
    return {
        "of_observation": f"o.parcel_id {condition}",
        "of_event": f"e.parcel_id {condition}",
        "of_disagreement": f"d.parcel_id {condition}",
    }


def _times(query: str) -> int:
    """How often the ids stand in a query."""
    return query.count("{of_")
