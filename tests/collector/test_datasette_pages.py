"""Every bundled page of a database made for the benchmark answers, and no page reads all rows for a few."""

import re

import pytest

from benchmarks.datasette_pages import made, pages, times
from collector.datasette import archive
from collector.serving import metadata
from collector.store.opening import open_store
from collector.store.views import VIEWS
from tests.collector.worlds import column, rows

#: Tables that grow with every parcel and every visit.
LARGE = (
    "disagreements",
    "events",
    "observations",
    "order_sightings",
    "page_sets",
    "pages",
    "parcel_findings",
    "parcel_portals",
    "reading_spans",
    "set_pages",
    "sightings",
    "visits",
)
QUERIES = metadata("many", title="many")["databases"]["many"]["queries"]
ASKED = {name: "x" for query in QUERIES.values() for name in re.findall(r":([a-z_]+)", query["sql"])}
#: Queries over all parcels, and the large tables they read once to sum up; every other reads a few rows.
SUMMING = {
    "disagreements_by_kind": {"disagreements"},
    "portal_clocks": {"observations"},
    "failed_visits": {"visits"},
    "estimate_slips": {"reading_spans"},
    "changed_since": {"visits"},
    "order_said": {"order_sightings"},  # the order read last, where none is asked for
}


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    database = tmp_path_factory.mktemp("many") / "many.db"
    made(database, 12)
    return database


def scanned(db, sql, values):
    """The large tables that a statement reads from end to end, by name or by the name it gives them."""
    steps = [row["detail"] for row in rows_of_plan(db, sql, values)]
    names = {match[1] for step in steps if (match := re.match(r"SCAN (\w+)", step))}
    whole = sql + "".join(VIEWS[name] for name in ("readings", "visit_pages") if name in sql)
    aliases = dict(re.findall(r"\b(?:from|join) (\w+) as (\w+)\b", whole))
    named = {alias: table for table, alias in aliases.items()}
    return {named.get(name, name) for name in names} & set(LARGE)


def rows_of_plan(db, sql, values):
    return list(db.query(f"explain query plan {sql}", values))


def test_the_rows_are_what_the_program_derives_from(many):
    with open_store(many) as db:
        assert column(db, "pragma foreign_key_check") == []
        assert column(db, "select count(*) from observations") == [1200]
        assert {row["kind"] for row in rows(db, "select * from findings where parcel_id is null")} == {
            "lag",
            "timezone",
            "zone_label",
        }
        assert column(db, "select count(*) from portal_standing") == [48]


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_a_view_of_one_parcel_reads_that_parcels_rows_only(view, many):
    with open_store(many) as db:
        if "parcel_id" not in {c.name for c in db.view(view).columns}:
            return
        found = scanned(db, f"select * from {view} where parcel_id = :parcel", {"parcel": "x"})
        # SQLite sees that the sums over all parcels are of no parcel before it reads them.
        assert found <= ({"parcel_findings", "parcel_portals"} if view == "findings" else set())


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_reads_no_large_table_to_its_end_but_to_sum_it_up(name, many):
    with open_store(many) as db:
        assert scanned(db, QUERIES[name]["sql"], ASKED) <= SUMMING.get(name, set())


@pytest.mark.parametrize("name", ["_VISIT", "_PARTS", "_WITH_PAGE", "_SAID", "_PAGE", "_BODY"])
def test_an_archived_page_is_found_by_indexes(name, many):
    with open_store(many) as db:
        assert scanned(db, getattr(archive, name), ["x"]) == set()


def test_words_are_found_in_their_index(many):
    words = "rowid in (select rowid from observations_fts where observations_fts match :words)"
    with open_store(many) as db:
        assert scanned(db, f"select * from observations where {words}", {"words": "x"}) == set()


@pytest.mark.datasette
def test_every_page_answers(many, tmp_path):
    timed = times(many, tmp_path, 1)
    assert {one.page for one in timed} == set(pages("many", many))
    assert [one for one in timed if one.status != 200] == []
