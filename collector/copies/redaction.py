"""A copy of the database that is fit to share: a new one, made of cleaned facts and what follows.

Nothing is taken over that is not named here. Of tables that others added, of pages, pictures, addresses,
run summaries and notices nothing is in the copy. What people said of pairs of rows is left out as well: such
statements name rows by ids that come from what the rows say.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from sqlite_utils import Database

from collector.answer import Answer
from collector.copies.clean_records import Cleaner
from collector.copies.clean_tables import (
    copy_corrections,
    copy_drifts,
    copy_followed,
    copy_runs,
    copy_states,
)
from collector.copies.clean_texts import clean_language
from collector.copies.leaks import leaks
from collector.copies.page_records import as_record, whole_reading
from collector.copies.secret_words import secret_words
from collector.copies.snapshots import (
    copy_into,
    failures_of,
    flush,
    moment_of,
    publish,
    refuse_target,
    unfinished,
)
from collector.derive import Deriver
from collector.derive.parsing import Parser
from collector.errors import CrosstrackError, DatabaseError
from collector.record_values import RecordError
from collector.store.facts import StoredVisit, Visit, store_visit, stored_visits
from collector.store.opening import open_store, writing
from scrapers.contract import Canonical, Page, Portal
from scrapers.words import Outcome, Role

_BATCH = 500


class NotFitToShare(CrosstrackError):
    """Something of the original was found in the copy, which is gone again."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """What went into the copy. `left_out` are visits whose pages no cleaned record can say."""

    bytes: int
    visits: int
    left_out: int
    checked: int


def redact(
    database: Path,
    target: Path,
    portals: Mapping[str, Portal],
    cleaner: Cleaner,
    *,
    force: bool = False,
    step: Callable[[str], None] = lambda _: None,
) -> Redacted:
    """Write the copy to `target`. Raises NotFitToShare if an independent look still finds something in it.

    The database is only read. Errors as of a backup; whatever ends it leaves no file behind.
    """
    refuse_target(target, database, force=force)
    if not database.exists():
        raise DatabaseError(f"{database}: there is no such database")
    beside = target.absolute()
    with (
        failures_of(target),
        tempfile.TemporaryDirectory(prefix=".redact-", dir=database.absolute().parent) as folder,
        unfinished(beside) as part,
    ):
        original, made = Path(folder) / "original.db", Path(folder) / "made.db"
        original.touch(mode=0o600)
        with moment_of(database) as source:
            copy_into(source, original)
        step("cleaning")
        visits, left_out = _make(original, made, portals, cleaner)
        step("looking for what must not be in it")
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            connection.execute("vacuum into ?", [str(part)])  # part is empty: allowed
        flush(part)
        words = secret_words(original)
        found = leaks(part, words)
        if found:
            raise NotFitToShare(
                f"{len(found)} texts of the original are still in the copy (first in {found[0]}); it was"
                " deleted, please report this"
            )
        publish(part, target, force=force)
        return Redacted(target.stat().st_size, visits, left_out, len(words.words))


def _make(original: Path, made: Path, portals: Mapping[str, Portal], cleaner: Cleaner) -> tuple[int, int]:
    """Fill the new database; how many visits it has, and how many have lost their record."""
    with open_store(original) as old, open_store(made) as new:
        with writing(new):
            runs = copy_runs(old, new)
        ids, left_out = _visits(old, new, portals, cleaner, runs)
        with writing(new):
            copy_corrections(old, new, cleaner)
            copy_followed(old, new, cleaner)
            copy_states(old, new, cleaner)
            copy_drifts(old, new, cleaner, ids)
        Deriver(new, portals).catch_up()
        return len(ids), left_out


def _visits(
    old: Database, new: Database, portals: Mapping[str, Portal], cleaner: Cleaner, runs: Mapping[str, str]
) -> tuple[dict[str, str], int]:
    """Copy the visits, with a cleaned record for their pages; the new id of each, and how many have none."""
    parser = Parser(old, portals)
    rows = {row["id"]: row for row in old.query("select * from visits")}
    ids: dict[str, str] = {}
    left_out = 0
    stored = stored_visits(old, "1", ())
    for start in range(0, len(stored), _BATCH):
        with writing(new):
            for visit in stored[start : start + _BATCH]:
                page = _record(visit, parser, cleaner)
                left_out += page is None and any(p.role is not Role.SCREENSHOT for p in visit.pages)
                clean = _visit(visit, rows[visit.id], page, cleaner)
                run = runs.get(rows[visit.id]["run_id"] or "")
                ids[visit.id] = store_visit(new, run, clean, Canonical())[0]
    return ids, left_out


def _record(visit: StoredVisit, parser: Parser, cleaner: Cleaner) -> Page | None:
    """The cleaned record of what the visit's pages say, None if they say nothing a record can."""
    answer = parser.answer(visit)
    if not answer.readings:
        return None
    reading = cleaner.reading(whole_reading(answer))
    try:
        line = as_record(_named_anew(visit, cleaner), Answer(answer.outcome, answer.complete, (reading,)))
    except (RecordError, ValueError):
        return None
    return Page(Role.RECORD, "", "application/json", line)


def _named_anew(visit: StoredVisit, cleaner: Cleaner) -> StoredVisit:
    return StoredVisit(
        id="",
        portal=cleaner.portal(visit.portal),
        tracking_number=cleaner.number(visit.tracking_number) or "",
        order_id=cleaner.order(visit.order_id),
        account=cleaner.account(visit.account),
        page=visit.page,
        seen_at=visit.seen_at,
        outcome=visit.outcome,
        viewer_offset_minutes=visit.viewer_offset_minutes,
        pages=(),
    )


def _visit(visit: StoredVisit, row: Mapping[str, Any], page: Page | None, cleaner: Cleaner) -> Visit:
    anew = _named_anew(visit, cleaner)
    return Visit(
        portal=anew.portal,
        tracking_number=anew.tracking_number or None,
        seen_at=visit.seen_at,
        source=row["source"] if row["source"] in ("browser", "import", "file") else "import",
        outcome=Outcome(row["outcome"]),
        complete=bool(row["complete"]),
        pages=() if page is None else (page,),
        attempts=row["attempts"],
        duration_ms=row["duration_ms"],
        viewer_zone=row["viewer_zone"] if row["viewer_zone"] in available_timezones() else None,
        viewer_offset_minutes=row["viewer_offset_minutes"],
        language=clean_language(row["language"]),
        rows_claimed=row["rows_claimed"],
        rows_read=row["rows_read"],
        rows_bad=row["rows_bad"],
        order_id=anew.order_id,
        account=anew.account,
        page=row["page"] if row["page"] in ("list", "detail", "tracking") else None,
    )
