"""When a portal may be asked, and what is remembered of how it answered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.politeness import PATIENCE, PortalState, answered, asking, permit
from scrapers.contract import Politeness
from scrapers.words import Outcome

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
POLITE = Politeness(30, 3, "synthetic")
FRESH = PortalState("depot")


def after(outcome, state=FRESH, at=NOW, attempts=1, retry_at=None):
    return answered(asking(state, at), outcome, attempts, at, retry_at)


def test_a_portal_never_asked_may_be_asked_at_once():
    assert permit(FRESH, POLITE, NOW).wait_s == 0
    assert permit(FRESH, POLITE, NOW).refused is None


def test_the_pause_counts_from_the_last_visit_of_any_run():
    state = after(Outcome.OK)
    assert permit(state, POLITE, NOW + timedelta(seconds=10)).wait_s == 20
    assert permit(state, POLITE, NOW + timedelta(seconds=31)).wait_s == 0


def test_a_clock_set_back_does_not_make_a_portal_wait_for_days():
    assert permit(after(Outcome.OK), POLITE, NOW - timedelta(hours=5)).wait_s == 30


def test_every_attempt_is_taken_from_the_days_budget():
    state = after(Outcome.OK, attempts=3)
    later = NOW + timedelta(hours=1)
    assert "budget" in (permit(state, POLITE, later).refused or "")
    assert permit(state, POLITE, NOW + timedelta(days=1)).refused is None


def test_a_visit_is_spent_before_it_is_made():
    state = asking(asking(asking(FRESH, NOW), NOW), NOW)
    assert permit(state, POLITE, NOW).refused


@pytest.mark.parametrize("outcome", [Outcome.CHALLENGE, Outcome.RATE_LIMITED])
def test_a_refusal_is_followed_by_hours_of_rest(outcome):
    state = after(outcome)
    assert permit(state, POLITE, NOW + timedelta(hours=5)).refused
    assert permit(state, POLITE, NOW + timedelta(hours=25)).refused is None


def test_the_pause_a_portal_asks_for_is_kept_even_after_an_answer():
    state = after(Outcome.OK, retry_at=NOW + timedelta(hours=2))
    assert permit(state, POLITE, NOW + timedelta(hours=1)).refused


@pytest.mark.fault(
    "A portal fails for days",
    "It is asked ever more rarely, at least once a day",
    layer="portal",
    exit_status="1",
)
def test_failures_in_a_row_open_the_circuit_for_longer_each_time():
    state, rests = FRESH, []
    for _ in range(PATIENCE + 6):
        state = replace(after(Outcome.UNAVAILABLE, state), budget_used=0)
        rests.append(state.not_before_at - NOW if state.not_before_at else None)
    assert rests[: PATIENCE - 1] == [None] * (PATIENCE - 1)
    hours = [rest / timedelta(hours=1) for rest in rests[PATIENCE - 1 :]]
    assert hours == [1, 2, 4, 8, 16, 24, 24]


def test_one_good_answer_closes_the_circuit():
    state = FRESH
    for _ in range(PATIENCE):
        state = after(Outcome.UNAVAILABLE, state)
    assert after(Outcome.OK, state).failures == 0
    assert after(Outcome.OK, state).not_before_at is None


@given(st.lists(st.sampled_from(Outcome), max_size=30), st.integers(1, 5))
def test_no_history_of_answers_lets_a_day_exceed_its_budget(outcomes, attempts):
    state, asked = FRESH, 0
    for n, outcome in enumerate(outcomes):
        at = NOW + timedelta(minutes=n)
        if permit(state, POLITE, at).refused is None:
            asked += 1
            state = after(outcome, state, at, attempts)
    assert asked <= POLITE.per_day
