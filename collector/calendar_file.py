"""Deadlines and expected deliveries as an iCalendar file: days, each with a name that stays the same.

A calendar that takes the file again changes its entries and doubles none. It holds titles, order numbers and
tracking numbers; no account, name, address or country.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from collector import __version__
from collector.deadline_rules import SAID, What
from collector.plain_text import plain
from collector.read.offsets import parse_iso_utc

if TYPE_CHECKING:
    from icalendar import Event

#: Days that are over for longer than this are left out.
_KEPT_DAYS = 30
_LONGEST_TITLE = 80

_DEADLINES = """
select d.order_id, d.what, d.due_on, min(p.title) as title
from deadlines as d left join parcels as p on p.id = d.parcel_id
where d.due_on >= ? and {parcel} group by d.order_id, d.what order by d.due_on, d.order_id, d.what
"""
_DELIVERIES = """
select id, title, coalesce(estimated_from_on, estimated_to_on) as from_on,
       coalesce(estimated_to_on, estimated_from_on) as to_on
from parcels as p where stage not in ('delivered', 'returned', 'closed')
  and coalesce(estimated_to_on, estimated_from_on) >= ? and {parcel} order by from_on, id
"""
_NEWEST_VISIT = "select max(seen_at) as at from visits"


def calendar(db: Database, today: date, parcels: Sequence[str] | None = None) -> str:
    """The calendar, of all parcels or of some; the same text for the same data and day."""
    import icalendar

    made = icalendar.Calendar()
    made.add("prodid", f"-//Crosstrack//Crosstrack {__version__}//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("x-wr-calname", "Crosstrack")
    stamp = next((parse_iso_utc(row["at"]) for row in db.query(_NEWEST_VISIT) if row["at"]), None)
    since = (today - timedelta(days=_KEPT_DAYS)).isoformat()
    for event in (*_deadlines(db, since, parcels), *_deliveries(db, since, parcels)):
        event.add("dtstamp", stamp or datetime.fromisoformat(f"{since}T00:00:00+00:00"))
        made.add_component(event)
    text: str = made.to_ical().decode("utf-8")
    return text


def _deadlines(db: Database, since: str, parcels: Sequence[str] | None) -> Iterator["Event"]:
    for row in _rows(db, _DEADLINES, "d.parcel_id", since, parcels):
        what, day = What(row["what"]), date.fromisoformat(row["due_on"])
        said = SAID[what][0].upper() + SAID[what][1:]
        summary = f"{said}: {_title(row['title'] or 'an order')}"
        yield _event(f"{row['order_id']}\0{what}", summary, f"Order {row['order_id']}", day, day)


def _deliveries(db: Database, since: str, parcels: Sequence[str] | None) -> Iterator["Event"]:
    for row in _rows(db, _DELIVERIES, "p.id", since, parcels):
        first, last = (date.fromisoformat(row[name]) for name in ("from_on", "to_on"))
        summary = f"Expected: {_title(row['title'])}"
        yield _event(f"{row['id']}\0delivery", summary, f"Parcel {row['id']}", min(first, last), last)


def _rows(
    db: Database, sql: str, column: str, since: str, parcels: Sequence[str] | None
) -> Iterator[Mapping[str, Any]]:
    condition = "1" if parcels is None else f"{column} in ({','.join('?' * len(parcels))})"
    return iter(db.query(sql.format(parcel=condition), [since, *(parcels or ())]))


def _event(key: str, summary: str, description: str, first: date, last: date) -> "Event":
    """An all-day entry from `first` to `last`. It is named for `key`, so that nothing can be read from it."""
    import icalendar

    made = icalendar.Event()
    made.add("uid", f"{sha256(key.encode()).hexdigest()[:32]}@crosstrack.invalid")
    made.add("summary", summary)
    made.add("description", plain(description))
    made.add("dtstart", first)
    made.add("dtend", last + timedelta(days=1))  # the day after: the format's end is not part of it
    made.add("transp", "TRANSPARENT")
    return made


def _title(text: str) -> str:
    line = " ".join(plain(text).split())
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"
