"""The rows of the overview: every parcel, and every order under way without one, the most urgent first.

Only reads, and quickly however much history there is: what decides the order is read of all parcels, from
their own rows; events and numbers only of those that are shown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlite_utils import Database

from collector.urgency import FINISHED_SHOWN_DAYS, Line, Urgency, is_old, order_line, parcel_line, place

PAGE = 100
#: Lines of these ask something of somebody; the others only tell.
ATTENTION = frozenset({Urgency.PROTECTION, Urgency.PICKUP, Urgency.TROUBLE, Urgency.OUT_FOR_DELIVERY})
_LONGEST_SEARCH = 80

_Row = Mapping[str, Any]

_PARCELS = """
select id, title, stage, milestone, delivered_at, last_event_at, estimated_from_on, estimated_to_on
from parcels as p where not ({old})
"""
#: What `is_old` says of most parcels there are after some years, said to the database.
_OLD = "p.stage = 'delivered' and p.delivered_at < :since"
_ORDERS = """
select po.parcel_id, o.id, o.state, o.finished_on, o.placed_on, o.protection_ends_on
from parcels as p join parcel_orders as po on po.parcel_id = p.id join orders as o on o.id = po.order_id
where not ({old}) order by po.parcel_id, o.id
"""
_COUNT_OLD = "select count(*) as n from parcels as p where {old}"
_WITHOUT_PARCEL = """
select * from orders where state in ('processing', 'shipped')
  and not exists (select 1 from parcel_orders as po where po.order_id = orders.id) order by id
"""
_CONFLICTS = """
select parcel_id, count(*) as n from disagreements
where severity = 'warning'
  and parcel_id in (select id from parcels where stage not in ('delivered', 'returned', 'closed'))
group by parcel_id
"""
_NUMBERS = "select * from tracking_numbers where parcel_id in ({marks})"
#: The newest event that is understood, else the newest: SQLite gives the row that has the largest value.
_NEWEST = """
select parcel_id, milestone, description, occurred_at, earliest_at, latest_at,
       max(sequence + iif(milestone is null or milestone = 'notice', 0, 1000000))
from events where parcel_id in ({marks}) group by parcel_id
"""
_NUMBERED = "select distinct parcel_id from tracking_numbers where number like ? escape '\\'"


_TITLES = "select title from order_items where order_id = ? and title is not null order by position, id"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person asks to see: finished parcels too, only those that match words, which page of 100."""

    with_old: bool = False
    search: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class _Facts:
    """What decides the order of all lines, by the parcel's id; `old` parcels are left out already."""

    parcels: Mapping[str, _Row]
    orders: Mapping[str, Sequence[_Row]]
    conflicts: Mapping[str, int]
    old: int


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of the lines that match, and how many there are; `old` are left out as finished long ago."""

    shown: tuple[Line, ...]
    first: int
    matching: int
    old: int
    attention: int
    under_way: int

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(-(-self.matching // PAGE), 1)


def overview_lines(db: Database, chosen: Chosen, today: date) -> Lines:
    """The lines to show of those a person chose."""
    is_all = chosen.with_old or bool(chosen.search)
    since = "" if is_all else (today - timedelta(days=FINISHED_SHOWN_DAYS)).isoformat()
    facts = _facts(db, since)
    parcels = [
        _line(facts, id_, today, (), {"occurred_at": p["last_event_at"]}) for id_, p in facts.parcels.items()
    ]
    known = sorted([*parcels, *_order_lines(db, today)], key=place)
    matching = _matching(db, known, chosen.search[:_LONGEST_SEARCH])
    recent = [line for line in matching if chosen.with_old or not is_old(line, today)]
    first = (min(max(chosen.page, 1), max(-(-len(recent) // PAGE), 1)) - 1) * PAGE
    by_urgency = Counter(line.urgency for line in recent)
    return Lines(
        shown=tuple(_completed(db, facts, recent[first : first + PAGE], today)),
        first=first,
        matching=len(recent),
        old=facts.old + len(matching) - len(recent),
        attention=sum(by_urgency[urgency] for urgency in ATTENTION),
        under_way=sum(by_urgency.values()) - by_urgency[Urgency.FINISHED],
    )


def _facts(db: Database, since: str) -> _Facts:
    """Of the parcels that were not delivered before the day `since`."""
    asked = {"since": since}
    return _Facts(
        parcels={row["id"]: row for row in db.query(_PARCELS.format(old=_OLD), asked)},
        orders=_grouped(db.query(_ORDERS.format(old=_OLD), asked)),
        old=next(iter(db.query(_COUNT_OLD.format(old=_OLD), asked)))["n"],
        conflicts={row["parcel_id"]: row["n"] for row in db.query(_CONFLICTS)},
    )


def _line(facts: _Facts, id_: str, today: date, numbers: Sequence[_Row], newest: _Row | None) -> Line:
    orders, conflicts = facts.orders.get(id_, ()), facts.conflicts.get(id_, 0)
    return parcel_line(facts.parcels[id_], orders, numbers, newest, conflicts, today)


def _order_lines(db: Database, today: date) -> Iterable[Line]:
    for row in db.query(_WITHOUT_PARCEL):
        titles = [item["title"] for item in db.query(_TITLES, [row["id"]])]
        yield order_line(row, titles, today)


def _matching(db: Database, lines: Sequence[Line], search: str) -> Sequence[Line]:
    """The lines whose title, order or beginning of a number is searched for."""
    words = search.casefold().split()
    if not words:
        return lines
    start = "".join(search.split()).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    numbered = {row["parcel_id"] for row in db.query(_NUMBERED, [start + "%"])}
    return [
        line
        for line in lines
        if line.id in numbered
        or any(order.startswith(search.strip()) for order in line.order_ids)
        or all(word in line.title.casefold() for word in words)
    ]


def _completed(db: Database, facts: _Facts, lines: Sequence[Line], today: date) -> Iterable[Line]:
    """The lines with their newest events, and the numbers to ask carriers about."""
    ids = [line.id for line in lines if line.kind == "parcel"]
    marks = ", ".join("?" * len(ids))
    numbers = _grouped(db.query(_NUMBERS.format(marks=marks), ids))
    newest = {row["parcel_id"]: row for row in db.query(_NEWEST.format(marks=marks), ids)}
    for line in lines:
        if line.kind == "order":
            yield line
        else:
            yield _line(facts, line.id, today, numbers.get(line.id, ()), newest.get(line.id))


def _grouped(rows: Iterable[_Row]) -> Mapping[str, Sequence[_Row]]:
    found: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row["parcel_id"]].append(row)
    return found
