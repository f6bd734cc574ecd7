"""A few simulated days with everything that a year has; `python -m tests.year` makes the whole one."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.store.opening import open_store
from tests.year import truths
from tests.year.hours import run_times
from tests.year.living import BEGIN, Plan, live
from tests.year.parcels import sent
from tests.year.truths import Year
from tests.year.weather import weather

PLAN = Plan(parcels=6, days=11)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    folder = tmp_path_factory.mktemp("year")
    ran = []
    made = live(PLAN, folder, ran.append)
    with open_store(folder / "crosstrack.db") as db:
        yield made, Year(db, sent(PLAN.parcels, BEGIN, PLAN.days, PLAN.seed), ran, folder)


def test_nothing_is_lost_forgotten_repeated_or_impolite(lived):
    made, _ = lived
    assert made.wrong == []
    assert made.killed
    assert made.notices["delivered"]
    assert made.portals > 4


def test_a_row_taken_out_of_the_database_is_found_missing(lived):
    _, year = lived
    seen = next(visit for visit, rows in truths.last_plain(year) if visit.portal == "cainiao" and rows)
    year.db.execute("savepoint before")
    year.db.execute("update observations set local_time = null where tracking_number = ?", [seen.number])
    found = truths.lost_rows(year)
    year.db.execute("rollback to before")
    assert found
    assert truths.lost_rows(year) == []


def test_a_notice_sent_again_is_found(lived):
    _, year = lived
    diary = year.folder / "notices"
    before = diary.read_text()
    diary.write_text(before + before.splitlines(keepends=True)[0])
    found = truths.told_twice(year)
    diary.write_text(before)
    assert found


def test_the_scheduler_skips_the_hour_of_spring_and_meets_that_of_autumn_twice():
    spring = list(run_times(datetime(2026, 3, 29, 12, tzinfo=UTC), 1))
    autumn = list(run_times(datetime(2026, 10, 25, 12, tzinfo=UTC), 1))
    assert [len(spring), len(autumn)] == [3, 5]
    assert autumn[1] - autumn[0] == timedelta(hours=1)


def test_the_same_seed_makes_the_same_parcels_and_weather():
    assert sent(5, BEGIN, 30, 1) == sent(5, BEGIN, 30, 1) != sent(5, BEGIN, 30, 2)
    assert [weather(n, 1) for n in range(50)] == [weather(n, 1) for n in range(50)]
