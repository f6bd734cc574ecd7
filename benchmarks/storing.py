"""`python -m benchmarks.storing`: what visits cost in time and in the file, above all those with nothing new.

Visits are stored as `collect` stores them, in one run: a document and a payload from a browser, on a portal
whose pages want three blocked hosts. Growth is that of the file after a checkpoint.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from benchmarks.bench import Options
from benchmarks.markdown import table
from collector.derive import Deriver
from collector.importing.imported import ImportedVisit, Request
from collector.importing.record_files import visits_in_list
from collector.importing.storing import import_visits
from collector.kit.cases import Case, cases
from collector.store.facts import Visit, begin_run, store_visit
from collector.store.opening import open_store, writing
from scrapers import portals
from scrapers.contract import Page
from scrapers.words import Outcome, Role

BAR_BYTES = 300
_PAGES = Path(__file__).parents[1] / "fixtures" / "pages"
_PORTAL = "dhl"
_BLOCKED = ("fonts.googleapis.com", "log.mmstat.com", "www.googletagmanager.com")
_BEGAN = datetime(2026, 3, 20, 6, tzinfo=UTC)
_EVERY = timedelta(hours=6)
_DOCUMENT = Page(
    Role.DOM, "https://global.cainiao.com/newDetail.htm", "text/html", b"<title>Tracking</title>"
)


@dataclass(frozen=True, slots=True)
class Growth:
    """What `visits` visits with nothing new cost: bytes of the file and milliseconds for each of them."""

    visits: int
    bytes_each: float
    ms_each: float


def measured(options: Options) -> str:
    """The chapter on storing."""
    numbers, rounds = (50, 4) if options.quick else (500, 20)
    again, (same, more) = nothing_new(numbers, rounds), of_records(numbers)
    return "\n\n".join(
        (
            "## Storing",
            f"{again.visits:,} visits that found nothing new: {again.bytes_each:,.0f} bytes of the file each "
            f"(less than {BAR_BYTES} are wanted), {again.ms_each:.2f} ms of processor time each, all that "
            "follows from them derived again.",
            f"An imported record that says nothing new: {same:,.0f} bytes, its line included, which is kept "
            f"as a page. One that has a row more: {more:,.0f}.",
        )
    )


def nothing_new(numbers: int, rounds: int) -> Growth:
    """What `rounds` visits to each of so many numbers cost, after a first one that brought their pages."""
    case = next(one for one in cases(_PAGES / _PORTAL, portals()[_PORTAL]) if one.milestones and one.journey)
    with tempfile.TemporaryDirectory(prefix="crosstrack-storing-") as folder:
        file = Path(folder) / "crosstrack.db"
        with open_store(file) as db:
            deriver = Deriver(db, portals(), workers=0)
            run = begin_run(db, "collect", _BEGAN)
            for first in range(
                2
            ):  # the second time some rows say for the first time until when they were seen
                _round(db, deriver, run, case, numbers, first)
            before, began = _size(db, file), time.process_time()
            for number in range(2, rounds + 2):
                _round(db, deriver, run, case, numbers, number)
            spent, after = time.process_time() - began, _size(db, file)
    visits = numbers * rounds
    return Growth(visits, (after - before) / visits, spent / visits * 1000)


def of_records(numbers: int, rows: int = 20) -> tuple[float, float]:
    """Bytes of the file for a record that says what the one before said, and for one with a row more."""
    with tempfile.TemporaryDirectory(prefix="crosstrack-records-") as folder:
        file = Path(folder) / "crosstrack.db"
        sizes = []
        with open_store(file) as db:
            request = Request("records", portals(), None, None, None, None)
            for day, shown in enumerate((rows, rows, rows, rows + 1)):
                lines = [_record(n, shown, _BEGAN + timedelta(days=day, minutes=n)) for n in range(numbers)]
                visits = [v for v in visits_in_list(lines, request) if isinstance(v, ImportedVisit)]
                import_visits(db, portals(), visits)
                sizes.append(_size(db, file))
    return (sizes[2] - sizes[1]) / numbers, (sizes[3] - sizes[2]) / numbers


def _record(n: int, rows: int, seen_at: datetime) -> Mapping[str, Any]:
    began = _BEGAN - timedelta(days=9, minutes=n)
    events = [
        {
            "time_text": f"{began + timedelta(hours=7 * k):%Y-%m-%d %H:%M:%S}",
            "description": f"Arrived at sorting center {k % 7}",
            "place": "Shenzhen",
        }
        for k in reversed(range(rows))
    ]
    told = {"portal": "cainiao", "tracking_number": f"LP{n:014}", "seen_at": seen_at.isoformat()}
    return {**told, "events": events}


def _round(db: Database, deriver: Deriver, run: str, case: Case, numbers: int, count: int) -> None:
    with writing(db):
        for n in range(numbers):
            at = _BEGAN + count * _EVERY + timedelta(seconds=30 * n)
            store_visit(db, run, _visit(case, n, at), portals()[_PORTAL].canonical)
    deriver.settle()


def _visit(case: Case, n: int, at: datetime) -> Visit:
    number = f"{case.number[:-5]}{n:05}"
    pages = tuple(
        Page(one.role, one.url, one.media_type, one.body.replace(case.number.encode(), number.encode()))
        for one in case.pages
    )
    documents = () if any(one.role is Role.DOM for one in pages) else (_DOCUMENT,)
    return Visit(
        portal=_PORTAL,
        tracking_number=number,
        seen_at=at,
        source="browser",
        outcome=Outcome.OK,
        complete=True,
        pages=(*documents, *pages),
        attempts=1,
        duration_ms=2500,
        viewer_zone="UTC",
        viewer_offset_minutes=0,
        language="en",
        server_date=f"{at:%a, %d %b %Y %H:%M:%S} GMT",
        rows_read=len(case.milestones),
        rows_bad=0,
        blocked_hosts=_BLOCKED,
    )


def _size(db: Database, file: Path) -> int:
    db.execute("pragma wal_checkpoint(truncate)").fetchall()
    return file.stat().st_size


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.storing", description=__doc__)
    parser.add_argument("--numbers", type=int, default=500, metavar="N", help="numbers (default: 500)")
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="visits of each (default: 20)")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    given = parser.parse_args(arguments)
    same, more = of_records(given.numbers)
    records = {"same_record_bytes": same, "record_with_new_row_bytes": more}
    found = asdict(nothing_new(given.numbers, given.rounds)) | records
    print(json.dumps(found, indent=2) if given.json else table(list(found), [list(found.values())]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
