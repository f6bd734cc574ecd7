"""Japan Post: postal numbers issued in Japan or bound for it, and domestic ones of eleven to thirteen digits.

Shows every event in the first document, oldest first: date and time (some rows a date alone), two texts, the
office, and its prefecture or country. Scans abroad stand in the local time of the place, as the table's head
says; no offset is printed, and a country with several clocks leaves the time open.

One event is two table rows, the second with the postcode alone. The tables are told apart by their Japanese
summaries, in both languages. Nothing was captured: facts are from other programs of 2015 to 2026.
"""

import re

from selectolax.lexbor import LexborNode

from scrapers.contract import Evidence, LayoutChanged, Politeness, Reading, Row, State
from scrapers.select import collapse, text_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of
from scrapers.words import Outcome

NAME = "japanpost"

HISTORY = 'table[summary="履歴情報"]'
DETAILS = 'table[summary="配達状況詳細"]'
RESULTS = 'table[summary="照会結果"]'

STATES = {
    "events": State(None, (HISTORY,)),
    "results": State(None, (RESULTS, ".txt_l font")),
}

#: What a table of events leaves in the text of a page that is broken: a refusal beside it denies nothing.
PARTS = re.compile(r"履歴情報|\bw_1[25]0\b")
#: The first row of an event: its date spans the second one. Heads are `th`.
EVENTS = f"{HISTORY} tr:has(> td.w_120, > td[rowspan])"
CELLS = 5
DATE = re.compile(r"\d{2,4}/\d")
NUMBER = (f"{DETAILS} tr:has(> td.w_480, > td.w_380) > td", f"{DETAILS} td")
#: Where the list of results says something of a number, and before there was a list.
MESSAGES = (f"{RESULTS} tr:has(> td)", ".txt_l")
#: What it says of one it does not know, or that none has so many digits.
UNKNOWN = (
    "your item was not found",
    "お問い合わせ番号が見つかりません",
    "お問い合わせ番号の入力桁数に誤りがあります",
)

_NUMBER = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 -]{9,30}")


class JapanPost(TrackingPortal):
    """Japan Post's public tracking page."""

    name = NAME
    hosts = ("trackings.post.japanpost.jp",)
    dates_rows = True
    states = STATES
    politeness = Politeness(5, 200, "no limit is known; one document answers for a number")
    evidence = Evidence("documented", "2026-10", "no real page was kept by anybody")
    default_language = "en"
    example = "EN123456785JP"
    address = Address(
        "https://trackings.post.japanpost.jp/services/srv/search/direct?reqCodeNo1={number}&locale={language}",
        keys=tuple(f"reqCodeNo{position}" for position in range(1, 11)),
    )
    looked_for = HISTORY

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The one reading of a page of details; of a list, one for each number that is not known."""
        if document.root.css_first(HISTORY) is None:
            return _not_found(document)
        rows, problems = rows_of(document, EVENTS, _event)
        if not rows:
            raise LayoutChanged(NAME, EVENTS)
        number = text_of(document.root, NUMBER)
        return (
            read_with(
                rows,
                problems,
                number=number if _NUMBER.fullmatch(number or "") else None,
                language="ja" if re.match(r"\d{4}/", rows[0].time_text or "") else "en",
            ),
        )


def _event(row: LexborNode) -> Row | None:
    """The event whose first row this is, None if its cells are not the five known ones."""
    cells = [cell for cell in row.iter() if cell.tag == "td"]
    may_be_message = row.css_first("[colspan], font") is not None
    if len(cells) != CELLS or (may_be_message and any(map(_is_message, cells))):
        return None
    when, record, details, office, region = (collapse(cell.text(separator=" ")) for cell in cells)
    if record is None or (when and not DATE.match(when)):
        return None
    where = ", ".join(part for part in (office, region) if part)
    return Row(record, when, place=where or None, note=details)


def _is_message(cell: LexborNode) -> bool:
    """Whether it spans columns, or is set in a colour."""
    return "colspan" in cell.attributes or cell.css_first("font") is not None


def _not_found(document: Document) -> tuple[Reading, ...]:
    """A reading for each message that says so. Raises LayoutChanged without one, or beside events."""
    if PARTS.search(document.text):
        raise LayoutChanged(NAME, HISTORY)
    found = (document.root.css(selector) for selector in MESSAGES)
    readings: list[Reading] = []
    for row in next(filter(None, found), []):
        cells = [collapse(cell.text(separator=" ")) or "" for cell in row.css("td") or [row]]
        said = next((cell for cell in cells if any(words in cell.casefold() for words in UNKNOWN)), None)
        if said is not None:
            number = cells[0] if _NUMBER.fullmatch(cells[0]) else None
            readings.append(Reading(Outcome.NOT_FOUND, number, status_text=said))
    if not readings:
        raise LayoutChanged(NAME, f"{HISTORY}, or a message in {RESULTS}")
    return tuple(readings)
