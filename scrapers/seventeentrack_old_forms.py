"""What 17TRACK gave in other forms than today's reply, which people may have saved.

Three forms: a reply with keys of one letter (2019-10), the rows of its page (2018 to 2025), and the text of
its copy button (2024-08). Seen: the reply and the text. The page is documented only.
"""

import re
from functools import partial

from selectolax.lexbor import LexborNode

from scrapers.contract import LayoutChanged, Reading, Row
from scrapers.payload import Record, items_at, read_rows, record_at, string_at, whole_at
from scrapers.select import maybe, text_of, texts_of
from scrapers.tracking import Document, read_with, rows_of
from scrapers.words import Outcome

OLD_REPLY, PAGE, COPY = "reply of 2019", "page", "copied text"

#: The lists of the reply: delivering carrier's, first carrier's, others'; and under which key who it is.
LISTS = {"z2": "w2", "z1": "w1", "z9": ""}
#: Some carriers by 17TRACK's keys (its list of 2025-10); the reply has nothing but keys.
CARRIERS = {"100002": "UPS", "21051": "USPS", "3011": "China Post", "190271": "Cainiao"}

ITEM = ".tracklist-item"
#: Rows in the carrier's words before those translated.
ROWS = (f"{ITEM} .ori-block dd", f"{ITEM} .trn-block dd")
NUMBER = f"{ITEM} .no-container span"
STATUS = (f"{ITEM} .text-capitalize span", f"{ITEM} .text-capitalize")
CARRIER = f"{ITEM} .provider-name"
NOT_FOUND = "Not Found"

#: How the copied text begins.
COPIED = "Number:"
#: A row of it: time, then place (if any) and text, which nothing tells apart.
COPIED_ROW = re.compile(r"(.*?\d{1,2}:\d{2}), (.+)")


def old_parcel(portal: str, item: Record) -> Reading:
    """A parcel of the reply: rows of `a` time, `c` or `d` place, `z` text. Raises LayoutChanged."""
    number, track = string_at(item, "no"), record_at(item, "track")
    rows, problems = list[Row](), list[str]()
    for key, whose in LISTS.items():
        carrier = string_at(track, whose)
        named = CARRIERS.get(carrier or "", carrier)
        read, bad = read_rows(items_at(track, key) or (), partial(_old_row, carrier=named))
        rows += read
        problems += [f"{key}: {one}" for one in bad]
    if not rows and not track and item.get("yt"):
        return Reading(Outcome.INPUT_NEEDED, number)
    status = string_at(track, "e")
    if rows:
        return read_with(tuple(rows), tuple(problems), OLD_REPLY, number=number, status_text=status)
    if problems or whole_at(track, "e") != 0 or items_at(track, "z1") is None:
        raise LayoutChanged(portal, "dat[].track.z1[].z, or the state 0")
    return Reading(Outcome.NOT_FOUND, number, status_text=status)


def _old_row(event: Record, *, carrier: str | None) -> Row | None:
    text = string_at(event, "z")
    if text is None:
        return None
    return Row(text, string_at(event, "a"), place=string_at(event, "c", "d"), relayed_from=carrier)


def shown_parcel(portal: str, document: Document) -> Reading:
    """The one parcel on the page. The place stands before the text and nothing tells how far it goes."""
    if len(document.root.css(ITEM)) != 1:
        raise LayoutChanged(portal, f"one {ITEM}")
    found = next((one for one in ROWS if maybe(document.root, one) is not None), ROWS[0])
    carriers = set(texts_of(document.root, CARRIER))
    carrier = carriers.pop() if len(carriers) == 1 else None
    rows, problems = rows_of(document, found, partial(_shown_row, carrier=carrier))
    number, status = text_of(document.root, NUMBER), text_of(document.root, STATUS)
    if rows:
        return read_with(rows, problems, PAGE, number=number, status_text=status)
    if problems or status != NOT_FOUND:
        raise LayoutChanged(portal, "; ".join(problems) or found)
    return Reading(Outcome.NOT_FOUND, number, status_text=status)


def _shown_row(node: LexborNode, *, carrier: str | None) -> Row | None:
    text = text_of(node, "p")
    return None if text is None else Row(text, text_of(node, "time"), relayed_from=carrier)


def copied_parcel(portal: str, text: str) -> Reading | None:
    """The copied text: number, state, countries, then a line for each row. None if `text` is none."""
    if not text.lstrip("\ufeff \r\n").startswith(COPIED):
        return None
    body, end, _ = text.strip().partition("=====")
    lines = body.splitlines()
    told = dict(line.partition(": ")[::2] for line in lines[:3])
    rows = tuple(Row(row[2], row[1]) for line in lines[3:] if (row := COPIED_ROW.fullmatch(line)))
    if not rows:
        raise LayoutChanged(portal, "rows in the copied text")
    return read_with(
        rows,
        (),
        COPY,
        number=told.get("Number"),
        status_text=told.get("Package status"),
        complete=bool(end),
        rows_claimed=len(lines) - 3,
    )
