"""Deriving: a function of the set of facts, whatever their order; which numbers are one parcel; the views."""

import itertools
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.derive import Deriver
from collector.derive.parsing import Parser
from scrapers import portals, vocabulary
from tests.collector.worlds import (
    CAINIAO,
    FACTS,
    blank,
    column,
    contents,
    event,
    naming,
    record,
    rows,
    take_in,
    worlds,
)


def derived(*batches):
    """What is derived when the batches are imported one after the other; references must hold after each."""
    with closing(blank()) as db:
        for batch in batches:
            take_in(db, batch)
            assert not rows(db, "pragma foreign_key_check")
        return contents(db)


def parcels(db):
    """The numbers of each parcel, by its id."""
    found = rows(db, "select parcel_id, number from tracking_numbers order by parcel_id, number")
    return {k: {r["number"] for r in g} for k, g in itertools.groupby(found, lambda r: r["parcel_id"])}


KEPT = "select o.portal, s.description from sightings as s join observations as o on o.id = s.observation_id"

# --- a function of the set of facts --------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(world=worlds, data=st.data())
def test_order_and_batching_of_an_import_do_not_matter(world, data):
    shuffled = data.draw(st.permutations(world))
    cut = data.draw(st.integers(0, len(world)))
    assert derived(shuffled[:cut], shuffled[cut:]) == derived(world)


@settings(max_examples=60, deadline=None)
@given(world=worlds)
def test_one_at_a_time_backwards_equals_all_at_once(world):
    assert derived(*([one] for one in reversed(world))) == derived(world)


@settings(max_examples=100, deadline=None)
@given(world=worlds)
def test_deriving_again_by_any_way_gives_the_same_and_touches_no_fact(world):
    with closing(blank()) as db:
        take_in(db, world)
        before, facts = contents(db), contents(db, FACTS)
        deriver = Deriver(db, portals())
        assert deriver.catch_up() == set()
        take_in(db, world)
        assert contents(db) == before
        deriver.reconcile_all()
        assert contents(db) == before
        deriver.rebuild()
        assert contents(db) == before
        assert contents(db, FACTS) == facts
        assert not rows(db, "pragma foreign_key_check")


@settings(max_examples=60, deadline=None)
@given(world=worlds)
def test_every_row_shown_is_kept_and_every_current_row_has_an_event(world):
    with closing(blank()) as db:
        take_in(db, world)
        shown = {(r["portal"], e["description"]) for r in world for e in r["events"]}
        kept = rows(db, KEPT)
        assert {(r["portal"], r["description"]) for r in kept} == shown
        current = "withdrawn_at is null and replaced_by is null"
        assert not rows(db, f"select 1 from observations where {current} and event_id is null")
        strangers = """select 1 from observations as o join events as e on e.id = o.event_id
                       where e.parcel_id <> o.parcel_id"""
        assert not rows(db, strangers)


def habitually_late(n):
    """A parcel that Correos says arrived half an hour after Cainiao says it did."""
    ours, theirs = f"LP{n}", f"RR{n}"
    here = event(f"2026-02-{n} 18:00:00", "Arrived", code="LH_ARRIVE", utc_offset="+08:00")
    there = event(f"{n}/02/2026 11:30:00", "Llegada a España")
    return [naming(ours, theirs, events=[here]), record("correos", theirs, events=[there])]


def test_what_all_parcels_teach_changes_those_known_before_in_whatever_order_they_came(db):
    kinds = "select distinct kind from disagreements order by 1"
    parcels = [habitually_late(n) for n in (20, 21, 22, 23)]
    take_in(db, parcels[0])
    assert column(db, kinds) == ["unexplained"]
    for one in parcels[1:]:
        take_in(db, one)
    assert column(db, kinds) == ["lag"]
    assert column(db, "select lag_class from clock_estimates where lag_class <> 'scan'") == ["receipt"]
    learned = contents(db)
    assert derived(*reversed(parcels)) == learned
    assert derived([one for batch in parcels for one in batch]) == learned
    Deriver(db, portals()).rebuild()
    assert contents(db) == learned


