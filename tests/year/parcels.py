"""A year's parcels: the committed journeys again and again, at other times and speeds, with other numbers.

The same seed makes the same parcels. A number keeps the form of the one it is made from, so that the same
portals take it for theirs.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from fixtures.journeys import Journey, load, load_world
from fixtures.play.views import pick
from fixtures.shop.bought import line_id, product_ids, store_id
from fixtures.shop.model import Line, Order, Package, Status, Store
from scrapers import portals
from scrapers.shop import Shop

#: Of so many parcels one travels slowly enough to be missed.
_SLOW_ONE_IN = 15
_TRAVEL = timedelta(days=30)
#: From this on a portal's opinion of a number is more than a guess.
_LIKELY = 0.4
#: Longer numbers of digits begin with who issued them.
_LONG = 13
_TRIES = 20_000
#: Days until the buyer's protection ends: as a rule, and where it may run out before the parcel is there.
_PROTECTED, _PROTECTED_SHORTLY = 75, 22
_HAD = ("delivered", "collected")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sent:
    """One parcel of the year.

    journey   what happens to it
    added_at  when its owner begins to follow its first number; None: it comes with an order
    order     the order it comes with
    """

    journey: Journey
    added_at: datetime | None
    order: Order | None = None


def sent(count: int, begin: datetime, days: int, seed: int) -> tuple[Sent, ...]:
    """`count` parcels, sent evenly, the last of them so early that most arrive within the time."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    templates = list(load_world().values()) + [j for j in load().values() if j.happenings]
    apart = max(timedelta(days=days) - _TRAVEL, timedelta(days=1)) / count
    dice.shuffle(templates)
    made = []
    for n in range(count):
        start = begin + apart * n + timedelta(minutes=dice.randrange(1440))
        speed = 3.0 if dice.randrange(_SLOW_ONE_IN) == 0 else dice.uniform(0.8, 1.5)
        journey = _another(templates[n % len(templates)], n, start, speed, dice)
        order = _order(journey, n) if journey.shop is not None and journey.names else None
        followed = None if order else start + timedelta(hours=dice.randrange(1, 40))
        made.append(Sent(journey, followed, order))
    return tuple(made)


def _another(template: Journey, n: int, start: datetime, speed: float, dice: random.Random) -> Journey:
    """The journey at another time and speed, with numbers of its own."""
    first = min(h.at for h in template.happenings)

    def moment(at: datetime) -> datetime:
        return (start + (at - first) * speed).replace(microsecond=0)

    def day(on: date) -> date:
        there = datetime(on.year, on.month, on.day, 12, tzinfo=first.tzinfo)
        return moment(there).date()

    numbers = {number.number: _number(number.number, dice) for number in template.numbers}
    numbers |= {
        known: _number(known, dice)
        for name in template.names
        for known in (name.number, name.origin)
        if known is not None and known not in numbers
    }
    moved = _moved(template, moment, day, numbers)
    order = f"819{pick('year', str(n)) % 10**7:07d}{n:06d}"
    return replace(moved, name=f"{template.name}-{n:03d}", orders=(order,), package=1, packages=1)


def _moved(
    value: _T, moment: Callable[[datetime], datetime], day: Callable[[date], date], numbers: Mapping[str, str]
) -> _T:
    """`value` with every instant, day and number in it replaced."""
    made: Any = value
    if isinstance(value, datetime):
        made = moment(value)
    elif isinstance(value, date):
        made = day(value)
    elif isinstance(value, str):
        made = numbers.get(value, value)
    elif isinstance(value, tuple):
        made = tuple(_moved(one, moment, day, numbers) for one in value)
    elif isinstance(value, Mapping):
        made = {key: _moved(one, moment, day, numbers) for key, one in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        held = {f.name: _moved(getattr(value, f.name), moment, day, numbers) for f in fields(value)}
        made = type(value)(**held)
    result: _T = made
    return result


def _number(number: str, dice: random.Random) -> str:
    """Another number that the same portals are sure of, its check digit included."""
    wanted = _sure_of(number)
    letters = re.match(r"[A-Z]+", number)
    kept = len(letters[0]) + 2 if letters else 6 if len(number) > _LONG else 3
    for _ in range(_TRIES):
        tail = "".join(str(dice.randrange(10)) if c.isdigit() else c for c in number[kept:])
        made = number[:kept] + tail
        if made != number and _sure_of(made) == wanted:
            return made
    raise ValueError(f"no number like {number} was found")


def _sure_of(number: str) -> dict[str, str]:
    """The portals that likely know such a number, and why."""
    told = {n: p.accepts(number) for n, p in portals().items() if not isinstance(p, Shop)}
    return {name: how.reason for name, how in told.items() if how.level >= _LIKELY}


def _order(journey: Journey, n: int) -> Order:
    """The order a parcel was sent for."""
    (order_id,) = journey.orders
    placed = min(h.at for h in journey.happenings) - timedelta(hours=20)
    product, variant = product_ids(journey.name)
    title = f"Invented thing no. {n}"
    currency = "USD" if journey.destination == "US" else "EUR"
    return Order(
        id=order_id,
        store=Store(store_id(f"Store {n % 9}"), f"Store {n % 9}"),
        lines=(Line(line_id(order_id, 0), product, variant, title, 1, 500 + n, currency),),
        timeline=tuple(_timeline(journey, placed)),
        packages=(Package(journey, (0,)),),
        country=journey.destination,
        protected_days=_PROTECTED_SHORTLY if n % 5 == 0 else _PROTECTED,
    )


def _timeline(journey: Journey, placed: datetime) -> Iterator[tuple[datetime, Status]]:
    yield placed, "unpaid"
    yield placed + timedelta(minutes=4), "processing"
    yield min(h.at for h in journey.happenings), "shipped"
    had = [h.at for h in journey.happenings if h.kind.word in _HAD]
    if had:
        yield max(had) + timedelta(days=5), "completed"
