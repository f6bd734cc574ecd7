"""postnl.post, PostNL's page for international mail: its reply, and the tables it showed in 2017 and 2021.

The reply writes a Z behind the clock of the scan's country; only stamps with seven decimals are UTC. All of
it is documented only, the reply until 2026.
"""

import re
from datetime import datetime

from selectolax.lexbor import LexborNode

from scrapers.contract import LayoutChanged, Reading, Row
from scrapers.payload import Record, items_at, read_rows, string_at
from scrapers.select import maybe, texts_of
from scrapers.tracking import Document, read_with, rows_of
from scrapers.words import Outcome

REPLY, DETAILS, TABLE = "reply", "details of 2021", "table of 2017"

#: Rows with cells of time, text and, in 2017, area.
ROWS = {DETAILS: "tr.detail", TABLE: "#datatables tbody tr"}
NOT_FOUND = "barcode was not found"
TRUE_STAMP = re.compile(r"[^.]+\.[0-9]{7}Z")


def abroad_parcel(portal: str, parcel: Record) -> Reading:
    """One of the reply's `data.items`. Raises LayoutChanged."""
    number = string_at(parcel, "item")
    items = items_at(parcel, "events")
    rows, problems = read_rows(items or (), _row)
    if rows:
        country = string_at(parcel, "destination_code")
        return read_with(rows, problems, REPLY, number=number, destination_country=country)
    if not items and NOT_FOUND in (string_at(parcel, "message") or ""):
        return Reading(Outcome.NOT_FOUND, number)
    raise LayoutChanged(portal, "data.items[].events[].status_description")


def _row(event: Record) -> Row | None:
    """The category is no note: it contradicts the description, and a parcel on its round is Processing."""
    text, stamp = string_at(event, "status_description", "category"), string_at(event, "datetime_local")
    if text is None:
        return None
    return Row(
        description=text,
        time_text=stamp,
        instant_ms=_instant_ms(stamp),
        place=string_at(event, "country_name", "country_code"),
        code=string_at(event, "status"),
    )


def _instant_ms(stamp: str | None) -> int | None:
    """The instant of a stamp with seven decimals: of them alone the Z is true."""
    if stamp is None or not TRUE_STAMP.fullmatch(stamp):
        return None
    try:
        return int(datetime.fromisoformat(stamp).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def old_table(portal: str, document: Document) -> Reading | None:
    """What a table says, None if the page has none. Raises LayoutChanged if it holds no row."""
    for layout, selector in ROWS.items():
        if maybe(document.root, selector) is not None:
            rows, problems = rows_of(document, selector, _table_row)
            if not rows:
                raise LayoutChanged(portal, f"{selector} td")
            return read_with(rows, problems, layout)
    return None


def _table_row(line: LexborNode) -> Row | None:
    cells = texts_of(line, "td")
    if len(cells) < 2 or cells[1] is None:
        return None
    return Row(cells[1], cells[0], place=cells[2] if len(cells) > 2 else None)
