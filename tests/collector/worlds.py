"""Made-up records for tests, a strategy that draws whole worlds of them, and ways to take them in."""

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from sqlite_utils import Database

from collector.derive import DERIVED_TABLES
from collector.importing.imported import Request
from collector.importing.record_files import visits_in_list
from collector.importing.storing import import_visits
from collector.store.opening import open_store
from scrapers import portals

CAINIAO, CORREOS, USPS = "LP00123456789012", "RR123456785ES", "9400100000000000000000"
NUMBERS = (CAINIAO, CORREOS, USPS, "AA1", "BB2", "CC3")
ORDER = "8190000000000001"
SEEN = "2026-03-01T10:00:00Z"
FACTS = ("visits", "visit_pages", "pages", "corrections")

#: What portals print: (time format, offset, wordings). The last two portals are unknown to the program.
SHOWN = {
    "cainiao": ("%Y-%m-%d %H:%M:%S", "+08:00", ("Order received successfully", "Leave the warehouse", "Hm")),
    "correos": ("%d/%m/%Y %H:%M:%S", None, ("Admitido", "Llegada a España", "Salida de oficina de cambio")),
    "usps": ("%B %d, %Y, %I:%M %p", None, ("Processed Through Facility", "Inbound Into Customs", "Arrived")),
    "parcelsapp": ("%Y-%m-%d %H:%M", "UTC", ("Admitido", "Leave the warehouse", "Something new")),
    "somewhere": ("%d %b %Y", None, ("Something new", "Arrived")),
}


def blank() -> Database:
    """A new empty database, in memory: with everything `open_store` makes, without waiting for a disk."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _empty().backup(connection)
    connection.execute("pragma foreign_keys = on")
    return Database(connection)


@cache
def _empty() -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:")
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "empty.db") as db:
        db.conn.backup(kept)
    return kept


def event(time_text, description="Accepted by carrier", **more):
    return {"time_text": time_text, "description": description, **more}


def record(portal="cainiao", number=CAINIAO, seen_at=SEEN, events=(), **more):
    base = {"portal": portal, "tracking_number": number, "seen_at": seen_at, "events": list(events)}
    return base | more


def naming(number, *others, portal="cainiao", **more):
    """A record of `number` that names the others."""
    return record(portal, number, related_numbers=[{"number": other} for other in others], **more)


def take_in(db: Database, records: Iterable[dict]) -> tuple[int, int]:
    """Import records, as one file of them would be; how many visits were new, how many known."""
    request = Request("test", portals(), None, None, None, None)
    done = import_visits(db, portals(), list(visits_in_list(list(records), request)))
    return done.new, done.known


def rows(db: Database, sql: str, *values) -> list[dict]:
    return list(db.query(sql, list(values)))


def column(db: Database, sql: str, *values) -> list:
    return [next(iter(row.values())) for row in db.query(sql, list(values))]


def contents(db: Database, tables: Sequence[str] = DERIVED_TABLES) -> dict[str, list[str]]:
    """Every row of the tables, as text, in an order of their content's own."""
    return {name: sorted(str(sorted(row.items())) for row in db[name].rows) for name in tables}


def said(record: dict) -> str:
    return json.dumps(record, sort_keys=True)


def one_line(result):
    """What was said on stderr, which is one line."""
    assert result.stderr.endswith("\n")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    return result.stderr


@st.composite
def a_record(draw) -> dict:
    """One visit to one portal. Visits to one portal and number differ by edits, gaps and added rows."""
    portal = draw(st.sampled_from(sorted(SHOWN)))
    form, offset, wordings = SHOWN[portal]
    start = datetime(draw(st.sampled_from([2026] * 4 + [2024])), 2, 20, 9, 30, tzinfo=UTC)
    steps = draw(st.lists(st.integers(0, 5), unique=True, max_size=5).map(lambda s: sorted(s, reverse=True)))
    events = []
    for step in steps:
        moved = timedelta(hours=9 * step, minutes=draw(st.sampled_from([0, 0, 0, 60, 7])))
        text = draw(st.sampled_from([(start + moved).strftime(form)] * 5 + [None]))
        events.append(
            event(text, wordings[step % len(wordings)]) | ({"utc_offset": offset} if offset else {})
        )
    number = draw(st.sampled_from(NUMBERS))
    others = draw(st.lists(st.sampled_from(NUMBERS), max_size=2, unique=True))
    seen = start + timedelta(days=3, hours=draw(st.integers(0, 5)))
    return naming(
        number,
        *others,
        portal=portal,
        seen_at=seen.isoformat(),
        events=events,
        complete=draw(st.booleans()),
        order_ids=draw(st.lists(st.sampled_from(["8190000000000001", "8190000000000002"]), max_size=1)),
        destination_country=draw(st.sampled_from([None, "ES", "Mainland China", "nowhere"])),
        estimated_delivery=draw(st.sampled_from([None, {"from": "2026-03-09", "to": "2026-03-12"}])),
    )


worlds = st.lists(a_record(), min_size=1, max_size=8)
