"""How far a parcel is, from the events it went through."""

import pytest

from collector.derive.parcels import stage_of
from collector.reconcile.events import Event
from scrapers.words import Milestone


def went_through(*milestones):
    return [
        Event(str(n), n, None if m is None else Milestone(m), None, None, None, None, None, "", {}, ())
        for n, m in enumerate(milestones, start=1)
    ]


@pytest.mark.parametrize(
    ("milestones", "stage"),
    [
        ((), "label_only"),
        (("info_received", "accepted"), "origin"),
        (("accepted", "notice", None), "origin"),
        (("out_for_delivery", "held_at_depot"), "last_mile"),
        (("delivered",), "delivered"),
        (("delivered", "out_for_delivery"), "delivered"),
        (("delivered", "arrived_facility", "delivered"), "delivered"),
        (("delivered", "returning"), "returning"),
        (("delivered", "returned", "arrived_facility"), "last_mile"),
        (("cancelled",), "closed"),
        (("accepted", "departed_origin_country", "info_received"), "line_haul"),
        (("delivered", "info_received"), "delivered"),
        (("customs_cleared", "accepted", "arrived_origin_facility"), "last_mile"),
        (("available_for_pickup", "accepted"), "last_mile"),
        (("delivered", "returning", "arrived_origin_facility"), "returning"),
        (("returning", "departed_origin_country", "customs_held"), "returning"),
        (("delivered", "returning", "arrived_facility", "departed_facility"), "returning"),
        (("returning", "arrived_delivery_office", "returned"), "returned"),
        (("returning", "arrived_facility", "out_for_delivery"), "last_mile"),
        (("returning", "returned"), "returned"),
        (("info_received", None, "info_received"), "label_only"),
    ],
)
def test_the_newest_event_says_how_far_a_parcel_is_and_nothing_late_takes_a_delivery_back(milestones, stage):
    assert stage_of(went_through(*milestones))[0] == stage
