"""What visits share with each other, as a migration runs it: pages and hosts kept once, readings as spans.

`collector.store.shared` gives the ids; once that changes, this migration keeps the old way.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter

from sqlite_utils import Database
from sqlite_utils.db import quote_identifier

from collector.store.shared import PageRow, blocked_hosts, page_set

#: Statements end with a line.
BEFORE = """
create table page_sets (
    id integer primary key not null
) strict;
create table set_pages (
    page_set_id integer not null references page_sets (id),
    position integer not null,
    page_id text not null references pages (id),
    role text not null,
    url text not null,
    status integer,
    primary key (page_set_id, position)
) strict, without rowid;
create table blocked (
    id integer primary key not null,
    hosts text not null
) strict;
alter table visits add column page_set_id integer references page_sets (id);
alter table visits add column blocked_id integer references blocked (id);
create table reading_spans (
    first_visit_id text primary key not null references visits (id) deferrable initially deferred,
    last_visit_id text not null references visits (id) deferrable initially deferred,
    portal text not null,
    tracking_number text,
    first_seen_at text not null,
    last_seen_at text not null,
    parcel_id text references parcels (id) deferrable initially deferred,
    outcome text not null,
    status_text text,
    milestone text,
    origin_country text,
    destination_country text,
    pickup_point text,
    estimate_from_on text,
    estimate_to_on text,
    clock_shift_s integer,
    problems text
) strict;
"""

#: A span ends where the same portal says something else of the same number.
_SPANS = """
with told as (
    select r.*, v.portal, v.tracking_number, v.seen_at, json_array(r.parcel_id, r.outcome, r.status_text,
           r.milestone, r.origin_country, r.destination_country, r.pickup_point, r.estimate_from_on,
           r.estimate_to_on, r.clock_shift_s, r.problems) as said
    from readings as r join visits as v on v.id = r.visit_id
),
compared as (
    select *, said is not lag(said) over track or tracking_number is null as is_other from told
    window track as (partition by portal, tracking_number order by seen_at, visit_id)
),
counted as (
    select *, sum(is_other) over (partition by portal, tracking_number order by seen_at, visit_id) as nth
    from compared
)
insert into reading_spans
select substr(min(seen_at || ' ' || visit_id), instr(min(seen_at || ' ' || visit_id), ' ') + 1),
       substr(max(seen_at || ' ' || visit_id), instr(max(seen_at || ' ' || visit_id), ' ') + 1),
       portal, tracking_number, min(seen_at), max(seen_at), parcel_id, outcome, status_text, milestone,
       origin_country, destination_country, pickup_point, estimate_from_on, estimate_to_on, clock_shift_s,
       problems
from counted group by portal, tracking_number, nth
"""

AFTER = f"""{_SPANS};
drop table readings;
drop table visit_pages;
drop index idx_visits_portal_order_id_seen_at;
drop index idx_visits_portal_seen_at;
drop index idx_visits_run_id;
drop index idx_visits_tracking_number_portal_seen_at;
alter table visits drop column blocked_hosts;
create index idx_visits_order_id on visits (order_id, portal) where order_id is not null;
create index idx_visits_page_set_id on visits (page_set_id);
create index idx_visits_seen_at on visits (seen_at);
create index idx_visits_tracking_number_portal on visits (tracking_number, portal);
create index idx_set_pages_page_id on set_pages (page_id);
create index idx_reading_spans_last_visit_id on reading_spans (last_visit_id);
create index idx_reading_spans_parcel_id on reading_spans (parcel_id, destination_country);
create index idx_reading_spans_tracking_number on reading_spans (tracking_number, portal, first_seen_at);
"""

_PAGES = "select visit_id, position, page_id, role, url, status from visit_pages order by visit_id, position"
_BLOCKED = "select distinct blocked_hosts from visits where blocked_hosts is not null"


@contextmanager
def without_views(db: Database) -> Iterator[None]:
    """Views away while tables change: no column can go while one speaks of it, be it somebody's own."""
    views = [(view.name, view.schema) for view in db.views]
    for name, _ in views:
        db.execute(f"drop view {quote_identifier(name)}")
    yield
    for _, schema in views:
        db.execute(schema)


def share(db: Database) -> None:
    """Name the pages and the blocked hosts of every visit by what they are."""
    for visit_id, rows in groupby(db.conn.execute(_PAGES), itemgetter(0)):
        brought = page_set(db, [PageRow(*row[1:]) for row in rows])
        db.conn.execute("update visits set page_set_id = ? where id = ?", (brought, visit_id))
    for (hosts,) in db.conn.execute(_BLOCKED).fetchall():
        listed = blocked_hosts(db, json.loads(hosts))
        db.conn.execute("update visits set blocked_id = ? where blocked_hosts = ?", (listed, hosts))
