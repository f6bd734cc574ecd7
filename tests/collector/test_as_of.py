"""What was known at some moment: the same whichever way it is derived; the database stays as it is."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.as_of import Moment, known_then, moment_of_text
from collector.derive import DERIVED_TABLES, Deriver
from collector.errors import UsageError
from collector.finding import parcels_named
from collector.report import parcel_json
from collector.store.corrections import correct
from collector.store.opening import open_store, writing
from scrapers import portals
from tests.collector.worlds import (
    CAINIAO,
    CORREOS,
    NUMBERS,
    ORDER,
    blank,
    column,
    contents,
    event,
    naming,
    one_line,
    record,
    rows,
    take_in,
    worlds,
)

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
#: What hangs on no estimate of a clock.
CLAIMED = ("sightings", "tracking_numbers", "parcel_orders", "readings", "orders")
#: What a person says of numbers nobody was asked for is noted here and nowhere else.
LINKS = "select * from parcel_links where number_a in (select number from tracking_numbers) order by 1, 2, 3"
FIRST, SECOND = "2026-03-01T10:00:00Z", "2026-03-04T10:00:00Z"


def at(text):
    return moment_of_text(text, NOW)


def stored(db, folder):
    """`db` as a file."""
    path = folder / "world.db"
    with closing(sqlite3.connect(path)) as file:
        db.conn.backup(file)
        file.execute("pragma journal_mode = wal")
    return path


@pytest.fixture
def two_days(database):
    """A parcel seen on two days: then it had another time, and one number less."""
    told = [
        record(
            seen_at=FIRST, events=[event("2026-02-27 10:00:00", "Accepted", code="A", utc_offset="+08:00")]
        ),
        naming(
            CAINIAO,
            CORREOS,
            seen_at=SECOND,
            order_ids=[ORDER],
            events=[
                event("2026-03-02 20:00:00", "Arrived", code="B", utc_offset="+08:00"),
                event("2026-02-27 11:30:00", "Accepted", code="A", utc_offset="+08:00"),
            ],
        ),
        record("correos", CORREOS, SECOND, [event("02/03/2026 13:00:00", "Llegada a España")]),
    ]
    with open_store(database) as db:
        take_in(db, told)
    return database


# --- moments ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2026-03-01", datetime(2026, 3, 1, 23, 59, 59, 999_000, tzinfo=UTC)),
        (" 2026-03-20 ", datetime(2026, 3, 20, 23, 59, 59, 999_000, tzinfo=UTC)),
        ("2026-03-01T10:00Z", datetime(2026, 3, 1, 10, 0, tzinfo=UTC)),
        ("2026-03-01 10:00:00+08:00", datetime(2026, 3, 1, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_day_ends_with_its_last_millisecond_and_an_instant_is_itself(text, last):
    assert at(text).last == last


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30", "20260301", "2026-W10-1", "01/03/2026", "2026-03-01T25:00Z",
     "2026-03-01T10:00", "2026-03-21", "2026-03-20T12:00:01Z", "0000-01-01", "\x1b[31m", "٢٠٢٦-٠٣-٠١",
     "9999-12-31T23:59:59-23:59"],
)  # fmt: skip
def test_what_is_no_moment_of_the_past_is_refused(text):
    with pytest.raises(UsageError, match="--as-of"):
        at(text)


# --- what was known --------------------------------------------------------------------------------------


def test_a_parcel_is_shown_as_it_was(two_days, crosstrack):
    (then,) = json.loads(crosstrack("show", CAINIAO, "--as-of", "2026-03-03", "--json").stdout)
    (now,) = json.loads(crosstrack("show", CAINIAO, "--json").stdout)
    assert [n["number"] for n in then["numbers"]] == [CAINIAO]
    assert [e["shown"] for e in then["events"]] == [{"cainiao": "2026-02-27 10:00:00"}]
    assert then["orders"] == []
    assert [n["number"] for n in now["numbers"]] == [CAINIAO, CORREOS]
    assert len(now["events"]) == 2


def test_on_the_last_day_everything_is_as_it_is(two_days, crosstrack):
    shown = [crosstrack("show", CORREOS, "--json", *more).stdout for more in ((), ("--as-of", SECOND))]
    assert shown[0] == shown[1]
    history = [crosstrack("export", *more).stdout for more in ((), ("--as-of", "2026-03-04"))]
    assert history[0] == history[1]


def test_an_instant_counts_the_visit_made_in_it(two_days, crosstrack):
    early = crosstrack("export", "--format", "jsonl", "--as-of", "2026-03-04T09:59:59.999Z").stdout
    assert len(early.splitlines()) == 1
    assert len(crosstrack("export", "--format", "jsonl", "--as-of", SECOND).stdout.splitlines()) == 3


def test_what_was_not_known_yet_is_said_in_one_line(two_days, crosstrack):
    assert "nothing was known" in one_line(crosstrack("show", CORREOS, "--as-of", "2026-03-03", status=2))
    assert "nothing was known" in one_line(crosstrack("show", ORDER, "--as-of", "2026-03-03", status=2))
    assert "add the number" in one_line(crosstrack("show", "AA9", "--as-of", "2026-03-03", status=2))
    one_line(crosstrack("show", CAINIAO, "--as-of", "soon", status=2))
    one_line(crosstrack("export", "--parcel", CORREOS, "--as-of", "2026-03-03", status=2))
    assert crosstrack("export", "--as-of", "2026-01-01").stdout.count("\n") == 1


def test_it_is_said_on_stderr_what_is_shown(two_days, crosstrack):
    assert "the end of 2026-03-03 UTC" in crosstrack("show", CAINIAO, "--as-of", "2026-03-03").stderr


def test_corrections_hold_from_when_they_were_made(two_days, crosstrack):
    with open_store(two_days) as db:
        with writing(db):
            correct(db, "unlink", (CAINIAO, CORREOS), datetime(2026, 3, 6, tzinfo=UTC), None)
        Deriver(db, portals()).derive([CAINIAO, CORREOS])
        assert column(db, "select count(*) from parcels") == [2]
    for day, numbers in (("2026-03-05", 2), ("2026-03-06", 1)):
        (shown,) = json.loads(crosstrack("show", CAINIAO, "--as-of", day, "--json").stdout)
        assert len(shown["numbers"]) == numbers


def test_nothing_is_written_to_the_database_or_left_beside_it(two_days, crosstrack, tmp_path):
    crosstrack("show", CAINIAO)
    before, beside = two_days.read_bytes(), sorted(tmp_path.iterdir())
    crosstrack("show", CAINIAO, "--as-of", "2026-03-03")
    crosstrack("export", "--as-of", "2026-03-03")
    assert two_days.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == beside
    with closing(sqlite3.connect(two_days)) as db:
        assert db.execute("select count(*) from underived").fetchone() == (0,)


def test_what_waits_to_be_derived_counts(two_days):
    with open_store(two_days) as db:
        db.execute("delete from parcel_links")  # as if the run had been killed before
        db.execute("insert into underived values (?, 'visit')", [CAINIAO])
    with known_then(two_days, portals(), at("2026-03-04"), CORREOS) as db:
        assert column(db, "select count(*) from parcels") == [1]


def test_a_collective_number_joins_as_long_as_few_name_it(database):
    namers = [(f"NM{i}", f"2026-03-0{i}T10:00:00Z") for i in range(1, 5)]
    with open_store(database) as db:
        take_in(
            db, [naming(n, "BAG7", seen_at=day, events=[event("2026-02-27 10:00:00")]) for n, day in namers]
        )
    for day, together in (("2026-03-02", 3), ("2026-03-04", 1)):
        with known_then(database, portals(), at(day), "NM1") as db:
            (parcel,) = parcels_named(db, "NM1")
            assert column(db, "select count(*) from tracking_numbers where parcel_id = ?", parcel) == [
                together
            ]


# --- any world -------------------------------------------------------------------------------------------

said = st.lists(
    st.tuples(st.sampled_from(["link", "unlink"]), st.lists(st.sampled_from(NUMBERS), min_size=2, max_size=2,
                                                           unique=True), st.integers(0, 6)), max_size=3,
)  # fmt: skip


def made(records, corrections):
    db = blank()
    take_in(db, records)
    with writing(db):
        for kind, pair, hours in sorted(corrections, key=lambda one: one[2]):  # the last said is the latest
            correct(db, kind, pair, datetime(2026, 2, 23, 9 + hours, 30, tzinfo=UTC), None)
    Deriver(db, portals()).rebuild()
    return db


@given(worlds, said, st.integers(0, 6))
@settings(max_examples=15)
def test_any_world_is_derived_as_it_was_alone_or_as_a_whole(tmp_path_factory, records, corrections, hours):
    last = datetime(2026, 2, 23, 9 + hours, 30, tzinfo=UTC)
    early = [one for one in records if datetime.fromisoformat(one["seen_at"]) <= last]
    today, then = made(records, corrections), made(early, [one for one in corrections if one[2] <= hours])
    path = stored(today, tmp_path_factory.mktemp("world"))
    with known_then(path, portals(), Moment(last, "then")) as whole:
        same_clocks = contents(whole, ("clock_estimates",)) == contents(then, ("clock_estimates",))
        tables = set(DERIVED_TABLES) - {"parcel_links", "clock_estimates"} if same_clocks else CLAIMED
        assert contents(whole, tables) == contents(then, tables)
        assert rows(whole, LINKS) == rows(then, LINKS)
        names = column(whole, "select number from tracking_numbers union select order_id from parcel_orders")
        for name in names:
            with known_then(path, portals(), Moment(last, "then"), name) as narrow:
                ids = parcels_named(whole, name)
                assert parcels_named(narrow, name) == ids
                assert [parcel_json(narrow, i) for i in ids] == [parcel_json(whole, i) for i in ids]
    today.close()
    then.close()
