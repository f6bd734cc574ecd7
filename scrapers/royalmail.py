"""Royal Mail: the public tracking page, www.royalmail.com/track-your-item.

Shows where and when an item was scanned; its data state each row's offset, and promise no order of the rows.
Never shows a zone. Names of people and signatures stand in the data and are left out.

Two replies fill the page: a summary, whose one event is the last, and after a click on "Get more details" all
events. Seen: the page of 2017-01, since retired, with half days and no offset. The replies are known from
samples published in 2016 and 2017 and other readers' notes of 2024 to 2026; today's markup is not known.
"""

import re
from datetime import date

from selectolax.lexbor import LexborNode

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, RelatedNumber, Row, State
from scrapers.payload import Record, Reply, items_at, read_parcels, read_rows, record_at, string_at, whole_at
from scrapers.select import collapse, text_of
from scrapers.tracking import Address, Document, TrackingPortal, rows_of
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
    looked_for = f"mailPieces in a reply, or {RESULT}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading per item of a reply of either service."""
        value = answer.value if isinstance(answer.value, dict) else {}
        pieces = items_at(value, "mailPieces")
        if pieces:
            asked = self.number_in(page.url)
            return read_parcels(pieces, "mailPieceId", lambda piece: _piece(piece, asked))
        outcome = _refusal(value, whole_at(value, "httpCode") or answer.status)
        if outcome is None:
            raise LayoutChanged(NAME, "mailPieces, errors[].errorCode or httpCode in a reply")
        return (_nothing(outcome),)

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The retired page, of one item; of today's page what it says when it shows none."""
        rows, problems = rows_of(document, ROWS, _old_row)
        if rows and len(document.root.css(RESULT)) == 1:
            return (
                Reading(
                    number=text_of(document.root, NUMBER),
                    rows=rows,
                    complete=not problems,
                    rows_bad=len(problems),
                    problems=problems,
                    status_text=text_of(document.root, STATUS),
                    layout=OLD_PAGE,
                ),
            )
        shown = _shown(document)
        outcomes = [outcome for text, outcome in SHOWN.items() if text in shown]
        if outcomes and TABLE not in document.text:
            return (_nothing(outcomes[0]),)
        if document.page.status == 403:
            return (Reading(Outcome.CHALLENGE),)
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
    day = _day(string_at(record_at(piece, "estimatedDelivery"), "date"))
    return Reading(
        number=numbers[0] if numbers else None,
        rows=shown,
        complete=bool(rows) and not problems,
        rows_bad=len(problems),
        problems=problems,
        status_text=string_at(summary, "statusDescription", "statusCategory"),
        origin_country=string_at(summary, "originCountryName", "originCountryCode"),
        destination_country=string_at(summary, "destinationCountryName", "destinationCountryCode"),
        estimate_from_on=day,
        estimate_to_on=day,
        related_numbers=tuple(RelatedNumber(number, "Royal Mail") for number in numbers[1:]),
        layout=REPLY if rows else SUMMARY,
    )


def _row(event: Record, keys: tuple[str, str, str, str]) -> Row | None:
    code, text, time, place = (string_at(event, key) for key in keys)
    if text is None:
        return None
    by = BY.match(text)
    return Row(
        description=by[1] or by[2] if by else text.replace("**", ""),
        time_text=time,
        place=place,
        code=code,
    )


def _day(text: str | None) -> str | None:
    try:
        return date.fromisoformat(text or "").isoformat()
    except ValueError:
        return None


def _nothing(outcome: Outcome, number: str | None = None) -> Reading:
    """What cannot be confirmed today was perhaps shown before: such a reading is not complete."""
    return Reading(outcome, number, complete=outcome is not Outcome.NO_EVENTS_YET)


def _refusal(value: Record, status: int | None) -> Outcome | None:
    told = [one for one in items_at(value, "errors") or () if isinstance(one, dict)]
    found = [ERRORS[code] for one in told if (code := string_at(one, "errorCode")) in ERRORS]
    if found or status is None:
        return found[0] if found else None
    refusals = {403: Outcome.CHALLENGE, 429: Outcome.RATE_LIMITED}
    return Outcome.UNAVAILABLE if status >= 500 else refusals.get(status)


def _old_row(line: LexborNode) -> Row | None:
    cells = [collapse(cell.text()) for cell in line.css("td")]
    if len(cells) != 4 or cells[2] is None:
        return None
    return Row(description=cells[2], time_text=" ".join(filter(None, cells[:2])) or None, place=cells[3])


def _shown(document: Document) -> str:
    document.root.strip_tags(["script", "style", "template"])
    text = document.root.body.text(separator=" ") if document.root.body is not None else None
    return (collapse(text) or "").replace("’", "'").lower()
