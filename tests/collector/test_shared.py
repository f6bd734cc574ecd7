"""What visits share: pages, blocked hosts and readings kept once, and databases in which each had its own."""

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from sqlite_utils import Database

from benchmarks import storing
from collector.derive import DERIVED_TABLES, Deriver
from collector.store import shared
from collector.store.facts import Visit, begin_run, store_visit, stored_visits
from collector.store.migrations import migrations
from collector.store.opening import open_store, writing
from collector.store.shared import PageRow, blocked_hosts, give_pages, page_set, pages_of_visit
from scrapers import portals
from scrapers.contract import Canonical, Page
from scrapers.words import Outcome, Role
from tests.collector.worlds import CAINIAO, blank, column, contents, rows, take_in, worlds

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
SHARING = ("page_sets", "set_pages", "blocked")
OF_FACTS = ("runs", "pages", "visits")
#: Tables that triggers fill while others are filled.
FILLED = ("clock_sums", "underived")
#: What other rows follow from, and what follows from them, as the version before had it.
BEFORE = (*OF_FACTS, "visit_pages", "readings", *reversed(DERIVED_TABLES))
PAGES = (PageRow(0, "a", "dom", "https://x.example", 200), PageRow(1, "b", "payload", "", None))


def shown(text, at=START, outcome=Outcome.OK, blocked=(), number=CAINIAO):
    events = [{"time_text": "2026-02-27 13:05:11", "description": text}]
    body = {
        "portal": "cainiao",
        "tracking_number": number,
        "seen_at": "2026-03-01T10:00:00Z",
        "events": events,
    }
    page = Page(Role.RECORD, "https://x.example", "application/json", json.dumps(body).encode())
    pages = (page,) if outcome is Outcome.OK else ()
    return Visit("cainiao", number, at, "browser", outcome, True, pages, blocked_hosts=blocked)


def stored(db, *visits):
    """Their ids, once all is derived."""
    with writing(db):
        run = begin_run(db, "collect", START)
        ids = [store_visit(db, run, visit, Canonical())[0] for visit in visits]
    Deriver(db, portals(), workers=0).catch_up()
    return ids


def several(db):
    """Visits with the same pages and others, with none, with blocked hosts, two of them in one second."""
    hour = timedelta(hours=1)
    return stored(
        db,
        shown("Arrived", START, blocked=("ads.example", "log.example")),
        shown("Arrived", START + hour, blocked=("ads.example", "log.example")),
        shown("Arrived", START + 2 * hour, Outcome.UNAVAILABLE),
        shown("Arrived", START + 2 * hour),
        shown("Arrived", START + 3 * hour, blocked=("ads.example",)),
        shown("Left", START + 4 * hour),
        shown("Left", START + 5 * hour, number="BB2"),
    )


# --- kept once ------------------------------------------------------------------------------------------


def test_visits_that_brought_the_same_share_it(db):
    ids = several(db)
    assert column(db, "select count(*) from page_sets") == [3]
    assert column(db, "select hosts from blocked order by 1") == [
        '["ads.example", "log.example"]',
        '["ads.example"]',
    ]
    by_id = {visit.id: visit for visit in stored_visits(db, "1", ())}
    assert [len(by_id[one].pages) for one in ids] == [1, 1, 0, 1, 1, 1, 1]
    assert rows(db, "select visit_id from visit_pages order by 1") == [
        {"visit_id": one} for one in sorted(set(ids) - {ids[2]})
    ]


def test_every_visit_has_the_reading_it_would_have_alone(db):
    ids = several(db)
    outcomes = {row["visit_id"]: row["outcome"] for row in rows(db, "select * from readings")}
    assert outcomes == {one: "unavailable" if one == ids[2] else "ok" for one in ids}
    assert column(db, "select count(*) from readings") == [len(ids)]
    assert column(db, "select count(*) from reading_spans where tracking_number = ?", CAINIAO) == [3]


@given(worlds)
@settings(max_examples=12)
def test_in_any_world_each_visit_has_one_reading_and_spans_end_where_it_changes(records):
    with closing(blank()) as db:
        take_in(db, records)
        assert column(db, "select visit_id from readings order by 1") == column(
            db, "select id from visits order by 1"
        )
        told = """select portal, tracking_number, parcel_id, outcome, status_text, milestone, origin_country,
            destination_country, pickup_point, estimate_from_on, estimate_to_on, clock_shift_s, problems
            from reading_spans where tracking_number is not null
            order by portal, tracking_number, first_seen_at, first_visit_id"""
        spans = rows(db, told)
        assert all(one != other for one, other in pairwise(spans))


