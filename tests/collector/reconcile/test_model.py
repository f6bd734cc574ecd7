"""The probabilities that put rows together."""

from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reconcile.model import ALIKE, ONCE, Habit, spacing, time_given, words_given
from scrapers.words import Milestone

ON_TIME, LATE, OPEN = Habit(0.0, 0.02), Habit(120.0, 0.02), Habit(None, 0.02)
HABITS = st.sampled_from([ON_TIME, LATE, OPEN, Habit(0.0, 0.0), Habit(120.0, 0.4, usual=90.0)])
MILESTONES = st.one_of(st.none(), st.sampled_from(Milestone))


@given(st.integers(-20_000, 20_000), HABITS)
@settings(deadline=None)
def test_a_time_has_a_likelihood_however_far_away_it_is(apart, habit):
    assert 0 < exp(time_given(float(apart), habit)) < 1


@pytest.mark.parametrize("habit", [ON_TIME, LATE, OPEN])
def test_the_shares_of_all_times_are_no_more_than_all(habit):
    total = sum(exp(time_given(minute + 0.5, habit)) for minute in range(-12_000, 12_000))
    assert 0.9 < total < 1.05


@given(st.integers(2, 2880))
@settings(deadline=None)
def test_only_portals_that_may_be_late_are_likelier_late_than_early(apart):
    plain = Habit(0.0, 0.0)
    assert time_given(apart, plain) == pytest.approx(time_given(-apart, plain))
    assert time_given(apart, OPEN) > time_given(-apart, OPEN)


def test_a_habitually_late_portal_is_late_by_its_habit():
    assert time_given(60.0, LATE) > time_given(60.0, OPEN) > time_given(60.0, ON_TIME)
    assert time_given(0.0, ON_TIME) > time_given(0.0, OPEN) - 1e-9
    assert time_given(0.0, ON_TIME) > time_given(0.0, LATE)
    assert time_given(100.0, Habit(120.0, 0.0, usual=100.0)) > time_given(
        20.0, Habit(120.0, 0.0, usual=100.0)
    )


def test_no_portal_without_a_habit_is_late_by_more_than_two_days():
    assert time_given(2880.0, OPEN) > time_given(2881.0 + 7, OPEN) + 1


def test_a_date_that_is_off_and_a_label_that_is_off_are_likelier_than_any_other_wrong_time():
    assert time_given(1440.0, ON_TIME) > time_given(1447.0, ON_TIME)
    assert time_given(-180.0, ON_TIME) > time_given(-187.0, ON_TIME)
    assert time_given(-180.0, Habit(0.0, 0.0)) < time_given(-180.0, ON_TIME)


def test_a_wrong_label_is_likelier_off_by_hours_than_by_half_hours_or_quarters():
    guessed = Habit(0.0, 0.4)
    hours, half, quarter, none = (time_given(apart, guessed) for apart in (180.0, 210.0, 225.0, 232.0))
    assert hours > half > quarter > none
    assert hours == pytest.approx(time_given(-180.0, guessed), rel=0.1)
    assert time_given(27 * 60.0, guessed) < hours - 2
    halves = [n + 0.5 for n in range(-1600, 1600)]
    off_by = [exp(time_given(half, guessed)) - exp(time_given(half, ON_TIME)) for half in halves]
    assert sum(off_by) == pytest.approx(0.38, abs=0.04)


@given(MILESTONES, MILESTONES, st.booleans())
@settings(deadline=None)
def test_words_say_the_same_whoever_is_named_first(a, b, mixed):
    assert words_given(a, b, is_scan_and_data=mixed) == words_given(b, a, is_scan_and_data=mixed)


@given(st.sampled_from(Milestone), MILESTONES)
@settings(deadline=None)
def test_no_other_word_says_more_than_the_same(milestone, other):
    said = words_given(milestone, other, is_scan_and_data=False)
    catch_all = words_given(milestone, milestone, is_scan_and_data=False)
    assert said is None or other is None or said <= max(catch_all, 0.0)


def test_words_of_two_milestones_are_one_event_only_where_that_is_said():
    def said(a, b):
        return words_given(Milestone(a), Milestone(b), is_scan_and_data=False)

    assert said("delivered", "delivered") == 0.0
    assert said("delivered", "out_for_delivery") is None
    assert said("delivered", "returned") is None
    assert said("arrived_facility", "arrived_origin_facility") > said("accepted", "handed_to_last_mile")
    assert said("notice", "delivered") < said("accepted", "handed_to_last_mile")
    assert words_given(None, Milestone.DELIVERED, is_scan_and_data=False) == 0.0


def test_no_milestone_is_alike_to_itself_and_deliveries_to_nothing_else():
    assert {len(pair) for pair in ALIKE} == {2}
    delivered = {Milestone.DELIVERED, Milestone.RETURNED, Milestone.CANCELLED}
    assert not any(pair & delivered for pair in ALIKE)


def test_what_is_passed_once_is_hardly_met_again():
    assert spacing(Milestone.DELIVERED) < spacing(Milestone.OUT_FOR_DELIVERY)
    assert Milestone.INFO_RECEIVED not in ONCE  # every carrier on the way is told by itself
