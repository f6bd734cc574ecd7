"""Visits as a chain: each link is the digest of the one before and of what the next visit was. Pure.

A visit cannot be changed, left out, put in or moved without changing every link after it. One line of JSON
tells a visit; anybody can count the links again with `sha256sum` (docs/evidence.md has the lines to type).
"""

import json
import re
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

#: What stands before the first link.
BEGINNING = "0" * 64
#: What of a visit is told. Of accounts, addresses and errors nothing is: they may name a person.
_OF_VISIT = (
    "id",
    "portal",
    "tracking_number",
    "order_id",
    "page",
    "seen_at",
    "source",
    "outcome",
    "complete",
    "viewer_zone",
    "viewer_offset_minutes",
    "rows_claimed",
    "rows_read",
    "rows_bad",
)
_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,10}")
_OF_PAGE = ("position", "role", "media_type", "bytes", "status")


def visit_line(visit: Mapping[str, Any], pages: Iterable[Mapping[str, Any]]) -> str:
    """A row of `visits`, with its rows of `visit_pages` joined to `pages`, as a line of canonical JSON."""
    told = {name: visit[name] for name in _OF_VISIT}
    told["server_date"] = _http_date(visit["server_date"])
    told["pages"] = [
        {**{name: page[name] for name in _OF_PAGE}, "host": _host(page["url"]), "sha256": page["page_id"]}
        for page in sorted(pages, key=lambda page: int(page["position"]))
    ]
    return canonical(told)


def canonical(value: object) -> str:
    """`value` as JSON of which there is one form: sorted keys, no blanks, ASCII."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def links(lines: Iterable[str]) -> list[str]:
    """The link after each line, in hexadecimal digits."""
    found: list[str] = []
    for line in lines:
        before = found[-1] if found else BEGINNING
        found.append(sha256(f"{before}\n{line}".encode()).hexdigest())
    return found


def _host(url: str) -> str | None:
    """The host a page came from; the rest of an address may say where its reader lives."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host if host and _HOST.fullmatch(host) else None


def _http_date(text: str | None) -> str | None:
    """What the portal's own clock said, as its server's header had it; None for anything but a date."""
    if text is None or len(text) > 40:
        return None
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return None
    return text if text.isascii() and text.isprintable() else None
