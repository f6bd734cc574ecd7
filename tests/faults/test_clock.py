"""This machine's clock jumps, or its zone changes: visits stay due, and none is made twice."""

import json
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from collector.errors import ExitStatus
from collector.store.opening import open_store
from tests.faults.runs import NOW, NUMBERS, PORTALS, everything, visits_in

ALL = {(portal, number) for portal in PORTALS for number in NUMBERS}


@pytest.mark.fault(
    "This machine's clock is ten years ahead during one run, then right again",
    "Parcels are asked about again by the right clock at once: nobody waits ten years",
    layer="clock",
    exit_status="0",
)
def test_a_run_in_the_wrong_year_puts_nothing_off(world, database):
    world.collect(database)
    world.now = NOW + timedelta(days=3653)
    assert world.collect(database).exit_status is ExitStatus.DONE
    before = visits_in(database)
    world.asked.clear()
    world.now = NOW + timedelta(days=2)
    assert world.collect(database).exit_status is ExitStatus.DONE
    assert set(world.asked) == ALL
    assert before < visits_in(database)


@pytest.mark.fault(
    "The clock is set back by hours between two runs, or in the middle of one",
    "No portal is kept waiting longer than its own pause, and nothing is stored twice",
    layer="clock",
    exit_status="0",
)
def test_a_clock_set_back_keeps_nobody_waiting(world, database):
    world.collect(database)
    world.asked.clear()

    def back(done):
        world.now = NOW - timedelta(hours=5)

    world.told, world.now = back, NOW + timedelta(hours=12)
    assert world.collect(database).exit_status is ExitStatus.DONE
    assert set(world.asked) == ALL
    assert len(world.asked) == len(ALL)
    everything(database)


@pytest.mark.fault(
    "The clock is set back to the very moment at which an earlier run began",
    "Both runs are on record, each with its own visits",
    layer="clock",
    exit_status="0",
)
def test_two_runs_at_one_moment_are_two_runs(world, database):
    for hours in (0, 12, 0):
        world.now = NOW + timedelta(hours=hours)
        assert world.collect(database).exit_status is ExitStatus.DONE
    with open_store(database) as db:
        begun = [row["started_at"] for row in db.query("select started_at from runs order by rowid")]
        assert [begun.count(one) for one in begun] == [2, 1, 2]


@pytest.mark.fault(
    "The clock jumps two days ahead in the middle of a run",
    "The run ends as one whose time is over; what is left is due in the next",
    layer="clock",
    exit_status="0",
)
def test_a_clock_that_jumps_ahead_ends_the_run_in_order(world, database):
    def ahead(done):
        world.now = NOW + timedelta(days=2)

    world.told = ahead
    summary = world.collect(database)
    assert summary.exit_status is ExitStatus.DONE
    assert summary.put_off > 0
    assert any("time is over" in line for line in summary.deferred)
    made = set(world.asked)
    assert world.collect(database).exit_status is ExitStatus.DONE
    assert ALL - made <= set(world.asked[len(made) :])


@contextmanager
def zone(name):
    """This machine stands there."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TZ", name)
        time.tzset()
        yield
    time.tzset()


def asked_through(world, database, begins):
    """What is asked in which of 16 runs, one every half hour, about parcels that left three days before."""
    left = f"{begins - timedelta(days=3):%Y-%m-%d %H:%M:%S}"
    asked = []
    for half_hours in range(16):
        world.now = begins + timedelta(minutes=30 * half_hours)
        world.fault = lambda portal, number: json.dumps(
            {"number": number, "rows": [["Accepted by carrier", left, "+00:00"]]}
        ).encode()
        world.asked.clear()
        assert world.collect(database).exit_status is ExitStatus.DONE
        asked.append(sorted(world.asked))
    return asked


@pytest.mark.fault(
    "Runs every half hour through the nights in which summer time ends and begins",
    "Moments are UTC throughout: the same visits at the same distances as in any other night",
    layer="clock",
    exit_status="0",
)
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of this process cannot be changed")
def test_a_night_with_25_or_23_hours_is_a_night(world, tmp_path):
    nights = {"autumn": (2026, 10, 24, 20), "spring": (2026, 3, 28, 20), "ordinary": (2026, 11, 10, 20)}
    with zone("Europe/Madrid"):
        asked = {
            name: asked_through(world, tmp_path / f"{name}.db", datetime(*night, tzinfo=UTC))
            for name, night in nights.items()
        }
    assert asked["autumn"] == asked["spring"] == asked["ordinary"]
    assert asked["ordinary"][0] == sorted(ALL)
    assert sum(map(bool, asked["ordinary"])) >= 2
