"""Deadlines out of the database: those ahead, those of one parcel or order. Only reads."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlite_utils import Database

from collector.deadline_rules import SAID, What, days_left

#: How far ahead a deadline is worth a line.
AHEAD_DAYS = 10

_AHEAD = """
select d.parcel_id, d.order_id, d.what, d.due_on, coalesce(p.title, d.order_id) as title
from deadlines as d left join parcels as p on p.id = d.parcel_id
where d.due_on between ? and ? and not d.arrived and d.what <> 'protection_latest'
order by d.due_on, d.what, d.order_id, d.parcel_id
"""
_OF_ORDER = """
select distinct order_id, what, due_on, arrived from deadlines where order_id = ?
order by due_on, what desc
"""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A deadline to come of an order that has not arrived. `parcel_id` is None before there is a parcel."""

    parcel_id: str | None
    order_id: str
    title: str
    what: What
    due_on: date
    days_left: int

    @property
    def said(self) -> str:
        """One line for a person."""
        days = {0: "today", 1: "tomorrow"}.get(self.days_left, f"in {self.days_left} days")
        return f"{self.title}: {SAID[self.what]}: {self.due_on} ({days})"


def deadlines_ahead(db: Database, today: date, within_days: int = AHEAD_DAYS) -> list[Ahead]:
    """The deadlines of the next days whose parcels are not there, the nearest first."""
    until = today + timedelta(days=within_days)
    return [
        Ahead(
            parcel_id=row["parcel_id"],
            order_id=row["order_id"],
            title=row["title"],
            what=What(row["what"]),
            due_on=(due_on := date.fromisoformat(row["due_on"])),
            days_left=days_left(due_on, today),
        )
        for row in db.query(_AHEAD, [today.isoformat(), until.isoformat()])
    ]


def deadlines_of_order(db: Database, order_id: str) -> list[dict[str, Any]]:
    """What is due when for an order, as data, the earliest first; past days too."""
    return list(db.query(_OF_ORDER, [order_id]))
