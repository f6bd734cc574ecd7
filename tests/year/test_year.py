"""A few simulated days with everything that a year has; `python -m tests.year` makes the whole one."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from collector.browser.finding import BrowserMissing, find_browser
from collector.store.opening import open_store
from tests.year import sampled, truths
from tests.year.beside import beside
from tests.year.hours import run_times
from tests.year.living import BEGIN, Plan, live
from tests.year.parcels import sent
from tests.year.told import compared
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
    assert made.notices["delivered"].due
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
    found = compared(year).twice
    diary.write_text(before)
    assert found


def test_the_same_notice_in_other_words_is_found(lived):
    _, year = lived
    year.db.execute("savepoint before")
    year.db.execute(
        """insert into notices (parcel_id, rule, subject, made_at, numbers, anchor_at, title, text)
           select 'x', rule, subject, made_at, numbers, anchor_at, title, 'Again.'
           from notices where rule = 'handoff' limit 1"""
    )
    found = compared(year).twice
    year.db.execute("rollback to before")
    assert found


@pytest.mark.parametrize("rule", ["delivered", "out_for_delivery", "handoff", "drift"])
def test_a_notice_that_was_never_sent_is_missed(lived, rule):
    _, year = lived
    if not compared(year).by_rule[rule].due:
        pytest.skip("nothing of the kind happens in so few days")
    year.db.execute("savepoint before")
    year.db.execute("delete from notices where rule = ?", [rule])
    found = compared(year).by_rule[rule].missed
    year.db.execute("rollback to before")
    assert found
    assert compared(year).by_rule[rule].missed == []


@pytest.mark.parametrize(
    "rule",
    [
        "delivered",
        "out_for_delivery",
        "ready_for_pickup",
        "handoff",
        "delivered_contradicted",
        "conflict",
        "label_only",
        "silent",
        "eta_slipped",
        "protection_ends",
        "login_needed",
    ],
)
def test_a_notice_of_what_never_was_is_found(lived, rule):
    """Of a parcel that has only just been announced, and of a portal nobody asked."""
    _, year = lived
    begins = {name: min(s.run for s in sights) for name, sights in year.sights.items()}
    name, run = max(begins.items(), key=lambda one: one[1])
    number = next(one.journey.numbers[0].number for one in year.parcels if one.journey.name == name)
    at = year.ran[run].believed_at.isoformat().replace("+00:00", "Z")
    row = {
        "parcel_id": "nobody's",
        "rule": rule,
        "subject": f"gone@{at}",
        "made_at": at,
        "numbers": json.dumps([number]),
        "anchor_at": at,
        "title": "Invented",
        "text": "Invented.",
    }
    year.db.execute("savepoint before")
    year.db.execute(
        f"insert into notices ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values())
    )
    found = compared(year).by_rule[rule].false
    year.db.execute("rollback to before")
    assert found


def test_the_scheduler_skips_the_hour_of_spring_and_meets_that_of_autumn_twice():
    spring = list(run_times(datetime(2026, 3, 29, 12, tzinfo=UTC), 1))
    autumn = list(run_times(datetime(2026, 10, 25, 12, tzinfo=UTC), 1))
    assert [len(spring), len(autumn)] == [3, 5]
    assert autumn[1] - autumn[0] == timedelta(hours=1)


def test_a_year_is_lived_in_several_sittings(tmp_path):
    plan, runs = Plan(parcels=1, days=2), []
    live(plan, tmp_path, runs.append, enough=lambda: len(runs) == 3)
    made = live(plan, tmp_path, runs.append)
    assert [ran.number for ran in runs] == list(range(8))
    assert (made.runs, made.wrong) == (8, [])


@pytest.mark.browser
def test_a_real_browser_brings_what_was_answered_in_process(lived, tmp_path):
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    _, year = lived
    number = len(year.ran)
    sampled.keep(year.folder, number)
    (at,) = list(run_times(BEGIN, PLAN.days + 1))[number : number + 1]
    made = beside(sampled.kept(year.folder)[number], number, at, year.parcels, tmp_path)
    assert made.differing == []
    assert made.visits[0] == made.visits[1] > 0


def test_ten_calm_runs_spread_over_the_year_are_sampled():
    chosen = sorted(sampled.runs(1460, 7))
    assert len(chosen) == sampled.SAMPLED
    assert all(not weather(n, 7).states and not weather(n, 7).is_killed for n in chosen)
    assert max(chosen) - min(chosen) > 1200
    assert sampled.runs(44, 7) == frozenset()


def test_the_same_seed_makes_the_same_parcels_and_weather():
    assert sent(5, BEGIN, 30, 1) == sent(5, BEGIN, 30, 1) != sent(5, BEGIN, 30, 2)
    assert [weather(n, 1) for n in range(50)] == [weather(n, 1) for n in range(50)]
