"""What visits have come to so far: of each number at each portal, of each page of a shop's orders."""

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from collector.cadence import ANSWERS, SHOWN, Tries
from collector.read.offsets import parse_iso_utc
from scrapers.words import Outcome

_COLUMNS = """
min(seen_at) as first_at, max(seen_at || ' ' || outcome) as last,
max(case when outcome in ({answers}) then seen_at end) as answered_at,
max(outcome in ({shown})) as has_shown, sum(outcome = 'not_found') as misses,
sum(outcome = 'layout_changed') as unread
""".format(
    answers=", ".join(f"'{outcome}'" for outcome in sorted(ANSWERS)),
    shown=", ".join(f"'{outcome}'" for outcome in sorted(SHOWN)),
)
_OF_NUMBERS = f"""
select portal, tracking_number, {_COLUMNS} from visits
where tracking_number is not null group by portal, tracking_number
"""  # noqa: S608 - outcomes are words of ours
_OF_ORDERS = f"""
select order_id, page, {_COLUMNS} from visits
where portal = ? and order_id is not null and page is not null group by order_id, page
"""  # noqa: S608


def tries_of_numbers(db: Database) -> dict[tuple[str, str], Tries]:
    """What asking came to, by portal and number."""
    return {(row["portal"], row["tracking_number"]): _tries(row) for row in db.query(_OF_NUMBERS)}


def tries_of_orders(db: Database, shop: str) -> dict[tuple[str, str], Tries]:
    """What asking `shop` came to, by order and page."""
    return {(row["order_id"], row["page"]): _tries(row) for row in db.query(_OF_ORDERS, [shop])}


def _tries(row: Mapping[str, Any]) -> Tries:
    last_at, outcome = row["last"].split(" ")
    return Tries(
        first_at=parse_iso_utc(row["first_at"]),
        last_at=parse_iso_utc(last_at),
        last_outcome=Outcome(outcome),
        answered_at=parse_iso_utc(row["answered_at"]) if row["answered_at"] else None,
        misses=row["misses"],
        has_shown=bool(row["has_shown"]),
        unread=row["unread"],
    )
