"""Failures while a day's budget ends: what is asked again is asked of what is left."""

import pytest

from collector.errors import ExitStatus
from scrapers.contract import Politeness
from scrapers.words import Outcome
from tests.faults.runs import PORTALS, Here


class Frugal(Here):
    """May be asked four times a day."""

    politeness = Politeness(1, 4, "synthetic")


@pytest.mark.fault(
    "A portal fails while its day's budget is nearly used up",
    "It is asked again only as often as the budget allows; what is left is put off",
    layer="portal",
    exit_status="1",
)
def test_what_is_asked_again_counts_against_the_day(world, database):
    world.fault = lambda portal, number: Outcome.UNAVAILABLE
    world.collect(database, PORTALS | {"cainiao": Frugal()})
    by_number = dict(zip(world.asked, world.attempts, strict=True))
    assert max(world.attempts) == 3
    assert [tried for (portal, _), tried in by_number.items() if portal == "cainiao"] == [3, 3, 2]


def test_with_nothing_left_nobody_is_asked(world, database):
    class Exhausted(Here):
        politeness = Politeness(1, 2, "synthetic")

    summary = world.collect(database, {"cainiao": Exhausted()})
    assert world.attempts == [2, 1]
    assert any("used up" in line for line in summary.deferred)
    assert summary.exit_status is ExitStatus.DONE
