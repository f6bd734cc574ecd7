"""Files of records: JSON lines, one record over many lines, or a JSON array of records."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from collector.importing.imported import MAX_PAGE_BYTES, ImportedVisit, Refused, Request
from collector.records import BadLine, Record, RecordError, record_from_json, record_from_object, records_in
from scrapers.contract import Page
from scrapers.words import Role

_PART_BYTES = 1024 * 1024


def visits_in_lines(lines: Iterable[bytes | None], request: Request) -> Iterator[ImportedVisit | Refused]:
    """The visits of JSON lines, in order; what is no record is refused with its line."""
    for item in records_in(lines, request.file):
        if isinstance(item, BadLine):
            yield request.refused(item.reason, item.line)
        else:
            yield _visit(item, request)


def lines_in(*sources: BinaryIO) -> Iterator[bytes | None]:
    """The lines of what the sources hold one after the other; None for one no record can be as long as."""
    line, size = bytearray(), 0
    for source in sources:
        while part := source.readline(_PART_BYTES):
            size += len(part)
            if size <= MAX_PAGE_BYTES:
                line += part
            if part.endswith(b"\n"):
                yield bytes(line[:-1]) if size <= MAX_PAGE_BYTES else None
                line, size = bytearray(), 0
    if size:
        yield bytes(line) if size <= MAX_PAGE_BYTES else None


def visits_in_record(body: bytes, request: Request) -> Iterator[ImportedVisit | Refused]:
    """The visit of a file that is one record."""
    try:
        yield _visit(record_from_json(body), request)
    except RecordError as error:
        yield request.refused(str(error))


def visits_in_list(items: Iterable[object], request: Request) -> Iterator[ImportedVisit | Refused]:
    """The visits of a JSON array, in order; what is no record is refused with its position, from 1."""
    for position, item in enumerate(items, start=1):
        try:
            yield _visit(record_from_object(item), request)
        except RecordError as error:
            yield request.refused(f"record {position}: {error}")


def _visit(record: Record, request: Request) -> ImportedVisit | Refused:
    for asked, said in ((request.portal, record.portal), (request.number, record.tracking_number)):
        if asked is not None and asked != said:
            return request.refused(f"the record speaks of {said}, not of {asked}")
    return ImportedVisit(
        portal=record.portal,
        tracking_number=record.tracking_number,
        seen_at=record.seen_at,
        pages=(Page(Role.RECORD, record.url or "", "application/json", record.line),),
        source="import",
        language=record.language,
        viewer_offset_minutes=record.viewer_offset_minutes,
        record=record,
        page=record.page,
        order_id=record.order_id,
        account=record.account,
    )
