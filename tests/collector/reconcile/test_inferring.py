"""The clock of one page whose portal's clock nobody knows, by its rows beside those of others."""

import pytest

from tests.collector.reconcile.made import at, learned, listed, result_of
from tests.collector.rows_made import observation, row

STEPS = ("accepted", "arrived_facility", "out_for_delivery", "delivered")


def page(portal, hours, **more):
    rows = [
        at(portal, f"2026-03-{day:02} {hour}", step, words=f"{portal} {step}", **more)
        for day, (step, hour) in enumerate(zip(STEPS, hours, strict=False), start=2)
    ]
    return listed(*rows)


WITNESS = page("sure", ["10:00", "11:00", "12:00", "13:00"])


def held(rows, *others, **more):
    beliefs = result_of(*rows, *others, **more).beliefs
    return {(beliefs[o.id].offset_minutes, beliefs[o.id].source) for o in rows}


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        (["17:00", "18:00", "19:00"], 480),
        (["14:30", "15:30", "16:30"], 330),
        (["14:45", "15:45", "16:45"], 345),
    ],
)
def test_three_rows_that_fit_one_offset_show_the_clock_of_a_page(hours, minutes):
    ours = page("mine", hours, offset=None)
    assert held(ours, *WITNESS) == {(minutes, "inferred")}


def test_the_whole_page_is_read_by_it():
    ours = page("mine", ["17:00", "18:00", "19:00", "20:00"], offset=None)
    assert held(ours, *WITNESS[:3]) == {(480, "inferred")}


def test_two_rows_are_too_few():
    ours = page("mine", ["17:00", "18:00"], offset=None)
    assert held(ours, *WITNESS) == {(None, "unknown")}


def test_rows_that_fit_no_one_offset_show_nothing():
    ours = page("mine", ["17:00", "19:00", "21:00", "23:00"], offset=None)
    assert held(ours, *WITNESS) == {(None, "unknown")}


def test_late_rows_do_not_make_an_offset():
    ours = page("mine", ["17:07", "18:22", "19:41", "20:13"], offset=None)
    assert held(ours, *WITNESS) == {(None, "unknown")}


def test_a_page_of_a_known_clock_is_not_inferred_anew():
    ours = page("mine", ["17:00", "18:00", "19:00"], offset=None)
    assert held(ours, *WITNESS, estimates=learned("mine", "UTC+05:30")) == {(330, "inferred")}


def test_pages_of_unknown_clocks_show_each_other_nothing():
    ours, theirs = (page(name, ["17:00", "18:00", "19:00"], offset=None) for name in ("mine", "yours"))
    assert held(ours, *theirs) == {(None, "unknown")}


def test_relays_show_no_clock():
    relay = page("relay", ["10:00", "11:00", "12:00"], relayed_from="someone")
    ours = page("mine", ["17:00", "18:00", "19:00"], offset=None)
    assert held(ours, *relay) == {(None, "unknown")}


def test_a_page_made_for_a_viewer_whose_zone_nobody_recorded_is_inferred_by_itself(declare):
    declare("mine", "viewer", kind="marketplace")
    ours = page("mine", ["17:00", "18:00", "19:00"], offset=None)
    assert held(ours, *WITNESS) == {(480, "inferred")}
    known = [observation("mine", row("A", "17:00", milestone="accepted"), viewer=480)]
    assert held(known, *WITNESS) == {(480, "viewer")}
