"""The schema, as forward-only migrations. One that has been released is never edited: a new one follows it.

Tables that hold facts are written once and never changed; every other table can be derived again.
Text columns ending in `_at` are UTC instants with `Z`, in `_on` calendar dates, `local_time` has no offset.
References among derived tables are checked when a transaction ends: a parcel's rows change together.
"""

from sqlite_utils import Database, Migrations

from collector.store.later_tables import CLOCKS, SHOPS
from collector.store.notice_tables import NOTICES
from collector.store.search_tables import QUICKER
from collector.store.shared_tables import AFTER, BEFORE, share, without_views

migrations = Migrations("crosstrack")

_FACTS = """
create table runs (
    id text primary key not null,
    command text not null,
    version text not null,
    started_at text not null,
    finished_at text,
    exit_status integer,
    summary text
) strict;
create table visits (
    id text primary key not null,
    run_id text references runs (id),
    portal text not null,
    tracking_number text,
    order_id text,
    seen_at text not null,
    source text not null,
    outcome text not null,
    complete integer not null,
    attempts integer,
    duration_ms integer,
    viewer_zone text,
    viewer_offset_minutes integer,
    language text,
    server_date text,
    rows_claimed integer,
    rows_read integer,
    rows_bad integer,
    blocked_hosts text,
    error text
) strict;
create index idx_visits_portal_seen_at on visits (portal, seen_at);
create index idx_visits_run_id on visits (run_id);
create index idx_visits_tracking_number_portal_seen_at on visits (tracking_number, portal, seen_at);
create table pages (
    id text primary key not null,
    canonical text not null,
    media_type text not null,
    body blob not null,
    bytes integer not null
) strict;
create unique index idx_pages_canonical on pages (canonical);
create table visit_pages (
    visit_id text not null references visits (id),
    position integer not null,
    page_id text not null references pages (id),
    role text not null,
    url text not null,
    status integer,
    primary key (visit_id, position)
) strict;
create index idx_visit_pages_page_id on visit_pages (page_id);
create table corrections (
    id text primary key not null,
    made_at text not null,
    kind text not null,
    subject text not null,
    value text,
    reason text
) strict;
create table followed (
    number text primary key not null,
    added_at text not null,
    forgotten_at text,
    postcode text,
    country text,
    note text
) strict;
"""

_PARCELS = """
create table orders (
    id text primary key not null,
    marketplace text,
    account text,
    placed_on text,
    placed_text text,
    store text,
    status text,
    total text,
    currency text,
    protection_ends_on text,
    protection_text text
) strict;
create table order_items (
    id text primary key not null,
    order_id text not null references orders (id) deferrable initially deferred,
    title text,
    sku text,
    quantity integer,
    price text,
    currency text
) strict;
create index idx_order_items_order_id on order_items (order_id);
create table parcels (
    id text primary key not null,
    title text not null,
    origin_country text,
    destination_country text,
    stage text not null,
    milestone text,
    delivered_at text,
    last_event_at text,
    estimated_from_on text,
    estimated_to_on text,
    clocks_used text
) strict;
create table parcel_items (
    parcel_id text not null references parcels (id) deferrable initially deferred,
    order_item_id text not null references order_items (id) deferrable initially deferred,
    quantity integer,
    primary key (parcel_id, order_item_id)
) strict;
create index idx_parcel_items_order_item_id on parcel_items (order_item_id);
create table parcel_orders (
    parcel_id text not null references parcels (id) deferrable initially deferred,
    order_id text not null references orders (id) deferrable initially deferred,
    primary key (parcel_id, order_id)
) strict;
create index idx_parcel_orders_order_id on parcel_orders (order_id);
create table parcel_links (
    number_a text not null,
    number_b text not null,
    portal text not null,
    role text not null,
    carrier text,
    reason text not null,
    first_seen_at text not null,
    accepted integer not null,
    primary key (number_a, number_b, portal)
) strict;
create index idx_parcel_links_number_b on parcel_links (number_b);
create table tracking_numbers (
    number text not null,
    parcel_id text not null references parcels (id) deferrable initially deferred,
    carrier text,
    role text not null,
    first_seen_at text,
    found_on text,
    primary key (number, parcel_id)
) strict;
create index idx_tracking_numbers_parcel_id on tracking_numbers (parcel_id);
"""

