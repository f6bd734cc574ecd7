"""China Post and its EMS: postal numbers issued in China, and EMS items of every post.

Two sites. The posts' common EMS table (items.ems.post) shows EMS items only, oldest first, in local times
without a zone, and asks nothing. China Post's own (www.ems.com.cn) shows all of its numbers once a person has
clicked the right characters, and without an account the newest scans only; scans of other posts stand
in the same list, no zone is printed, and another post's scan may be added after the delivery it came before.

Nothing was captured: the table as other programs of 2023 to 2026 read it, China Post's reply as of 2026-10.
How its page draws the reply is described nowhere. Texts of deliveries in China hold couriers' names and phone
numbers: of such a row the label of its state is read, not the text.
"""

import re

from selectolax.lexbor import LexborNode

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, RelatedNumber, Row, State
from scrapers.payload import Record, Reply, items_at, read_rows, record_at, records_at, string_at, whole_at
from scrapers.select import collapse, text_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of
from scrapers.words import Outcome

NAME = "chinapost"

STATES = {
    "events": State(None, ("tr.result-table-row td:nth-child(3)",), in_document=True),
    "not_found": State(
        Outcome.NOT_FOUND, ("div.result-table:not(:has(td:nth-child(3))) td.no-results-found",)
    ),
    # Only its words tell whether it is about the number.
    "error": State(None, ("div.result-table .error",), in_document=True),
}

TABLE, ROWS = "div.result-table", "div.result-table tr.result-table-row"
MESSAGE = (".error", "tr.result-table-row", "td")
#: What the common table says of a number without scans, and of one that is no EMS item.
UNKNOWN = ("there were no results found", "does not denote an ems item")
#: What China Post's puzzle is called in the reply that brings it.
PUZZLE = "WORD_IMAGE_CLICK"
#: A label over any event at all, also over a failed delivery: it says nothing of the row.
EMPTY_LABEL = "运送中"
#: Words that stand before a person's name or phone, and a mobile phone's number.
PERSONAL = re.compile(r"电话|手机|联系|投递员|派送员|揽投员|快递员|代收|(?<!\d)1[3-9]\d{9}(?!\d)")

_EMS = re.compile(r"E[A-Z]\d{9}[A-Z]{2}")
_TABLE_ID = re.compile(r"table-([A-Za-z0-9]{5,30})")


class ChinaPost(TrackingPortal):
    """The posts' common EMS table, and China Post's own site for what is no EMS item."""

    name = NAME
    hosts = ("items.ems.post", "www.ems.com.cn")
    payloads = ("https://www.ems.com.cn/ems-web/mailTrack/*", "https://www.ems.com.cn/ems-web/cutPic/*")
    dates_rows = True
    states = STATES
    politeness = Politeness(10, 100, "no limit is known; scripts are refused by both sites")
    evidence = Evidence("documented", "2026-10", "China Post's own page is unknown, only its reply")
    default_language = "en"
    shows_all = False  # guests are shown the newest three rows of however many
    example = "EB123456785CN"
    address = Address(
        "https://www.ems.com.cn/queryList?mailNum={number}", keys=("mailNum", "mailNo", "itemId")
    )
    looked_for = "tr.result-table-row, or info.mail.mailInfos[] in a reply"

    def url(self, number: str, language: str) -> str:
        """The common table for an EMS item, China Post's own page for any other number."""
        if _EMS.fullmatch(number):
            return f"https://items.ems.post/api/publicTracking/track?language=EN&itemId={number}"
        return super().url(number, language)

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """The puzzle, or one reading."""
        told = answer.record
        if string_at(record_at(told, "data"), "type") == PUZZLE:
            return (Reading(Outcome.CHALLENGE),)
        mail = record_at(record_at(told, "info"), "mail")
        rows, problems = read_rows(items_at(mail, "mailInfos") or (), _scan)
        if not rows:
            raise LayoutChanged(NAME, "info.mail.mailInfos[].operation")
        claimed = whole_at(mail, "mailInfoCount")
        return (
            read_with(
                rows,
                problems,
                number=string_at(mail, "mailNo"),
                complete=claimed is None or claimed <= len(rows),
                rows_claimed=claimed,
                status_text=string_at(mail, "mailStateDesc"),
                destination_country=string_at(mail, "receiverCountryName"),
                related_numbers=_related(mail),
            ),
        )

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """One reading of the common table; a page of China Post's tells only that it was refused."""
        if document.page.status == 405 and "ems.com.cn" in document.page.url:
            return (Reading(Outcome.CHALLENGE),)
        tables = document.root.css(TABLE)
        if len(tables) != 1:
            raise LayoutChanged(NAME, f"one {TABLE}")
        named = _TABLE_ID.fullmatch(tables[0].attributes.get("id") or "")
        number = named[1] if named else None
        message = text_of(tables[0], MESSAGE) or ""
        if any(words in message.casefold() for words in UNKNOWN) and not tables[0].css("td:nth-child(3)"):
            return (Reading(Outcome.NOT_FOUND, number, status_text=message),)
        rows, problems = rows_of(document, ROWS, _line)
        if not rows:
            raise LayoutChanged(NAME, f"{ROWS} of three cells")
        return (read_with(rows, problems, number=number),)


def _scan(scan: Record) -> Row | None:
    text, label = string_at(scan, "operation"), string_at(scan, "stateDesc")
    description = text if text is not None and not PERSONAL.search(text) else label
    if description is None:
        return None
    return Row(
        description,
        string_at(scan, "time"),
        place=string_at(scan, "orgName"),
        code=string_at(scan, "operationCode"),
        note=label if label not in (description, EMPTY_LABEL) else None,
    )


def _related(mail: Record) -> tuple[RelatedNumber, ...]:
    """Numbers that scans say the parcel goes on under; whose they are is not said."""
    own = string_at(mail, "mailNo")
    scans = records_at(mail, "mailInfos")
    found = [string_at(scan, key) for scan in scans for key in ("secondMailNo", "forwardWaybillNo")]
    return tuple(RelatedNumber(one) for one in dict.fromkeys(found) if one and one != own)


def _line(row: LexborNode) -> Row | None:
    cells = [collapse(cell.text(separator=" ")) for cell in row.iter() if cell.tag == "td"]
    if len(cells) != 3:
        return None
    when, status, where = cells
    return None if status is None else Row(status, when, place=where)
