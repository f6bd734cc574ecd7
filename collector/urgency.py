"""How urgent a parcel is, or an order that has no parcel yet: one line of the status for each. Pure.

Days are counted from the date given: the days shops name have no zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any, Literal

from collector.parcel_titles import title
from collector.read.offsets import parse_iso_utc
from scrapers.words import Milestone

Row = Mapping[str, Any]

#: A protection that ends within so many days is urgent; one that has ended stays so for a while.
PROTECTION_NEAR_DAYS, PROTECTION_GONE_DAYS = 7, 30
#: Finished parcels older than this are left out unless asked for.
FINISHED_SHOWN_DAYS = 30

_DONE = frozenset({"delivered", "returned", "closed"})
_OVER = frozenset({"finished", "cancelled"})
_TROUBLE = frozenset(
    {
        Milestone.CUSTOMS_HELD,
        Milestone.EXPORT_CUSTOMS_HELD,
        Milestone.EXCEPTION,
        Milestone.MISROUTED,
        Milestone.RETURNING,
        Milestone.DELIVERY_ATTEMPTED,
        Milestone.HELD_AT_DEPOT,
    }
)


class Urgency(IntEnum):
    """Why a line stands where it does, most urgent first."""

    PROTECTION = 0
    PICKUP = 1
    TROUBLE = 2
    OUT_FOR_DELIVERY = 3
    CONFLICT = 4
    UNDER_WAY = 5
    LABEL_ONLY = 6
    NO_PARCEL = 7
    FINISHED = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One parcel, or one order that has no parcel yet. `*_on` are ISO dates.

    number         the one to ask a carrier about: the delivering carrier's; of an order its id
    stage          a parcel's stage, an order's state
    milestone, description, happened_on   of the newest event that is understood; of an order its status
    over_on        when a finished one was over, as far as is known
    protection_*   of the orders that the shop does not call finished or cancelled
    conflicts      how many times of it portals contradict each other about
    """

    kind: Literal["parcel", "order"]
    id: str
    urgency: Urgency
    title: str
    number: str
    order_ids: tuple[str, ...]
    stage: str
    milestone: Milestone | None
    description: str | None
    happened_on: str | None
    estimated_from_on: str | None = None
    estimated_to_on: str | None = None
    protection_ends_on: str | None = None
    protection_days_left: int | None = None
    over_on: str | None = None
    conflicts: int = 0


def parcel_line(
    parcel: Row,
    orders: Sequence[Row],
    numbers: Sequence[Row],
    newest: Row | None,
    conflicts: int,
    today: date,
) -> Line:
    """The line of a parcel, from its row, those of its orders and numbers, and of its newest event."""
    still_open = [order for order in orders if order["state"] not in _OVER]
    ends_on, days_left = _protection(still_open, today)
    is_finished = parcel["stage"] in _DONE or (bool(orders) and not still_open)
    urgency = _urgency(parcel, is_finished=is_finished, conflicts=conflicts)
    if still_open and parcel["stage"] != "delivered" and _is_pressing(days_left):
        urgency = Urgency.PROTECTION
    event = newest or {}
    return Line(
        kind="parcel",
        id=parcel["id"],
        urgency=urgency,
        title=parcel["title"],
        number=best_number(numbers) or parcel["id"],
        order_ids=tuple(order["id"] for order in orders),
        stage=parcel["stage"],
        milestone=Milestone(event["milestone"]) if event.get("milestone") else None,
        description=event.get("description"),
        happened_on=_day_of(event),
        estimated_from_on=parcel["estimated_from_on"],
        estimated_to_on=parcel["estimated_to_on"],
        protection_ends_on=ends_on,
        protection_days_left=days_left,
        over_on=_over_on(parcel, orders) if is_finished else None,
        conflicts=conflicts,
    )


