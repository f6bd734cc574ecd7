"""How long after a visit the next one is due, by the rules of `cadence.toml`: for numbers, for orders. Pure.

A parcel under way is looked at as often as its stage deserves, one that stands still less and less often. One
that has arrived is looked at a few times more, for late rows and changed times, and then never again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.cadence_rules import DEFAULT, SHORTEST, Cadence, Rule
from scrapers.words import Outcome

DAY, WEEK = timedelta(days=1), timedelta(days=7)
#: A run that begins a little early must not cost a turn: so much of a pause may be missing, at most `SLACK`.
SLACK, _SLACK_SHARE = timedelta(hours=3), 4

#: Stages after which nothing more is expected.
OVER = frozenset({"delivered", "returned", "closed"})
#: Stages in which the marketplace and the carriers show the same scans: they are read together.
ARRIVAL = frozenset({"customs", "last_mile"})
#: States of orders of which nothing is or was sent.
NEVER_SHIPPED = frozenset({"unpaid", "cancelled"})
#: Outcomes that are an answer: what was asked for is known, or known not to be had.
ANSWERS = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET, Outcome.NOT_FOUND, Outcome.INPUT_NEEDED})
#: Of them, those that show what was asked for.
SHOWN = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET})


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
    unread       how many visits ended on a page in no known state; counts likewise
    """

    first_at: datetime
    last_at: datetime
    last_outcome: Outcome
    answered_at: datetime | None = None
    misses: int = 0
    has_shown: bool = False
    unread: int = 0


def wait(
    standing: Standing, tries: Tries | None, now: datetime, rules: Cadence = DEFAULT
) -> timedelta | None:
    """How long after the last visit the next is due; None if no more is. Without a visit one is due now."""
    if tries is None:
        return timedelta()
    if standing.stage in OVER and _is_done(standing.ended_at, tries, now, rules):
        return None
    if tries.last_outcome is Outcome.LAYOUT_CHANGED and not tries.has_shown and tries.unread > 1:
        return _doubled(rules["not_found"], tries.unread - 1, standing.stage)
    if tries.last_outcome not in ANSWERS:
        return rules["failed"].every
    return max(_by_standing(standing, now, rules), _by_answer(tries, standing.stage, rules))


def _is_done(ended_at: datetime | None, tries: Tries, now: datetime, rules: Cadence) -> bool:
    """Whether a portal has said what it has to say of a parcel at its end, or will not any more."""
    rule = rules["delivered"]
    if tries.answered_at is not None and (ended_at is None or tries.answered_at >= ended_at):
        return ended_at is None or now - ended_at > (rule.stop_after or timedelta())
    return now - max(ended_at or tries.first_at, tries.first_at) > (rule.give_up_after or timedelta())


def _by_standing(standing: Standing, now: datetime, rules: Cadence) -> timedelta:
    if standing.stage in OVER:
        return rules["delivered"].every
    quiet = timedelta() if standing.last_event_at is None else now - standing.last_event_at
    pause = rules[standing.stage].after_silence(quiet)
    return max(pause, rules["candidate"].every) if standing.is_candidate else pause


def _by_answer(tries: Tries, stage: str | None, rules: Cadence) -> timedelta:
    if tries.last_outcome is Outcome.INPUT_NEEDED:
        return rules["input_needed"].every
    if not tries.misses or tries.has_shown:
        return SHORTEST
    return _doubled(rules["not_found"], tries.misses, stage)


def _doubled(rule: Rule, times: int, stage: str | None) -> timedelta:
    """The rule's pause, doubled with each further time, up to its longest.

    A page that is in no known state may be how a portal says that it does not know a number.
    """
    longest = rule.arrived if stage in ARRIVAL else rule.longest
    return min(rule.every * (1 << min(max(times - 1, 0), 12)), longest or rule.every)


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


def tracking_wait(
    order: OrderStanding, tries: Tries | None, now: datetime, rules: Cadence = DEFAULT
) -> timedelta | None:
    """As `wait`, for the page that shows where an order's parcels are."""
    if order.state in NEVER_SHIPPED:
        return None
    pause = wait(order.parcels, tries, now, rules)
    if pause is None:
        return None if order.is_over else rules["order_arrived"].every
    is_packed = order.state == "processing" and tries is not None and tries.last_outcome in ANSWERS
    return max(pause, rules["order_packed"].every) if is_packed else pause


def detail_wait(order: OrderStanding, tries: Tries | None, rules: Cadence = DEFAULT) -> timedelta | None:
    """As `wait`, for the page of an order: what it holds, what was paid, how long the buyer is protected."""
    if order.state in NEVER_SHIPPED:
        return None
    if tries is None:
        return timedelta()
    if tries.last_outcome not in ANSWERS:
        return rules["failed"].every
    if order.changed and tries.has_shown:
        return SHORTEST
    if not tries.has_shown:
        return _by_answer(tries, order.parcels.stage, rules)
    return None if order.is_over else rules["order_page"].every


def due_at(pause: timedelta | None, tries: Tries | None) -> datetime | None:
    """When the visit so long after the last is due at the earliest; None if none is, or one is at once."""
    if pause is None or tries is None:
        return None
    return tries.last_at + pause - _early(pause)


def has_passed(pause: timedelta | None, tries: Tries | None, now: datetime) -> bool:
    """Whether a visit is due that is so long after the last one, or nearly so."""
    if pause is None or tries is None:
        return pause is not None
    # A clock that was set back must not put a visit off for longer than the pause itself.
    return abs(now - tries.last_at) >= pause - _early(pause)


def _early(pause: timedelta) -> timedelta:
    """How much earlier than after `pause` a visit may be: not at all after the shortest, hours after days."""
    return min(SLACK, max(pause - SHORTEST, timedelta()) / _SLACK_SHARE)
