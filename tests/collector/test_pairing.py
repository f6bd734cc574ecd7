"""What the user says of rows and of portals' clocks: kept, replayed, and honoured before anything else."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.derive import Deriver
from collector.reconcile import reconcile
from collector.store.corrections import correct, correct_zone, pairs_said, zones_said
from collector.store.opening import open_store
from scrapers import portals
from scrapers.words import Leg
from tests.collector.rows_made import observation, parcel, row
from tests.collector.worlds import (
    CAINIAO,
    blank,
    column,
    contents,
    event,
    one_line,
    record,
    rows,
    take_in,
    worlds,
)

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def at(hours):
    return NOW + timedelta(hours=hours)


def told(portal, time, milestone="delivered", **more):
    return observation(
        portal, row("A", time, offset=60, milestone=milestone, **more), name=f"{portal} {time}"
    )


def groups(*observations, said=None, **more):
    """The rows of each event, by id, with the user's word on pairs of them."""
    said = {frozenset(two): is_one for two, is_one in (said or {}).items()}
    found = reconcile(replace(parcel(*observations), pairs=said, **more), {}).events
    return sorted(sorted(e.members) for e in found)


# --- rows that are, or are not, one event ---------------------------------------------------------------


def test_rows_that_nothing_joins_are_one_event_if_the_user_says_so():
    a, b = told("a", "2026-03-02 10:00"), told("b", "2026-03-06 04:13", "customs_held")
    assert groups(a, b) == [[a.id], [b.id]]
    assert groups(a, b, said={(a.id, b.id): True}) == [[a.id, b.id]]


def test_rows_at_one_moment_are_two_events_if_the_user_says_so():
    a, b = told("a", "10:00"), told("b", "10:00")
    assert groups(a, b) == [[a.id, b.id]]
    assert groups(a, b, said={(a.id, b.id): False}) == [[a.id], [b.id]]


def test_rows_kept_apart_are_not_joined_by_a_third_either():
    a, b, c = told("a", "10:00"), told("b", "10:00"), told("c", "10:00")
    found = groups(a, b, c, said={(a.id, b.id): False})
    assert len(found) == 2
    assert not any({a.id, b.id} <= set(g) for g in found)


def test_a_row_without_a_time_that_the_user_parts_from_an_event_stands_alone():
    a, b = told("a", "10:00"), observation("b", row("A", None, milestone="delivered"), name="b undated")
    assert groups(a, b) == [[a.id, b.id]]
    assert groups(a, b, said={(a.id, b.id): False}) == [[a.id], [b.id]]


def test_what_was_said_last_goes_first_where_not_all_can_hold():
    a, b, c = told("a", "10:00"), told("b", "12:00"), told("b", "18:00")
    later_first = {(a.id, c.id): True, (a.id, b.id): True}
    assert groups(a, b, c, said=later_first) == [[a.id, c.id], [b.id]]


def test_two_rows_of_one_page_are_never_one_event():
    a, b = told("a", "10:00"), told("a", "18:00")
    assert groups(a, b, said={(a.id, b.id): True}) == [[a.id], [b.id]]


def test_a_row_that_repeats_another_can_be_parted_from_it():
    said = {"milestone": "delivered"}
    source = observation("a", row("Left at the door", "10:00:07", offset=60, **said), name="s")
    relay = observation("b", row("Left at the door", "10:00:07", relayed_from="a", **said), name="r")
    assert groups(source, relay) == [["r", "s"]]
    assert groups(source, relay, said={("r", "s"): False}) == [["r"], ["s"]]


def test_what_is_said_of_a_row_that_repeats_another_is_said_of_both():
    said = {"milestone": "delivered"}
    source = observation("a", row("Left at the door", "10:00:07", offset=60, **said), name="s")
    relay = observation("b", row("Left at the door", "10:00:07", relayed_from="a", **said), name="r")
    other = told("c", "10:00:30")
    assert groups(source, relay, other) == [[other.id, "r", "s"]]
    assert groups(source, relay, other, said={("r", other.id): False}) == [[other.id], ["r", "s"]]


def test_what_was_said_of_a_row_holds_for_the_one_that_replaced_it():
    a, b = told("a", "2026-03-02 10:00"), told("b", "2026-03-06 04:13", "customs_held")
    old = replace(b, id="old", replaced_by=b.id)
    found = groups(a, old, b, said={(a.id, "old"): True})
    assert found == [[a.id, b.id]]


def test_what_is_said_of_rows_that_are_gone_changes_nothing():
    a, b = told("a", "10:00"), told("b", "10:00")
    gone = replace(told("c", "10:00"), withdrawn_at=NOW)
    assert groups(a, b, gone, said={(a.id, gone.id): False, (a.id, "never seen"): False}) == groups(a, b)


