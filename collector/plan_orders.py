"""Which pages of a shop's orders are due, most urgent first. Only reads."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlite_utils import Database

from collector.cadence import (
    ANSWERS,
    ARRIVAL,
    DAY,
    NEVER_SHIPPED,
    OrderStanding,
    Standing,
    Tries,
    detail_wait,
    has_passed,
    order_standing,
    tracking_wait,
)
from collector.cadence_rules import DEFAULT, SHORTEST, Cadence
from collector.read.offsets import parse_iso_utc
from collector.store.tries import tries_of_orders
from collector.worth import is_near
from scrapers import vocabulary
from scrapers.shop import Shop

_ORDERS = """
select id, state, placed_on, finished_on, protection_ends_on from orders
where marketplace = ? and account = ? order by id
"""
_PARCELS = """
select po.order_id, p.stage, p.delivered_at, p.last_event_at,
       (select min(n.first_seen_at) from tracking_numbers as n where n.parcel_id = p.id) as first_seen_at
from parcel_orders as po join parcels as p on p.id = po.parcel_id order by po.order_id, p.id
"""
_STATUSES = """
select s.order_id, v.page = 'detail' as is_detail, json_extract(s.shown, '$.status_code') as code,
       json_extract(s.shown, '$.status_text') as text, min(s.seen_at) as first_at, max(s.seen_at) as last_at
from order_sightings as s join visits as v on v.id = s.visit_id join orders as o on o.id = s.order_id
where o.marketplace = ? and o.account = ? group by 1, 2, 3, 4
"""
#: How long an order that was never asked about has waited, in days.
_FOR_EVER = 1_000_000
_Page = Literal["tracking", "detail"]
_NEAR_ITS_OWNER = ARRIVAL | {"pickup"}


@dataclass(frozen=True, slots=True)
class DueOrder:
    """One page of an order to read, and why; `last_at` is when it was read last."""

    order_id: str
    page: _Page
    reason: str
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """One page of an order that may be read, and how long after the last visit that is due.

    pause  None where no more visits are due
    place  where it stands among those that are due: the smaller, the sooner
    """

    order: OrderStanding
    one: DueOrder
    past: Tries | None
    pause: timedelta | None
    place: tuple[object, ...]

    def is_due(self, now: datetime) -> bool:
        """Whether its time has come."""
        return has_passed(self.pause, self.past, now)


@dataclass(frozen=True, slots=True)
class _State:
    """When a shop was seen to call an order so, on the order's own page or on its other pages."""

    state: str
    is_detail: bool
    first_at: datetime
    last_at: datetime


def due_orders(
    db: Database,
    shop: Shop,
    account: str,
    *,
    now: datetime,
    limit: int | None = None,
    only: Collection[str] = (),
    everything: bool = False,
    together: Collection[str] = (),
    rules: Cadence = DEFAULT,
) -> list[DueOrder]:
    """The pages of the account's orders that are due, most urgent first, at most `limit` of them.

    First where shipped orders are, then whatever else concerns orders under way, then those that are over,
    last those never read. Of each kind those that have waited for days, then those near their owner or the
    end of their protection, then those whose protection ends first, then the newest. What has failed within a
    day is tried again behind all others, so that a page which always fails keeps none from its turn.

    With `only` these orders are read, due or not; `everything` reads all that was sent. The tracking pages of
    the orders in `together` are read because a carrier is asked about their parcels.
    """
    chosen = []
    for choice in order_choices(db, shop, account, now=now, rules=rules):
        if only and choice.one.order_id not in only:
            continue
        if choice.is_due(now) or ((only or everything) and choice.order.state not in NEVER_SHIPPED):
            chosen.append((choice.place, choice.one))
        elif choice.one.order_id in together and _compares(choice, now):
            chosen.append((choice.place, replace(choice.one, reason="a carrier is asked about its parcel")))
    return [one for _, one in sorted(chosen, key=lambda pair: pair[0])][:limit]


