"""DPD, a parcel network of Europe: the pages of the group, of France, Poland and the Netherlands.

The group's data (`rest/plc`) show date and time of each scan, oldest first, with a town and its country.
France and Poland print a table; the Dutch page has no list, only the newest state, dated once it is a
delivery. No page shows an offset; times are taken for the wall clock of the scan's place. Poland names the
recipient below a delivery, and lines below a scan's first may name a person: neither is read.

Facts come from a Dutch page of 2024-11; the group's data, the tables and the refusals from other readers'
notes of 2019 to 2026. Dates are day, month, year (the Netherlands, France) or ISO. "No shipments found" is
hidden in every Dutch page and says nothing.
"""

import re
from datetime import date
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, Recipient, Row, State
from scrapers.payload import Record, Reply, items_at, read_rows, record_at, records_at, string_at, text_at
from scrapers.select import collapse, maybe, text_of, texts_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of
from scrapers.words import Outcome

NAME = "dpd"

#: The newest state of the Dutch page; the rows of the French and Polish tables.
DUTCH_STATE = "#parcelDetails .deliveryStatusType"
FRENCH_ROWS = 'tr[id^="ligneTableTrace"]'
POLISH_ROWS = "table.table-track tr:has(td)"
STATES = {
    "newest_state": State(None, (DUTCH_STATE,), in_document=True),
    "french_table": State(None, (FRENCH_ROWS,), in_document=True),
    "polish_table": State(None, ("table.table-track",), in_document=True),
}
DUTCH_DATE = "#parcelDetails .deliveryDate span"
DUTCH_DELIVERED = "#parcelDetails .icon-status_5"
DUTCH_NUMBER, DUTCH_NUMBER_IN = 'a[href*="my-parcels/track?"]', re.compile(r"[?&]parcelNumber=(\w+)")
#: Letters. A state is a phrase; what is longer is the rest of a broken page.
LONGEST_STATE = 200
#: "26-11-2024, 13:28-14:28": when the parcel is expected.
DUTCH_WINDOW = re.compile(r"(\d{2})-(\d{2})-(\d{4}) ?, ?\d{2}:\d{2} ?- ?\d{2}:\d{2}")
POLISH_NUMBER = "input.js-waybill"
#: How the paragraph begins that the Polish page shows for an unknown number.
POLISH_REFUSAL = "Wprowadzono błędny numer przesyłki"
#: A refusal beside any part of a table denies nothing.
TABLE = re.compile(r"</?t[dr]\b", re.IGNORECASE)
#: Pages of countries whose own parcels the group may not know.
NATIONAL = {
    "FR": "https://trace.dpd.fr/fr/trace/",
    "PL": "https://tracktrace.dpd.com.pl/EN/parcelDetails?typ=1&p1=",
}
#: Of a step of the journey: whether the parcel has come so far.
REACHED = "statusHasBeenReached"
RESPONSE, PARCEL = "parcellifecycleResponse", "parcelLifeCycleData"
PLC, POLISH, FRENCH, DUTCH = "rest/plc", "Polish table", "French table", "Dutch page"