@pytest.mark.fault(
    "`rebuild` fails in the middle",
    "Everything is as it was",
    layer="database",
    exit_status="—",
)
def test_rebuild_that_fails_leaves_everything_as_it_was(db, monkeypatch):
    take_in(db, [record(events=[event("2026-02-27 13:05:11")])])
    before = contents(db)
    deriver = Deriver(db, portals())
    monkeypatch.setattr(Deriver, "settle", lambda self, **given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        deriver.rebuild()
    assert contents(db) == before


# --- one parcel, many numbers --------------------------------------------------------------------------


def test_a_number_a_carrier_names_is_the_same_parcel(db):
    take_in(db, [naming("AA1", "BB2"), record("correos", "BB2")])
    assert parcels(db) == {"AA1": {"AA1", "BB2"}}


def test_numbers_join_over_several_handoffs_whatever_is_imported_first(db):
    take_in(db, [record("usps", "CC3"), naming("AA1", "BB2"), naming("BB2", "CC3", portal="correos")])
    assert parcels(db) == {"AA1": {"AA1", "BB2", "CC3"}}


@pytest.fixture
def relays(monkeypatch):
    """A universal tracker, a marketplace and a portal not known here."""
    known = vocabulary.facts
    kinds = {"relay": "universal", "shop": "marketplace"}

    def facts(portal):
        found = known(portal)
        return replace(found, kind=kinds[portal]) if portal in kinds else found

    monkeypatch.setattr(vocabulary, "facts", facts)


@pytest.mark.parametrize(("portal", "joins"), [("shop", 1), ("correos", 1), ("relay", 0), ("somewhere", 0)])
def test_order_pages_and_carriers_join_and_others_only_propose(db, relays, portal, joins):
    take_in(db, [naming("AA1", "BB2", portal=portal), record("correos", "BB2")])
    assert column(db, "select accepted from parcel_links") == [joins]
    assert len(parcels(db)) == 2 - joins


def test_a_candidate_joins_once_a_carrier_names_it(db, relays):
    take_in(db, [naming("AA1", "BB2", portal="relay")])
    take_in(db, [naming("AA1", "BB2", seen_at="2026-03-02T10:00:00Z")])
    assert parcels(db) == {"AA1": {"AA1", "BB2"}}


def test_a_number_three_unrelated_parcels_name_joins_none(db):
    take_in(db, [naming("AA1", "BAG"), naming("BB2", "BAG")])
    assert parcels(db) == {"AA1": {"AA1", "BAG", "BB2"}}
    take_in(db, [naming("CC3", "BAG")])
    assert parcels(db) == {name: {name} for name in ("AA1", "BAG", "BB2", "CC3")}
    assert column(db, "select accepted from parcel_links") == [0, 0, 0]
    assert not rows(db, "pragma foreign_key_check")


def test_three_numbers_of_one_parcel_may_all_name_a_fourth(db):
    take_in(db, [naming("AA1", "DD4", "BB2"), naming("BB2", "DD4", "CC3"), naming("CC3", "DD4")])
    assert parcels(db) == {"AA1": {"AA1", "BB2", "CC3", "DD4"}}


def test_a_parcel_goes_by_the_number_seen_first_then_the_smallest(db):
    early, late = "2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"
    take_in(db, [naming("BB2", "AA1", seen_at=late), record(number="ZZ9", seen_at=late)])
    assert sorted(parcels(db)) == ["AA1", "ZZ9"]
    take_in(db, [naming("BB2", "ZZ9", seen_at=late), record("correos", "ZZ9", seen_at=early)])
    assert parcels(db) == {"ZZ9": {"AA1", "BB2", "ZZ9"}}
    assert column(db, "select id from parcels") == ["ZZ9"]


def test_numbers_that_name_each_other_no_more_are_parted_without_leftovers(db, monkeypatch):
    take_in(db, [naming("AA1", "BB2", events=[event("2026-02-27 13:05:11")]), record("correos", "BB2")])
    as_before = Parser.reading
    monkeypatch.setattr(Parser, "reading", lambda self, v: replace(as_before(self, v), related_numbers=()))
    Deriver(db, portals()).derive(["AA1"])  # as a later version would that reads the page otherwise
    assert parcels(db) == {"AA1": {"AA1"}, "BB2": {"BB2"}}
    assert not rows(db, "pragma foreign_key_check")


# --- a number used again -------------------------------------------------------------------------------


def journey(year):
    return [
        event(f"{year}-02-27 13:05:11", "Leave the warehouse"),
        event(f"{year}-02-20 13:05:11", "Accepted"),
    ]


FIRST, AGAIN = journey(2024), journey(2026)


def test_a_number_used_again_is_another_parcel_and_the_first_keeps_its_history(db):
    take_in(db, [record(seen_at="2024-03-01T10:00:00Z", events=FIRST)])
    before = rows(db, "select id, sequence, occurred_at, description from events order by sequence")
    take_in(db, [record(events=AGAIN)])
    assert parcels(db) == {CAINIAO: {CAINIAO}, f"{CAINIAO}@2026-02-20": {CAINIAO}}
    after = "select id, sequence, occurred_at, description from events where parcel_id = ? order by sequence"
    assert rows(db, after, CAINIAO) == before
    assert column(db, "select count(*) from events group by parcel_id") == [2, 2]
    assert not rows(
        db, "select 1 from observations where replaced_by is not null or withdrawn_at is not null"
    )


def test_rows_without_a_time_go_with_those_beside_them(db):
    undated = event(None, "Order placed")
    take_in(db, [record(seen_at="2024-03-01T10:00:00Z", events=[*FIRST, undated])])
    take_in(db, [record(events=[*AGAIN, undated])])
    assert column(db, "select count(*) from observations group by parcel_id") == [3, 3]


def test_a_page_that_still_shows_the_first_use_is_read_as_both(db):
    take_in(db, [record(events=[event(None, "Ready"), *AGAIN, *FIRST, event(None, "Order placed")])])
    lives = "select parcel_id, description from observations where time_text is null order by 1"
    assert [tuple(r.values()) for r in rows(db, lives)] == [
        (CAINIAO, "Order placed"),
        (f"{CAINIAO}@2026-02-20", "Ready"),
    ]


def test_an_old_page_taken_in_late_is_one_parcel(db):
    take_in(db, [record(events=[*FIRST, event(None, "Order placed")])])
    assert parcels(db) == {CAINIAO: {CAINIAO}}


def test_three_hundred_days_apart_are_one_parcel_and_a_day_more_are_two(db):
    before = [event("2025-03-07 00:00:00"), event("2025-03-01 00:00:00")]
    take_in(db, [record(number="AA1", events=[event("2026-01-01 00:00:00"), *before])])
    take_in(db, [record(number="BB2", events=[event("2026-01-01 00:00:01"), *before])])
    assert sorted(parcels(db)) == ["AA1", "BB2", "BB2@2026-01-01"]
