"""What notices need of the schema, as a migration runs it: statements that end with a line."""

NOTICES = """
alter table notices add column numbers text;
alter table notices add column anchor_at text;
alter table notices add column title text;
alter table notices add column text text;
alter table notices add column state text not null default 'sent';
alter table notices add column tries integer not null default 0;
alter table notices add column tried_at text;
alter table notices add column reached text;
alter table notices add column error text;
create table notice_rules (
    rule text primary key not null,
    active_since text not null
) strict;
"""
