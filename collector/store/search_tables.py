"""What the pages of a large database need to be quick, as a migration runs it: search, summaries, indexes.

Statements end with a line. `collector.store.summaries` fills the summaries with the same queries; once one of
them changes, this migration keeps the old one.
"""

from collector.store.summaries import SUMMARIES, filling

SEARCH = """
create virtual table observations_fts using fts5 (
    description, note, place, content="observations", tokenize='unicode61 remove_diacritics 2'
);
create trigger observations_added after insert on observations begin
    insert into observations_fts (rowid, description, note, place)
        values (new.rowid, new.description, new.note, new.place); end;
create trigger observations_reworded after update of description, note, place on observations
    when (old.description, old.note, old.place) is not (new.description, new.note, new.place) begin
    insert into observations_fts (observations_fts, rowid, description, note, place)
        values ('delete', old.rowid, old.description, old.note, old.place); insert into observations_fts
        (rowid, description, note, place) values (new.rowid, new.description, new.note, new.place); end;
create trigger observations_gone after delete on observations begin
    insert into observations_fts (observations_fts, rowid, description, note, place)
        values ('delete', old.rowid, old.description, old.note, old.place); end;
insert into observations_fts (observations_fts) values ('rebuild');
"""

_TABLES = """
create table parcel_portals (
    parcel_id text not null references parcels (id) deferrable initially deferred,
    portal text not null,
    milestone text,
    description text,
    last_at text,
    rows_shown integer not null,
    rows_compared integer not null,
    events_behind integer,
    behind_s integer,
    primary key (parcel_id, portal)
) strict;
create table parcel_findings (
    parcel_id text not null references parcels (id) deferrable initially deferred,
    kind text not null,
    severity text not null,
    portal_a text not null,
    portal_b text not null,
    disagreements integer not null,
    own_rows integer not null,
    smallest_s integer not null,
    largest_s integer not null,
    whose text,
    worst text not null,
    example text not null,
    primary key (parcel_id, kind, severity, portal_a, portal_b)
) strict;
"""

_INDEXES = """
create index idx_observations_delivered on observations (parcel_id, portal) where milestone = 'delivered';
create index idx_observations_at_the_door on observations (parcel_id)
    where milestone in ('out_for_delivery', 'delivery_attempted', 'available_for_pickup');
create index idx_observations_withdrawn_at on observations (withdrawn_at) where withdrawn_at is not null;
drop index idx_readings_parcel_id;
create index idx_readings_parcel_id on readings (parcel_id, destination_country);
create index idx_parcels_last_event_at on parcels (last_event_at desc, id);
"""

QUICKER = SEARCH + _TABLES + _INDEXES + "".join(f"{filling(name)};\n" for name in SUMMARIES)
