"""A bundle of evidence, made from the database: the same database and moment always make the same files."""

import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from collector import __version__, export
from collector.derive.parsing import Parser
from collector.evidence.archive import Archive
from collector.evidence.archived import PageFile, Pages, record_line
from collector.evidence.chain import BEGINNING, links, visit_line
from collector.evidence.checklist import checklist
from collector.evidence.claims import CLAIM_COLUMNS, claim_row, looks
from collector.evidence.excerpt import excerpt
from collector.evidence.hiding import Texts, texts_for
from collector.evidence.letter import letter
from collector.evidence.manifest import MAGIC, README, VISITS
from collector.evidence.orders_said import orders_said
from collector.evidence.report import NoPdf, ReportData, Told, report
from collector.evidence.subject import Subject, subject
from collector.exported import What
from collector.picture import parcel_story
from collector.store.facts import StoredVisit, page_body, stored_visits
from scrapers.contract import Page, Portal, Reading
from scrapers.words import Role

#: More screenshots, or larger ones, are in the bundle and not in the report.
_SHOTS, _SHOT_BYTES = 12, 2_000_000

_README = """
What portals claimed of a parcel or an order, and when. Begin with report.html: it opens in any browser,
without a network. report.pdf is the same, printed.

    visits.jsonl            every visit, one line each: the chain is counted over these lines
    pages/, screenshots/    what the visits brought back (HTML as .txt, so that nothing in it runs)
    records.jsonl           what the pages say, as data
    observations.csv, history.csv, disagreements.csv, claims.csv    the tables of the report
    message-to-seller.txt   a draft
    manifest.json           the SHA-256 of every file, and the links of the chain
    SHA256SUMS              the same sums: unpack, and run `sha256sum --check SHA256SUMS`

`crosstrack evidence verify FILE` checks everything at once. It shows damage; it cannot show that whoever made
the bundle did not make it up. Keep the SHA-256 of manifest.json elsewhere.
"""
_OBSERVATIONS = """
select o.parcel_id, o.portal, o.tracking_number, o.position, o.time_text, o.local_time, o.precision,
       o.claimed_offset_minutes, o.utc_offset_minutes, o.offset_source, o.occurred_at, o.earliest_at,
       o.latest_at, o.description, o.note, o.place, o.code, o.milestone, o.leg, o.relayed_from,
       o.first_seen_at, o.last_seen_at, o.withdrawn_at, o.replaced_by, e.sequence as event, o.id
from observations as o left join events as e on e.id = o.event_id
order by o.parcel_id, o.portal, o.tracking_number, o.position, o.id
"""
_ITEMS = """
select i.*, (select sum(p.quantity) from parcel_items as p where p.order_item_id = i.id) as packed
from order_items as i order by i.order_id, i.position, i.id
"""
_CORRECTIONS = "select * from corrections order by julianday(made_at), id"
_POSTCODES = "select distinct postcode from followed where postcode is not null order by 1"


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: `root` is the digest of the manifest, `chain` the last link of the visits."""

    root: str
    chain: str
    visits: int
    files: int
    left_out: Sequence[str]
    no_pdf: str | None


Printer = Callable[[str], bytes]


def make(
    db: Database,
    name: str,
    portals: Mapping[str, Portal],
    target: Path,
    now: datetime,
    *,
    keep: bool,
    printer: Printer | None,
) -> Made:
    """Write the bundle about `name` into the file `target`. Raises UsageError for a name of nothing.

    `keep` keeps personal data. `printer` makes the PDF; NoPdf costs only that.
    """
    with _one_moment(db):
        about = subject(db, name)
        parser = Parser(db, portals)
        stored = {visit.id: visit for visit in _stored(db, about)}
        codes = [row["postcode"] for row in db.query(_POSTCODES)]
        seen = {} if keep else _seen(db, parser, stored.values())
        texts = texts_for(about, portals, seen, codes, keep=keep)
        archive = Archive(target, now)
        archive.add(README, MAGIC + _README.encode())
        lines = [visit_line(visit.row, visit.pages) for visit in about.visits]
        archive.add(VISITS, "".join(f"{line}\n" for line in lines).encode())
        pictures = _add_pages(archive, Pages(db, portals, parser, texts, stored), about)
        archive.add("records.jsonl", b"".join(_records(db, parser, texts, about, stored)))
        with excerpt(db, about, texts) as told:
            data = _report_data(db, told, about, texts, archive, lines, pictures, now)
            _add_tables(archive, told, data)
        no_pdf = _add_report(archive, report(data), printer)
        chain = links(lines)
        root = archive.finish(program=data.program, asked_for=about.asked_for, personal=keep, links=chain)
    because = [one.because for one in archive.left_out]
    last = chain[-1] if chain else BEGINNING
    return Made(root, last, len(lines), len(archive.members), because, no_pdf)


@contextmanager
def _one_moment(db: Database) -> Iterator[None]:
    """Reads in the block see the database as it was when it began."""
    db.execute("begin")
    try:
        yield
    finally:
        db.execute("rollback")


def _stored(db: Database, about: Subject) -> Iterable[StoredVisit]:
    ids = json.dumps([visit.row["id"] for visit in about.visits])
    return stored_visits(db, "v.id in (select value from json_each(?))", [ids])


def _seen(
    db: Database, parser: Parser, visits: Iterable[StoredVisit]
) -> dict[str, tuple[list[Page], list[Reading]]]:
    """All pages and readings of each portal, each page once."""
    found: dict[str, tuple[list[Page], list[Reading]]] = defaultdict(lambda: ([], []))
    known: set[str] = set()
    for visit in visits:
        pages, readings = found[visit.portal]
        readings.extend(parser.answer(visit).readings)
        for page in visit.pages:
            if page.page_id not in known and page.role in (Role.DOM, Role.PAYLOAD):
                known.add(page.page_id)
                pages.append(Page(page.role, page.url, *page_body(db, page.page_id), page.status))
    return found


def _add_pages(archive: Archive, pages: Pages, about: Subject) -> dict[str, bytes]:
    """Add the stored pages; the screenshots that the report shows."""
    shown: dict[str, bytes] = {}
    for file in pages.files(about):
        if not isinstance(file, PageFile):
            archive.left_out.append(file)
            continue
        archive.add(file.name, file.data, page=file.page, as_stored=file.as_stored)
        if file.name.endswith(".png") and len(file.data) <= _SHOT_BYTES and len(shown) < _SHOTS:
            shown[file.name] = file.data
    return shown


def _records(
    db: Database, parser: Parser, texts: Texts, about: Subject, stored: Mapping[str, StoredVisit]
) -> Iterator[bytes]:
    for visit in about.visits:
        if visit.is_list and not texts.keep:
            continue
        one = stored[visit.row["id"]]
        line = record_line(one, parser.answer(one), texts, about)
        if line is not None:
            yield line.rstrip(b"\n") + b"\n"


def _report_data(
    db: Database,
    told: Database,
    about: Subject,
    texts: Texts,
    archive: Archive,
    lines: Sequence[str],
    pictures: Mapping[str, bytes],
    now: datetime,
) -> ReportData:
    parcels = [_told(told, parcel) for parcel in about.parcels]
    orders = list(told.query("select * from orders order by placed_on, id"))
    items = list(told.query(_ITEMS))
    return ReportData(
        made_at=now,
        program=f"Crosstrack {__version__}",
        asked_for=about.asked_for,
        personal=texts.keep,
        parcels=parcels,
        orders=orders,
        items=items,
        corrections=_corrections(db, told, about),
        looks=looks(told, orders_said(db, about, texts)),
        questions=checklist(told),
        letter=letter(orders, items, [one.story for one in parcels], now),
        visits=[json.loads(line) for line in lines],
        members=tuple(archive.members),
        left_out=tuple(archive.left_out),
        links=links(lines),
        pictures=pictures,
    )


def _told(told: Database, parcel_id: str) -> Told:
    events = told.query("select * from events where parcel_id = ? order by sequence", [parcel_id])
    return Told(parcel_story(told, parcel_id), [{**row, "shown": json.loads(row["shown"])} for row in events])


def _corrections(db: Database, told: Database, about: Subject) -> list[dict[str, Any]]:
    """What the owner said of these numbers, rows and portals."""
    rows = {row["id"] for row in told.query("select id from observations")}
    portals = {row["portal"] for row in told.query("select distinct portal from observations")}
    known = rows | portals | set(about.numbers)
    return [row for row in db.query(_CORRECTIONS) if known & {row["subject"].partition("/")[0], row["value"]}]


def _add_tables(archive: Archive, told: Database, data: ReportData) -> None:
    rows = list(told.query(_OBSERVATIONS))
    names = [column[0] for column in told.execute(_OBSERVATIONS).description]
    archive.add("observations.csv", _csv(names, rows))
    for what in (What.HISTORY, What.DISAGREEMENTS):
        table = export.rows(told, what)
        archive.add(f"{what.value}.csv", _csv(export.columns(told, what), table))
    claims = [claim_row(look, claim) for look in data.looks for claim in look.claims]
    archive.add("claims.csv", _csv(CLAIM_COLUMNS, claims))
    archive.add("message-to-seller.txt", data.letter.encode())


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    export.write_csv(columns, export.csv_rows(rows), out)
    return out.getvalue().encode("utf-8", "replace")


def _add_report(archive: Archive, html: str, printer: Printer | None) -> str | None:
    """Add the report, and printed if it can be; why not, if it cannot."""
    archive.add("report.html", html.encode("utf-8", "replace"))
    if printer is None:
        return None
    try:
        archive.add("report.pdf", printer(html))
    except NoPdf as error:
        return str(error)
    return None
