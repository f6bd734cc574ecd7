"""What was known at some moment: derived afresh from the facts until then, into a temporary database.

Visits count by when they were made, corrections and notes by when they were said. The rest is today's: the
program, its words and places, and what is believed of the portals' clocks. So what a portal claimed is that
moment's, and it is read as well as it can be. The person's database is only read.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlite_utils import Database

from collector.copies.snapshots import failures_of
from collector.derive import Deriver
from collector.derive.numbers import USER, Link, link, said, settled
from collector.derive.waiting import still_waiting, wait_all
from collector.errors import UsageError
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.store.corrections import corrections_of
from collector.store.facts import stored_visits
from collector.store.migrations import migrations
from collector.store.opening import BUSY_TIMEOUT_S
from collector.store.views import create_views
from scrapers.contract import Portal
from scrapers.numbers import NumberError, tracking_number

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].{1,30}")
#: Instants are stored to the millisecond: this is the last of a day.
_LAST = time(23, 59, 59, 999_000, tzinfo=UTC)
_TOGETHER = 100

#: The facts as of the moment, under the names everything asks for: temporary views come before tables.
_FACTS = (
    "create temp view visits as select * from today.visits where julianday(seen_at) <= julianday('{moment}')",
    "create temp view set_pages as select * from today.set_pages",
    "create temp view pages as select * from today.pages",
    "create temp view corrections as"
    " select * from today.corrections where julianday(made_at) <= julianday('{moment}')",
    "create temp view followed as select number, added_at, iif(julianday(forgotten_at) <="
    " julianday('{moment}'), forgotten_at, null) as forgotten_at, postcode, country, note"
    " from today.followed where julianday(added_at) <= julianday('{moment}')",
)
_LINKS = "select * from today.parcel_links where portal <> ? and julianday(first_seen_at) <= julianday(?)"
_PARTS_OF_LINK = ("number_a", "number_b", "portal", "role", "carrier", "reason", "first_seen_at", "accepted")

#: What hangs together in today's database hung together then, or was not known yet.
_ORDERS = """
select order_id from today.parcel_orders as p join today.tracking_numbers as t on t.parcel_id = p.parcel_id
where t.number = ?1
union select order_id from today.visits where tracking_number = ?1 and order_id is not null
"""
_NUMBERS = """
select number from today.tracking_numbers as t join today.parcel_orders as p on p.parcel_id = t.parcel_id
where p.order_id = ?1
"""
_SAME_PARCEL = """
select number from today.tracking_numbers where parcel_id in
    (select parcel_id from today.tracking_numbers where number = ?1 union select ?1)
"""
_IS_NUMBER = """
select exists (select 1 from today.tracking_numbers where number = ?1 or parcel_id = ?1)
    or exists (select 1 from today.visits where tracking_number = ?1)
"""
_WAITING = """
select exists (select 1 from today.underived) or exists (
    select 1 from today.visits as v where v.tracking_number is null
    and not exists (select 1 from today.readings as r where r.visit_id = v.id))
"""
#: Pages about no parcel: lists of orders, and their details.
_PAGES_OF_ORDER = """
v.tracking_number is null and v.id in (select visit_id from today.order_sightings where order_id = ?)
"""
#: Visits that something was derived from.
_DERIVED = """
tracking_number in (select tracking_number from reading_spans)
or id in (select first_visit_id from reading_spans)
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """Until when facts count. `text` is how a person says it."""

    last: datetime
    text: str


def moment_of_text(text: str, now: datetime) -> Moment:
    """The end of a day ("2026-03-01", a day of UTC), or an instant with its zone. Raises UsageError."""
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            if day > now.astimezone(UTC).date():
                raise UsageError(f"--as-of {text}: that day has not begun yet (days are of UTC)")
            return Moment(datetime.combine(day, _LAST), f"the end of {text} UTC")
        if _INSTANT.fullmatch(text):
            at = datetime.fromisoformat(text)
            if at.tzinfo is None:
                raise UsageError(f"--as-of {text}: a time of day needs its zone; add Z or an offset")
            if at > now:
                raise UsageError(f"--as-of {text}: that moment has not come yet")
            return Moment(at.astimezone(UTC), iso_utc(at))
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"--as-of {text[:40]!r} is no date such as 2026-03-01, nor an instant with its zone")


