"""What later versions added to the schema, as the migrations run it: statements that end with a line.

Triggers keep the sums of counts and the list of what is to be derived: a command that is killed, or forgets
them, leaves no sum wrong and no parcel behind.
"""

SHOPS = """
alter table visits add column account text;
alter table visits add column page text;
create index idx_visits_portal_order_id_seen_at on visits (portal, order_id, seen_at);
alter table orders add column state text;
alter table orders add column paid_on text;
alter table orders add column shipped_on text;
alter table orders add column finished_on text;
alter table orders add column destination_country text;
alter table orders add column refund_text text;
alter table orders add column items_claimed integer;
alter table orders add column protection_latest_on text;
alter table orders add column first_seen_at text;
alter table orders add column last_seen_at text;
alter table order_items add column position integer;
alter table order_items add column line_id text;
alter table order_items add column product_id text;
alter table order_items add column sku_id text;
alter table order_items add column price_text text;
create table order_sightings (
    visit_id text not null references visits (id) deferrable initially deferred,
    order_id text not null references orders (id) deferrable initially deferred,
    position integer not null,
    seen_at text not null,
    shown text not null,
    primary key (visit_id, order_id)
) strict;
create index idx_order_sightings_order_id on order_sightings (order_id);
alter table observations add column epoch_ms integer;
create table account_state (
    portal text not null,
    account text not null,
    budget_on text,
    budget_used integer not null default 0,
    failures integer not null default 0,
    last_visit_at text,
    not_before_at text,
    listed_to_end_at text,
    primary key (portal, account)
) strict;
"""

CLOCKS = """
drop table clock_counts;
create table clock_counts (
    parcel_id text not null,
    portal text not null,
    leg text not null,
    measure text not null,
    value text not null,
    count integer not null,
    primary key (parcel_id, portal, leg, measure, value)
) strict;
create table clock_sums (
    portal text not null,
    leg text not null,
    measure text not null,
    value text not null,
    count integer not null,
    primary key (portal, leg, measure, value)
) strict;
create trigger clock_counts_added after insert on clock_counts begin
    insert into clock_sums values (new.portal, new.leg, new.measure, new.value, new.count)
        on conflict do update set count = count + excluded.count; end;
create trigger clock_counts_changed after update of count on clock_counts begin
    update clock_sums set count = count + new.count - old.count
        where (portal, leg, measure, value) = (new.portal, new.leg, new.measure, new.value); end;
create trigger clock_counts_gone after delete on clock_counts begin
    update clock_sums set count = count - old.count
        where (portal, leg, measure, value) = (old.portal, old.leg, old.measure, old.value); end;
create trigger clock_sums_spent after update on clock_sums when new.count = 0 begin
    delete from clock_sums
        where (portal, leg, measure, value) = (new.portal, new.leg, new.measure, new.value); end;
drop table clock_estimates;
create table clock_estimates (
    portal text not null,
    leg text not null,
    scope text not null,
    clock text,
    offset_minutes integer,
    lag_class text,
    lag_minutes integer,
    completeness real,
    reliability real,
    support integer not null,
    basis text not null,
    primary key (portal, leg, scope)
) strict;
drop index idx_parcel_links_number_b;
create index idx_parcel_links_number_b on parcel_links (number_b, reason, first_seen_at, number_a, portal);
create index idx_observations_portal_leg on observations (portal, leg, tracking_number);
create table underived (
    number text primary key not null,
    because text not null
) strict;
create trigger visits_added after insert on visits when new.tracking_number is not null begin
    insert into underived values (new.tracking_number, 'visit')
        on conflict do update set because = excluded.because; end;
insert into underived select distinct tracking_number, 'visit' from visits where tracking_number is not null;
"""
