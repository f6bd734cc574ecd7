"""Which visits to tracking portals are due, the most valuable first. Only reads."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from collector.cadence import ARRIVAL, Tries, due_at, has_passed, wait
from collector.cadence_rules import DEFAULT, SHORTEST, Cadence
from collector.plan_orders import DueOrder, due_orders
from collector.routing import Known, route
from collector.store.tries import tries_of_numbers
from collector.watched import Watched, named_carriers, parcels_of, recipients, watched_numbers
from collector.worth import Worth, place, worth
from scrapers.contract import Portal
from scrapers.shop import Shop

__all__ = [
    "Due",
    "DueOrder",
    "Wanted",
    "arriving_orders",
    "choices",
    "due_orders",
    "due_visits",
    "recipients",
]

TOGETHER = "read with the others: it has arrived, and their times compare"


@dataclass(frozen=True, slots=True)
class Due:
    """One visit to make, and why; `last_at` is when the portal was last asked about the number."""

    portal: str
    number: str
    reason: str
    worth: Worth = Worth.ORDINARY
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is limited to; empty means everything. With numbers and portals, those portals are asked.

    everything  whether what is not due is visited too
    """

    numbers: frozenset[str] = frozenset()
    portals: frozenset[str] = frozenset()
    orders: frozenset[str] = frozenset()
    everything: bool = False

    @property
    def is_by_name(self) -> bool:
        """Whether what is asked for is asked whenever it was visited last."""
        return self.everything or bool(self.numbers or self.orders)


@dataclass(frozen=True, slots=True)
class Choice:
    """One portal that may be asked about one number, and how long after the last visit that is due."""

    portal: str
    number: str
    reason: str
    watched: Watched
    past: Tries | None
    pause: timedelta | None

    def is_due(self, now: datetime) -> bool:
        """Whether its time has come."""
        return has_passed(self.pause, self.past, now)


def due_visits(
    db: Database,
    portals: Mapping[str, Portal],
    *,
    wanted: Wanted,
    now: datetime,
    done: Collection[tuple[str, str]] = (),
    since: datetime | None = None,
    rules: Cadence = DEFAULT,
) -> list[Due]:
    """The visits due and not in `done`, by portal, the most valuable first, whether or not it may be asked.

    What is asked for by name is due however lately it was visited. Of a parcel that has arrived, all
    portals that show it are due together once one is, or once one was visited since the run began (`since`).
    Shops are asked about orders, never about numbers.
    """
    possible = [
        one
        for one in choices(db, portals, wanted=wanted, now=now, rules=rules)
        if (one.portal, one.number) not in done
    ]
    due = [(one, one.reason) for one in possible if wanted.is_by_name or one.is_due(now)]
    due += [(one, TOGETHER) for one in _together(db, possible, {one for one, _ in due}, now, since)]
    made = [(_place(one, now), _due(one, reason, now)) for one, reason in due]
    return [one for _, one in sorted(made, key=lambda pair: (pair[1].portal, *pair[0], pair[1].number))]


def choices(
    db: Database,
    portals: Mapping[str, Portal],
    *,
    wanted: Wanted,
    now: datetime,
    rules: Cadence = DEFAULT,
) -> Iterator[Choice]:
    """Whatever portal may be asked about whatever number, due or not, within what is wanted."""
    asking = {name: portal for name, portal in portals.items() if not isinstance(portal, Shop)}
    tries = tries_of_numbers(db)
    tried = _by_number(tries)
    named = named_carriers(db)
    parcels = parcels_of(db, numbers=wanted.numbers, orders=wanted.orders)
    is_limited = bool(wanted.numbers or wanted.orders)
    for number, watched in watched_numbers(db).items():
        if is_limited and number not in wanted.numbers and watched.parcel_id not in parcels:
            continue
        asked: Iterable[tuple[str, str]]
        if wanted.numbers and wanted.portals:
            asked = [(name, "asked for") for name in sorted(wanted.portals) if name in asking]
        else:
            known = Known(watched.countries, named.get(number, {}), tried.get(number, {}))
            asked = route(asking, number, known)
        for name, reason in asked:
            if not wanted.portals or name in wanted.portals:
                past = tries.get((name, number))
                yield Choice(name, number, reason, watched, past, wait(watched.standing, past, now, rules))


def arriving_orders(db: Database, due: Iterable[Due]) -> frozenset[str]:
    """The orders of parcels that have arrived and about which a carrier is to be asked."""
    numbers = {one.number for one in due}
    rows = db.query(
        f"""select distinct po.order_id, t.number from parcel_orders as po
            join parcels as p on p.id = po.parcel_id join tracking_numbers as t on t.parcel_id = p.id
            where p.stage in ({_ARRIVAL})"""  # noqa: S608 - words of ours
    )
    return frozenset(row["order_id"] for row in rows if row["number"] in numbers)


_ARRIVAL = ", ".join(f"'{stage}'" for stage in sorted(ARRIVAL))


def _together(
    db: Database, possible: Iterable[Choice], due: Collection[Choice], now: datetime, since: datetime | None
) -> list[Choice]:
    """What is not due by itself and is read because another portal is: of parcels that have arrived."""
    read = {one.watched.parcel_id for one in due}
    if since is not None:
        read |= parcels_of(db, numbers=frozenset(_visited_since(db, since)), orders=frozenset())
    return [
        one
        for one in possible
        if one not in due
        and one.watched.standing.stage in ARRIVAL
        and one.watched.parcel_id in read - {None}
        and one.past is not None
        and one.past.has_shown
        and has_passed(SHORTEST, one.past, now)
    ]


def _visited_since(db: Database, since: datetime) -> set[str]:
    """The numbers any portal or shop was asked about since then."""
    return {number for (_, number), past in tries_of_numbers(db).items() if past.last_at >= since}


def _place(one: Choice, now: datetime) -> tuple[int, datetime]:
    due_since = one.watched.known_at if one.past is None else due_at(one.pause, one.past)
    last_at = None if one.past is None else one.past.last_at
    return place(worth(one.watched.stakes, one.past, now), due_since, last_at, now)


def _due(one: Choice, reason: str, now: datetime) -> Due:
    last_at = None if one.past is None else one.past.last_at
    return Due(one.portal, one.number, reason, worth(one.watched.stakes, one.past, now), last_at)


def _by_number(tries: Mapping[tuple[str, str], Tries]) -> dict[str, dict[str, Tries]]:
    found: dict[str, dict[str, Tries]] = {}
    for (portal, number), one in tries.items():
        found.setdefault(number, {})[portal] = one
    return found
