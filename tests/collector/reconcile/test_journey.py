"""The journey's own order, and what it says of times that do not fit in."""

import pytest

from collector.reconcile.journey import speaking_against, stretch_of
from scrapers.words import Leg, Milestone
from tests.collector.reconcile.made import SCAN, at, listed, shared

PASSED = [(10.0, 1), (20.0, 3), (30.0, 4)]


@pytest.mark.parametrize(
    ("moment", "stretch", "expected"), [(25.0, 3, 0), (5.0, 3, 1), (35.0, 3, 1), (5.0, 4, 2), (10.0, 1, 0)]
)
def test_events_of_other_stretches_speak_against_a_moment(moment, stretch, expected):
    assert speaking_against(moment, stretch, PASSED) == expected


def test_a_facility_is_on_the_stretch_of_its_leg():
    assert stretch_of(Milestone.ARRIVED_FACILITY, Leg.ORIGIN) == stretch_of(
        Milestone.ARRIVED_ORIGIN_FACILITY, None
    )
    assert stretch_of(Milestone.ARRIVED_FACILITY, None) is None
    assert stretch_of(Milestone.NOTICE, Leg.ORIGIN) is None


def _page(portal, office):
    told = {
        "2026-03-01 10:00": "departed_origin_country",
        "2026-03-03 10:00": "customs_cleared",
        office: "arrived_delivery_office",
        "2026-03-06 15:00": "delivered",
    }
    return listed(*(at(portal, time, told[time]) for time in sorted(told)))


@pytest.mark.parametrize(
    ("office", "is_joined"),
    [("2026-03-02 01:23", True), ("2026-03-09 01:23", True), ("2026-03-04 19:23", False)],
)
def test_a_time_that_the_journey_has_no_room_for_is_rather_false(office, is_joined):
    # At any other moment of the last mile it may as well have come to another office before.
    pages = [_page(portal, "2026-03-06 05:00") for portal in "ac"] + [_page("b", office)]
    rows = [o for page in pages for o in page]
    offices = frozenset(o.id for o in rows if o.row.milestone == "arrived_delivery_office")
    scans = {(portal, "unknown"): SCAN for portal in "abc"}
    assert (offices in shared(*rows, estimates=scans)) == is_joined
