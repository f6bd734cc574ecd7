"""What is simulated: which parcels are under way on which days, in whose accounts. All of it is invented.

The journeys are the committed ones (`fixtures/journeys`), some a few weeks later than told there, so that they
are under way together.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import fixtures
from fixtures.journeys import Journey, load
from fixtures.shop import Order, bought
from fixtures.sites.aliexpress.settings import WALDO, XIMENA

EVENINGS = (
    datetime(2026, 2, 24, 20, tzinfo=UTC),
    datetime(2026, 3, 11, 20, tzinfo=UTC),
    datetime(2026, 4, 2, 20, tzinfo=UTC),
)


@dataclass(frozen=True, slots=True)
class Followed:
    """A number followed by hand from an evening on, without an order."""

    journey: str
    weeks_later: int
    note: str
    since: datetime


#: What is bought, in two accounts: ids of orders (`fixtures/shop/orders.toml`), and how many weeks later than told.
SPANISH_ORDERS = {
    "8190000000111101": 13,  # rows change their times between two evenings
    "8190000000030301": 12,  # one order in two parcels
    "8190000000040401": 2,  # three orders in one parcel
    "8190000000040402": 2,
    "8190000000040403": 2,
    "8190000000050501": 4,  # a third number in the middle of Spain
    "8190000000060601": 1,  # two handoffs
    "8190000000070701": 0,  # summer time begins, the labels stay in winter
    "8190000000222201": 0,  # to the Canary Islands, an hour behind
    "8190000000232301": 7,  # not followed to the end; protection runs out
    "8190000000242401": 0,  # paid, never sent
    "8190000000270271": 0,  # cancelled
}
AMERICAN_ORDERS = {
    "8190000000141401": 6,  # one portal shows when it heard of the scans
    "8190000000090901": 0,  # wrong labels
    "8190000000151501": 0,  # summer time begins
    "8190000000191901": 0,  # two attempts to deliver
}
#: Orders whose buyers never say that they have them.
UNCONFIRMED = frozenset({"8190000000232301"})
FOLLOWED = (
    Followed("girona_china_labels", 6, "Herb scissors, for a friend in Girona", EVENINGS[0]),
    Followed("palma_customs_hold", 6, "Drone propellers, to Palma", EVENINGS[2]),
)
BUYERS = {"spain": XIMENA, "america": WALDO}


@contextmanager
def simulated() -> Iterator[fixtures.Portals]:
    """The simulated portals and shop, while the story is told."""
    told = load()
    orders = {order.id: order for order in bought(told)}
    followed = {f.journey: later(told[f.journey], f.weeks_later) for f in FOLLOWED}
    with fixtures.simulated_shop(
        _placed(orders, SPANISH_ORDERS), followed, others=_placed(orders, AMERICAN_ORDERS)
    ) as portals:
        yield portals


def followed_by(evening: datetime) -> dict[str, str]:
    """The numbers that are followed by hand on that evening, with the notes on them."""
    told = load()
    return {told[f.journey].numbers[0].number: f.note for f in FOLLOWED if f.since <= evening}


def later(thing: Any, weeks: int) -> Any:
    """`thing`, an order or a journey, with every time in it so many weeks later."""
    if isinstance(thing, date):  # an instant is one too
        return thing + timedelta(weeks=weeks)
    if isinstance(thing, tuple):
        return tuple(later(part, weeks) for part in thing)
    if isinstance(thing, Mapping):
        return {key: later(value, weeks) for key, value in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{f.name: later(getattr(thing, f.name), weeks) for f in fields(thing)})
    return thing


def _placed(orders: Mapping[str, Order], chosen: Mapping[str, int]) -> list[Order]:
    placed = [later(orders[order_id], weeks) for order_id, weeks in chosen.items()]
    return [replace(o, timeline=o.timeline[:-1]) if o.id in UNCONFIRMED else o for o in placed]
