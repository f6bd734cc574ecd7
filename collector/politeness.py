"""How often a portal may be asked: pauses, a daily budget, cool-downs, kept across runs. Pure.

A portal that asks for a pause gets it. One that refuses or fails again and again is left alone for longer
each time: asking a portal that does not want to answer helps nobody, and may cost the address its access.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scrapers.contract import Politeness
from scrapers.words import Outcome

#: How long a portal is left alone that refused without saying for how long.
COOL_DOWN = {Outcome.RATE_LIMITED: timedelta(hours=6), Outcome.CHALLENGE: timedelta(hours=24)}
#: After this many failures in a row a portal is left alone, twice as long with each further one.
PATIENCE = 3
_FIRST_REST, _LONGEST_REST = timedelta(hours=1), timedelta(hours=24)
#: Outcomes that say something is wrong with the portal, the way to it, or what is known of it.
FAILED = frozenset({Outcome.UNAVAILABLE, Outcome.RATE_LIMITED, Outcome.LAYOUT_CHANGED})
HUMAN = frozenset({Outcome.CHALLENGE, Outcome.LOGIN_REQUIRED})


@dataclass(frozen=True, slots=True)
class PortalState:
    """What is remembered of a portal. Times are aware; `budget_used` counts requests on `budget_on` (UTC)."""

    portal: str
    budget_on: str | None = None
    budget_used: int = 0
    failures: int = 0
    last_visit_at: datetime | None = None
    not_before_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """Whether a portal may be asked: after `wait_s` seconds, or not in this run and why."""

    wait_s: float = 0.0
    refused: str | None = None


def permit(state: PortalState, politeness: Politeness, now: datetime) -> Permit:
    """Whether, and after which pause, the portal may be asked now."""
    if state.not_before_at is not None and state.not_before_at > now:
        return Permit(refused=f"left alone until {state.not_before_at:%Y-%m-%d %H:%M} UTC")
    if _used_today(state, now) >= politeness.per_day:
        return Permit(refused=f"its budget of {politeness.per_day} a day is used up")
    if state.last_visit_at is None:
        return Permit()
    since = (now - state.last_visit_at).total_seconds()
    # A clock that was set back must not make a portal wait for days.
    return Permit(wait_s=min(max(0.0, politeness.seconds_between - since), politeness.seconds_between))


def left_today(state: PortalState, politeness: Politeness, now: datetime) -> int:
    """How many requests the day's budget still allows."""
    return max(0, politeness.per_day - _used_today(state, now))


def asking(state: PortalState, now: datetime) -> PortalState:
    """The state once a visit begins: noted before the first request, so that a killed run has spent it."""
    used = _used_today(state, now) + 1
    return replace(state, budget_on=_day(now), budget_used=used, last_visit_at=now)


def answered(
    state: PortalState, outcome: Outcome, attempts: int, at: datetime, retry_at: datetime | None
) -> PortalState:
    """The state after a visit ended; its first attempt is counted already.

    The next pause counts from its beginning, or from its end where it asked more than once.
    """
    is_bad = outcome in FAILED or outcome in HUMAN
    failures = state.failures + 1 if is_bad else 0
    rest = _rest(outcome, failures, at, is_told=retry_at is not None) if is_bad else None
    until = max((t for t in (retry_at, rest) if t is not None), default=None)
    return replace(
        state,
        budget_used=state.budget_used + max(0, attempts - 1),
        failures=failures,
        last_visit_at=at if attempts > 1 else state.last_visit_at or at,
        not_before_at=until,
    )


def _rest(outcome: Outcome, failures: int, at: datetime, *, is_told: bool) -> datetime | None:
    """Until when to leave the portal alone, where it has not said so itself (`is_told`) or keeps failing."""
    if outcome in COOL_DOWN and not is_told:
        return at + COOL_DOWN[outcome]
    if failures < PATIENCE:
        return None
    return at + min(_LONGEST_REST, _FIRST_REST * (1 << min(failures - PATIENCE, 10)))


def _used_today(state: PortalState, now: datetime) -> int:
    return state.budget_used if state.budget_on == _day(now) else 0


def _day(now: datetime) -> str:
    return now.date().isoformat()
