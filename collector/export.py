"""The database as CSV and JSON lines. Order of columns and rows is fixed; nothing is left out.

In CSV a text cell that a spreadsheet could take for a formula gets one leading apostrophe (`neutral`);
reading takes exactly one away (`restored`). Numbers are written as they are.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from sqlite_utils import Database

from collector.derive.parsing import Parser
from collector.exported import What
from collector.plain_text import LONGEST_CELL, cell_text, json_text
from collector.records import PAGES, record_to_json
from collector.store.facts import StoredVisit, page_body, stored_visits, visits_of
from scrapers.contract import Portal
from scrapers.words import Outcome, Role

_FORMULA_STARTS = frozenset("=+-@\t\r'")
#: A row, in the order of its columns.
Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Table:
    sql: str
    parcel: str


_TABLES = {
    What.EVENTS: _Table(
        "select e.id, e.parcel_id, p.title, e.sequence, e.milestone, e.leg, e.occurred_at, e.earliest_at,"
        " e.latest_at, e.place, e.description, e.portals, e.highlight,"
        " (select min(o.first_seen_at) from observations as o where o.event_id = e.id) as first_seen_at,"
        " (select max(o.first_seen_at) from observations as o where o.event_id = e.id) as last_joined_at"
        " from events as e join parcels as p on p.id = e.parcel_id"
        " where {parcel} order by e.parcel_id, e.sequence",
        "e.parcel_id",
    ),
    What.DISAGREEMENTS: _Table(
        "select * from disagreements where {parcel} order by parcel_id, event_id, kind, id", "parcel_id"
    ),
    What.FINDINGS: _Table(
        "select * from findings where {parcel} order by parcel_id, kind, portal_a, portal_b", "parcel_id"
    ),
    What.PARCELS: _Table("select * from parcels where {parcel} order by id", "id"),
    What.ORDERS: _Table(
        "select o.*, p.parcel_id from orders as o left join parcel_orders as p on p.order_id = o.id"
        " where {parcel} order by o.id, p.parcel_id",
        "p.parcel_id",
    ),
    What.DEADLINES: _Table(
        "select * from deadlines where {parcel} order by due_on, order_id, what, parcel_id", "parcel_id"
    ),
}

_EVENTS = """
select e.parcel_id, p.title, e.sequence, e.occurred_at, e.earliest_at, e.latest_at, e.milestone, e.leg,
       e.place, e.description, e.portals, e.highlight, e.shown
from events as e join parcels as p on p.id = e.parcel_id where {parcel} order by e.parcel_id, e.sequence
"""


def columns(db: Database, what: What) -> list[str]:
    """The columns of what `rows` gives, in order."""
    if what is What.HISTORY:
        fixed = [name for name in _columns_of(db, _EVENTS) if name != "shown"]
        return [*fixed, *_portal_columns(db).values()]
    return _columns_of(db, _TABLES[what].sql)


def _columns_of(db: Database, sql: str) -> list[str]:
    return [column[0] for column in db.execute(sql.format(parcel="0")).description]


def rows(db: Database, what: What, parcels: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """The rows to export, of all parcels or of some; every row has the same columns in the same order."""
    names = columns(db, what)
    return (dict(zip(names, row, strict=True)) for row in values(db, what, parcels))


def values(db: Database, what: What, parcels: Sequence[str] | None = None) -> Iterator[Values]:
    """What stands in the columns, row by row."""
    if what is What.HISTORY:
        return _history(db, parcels)
    table = _TABLES[what]
    condition = _condition(table.parcel, parcels)
    return iter(db.execute(table.sql.format(parcel=condition), list(parcels or ())))


def _history(db: Database, parcels: Sequence[str] | None) -> Iterator[Values]:
    """Events, with what each portal prints."""
    portals, decoded = list(_portal_columns(db)), json.JSONDecoder().raw_decode
    condition = _condition("e.parcel_id", parcels)
    for row in db.execute(_EVENTS.format(parcel=condition), list(parcels or ())):
        shown, _ = decoded(row[-1])
        yield (*row[:-1], *map(shown.get, portals))


def _portal_columns(db: Database) -> dict[str, str]:
    """The column of each portal: its name, marked where another column has that name already."""
    taken = _columns_of(db, _EVENTS)
    portals = [row["portal"] for row in db.query("select distinct portal from observations order by 1")]
    return {portal: f"{portal} (portal)" if portal in taken else portal for portal in portals}


def _condition(column: str, parcels: Sequence[str] | None) -> str:
    return "1" if parcels is None else f"{column} in ({','.join('?' * len(parcels))})"


def records(
    db: Database, portals: Mapping[str, Portal], parcels: Sequence[str] | None = None
) -> Iterator[dict[str, Any]]:
    """Every visit that brought an answer, as a record: what `import` takes."""
    parser = Parser(db, portals)
    condition = _condition("parcel_id", parcels)
    sql = f"select distinct number from tracking_numbers where {condition} order by 1"  # noqa: S608
    for number in [row["number"] for row in db.query(sql, list(parcels or ()))]:
        yield from _told(db, parser, visits_of(db, [number]))
    if parcels is None:
        yield from _told(db, parser, stored_visits(db, "v.tracking_number is null", ()))


def _told(db: Database, parser: Parser, visits: Iterable[StoredVisit]) -> Iterator[dict[str, Any]]:
    for visit in visits:
        if visit.pages and visit.pages[0].role is Role.RECORD:
            yield json.loads(page_body(db, visit.pages[0].page_id)[1])
            continue
        reading = parser.reading(visit)
        if reading.outcome in (Outcome.OK, Outcome.NO_EVENTS_YET, Outcome.NOT_FOUND):
            yield record_to_json(
                visit.portal,
                visit.tracking_number or None,
                visit.seen_at,
                reading,
                viewer_offset_minutes=visit.viewer_offset_minutes,
                page=next((page for page in PAGES if page == visit.page), None),
                order_id=visit.order_id,
                account=visit.account,
            )


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    """Rows as CSV under a header, as RFC 4180 has it. `out` must leave line ends as they are."""
    writer = csv.writer(out, lineterminator="\r\n")  # else a lone CR in a cell would not be quoted
    writer.writerow(columns)
    for row in rows:
        writer.writerow([neutral(row[column]) for column in columns])


def write_safe_csv(columns: Sequence[str], rows: Iterable[Values], out: TextIO) -> None:
    """The same with texts that steer no terminal and fit a cell, from rows in the order of the columns."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(map(_safe, rows))


def _safe(row: Values) -> Values:
    for cell in row:
        if isinstance(cell, str) and (
            cell[:1] in _FORMULA_STARTS or not cell.isprintable() or len(cell) > LONGEST_CELL
        ):
            return [neutral(cell_text(one) if isinstance(one, str) else one) for one in row]
    return row  # most of a million are written as they come


def csv_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows whose texts steer no terminal and fit a cell; JSON lines have them to the letter."""
    for row in rows:
        yield {key: cell_text(cell) if isinstance(cell, str) else cell for key, cell in row.items()}


def write_json_lines(rows: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    """Rows as JSON, one object a line."""
    for row in rows:
        out.write(json_text(row) + "\n")


def neutral(cell: object) -> object:
    """A cell no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in _FORMULA_STARTS else cell


def restored(cell: str) -> str:
    """The text that `neutral` was given."""
    return cell[1:] if cell.startswith("'") else cell
