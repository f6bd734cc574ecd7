"""How long after a visit the next one is due, case by case; no visit too early, none put off for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.cadence import (
    ANSWERS,
    ARRIVAL,
    DAY,
    OVER,
    SLACK,
    WEEK,
    OrderStanding,
    Standing,
    Tries,
    detail_wait,
    due_at,
    has_passed,
    order_standing,
    tracking_wait,
    wait,
)
from collector.cadence_rules import DEFAULT, SHORTEST
from scrapers.words import Outcome

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
UNDER_WAY = ("label_only", "origin", "line_haul", "customs", "last_mile", "pickup", "returning", None)
STATES = ("unpaid", "processing", "shipped", "finished", "cancelled", None)
FAILURES = sorted(set(Outcome) - ANSWERS)


def days(n):
    return timedelta(days=n)


def tried(ago, outcome=Outcome.OK, *, answered=None, first=None, misses=0, shown=True):
    """Tries of which the last was so many days ago; it answered unless said otherwise."""
    last = NOW - days(ago)
    answered_at = last if answered is None and outcome in ANSWERS else answered and NOW - days(answered)
    return Tries(NOW - days(ago if first is None else first), last, outcome, answered_at, misses, shown)


def missed(times, ago=0):
    return tried(ago, Outcome.NOT_FOUND, misses=times, shown=False)


# --- numbers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", sorted({*UNDER_WAY, *OVER}, key=str))
def test_what_was_never_asked_is_due_at_once(stage):
    assert wait(Standing(stage, NOW - days(400)), None, NOW) == timedelta()


@pytest.mark.parametrize(
    ("stage", "hours"),
    [
        ("label_only", 12),
        ("origin", 6),
        ("line_haul", 12),
        ("customs", 1),
        ("last_mile", 1),
        ("pickup", 6),
        ("returning", 12),
        (None, 1),
        ("a stage of a later version", 1),
    ],
)
def test_a_parcel_is_looked_at_as_often_as_its_stage_deserves(stage, hours):
    for quiet in (0, 29, -5):
        assert wait(Standing(stage, NOW - days(quiet)), tried(0), NOW) == timedelta(hours=hours)
    assert wait(Standing(stage), tried(0), NOW) == timedelta(hours=hours)


@pytest.mark.parametrize("stage", sorted(set(UNDER_WAY) - {"label_only"}, key=str))
@pytest.mark.parametrize(("quiet", "expected"), [(30, DAY), (59, DAY), (89, DAY), (90, WEEK), (400, WEEK)])
def test_the_longer_nothing_happens_the_rarer_the_visits(stage, quiet, expected):
    assert wait(Standing(stage, NOW - days(quiet)), tried(0), NOW) == expected


@pytest.mark.parametrize("stage", sorted({*UNDER_WAY, *OVER} - {None}))
def test_every_stage_has_a_rule_and_every_rule_a_reason(stage):
    assert DEFAULT.rules.keys() >= {stage if stage not in OVER else "delivered", "unknown"}
    assert all(rule.because for rule in DEFAULT.rules.values())


def test_a_run_a_little_early_still_counts_four_times_a_day():
    """Six hours apart, give or take half an hour: no parcel of the origin stage loses its turn."""
    pause = DEFAULT["origin"].every
    last = Tries(NOW, NOW, Outcome.OK)
    assert has_passed(pause, last, NOW + timedelta(hours=5, minutes=30))
    assert not has_passed(pause, last, NOW + timedelta(hours=3))


@pytest.mark.parametrize("stage", sorted(OVER))
@pytest.mark.parametrize(("ended", "expected"), [(0, days(2)), (10, days(2)), (11, None), (400, None)])
def test_after_the_end_come_a_few_more_looks_and_then_none(stage, ended, expected):
    assert wait(Standing(stage, NOW, NOW - days(ended)), tried(0), NOW) == expected
    assert wait(Standing(stage, NOW - days(ended)), tried(0), NOW) == expected


def test_a_parcel_that_has_arrived_on_no_known_day_is_not_asked_about_for_ever():
    assert wait(Standing("delivered"), tried(0), NOW) is None
    assert wait(Standing("delivered"), tried(0, Outcome.UNAVAILABLE), NOW) == SHORTEST


@pytest.mark.parametrize(
    ("tries", "expected"),
    [
        # last heard of before the end: it has not said what it knows of the end
        (tried(30), days(2)),
        (tried(0, Outcome.UNAVAILABLE, answered=30), SHORTEST),
        (tried(0, Outcome.UNAVAILABLE), SHORTEST),
        (tried(0, Outcome.LAYOUT_CHANGED, first=119), SHORTEST),
        (tried(0, Outcome.LAYOUT_CHANGED, first=121), SHORTEST),
        (tried(0, Outcome.UNAVAILABLE, answered=19), None),
        (missed(1), None),
    ],
)
def test_every_portal_is_heard_once_after_the_end_even_when_it_is_long_past(tries, expected):
    assert wait(Standing("delivered", NOW, NOW - days(20)), tries, NOW) == expected


def test_a_portal_that_never_answers_is_left_alone_when_it_will_have_forgotten():
    long_ago = Standing("delivered", None, NOW - days(500))
    assert wait(long_ago, tried(0, Outcome.LAYOUT_CHANGED, first=120), NOW) == SHORTEST
    assert wait(long_ago, tried(0, Outcome.LAYOUT_CHANGED, first=121), NOW) is None


@pytest.mark.parametrize(("times", "expected"), [(1, 1), (2, 2), (3, 4), (4, 7), (5, 7), (50, 7)])
def test_a_portal_that_never_heard_of_a_number_is_asked_ever_more_rarely(times, expected):
    assert wait(Standing("origin", NOW), missed(times), NOW) == days(expected)


@pytest.mark.parametrize("stage", sorted(ARRIVAL))
def test_a_parcel_that_has_arrived_may_be_known_any_day_to_who_never_heard_of_it(stage):
    assert wait(Standing(stage, NOW), missed(50), NOW) == DAY


def test_a_portal_that_has_shown_a_number_and_lost_it_is_asked_as_before():
    lost = tried(0, Outcome.NOT_FOUND, misses=3)
    assert wait(Standing("customs", NOW), lost, NOW) == SHORTEST
    assert wait(Standing("origin", NOW), lost, NOW) == DEFAULT["origin"].every


def test_a_user_may_look_more_rarely_or_longer():
    rules = DEFAULT.changed({"last_mile": {"every": "6 h"}, "delivered": {"stop_after": "30 days"}})
    assert wait(Standing("last_mile", NOW), tried(0), NOW, rules) == timedelta(hours=6)
    ended = Standing("delivered", NOW, NOW - days(20))
    assert (wait(ended, tried(0), NOW), wait(ended, tried(0), NOW, rules)) == (None, days(2))


@pytest.mark.parametrize("outcome", FAILURES)
def test_what_failed_is_due_in_the_next_run_however_rare_the_visits_are(outcome):
    assert (
        wait(Standing("origin", NOW - days(200)), tried(0, outcome, misses=4, shown=False), NOW) == SHORTEST
    )


def test_a_portal_that_asks_for_a_postcode_is_asked_once_a_day():
    assert wait(Standing("origin", NOW), tried(0, Outcome.INPUT_NEEDED), NOW) == DAY


def test_a_number_only_proposed_is_asked_about_once_a_day_at_most():
    assert wait(Standing("origin", NOW, is_candidate=True), tried(0), NOW) == DAY
    assert wait(Standing("origin", NOW, is_candidate=True), missed(3), NOW) == days(4)
    assert wait(Standing("origin", NOW - days(100), is_candidate=True), tried(0), NOW) == WEEK


# --- orders ---------------------------------------------------------------------------------------------


def order(state, *parcels, placed=0, finished=None, changed=False):
    finished_at = None if finished is None else NOW - days(finished)
    return order_standing(
        state, parcels, placed_at=NOW - days(placed), finished_at=finished_at, changed=changed
    )


MOVING, ARRIVED = Standing("customs", NOW - days(1)), Standing("delivered", NOW, NOW - days(12))


@pytest.mark.parametrize(
    ("standing", "tries", "expected"),
    [
        (order("unpaid"), None, None),
        (order("cancelled", MOVING), None, None),
        (order("cancelled"), tried(0, Outcome.UNAVAILABLE), None),
        (order("processing"), None, timedelta()),
        (order("processing"), tried(0, Outcome.NO_EVENTS_YET), DAY),
        (order("processing"), tried(0, Outcome.LAYOUT_CHANGED), SHORTEST),
        (order("processing", placed=100), tried(0, Outcome.NO_EVENTS_YET), WEEK),
        (order("shipped"), tried(0), SHORTEST),
        (order("shipped", MOVING), tried(0), SHORTEST),
        (order("shipped", MOVING, ARRIVED), tried(0), SHORTEST),
        (order("shipped", Standing("customs", NOW - days(40))), tried(0), DAY),
        (order("shipped", placed=40), tried(0, Outcome.NO_EVENTS_YET), DAY),
        (order("shipped", ARRIVED, Standing("delivered", NOW, NOW - days(3))), tried(0), days(2)),
        (order("shipped", ARRIVED), tried(0), WEEK),
        (order(None), tried(0), SHORTEST),
        (order(None, ARRIVED), tried(0), None),
        (order("finished", finished=0), None, timedelta()),
        (order("finished", ARRIVED, finished=400), None, timedelta()),
        (order("finished", ARRIVED, finished=400), tried(0, Outcome.UNAVAILABLE), SHORTEST),
        (order("finished", finished=400), tried(0, Outcome.UNAVAILABLE), SHORTEST),
        (order("finished", ARRIVED, finished=0), tried(0), None),
        (order("finished", Standing("delivered", NOW, NOW - days(9)), finished=11), tried(0), days(2)),
        (order("finished", finished=9), tried(0), days(2)),
        (order("finished", finished=11), tried(0), None),
        (order("finished", MOVING, finished=9), tried(0), days(2)),
        (order("finished", MOVING, finished=11), tried(0), None),
    ],
)
def test_when_the_tracking_page_of_an_order_is_due(standing, tries, expected):
    assert tracking_wait(standing, tries, NOW) == expected


@pytest.mark.parametrize(
    ("standing", "tries", "expected"),
    [
        (order("unpaid"), None, None),
        (order("cancelled"), None, None),
        (order("processing"), None, timedelta()),
        (order("finished", finished=400), None, timedelta()),
        (order("finished"), tried(0, Outcome.LAYOUT_CHANGED, shown=False), SHORTEST),
        (order("finished"), missed(2), days(2)),
        (order("finished"), tried(0), None),
        (order("finished", changed=True), tried(0), SHORTEST),
        (order("finished", changed=True), missed(1), DAY),
        (order("shipped"), tried(0), WEEK),
        (order("processing"), tried(0), WEEK),
        (order(None), tried(0), WEEK),
        (order(None, ARRIVED), tried(0), None),
    ],
)
def test_when_the_page_of_an_order_is_due(standing, tries, expected):
    assert detail_wait(standing, tries) == expected


# --- for all of them ------------------------------------------------------------------------------------


@pytest.mark.fault(
    "Runs begin a few minutes early or late, or by a clock set back",
    "Visits stay due by the day",
    layer="clock",
    exit_status="0",
)
@pytest.mark.parametrize(
    ("pause", "ago", "expected"),
    [
        (None, days(100), False),
        (SHORTEST, SHORTEST, True),
        (SHORTEST, SHORTEST - timedelta(seconds=1), False),
        (DAY, DAY - SLACK, True),
        (DAY, DAY - SLACK - timedelta(seconds=1), False),
        (DAY, -timedelta(hours=1), False),
        (DAY, -days(3), True),
    ],
)
def test_a_pause_has_passed_a_little_early_for_days_and_never_much_late_by_a_clock_set_back(
    pause, ago, expected
):
    last = Tries(NOW - ago, NOW - ago, Outcome.OK)
    assert has_passed(pause, last, NOW) == expected


@given(hours=st.integers(1, 400), since=st.integers(0, 500))
def test_when_a_visit_is_due_and_whether_it_is_are_one_thing(hours, since):
    pause, last = timedelta(hours=hours), Tries(NOW, NOW, Outcome.OK)
    now = NOW + timedelta(hours=since)
    assert (due_at(pause, last) <= now) == has_passed(pause, last, now)
    assert due_at(pause, last) >= NOW + max(SHORTEST, pause - SLACK)
    assert (due_at(None, last), due_at(pause, None)) == (None, None)


moments = st.integers(-400 * 24, 24).map(lambda hours: NOW + timedelta(hours=hours))
standings = st.builds(
    Standing,
    stage=st.sampled_from([*UNDER_WAY, *sorted(OVER)]),
    last_event_at=st.none() | moments,
    delivered_at=st.none() | moments,
    is_candidate=st.booleans(),
)
tries = st.builds(
    Tries,
    first_at=moments,
    last_at=moments,
    last_outcome=st.sampled_from(Outcome),
    answered_at=st.none() | moments,
    misses=st.integers(0, 9),
    has_shown=st.booleans(),
)
orders = st.builds(
    order_standing,
    state=st.sampled_from(STATES),
    parcels=st.lists(standings, max_size=3),
    placed_at=st.none() | moments,
    finished_at=st.none() | moments,
    changed=st.booleans(),
)


@given(standing=standings, order=orders, tries=tries)
def test_nothing_is_asked_twice_within_the_hour_and_nothing_under_way_waits_longer_than_a_week(
    standing, order, tries
):
    pauses = [wait(standing, tries, NOW), tracking_wait(order, tries, NOW), detail_wait(order, tries)]
    for pause in pauses:
        assert pause is None or SHORTEST <= pause <= WEEK
    assert (pauses[0] is not None) or standing.stage in OVER
    if order.state not in ("unpaid", "cancelled") and not order.is_over:
        assert None not in pauses[1:]


@given(order=orders, now=moments)
def test_every_order_that_was_sent_is_looked_at_once_whatever_its_age(order, now):
    asked = {
        has_passed(tracking_wait(order, None, now), None, now),
        has_passed(detail_wait(order, None), None, now),
    }
    assert asked == {order.state not in ("unpaid", "cancelled")}


@given(
    standing=standings, outcomes=st.lists(st.sampled_from(Outcome), min_size=1, max_size=8), data=st.data()
)
def test_whatever_portals_answer_visits_go_on_until_the_end_and_then_stop(standing, outcomes, data):
    """Runs every few hours for two hundred days; the portal's answers repeat."""
    now, past, visits = NOW, None, []
    steps = data.draw(st.lists(st.integers(1, 30), min_size=1, max_size=5))
    while now < NOW + days(200):
        if has_passed(wait(standing, past, now), past, now):
            outcome = outcomes[len(visits) % len(outcomes)]
            visits.append(now)
            answered = now if outcome in ANSWERS else past and past.answered_at
            missed = (past.misses if past else 0) + (outcome is Outcome.NOT_FOUND)
            shown = (past.has_shown if past else False) or outcome in (Outcome.OK, Outcome.NO_EVENTS_YET)
            past = Tries(visits[0], now, outcome, answered, missed, shown)
        now += timedelta(hours=steps[len(visits) % len(steps)])
    gaps = [b - a for a, b in pairwise(visits)]
    assert all(gap >= SHORTEST for gap in gaps)
    if standing.stage in OVER:
        assert visits[-1] < NOW + days(125)
    else:
        assert all(gap <= WEEK + timedelta(hours=30) for gap in [*gaps, now - visits[-1]])


