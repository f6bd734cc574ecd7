"""What people saved by hand, as visits to store: records, HAR, MHTML, saved pages and payloads.

A file's kind is told by what it holds. Reading the file is the only input; nothing is stored or asked here.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from collector.importing.har import visits_in_har
from collector.importing.imported import (
    MAX_FILE_BYTES,
    ImportedVisit,
    NotImportable,
    Refused,
    Request,
    printable,
)
from collector.importing.kinds import Kind, Recognised, holds_record_lines, recognise
from collector.importing.mhtml import saved_mhtml
from collector.importing.record_files import lines_in, visits_in_lines, visits_in_list, visits_in_record
from collector.importing.saved import saved_html, saved_payload
from collector.importing.visits import visits_in
from scrapers.contract import Portal
from scrapers.numbers import NumberError, tracking_number

__all__ = ["ImportedVisit", "Refused", "read_file"]


def read_file(
    path: Path,
    *,
    portals: Mapping[str, Portal],
    portal: str | None,
    number: str | None,
    seen_at: datetime | None,
) -> Iterator[ImportedVisit | Refused]:
    """The visits in the file at `path`, and what of it is refused; no input raises.

    `portal`, `number` and `seen_at` (aware) are what the person says, None where nothing is said. A record
    keeps its own time whatever `seen_at` says; one of another portal or number is refused.
    """
    name = printable(str(path))
    try:
        with _opened(path) as file:
            asked = None if number is None else _asked_number(number)
            request = Request(name, portals, portal, asked, _in_utc(seen_at), _modified_at(file))
            body = file.read(MAX_FILE_BYTES + 1)
            if len(body) > MAX_FILE_BYTES:
                yield from _visits_of_large(body, file, request)
            else:
                yield from _visits(recognise(body), request)
    except NotImportable as reason:
        yield Refused(name, None, printable(str(reason)))
    except OSError as error:
        yield Refused(name, None, error.strerror or "it cannot be read")


def _visits_of_large(beginning: bytes, rest: BinaryIO, request: Request) -> Iterator[ImportedVisit | Refused]:
    """The visits of a file that is not held whole: only of JSON lines is every line for itself."""
    if not holds_record_lines(beginning):
        raise NotImportable(f"the file is larger than {MAX_FILE_BYTES // 1024**2} MB")
    yield from visits_in_lines(lines_in(BytesIO(beginning), rest), request)


def _visits(file: Recognised, request: Request) -> Iterator[ImportedVisit | Refused]:
    try:
        match file.kind:
            case Kind.RECORD_LINES:
                yield from visits_in_lines(lines_in(BytesIO(file.body)), request)
            case Kind.RECORD:
                yield from visits_in_record(file.body, request)
            case Kind.RECORD_LIST:
                yield from visits_in_list(file.data, request)
            case Kind.HAR:
                yield from visits_in_har(file.data["log"]["entries"], request)
            case Kind.MHTML:
                yield from visits_in(saved_mhtml(file.body), request)
            case Kind.HTML:
                yield from visits_in(saved_html(file.body), request)
            case Kind.PAYLOAD:
                yield from visits_in(saved_payload(file.body, file.data), request)
    except NotImportable as reason:
        yield request.refused(str(reason))


def _opened(path: Path) -> BinaryIO:
    """Raises NotImportable for what is no file, OSError where the system refuses."""
    try:
        kind = path.stat().st_mode
    except ValueError:
        raise NotImportable("no file can have this name") from None
    if not (stat.S_ISREG(kind) or stat.S_ISFIFO(kind) or stat.S_ISDIR(kind)):
        raise NotImportable("it is neither a file nor a pipe")
    return path.open("rb")  # a directory is refused here, in the system's own words


def _modified_at(file: BinaryIO) -> datetime | None:
    """When the file was last written; None for a pipe, or a time that is none."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        return None
    try:
        return datetime.fromtimestamp(int(status.st_mtime), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _asked_number(text: str) -> str:
    try:
        return tracking_number(text)
    except NumberError as error:
        raise NotImportable(str(error)) from None
    except StopIteration:  # a number that begins with a sign
        raise NotImportable("a tracking number begins with a letter or a digit") from None


def _in_utc(seen_at: datetime | None) -> datetime | None:
    if seen_at is None:
        return None
    if seen_at.utcoffset() is None:
        raise NotImportable("the time it was seen has no time zone")
    return seen_at.astimezone(UTC)
