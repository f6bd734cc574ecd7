"""Which kind of file this is: told by what it holds, never by its name."""

import json
import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from collector.importing.charset import without_utf16
from collector.importing.imported import NotImportable

_BLANK = b" \t\r\n\f\v\xef\xbb\xbf"
_PACKED = (
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"bplist", "a web archive of Safari's; save the page source instead"),
)
_HEADERS_WITHIN = 16_384
_MAIL_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}:")
_RELATED = re.compile(rb"^content-type:\s*multipart/related\b", re.IGNORECASE | re.MULTILINE)
_HTML = re.compile(rb"<(?:!doctype|!--|[a-z])", re.IGNORECASE)
_HTML_LATER = re.compile(rb"<(?:html|body)[\s>]", re.IGNORECASE)
_JSONP = re.compile(rb"(?:/\*\*/)?\s*[A-Za-z_$][\w$.]{0,80}\(\s*[{\[]")


class Kind(Enum):
    """The kinds of files that can be imported."""

    RECORD_LINES = auto()
    RECORD = auto()
    RECORD_LIST = auto()
    HAR = auto()
    MHTML = auto()
    HTML = auto()
    PAYLOAD = auto()


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file's kind, its body (in UTF-8 if it was UTF-16), and its JSON where it is JSON as a whole."""

    kind: Kind
    body: bytes
    data: Any = None


def recognise(body: bytes) -> Recognised:
    """What `body` is. Raises NotImportable with the reason for what cannot be imported."""
    for magic, name in _PACKED:
        if body.startswith(magic):
            raise NotImportable(f"it is {name}" if ";" in name else f"it is {name}; unpack it first")
    body = without_utf16(body)
    start = body.lstrip(_BLANK)
    if not start:
        raise NotImportable("the file is empty")
    if start.startswith((b"{", b"[")):
        return _json(body)
    if _MAIL_HEADER.match(start) and _RELATED.search(start, 0, _HEADERS_WITHIN):
        return Recognised(Kind.MHTML, start)
    if _HTML.match(start) or _HTML_LATER.search(start, 0, _HEADERS_WITHIN):
        return Recognised(Kind.HTML, body)
    if _JSONP.match(start):
        return Recognised(Kind.PAYLOAD, body)
    if holds_record_lines(body):
        return Recognised(Kind.RECORD_LINES, body)
    raise NotImportable("neither records, HAR, MHTML, HTML nor JSON")


def _json(body: bytes) -> Recognised:
    try:
        data = json.loads(body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        return _broken_json(body, error)
    if _is_har(data):
        return Recognised(Kind.HAR, body, data)
    if _is_record(data):
        one_line = len(body.strip(_BLANK).splitlines()) == 1
        return Recognised(Kind.RECORD_LINES if one_line else Kind.RECORD, body, data)
    if isinstance(data, list) and any(_is_record(item) for item in data):
        return Recognised(Kind.RECORD_LIST, body, data)
    return Recognised(Kind.PAYLOAD, body, data)


def _broken_json(body: bytes, error: Exception) -> Recognised:
    if holds_record_lines(body):
        return Recognised(Kind.RECORD_LINES, body)
    if isinstance(error, RecursionError):
        raise NotImportable("the JSON is nested too deeply")
    if isinstance(error, json.JSONDecodeError):
        raise NotImportable(f"the JSON is broken: {error.msg} at line {error.lineno}, column {error.colno}")
    raise NotImportable("the JSON is broken: a number in it is too long")


def _is_har(data: object) -> bool:
    log = data.get("log") if isinstance(data, dict) else None
    return isinstance(log, dict) and isinstance(log.get("entries"), list)


def _is_record(data: object) -> bool:
    if not isinstance(data, dict) or not isinstance(data.get("portal"), str):
        return False
    return "events" in data or "tracking_number" in data or ("portal" in data and "page" in data)


def holds_record_lines(body: bytes) -> bool:
    """Whether any of its lines is a record, or its only line might have become one."""
    if b'"portal"' not in body:
        return False
    lines = [line for line in body.split(b"\n") if line.strip(_BLANK)]
    return any(_is_record_line(line) for line in lines) or len(lines) == 1


def _is_record_line(line: bytes) -> bool:
    try:
        return _is_record(json.loads(line.decode("utf-8-sig", errors="replace")))
    except (ValueError, RecursionError):
        return False
