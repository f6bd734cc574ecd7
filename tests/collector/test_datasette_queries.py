"""What the bundled queries answer, on parcels made by hand; one of them through a real Datasette."""

import pytest

from collector.serving import metadata
from collector.store.opening import open_store
from tests.collector.datasette_served import browse
from tests.collector.worlds import CAINIAO, CORREOS, ORDER, event, naming, record, take_in

QUERIES = metadata("crosstrack", title="x")["databases"]["crosstrack"]["queries"]
PARAMETERS = ("parcel", "number", "day", "since", "today", "order_id")
#: The day each portal was first read, and the day Cainiao was read again.
FIRST, AGAIN = "2026-03-01T10:00:00Z", "2026-03-05T10:00:00Z"


def cainiao(*events, seen_at, ends):
    estimate = {"from": "2026-03-09", "to": ends}
    return naming(
        CAINIAO, CORREOS, events=events, seen_at=seen_at, order_ids=[ORDER], estimated_delivery=estimate
    )


def scan(time_text, description, code):
    return event(time_text, description, code=code, utc_offset="+08:00")


OLD = scan("2026-02-27 18:00:00", "Arrived at hub", "LH_ARRIVE")
ANEW = OLD | {"description": "Arrived at the hub"}
HELD = scan("2026-02-27 19:00:00", "Held by customs", "CC_HO_IN_SUCCESS")
OUT = scan("2026-02-28 08:00:00", "Out for delivery", "GTMS_DELIVERING")
WORLD = [
    cainiao(OUT, HELD, OLD, seen_at=FIRST, ends="2026-03-12"),
    record("correos", CORREOS, events=[event("27/02/2026 11:00:00", "Llegada a España")], seen_at=FIRST),
    cainiao(OUT, ANEW, seen_at=AGAIN, ends="2026-03-16"),
]


@pytest.fixture
def world(db):
    take_in(db, WORLD)
    return db


def asked(db, query, **values):
    """What a query answers; what is not asked for is empty, as in Datasette."""
    return list(db.query(QUERIES[query]["sql"], dict.fromkeys(PARAMETERS, "") | values))


def claims(db, day, number=CAINIAO):
    return [(row["portal"], row["description"]) for row in asked(db, "claimed_on", number=number, day=day)]


def test_before_the_first_visit_nothing_was_claimed(world):
    assert claims(world, "2026-02-28") == []
    assert claims(world, "2026-03-01T09:59:59Z") == []


def test_claims_are_worded_as_they_were_on_the_day(world):
    before = [("cainiao", "Out for delivery"), ("cainiao", "Held by customs"), ("cainiao", "Arrived at hub")]
    assert claims(world, "2026-03-01") == [*before, ("correos", "Llegada a España")]
    assert claims(world, "2026-03-04") == claims(world, "2026-03-01")
    after = [("cainiao", "Out for delivery"), ("cainiao", "Arrived at the hub")]
    assert claims(world, "2026-03-05") == [*after, ("correos", "Llegada a España")]


def test_without_a_day_it_is_what_is_claimed_now_by_any_number_or_order(world):
    now = claims(world, "2026-03-05")
    for number in (CORREOS.lower(), ORDER, "", f" {CAINIAO[:4]} {CAINIAO[4:]} "):
        assert claims(world, "", number) == now, number
    assert claims(world, "", "XX000000000XX") == []


def test_a_claim_says_since_when_it_stood_and_when_it_was_last_seen_by_then(world):
    by_words = {
        row["description"]: row for row in asked(world, "claimed_on", number=CAINIAO, day="2026-03-04")
    }
    out = by_words["Out for delivery"]
    assert (out["shown_since_at"], out["seen_by_then_at"]) == (FIRST, FIRST)
    (out_now,) = [row for row in asked(world, "claimed_on") if row["description"] == "Out for delivery"]
    assert (out_now["shown_since_at"], out_now["seen_by_then_at"]) == (FIRST, AGAIN)


