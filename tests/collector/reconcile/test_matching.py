"""Which rows report one event. Portals `a` to `d` are invented and state their offsets."""

import pytest

from collector.reconcile.clocks import Estimate
from tests.collector.reconcile.made import SCAN, are_one, at, listed, result_of, shared

ALL = ("a", "b", "c", "d")
#: Portals that are known to show when a scan was made: late rows of theirs are other events, or wrong.
SCANS = {(portal, "unknown"): SCAN for portal in ALL}


def habit(portal, lag_minutes):
    return {(portal, "unknown"): Estimate(lag_class="receipt", lag_minutes=lag_minutes)}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (at("a", "10:00"), at("b", "17:00", offset=480)),
        (at("a", "10:00"), at("b", "10:00:42")),
        (at("a", "10:00"), at("b", "10:50")),
        (at("a", "10:00"), at("b", "2026-03-03 09:59")),
        (at("a", "10:00"), at("b", "10:00", offset=480)),
        (at("a", "10:00", country="ES"), at("b", "10:00", country="PT")),
        (at("a", "10:00:07", "arrived_facility"), at("b", "10:00:07", "departed_facility")),
        (at("a", "10:00", "export_customs_cleared"), at("b", "10:00", "departed_origin_country")),
        (at("a", "10:00", "delivery_attempted"), at("b", "10:00", "held_at_depot")),
        (at("a", "10:00", "import_customs_started"), at("b", "10:00", "import_customs_started", words="B")),
        (at("a", "10:00", "import_customs_started"), at("b", "10:20", "import_customs_started")),
        (at("a", "10:00", "arrived_facility"), at("b", "10:20", "arrived_facility")),
        (at("a", "10:00", "accepted"), at("b", "10:00", "handed_to_last_mile")),
        (at("a", "10:00", "departed_origin_facility"), at("b", "10:00", "departed_origin_country")),
        (at("a", "10:00:00", None), at("b", "10:00:30", "delivered")),
        (at("a", "10:00", None), at("b", "10:00", None)),
        (at("a", "10:00", offset=None), at("b", "17:00")),
        (at("a", "2026-03-02"), at("b", "10:00")),
        (at("a", "10h"), at("b", "10:20")),
        (at("a", None), at("b", "10:00")),
        (at("a", "10:00", "notice"), at("b", "10:00", "notice")),
    ],
)
def test_rows_of_one_event(a, b):
    assert are_one(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (at("a", "10:00"), at("b", "10:00", "out_for_delivery")),
        (at("a", "10:00"), at("b", "2026-03-14 10:02")),
        (at("a", "10:00", "arrived_facility"), at("b", "2026-03-04 10:02", "arrived_facility")),
        (at("a", "10:00", "accepted"), at("b", "10:20", "handed_to_last_mile")),
        (at("a", "10:00", None), at("b", "10:20", None)),
        (at("a", "10:00", None), at("b", "10:00", None, offset=480)),
        (at("a", "2026-03-02", None), at("b", "10:00", None)),
        (at("a", "10:00", "notice"), at("b", "10:20", "notice")),
        (at("a", "10:00", country="ES"), at("b", "10:20", country="PT")),
        (at("a", "10:00", "arrived_facility"), at("b", "10:00", "departed_facility")),
        (at("a", "10:00:07", "arrived_facility"), at("b", "10:00:09", "departed_facility")),
        (at("a", "10:00", "import_customs_started"), at("b", "10:20", "import_customs_started", words="B")),
        (at("a", "2026-03-02"), at("b", "2026-03-12 10:00")),
        (at("a", "10:00", "out_for_delivery"), at("b", "2026-03-12", "out_for_delivery")),
        (at("a", "10:00", "info_received"), at("b", "2026-03-08 10:00", "info_received")),
    ],
)
def test_rows_of_two_events(a, b):
    assert shared(a, b) == set()


def test_of_two_scans_a_row_joins_the_one_nearest_to_it():
    page = listed(at("b", "10:31", "arrived_facility"), at("b", "14:40", "arrived_facility", words="B"))
    row = at("a", "10:30", "arrived_facility")
    assert shared(row, *page, estimates=SCANS) == {frozenset((row.id, page[0].id))}


def test_two_rows_of_one_page_are_two_events_whatever_another_portal_shows():
    page = listed(at("a", "10:00", "out_for_delivery"), at("a", "10:02", "out_for_delivery", words="B"))
    assert shared(*page) == set()
    assert all(len(rows) == 2 for rows in shared(*page, at("b", "10:01", "out_for_delivery")))


def test_one_portals_rows_under_two_numbers_are_one_event_only_if_they_agree():
    a, same = at("a", "10:00", number="N1"), at("a", "10:00", number="N2")
    other = at("a", "10:20", number="N2")
    assert result_of(a, same).duplicate_of == {same.id: a.id}
    assert shared(a, other) == set()