def order_choices(
    db: Database, shop: Shop, account: str, *, now: datetime, rules: Cadence = DEFAULT
) -> Iterator[OrderChoice]:
    """Both pages of each of the account's orders, due or not."""
    tries = tries_of_orders(db, shop.name)
    parcels, states = _parcels(db), _states(db, shop.name, account)
    for row in db.query(_ORDERS, [shop.name, account]):
        tracked, read = tries.get((row["id"], "tracking")), tries.get((row["id"], "detail"))
        order = _standing(row, parcels[row["id"]], states[row["id"]], read)
        asked: Iterable[tuple[_Page, Tries | None, timedelta | None]] = (
            ("tracking", tracked, tracking_wait(order, tracked, now, rules)),
            ("detail", read, detail_wait(order, read, rules)),
        )
        for page, past, pause in asked:
            last_at = None if past is None else past.last_at
            one = DueOrder(row["id"], page, _reason(order, past), last_at)
            yield OrderChoice(order, one, past, pause, _urgency(one, order, row, past, now))


def _compares(choice: OrderChoice, now: datetime) -> bool:
    """Whether a page shows where parcels are that others are asked about just now."""
    return (
        choice.one.page == "tracking"
        and choice.pause is not None
        and choice.past is not None
        and choice.past.has_shown
        and has_passed(SHORTEST, choice.past, now)
    )


def _standing(
    row: Mapping[str, Any], parcels: Iterable[Standing], states: Iterable[_State], read: Tries | None
) -> OrderStanding:
    states = list(states)
    finished = [s.first_at for s in states if s.state == "finished"]
    if row["finished_on"]:
        finished.append(_day(row["finished_on"]) + DAY)
    return order_standing(
        row["state"],
        list(parcels),
        placed_at=_day(row["placed_on"]) if row["placed_on"] else None,
        finished_at=min(finished, default=None),
        changed=read is not None and read.answered_at is not None and _has_changed(states, read.answered_at),
    )


def _has_changed(states: Iterable[_State], since: datetime) -> bool:
    """Whether the shop calls the order otherwise now than at `since`, by the pages that list orders.

    The order's own page is left aside: its words for one state may be others than the list's.
    """
    listed: dict[str, _State] = {}
    for one in states:
        if not one.is_detail:
            first = min(one.first_at, listed.get(one.state, one).first_at)
            last = max(one.last_at, listed.get(one.state, one).last_at)
            listed[one.state] = _State(one.state, False, first, last)
    if not listed:
        return False
    current = max(listed.values(), key=lambda s: (s.last_at, s.state))
    return current.first_at > since >= min(s.first_at for s in listed.values())


def _urgency(
    one: DueOrder, order: OrderStanding, row: Mapping[str, Any], tries: Tries | None, now: datetime
) -> tuple[object, ...]:
    waited = _FOR_EVER if tries is None else max(now - tries.last_at, timedelta()) // DAY
    if tries is not None and tries.last_outcome not in ANSWERS and not waited:
        rank = 4
    elif order.is_over:
        rank = 2 if tries is not None and tries.has_shown else 3
    else:
        rank = 0 if one.page == "tracking" and order.state in ("shipped", None) else 1
    placed = -_day(row["placed_on"]).toordinal() if row["placed_on"] else 0
    ends_on = date.fromisoformat(row["protection_ends_on"]) if row["protection_ends_on"] else None
    is_pressing = is_near(ends_on, now) or order.parcels.stage in _NEAR_ITS_OWNER
    ends = row["protection_ends_on"] or "~"
    return rank, -waited, not is_pressing, ends, placed, one.order_id, one.page


def _reason(order: OrderStanding, tries: Tries | None) -> str:
    if tries is None or not tries.has_shown:
        return "it has not been read yet"
    if order.changed:
        return "its state has changed"
    if order.is_over:
        return "a last look"
    return "it is under way" if order.state else "its state is not understood"


def _parcels(db: Database) -> defaultdict[str, list[Standing]]:
    found = defaultdict[str, list[Standing]](list)
    for row in db.query(_PARCELS):
        last_event_at = _instant(row["last_event_at"] or row["first_seen_at"])
        found[row["order_id"]].append(Standing(row["stage"], last_event_at, _instant(row["delivered_at"])))
    return found


def _states(db: Database, shop: str, account: str) -> defaultdict[str, list[_State]]:
    found = defaultdict[str, list[_State]](list)
    for row in db.query(_STATUSES, [shop, account]):
        state = vocabulary.order_state(shop, code=row["code"], text=row["text"])
        if state is not None:
            first_at, last_at = parse_iso_utc(row["first_at"]), parse_iso_utc(row["last_at"])
            found[row["order_id"]].append(_State(state, bool(row["is_detail"]), first_at, last_at))
    return found


def _day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), UTC)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_iso_utc(text)