def test_changes_are_new_rows_new_words_and_rows_taken_back(world):
    changes = [(row["what"], row["description"]) for row in asked(world, "changed_since", since="2026-03-02")]
    assert sorted(changes) == [
        ("taken back", "Held by customs"),
        ("worded or timed anew", "Arrived at the hub"),
    ]
    everything = [row["what"] for row in asked(world, "changed_since", since="2026-01-01")]
    assert sorted(everything) == ["new row"] * 4 + ["taken back", "worded or timed anew"]
    assert len(asked(world, "changed_since")) == 6  # the last seven days that were looked at
    assert asked(world, "changed_since", since="2026-04-01") == []


def test_handoffs_are_a_chain_with_its_reasons(world):
    (row,) = asked(world, "handoff_chains")
    assert row["chain"].split(" → ") == [CAINIAO, CORREOS]
    assert row["because"].startswith("cainiao: ")
    assert row["numbers"] == 2
    assert asked(world, "handoff_chains", parcel=CORREOS) == [row]


def test_estimates_that_move_are_measured_in_days(world):
    (row,) = asked(world, "estimate_slips")
    assert (row["first_promised_on"], row["last_promised_on"]) == ("2026-03-12", "2026-03-16")
    assert (row["slipped_days"], row["estimates"], row["late_days"]) == (4, 2, None)


def test_deadlines_are_told_from_a_day_and_passed_ones_last(world):
    world.execute(
        "update orders set protection_ends_on = '2026-04-30', protection_latest_on = '2026-04-30',"
        " state = 'shipped', marketplace = 'aliexpress' where id = ?",
        [ORDER],
    )
    ahead = asked(world, "deadlines_ahead", today="2026-03-01")
    assert [row["due_on"] for row in ahead] == sorted(row["due_on"] for row in ahead)
    assert {"open dispute", "protection ends"} <= {row["what"] for row in ahead}
    assert all(row["days_left"] > 0 for row in ahead)
    later = asked(world, "deadlines_ahead", today="2026-04-29")
    assert [row["days_left"] >= 0 for row in later] == sorted(
        (row["days_left"] >= 0 for row in later), reverse=True
    )
    assert len(later) == len(ahead)


def test_portals_are_ranked_on_each_leg_by_lag_and_by_completeness(db):
    told = [
        ("usps", "scan", None, 0.9),
        ("cainiao", "receipt", 30, 0.5),
        ("correos", "receipt", 600, 0.9),
        ("ups", None, None, None),
    ]
    for portal, lag_class, minutes, completeness in told:
        learned = {"lag_class": lag_class, "lag_minutes": minutes, "completeness": completeness}
        row = {"portal": portal, "leg": "import", "scope": "leg", "support": 9, "basis": "made"}
        db["clock_estimates"].insert(row | learned)
    ranks = {
        row["portal"]: (row["by_lag"], row["by_completeness"])
        for row in asked(db, "portals_ranked")
        if row["leg"] == "import"
    }
    assert ranks == {"usps": (1, 1), "correos": (3, 1), "cainiao": (2, 3), "ups": (None, None)}


@pytest.mark.parametrize("query", sorted(QUERIES))
def test_every_query_answers_an_empty_database_and_nonsense(query, db):
    nonsense = dict.fromkeys(PARAMETERS, "';--")
    assert asked(db, query) == asked(db, query, **nonsense) == []
    take_in(db, WORLD)
    asked(db, query, **nonsense)


@pytest.mark.datasette
def test_parameters_reach_the_query_through_datasette(database, tmp_path):
    with open_store(database) as db:
        take_in(db, WORLD)

    async def script(get, address):
        shown = await get(f"{address}/claimed_on.json?_shape=array&number={CORREOS.lower()}&day=2026-03-01")
        assert len(shown.json()) == 4
        page = (await get(f"{address}/claimed_on?number={CAINIAO}&day=2026-03-05")).text
        assert "Held by customs" not in page
        assert '<time class="moment" datetime="2026-03-05T10:00:00Z"' in page
        assert f'href="/-/crosstrack/crosstrack/parcel/{CAINIAO}"' in page

    browse(database, tmp_path / "served", script)
