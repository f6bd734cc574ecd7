"""How two rows of one event differ, and of which kind the difference is."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reconcile.clocks import Estimate, belief_at
from collector.reconcile.explain import explanation
from collector.reconcile.kinds import difference, suspect
from collector.reconcile.sides import Said, bearing_out, speakers
from tests.collector.reconcile.made import RECEIPT, SCAN, belief_of
from tests.collector.rows_made import observation, row

HABITS = {"late": RECEIPT, "sure": SCAN, "sure2": SCAN, "late2": RECEIPT}


def said(portal, time, offset=None, *, corrected=None, inferred=None, milestone="delivered", **more):
    """One row as a side; `corrected` and `inferred` are the offset believed instead of the claim."""
    o = observation(portal, row("A", time, offset=offset, milestone=milestone, **more))
    held = belief_of(o)
    if corrected is not None:
        held = belief_at(o, corrected, "corrected")
    if inferred is not None:
        held = belief_at(o, inferred, "inferred")
    is_witness = o.row.printed.relayed_from is None
    return Said(o, held, habit=HABITS.get(portal, Estimate()), is_witness=is_witness)


def sides_of(*sides):
    return {side.observation.portal: side for side in sides}


def kind(a, b, *others, **more):
    found = difference(a, b, sides_of(a, b, *others), **more)
    swapped = difference(b, a, sides_of(a, b, *others), **more)
    assert swapped.kind == found.kind
    for one, other in zip(_differences(found), _differences(swapped), strict=True):
        assert one == (None if other is None else -other)
    return found.kind


def _differences(found):
    return found.shown_s, found.claimed_s, found.real_s


def differences(a, b):
    return _differences(difference(a, b))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        # printed clocks and instants agree
        (said("a", "10:00:00", 60), said("b", "10:00:00", 60), None),
        (said("a", "10:00:00", 60), said("b", "10:01:00", 60), None),
        (said("a", "10:00:40", 60), said("b", "10:00", 60), None),
        (said("a", "2026-03-02", 60), said("b", "2026-03-02", 60), None),
        # only the zones differ
        (said("a", "10:00:00", 60), said("b", "17:00:00", 480), "timezone"),
        (said("a", "10:00:00", 60), said("b", "17:00:59", 480), "timezone"),
        (said("a", "2026-03-03", 60), said("b", "2026-03-02 23:30", -300), "timezone"),
        # a label is wrong
        (said("a", "10:00:00", 480, corrected=60), said("b", "10:00:00", 60), "zone_label"),
        (said("a", "10:00:00", 0, corrected=60), said("b", "11:00:00", 120), "zone_label"),
        (said("a", "10:00:00", 0, corrected=60), said("correos", "10:00:00"), "zone_label"),
        # one reading is coarse
        (said("a", "2026-03-02", 60), said("b", "10:00:00", 60), "precision"),
        (said("a", "10h", 60), said("b", "10:20", 60), "precision"),
        (said("a", "2026-03-02", 60), said("b", "10h", 60), "precision"),
        (said("a", "23h", 60), said("b", "2026-03-03 00:00", 60), None),
        # instants differ
        (said("a", "10:00:00", 60), said("sure", "10:25:00", 60), "conflict"),
        (said("sure", "10:00:00", 60), said("late", "10:25:00", 60), "lag"),
        (said("late", "10:00:00", 60), said("sure", "10:25:00", 60), "conflict"),
        (said("sure", "10:00:00", 60), said("late", "2026-03-04 10:00:00", 60), "lag"),
        (said("sure", "10:00:00", 60), said("late", "2026-03-04 10:00:01", 60), "conflict"),
        (said("a", "10:00:00", 60), said("open", "10:25:00", 60), "unexplained"),
        (said("a", "10:00:00", 60), said("b", "10:25:00", 60), "unexplained"),
        (said("late", "2026-03-03 09:00", 60), said("sure", "2026-03-02", 60), "lag"),
        # a clock is unknown
        (said("a", "10:00:00"), said("b", "10:00:00", 60), "unexplained"),
        (said("a", "10:00:00"), said("b", "10:00:00"), "unexplained"),
        # no time, no disagreement about it
        (said("a", None), said("b", "10:00:00", 60), None),
    ],
)
def test_kinds(a, b, expected):
    assert kind(a, b) == expected


def test_instants_agree_up_to_a_minute():
    a = said("a", "10:00:00", 60)
    assert kind(a, said("sure", "10:01:00", 60)) is None
    assert kind(a, said("sure", "10:01:01", 60)) == "conflict"
    assert kind(said("a", "10:00", 60), said("sure", "10:01:59", 60)) is None
    assert kind(said("a", "10:00", 60), said("sure", "10:02:00", 60)) == "conflict"


def test_printed_clocks_agree_up_to_a_minute():
    a = said("a", "10:00:00", 60)
    assert kind(a, said("b", "10:15:30", 75)) == "timezone"
    assert kind(said("a", "10:00:00", 60), said("b", "10:01:00", 60)) is None


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-03-02 00:00", "precision"),
        ("2026-03-02 23:59:59", "precision"),
        ("2026-03-03 00:00", "unexplained"),
        ("2026-03-01 23:59:59", "unexplained"),
    ],
)
def test_a_date_agrees_with_what_falls_on_it_and_with_nothing_else(time, expected):
    assert kind(said("sure", "2026-03-02", 60), said("sure2", time, 60)) == expected


def scanned(portal, time, milestone="arrived_facility", **more):
    return said(portal, time, 60, milestone=milestone, **more)


def test_two_rows_that_were_put_together_are_one_event_however_often_it_happens():
    assert kind(scanned("a", "10:00"), scanned("sure", "10:25")) == "conflict"
    assert kind(scanned("a", "10:00", "delivered"), scanned("sure", "10:25", "delivered")) == "conflict"


def test_what_a_relay_alone_shows_is_no_conflict():
    early, relayed = (
        scanned("a", "10:00", "delivered"),
        scanned("sure", "10:25", "delivered", relayed_from="z"),
    )
    assert kind(early, relayed) == "unexplained"
    assert kind(early, relayed, scanned("c", "10:25", "delivered")) == "conflict"


def test_a_portal_of_unknown_habit_may_be_late():
    early, late = said("a", "10:00:00", 60), said("b", "10:25:00", 60)
    assert kind(early, late, said("c", "10:00:00", 60)) == "unexplained"
    assert kind(early, said("b", "2026-03-04 10:00:01", 60), said("c", "10:00:00", 60)) == "conflict"


def test_a_row_that_is_alone_too_early_is_wrong_whatever_the_habits():
    early, late = said("a", "10:00:00", 60), said("b", "10:25:00", 60)
    assert kind(early, late, said("c", "10:25:00", 60)) == "conflict"


def test_rows_in_other_words_may_be_two_events():
    assert kind(scanned("a", "10:00", "accepted"), scanned("sure", "10:25", "handed_to_last_mile")) == (
        "unexplained"
    )


def test_a_third_portal_that_tells_the_moment_lends_its_words():
    early, late = scanned("a", "10:00", "delivery_attempted"), scanned("sure", "10:25", None)
    assert kind(early, late) == "unexplained"
    assert kind(early, late, scanned("c", "10:25", "delivery_attempted")) == "conflict"


@pytest.mark.parametrize(("minutes", "is_lag"), [(95, True), (97, False)])
def test_a_lag_is_a_habit_no_more_where_it_is_much_longer_than_usual(minutes, is_lag):
    early, late = said("a", "10:00", 60), said("b", f"{10 + minutes // 60}:{minutes % 60:02}", 60)
    late = replace(late, habit=Estimate(lag_class="receipt", lag_minutes=60))
    assert (kind(early, late) == "lag") == is_lag


def test_a_portal_that_is_late_by_habit_may_be_later_than_usual():
    early, late = said("a", "10:00", 60), said("b", "12:07", 60)
    late = replace(late, habit=Estimate(lag_class="receipt", lag_minutes=60))
    assert kind(early, late) == "unexplained"
    assert kind(early, late, said("c", "12:07", 60)) == "conflict"


def test_a_lag_is_never_negative():
    late_by_habit = said("late", "09:00:00", 60)
    assert kind(late_by_habit, said("sure", "10:00:00", 60)) != "lag"


def test_a_real_difference_goes_before_a_wrong_label():
    wrong = said("sure", "10:25:00", 480, corrected=60)
    assert kind(said("a", "10:00:00", 60), wrong) == "conflict"


def test_a_wrong_label_goes_before_a_zone_that_differs():
    assert kind(said("a", "10:00:00", 480, corrected=60), said("b", "11:00:00", 120)) == "zone_label"


def test_a_zone_that_differs_goes_before_a_coarse_reading():
    assert kind(said("a", "2026-03-03", 480), said("b", "2026-03-02 20:00", 60)) == "timezone"


def test_the_summer_time_slip_of_a_label_is_a_wrong_label():
    assert kind(said("a", "10:00:00", 60, corrected=120), said("b", "10:00:00", 120)) == "zone_label"


def test_a_difference_that_a_wrong_label_may_explain_is_no_conflict_yet():
    a, b = said("a", "10:00:00", 60), said("sure", "17:00:00", 60)
    assert kind(a, b) == "unexplained"
    assert kind(a, b, place_zones=["Europe/Madrid"]) == "conflict"
    assert kind(said("correos", "10:00:00"), b, place_zones=["Europe/Madrid"]) == "conflict"
    assert kind(said("correos", "10:00:00"), b, place_zones=["Asia/Shanghai"]) == "unexplained"
    assert kind(said("correos", "10:00:00"), said("sure", "17:10:00", 60)) == "conflict"


def test_a_difference_that_another_inferred_clock_may_explain_is_no_conflict_yet():
    assert kind(said("mine", "10:00:00", inferred=480), said("correos", "10:00:00")) == "unexplained"
    early = said("mine", "17:00:00", inferred=480)
    assert kind(early, said("sure", "11:00:00", 60)) == "unexplained"
    assert kind(early, said("sure", "10:25:00", 60), place_zones=["Europe/Madrid"]) == "conflict"


def test_differences_are_second_minus_first():
    assert differences(said("a", "10:00:00", 60), said("b", "17:00:30", 480)) == (25230, 30, 30)
    assert differences(said("a", "10:00", 60), said("b", "19:00", 600)) == (32400, 0, 0)
    assert differences(said("a", "10:25", 60), said("b", "10:00", 60)) == (-1500, -1500, -1500)


def test_a_row_without_a_claim_counts_with_its_believed_offset():
    label = said("cainiao", "10:00:00", 480, corrected=60)
    assert differences(said("correos", "10:00:00"), label) == (0, -25200, 0)
    payload = Said(o := observation("cainiao", row("A", "17:00:00", sure=480)), belief_of(o))
    assert differences(said("correos", "10:00:00"), payload) == (25200, 0, 0)


def test_differences_of_coarse_readings_are_those_of_their_spans():
    day = said("a", "2026-03-02", 60)
    assert differences(day, said("b", "12:00", 60)) == (0, 0, 0)
    assert differences(day, said("b", "2026-03-03 00:00:59", 60)) == (60, 60, 60)
    assert differences(day, said("b", "2026-03-04", 60)) == (86401, 86401, 86401)


def test_an_unknown_clock_leaves_the_real_difference_open():
    assert differences(said("a", "10:00"), said("b", "11:00", 60)) == (3600, None, None)


TIMES = st.one_of(
    st.none(),
    st.builds("{:02}:{:02}:{:02}".format, st.integers(8, 11), st.integers(0, 59), st.sampled_from([0, 30])),
    st.sampled_from(["10:00", "10h", "2026-03-02", "2026-03-03"]),
)
OFFSETS = st.sampled_from([None, -300, 0, 60, 480])
SIDES = st.builds(said, st.just("x"), TIMES, OFFSETS, corrected=OFFSETS)


@given(SIDES, SIDES, st.sampled_from(["late", "sure", "open"]), st.sampled_from(["late2", "sure2", "open2"]))
@settings(deadline=None)
def test_swapping_two_portals_flips_the_signs_and_nothing_else(a, b, name_a, name_b):
    a = replace(a, observation=replace(a.observation, portal=name_a), habit=HABITS.get(name_a, Estimate()))
    b = replace(b, observation=replace(b.observation, portal=name_b), habit=HABITS.get(name_b, Estimate()))
    found = kind(a, b)
    assert found != "revision"
    if found is not None:
        assert explanation(a, b, difference(a, b)).endswith(".")


# --- who speaks, who is suspect -------------------------------------------------------------------------


def speaker(*times):
    rows = [observation("a", row("A", time, offset=60), name=f"{n}") for n, time in enumerate(times)]
    return times[int(speakers(Said(o, belief_of(o)) for o in rows)["a"].observation.id)]


def test_of_several_rows_of_one_portal_the_finest_and_earliest_speaks():
    assert speaker("10:00", "10:00:30") == "10:00:30"
    assert speaker("10:00:30", "10:00:20") == "10:00:20"
    assert speaker("2026-03-02", "10h", "10:00") == "10:00"
    assert speaker(None, "2026-03-02") == "2026-03-02"


def suspects(a, b, *others):
    return suspect(a, b, sides_of(a, b, *others))


def test_the_one_that_independent_witnesses_outvote_is_suspect():
    a, b = said("a", "10:00:00", 60), said("b", "10:25:00", 60)
    assert suspects(a, b, said("c", "10:25:10", 60)) == a.observation.id
    assert suspects(a, b, said("c", "03:00:00", -360)) == b.observation.id


def test_a_side_is_borne_out_by_every_portal_of_its_own_knowledge_that_agrees():
    a, b = said("a", "10:00:00", 60), said("b", "10:25:00", 60)
    sides = sides_of(a, b, said("c", "17:00:00", 480), said("d", "10:00:00", 60, relayed_from="a"))
    assert (bearing_out(a, sides), bearing_out(b, sides)) == (2, 1)


def test_one_word_against_another_leaves_nobody_suspect():
    a, b = said("a", "10:00:00", 60), said("b", "10:25:00", 60)
    assert suspects(a, b) is None
    assert suspects(a, b, said("c", "10:50:00", 60)) is None
    assert suspects(a, b, said("c", "10:25:00")) is None
    assert suspects(a, b, said("c", "10:00:00", 60), said("d", "10:25:00", 60)) is None


def test_relayed_rows_are_no_independent_witnesses():
    a, b = said("a", "10:00:00", 60), said("b", "10:25:00", 60)
    relays = [said(name, "10:25:00", 60, relayed_from="B") for name in ("c", "d")]
    assert suspects(a, b, *relays) is None
    relayed = said("b", "10:25:00", 60, relayed_from="C")
    assert suspects(a, relayed) is None
    assert suspects(a, relayed, said("c", "10:25:00", 60)) is None
    assert suspects(a, relayed, said("c", "10:00:00", 60)) == relayed.observation.id


# --- sentences ------------------------------------------------------------------------------------------


def sentence(a, b):
    return explanation(a, b, difference(a, b))


def test_sentences_tell_the_numbers_and_the_conclusion():
    assert sentence(said("a", "10:00:00", 60), said("b", "17:00:00", 480)) == (
        "a prints 10:00:00 (UTC+1), b 17:00:00 (UTC+8): 7 h apart on paper, the same moment."
    )
    assert "a labels it UTC+8, 7 h off" in sentence(
        said("a", "10:00:00", 480, corrected=60), said("b", "10:00:00", 60)
    )
    assert "25 min later on late" in sentence(said("a", "10:00:00", 60), said("late", "10:25:00", 60))
    assert "really 1 day 1 h 5 min apart" in sentence(
        said("a", "10:00:00", 60), said("sure", "2026-03-03 11:05:00", 60)
    )
    assert "not known which clock a uses" in sentence(said("a", "10:00:00"), said("b", "10:00:00", 60))
    assert "cannot be told yet" in sentence(said("a", "10:00:00", 60), said("b", "10:25:00", 60))


# --- copies, and the wrong half of the day ---------------------------------------------------------------


def test_a_row_and_its_copy_agree_whatever_their_clock_is():
    source = said("a", "10:00:05")
    copy = replace(said("b", "10:00:05"), source=source.observation.id)
    assert kind(source, said("b", "10:00:05")) == "unexplained"
    assert kind(source, copy) is None
    assert kind(copy, replace(said("c", "10:00"), source=source.observation.id)) is None
    assert kind(source, replace(said("b", "2026-03-02"), source=source.observation.id)) == "precision"
    assert kind(source, replace(said("b", "11:00:05"), source=source.observation.id)) == "unexplained"


def test_a_copy_under_another_label_has_a_wrong_label_whatever_the_clock_is():
    source = replace(said("a", "10:00", 480), belief=belief_of(said("a", "10:00").observation))
    copy = replace(said("b", "10:00", 0), belief=source.belief, source=source.observation.id)
    assert kind(source, copy) == "zone_label"


def test_a_time_of_the_wrong_half_of_the_day_is_no_wrong_label_but_where_a_place_has_that_zone():
    right, false = said("sure", "10:00:05", 60), said("sure2", "22:00:05", 60)
    at = {"place_zones": ["Europe/Madrid", "Europe/London"]}
    for zones, expected in (
        (["Asia/Tokyo"], "conflict"),
        (["Pacific/Auckland"], "unexplained"),
        ([], "unexplained"),
        (at["place_zones"], "conflict"),
    ):
        assert kind(right, false, place_zones=zones) == expected


def test_a_wrong_date_or_half_of_the_day_is_no_lag():
    right = said("a", "10:00:05", 60)
    for time, expected in (
        ("22:00:20", "conflict"),
        ("2026-03-03 10:00:05", "conflict"),
        ("2026-03-03 10:04", "unexplained"),
        ("21:58", "unexplained"),
    ):
        assert kind(right, said("b", time, 60), place_zones=["Europe/Madrid"]) == expected
