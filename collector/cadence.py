"""How long after a visit the next one is due: rules as data, for numbers and for orders. Pure.

A parcel under way is looked at in every run, one that stands still less and less often. One that has arrived
is looked at a few times more, for late rows and changed times, and then never again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scrapers.words import Outcome

#: Two runs in a row do not ask the same twice.
SHORTEST = timedelta(hours=1)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
SLACK = timedelta(hours=3)
#: A parcel at its end is looked at this often, for so long.
RECHECK_EVERY, RECHECK_FOR = timedelta(days=2), timedelta(days=10)
#: Portals delete what they show some months after the end: by then nothing is missed by asking no more.
FORGOTTEN_AFTER = timedelta(days=120)
#: After the first, second ... time in a row that a portal has never heard of a number; then the last.
BACK_OFF = (DAY, 2 * DAY, 4 * DAY, WEEK)

#: Stages after which nothing more is expected.
OVER = frozenset({"delivered", "returned", "closed"})
#: States of orders of which nothing is or was sent.
_NEVER_SHIPPED = frozenset({"unpaid", "cancelled"})
#: Outcomes that are an answer: what was asked for is known, or known not to be had.
ANSWERS = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET, Outcome.NOT_FOUND, Outcome.INPUT_NEEDED})
#: Of them, those that show what was asked for.
SHOWN = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET})


@dataclass(frozen=True, slots=True)
class Quiet:
    """After so long without an event, at most one visit in `every`; `stage` limits the rule to one."""

    after: timedelta
    every: timedelta
    stage: str | None = None


#: The first that fits counts.
QUIET = (
    Quiet(timedelta(days=90), WEEK),
    Quiet(timedelta(days=60), WEEK, stage="label_only"),
    Quiet(timedelta(days=30), DAY),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a parcel, or an order, is. Times are aware.

    stage          of the parcel, None if nothing is known of it
    last_event_at  of the newest event; where there is none, when it was first heard of
    delivered_at   when it reached its end, where known
    is_candidate   whether it is only proposed to be what is followed
    """

    stage: str | None = None
    last_event_at: datetime | None = None
    delivered_at: datetime | None = None
    is_candidate: bool = False

    @property
    def ended_at(self) -> datetime | None:
        """When the parcel reached its end, None while it is under way."""
        return (self.delivered_at or self.last_event_at) if self.stage in OVER else None


@dataclass(frozen=True, slots=True)
class Tries:
    """What asking one portal for one number, or a shop for one page of an order, has come to so far.

    answered_at  of the last visit whose outcome was an answer
    misses       how many visits found nothing; counts while nothing was ever shown
    """

    first_at: datetime
    last_at: datetime
    last_outcome: Outcome
    answered_at: datetime | None = None
    misses: int = 0
    has_shown: bool = False


def wait(standing: Standing, tries: Tries | None, now: datetime) -> timedelta | None:
    """How long after the last visit the next is due; None if no more is. Without a visit one is due now."""
    if tries is None:
        return timedelta()
    if standing.stage in OVER and _is_done(standing.ended_at, tries, now):
        return None
    if tries.last_outcome not in ANSWERS:
        return SHORTEST
    return max(_by_standing(standing, now), _by_answer(tries))


def _is_done(ended_at: datetime | None, tries: Tries, now: datetime) -> bool:
    """Whether a portal has said what it has to say of a parcel at its end, or will not any more."""
    if tries.answered_at is not None and (ended_at is None or tries.answered_at >= ended_at):
        return ended_at is None or now - ended_at > RECHECK_FOR
    return now - max(ended_at or tries.first_at, tries.first_at) > FORGOTTEN_AFTER


def _by_standing(standing: Standing, now: datetime) -> timedelta:
    if standing.stage in OVER:
        return RECHECK_EVERY
    least = DAY if standing.is_candidate else SHORTEST
    if standing.last_event_at is None:
        return least
    quiet = now - standing.last_event_at
    fitting = (rule.every for rule in QUIET if quiet >= rule.after and rule.stage in (None, standing.stage))
    return max(least, next(fitting, least))


def _by_answer(tries: Tries) -> timedelta:
    if tries.last_outcome is Outcome.INPUT_NEEDED:
        return DAY
    if tries.misses and not tries.has_shown:
        return BACK_OFF[min(tries.misses, len(BACK_OFF)) - 1]
    return SHORTEST


@dataclass(frozen=True, slots=True)
class OrderStanding:
    """How far an order is.

    state    as the shop has it, None if its words are not understood
    parcels  its parcels taken together: under way while one is
    changed  whether the shop has changed the state since the order's own page was read last
    """

    state: str | None
    parcels: Standing
    changed: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected. Of a state not understood, arrived parcels tell."""
        return self.state == "finished" or (self.state is None and self.parcels.stage in OVER)


def order_standing(
    state: str | None,
    parcels: Sequence[Standing],
    *,
    placed_at: datetime | None,
    finished_at: datetime | None,
    changed: bool = False,
) -> OrderStanding:
    """How far an order is, by its state and its parcels.

    An order that is finished while a parcel has not arrived ended when it was seen finished.
    """
    under_way = [p for p in parcels if p.stage not in OVER]
    ends = [p.ended_at for p in parcels if p.ended_at is not None]
    if state == "finished" and (under_way or not ends) and finished_at is not None:
        ends.append(finished_at)
    if state == "finished" or (parcels and not under_way):
        return OrderStanding(state, Standing("closed", None, max(ends, default=None)), changed)
    events = [p.last_event_at for p in under_way if p.last_event_at is not None]
    stages = {p.stage for p in under_way}
    stage = stages.pop() if len(stages) == 1 else None
    return OrderStanding(state, Standing(stage, max(events, default=placed_at)), changed)


def tracking_wait(order: OrderStanding, tries: Tries | None, now: datetime) -> timedelta | None:
    """As `wait`, for the page that shows where an order's parcels are."""
    if order.state in _NEVER_SHIPPED:
        return None
    pause = wait(order.parcels, tries, now)
    if pause is None:
        # More parcels may still come of an order that the shop does not call finished.
        return None if order.is_over else WEEK
    is_waiting = order.state == "processing" and tries is not None and tries.last_outcome in ANSWERS
    return max(pause, DAY) if is_waiting else pause


def detail_wait(order: OrderStanding, tries: Tries | None) -> timedelta | None:
    """As `wait`, for the page of an order: what it holds, what was paid, how long the buyer is protected."""
    if order.state in _NEVER_SHIPPED:
        return None
    if tries is None:
        return timedelta()
    if tries.last_outcome not in ANSWERS or (order.changed and tries.has_shown):
        return SHORTEST
    if not tries.has_shown:
        return _by_answer(tries)
    return None if order.is_over else WEEK  # dates of protection move while parcels are under way


def has_passed(pause: timedelta | None, tries: Tries | None, now: datetime) -> bool:
    """Whether a visit is due that is so long after the last one; within three hours of it, for whole days."""
    if pause is None or tries is None:
        return pause is not None
    # A run that begins a little earlier in the day than the last visit was must not cost a day.
    least = pause - SLACK if pause >= DAY else pause
    # A clock that was set back must not put a visit off for longer than the pause itself.
    return abs(now - tries.last_at) >= least
