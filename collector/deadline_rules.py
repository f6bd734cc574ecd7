"""The last safe days to act on an order, as rules that count from dates the shop prints. Pure.

Shops name days, without a zone: the same order's pages have been seen to differ by one day. Every rule that
asks the buyer to do something therefore keeps a distance from the day the shop names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

#: States of orders nothing was paid for, or nothing is owed for any more.
VOID = ("unpaid", "cancelled")
#: The state of an order whose buyer has confirmed it, or for whom the shop has.
FINISHED = "finished"


class What(StrEnum):
    """What a day is the last one for."""

    WRITE_TO_SELLER = "write_to_seller"
    OPEN_DISPUTE = "open_dispute"
    PROTECTION_ENDS = "protection_ends"
    PROTECTION_LATEST = "protection_latest"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to a deadline; of several to the same one the earliest day counts.

    counts_from  the order's date it counts from: a column of `orders`
    days         how many days after it, negative: before
    finished     whether it holds for finished orders, or for all others
    marketplace  where it holds, None: everywhere
    """

    what: What
    counts_from: str
    days: int
    finished: bool
    reason: str
    marketplace: str | None = None


RULES = (
    Rule(
        What.WRITE_TO_SELLER,
        "protection_ends_on",
        -5,
        finished=False,
        reason="the seller has three days to answer before a dispute is to be opened",
    ),
    Rule(
        What.OPEN_DISPUTE,
        "protection_ends_on",
        -2,
        finished=False,
        reason="pages of one order differ by a day and name no zone; a second day is left for a failing page",
    ),
    Rule(
        What.PROTECTION_ENDS,
        "protection_ends_on",
        0,
        finished=False,
        reason="the earlier of the days the shop's pages name",
    ),
    Rule(
        What.PROTECTION_LATEST,
        "protection_latest_on",
        0,
        finished=False,
        reason="the later of the days the shop's pages name, where they differ; nothing to rely on",
    ),
    Rule(
        What.OPEN_DISPUTE,
        "finished_on",
        5,
        finished=True,
        reason="a finished order's page allowed returns for 7 days after confirming receipt; two are kept",
        marketplace="aliexpress",
    ),
    Rule(
        What.OPEN_DISPUTE,
        "placed_on",
        88,
        finished=True,
        reason="the same page allowed disputes for 90 days after the order was placed; two days are kept",
        marketplace="aliexpress",
    ),
)

SAID = {
    What.WRITE_TO_SELLER: "last safe day to write to the seller",
    What.OPEN_DISPUTE: "last safe day to open a dispute",
    What.PROTECTION_ENDS: "buyer protection ends",
    What.PROTECTION_LATEST: "buyer protection ends by another page",
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for something."""

    what: What
    due_on: date


def deadlines_of(order: Mapping[str, Any]) -> list[Deadline]:
    """The deadlines of a row of `orders`, earliest first; past ones too."""
    found: dict[What, date] = {}
    for rule in RULES:
        day = order[rule.counts_from]
        if day and _applies(rule, order):
            due_on = date.fromisoformat(day) + timedelta(days=rule.days)
            found[rule.what] = min(due_on, found.get(rule.what, due_on))
    order_of = list(What)
    return sorted((Deadline(*one) for one in found.items()), key=lambda d: (d.due_on, order_of.index(d.what)))


def _applies(rule: Rule, order: Mapping[str, Any]) -> bool:
    if order["state"] in VOID or (order["state"] == FINISHED) is not rule.finished:
        return False
    if rule.what is What.PROTECTION_LATEST and order["protection_latest_on"] == order["protection_ends_on"]:
        return False
    return rule.marketplace in (None, order["marketplace"])


def days_left(due_on: date, today: date) -> int:
    """How many days are left until a day; negative once it is past."""
    return (due_on - today).days