class Dpd(TrackingPortal):
    """DPD's public tracking pages."""

    name = NAME
    hosts = ("tracking.dpd.de", "tracktrace.dpd.com.pl", "trace.dpd.fr", "www.dpdgroup.com")
    payloads = ("https://tracking.dpd.de/rest/plc/*",)
    layouts = (PLC, POLISH, FRENCH, DUTCH)
    states = STATES
    politeness = Politeness(30, 60, "no limit is known; walls against automation stand before every page")
    evidence = Evidence("captured", "2024-11", "the Dutch page; the group's data and the tables documented")
    example = "05307412098365"
    address = Address(
        "https://tracking.dpd.de/status/{language}/parcel/{number}",
        languages={"en": "en_US", "de": "de_DE", "nl": "nl_NL", "fr": "fr_FR", "pl": "pl_PL"},
        keys=("parcelNumber", "p1"),
        path=re.compile(r"/(?:parcel|plc/[^/]+|trace)/(?P<number>[^/?]+)/?$"),
    )
    looked_for = f"{RESPONSE} in a reply, {DUTCH_STATE}, {FRENCH_ROWS} or {POLISH_ROWS}"

    def url_for(self, number: str, language: str, recipient: Recipient) -> str:
        """The page of France or Poland for what goes there, else the group's."""
        page = NATIONAL.get(recipient.country or "")
        return page + quote(number, safe="") if page else self.url(number, language)

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """The parcel of a `rest/plc` reply."""
        said = answer.record.get(RESPONSE)
        parcel = said.get(PARCEL) if isinstance(said, dict) else None
        if isinstance(parcel, dict):
            return (_parcel(parcel, self.number_in(page.url)),)
        if isinstance(said, dict) and parcel is None and (PARCEL in said or not said):
            return (Reading(Outcome.NOT_FOUND),)
        raise LayoutChanged(NAME, f"{RESPONSE}.{PARCEL} in a reply")

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The table of France or Poland, or the newest state of the Dutch page."""
        for selector, layout in ((FRENCH_ROWS, FRENCH), (POLISH_ROWS, POLISH)):
            rows, problems = rows_of(document, selector, _table_row)
            if rows:
                number = _attribute(document.root, POLISH_NUMBER, "value")
                return (read_with(rows, problems, layout, number=number),)
        said = filter(None, texts_of(document.root, "p"))
        if not TABLE.search(document.text) and any(text.startswith(POLISH_REFUSAL) for text in said):
            return (Reading(Outcome.NOT_FOUND),)
        return (_dutch_page(document),)


def _parcel(parcel: Record, asked: str | None) -> Reading:
    info, scans = record_at(parcel, "shipmentInfo"), items_at(record_at(parcel, "scanInfo"), "scan")
    steps = records_at(parcel, "statusInfo")
    rows, problems = read_rows(scans or (), _scan_row)
    if not rows and (scans != [] or not steps or any(one.get(REACHED) is not False for one in steps)):
        raise LayoutChanged(NAME, f"scanInfo.scan[].scanDescription, or no step with {REACHED}")
    current = next((one for one in steps if one.get("isCurrentStatus") is True), {})
    own = string_at(info, "parcelLabelNumber")
    # The label's barcode has a postcode before the 14 digits; both it and they may end in a check character.
    is_asked = own is not None and asked is not None and own in (asked[:14], asked[7:21])
    return read_with(
        rows,
        problems,
        PLC if rows else None,
        outcome=Outcome.OK if rows else Outcome.NO_EVENTS_YET,
        number=asked if is_asked else own,
        status_text=text_at(current, "label"),
        destination_country=string_at(info, "receiverCountryIsoCode"),
    )


def _scan_row(scan: Record) -> Row | None:
    said, data = record_at(scan, "scanDescription"), record_at(scan, "scanData")
    lines = (line for line in items_at(said, "content") or () if isinstance(line, str))
    text = next(filter(None, map(collapse, lines)), None) or text_at(said, "label")
    code, place = text_at(record_at(data, "scanType"), "name"), text_at(data, "location")
    return Row(text, string_at(scan, "date"), place=place, code=code) if text else None


def _table_row(line: LexborNode) -> Row | None:
    """Date, time, text and place: the first text of each cell, for below it Poland names the recipient."""
    cells = [map(collapse, cell.text(separator="\0").split("\0")) for cell in line.css("td")]
    if len(cells) not in (3, 4):
        return None
    day, time, text, place = [*(next(filter(None, lines), None) for lines in cells), None][:4]
    return Row(text, " ".join(filter(None, (day, time))) or None, place=place) if text else None


def _dutch_page(document: Document) -> Reading:
    """The newest state. A page that was cut may end inside it, or inside its date."""
    root = document.root
    text, printed = text_of(root, DUTCH_STATE), text_of(root, DUTCH_DATE)
    if text is None or len(text) > LONGEST_STATE or not document.whole:
        raise LayoutChanged(NAME, Dpd.looked_for)
    is_delivered = maybe(root, DUTCH_DELIVERED) is not None
    day = None if is_delivered else _day(DUTCH_WINDOW.fullmatch(printed or ""))
    link = DUTCH_NUMBER_IN.search(_attribute(root, DUTCH_NUMBER, "href") or "")
    return Reading(
        number=link[1] if link else None,
        rows=(Row(text, printed if is_delivered else None),),
        status_text=text,
        estimate_from_on=day,
        estimate_to_on=day,
        layout=DUTCH,
    )


def _attribute(root: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = maybe(root, selector)
    return None if node is None else collapse(node.attributes.get(name))


def _day(window: re.Match[str] | None) -> str | None:
    try:
        return date.fromisoformat("-".join(window.group(3, 2, 1))).isoformat() if window else None
    except ValueError:
        return None