def test_no_third_portal_joins_two_rows_of_one_portal_that_disagree():
    made = result_of(at("a", "10:00"), at("b", "10:10"), at("a", "10:20", number="N2"))
    assert sorted(len(event.members) for event in made.events) == [1, 2]


def test_a_row_out_of_reach_of_one_portal_may_be_within_that_of_another():
    rows = at("a", "10:00"), at("b", "10:00"), at("c", "2026-03-03 10:00")
    assert frozenset(o.id for o in rows[:2]) <= next(iter(shared(*rows)))


def test_a_late_row_is_looked_for_as_far_as_its_portal_is_late():
    rows = at("a", "10:00", "arrived_facility"), at("b", "2026-03-03 04:07", "arrived_facility")
    assert are_one(*rows, estimates=habit("b", 1920))
    assert not are_one(*rows, estimates=SCANS)


def test_other_words_are_one_event_later_only_by_a_usual_lag():
    rows = at("a", "10:00", "accepted"), at("b", "12:37", "handed_to_last_mile")
    assert are_one(*rows, estimates=habit("b", 300))
    assert not are_one(*rows, estimates=SCANS)
    assert not are_one(*rows)
    unknown = at("b", "12:37", None)
    assert not are_one(rows[0], unknown, estimates=habit("b", 30))


def test_the_rows_around_it_tell_the_event_of_a_row_without_a_time():
    a = listed(at("a", "10:00", "accepted"), at("a", "12:00", "delivered"))
    undated = at("b", None, "out_for_delivery")
    b = listed(at("b", "10:00", "accepted"), undated, at("b", "12:00", "delivered"))
    c = listed(at("c", "11:00", "out_for_delivery"))
    assert frozenset((b[1].id, c[0].id)) in shared(*a, *b, *c)


def test_one_day_holds_the_dates_of_its_events_in_the_order_of_the_page():
    fine = listed(at("a", "08:00", "out_for_delivery"), at("a", "18:00", "held_at_depot"))
    days = listed(at("b", "2026-03-02", "out_for_delivery"), at("b", "2026-03-02", "held_at_depot"))
    assert shared(*fine, *days) == {frozenset((f.id, d.id)) for f, d in zip(fine, days, strict=True)}


def test_the_same_digits_at_one_place_are_one_scan_under_two_labels():
    said = {"place": "CITY OF INDUSTRY", "milestone": "arrived_facility"}
    ours = at("a", "19:25", offset=-300, **said)
    theirs = at("b", "19:25", offset=-480, **said | {"milestone": "arrived_origin_facility"})
    assert are_one(ours, theirs)
    elsewhere = at("b", "19:25", offset=-480, milestone="arrived_origin_facility", place="FRESNO")
    assert not are_one(ours, elsewhere)


def test_one_false_time_that_crosses_several_rows_is_one_mistake():
    """Three rounds of one day on both portals; the second one tells the first round last."""
    hours = ("08:10", "10:20", "12:30")
    true = listed(*(at("a", hour, "out_for_delivery", words=f"A{hour}") for hour in hours))
    right = [at("b", hour, "out_for_delivery", words=f"B{hour}") for hour in hours[1:]]
    false = at("b", "15:40", "out_for_delivery", words="B08:10")
    assert frozenset((true[0].id, false.id)) in shared(*true, *listed(*right, false))


def test_rounds_more_than_a_day_apart_are_no_wrong_time_but_for_a_wrong_date():
    told = [at(name, "08:20", "out_for_delivery", words=name) for name in ("a", "b", "c")]
    assert not are_one(*told, at("d", "2026-03-03 08:49", "out_for_delivery"))
    assert are_one(*told, at("d", "2026-03-04 08:20", "out_for_delivery"))
    assert not are_one(told[0], at("d", "2026-03-04 08:20", "out_for_delivery"))


def test_scans_of_one_milestone_do_not_cross():
    a = listed(*(at("a", f"{hour}:00", "arrived_facility", words=f"A{hour}") for hour in (10, 11, 12)))
    b = listed(*(at("b", f"{hour}:10", "arrived_facility", words=f"B{hour}") for hour in (10, 11, 12)))
    assert shared(*a, *b, estimates=habit("b", 15)) == {
        frozenset((one.id, other.id)) for one, other in zip(a, b, strict=True)
    }


def test_a_row_without_a_time_waits_until_a_false_time_has_found_its_event():
    true, false = at("a", "10:00", "customs_cleared"), at("b", "11:07", "customs_cleared")
    undated, other = at("c", None, "customs_cleared"), at("d", "10:00", "customs_cleared")
    assert are_one(true, false, undated, other)


def test_one_second_under_two_labels_is_a_stronger_sign_than_one_minute():
    from_page = listed(
        at("a", "10:00:07", "arrived_facility"), at("a", "11:02:31", "arrived_facility", words="B")
    )
    mislabelled = at("b", "10:00:07", "arrived_facility", offset=0)
    assert frozenset((from_page[0].id, mislabelled.id)) in shared(*from_page, mislabelled)