def test_standing_of_an_order_takes_its_parcels_together():
    assert order("shipped", MOVING, ARRIVED).parcels == Standing("customs", NOW - days(1))
    assert order("shipped", MOVING, Standing("origin", NOW)).parcels == Standing(None, NOW)
    assert order("shipped", placed=3) == OrderStanding("shipped", Standing(None, NOW - days(3)))
    assert order("finished", ARRIVED, MOVING, finished=2).parcels.ended_at == NOW - days(2)
    assert order("finished", ARRIVED, finished=2).parcels.ended_at == NOW - days(12)


def test_a_portal_whose_page_is_never_understood_for_a_number_is_asked_less_and_less_often():
    under_way = Standing("line_haul", NOW)
    pauses = [
        wait(under_way, replace(tried(0, Outcome.LAYOUT_CHANGED, shown=False), unread=times), NOW)
        for times in (1, 2, 3, 4, 30)
    ]
    assert pauses[0] == SHORTEST
    assert pauses[1:] == sorted(pauses[1:])
    assert pauses[1] < pauses[2] < pauses[3] < pauses[4] == DEFAULT["not_found"].longest
    shown = replace(tried(0, Outcome.LAYOUT_CHANGED, shown=True), unread=30)
    assert wait(under_way, shown, NOW) == SHORTEST
