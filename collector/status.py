"""What needs attention: accounts, parcels and orders without a parcel, most urgent first. Only reads."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from collector.politeness import HUMAN
from collector.read.offsets import parse_iso_utc
from collector.urgency import Line, Row, order_line, parcel_line, place
from scrapers.words import Outcome

_ACCOUNTS = """
select portal, account, max(seen_at || ' ' || outcome) as last from visits
where account is not null and source = 'browser'
  and outcome in ('ok', 'no_events_yet', 'not_found', 'challenge', 'login_required')
group by portal, account order by portal, account
"""
#: The newest event that is understood, else the newest: SQLite gives the row that has the largest value.
_NEWEST = """
select parcel_id, milestone, description, occurred_at, earliest_at, latest_at,
       max(sequence + iif(milestone is null or milestone = 'notice', 0, 1000000))
from events group by parcel_id
"""
_ORDERS = """
select po.parcel_id, o.id, o.state, o.finished_on, o.placed_on, o.protection_ends_on
from parcel_orders as po join orders as o on o.id = po.order_id order by po.parcel_id, o.id
"""
_WITHOUT_PARCEL = """
select * from orders where state in ('processing', 'shipped')
  and not exists (select 1 from parcel_orders as po where po.order_id = orders.id) order by id
"""
_TITLES = "select order_id, title from order_items where title is not null order by order_id, position, id"
_CONFLICTS = (
    "select parcel_id, count(*) as n from disagreements where severity = 'warning' group by parcel_id"
)


@dataclass(frozen=True, slots=True)
class Need:
    """An account that waits for a person, as a visit of `seen_at` found."""

    portal: str
    account: str
    outcome: Outcome
    seen_at: datetime


def accounts_in_need(db: Database, signed_in_at: Callable[[str, str], datetime | None]) -> list[Need]:
    """The accounts whose last answer was that a person is needed, and that nobody has signed in to since.

    `signed_in_at` gives when the session now stored for a portal's account began, None without one.
    """
    needs = []
    for row in db.query(_ACCOUNTS):
        seen, word = row["last"].split(" ")
        seen_at, outcome = parse_iso_utc(seen), Outcome(word)
        began = signed_in_at(row["portal"], row["account"]) if outcome in HUMAN else None
        if outcome in HUMAN and (began is None or began <= seen_at):
            needs.append(Need(row["portal"], row["account"], outcome, seen_at))
    return needs


def lines(db: Database, *, now: datetime) -> list[Line]:
    """A line for every parcel, and for every order under way that has none yet, most urgent first.

    Days are counted from the date of `now` in its own zone.
    """
    orders, numbers = _grouped(db, _ORDERS), _grouped(db, "select * from tracking_numbers")
    newest = {row["parcel_id"]: row for row in db.query(_NEWEST)}
    conflicts = {row["parcel_id"]: row["n"] for row in db.query(_CONFLICTS)}
    titles: defaultdict[str, list[str]] = defaultdict(list)
    for row in db.query(_TITLES):
        titles[row["order_id"]].append(row["title"])
    found = [
        parcel_line(
            row,
            orders[row["id"]],
            numbers[row["id"]],
            newest.get(row["id"]),
            conflicts.get(row["id"], 0),
            now.date(),
        )
        for row in db.query("select * from parcels")
    ]
    found += [order_line(row, titles[row["id"]], now.date()) for row in db.query(_WITHOUT_PARCEL)]
    return sorted(found, key=place)


def _grouped(db: Database, sql: str) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in db.query(sql):
        found[row["parcel_id"]].append(row)
    return found
