"""Royal Mail: the public tracking page, www.royalmail.com/track-your-item.

Shows where and when an item was scanned; its data state each row's offset, and promise no order of the rows.
Never shows a zone. Names of people and signatures stand in the data and are left out.

Two replies fill the page: a summary, whose one event is the last, and after a click on "Get more details" all
events. Seen: the page of 2017-01, since retired, with half days and no offset. The replies are known from
samples published in 2016 and 2017 and other readers' notes of 2024 to 2026; today's markup is not known.
"""

import re

from selectolax.lexbor import LexborNode

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, RelatedNumber, Row, State
from scrapers.payload import (
    Record,
    Reply,
    iso_day,
    items_at,
    read_parcels,
    read_rows,
    record_at,
    records_at,
    string_at,
    whole_at,
)
from scrapers.select import text_of, texts_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of, shown_text
from scrapers.words import Outcome

NAME = "royalmail"

#: The retired page: one item, and the cells (date, time, status, track point) of its rows.
RESULT = ".rml-track-trace-result"
STATES = {"old_page": State(None, (RESULT,))}
TABLE = "tracking_details_table_block"
ROWS = f".{TABLE} tbody tr"
NUMBER = "h3.item-number .strong"
STATUS = ".status.result-row .strong"

#: Other numbers of an item, beside `mailPieceId`.
NUMBERS = ("oneDBarcode", "uniqueItemId")
#: Keys of an event, and of the last event in a summary: code, text, time, place.
EVENT = ("eventCode", "eventName", "eventDateTime", "locationName")
LAST_EVENT = ("lastEventCode", "lastEventName", "lastEventDateTime", "lastEventLocationName")
#: What stands behind these words is somebody's name.
BY = re.compile(r"\*\*\s*([^*]*\bby)\s*\*\*|((?:Delivered|Signed for) by)\b", re.IGNORECASE)
#: Error codes: not found; not yet to be confirmed; access denied; the postcode is wrong.
ERRORS = {
    "E2001": Outcome.NOT_FOUND,
    "E1142": Outcome.NO_EVENTS_YET,
    "E0015": Outcome.CHALLENGE,
    "E1454": Outcome.INPUT_NEEDED,
}
#: `httpCode` of a reply that says no more; 500 and above are an outage.
HTTP_CODES = {403: Outcome.CHALLENGE, 429: Outcome.RATE_LIMITED}
#: Of the documents that show no item, in lower case.
SHOWN = {
    "unable to confirm the status of your item": Outcome.NO_EVENTS_YET,
    "sorry - we don't recognise": Outcome.NOT_FOUND,
}
REPLY, SUMMARY, OLD_PAGE = "events", "summary", "page of 2017"


class RoyalMail(TrackingPortal):
    """Royal Mail's public tracking page."""

    name = NAME
    hosts = ("www.royalmail.com",)
    resource_hosts = (
        *("api-web.royalmail.com", "hcaptcha.com", "js.hcaptcha.com", "api.hcaptcha.com"),
        "newassets.hcaptcha.com",
    )
    payloads = (
        "https://api-web.royalmail.com/mailpieces/v3/*/events",
        "https://api-web.royalmail.com/mailpieces/microsummary/v1/summary/*",
    )
    layouts = (REPLY, SUMMARY, OLD_PAGE)
    dates_rows = True
    states = STATES
    # "Decline all" loads the page anew, which has then forgotten the number.
    consent = ('button:has-text("Accept all")',)
    reveal = ("#btn-more-details",)
    politeness = Politeness(60, 30, "of six tries by browsers that a program steered, one was answered")
    evidence = Evidence(
        "documented", "2026-10", "of the site itself only the retired page, of 2017-01, was seen"
    )
    example = "QX102030405GB"
    address = Address(
        "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
        keys=("trackNumber",),
        path=re.compile(r"(?:/v3/|/summary/|/tracking-results/|\?trackNumber=)(?P<number>[^/?&]+)"),
    )
    walls = ("<title>access denied",)
    refused = (403,)
    looked_for = f"mailPieces in a reply, or {RESULT}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading per item of a reply of either service."""
        pieces = items_at(answer.record, "mailPieces")
        if pieces:
            asked = self.number_in(page.url)
            return read_parcels(pieces, "mailPieceId", lambda piece: _piece(piece, asked))
        return (_nothing(_refusal(answer.record)),)

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The retired page, of one item; of today's page what it says when it shows none."""
        rows, problems = rows_of(document, ROWS, _old_row)
        if rows and len(document.root.css(RESULT)) == 1:
            number, status = text_of(document.root, NUMBER), text_of(document.root, STATUS)
            return (read_with(rows, problems, OLD_PAGE, number=number, status_text=status),)
        shown = shown_text(document).lower()
        outcomes = [outcome for text, outcome in SHOWN.items() if text in shown]
        if outcomes and TABLE not in document.text:
            return (_nothing(outcomes[0]),)
        raise LayoutChanged(NAME, self.looked_for)


