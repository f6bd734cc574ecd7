"""The schema, as the documentation has it."""

import re

import pytest
from sqlite_utils import Database

from collector.derive import DERIVED_TABLES
from collector.store.migrations import NAMES, migrations
from tests.collector.worlds import FACTS, column

DOCUMENTED = {
    "visits": """id run_id portal tracking_number order_id seen_at source outcome complete attempts
        duration_ms viewer_zone viewer_offset_minutes language server_date rows_claimed rows_read
        rows_bad error""",
    "visit_pages": "visit_id page_id role url position",
    "pages": "id media_type body bytes",
    "corrections": "id made_at kind subject value reason",
    "orders": """id marketplace account placed_on placed_text store status total currency protection_ends_on
        protection_text""",
    "order_items": "order_id title sku quantity price currency",
    "parcel_items": "parcel_id order_item_id quantity",
    "parcels": """id title origin_country destination_country stage milestone delivered_at last_event_at
        estimated_from_on estimated_to_on""",
    "parcel_orders": "parcel_id order_id",
    "parcel_links": "number_a number_b reason portal first_seen_at accepted",
    "tracking_numbers": "number parcel_id carrier role first_seen_at found_on",
    "readings": """visit_id status_text milestone origin_country destination_country pickup_point
        estimate_from_on estimate_to_on""",
    "observations": """id parcel_id portal tracking_number position time_text local_time precision
        claimed_offset_minutes utc_offset_minutes offset_source occurred_at earliest_at latest_at description
        place code milestone physical leg relayed_from duplicate_of first_seen_at last_seen_at withdrawn_at
        replaced_by event_id""",
    "sightings": """observation_id first_visit_id last_visit_id position time_text description place
        claimed_offset_minutes""",
    "events": """id parcel_id sequence milestone leg occurred_at earliest_at latest_at place description
        portals shown highlight""",
    "disagreements": """id parcel_id event_id kind severity portal_a portal_b observation_a observation_b
        shown_difference_s claimed_difference_s real_difference_s reverses_order suspect_observation
        confidence explanation""",
    "clock_estimates": """portal leg scope clock offset_minutes lag_class lag_minutes reliability support
        basis""",
    "unknown_phrases": "portal text first_seen_at count",
    "findings": "parcel_id kind portal_a portal_b",
    "reconciled_history": "parcel_id sequence occurred_at milestone place description shown",
    "portal_standing": "parcel_id portal",
    "contradictions": "parcel_id",
    "order_standing": "order_id parcel_id state stage protection_ends_on",
    "parcel_contents": "parcel_id order_id item",
    "eta_history": "parcel_id portal estimate_from_on estimate_to_on",
    "runs": "id",
    "portal_state": "portal budget_used drift_since",
    "account_state": "portal account budget_used not_before_at listed_to_end_at",
    "order_sightings": "visit_id order_id shown",
    "notices": "parcel_id rule subject made_at state",
    "deadlines": "parcel_id order_id what due_on",
    "_sqlite_migrations": "name",
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_tables_and_views_have_the_columns_others_rely_on(db, name):
    there = column(db, "select name from pragma_table_info(?)", name)
    assert set(DOCUMENTED[name].split()) <= set(there)


def test_every_table_is_strict(db):
    lax = column(db, "select name from pragma_table_list where type = 'table' and not strict")
    others = ("sqlite_", "_sqlite_", "observations_fts")
    assert {name for name in lax if not name.startswith(others)} == set()


#: References to what is never taken away: an index would cost room for every visit.
WITHOUT_INDEX = {("visits", "run_id"), ("visits", "blocked_id")}


def test_every_reference_has_an_index(db):
    for table in db.table_names():
        leading = {i.columns[0] for i in db[table].indexes} | {next(iter(db[table].pks))}
        keys = {key.column for key in db[table].foreign_keys}
        assert {key for key in keys - leading if (table, key) not in WITHOUT_INDEX} == set(), table


def test_every_table_is_a_fact_derived_or_machinery(db):
    kept = {
        *(set(FACTS) - {"visit_pages"}),
        "page_sets",
        "set_pages",
        "blocked",
        "runs",
        "followed",
        "portal_state",
        "account_state",
        "drift",
        "notices",
        "notice_rules",
        "underived",
        "_sqlite_migrations",
    }
    tables = {n for n in db.table_names() if not n.startswith(("sqlite_", "observations_fts"))}
    assert tables == {*DERIVED_TABLES, *kept}


def test_every_migration_is_known_by_its_name():
    assert {m.name for m in migrations.pending(Database(memory=True))} == NAMES
    assert all(re.fullmatch(r"m\d{3}_[a-z_]+", name) for name in NAMES)
