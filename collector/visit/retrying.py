"""When an attempt may be repeated, and how long to wait before: the one retry policy, on tenacity.

Only what is on the lists below is ever repeated. A challenge, "not found", a changed layout, a TLS error,
too many redirects or a foreign host never is: asking again would not change the answer.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_random,
    wait_random_exponential,
)

from collector.limits import Limits
from scrapers.words import Outcome

_LOG = logging.getLogger(__name__)

#: Chromium's network errors that a second attempt may not meet, and what they mean to a person.
TRANSIENT_NETWORK: dict[str, str] = {
    "ERR_TIMED_OUT": "the connection timed out",
    "ERR_CONNECTION_TIMED_OUT": "the connection timed out",
    "ERR_CONNECTION_RESET": "the connection was reset",
    "ERR_CONNECTION_REFUSED": "the connection was refused",
    "ERR_CONNECTION_CLOSED": "the connection was closed",
    "ERR_CONNECTION_ABORTED": "the connection was closed",
    "ERR_EMPTY_RESPONSE": "the server closed the connection without an answer",
    "ERR_NETWORK_CHANGED": "the network changed",
    "ERR_CONTENT_LENGTH_MISMATCH": "the connection was closed in the middle of the page",
    "ERR_INCOMPLETE_CHUNKED_ENCODING": "the connection was closed in the middle of the page",
}
#: HTTP statuses that a second attempt may not meet.
TRANSIENT_STATUS = frozenset({429, 502, 503, 504})

_LONGEST_PAUSE_S = 366 * 86_400.0  # a demand beyond a year is noise; it also keeps dates computable


class TransientError(Exception):
    """A failure worth another attempt. `outcome` is how the visit ends when attempts run out."""

    def __init__(
        self, reason: str, *, retry_after_s: float | None = None, outcome: Outcome = Outcome.UNAVAILABLE
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.outcome = outcome


def network_trouble(code: str) -> TransientError | None:
    """The failure behind Chromium's error `code` ("ERR_…"), None if another attempt would not help."""
    meaning = TRANSIENT_NETWORK.get(code)
    return None if meaning is None else TransientError(f"{meaning} ({code})")


def http_trouble(status: int | None, headers: Mapping[str, str], now: datetime) -> TransientError | None:
    """The failure an HTTP `status` stands for, None if it is none or another attempt would not help.

    `headers` have lower-case names.
    """
    if status is None or status not in TRANSIENT_STATUS:
        return None
    pause = retry_after_seconds(headers.get("retry-after"), now)
    outcome = Outcome.RATE_LIMITED if status == 429 else Outcome.UNAVAILABLE
    asked = "" if pause is None else f", the portal asks to wait {pause:.0f} s"
    return TransientError(f"HTTP {status}{asked}", retry_after_s=pause, outcome=outcome)


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds a `Retry-After` header asks for, at least 0, at most a year; None if absent or unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), _LONGEST_PAUSE_S)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if until.tzinfo is None:  # "-0000": UTC, by RFC 5322
        until = until.replace(tzinfo=UTC)
    return min(max((until - now) / timedelta(seconds=1), 0.0), _LONGEST_PAUSE_S)


def policy(portal: str, limits: Limits, sleep: Callable[[float], Awaitable[None]]) -> AsyncRetrying:
    """The retry policy for one visit to `portal`; call it with a coroutine function.

    Raises the last TransientError itself when attempts or time run out, or at once when the portal asks
    for a longer pause than the limits allow.
    """

    def worth_repeating(error: BaseException) -> bool:
        return isinstance(error, TransientError) and (
            error.retry_after_s is None or error.retry_after_s <= limits.retry_after_cap_seconds
        )

    return AsyncRetrying(
        retry=retry_if_exception(worth_repeating),
        stop=stop_after_attempt(limits.attempts) | stop_after_delay(limits.total_seconds),
        wait=_waiting(limits),
        sleep=sleep,
        before_sleep=_logging(portal),
        reraise=True,
    )


def _waiting(limits: Limits) -> Callable[[RetryCallState], float]:
    growing = wait_random_exponential(
        multiplier=limits.first_wait_seconds,
        max=limits.longest_wait_seconds,
        min=limits.first_wait_seconds / 2,
    )
    jitter = wait_random(0, 1)

    def wait(state: RetryCallState) -> float:
        asked = getattr(_error_of(state), "retry_after_s", None)
        return growing(state) if asked is None else float(asked) + jitter(state)

    return wait


def _logging(portal: str) -> Callable[[RetryCallState], None]:
    def log(state: RetryCallState) -> None:
        _LOG.warning(
            "%s: attempt %d failed: %s; next one in %.1f s",
            portal,
            state.attempt_number,
            _error_of(state),
            state.upcoming_sleep,
        )

    return log


def _error_of(state: RetryCallState) -> BaseException | None:
    return None if state.outcome is None else state.outcome.exception()
