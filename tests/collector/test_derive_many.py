"""Deriving many parcels: in any order and batches, with helping processes or without, killed or not."""

import multiprocessing
import os
from contextlib import closing
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

import collector.derive
from benchmarks.worlds import make_world, profile
from collector.derive import Deriver
from collector.derive.crew import Crew, usual_workers
from collector.derive.folds import Folds
from collector.store.migrations import migrations
from collector.store.opening import open_store
from collector.store.phrases import new_unknown_phrases, told
from scrapers import portals, vocabulary
from scrapers.words import Milestone
from tests.collector.test_derive import habitually_late
from tests.collector.worlds import blank, column, contents, event, naming, record, rows, take_in

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
WAITING = "select count(*) from underived"
SUMS = "select portal, leg, measure, value, count from clock_sums order by 1, 2, 3, 4"
SUMMED = """select portal, leg, measure, value, sum(count) as count from clock_counts
            group by 1, 2, 3, 4 order by 1, 2, 3, 4"""


@cache
def shown(seed, name, size=3):
    return make_world(seed, size, profile(name)).records


def derived(*batches):
    with closing(blank()) as db:
        for batch in batches:
            take_in(db, batch)
        assert column(db, WAITING) == [0]
        assert rows(db, SUMS) == rows(db, SUMMED)
        assert not rows(db, "pragma foreign_key_check")
        return contents(db)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 50),
    name=st.sampled_from(["usual", "edits", "relays", "unknown", "hard"]),
    dice=st.randoms(use_true_random=False),
)
def test_made_worlds_give_the_same_tables_in_any_order_and_batches_twice_and_rebuilt(seed, name, dice):
    records = list(shown(seed, name))
    dice.shuffle(records)
    cuts = sorted(dice.randrange(len(records) + 1) for _ in range(3))
    parts = [records[a:b] for a, b in zip([0, *cuts], [*cuts, len(records)], strict=True)]
    with closing(blank()) as db:
        for part in parts:
            take_in(db, part)
        before = contents(db)
        assert before == derived(shown(seed, name))
        take_in(db, dice.sample(records, len(records) // 2))
        assert contents(db) == before
        Deriver(db, portals()).rebuild()
        assert contents(db) == before
        assert rows(db, SUMS) == rows(db, SUMMED)


def test_bundles_that_overlap_give_the_same_tables(monkeypatch):
    records = shown(7, "usual", 6)
    whole = derived(records)
    monkeypatch.setattr(collector.derive, "_TOGETHER", 1)
    assert derived(records) == whole


# --- helping processes -------------------------------------------------------------------------------------


def test_helping_processes_change_nothing():
    records = shown(3, "usual", 8)
    with closing(blank()) as db:
        take_in(db, records)
        alone = contents(db)
        deriver = Deriver(db, portals(), workers=2, many=0)
        deriver.rebuild()
        assert contents(db) == alone


def said_of(word):
    meaning = vocabulary.meaning("somewhere", code=None, description=word)
    return multiprocessing.parent_process() is not None, meaning and meaning.milestone


def test_what_the_user_adds_holds_in_other_processes_too():
    added = vocabulary.read_additions('[[events]]\nmilestone = "delivered"\nphrases = ["Qwrtz plmk"]')
    with vocabulary.using(added), Crew(1) as crew:
        assert list(crew.in_order(said_of, [("x", ("Qwrtz plmk",))], helped=True)) == [
            ("x", (True, Milestone.DELIVERED))
        ]


def where(value, dies=()):
    """Whether it was worked out in another process; some values end that process."""
    helps = multiprocessing.parent_process() is not None
    if helps and value in dies:
        os._exit(1)
    return helps, value


def test_jobs_come_back_in_order_from_other_processes():
    with Crew(2) as crew:
        found = list(crew.in_order(where, ((n, (n,)) for n in range(20)), helped=True))
    assert found == [(n, (True, n)) for n in range(20)]


def test_what_a_dead_process_left_undone_is_done_here():
    with Crew(2) as crew:
        found = list(crew.in_order(where, ((n, (n, (5, 6))) for n in range(20)), helped=True))
        assert [(key, value) for key, (_, value) in found] == [(n, n) for n in range(20)]
        assert not found[-1][1][0]
        assert list(crew.in_order(where, [("x", (1,))], helped=True)) == [("x", (False, 1))]


def test_few_jobs_start_no_process(monkeypatch):
    monkeypatch.setattr("collector.derive.crew.ProcessPoolExecutor", lambda *_, **__: 1 / 0)
    with Crew(2) as crew:
        assert list(crew.in_order(where, [("x", (1,))], helped=False)) == [("x", (False, 1))]


@pytest.mark.parametrize(("said", "workers"), [("0", 0), ("3", 3)])
def test_how_many_help_can_be_said(monkeypatch, said, workers):
    monkeypatch.setenv("CROSSTRACK_WORKERS", said)
    assert usual_workers() == workers


def test_what_is_put_later_about_a_number_replaces_it():
    with Folds() as folds:
        folds.put(["a", "b"], b"one")
        folds.put(["b", "c"], b"two!")
        assert list(folds.all()) == [(["a"], b"one", frozenset({"b"})), (["b", "c"], b"two!", frozenset())]


# --- what waits --------------------------------------------------------------------------------------------


def test_a_command_killed_while_it_derives_is_continued_by_the_next(db, monkeypatch):
    records = [record(number=f"AA{n}", events=[event(f"2026-02-2{n} 13:05:11")]) for n in range(5)]
    whole = derived(records)
    write, written = collector.derive.write_parcels, []

    def killed(*given):
        written.append(given)
        if len(written) == 3:
            raise KeyboardInterrupt
        write(*given)

    monkeypatch.setattr(collector.derive, "_TOGETHER", 1)
    monkeypatch.setattr(collector.derive, "write_parcels", killed)
    with pytest.raises(KeyboardInterrupt):
        take_in(db, records)
    assert column(db, WAITING) == [3]
    assert len(rows(db, "select 1 from parcels")) == 2
    take_in(db, [])
    assert contents(db) == whole
    assert column(db, WAITING) == [0]


def test_only_parcels_that_used_what_changed_are_redone_and_they_are_counted(db):
    others = [record("usps", f"US{n}", events=[event("February 20, 2026, 1:05 pm")]) for n in range(3)]
    take_in(db, [*others, *habitually_late(20), *habitually_late(21)])
    taught = [one for n in (22, 23, 24) for one in habitually_late(n)]
    deriver = Deriver(db, portals())
    take_in(db, taught)
    before = contents(db)
    db.execute("update clock_estimates set lag_class = null, lag_minutes = null where lag_class = 'receipt'")
    touched = deriver.settle()
    assert touched == {f"LP{n}" for n in range(20, 25)}
    assert deriver.redone == 5
    assert contents(db) == before


def test_a_new_row_of_one_of_many_that_name_a_number_derives_that_one(db):
    take_in(db, [naming(f"AA{n}", "BAG", events=[event("2026-02-20 13:05:11")]) for n in range(6)])
    more = naming("AA3", "BAG", seen_at="2026-03-02T10:00:00Z", events=[event("2026-02-21 13:05:11")])
    deriver = Deriver(db, portals())
    assert deriver.derive(["AA3"]) == {"AA3", "BAG"}
    take_in(db, [more])
    take_in(db, [naming(f"BB{n}", "BOX") for n in range(2)])
    assert deriver.derive(["BB1"]) == {"BB0"}


def test_a_number_many_name_joins_again_once_they_are_one_parcel(db):
    apart = [naming(f"AA{n}", "BAG") for n in range(4)]
    take_in(db, apart)
    assert column(db, "select count(*) from parcels") == [5]
    joining = naming("AA0", "AA1", "AA2", "AA3", seen_at="2026-03-02T10:00:00Z")
    take_in(db, [joining])
    assert column(db, "select count(*) from parcels") == [1]
    assert contents(db) == derived([joining, *apart])


def test_a_database_of_an_older_version_is_derived_anew_by_the_next_command(database):
    records = shown(5, "usual", 2)
    with closing(Database(database)) as old:
        old.conn.isolation_level = None
        migrations.apply(old, stop_before="m006_clocks")
    with closing(blank()) as db:
        take_in(db, records)
        wanted = contents(db)
        facts = {name: list(db[name].rows) for name in ("pages", "visits", "visit_pages")}
    with closing(Database(database)) as old:
        for name, stored in facts.items():
            there = {one.name for one in old[name].columns}
            old[name].insert_all({key: row[key] for key in row if key in there} for row in stored)
    with open_store(database) as db:
        numbers = column(db, "select count(distinct tracking_number) from visits")
        assert column(db, WAITING) == numbers
        Deriver(db, portals()).catch_up()
        assert contents(db) == wanted


def test_wordings_nobody_understands_are_told_once(db):
    odd = [event(f"2026-02-2{n} 13:05:11", f"Qwrtz plmk {n % 2}") for n in range(3)]
    take_in(db, [record("somewhere", "AA1", events=odd)])
    found = new_unknown_phrases(db, NOW)
    assert [(one.portal, one.text, one.count) for one in found] == [
        ("somewhere", "Qwrtz plmk 0", 2),
        ("somewhere", "Qwrtz plmk 1", 1),
    ]
    assert new_unknown_phrases(db, NOW) == []
    take_in(db, [record("somewhere", "BB2", events=[*odd, event("2026-02-25 13:05:11", "Zzyzx")])])
    assert [str(one) for one in new_unknown_phrases(db, NOW)] == ["somewhere: Zzyzx"]
    known = "select portal, text, count, first_seen_at from unknown_phrases order by text"
    assert [row["count"] for row in rows(db, known)] == [4, 2, 1]


def test_of_many_wordings_a_few_are_told(db):
    odd = [event(None, f"Qwrtz {'x' * n}") for n in range(9)]
    take_in(db, [record("somewhere", "AA1", events=odd)])
    lines = told(new_unknown_phrases(db, NOW))
    assert len(lines) == 6
    assert lines[-1] == "not understood: 4 more; see unknown_phrases"
    assert told([]) == []
