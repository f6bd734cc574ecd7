"""Export: a column per portal, cells no spreadsheet takes for a formula, records that come back the same."""

import csv
import io
import json
from contextlib import closing

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.export import What, columns, neutral, records, restored, rows, write_csv, write_json_lines
from scrapers import portals
from tests.collector.worlds import (
    CAINIAO,
    CORREOS,
    blank,
    column,
    contents,
    event,
    naming,
    record,
    take_in,
    worlds,
)

EVENTS = ["parcel_id", "title", "sequence", "occurred_at", "earliest_at", "latest_at", "milestone", "leg"]
EVENTS += ["place", "description", "portals", "highlight"]
TABLES = [what for what in What if what not in (What.RECORDS, What.DEADLINES)]

cells = st.text(st.characters(exclude_characters="\0", codec="utf-8"))


def as_csv(db, what, parcels=None):
    out = io.StringIO(newline="")
    write_csv(columns(db, what), rows(db, what, parcels), out)
    return out.getvalue()


def read_back(text):
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def shown_twice():
    """One event on two portals."""
    here = event("2026-02-27 18:00:00", "Arrived", code="LH_ARRIVE", utc_offset="+08:00", place="Madrid")
    there = event("27/02/2026 11:00:00", "Llegada a España")
    return [
        naming(CAINIAO, CORREOS, events=[here], order_ids=["8190000000000001"]),
        record("correos", CORREOS, events=[there]),
    ]


# --- rows ----------------------------------------------------------------------------------------------


def test_history_has_one_column_per_portal_with_what_it_prints(db):
    take_in(db, [*shown_twice(), record("usps", "AA1", events=[event(None, "Delivered")])])
    header, *lines = read_back(as_csv(db, What.HISTORY))
    assert header == [*EVENTS, "cainiao", "correos", "usps"]
    first = dict(zip(header, lines[-1], strict=True))
    assert (first["cainiao"], first["correos"], first["usps"]) == (
        "2026-02-27 18:00:00",
        "27/02/2026 11:00:00",
        "",
    )
    assert (first["occurred_at"], first["sequence"]) == ("2026-02-27T10:00:00Z", "1")


def test_a_portal_named_like_a_column_hides_nothing(db):
    take_in(
        db, [record("place", events=[event("2026-02-27 18:00", "Arrived", place="Lugo")]), record("shown")]
    )
    (row,) = rows(db, What.HISTORY)
    assert (row["place"], row["place (portal)"]) == ("Lugo", "2026-02-27 18:00")
    assert list(row) == columns(db, What.HISTORY)


@pytest.mark.parametrize("what", TABLES)
def test_without_rows_there_is_still_the_header(db, what):
    (header,) = read_back(as_csv(db, what))
    assert header == columns(db, what)
    assert len(header) > 5


@pytest.mark.parametrize("what", TABLES)
def test_every_table_comes_out_under_its_columns_the_same_each_time_and_for_one_parcel(db, what):
    take_in(db, [*shown_twice(), record("usps", "AA1", events=[event(None, "Delivered")], order_ids=["77"])])
    found = list(rows(db, what))
    assert found
    assert all(list(row) == columns(db, what) for row in found)
    assert as_csv(db, what) == as_csv(db, what)
    key = "id" if what is What.PARCELS else "parcel_id"
    mine = [row for row in found if row[key] == CAINIAO]
    assert list(rows(db, what, [CAINIAO])) == mine
    assert mine
    assert list(rows(db, what, ["none"])) == []


# --- cells ---------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=4))
@example([["a\rb", "\r"], ["a\nb", "\n"], ['"', "'"], ["''=", "\t"]])
def test_any_text_survives_being_written_and_read(lines):
    out = io.StringIO(newline="")
    write_csv(["a", "b"], [{"a": a, "b": b} for a, b in lines], out)
    header, *back = read_back(out.getvalue())
    assert header == ["a", "b"]
    assert [[restored(cell) for cell in line] for line in back] == lines


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["", "=", "+", "-", "@", "\t", "\r", "'"]), cells)
def test_one_quote_stands_before_a_formula_and_before_nothing_else(start, rest):
    cell = start + rest
    added = "'" if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "'") and cell else ""
    assert neutral(cell) == added + cell


@given(st.none() | st.integers() | st.floats(allow_nan=False))
def test_numbers_are_written_as_they_are(number):
    assert neutral(number) is number


def test_formulas_in_what_a_portal_shows_are_text_and_negative_differences_stay_numbers(db):
    formula = '=HYPERLINK("https://evil.example")'
    take_in(db, shown_twice())
    take_in(db, [record("usps", "AA1", events=[event("@now", formula, place="-2+3")])])
    lines = read_back(as_csv(db, What.HISTORY))
    told = next(dict(zip(lines[0], line, strict=True)) for line in lines if "AA1" in line)
    assert (told["description"], told["place"], told["usps"]) == (f"'{formula}", "'-2+3", "'@now")
    header, line = read_back(as_csv(db, What.DISAGREEMENTS))
    assert dict(zip(header, line, strict=True))["shown_difference_s"] == "-25200"


# --- records -------------------------------------------------------------------------------------------


def exported(db, parcels=None):
    out = io.StringIO()
    write_json_lines(records(db, portals(), parcels), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@settings(max_examples=30, deadline=None)
@given(world=worlds)
def test_exported_records_taken_in_elsewhere_give_the_same(world):
    with closing(blank()) as db, closing(blank()) as elsewhere:
        take_in(db, world)
        lines = exported(db)
        take_in(elsewhere, lines)
        assert contents(elsewhere) == contents(db)
        assert exported(elsewhere) == lines


def test_a_record_comes_out_as_it_came_in_with_keys_not_known_here(db):
    whole = record(events=[event("2026-02-27 18:00:00", mood="glad")], batch=7)
    take_in(db, [whole])
    assert exported(db) == [whole]


def test_records_of_one_parcel_alone(db):
    take_in(db, [*shown_twice(), record("usps", "AA1")])
    assert {r["tracking_number"] for r in exported(db, [CAINIAO])} == {CAINIAO, CORREOS}


def test_a_line_of_records_has_no_line_end_within(db):
    take_in(db, [record(events=[event(None, "a\u2028b\u0085c\nd")])])
    out = io.StringIO()
    write_json_lines(records(db, portals()), out)
    assert out.getvalue().count("\n") == 1
    assert column(db, "select description from observations") == ["a\u2028b\u0085c\nd"]
