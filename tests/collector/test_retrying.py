"""What is tried again, how often, and after which pause. Nothing here waits: the sleep is given."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.limits import Limits
from collector.visit.retrying import (
    TRANSIENT_NETWORK,
    TransientError,
    http_trouble,
    network_trouble,
    policy,
    retry_after_seconds,
)
from scrapers.words import Outcome

NOW = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)
LIMITS = Limits(attempts=4, total_seconds=1000, first_wait_seconds=2, longest_wait_seconds=10)


def tried(failures, limits=LIMITS):
    """What came of attempts that fail with `failures` one by one, then succeed; attempts; pauses."""
    attempts, pauses, left = [], [], list(failures)

    async def pause(seconds):
        pauses.append(seconds)

    async def attempt():
        attempts.append(1)
        if left:
            raise left.pop(0)
        return "ok"

    try:
        result = asyncio.run(policy("depot", limits, pause)(attempt))
    except Exception as error:
        result = error
    return result, len(attempts), pauses


def test_a_passing_failure_is_tried_again():
    assert tried([TransientError("reset")])[:2] == ("ok", 2)


def test_attempts_run_out_and_the_last_failure_itself_is_raised():
    last = TransientError("the fourth")
    result, attempts, pauses = tried([TransientError("reset")] * 3 + [last])
    assert result is last
    assert (attempts, len(pauses)) == (4, 3)


def test_time_runs_out_before_attempts_do():
    result, attempts, _ = tried([TransientError("reset")] * 9, Limits(attempts=9, total_seconds=0))
    assert (str(result), attempts) == ("reset", 1)


@pytest.mark.parametrize("error", [ValueError("bug"), KeyError("bug"), TimeoutError("bug")])
def test_what_is_not_on_the_list_is_never_tried_again(error):
    assert tried([error]) == (error, 1, [])


def test_pauses_grow_within_their_bounds_and_are_jittered():
    seen = {tuple(tried([TransientError("reset")] * 4)[2]) for _ in range(20)}
    assert len(seen) > 10
    for first, second, third in seen:
        assert 1 <= first <= 2
        assert 1 <= second <= 4
        assert 1 <= third <= 8


@given(st.integers(0, 120))
def test_the_pause_asked_for_is_kept_and_not_much_exceeded(asked):
    _, _, (pause,) = tried([TransientError("HTTP 429", retry_after_s=asked)])
    assert asked <= pause <= asked + 1


def test_a_pause_beyond_the_cap_is_not_waited_for():
    error = TransientError("HTTP 429", retry_after_s=121)
    assert tried([error]) == (error, 1, [])


def test_the_log_says_portal_attempt_wait_and_reason(caplog):
    with caplog.at_level(logging.WARNING):
        tried([TransientError("HTTP 503")])
    (record,) = caplog.records
    message = record.getMessage()
    assert message.startswith("depot: attempt 1 failed: HTTP 503; next one in ")


@pytest.mark.parametrize(
    ("status", "outcome"), [(429, "rate_limited"), (502, "unavailable"), (503, "unavailable")]
)
def test_statuses_that_pass_carry_the_outcome_they_end_with(status, outcome):
    trouble = http_trouble(status, {"retry-after": "7"}, NOW)
    assert (trouble.outcome, trouble.retry_after_s) == (Outcome(outcome), 7)
    assert str(status) in trouble.reason


@pytest.mark.parametrize("status", [None, 200, 204, 301, 400, 401, 403, 404, 410, 451, 500, 501, 505])
def test_other_statuses_are_not_tried_again(status):
    assert http_trouble(status, {"retry-after": "7"}, NOW) is None


@pytest.mark.parametrize("code", sorted(TRANSIENT_NETWORK))
def test_a_passing_network_failure_says_what_it_means_and_its_code(code):
    assert code in network_trouble(code).reason
    assert network_trouble(code).outcome is Outcome.UNAVAILABLE


@pytest.mark.parametrize(
    "code",
    [
        "ERR_CERT_AUTHORITY_INVALID",
        "ERR_SSL_PROTOCOL_ERROR",
        "ERR_TOO_MANY_REDIRECTS",
        "ERR_BLOCKED_BY_CLIENT",
    ],
)
def test_tls_errors_redirects_without_end_and_blocked_hosts_are_final(code):
    assert network_trouble(code) is None


@given(st.integers(0, 10_000_000))
def test_retry_after_in_seconds_and_as_a_date_mean_the_same(seconds):
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after_seconds(str(seconds), NOW) == retry_after_seconds(date, NOW) == seconds


def test_a_date_in_the_past_asks_for_no_pause():
    assert retry_after_seconds("Wed, 21 Oct 2015 07:28:00 GMT", NOW) == 0


@given(st.none() | st.text(max_size=40) | st.integers(-(10**30), 10**30).map(str))
def test_any_retry_after_is_read_or_ignored_and_keeps_dates_computable(value):
    seconds = retry_after_seconds(value, NOW)
    assert seconds is None or 0 <= seconds <= 366 * 86_400
    assert seconds is None or NOW + timedelta(seconds=seconds) >= NOW


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "٣", "Wed, 99 Oct 2015 07:28:00 GMT"])
def test_an_unreadable_retry_after_asks_for_nothing(value):
    assert retry_after_seconds(value, NOW) is None
