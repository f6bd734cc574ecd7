"""What a run would do, what it would leave out, and when something is due next. Only reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlite_utils import Database

from collector.cadence import Tries, due_at
from collector.cadence_rules import DEFAULT, Cadence
from collector.plan import Due, Wanted, arriving_orders, choices, due_visits
from collector.plan_orders import due_orders, order_choices
from collector.politeness import PortalState, left_today, permit
from collector.store.portal_states import portal_state
from collector.worth import Worth
from scrapers.contract import Politeness, Portal
from scrapers.shop import Shop

Accounts = Sequence[tuple[Shop, str]]


@dataclass(frozen=True, slots=True)
class Planned:
    """One visit a run would make.

    number   the tracking number; None where a shop is asked
    page     of a shop: list, tracking or detail
    worth    why it stands where it does; None where nothing says so, or a shop is asked
    put_off  why it would not be made in this run, None if it would
    """

    portal: str
    reason: str
    account: str | None = None
    number: str | None = None
    order_id: str | None = None
    page: str | None = None
    worth: str | None = None
    last_visit_at: datetime | None = None
    put_off: str | None = None


def planned(
    db: Database,
    portals: Mapping[str, Portal],
    accounts: Accounts,
    *,
    wanted: Wanted,
    now: datetime,
    deadline: timedelta,
    rules: Cadence = DEFAULT,
) -> list[Planned]:
    """The visits of a run that begins now, as far as they are known, in the order they would be made.

    Portals are visited side by side. What portals name during the run is not foreseen.
    """
    visits = due_visits(db, portals, wanted=wanted, now=now, rules=rules)
    together = arriving_orders(db, visits)
    made: list[Planned] = []
    for shop, account in accounts:
        state = portal_state(db, shop.name, account)
        lines = list(_of_account(db, shop, account, wanted, now, together, rules))
        made += _with_refusals(lines, shop, state, now, deadline)
    for name in dict.fromkeys(one.portal for one in visits):
        lines = [_of_number(one) for one in visits if one.portal == name]
        made += _with_refusals(lines, portals[name], portal_state(db, name), now, deadline)
    return made


def next_due(
    db: Database,
    portals: Mapping[str, Portal],
    accounts: Accounts,
    *,
    now: datetime,
    rules: Cadence = DEFAULT,
) -> datetime | None:
    """The earliest instant from now on at which a visit is due and may be made; None if none ever is.

    Lists of orders do not count: they are read in every run.
    """
    moments = [
        _open_from(portal_state(db, one.portal), portals[one.portal].politeness, at)
        for one in choices(db, portals, wanted=Wanted(), now=now, rules=rules)
        if (at := _from_now(one.pause, one.past, now)) is not None
    ]
    for shop, account in accounts:
        state = portal_state(db, shop.name, account)
        moments += [
            _open_from(state, shop.politeness, at)
            for one in order_choices(db, shop, account, now=now, rules=rules)
            if (at := _from_now(one.pause, one.past, now)) is not None
        ]
    return min(moments, default=None)


def _from_now(pause: timedelta | None, past: Tries | None, now: datetime) -> datetime | None:
    if pause is None:
        return None
    return max(now, due_at(pause, past) or now)


def _open_from(state: PortalState, politeness: Politeness, at: datetime) -> datetime:
    """When a visit due at `at` may be made: after a cool-down, and on a day with budget left."""
    if state.not_before_at is not None and state.not_before_at > at:
        at = state.not_before_at
    if state.budget_on == at.date().isoformat() and state.budget_used >= politeness.per_day:
        at = datetime.combine(at.date() + timedelta(days=1), time(), at.tzinfo)
    return at


def _of_account(
    db: Database,
    shop: Shop,
    account: str,
    wanted: Wanted,
    now: datetime,
    together: Iterable[str],
    rules: Cadence,
) -> Iterator[Planned]:
    if not wanted.orders:
        yield Planned(shop.name, "it is read in every run", account, page="list")
    due = due_orders(
        db,
        shop,
        account,
        now=now,
        only=wanted.orders,
        everything=wanted.everything,
        together=frozenset(together),
        rules=rules,
    )
    for one in due:
        yield Planned(
            shop.name,
            one.reason,
            account,
            order_id=one.order_id,
            page=one.page,
            last_visit_at=one.last_at,
        )


def _of_number(one: Due) -> Planned:
    return Planned(
        one.portal, one.reason, number=one.number, worth=_said(one.worth), last_visit_at=one.last_at
    )


def _said(one: Worth) -> str | None:
    return None if one is Worth.ORDINARY else one.said


def _with_refusals(
    lines: Sequence[Planned], portal: Portal, state: PortalState, now: datetime, deadline: timedelta
) -> Iterator[Planned]:
    """The visits to one portal, with why those that do not fit are left out."""
    politeness = portal.politeness
    refused = permit(state, politeness, now).refused
    left = left_today(state, politeness, now) * portal.batch
    in_time = int(deadline.total_seconds() // max(politeness.seconds_between, 1.0) + 1) * portal.batch
    for place, line in enumerate(lines):
        why = refused
        if why is None and place >= left:
            why = f"its budget of {politeness.per_day} a day will be used up"
        elif why is None and place >= in_time:
            why = "the run's time will be over"
        yield replace(line, put_off=why)