def test_contents_that_would_have_one_id_have_two(db, monkeypatch):
    monkeypatch.setattr(shared, "_content_id", lambda _: 7)
    db.execute("pragma foreign_keys = off")  # no page of these is stored
    assert [page_set(db, PAGES), page_set(db, PAGES[:1]), page_set(db, PAGES)] == [7, 8, 7]
    assert [blocked_hosts(db, ["a"]), blocked_hosts(db, ["b"]), blocked_hosts(db, ["a"])] == [7, 8, 7]
    assert (page_set(db, ()), blocked_hosts(db, ())) == (None, None)


def test_ids_follow_from_what_is_shared_whatever_came_first(db):
    db.execute("pragma foreign_keys = off")
    first = page_set(db, PAGES)
    with closing(blank()) as other:
        other.execute("pragma foreign_keys = off")
        page_set(other, PAGES[:1])
        assert page_set(other, reversed(PAGES)) == first
    assert 0 < first < 2**47


def test_pages_taken_from_one_visit_stay_with_the_others(db):
    first, second, *_ = several(db)
    with writing(db):
        give_pages(db, first, [])
    assert pages_of_visit(db, first) == []
    assert len(pages_of_visit(db, second)) == 1
    assert column(db, "select count(*) from page_sets") == [3]
    for visit_id in column(db, "select id from visits"):
        give_pages(db, visit_id, [])
    assert contents(db, ("page_sets", "set_pages")) == {"page_sets": [], "set_pages": []}


def test_a_visit_that_is_stored_already_leaves_nothing(db):
    (visit_id,) = stored(db, shown("Arrived"))
    with writing(db):
        give_pages(db, visit_id, [])
        assert store_visit(db, None, shown("Arrived", blocked=("x.example",)), Canonical()) == (
            visit_id,
            False,
        )
    assert contents(db, SHARING) == {name: [] for name in SHARING}


def test_a_visit_with_nothing_new_takes_little_room():
    few = storing.nothing_new(60, 5)  # of so few the file grows by whole pages
    assert few.bytes_each < storing.BAR_BYTES + 50


# --- a database of the version before -------------------------------------------------------------------


def as_before(db, path):
    """The same facts, and all that follows from them, in a file of the version that shared nothing."""
    with closing(Database(sqlite3.connect(path, isolation_level=None))) as old:
        migrations.apply(old, stop_before="m009_shared")
        old.execute("begin")
        old.execute("pragma defer_foreign_keys = on")
        for name in BEFORE:
            if name in FILLED or not old[name].exists():
                continue
            there = [one.name for one in old[name].columns]
            query = f"select * from {name}"
            if name == "visits":
                query = "select v.*, b.hosts as blocked_hosts from visits as v left join blocked as b"
                query += " on b.id = v.blocked_id"
            marks = ", ".join("?" * len(there))
            values = [tuple(row[one] for one in there) for row in db.query(query)]
            old.conn.executemany(f"insert into {name} ({', '.join(there)}) values ({marks})", values)
        old.execute("delete from underived")
        old.execute("commit")
    return path


def everything(db):
    return contents(db, (*OF_FACTS, *SHARING, "visit_pages", "readings", *DERIVED_TABLES))


@given(worlds)
@settings(max_examples=8)
def test_a_database_of_before_becomes_what_it_would_be_now(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("before") / "crosstrack.db"
    with closing(blank()) as db:
        several(db)
        take_in(db, records)
        wanted = everything(db)
        as_before(db, path)
    with open_store(path) as db:
        assert everything(db) == wanted
        assert column(db, "pragma foreign_key_check") == []
        Deriver(db, portals(), workers=0).rebuild()
        assert everything(db) == wanted


def test_views_of_a_persons_own_stay(db, tmp_path):
    several(db)
    path = as_before(db, tmp_path / "crosstrack.db")
    own = {
        "mine": "create view mine as select page_id from visit_pages",
        'the "rest"': 'create view "the ""rest""" as select blocked_hosts from visits',
    }
    with closing(sqlite3.connect(path)) as old:
        for statement in own.values():
            old.execute(statement)
    with open_store(path) as new:
        assert column(new, "select count(*) from mine") == [6]
        standing = {view.name: view.schema.lower() for view in new.views}
        assert own.items() <= standing.items()


KILLED = """
import os, signal, sys
from pathlib import Path
from collector.store import migrations, shared_tables
from collector.store.opening import open_store
run = migrations._run
def dying(db, script):
    run(db, script)
    if script == shared_tables.AFTER:
        os.kill(os.getpid(), signal.SIGKILL)
migrations._run = dying
with open_store(Path(sys.argv[1])):
    pass
"""


def test_a_kill_while_it_becomes_new_leaves_the_old_one(db, tmp_path):
    several(db)
    wanted = everything(db)
    path = as_before(db, tmp_path / "crosstrack.db")
    with closing(Database(path)) as old:
        before = contents(old, ("visits", "visit_pages", "readings"))
    killed = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert killed.returncode == -signal.SIGKILL
    with closing(Database(path)) as old:
        assert contents(old, ("visits", "visit_pages", "readings")) == before
    with open_store(path) as new:
        assert everything(new) == wanted