def order_line(order: Row, titles: Sequence[str], today: date) -> Line:
    """The line of an order that is under way and has no parcel yet."""
    ends_on, days_left = _protection([order], today)
    return Line(
        kind="order",
        id=order["id"],
        urgency=Urgency.PROTECTION if _is_pressing(days_left) else Urgency.NO_PARCEL,
        title=title(None, titles, order["store"] or order["id"]),
        number=order["id"],
        order_ids=(order["id"],),
        stage=order["state"],
        milestone=None,
        description=order["status"],
        happened_on=order["shipped_on"] or order["placed_on"],
        protection_ends_on=ends_on,
        protection_days_left=days_left,
    )


def best_number(numbers: Sequence[Row]) -> str | None:
    """The number to ask a carrier about: the delivering carrier's newest, else the oldest there is."""
    seen = sorted(numbers, key=lambda n: (n["first_seen_at"] or "", n["number"]))
    delivering = [n["number"] for n in seen if n["role"] == "last_mile"]
    sent = [n["number"] for n in seen if n["role"] == "shipment"]
    return next(iter((*delivering[::-1], *sent, *(n["number"] for n in seen))), None)


def is_old(line: Line, today: date) -> bool:
    """Whether a line is finished, and has been for long."""
    if line.urgency is not Urgency.FINISHED or line.over_on is None:
        return False
    return (today - date.fromisoformat(line.over_on)).days > FINISHED_SHOWN_DAYS


def _urgency(parcel: Row, *, is_finished: bool, conflicts: int) -> Urgency:
    milestone = parcel["milestone"]
    if is_finished:
        return Urgency.FINISHED
    if milestone == Milestone.AVAILABLE_FOR_PICKUP:
        return Urgency.PICKUP
    if milestone in _TROUBLE:
        return Urgency.TROUBLE
    if milestone == Milestone.OUT_FOR_DELIVERY:
        return Urgency.OUT_FOR_DELIVERY
    if conflicts:
        return Urgency.CONFLICT
    return Urgency.LABEL_ONLY if parcel["stage"] == "label_only" else Urgency.UNDER_WAY


def _protection(orders: Sequence[Row], today: date) -> tuple[str | None, int | None]:
    """The day the first protection of `orders` ends, and how many days are left until then."""
    ends_on = min((o["protection_ends_on"] for o in orders if o["protection_ends_on"]), default=None)
    return ends_on, None if ends_on is None else (date.fromisoformat(ends_on) - today).days


def _is_pressing(days_left: int | None) -> bool:
    return days_left is not None and -PROTECTION_GONE_DAYS <= days_left <= PROTECTION_NEAR_DAYS


def _over_on(parcel: Row, orders: Sequence[Row]) -> str | None:
    if parcel["delivered_at"] and parcel["stage"] == "delivered":
        return str(parcel["delivered_at"])[:10]
    days = [parcel["last_event_at"], *(order["finished_on"] for order in orders)]
    known = [str(day)[:10] for day in days if day]
    return max(known or [order["placed_on"] for order in orders if order["placed_on"]], default=None)


def _day_of(event: Row) -> str | None:
    """The day of an event: of its instant in UTC, else of the middle of its span, which is a local day."""
    if event.get("occurred_at"):
        return str(event["occurred_at"])[:10]
    if not event.get("earliest_at"):
        return None
    earliest, latest = (parse_iso_utc(event[name]) for name in ("earliest_at", "latest_at"))
    return (earliest + (latest - earliest) / 2).date().isoformat()


def place(line: Line) -> tuple[object, ...]:
    """What protects the buyer soonest first; what waits for somebody longest first; else newest first."""
    left = line.protection_days_left or 0
    days = date.fromisoformat(line.happened_on).toordinal() if line.happened_on else 0
    if line.urgency is Urgency.PROTECTION:
        return line.urgency, left < 0, abs(left), line.id
    if line.urgency in (Urgency.PICKUP, Urgency.NO_PARCEL):
        return line.urgency, False, days, line.id
    return line.urgency, False, -days, line.id
