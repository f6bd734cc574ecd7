"""`export`, `import`, `parse`: data out of the database, into it, and past it."""

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.completing import known_ids, known_portals
from collector.commands.context import Json, command, given, say, storable, tell
from collector.commands.moments import AsOf, opened
from collector.commands.progress import counted, progress
from collector.errors import ExitStatus, UsageError
from collector.exported import What

if TYPE_CHECKING:
    from sqlite_utils import Database

    from collector.importing import ImportedVisit, Refused


class Format(StrEnum):
    """How exported data is written."""

    CSV = "csv"
    JSONL = "jsonl"
    ICS = "ics"
    ATOM = "atom"


#: What is exported where nothing is named.
_USUAL = {
    Format.CSV: What.HISTORY,
    Format.JSONL: What.RECORDS,
    Format.ICS: What.DEADLINES,
    Format.ATOM: What.EVENTS,
}

_Files = Annotated[list[Path], typer.Argument(help="Records, saved HTML or JSON, HAR, MHTML.", exists=True)]
_Portal = Annotated[
    str | None, typer.Option(help="The portal, where the file does not tell.", autocompletion=known_portals)
]
_Number = Annotated[str | None, typer.Option(help="The tracking number, where the file does not tell.")]
_SeenAt = Annotated[
    str | None,
    typer.Option(help="When the page was seen (ISO 8601 with zone).", show_default="the file's date"),
]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app)(export)
    command(app, "import")(import_files)
    command(app)(parse)


def export(
    context: typer.Context,
    what: Annotated[What | None, typer.Argument(help="What to export.", show_default="history")] = None,
    format_: Annotated[Format, typer.Option("--format", help="csv, jsonl, ics or atom.")] = Format.CSV,
    parcel: Annotated[
        str | None, typer.Option(help="Only this parcel: any of its numbers.", autocompletion=known_ids)
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Write history, events, disagreements, findings, parcels, orders or deadlines as CSV, or as JSON lines.

    Without anything named, JSON lines are records: what each portal showed at each visit,
    as `import` takes it; ics is a calendar of deadlines and expected deliveries, and atom
    a feed of the events that became known last.

    Example: crosstrack export history > history.csv
    """
    from collector import export as exporting
    from collector.finding import parcels_named
    from scrapers import portals

    chosen = what or _USUAL[format_]
    if format_ is Format.ICS and chosen is not What.DEADLINES:
        raise UsageError("only deadlines make a calendar: say export deadlines --format ics")
    if format_ is Format.ATOM and chosen is not What.EVENTS:
        raise UsageError("only events make a feed: say export events --format atom")
    if chosen is What.RECORDS and format_ is Format.CSV:
        raise UsageError("records are JSON lines: say --format jsonl")
    with opened(given(context).database, as_of, storable(parcel) if parcel else None) as db:
        parcels = parcels_named(db, storable(parcel)) if parcel else None
        if chosen is What.RECORDS:
            found = counted(exporting.records(db, portals(), parcels), "records")
            exporting.write_json_lines(found, sys.stdout)
        elif format_ is Format.ICS:
            _put_calendar(db, parcels)
        elif format_ is Format.ATOM:
            _put_feed(db, parcels)
        elif format_ is Format.JSONL:
            exporting.write_json_lines(counted(exporting.rows(db, chosen, parcels), "rows"), sys.stdout)
        else:
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(newline="")  # CSV has line ends of its own
            values = counted(exporting.values(db, chosen, parcels), "rows")
            exporting.write_safe_csv(exporting.columns(db, chosen), values, sys.stdout)


def _put_calendar(db: "Database", parcels: "Sequence[str] | None") -> None:
    from collector.calendar_file import calendar

    _put_text(calendar(db, utc_now().date(), parcels))


def _put_feed(db: "Database", parcels: "Sequence[str] | None") -> None:
    from collector.atom_feed import atom_feed

    _put_text(atom_feed(db, utc_now(), parcels))


def _put_text(data: str) -> None:
    """A file whose format demands UTF-8 and has line ends of its own."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(newline="", encoding="utf-8")
    sys.stdout.write(data)


def import_files(
    context: typer.Context,
    files: _Files,
    portal: _Portal = None,
    number: _Number = None,
    seen_at: _SeenAt = None,
    as_json: Json = False,
) -> None:
    """Take in records and saved pages, as if they had been visited. What is bad is named; the rest lands.

    Example: crosstrack import saved-page.html --portal usps
    """
    from collector.importing.storing import import_visits
    from collector.lock import run_lock
    from collector.store.opening import open_store, writing
    from collector.store.phrases import new_unknown_phrases, told
    from scrapers import portals

    database = given(context).database
    refused: list[Refused] = []
    visits = _read(files, portal, number, seen_at, refused)
    with run_lock(database), open_store(database) as db:
        with progress("importing") as watch:
            done = import_visits(db, portals(), visits, watch)
        with writing(db):
            unknown = new_unknown_phrases(db, utc_now())
    for line in told(unknown):
        say(line)
    redone = f"; parcels redone: {done.redone}" if done.redone else ""
    text = f"imported {done.new} visits, {done.known} known already, {len(refused)} refused{redone}"
    tell(asdict(done) | {"refused": [asdict(one) for one in refused]}, text, as_json)
    _end(refused)


def parse(
    context: typer.Context,
    portal: Annotated[str, typer.Argument(help="The portal the page is of.", autocompletion=known_portals)],
    file: Annotated[Path, typer.Argument(help="A saved page, payload, HAR or MHTML.", exists=True)],
    number: _Number = None,
    seen_at: _SeenAt = None,
) -> None:
    """Print what a saved page says, as records, without storing anything.

    Example: crosstrack parse usps saved-page.html
    """
    from collector.export import write_json_lines
    from collector.importing.storing import as_record
    from scrapers import portals

    refused: list[Refused] = []
    found = _read([file], portal, number, seen_at, refused)
    write_json_lines((as_record(one, portals()) for one in found), sys.stdout)
    _end(refused)


def _read(
    files: Iterable[Path],
    portal: str | None,
    number: str | None,
    seen_at: str | None,
    refused: "list[Refused]",
) -> "Iterator[ImportedVisit]":
    """The visits in the files, read as they are taken; what is refused is said. Options are checked first."""
    from collector.importing import read_file
    from scrapers import portals

    known = portals()
    if portal is not None and portal not in known:
        raise UsageError(f"no portal named {portal!r}; known are {', '.join(known)}")
    at = _instant(seen_at)
    read = (
        one
        for file in files
        for one in read_file(file, portals=known, portal=portal, number=number, seen_at=at)
    )
    return _accepted(read, refused)


def _accepted(
    read: "Iterable[ImportedVisit | Refused]", refused: "list[Refused]"
) -> "Iterator[ImportedVisit]":
    from collector.importing import Refused

    for one in read:
        if isinstance(one, Refused):
            refused.append(one)
            where = f"{one.file}:{one.line}" if one.line else one.file
            say(f"{where}: {one.reason}")
        else:
            yield one


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--seen-at {text!r} is no ISO 8601 time") from None
    if at.tzinfo is None:
        raise UsageError(f"--seen-at {text!r} has no time zone; add Z or an offset")
    return at


def _end(refused: "list[Refused]") -> None:
    raise typer.Exit(int(ExitStatus.SOME_FAILED if refused else ExitStatus.DONE))