@settings(max_examples=60)
@given(
    times=st.lists(st.integers(0, 40), min_size=3, max_size=7),
    said=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans()), max_size=5),
)
def test_what_is_kept_apart_is_apart_and_pages_stay_whole_whatever_is_said(times, said):
    made = [
        observation("abc"[n % 3], row(f"A{n}", f"{9 + t // 4}:{t % 4 * 15:02d}", offset=0), name=f"{n}")
        for n, t in enumerate(times)
    ]
    pairs = {
        frozenset((f"{a}", f"{b}")): is_one for a, b, is_one in said if a != b and max(a, b) < len(times)
    }
    events = reconcile(replace(parcel(*made), pairs=pairs), {}).events
    portal = {o.id: o.portal for o in made}
    assert sorted(m for e in events for m in e.members) == sorted(portal)
    for e in events:
        assert len({portal[m] for m in e.members}) == len(e.members)
        assert not any(two <= set(e.members) for two, is_one in pairs.items() if not is_one)
    if len(pairs) == 1 and next(iter(pairs.values())) and len({portal[n] for n in next(iter(pairs))}) == 2:
        assert any(next(iter(pairs)) <= set(e.members) for e in events)


# --- zones ----------------------------------------------------------------------------------------------


def offsets(*observations, zones=None):
    found = reconcile(replace(parcel(*observations), zones=zones or {}), {})
    return {name: (held.offset_minutes, held.source) for name, held in found.beliefs.items()}


def test_a_zone_the_user_names_is_that_of_rows_that_state_none():
    o = observation("mine", row("A", "10:00"), name="o")
    assert offsets(o)["o"] == (None, "unknown")
    assert offsets(o, zones={("mine", None): "Asia/Kathmandu"})["o"] == (345, "portal")


def test_it_holds_against_what_rows_state_and_what_others_settle():
    o = observation("mine", row("A", "10:00", offset=0, milestone="delivered"), name="o")
    others = [told(name, "10:00", zone="Europe/Madrid") for name in "ab"]
    zones = {("mine", None): "Asia/Kathmandu"}
    assert offsets(o, *others)["o"][0] == 60
    assert offsets(o, *others, zones=zones)["o"] == (345, "corrected")


def test_a_leg_of_its_own_goes_before_all_of_them():
    zones = {("mine", None): "Asia/Kathmandu", ("mine", Leg.LAST_MILE): "Europe/Madrid"}
    last = observation("mine", row("A", "10:00", leg="last_mile"), name="last")
    first = observation("mine", row("A", "10:00", leg="origin"), name="first")
    assert offsets(last, zones=zones)["last"] == (60, "portal")
    assert offsets(first, zones=zones)["first"] == (345, "portal")


# --- statements as facts --------------------------------------------------------------------------------


def test_the_last_word_on_a_pair_holds_and_comes_first(db):
    correct(db, "pair", ("b", "a"), at(0), None)
    correct(db, "pair", ("c", "a"), at(1), None)
    assert correct(db, "unpair", ("a", "b"), at(2), None)
    assert not correct(db, "unpair", ("b", "a"), at(3), None)
    assert list(pairs_said(db).items()) == [(frozenset("ab"), False), (frozenset("ac"), True)]


def test_the_last_zone_of_a_portal_and_leg_holds_until_it_is_taken_back(db):
    assert not correct_zone(db, "mine", None, None, at(0), None)
    assert correct_zone(db, "mine", None, "Europe/Madrid", at(1), None)
    assert correct_zone(db, "mine", Leg.ORIGIN, "Asia/Shanghai", at(1), None)
    assert not correct_zone(db, "mine", None, "Europe/Madrid", at(2), None)
    assert zones_said(db) == {("mine", None): "Europe/Madrid", ("mine", Leg.ORIGIN): "Asia/Shanghai"}
    assert correct_zone(db, "mine", None, None, at(0), "wrong")
    assert zones_said(db) == {("mine", Leg.ORIGIN): "Asia/Shanghai"}
    assert len(column(db, "select id from corrections")) == 3


@settings(max_examples=15, deadline=None)
@given(
    world=worlds, picks=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=3)
)
def test_rebuilding_and_coming_in_two_parts_give_the_same_with_statements(world, picks):
    db = blank()
    take_in(db, world)
    ids = column(db, "select id from observations order by id")
    with db.conn:
        for hours, (a, b, is_one) in enumerate(picks):
            if ids and ids[a % len(ids)] != ids[b % len(ids)]:
                correct(
                    db,
                    "pair" if is_one else "unpair",
                    (ids[a % len(ids)], ids[b % len(ids)]),
                    at(hours),
                    None,
                )
        correct_zone(db, "somewhere", None, "Asia/Tokyo", at(0), None)
    deriver = Deriver(db, portals(), workers=0)
    deriver.reconcile_all()
    before = contents(db)
    deriver.rebuild()
    assert contents(db) == before


