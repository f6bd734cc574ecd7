"""Runs while this machine has no network: nobody is left alone for it."""

from datetime import timedelta

import pytest

from collector.errors import ExitStatus
from collector.store.opening import open_store
from collector.store.portal_states import portal_state
from collector.visit.verdict import Refused, network_failure
from scrapers.words import Outcome
from tests.faults.runs import NOW, NUMBERS, PORTALS

ALL = {(portal, number) for portal in PORTALS for number in NUMBERS}


def nowhere(code, only=None):
    """Every portal, or only one, fails with Chromium's `code`."""
    failure = network_failure(code, "https://here.test/1")
    assert isinstance(failure, Refused)
    return lambda portal, number: str(failure) if only in (None, portal) else None


def left_alone(database):
    """Until when each portal is left alone, and for how many failures."""
    with open_store(database) as db:
        states = {name: portal_state(db, name) for name in PORTALS}
    return {name: (one.not_before_at, one.failures) for name, one in states.items()}


UNTOUCHED = dict.fromkeys(PORTALS, (None, 0))


@pytest.mark.fault(
    "This machine has no network for a day (no name is found, no way leads out, a gate wants a sign-in)",
    "`unavailable`, other visits are put off; no portal is left alone for it, all are asked in the next run",
    layer="network",
    exit_status="1, then 0",
)
@pytest.mark.parametrize(
    "code",
    [
        "ERR_NAME_NOT_RESOLVED",
        "ERR_INTERNET_DISCONNECTED",
        "ERR_ADDRESS_UNREACHABLE",
        "ERR_CERT_AUTHORITY_INVALID",
        "ERR_CERT_DATE_INVALID",
    ],
)
def test_runs_without_a_network_cost_the_portals_nothing(world, database, code):
    world.fault = nowhere(code)
    for hours in range(0, 36, 6):
        world.now = NOW + timedelta(hours=hours)
        summary = world.collect(database)
        assert summary.exit_status is ExitStatus.SOME_FAILED
        assert any("no network" in line for line in summary.deferred)
        assert left_alone(database) == UNTOUCHED
    world.fault = lambda portal, number: None
    world.now = NOW + timedelta(hours=36)
    world.asked.clear()
    assert world.collect(database).exit_status is ExitStatus.DONE
    assert set(world.asked) == ALL


@pytest.mark.fault(
    "The name of one portal is not found, and other portals answer",
    "It is left alone like any portal that fails; the others are read",
    layer="network",
    exit_status="1",
)
def test_one_name_that_is_gone_is_the_portals_own_failure(world, database):
    world.fault = nowhere("ERR_NAME_NOT_RESOLVED", only="cainiao")
    assert world.collect(database).exit_status is ExitStatus.SOME_FAILED
    until, failures = left_alone(database)["cainiao"]
    assert until is not None
    assert failures == len(NUMBERS)
    assert left_alone(database)["correos"] == UNTOUCHED["correos"]
    assert {portal for portal, _ in world.asked} == set(PORTALS)


@pytest.mark.fault(
    "The network comes back in the middle of a run",
    "What failed until then is not held against the portals; those that answer are read on",
    layer="network",
    exit_status="1",
)
def test_a_network_that_comes_back_in_the_middle(world, database):
    def back(done):
        if done == 2:
            world.fault = lambda portal, number: None

    world.fault, world.told = nowhere("ERR_NAME_NOT_RESOLVED"), back
    world.collect(database)
    assert left_alone(database) == UNTOUCHED


@pytest.mark.fault(
    "A portal fails, and then the network goes",
    "What the portal did is remembered, what this machine lacked is not",
    layer="network",
    exit_status="1",
)
def test_what_a_portal_did_before_is_remembered(world, database):
    gone = nowhere("ERR_NAME_NOT_RESOLVED")
    failing = ("cainiao", NUMBERS[0])
    world.fault = lambda *asked: Outcome.UNAVAILABLE if asked == failing else gone(*asked)
    world.collect(database)
    assert left_alone(database) == UNTOUCHED | {"cainiao": (None, 1)}


@pytest.mark.fault(
    "Only one portal is asked, and its name is not found",
    "The other numbers are put off; the portal is asked again in the next run",
    layer="network",
    exit_status="1, then 0",
)
def test_a_name_that_is_gone_where_no_other_portal_is_asked(world, database):
    world.fault = nowhere("ERR_NAME_NOT_RESOLVED")
    for hours in range(0, 36, 6):
        world.now = NOW + timedelta(hours=hours)
        assert world.collect(database, {"correos": PORTALS["correos"]}).exit_status is ExitStatus.SOME_FAILED
        assert left_alone(database) == UNTOUCHED
    world.fault = lambda portal, number: None
    world.now = NOW + timedelta(hours=36)
    assert world.collect(database, {"correos": PORTALS["correos"]}).exit_status is ExitStatus.DONE
