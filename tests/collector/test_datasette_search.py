"""The index of portals' texts and the sums of parcels' rows stay in step with the rows, whatever happens."""

import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from collector.copies.backups import back_up
from collector.copies.checks import check
from collector.copies.clean_records import Cleaner
from collector.copies.pruning import shrink
from collector.copies.redaction import redact
from collector.derive import Deriver
from collector.store.opening import open_store
from collector.store.summaries import summarise
from scrapers import portals
from tests.collector.test_shared import as_before
from tests.collector.worlds import CAINIAO, column, event, naming, record, rows, take_in

FOUND = """
select description from observations
where rowid in (select rowid from observations_fts where observations_fts match ?) order by description
"""
LATER = "2026-03-02T10:00:00Z"


def found(db, words):
    return column(db, FOUND, words)


def is_whole(db):
    """Raises where the index and the rows differ."""
    db.execute("insert into observations_fts (observations_fts, rank) values ('integrity-check', 1)")


def world():
    first = event("2026-02-27 18:00:00", "Arrived at São Paulo", place="Paço", code="LH_ARRIVE")
    gone = event("2026-02-27 19:00:00", "Customs hold", code="CC_HOLD")
    newest = event("2026-02-28 08:00:00", "Out for delivery", code="GTMS_DELIVERING")
    here = naming(CAINIAO, "RR123456785ES", events=[newest, gone, first])
    then = naming(CAINIAO, "RR123456785ES", events=[newest, first], seen_at=LATER)
    there = record("correos", "RR123456785ES", events=[event("27/02/2026 11:00:00", "Llegada a España")])
    return [here, then, there]


@pytest.fixture
def held(database):
    with open_store(database) as db:
        take_in(db, world())
    return database


def test_texts_are_found_by_any_of_their_words_without_accents(db):
    take_in(db, world())
    assert found(db, '"sao"') == ["Arrived at São Paulo"]
    assert found(db, '"paco"') == ["Arrived at São Paulo"]
    assert found(db, '"ESPANA" "llegada"') == ["Llegada a España"]
    assert found(db, '"nowhere"') == []
    is_whole(db)


def test_rebuilding_leaves_the_index_whole(db):
    take_in(db, world())
    Deriver(db, portals()).rebuild()
    is_whole(db)
    assert found(db, '"espana"') == ["Llegada a España"]


def test_a_text_that_changes_is_found_by_its_new_words_only(db):
    take_in(db, world())
    db.execute("update observations set description = 'Zugestellt' where description like 'Llegada%'")
    assert (found(db, '"zugestellt"'), found(db, '"llegada"')) == (["Zugestellt"], [])
    db.execute("update observations set last_seen_at = ?", [LATER])
    db.execute("pragma defer_foreign_keys = on")
    is_whole(db)


def test_a_shrunk_file_still_finds_its_rows(held):
    with open_store(held) as db:  # rows are gone from the middle: their numbers have gaps
        db.execute("delete from sightings where observation_id in (select id from observations limit 1)")
    assert shrink(held)
    with open_store(held) as db:
        is_whole(db)
        assert found(db, '"espana"') == ["Llegada a España"]


def test_copies_find_their_rows_and_are_sound(held, tmp_path):
    assert all(result.works for result in check(held, portals()))
    back_up(held, tmp_path / "copy.db")
    redact(held, tmp_path / "clean.db", portals(), Cleaner())
    for name in ("copy.db", "clean.db"):
        with open_store(tmp_path / name) as db:
            is_whole(db)
            assert len(found(db, '"arrived"')) == 1


def test_an_older_database_is_filled_when_it_is_opened(held, tmp_path):
    with open_store(held) as db:
        before = {t: rows(db, f"select * from {t} order by 1, 2, 3") for t in ("parcel_portals", "findings")}
        older = as_before(db, tmp_path / "older.db")
    _as_before_the_change(older)
    with open_store(older) as db:
        is_whole(db)
        assert found(db, '"espana"') == ["Llegada a España"]
        assert {t: rows(db, f"select * from {t} order by 1, 2, 3") for t in before} == before
        assert before["findings"]


def _as_before_the_change(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        for view in ("findings", "portal_standing", "contradictions"):
            old.execute(f"drop view if exists {view}")
        for name in ("added", "reworded", "gone"):
            old.execute(f"drop trigger observations_{name}")
        for table in ("observations_fts", "parcel_portals", "parcel_findings"):
            old.execute(f"drop table {table}")
        for index in (
            "observations_delivered",
            "observations_at_the_door",
            "observations_withdrawn_at",
            "parcels_last_event_at",
        ):
            old.execute(f"drop index idx_{index}")
        old.execute("delete from _sqlite_migrations where name = 'm008_quicker'")


def test_sums_are_what_the_rows_add_up_to(db):
    """As the words of the definition say it, counted one by one."""
    take_in(db, world())
    shown = Counter(
        (one["parcel_id"], one["portal"])
        for one in rows(db, "select * from observations where withdrawn_at is null and replaced_by is null")
        if one["event_id"]
    )
    standing = rows(db, "select * from portal_standing")
    assert {(one["parcel_id"], one["portal"]): one["rows_shown"] for one in standing} == dict(shown)
    disagreements = Counter(
        (one["parcel_id"], one["kind"], one["portal_a"], one["portal_b"])
        for one in rows(db, "select * from disagreements")
    )
    findings = rows(db, "select * from findings where parcel_id is not null")
    told = {(f["parcel_id"], f["kind"], f["portal_a"], f["portal_b"]): f["disagreements"] for f in findings}
    assert told == dict(disagreements)
    assert told


def test_a_parcel_that_is_gone_leaves_no_sums(db):
    take_in(db, world())
    with db.atomic():
        db.execute("pragma defer_foreign_keys = on")
        (parcel,) = column(db, "select id from parcels")
        for table in ("disagreements", "sightings", "observations", "events"):
            db.execute(f"delete from {table}")
        summarise(db, [parcel])
    assert rows(db, "select * from parcel_portals") == []
    assert rows(db, "select * from parcel_findings") == []