@contextmanager
def known_then(
    database: Path, portals: Mapping[str, Portal], moment: Moment, name: str | None = None
) -> Iterator[Database]:
    """A temporary database with what was known at `moment`: of what `name` names, of everything without one.

    `database` must have today's schema. Whatever ends the block, nothing is left of the temporary one.
    """
    # The empty name is a file that SQLite has deleted already: private, and gone with the connection.
    with closing(sqlite3.connect("", uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)) as connection:
        db = Database(connection)
        with failures_of(database):
            _prepare(db, database, moment)
            deriver = Deriver(db, portals)
            if name is None or connection.execute(_WAITING).fetchone()[0]:
                _derive_all(deriver)
            else:
                _derive_around(deriver, name)
        yield db


def _prepare(db: Database, database: Path, moment: Moment) -> None:
    """Empty tables, the facts as they were, today's clocks, and which numbers named which."""
    db.execute("pragma synchronous = off")
    migrations.apply(db)
    create_views(db)
    db.execute("pragma foreign_keys = off")  # facts stand in another file
    db.execute("attach ? as today", [f"{database.absolute().as_uri()}?mode=ro"])
    for statement in _FACTS:
        db.execute(statement.format(moment=iso_utc(moment.last)))
    db.execute("insert into clock_estimates select * from today.clock_estimates")
    _write_links(db, moment)


def _write_links(db: Database, moment: Moment) -> None:
    """Say which numbers named which, settled as it was then: who names a number is looked up there."""
    links = [
        link(
            r["number_a"],
            r["number_b"],
            r["portal"],
            r["role"],
            r["carrier"],
            parse_iso_utc(r["first_seen_at"]),
        )
        for r in db.query(_LINKS, [USER, iso_utc(moment.last)])
    ]
    spoken_of = "select subject, value from corrections where kind in ('link', 'unlink')"
    numbers = {number for row in db.query(spoken_of) for number in row.values() if number}
    links += [
        said(c.number_a, c.number_b, c.made_at, are_one=c.kind == "link") for c in corrections_of(db, numbers)
    ]
    marks = ", ".join("?" * len(_PARTS_OF_LINK))
    db.conn.executemany(
        f"insert into parcel_links ({', '.join(_PARTS_OF_LINK)}) values ({marks})",  # noqa: S608 - our names
        map(_link_row, settled(links)),
    )


def _link_row(one: Link) -> tuple[object, ...]:
    seen, accepted = iso_utc(one.first_seen_at), int(one.accepted)
    return (one.number_a, one.number_b, one.portal, one.role, one.carrier, one.reason, seen, accepted)


def _derive_all(deriver: Deriver) -> None:
    db = deriver.db
    db.execute("insert into main.visits select * from visits")
    deriver.derive_pages(stored_visits(db, "v.tracking_number is null", ()))
    wait_all(db)
    while waiting := still_waiting(db):
        deriver.derive(waiting[:_TOGETHER])


def _derive_around(deriver: Deriver, name: str) -> None:
    """Derive what can concern the parcel or order: its numbers, their orders, the numbers of these."""
    db = deriver.db
    numbers, orders = _seeds(db, name), {name.strip()}
    derived, read = set[str](), set[str]()
    while True:
        _widen(db, numbers, orders)
        new = numbers - derived
        if not new and orders <= read:
            break
        for order in sorted(orders - read):
            deriver.derive_pages(stored_visits(db, _PAGES_OF_ORDER, [order]))
        deriver.derive(new)
        # With a number those come that were one parcel with it then.
        derived |= numbers | {row["number"] for row in db.query("select number from tracking_numbers")}
        numbers |= derived
        read |= orders
    # Views of the database itself do not see temporary ones.
    db.execute(f"insert into main.visits select * from visits where {_DERIVED}")  # noqa: S608
    db.execute("delete from underived")


def _widen(db: Database, numbers: set[str], orders: set[str]) -> None:
    """Add to `numbers` and `orders` what belongs to any of them today."""
    known = -1
    while known < len(numbers) + len(orders):
        known = len(numbers) + len(orders)
        orders |= _column(db, _ORDERS, numbers)
        numbers |= _column(db, _NUMBERS, orders) | _column(db, _SAME_PARCEL, numbers)


def _seeds(db: Database, name: str) -> set[str]:
    """The numbers that `name` may be, of those that anybody was asked for or named."""
    names = {name.strip()}
    with suppress(NumberError):  # it may be the id of an order, or of a parcel
        names.add(tracking_number(name))
    return {number for number in names if db.conn.execute(_IS_NUMBER, [number]).fetchone()[0]}


def _column(db: Database, sql: str, values: Iterable[str]) -> set[str]:
    return {row[0] for value in sorted(values) for row in db.conn.execute(sql, [value])}