# --- the commands ---------------------------------------------------------------------------------------


@pytest.fixture
def known(database):
    """One parcel on two portals that share no event, and another parcel."""
    with open_store(database) as db:
        take_in(
            db,
            [
                record(events=[event("2026-02-20 13:05:11", "Delivered", utc_offset="+08:00")]),
                record("somewhere", CAINIAO, events=[event("2026-02-25 08:00", "Handed over at the desk")]),
                record("somewhere", "AA1", events=[event("2026-02-25 08:00", "Handed over at the desk")]),
            ],
        )
    return database


def stored(database, sql):
    with open_store(database) as db:
        return rows(db, sql)


def ids(database):
    """The ids of the rows: the parcel's on cainiao, on the other portal; the other parcel's."""
    found = stored(database, "select id, portal, parcel_id from observations")
    of = {(o["portal"], o["parcel_id"]): o["id"] for o in found}
    return of["cainiao", CAINIAO], of["somewhere", CAINIAO], of["somewhere", "AA1"]


def test_pair_joins_two_rows_and_unpair_takes_it_back(crosstrack, known):
    a, b, _ = ids(known)
    assert "are one event" in one_line(crosstrack("pair", a[:10], b, "--reason", "same box"))
    assert "said before" in crosstrack("pair", a, b).stderr
    together = f"select distinct event_id as e from observations where id in ('{a}', '{b}')"
    assert len(stored(known, together)) == 1
    crosstrack("rebuild")
    assert len(stored(known, together)) == 1
    assert "kept apart" in one_line(crosstrack("unpair", b, a))
    assert len(stored(known, together)) == 2
    assert [c["kind"] for c in stored(known, "select kind from corrections order by made_at")] == [
        "pair",
        "unpair",
    ]


@pytest.mark.parametrize("name", ["pair", "unpair"])
def test_rows_of_which_nothing_can_be_said_are_refused_in_one_line(crosstrack, known, name):
    a, b, other = ids(known)
    for pair, why in (
        ((a, "ffff0000ffff"), "no row is called"),
        ((a, a[:3]), "no row is called"),
        ((a, "\udcff" * 5), "no row is called"),
        ((a, a), "name two"),
        ((b, other), "two parcels"),
    ):
        assert why in one_line(crosstrack(name, *pair, status=2))
    assert stored(known, "select * from corrections") == []


def test_rows_of_one_page_are_refused(crosstrack, database):
    with open_store(database) as db:
        take_in(db, [record(events=[event("2026-02-21 08:00", "Two"), event("2026-02-20 08:00", "One")])])
    one, two = (r["id"] for r in stored(database, "select id from observations"))
    assert "one page" in one_line(crosstrack("pair", one, two, status=2))


def test_zone_reads_a_portals_rows_anew_and_none_takes_it_back(crosstrack, known):
    shown = "select occurred_at from observations where portal = 'somewhere' and parcel_id = 'AA1'"
    assert stored(known, shown) == [{"occurred_at": None}]
    assert "2 rows of 2 parcels" in one_line(crosstrack("zone", "somewhere", "Asia/Tokyo"))
    assert stored(known, shown)[0]["occurred_at"].startswith("2026-02-24T23:00:00")
    assert "as before" in crosstrack("zone", "somewhere", "Asia/Tokyo").stderr
    crosstrack("rebuild")
    assert stored(known, shown)[0]["occurred_at"].startswith("2026-02-24T23:00:00")
    crosstrack("zone", "somewhere", "none")
    assert stored(known, shown) == [{"occurred_at": None}]


def test_a_zone_nobody_knows_and_a_portal_nobody_knows_are_refused(crosstrack, known):
    for arguments, why in (
        (("somewhere", "Mars/Olympus"), "zone 'Mars/Olympus' is unknown"),
        (("somewhere", "../../etc/passwd"), "is unknown"),
        (("nowhere", "Asia/Tokyo"), "no portal 'nowhere'"),
        (("somewhere", "Asia/Tokyo", "--leg", "moon"), "no leg 'moon'"),
    ):
        assert why in one_line(crosstrack("zone", *arguments, status=2))
    assert stored(known, "select * from corrections") == []


def test_what_the_rows_now_say_is_shown_where_people_look(crosstrack, known):
    crosstrack("zone", "somewhere", "Asia/Tokyo")
    told = [r for r in json.loads(crosstrack("clocks", "--json").stdout) if r["portal"] == "somewhere"]
    assert all("Asia/Tokyo" in r["declared"] for r in told)
