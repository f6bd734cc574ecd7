"""What is measured is what it is said to be: usual parcels, visits with nothing new, the same rows."""

import pytest

from benchmarks import loads, storing
from benchmarks.bench import PARTS
from benchmarks.exporting import exported
from benchmarks.growing import grown
from benchmarks.loads import imported, records
from benchmarks.markdown import table
from benchmarks.reconciling import steps
from benchmarks.timing import seconds_of
from collector.store.opening import open_store


def test_the_first_parcels_are_the_same_however_many_there_are():
    few = list(records(2))
    assert few == list(records(4))[: len(few)]


def test_parcels_are_on_two_pages_or_more_and_in_orders_of_their_own(monkeypatch):
    monkeypatch.setattr(loads, "_AT_ONCE", 3)
    found = list(records(6, rows_each=1))
    assert len({(one["portal"], one["tracking_number"]) for one in found}) >= 12
    parcels_of = {}
    for one in found:
        for order in one.get("order_ids", ()):
            parcels_of.setdefault(order, set()).add(one["destination_country"])
    assert all(len(countries) == 1 for countries in parcels_of.values())


def test_every_step_is_timed(tmp_path):
    database = tmp_path / "crosstrack.db"
    imported(database, 2)
    taken = steps(database, 2)
    with open_store(database) as db:
        assert taken.observations == db.table("observations").count > 20
    assert min(taken.gathering, taken.folding, taken.learning, taken.reconciling) > 0


def test_the_export_and_the_view_have_the_same_events():
    found = exported(40, 1)
    assert found["rows"] == 40
    assert found["export_s"] > 0 < found["sqlite_utils_s"]


def test_a_file_grows_by_its_parcels_and_one_row_more_redoes_none_of_few():
    few, more = grown(2, workers=0), grown(4, workers=0)
    assert 40 <= few.observations < more.observations
    assert few.file_mb < more.file_mb
    assert few.redone == 0
    assert min(few.made_cpu_s, few.same_cpu_s, few.more_cpu_s, few.memory_mb) > 0


def test_visits_with_nothing_new_store_no_page(monkeypatch):
    pages = []
    measured_size = storing._size

    def sized(db, file):
        pages.append((db.table("pages").count, db.table("sightings").count, db.table("visits").count))
        return measured_size(db, file)

    monkeypatch.setattr(storing, "_size", sized)
    assert storing.nothing_new(2, 2).visits == 4
    (pages_before, rows_before, visits_before), (pages_after, rows_after, visits_after) = pages
    assert (pages_before, rows_before) == (pages_after, rows_after)
    assert rows_before > 0
    assert visits_after - visits_before == 4


def test_a_record_with_a_row_more_takes_more_room():
    same, more = storing.of_records(30)
    assert 0 < same < more


def test_every_part_of_the_benchmark_can_be_loaded():
    for module in PARTS.values():
        assert callable(__import__(module, fromlist=["measured"]).measured)


def test_a_command_that_fails_is_no_measurement():
    with pytest.raises(Exception, match="exit status 3"):
        seconds_of(["/bin/sh", "-c", "exit 3"])


def test_numbers_have_three_digits_that_count():
    assert table(["a", "b", "c"], [[0.123456, 12345, 1234.5]]).endswith("| 0.123 | 12,345 | 1,234 |")