def _piece(piece: Record, asked: str | None) -> Reading:
    """An item has several numbers, and is known by the one that was `asked` for."""
    summary = record_at(piece, "summary")
    named = (string_at(piece, "mailPieceId"), *(string_at(summary, key) for key in NUMBERS))
    numbers = sorted(filter(None, dict.fromkeys(named)), key=lambda number: number != asked)
    rows, problems = read_rows(items_at(piece, "events") or (), lambda event: _row(event, EVENT))
    shown = rows or tuple(filter(None, [_row(summary, LAST_EVENT)]))
    if not shown:
        code = string_at(record_at(piece, "error"), "errorCode")
        if code not in ERRORS or items_at(piece, "events"):
            raise LayoutChanged(NAME, "mailPieces.events[].eventName, or mailPieces.error.errorCode")
        return _nothing(ERRORS[code], numbers[0] if numbers else None)
    day = iso_day(string_at(record_at(piece, "estimatedDelivery"), "date"))
    return read_with(
        shown,
        problems,
        REPLY if rows else SUMMARY,
        number=numbers[0] if numbers else None,
        complete=bool(rows),
        status_text=string_at(summary, "statusDescription", "statusCategory"),
        origin_country=string_at(summary, "originCountryName", "originCountryCode"),
        destination_country=string_at(summary, "destinationCountryName", "destinationCountryCode"),
        estimate_from_on=day,
        estimate_to_on=day,
        related_numbers=tuple(RelatedNumber(number, "Royal Mail") for number in numbers[1:]),
    )


def _row(event: Record, keys: tuple[str, str, str, str]) -> Row | None:
    code, text, time, place = keys
    said = string_at(event, text)
    if said is None:
        return None
    by = BY.match(said)
    return Row(
        description=by[1] or by[2] if by else said.replace("**", ""),
        time_text=string_at(event, time),
        place=string_at(event, place),
        code=string_at(event, code),
    )


def _nothing(outcome: Outcome, number: str | None = None) -> Reading:
    """What cannot be confirmed today was perhaps shown before: such a reading is not complete."""
    return Reading(outcome, number, complete=outcome is not Outcome.NO_EVENTS_YET)


def _refusal(value: Record) -> Outcome:
    codes = (string_at(one, "errorCode") for one in records_at(value, "errors"))
    told = next((ERRORS[code] for code in codes if code in ERRORS), None)
    status = whole_at(value, "httpCode") or 0
    told = told or (Outcome.UNAVAILABLE if status >= 500 else HTTP_CODES.get(status))
    if told is None:
        raise LayoutChanged(NAME, "mailPieces, errors[].errorCode or httpCode in a reply")
    return told


def _old_row(line: LexborNode) -> Row | None:
    cells = texts_of(line, "td")
    if len(cells) != 4 or cells[2] is None:
        return None
    return Row(description=cells[2], time_text=" ".join(filter(None, cells[:2])) or None, place=cells[3])
