"""Which pages of a shop's orders are due, most urgent first. Only reads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlite_utils import Database

from collector.cadence import (
    ANSWERS,
    DAY,
    OrderStanding,
    Standing,
    Tries,
    detail_wait,
    has_passed,
    order_standing,
    tracking_wait,
)
from collector.read.offsets import parse_iso_utc
from collector.store.tries import tries_of_orders
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


@dataclass(frozen=True, slots=True)
class DueOrder:
    """One page of an order to read, and why."""

    order_id: str
    page: Literal["tracking", "detail"]
    reason: str


@dataclass(frozen=True, slots=True)
class _State:
    """When a shop was seen to call an order so, on the order's own page or on its other pages."""

    state: str
    is_detail: bool
    first_at: datetime
    last_at: datetime


def due_orders(
    db: Database, shop: Shop, account: str, *, now: datetime, limit: int | None = None
) -> list[DueOrder]:
    """The pages of the account's orders that are due, most urgent first, at most `limit` of them.

    First where shipped orders are, then whatever else concerns orders under way, then those that are over,
    last those never read. Of each kind those that have waited for days, then those whose protection ends
    first, then the newest. What has failed within a day is tried again behind all others, so that a page
    which always fails keeps none from its turn.
    """
    tries = tries_of_orders(db, shop.name)
    parcels, states = _parcels(db), _states(db, shop.name, account)
    due: list[tuple[tuple[object, ...], DueOrder]] = []
    for row in db.query(_ORDERS, [shop.name, account]):
        tracked, read = tries.get((row["id"], "tracking")), tries.get((row["id"], "detail"))
        order = _standing(row, parcels[row["id"]], states[row["id"]], read)
        if has_passed(tracking_wait(order, tracked, now), tracked, now):
            one = DueOrder(row["id"], "tracking", _reason(order, tracked))
            due.append((_urgency(one, order, row, tracked, now), one))
        if has_passed(detail_wait(order, read), read, now):
            one = DueOrder(row["id"], "detail", _reason(order, read))
            due.append((_urgency(one, order, row, read, now), one))
    return [one for _, one in sorted(due, key=lambda pair: pair[0])][:limit]


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
    return rank, -waited, row["protection_ends_on"] or "~", placed, one.order_id, one.page


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
