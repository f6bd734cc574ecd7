"""What the two invented portals answer: pages, scripts, pictures and data, the same at every run.

The printed portal sends its rows with the document. The drawn portal sends an empty page, whose script asks
for the rows and draws them. Both load what such sites load beside: style sheets, scripts, pictures, a font,
and the script of somebody who counts visitors.
"""

import json
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from random import Random
from urllib.parse import parse_qs, urlsplit

PRINTED, DRAWN, COUNTING = "printed.bench.test", "drawn.bench.test", "counting.bench.test"
HOSTS = {"printed": PRINTED, "drawn": DRAWN}

_HAPPENED = (
    ("Shipment information received", "Shenzhen"),
    ("Accepted by carrier", "Shenzhen"),
    ("Departed from sorting center", "Dongguan"),
    ("Export customs clearance started", "Guangzhou"),
    ("Export customs clearance complete", "Guangzhou"),
    ("Departed country of origin", "Hong Kong"),
    ("Arrived at transit country", "Liege"),
    ("Arrived in destination country", "Madrid"),
    ("Import customs clearance complete", "Madrid"),
    ("Arrived at delivery office", "Valencia"),
    ("Out for delivery", "Valencia"),
    ("Delivered", "Valencia"),
)
_PICTURES = 12
_PICTURE_SIDE = 200

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent: a document is answered later than what belongs to it, and never kept by a browser."""

    body: bytes
    media_type: str
    is_document: bool = False
    is_kept: bool = True
    status: int = 200


def numbers(count: int) -> list[str]:
    """The numbers that are asked for."""
    return [f"BX{910000000 + number}CT" for number in range(count)]


def rows_of(number: str) -> Rows:
    """Time, place and description of every row that is shown of a number, newest first."""
    dice = Random(number)  # noqa: S311 - nothing is kept secret by it
    at = datetime(2026, 2, 1, 6) + timedelta(minutes=dice.randrange(20_000))  # noqa: DTZ001 - a printed time
    rows = []
    for what, place in _HAPPENED[: dice.randrange(6, len(_HAPPENED) + 1)]:
        at += timedelta(minutes=dice.randrange(30, 2_500))
        rows.append([f"{at:%Y-%m-%d %H:%M}", place, what])
    return rows[::-1]


def fails_first(number: str, percent: int) -> str | None:
    """How the first request for a number fails, "503" or "reset"; None if it does not."""
    place = int(number[2:-2])
    if not percent or place % (100 // percent) != 3:
        return None
    return "503" if place // (100 // percent) % 2 else "reset"


def answer(host: str, target: str) -> Reply:
    """What `host` answers to a request for `target` (path and query)."""
    parts = urlsplit(target)
    number = parse_qs(parts.query).get("n", [""])[0]
    match (host, parts.path):
        case ("printed.bench.test", "/track"):
            return _html(_page(number, _table(rows_of(number))))
        case ("drawn.bench.test", "/track"):
            return _html(_page(number, '<div id="history">Loading ...</div>'))
        case ("drawn.bench.test", "/api/parcel"):
            told = {"number": number, "scans": rows_of(number)}
            return Reply(json.dumps(told).encode(), "application/json", is_kept=False)
        case ("drawn.bench.test", "/site.js"):
            return Reply(_LIBRARY + _DRAWING, "text/javascript")
        case (_, "/site.js" | "/chat.js" | "/count.js"):
            return Reply(_LIBRARY, "text/javascript")
        case (_, "/site.css" | "/theme.css"):
            return Reply(_STYLE, "text/css")
        case (_, path) if path.endswith((".png", ".woff2")):
            is_picture = path.endswith(".png")
            return Reply(_PICTURE, "image/png") if is_picture else Reply(bytes(20_000), "font/woff2")
    return Reply(b"", "text/plain", status=404)


def _html(text: str) -> Reply:
    return Reply(text.encode(), "text/html; charset=utf-8", is_document=True, is_kept=False)


def _table(rows: Rows) -> str:
    lines = (
        f'<tr class="scan"><td class="time">{time}</td><td class="place">{escape(place)}</td>'
        f'<td class="what">{escape(what)}</td></tr>'
        for time, place, what in rows
    )
    return f'<table class="history"><tbody>{"".join(lines)}</tbody></table>'


def _page(number: str, content: str) -> str:
    links = "".join(f'<li><a href="/help/{n}">Help with question {n}</a></li>' for n in range(120))
    pictures = "".join(f'<img src="/picture{n}.png" alt="">' for n in range(_PICTURES))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Parcel {escape(number)}</title>'
        '<link rel="stylesheet" href="/site.css"><link rel="stylesheet" href="/theme.css"></head>'
        f"<body><header>{pictures}<nav><ul>{links}</ul></nav></header>"
        f'<main data-number="{escape(number)}"><h1>{escape(number)}</h1>{content}</main>'
        "<footer>Bench Post</footer>"
        f'<script src="/site.js"></script><script defer src="/chat.js"></script><script async src="http://{COUNTING}/count.js"></script></body></html>'
    )


def _picture() -> bytes:
    """A grey picture of noise, which takes as much to decode as a photograph of its size."""
    lines = b"".join(b"\0" + Random(n).randbytes(_PICTURE_SIDE) for n in range(_PICTURE_SIDE))  # noqa: S311
    size = struct.pack(">II5B", _PICTURE_SIDE, _PICTURE_SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


_PICTURE = _picture()
_STYLE = (
    "@font-face {font-family: Post; src: url(/font.woff2)} body {font-family: Post, sans-serif}\n"
    + "\n".join(f".c{n} {{margin: {n % 9}px; color: #{n % 1000:03}}}" for n in range(800))
).encode()
_LIBRARY = "\n".join(
    f"function part{n}(a, b) {{ return [a, b, {n}].map(x => x * {n}).reduce((x, y) => x + y) }}"
    for n in range(1_000)
).encode()
_DRAWING = b"""
const number = new URLSearchParams(location.search).get('n');
fetch('/api/parcel?n=' + number).then(reply => reply.json()).then(told => {
  const cell = (kind, text) => {
    const made = document.createElement('td');
    made.className = kind; made.textContent = text;
    return made;
  };
  const table = document.createElement('table'), body = document.createElement('tbody');
  table.className = 'history';
  for (const [time, place, what] of told.scans) {
    const row = document.createElement('tr');
    row.className = 'scan';
    row.append(cell('time', time), cell('place', place), cell('what', what));
    body.append(row);
  }
  table.append(body);
  document.getElementById('history').replaceChildren(table);
});
"""
