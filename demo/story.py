"""What is simulated: which parcels are under way on three evenings, and in whose accounts. All invented.

The journeys and orders are the committed ones (`fixtures/journeys`, `fixtures/shop/orders.toml`), most of
them some weeks later than told there, so that they are under way together.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar, cast

import fixtures
from fixtures.journeys import Journey, Slip, load
from fixtures.shop import Order, TrueOrder, bought, truth
from fixtures.sites.aliexpress.settings import WALDO, XIMENA

_T = TypeVar("_T", Order, Journey)

EVENINGS = (
    datetime(2026, 2, 24, 20, tzinfo=UTC),
    datetime(2026, 3, 11, 20, tzinfo=UTC),
    datetime(2026, 4, 2, 20, tzinfo=UTC),
)
#: The two accounts, and whose they are. The orders of either go to its country.
BUYERS = {"spain": XIMENA, "america": WALDO}
#: What is bought in them: ids of orders, with how many weeks later than told it happens.
SPANISH_ORDERS = {
    "8190000000030301": 12,  # one order in two parcels
    "8190000000040401": 2,  # three orders in one parcel
    "8190000000040402": 2,
    "8190000000040403": 2,
    "8190000000050501": 4,  # a new number in the middle of Spain
    "8190000000060601": 1,  # two handoffs
    "8190000000070701": 0,  # summer time begins under way, and labels stay in winter
    "8190000000111101": 13,  # a time that is changed between two evenings
    "8190000000232301": 7,  # mail that nobody follows to the end
    "8190000000242401": 0,  # paid, and never sent
    "8190000000270271": 0,  # cancelled
}
AMERICAN_ORDERS = {
    "8190000000090901": 0,  # wrong labels
    "8190000000101001": 0,  # rows relayed from another post
    "8190000000141401": 6,  # a portal that hears of scans hours later
    "8190000000151501": 0,  # summer time
    "8190000000191901": 0,  # delivered at the second attempt
}
#: Orders whose buyer never says that they have arrived.
_UNCONFIRMED = frozenset({"8190000000232301"})
#: The parcel whose timeline is shown at the end.
SHOWN = "LP00781100330022"


@dataclass(frozen=True, slots=True)
class Followed:
    """A parcel without an order, whose number is followed by hand from `since` on."""

    journey: str
    weeks_later: int
    note: str
    since: datetime


FOLLOWED = (
    Followed("girona_china_labels", 6, "Herb scissors, for a friend in Girona", EVENINGS[0]),
    Followed("palma_customs_hold", 6, "Drone propellers, to Palma", EVENINGS[2]),
)


@contextmanager
def simulated() -> Iterator[fixtures.Portals]:
    """The simulated portals and their shop, as long as the story is told."""
    told = _told()
    by_id = {order.id: order for order in bought(told)}
    followed = {one.journey: later(told[one.journey], one.weeks_later) for one in FOLLOWED}
    own, others = _placed(by_id, SPANISH_ORDERS), _placed(by_id, AMERICAN_ORDERS)
    with fixtures.simulated_shop(own, followed, others=others) as portals:
        yield portals


def orders_as_of(portals: fixtures.Portals, evening: datetime) -> tuple[TrueOrder, ...]:
    """What a complete collection of both accounts knows on that evening."""
    if portals.shop is None:
        raise ValueError("no shop is simulated")
    return truth((*portals.shop.orders, *portals.shop.others), evening)


def numbers_followed(evening: datetime) -> dict[str, str]:
    """The numbers that are followed by hand on that evening, with the notes on them."""
    told = load()
    return {told[one.journey].numbers[0].number: one.note for one in FOLLOWED if one.since <= evening}


def later(thing: _T, weeks: int) -> _T:
    """`thing`, an order or a journey, with every day and instant in it so many weeks later."""
    return cast("_T", _moved(thing, timedelta(weeks=weeks)))


def _moved(thing: object, by: timedelta) -> object:
    if isinstance(thing, date):  # an instant is one too
        return thing + by
    if isinstance(thing, tuple):
        return tuple(_moved(part, by) for part in thing)
    if isinstance(thing, Mapping):
        return {key: _moved(value, by) for key, value in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{f.name: _moved(getattr(thing, f.name), by) for f in fields(thing)})
    return thing


def _told() -> dict[str, Journey]:
    """The committed journeys; one of them with a row that Cainiao hears of after the delivery."""
    told = dict(load())
    lagging = told["seattle_lagging"]
    view = lagging.views["cainiao"]
    late = replace(view, slips={**view.slips, "out_for_delivery": Slip(receipt_minutes=435)})
    told[lagging.name] = replace(lagging, views={**lagging.views, "cainiao": late})
    return told


def _placed(by_id: Mapping[str, Order], chosen: Mapping[str, int]) -> tuple[Order, ...]:
    placed = (later(by_id[order_id], weeks) for order_id, weeks in chosen.items())
    return tuple(replace(o, timeline=o.timeline[:-1]) if o.id in _UNCONFIRMED else o for o in placed)