_HISTORY = """
create table readings (
    visit_id text primary key not null references visits (id) deferrable initially deferred,
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
create index idx_readings_parcel_id on readings (parcel_id);
create table events (
    id text primary key not null,
    parcel_id text not null references parcels (id) deferrable initially deferred,
    sequence integer not null,
    milestone text,
    leg text,
    occurred_at text,
    earliest_at text,
    latest_at text,
    place text,
    description text not null,
    portals integer not null,
    shown text not null,
    highlight text
) strict;
create index idx_events_parcel_id_sequence on events (parcel_id, sequence);
create table observations (
    id text primary key not null,
    parcel_id text not null references parcels (id) deferrable initially deferred,
    portal text not null,
    tracking_number text not null,
    position integer not null,
    time_text text,
    local_time text,
    precision text,
    claimed_offset_minutes integer,
    utc_offset_minutes integer,
    offset_source text not null,
    occurred_at text,
    earliest_at text,
    latest_at text,
    description text not null,
    note text,
    place text,
    code text,
    milestone text,
    physical integer,
    leg text,
    relayed_from text,
    duplicate_of text references observations (id) deferrable initially deferred,
    first_seen_at text not null,
    last_seen_at text not null,
    withdrawn_at text,
    replaced_by text references observations (id) deferrable initially deferred,
    event_id text references events (id) deferrable initially deferred,
    time_problem text
) strict;
create index idx_observations_duplicate_of on observations (duplicate_of);
create index idx_observations_event_id on observations (event_id);
create index idx_observations_not_understood on observations (portal, description)
    where milestone is null;
create index idx_observations_parcel_id on observations (parcel_id);
create index idx_observations_replaced_by on observations (replaced_by);
create index idx_observations_tracking_number on observations (tracking_number);
create table sightings (
    observation_id text not null references observations (id) deferrable initially deferred,
    first_visit_id text not null references visits (id) deferrable initially deferred,
    last_visit_id text not null references visits (id) deferrable initially deferred,
    position integer not null,
    time_text text,
    description text not null,
    place text,
    claimed_offset_minutes integer,
    primary key (observation_id, first_visit_id)
) strict;
create index idx_sightings_first_visit_id on sightings (first_visit_id);
create index idx_sightings_last_visit_id on sightings (last_visit_id);
create table disagreements (
    id text primary key not null,
    parcel_id text not null references parcels (id) deferrable initially deferred,
    event_id text references events (id) deferrable initially deferred,
    kind text not null,
    severity text not null,
    portal_a text not null,
    portal_b text not null,
    observation_a text not null references observations (id) deferrable initially deferred,
    observation_b text not null references observations (id) deferrable initially deferred,
    shown_difference_s integer,
    claimed_difference_s integer,
    real_difference_s integer,
    reverses_order integer not null,
    suspect_observation text references observations (id) deferrable initially deferred,
    confidence real not null,
    explanation text not null
) strict;
create index idx_disagreements_event_id on disagreements (event_id);
create index idx_disagreements_kind on disagreements (kind);
create index idx_disagreements_observation_a on disagreements (observation_a);
create index idx_disagreements_observation_b on disagreements (observation_b);
create index idx_disagreements_parcel_id on disagreements (parcel_id);
create index idx_disagreements_suspect_observation on disagreements (suspect_observation);
create table clock_counts (
    parcel_id text not null references parcels (id) deferrable initially deferred,
    portal text not null,
    leg text not null,
    measure text not null,
    value integer not null,
    count integer not null,
    primary key (parcel_id, portal, leg, measure, value)
) strict;
create table clock_estimates (
    portal text not null,
    leg text not null,
    scope text not null,
    offset_minutes integer,
    lag_class text,
    reliability real,
    support integer not null,
    basis text not null,
    primary key (portal, leg, scope)
) strict;
"""

_MACHINERY = """
create table portal_state (
    portal text primary key not null,
    budget_on text,
    budget_used integer not null default 0,
    failures integer not null default 0,
    last_visit_at text,
    not_before_at text,
    drift_since text
) strict;
create table drift (
    portal text not null,
    sign text not null,
    since text not null,
    visit_id text not null references visits (id),
    last_seen_at text not null,
    visits integer not null,
    clean_visits integer not null,
    detail text not null,
    primary key (portal, sign)
) strict;
create index idx_drift_visit_id on drift (visit_id);
create table notices (
    parcel_id text not null,
    rule text not null,
    subject text not null,
    made_at text not null,
    primary key (parcel_id, rule, subject)
) strict;
"""


def _run(db: Database, script: str) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)


@migrations()
def m001_facts(db: Database) -> None:
    """What portals showed and what the user said: written once, never changed."""
    _run(db, _FACTS)


@migrations()
def m002_parcels(db: Database) -> None:
    """Derived: orders, parcels and the numbers they have."""
    _run(db, _PARCELS)


@migrations()
def m003_history(db: Database) -> None:
    """Derived: readings, observations and their sightings, events, disagreements, clocks."""
    _run(db, _HISTORY)


@migrations()
def m004_machinery(db: Database) -> None:
    """What the program keeps for itself."""
    _run(db, _MACHINERY)


@migrations()
def m005_shops(db: Database) -> None:
    """Accounts, order pages, and what they say of orders and their items."""
    _run(db, SHOPS)


@migrations()
def m006_clocks(db: Database) -> None:
    """What is learned of clocks, in words and with sums; what is still to be derived. All is derived anew."""
    _run(db, CLOCKS)


@migrations()
def m007_notices(db: Database) -> None:
    """What became of notices, and since when which rules are on."""
    _run(db, NOTICES)


@migrations()
def m008_quicker(db: Database) -> None:
    """Search in texts, sums of what parcels' rows say, indexes: for pages over many parcels."""
    _run(db, QUICKER)


@migrations()
def m009_shared(db: Database) -> None:
    """Pages, blocked hosts and readings of visits, kept once however many visits have them."""
    _run(db, BEFORE)
    share(db)
    with without_views(db):
        _run(db, AFTER)


#: Every change this version knows; a database with another one was written by a newer version.
NAMES = frozenset(name for name in globals() if name[:2] == "m0")
