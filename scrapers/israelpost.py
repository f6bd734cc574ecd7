"""Israel Post: postal numbers issued in Israel or bound for it, and its own of twelve or thirteen digits.

Shows day, text, postal unit and city of each event. Never shows a time of day nor a zone: of several rows on
one day only their order tells which was first.

The page asks one of its own services, which answers with a table as data: columns by position, heads and
texts in the page's language. A bot manager (Radware) may answer in place of any page. Nothing was captured:
the reply is as other programs of 2019 to 2026 read it, and how the page draws it is described nowhere.
"""

import re
from urllib.parse import urlsplit

from scrapers.contract import Canonical, Evidence, LayoutChanged, Page, Politeness, Reading, Row, State
from scrapers.payload import Reply, items_at, record_at, string_at, whole_at
from scrapers.select import collapse
from scrapers.tracking import Address, Document, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "israelpost"
BOT_MANAGER = "validate.perfdrive.com"

STATES = {
    "challenge": State(
        Outcome.CHALLENGE,
        tuple(f'{tag}*="{BOT_MANAGER}"]' for tag in ("form[action", "script[src", "iframe[src", "a[href")),
    ),
    # What the page is filled from; only the reply tells.
    "form": State(None, ('input[name="__RequestVerificationToken"]',)),
}

#: Date, Description, Postal Unit, City; their heads are translated.
COLUMNS = 4
#: A table of one column is a message. Its wording is not known: one that denies, and speaks of what is known
#: of an item, says that there is nothing.
DENIES = re.compile(r"\b(?:no|not|none|cannot|unable|אין|לא)\b", re.IGNORECASE)
KNOWLEDGE = re.compile(
    r"information|details|data|record|found|locate|exist|מידע|נתונים|פרטי|נמצא|קיים", re.IGNORECASE
)

_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")


class IsraelPost(TrackingPortal):
    """Israel Post's public tracking page."""

    name = NAME
    hosts = ("israelpost.co.il", "www.israelpost.co.il", "mypost.israelpost.co.il", BOT_MANAGER)
    payloads = tuple(
        f"https://{host}/umbraco/Surface/ItemTrace/GetItemTrace" for host in hosts if host != BOT_MANAGER
    )
    dates_rows = True
    states = STATES
    politeness = Politeness(15, 60, "no limit is known; a bot manager stands before every page")
    evidence = Evidence("documented", "2026-05", "the reply as other programs read it; the page is unknown")
    canonical = Canonical(selectors=('input[name="__RequestVerificationToken"]',))
    default_language = "en"
    example = "RR123456785IL"
    address = Address(
        "https://www.israelpost.co.il/{language}itemtrace?itemcode={number}",
        languages={"en": "en/", "he": ""},
        keys=("itemcode", "itemCode"),
    )
    walls = (BOT_MANAGER,)
    looked_for = "Result.itemcodeinfo.InfoLines[] in a reply"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading: rows of four cells, a message, or that the service failed."""
        told = answer.record
        if whole_at(told, "ReturnCode") not in (0, None):
            return (Reading(Outcome.UNAVAILABLE, status_text=string_at(told, "ErrorDescription")),)
        result = record_at(told, "Result")
        number, table = string_at(result, "Barcode"), record_at(result, "itemcodeinfo")
        lines = items_at(table, "InfoLines")
        if not lines:
            raise LayoutChanged(NAME, self.looked_for)
        columns = whole_at(table, "ColCount") or max(len(_cells(line)) for line in lines)
        if columns == 1:
            return (_message(" ".join(_cells(lines[0])), number),)
        rows, problems = _rows(lines)
        if columns != COLUMNS or not rows:
            raise LayoutChanged(NAME, f"InfoLines[] of {COLUMNS} cells")
        return (read_with(rows, problems, number=number),)

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """Nothing but that the bot manager answered: where the page led tells."""
        if urlsplit(document.page.url).hostname == BOT_MANAGER:
            return (Reading(Outcome.CHALLENGE),)
        raise LayoutChanged(NAME, self.looked_for)


def _message(text: str, number: str | None) -> Reading:
    """What a message says. Raises LayoutChanged unless it says that there is nothing."""
    if not (DENIES.search(text) and KNOWLEDGE.search(text)):
        raise LayoutChanged(NAME, IsraelPost.looked_for)
    return Reading(Outcome.NOT_FOUND, number, status_text=text)


def _rows(lines: list[object]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    rows: list[Row] = []
    problems: list[str] = []
    for position, line in enumerate(lines, start=1):
        row = _row(_cells(line))
        if row is None:
            problems.append(f"row {position} is not a day, a text, a unit and a city")
        else:
            rows.append(row)
    return tuple(rows), tuple(problems)


def _row(cells: list[str]) -> Row | None:
    """The row, None where the columns are not the ones known: a first cell that is no day proves it."""
    if len(cells) != COLUMNS or not cells[1] or not (not cells[0] or _DAY.fullmatch(cells[0])):
        return None
    day, text, unit, city = cells
    return Row(text, day or None, place=", ".join(filter(None, (unit, city))) or None)


def _cells(line: object) -> list[str]:
    """The texts of a line's cells, an empty text for one that has none; none for what is no line."""
    cells = line if isinstance(line, list) else []
    return [(collapse(cell) or "") if isinstance(cell, str) else "" for cell in cells]
