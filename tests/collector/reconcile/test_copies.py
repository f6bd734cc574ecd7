"""Which rows repeat another portal's: the same digits and the same words, whatever the label."""

import pytest

from collector.reconcile.copies import alike, by_print, is_copy, is_firsthand, is_twin
from tests.collector.reconcile.made import at, kinds_of, result_of, shared
from tests.collector.rows_made import observation, row

SAID = {"words": "Package delivered", "leg": "last_mile"}


def relayed(time, portal="parcelsapp", **more):
    return at(portal, time, **{**SAID, "relayed_from": "Cainiao", **more})


def sources(*observations, **more):
    return result_of(*observations, **more).relayed_from


def test_words_are_those_of_another_row_if_one_text_holds_the_other():
    source = at("a", "10:00", words="Departed from departure country/region")
    longer = at("b", "10:00", words="Departed from departure country/region, Carrier note: Left")
    assert is_copy(longer, source)
    assert is_copy(source, longer)
    assert not is_copy(at("b", "10:00", words="Arrived"), source)
    assert not is_copy(at("b", "10:00", words=""), source)


@pytest.mark.parametrize(
    ("time", "expected"),
    [("10:00", True), ("10:00:30", True), ("2026-03-02", True), ("10:01", False), (None, False)],
)
def test_rows_are_alike_in_what_both_print_of_the_time(time, expected):
    fine = at("a", "10:00:30")
    assert bool(alike(at("b", time), by_print([fine]))) == expected
    assert bool(alike(at("b", "10:00:31"), by_print([fine]))) is False
    assert bool(alike(at("b", None), by_print([at("a", None)]))) is True


def test_no_row_is_alike_to_its_own_portals():
    assert alike(at("a", "10:00"), by_print([at("a", "10:00", words="B")])) == []


def test_rows_of_the_same_claimed_minute_in_the_same_words_are_twins():
    assert is_twin(at("a", "10:00", words="Delivered"), at("b", "17:00", offset=480, words="Delivered"))
    assert is_twin(at("a", "10:00", words="Delivered"), at("b", "10:00", offset=480, words="Delivered"))
    assert not is_twin(at("a", "10:00", words="Delivered"), at("b", "18:00", offset=480, words="Delivered"))


def test_a_row_marked_as_another_portals_and_any_of_a_universal_tracker_is_not_firsthand(declare):
    declare("seventeen", "stated", kind="universal")
    assert is_firsthand(at("a", "10:00"))
    assert not is_firsthand(at("a", "10:00", relayed_from="b"))
    assert not is_firsthand(at("seventeen", "10:00"))


def test_a_relayed_row_has_the_clock_of_the_row_it_repeats():
    source = at("cainiao", "10:00:00", **SAID)
    copy = relayed("10:00:00", offset=0)
    made = result_of(source, copy)
    assert made.relayed_from == {copy.id: "cainiao"}
    assert made.beliefs[copy.id].offset_minutes == 60
    assert made.beliefs[copy.id].source == "corrected"
    assert [d.kind for d in made.disagreements] == ["zone_label"]
    assert made.event_of[copy.id] == made.event_of[source.id]


def test_a_relayed_row_without_a_label_takes_the_clock_of_its_source():
    source = at("cainiao", "10:00:00", **SAID)
    copy = relayed("10:00:00", offset=None)
    assert result_of(source, copy).beliefs[copy.id].offset_minutes == 60
    assert kinds_of(source, copy) == []


def test_a_relayed_row_converted_to_another_zone_keeps_its_right_label():
    source = at("cainiao", "10:00:00", **SAID)
    copy = relayed("17:00:00", offset=480)
    made = result_of(source, copy)
    assert made.relayed_from == {copy.id: "cainiao"}
    assert (made.beliefs[copy.id].offset_minutes, made.beliefs[copy.id].source) == (480, "stated")
    assert kinds_of(source, copy) == ["timezone"]


def test_a_relayed_date_goes_with_the_row_in_its_words():
    morning = at("cainiao", "08:00:00", "out_for_delivery", words="Out for delivery", leg="last_mile")
    evening = at("cainiao", "18:00:00", **SAID)
    copy = relayed("2026-03-02", offset=None)
    assert sources(morning, evening, copy) == {copy.id: "cainiao"}
    assert shared(morning, evening, copy) == {frozenset((evening.id, copy.id))}
    assert kinds_of(morning, evening, copy) == ["precision"]


def test_a_relayed_row_that_nobody_else_shows_stands_for_itself():
    copy = relayed("10:00:00", offset=60)
    made = result_of(copy, at("cainiao", "2026-03-05 12:00", "out_for_delivery"))
    assert made.relayed_from == {}
    assert made.beliefs[copy.id].offset_minutes == 60


def test_two_relayed_rows_do_not_both_repeat_one():
    source = at("cainiao", "10:00:00", **SAID)
    twice = relayed("10:00:00", name="x1"), relayed("10:00:00", number="N2", name="x2")
    assert sources(source, *twice).keys() <= {"x1", "x2"}
    assert sources(source, *twice)


def test_a_portal_that_only_happens_to_print_the_same_minute_repeats_nobody():
    ours = observation("correos", row("Entregado", "10:00:00", milestone="delivered"))
    assert sources(ours, at("cainiao", "10:00:00", **SAID)) == {}
