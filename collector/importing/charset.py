"""Saved text in UTF-8, whatever encoding it was saved in."""

import codecs
import re

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._-]{1,40})", re.IGNORECASE)
_META_WITHIN = 4096
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

#: What pages mean by these names (WHATWG Encoding Standard), where Python takes them at their word.
_MEANT = {
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}


def without_utf16(body: bytes) -> bytes:
    """`body` in UTF-8 if a byte order mark says it is UTF-16, else as it is."""
    if body.startswith(_UTF16):
        return body.decode("utf-16", errors="replace").encode()
    return body


def as_utf8(body: bytes, declared: str | None = None) -> bytes:
    """`body` in UTF-8: as it is if it already is, else read in the `declared` encoding or the page's own.

    A body in no encoding known here comes back as it is.
    """
    body = without_utf16(body)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _transcoded(body, declared or _meta_charset(body))
    return body


def _meta_charset(body: bytes) -> str | None:
    found = _META.search(body, 0, _META_WITHIN)
    return found[1].decode("ascii") if found else None


def _transcoded(body: bytes, charset: str | None) -> bytes:
    if charset is None:
        return body
    name = charset.lower()
    try:
        return body.decode(_MEANT.get(name, name), errors="replace").encode("utf-8", errors="replace")
    except (LookupError, ValueError):
        return body
