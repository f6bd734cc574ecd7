"""DHL: Paket and Deutsche Post (dhl.de), eCommerce in the Netherlands, and the page for all (dhl.com).

Shows date, minute and offset of each scan, a sentence and often a town. dhl.de has no codes, and hides some
numbers behind the postcode. DHL eCommerce has status words and no sentences, and gives UTC and local time;
dhl.com leaves the offset out on some rows.

Every one of these pages is filled by one reply. Seen: dhl.de's server-rendered tables of 2016 and 2018-02,
its data inside the page of 2018-08, eCommerce of 2024-11. Documented only: dhl.de's reply and refusals
(2026), dhl.com (2024 to 2026). The markup of a row of today's dhl.de is described nowhere.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from urllib.parse import quote

from scrapers.contract import (
    Evidence,
    LayoutChanged,
    Page,
    Politeness,
    Reading,
    Recipient,
    RelatedNumber,
    Row,
    State,
)
from scrapers.dhl_old_pages import IN_PAGE, LIST, TABLE, data_in_page, old_page
from scrapers.payload import (
    Record,
    Reply,
    items_at,
    read_parcels,
    read_rows,
    record_at,
    string_at,
    text_at,
    whole_at,
)
from scrapers.select import collapse
from scrapers.tracking import Address, Document, TrackingPortal
from scrapers.words import Outcome

NAME = "dhl"

#: Rows of today's page are only waited for: the reply that fills them is read.
STATES = {
    "course": State(None, ("li[data-testid='shipment-course-entry']",)),
    "list_2018": State(None, ("dt[data-label-date]",), in_document=True),
    "table_2016": State(None, ("#pieceEvents0", ".mm_event_table"), in_document=True),
}

#: How dhl.de answers a session it does not accept, or no longer.
SESSION_REFUSED = (401, 403, 419)
SEARCH = "search"
NO_RESULT = "No result found"
GERMANY = "https://www.dhl.de/{language}/privatkunden/dhl-sendungsverfolgung.html"
NETHERLANDS = "https://my.dhlecommerce.nl/home/tracktrace/{number}/{postcode}"

_DUTCH = re.compile(r"JVGL\d+|3S[A-Z]{3}\d{8}")
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_STATUS_WORD = re.compile(r"[A-Z0-9_/-]+")


class Dhl(TrackingPortal):
    """DHL's public tracking pages; dhl.de is the one asked, save for numbers the Dutch branch issues."""

    name = NAME
    hosts = ("www.dhl.de", "www.deutschepost.de", "my.dhlecommerce.nl", "www.dhl.com")
    resource_hosts = ("api-gw.dhlparcel.nl",)
    payloads = (
        "https://www.dhl.de/int-verfolgen/data/s*",  # search, or shipment once a postcode is given
        "https://www.deutschepost.de/int-verfolgen/data/s*",
        "https://api-gw.dhlparcel.nl/track-trace",
        "https://www.dhl.com/utapi",
    )
    layouts = (SEARCH, IN_PAGE, LIST, TABLE)
    dates_rows = True
    states = STATES
    consent = ('[class*="save-preference-btn"]',)
    politeness = Politeness(10, 100, "replies can say that the address is asked too often")
    evidence = Evidence(
        "captured", "2024-11", "eCommerce 2024, dhl.de 2016 and 2018; dhl.de's reply documented to 2026"
    )
    default_language = "de"
    example = "00340434123456789012"
    address = Address(
        page=f"{GERMANY}?piececode={{number}}",
        languages={"nl": "en"},
        keys=("piececode", "idc", "tracking-id", "trackingNumber"),
        path=re.compile(r"/tracktrace/(?P<number>[^/]+)"),
        to_postcode=f"{GERMANY}?piececode={{number}}&zip={{postcode}}",
    )
    walls = ("sec-if-cpt-container", "sec_cpt")
    looked_for = "a reply of int-verfolgen/data/search"

    def url_for(self, number: str, language: str, recipient: Recipient) -> str:
        """The page for `number`: the Dutch branch's own for a number it issued, which needs a postcode."""
        if recipient.postcode and _DUTCH.fullmatch(number):
            postcode = quote(recipient.postcode.replace(" ", ""), safe="")
            return NETHERLANDS.format(number=quote(number, safe=""), postcode=postcode)
        return super().url_for(number, language, recipient)

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """dhl.de's list of `sendungen`, dhl.com's of `shipments`, or eCommerce's bare list."""
        value = answer.value
        if isinstance(value, list):
            return read_parcels(value, "barcode", _dutch)
        if isinstance(value, dict):
            if value.get("rateLimited") is True or value.get("isRateLimited") is True:
                return (Reading(Outcome.RATE_LIMITED),)
            if (shipments := items_at(value, "shipments")) is not None:
                return read_parcels(shipments, "id", _unified)
            if (german := items_at(value, "sendungen")) is not None:
                return read_parcels(german, "id", _german)
            if string_at(value, "title") == NO_RESULT:
                return (Reading(Outcome.NOT_FOUND),)
        if answer.status in SESSION_REFUSED:
            return (Reading(Outcome.CHALLENGE),)
        raise LayoutChanged(NAME, "sendungen[], shipments[] or a list in a reply")

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The pages of 2016 and 2018, which hold their rows."""
        if (data := data_in_page(NAME, document.text)) is not None:
            readings = self.read_reply(Reply(document.page.status, "", data), document.page)
            return tuple(replace(one, layout=one.layout and IN_PAGE) for one in readings)
        if (reading := old_page(NAME, document)) is not None:
            return (reading,)
        if document.page.status in SESSION_REFUSED:
            return (Reading(Outcome.CHALLENGE),)
        raise LayoutChanged(NAME, self.looked_for)


def _german(entry: Record) -> Reading:
    details = record_at(entry, "sendungsdetails")
    course = record_at(details, "sendungsverlauf")
    delivery = record_at(details, "zustellung")
    asked = string_at(record_at(entry, "sendungsinfo"), "gesuchteSendungsnummer") or string_at(entry, "id")
    own = string_at(record_at(details, "sendungsnummern"), "sendungsnummer")
    reading = _reading(items_at(course, "events"), _german_row, "sendungsdetails.sendungsverlauf.events[]")
    if not reading.rows:
        return Reading(_without_rows(entry), asked or own)
    return replace(
        reading,
        layout=SEARCH,
        number=asked or own,
        status_text=_bare(string_at(course, "kurzStatus", "status", "aktuellerStatus")),
        destination_country=string_at(details, "zielland"),
        estimate_from_on=_day(string_at(delivery, "zustellzeitfensterVon")),
        estimate_to_on=_day(string_at(delivery, "zustellzeitfensterBis")),
        related_numbers=(RelatedNumber(own, "DHL", "shipment"),) if own and asked and own != asked else (),
    )


def _without_rows(entry: Record) -> Outcome:
    """Numbers nobody knows are echoed as if just announced: only the flags tell."""
    if entry.get("plzBenoetigt") is True or entry.get("versandDatumBenoetigt") is True:
        return Outcome.INPUT_NEEDED
    if any(flag is True for flag in record_at(entry, "sendungNichtGefunden").values()):
        return Outcome.NOT_FOUND
    raise LayoutChanged(NAME, "sendungsverlauf.events[], sendungNichtGefunden or plzBenoetigt")


def _german_row(event: Record) -> Row | None:
    text = _bare(string_at(event, "status"))
    return Row(text, string_at(event, "datum"), place=string_at(event, "ort")) if text else None


def _bare(text: str | None) -> str | None:
    """A sentence without the links in it."""
    return collapse(unescape(_TAG.sub("", text))) if text else None


def _dutch(entry: Record) -> Reading:
    """eCommerce: all events, oldest first; those its page shows, newest first, where a postcode was given."""
    number, view = string_at(entry, "barcode"), record_at(entry, "view")
    items = items_at(entry, "events")
    if items is None:
        phases = [one for one in items_at(view, "phases") or () if isinstance(one, dict)]
        items = [event for phase in phases for event in items_at(phase, "events") or ()]
    reading = _reading(items, _dutch_row, "[].events[].status")
    if not reading.rows:
        raise LayoutChanged(NAME, "[].events[] or [].view.phases[].events[]")
    window = (string_at(entry, "plannedDeliveryTimeframe") or string_at(view, "interval") or "").split("/")
    others = dict.fromkeys(one for one in items_at(entry, "barcodes") or () if isinstance(one, str))
    return replace(
        reading,
        number=number,
        rows_claimed=whole_at(entry, "totalEvents"),
        status_text=string_at(view, "message"),
        destination_country=_country(entry, "destination"),
        estimate_from_on=_day(window[0]),
        estimate_to_on=_day(window[-1]),
        related_numbers=tuple(RelatedNumber(one, "DHL", "other") for one in others if one.strip() != number),
    )


def _dutch_row(event: Record) -> Row | None:
    word = string_at(event, "status", "key")
    if word is None:
        return None
    return Row(
        word, string_at(event, "localTimestamp", "timestamp"), place=string_at(event, "facility"), code=word
    )


def _unified(entry: Record) -> Reading:
    reading = _reading(items_at(entry, "events"), _unified_row, "shipments[].events[]")
    if not reading.rows:
        raise LayoutChanged(NAME, "shipments[].events[]")
    return replace(
        reading,
        number=string_at(entry, "id"),
        status_text=string_at(record_at(entry, "status"), "description", "status", "statusCode"),
        origin_country=_country(entry, "origin"),
        destination_country=_country(entry, "destination"),
    )


def _unified_row(event: Record) -> Row | None:
    text = _bare(string_at(event, "description", "status"))
    if text is None:
        return None
    word = string_at(event, "status") or ""
    where = record_at(record_at(event, "location"), "address")
    place = filter(None, (text_at(where, "addressLocality"), text_at(where, "countryCode")))
    return Row(
        description=text,
        time_text=string_at(event, "timestamp"),
        place=", ".join(place) or None,
        code=word if _STATUS_WORD.fullmatch(word) else string_at(event, "statusCode"),
    )


def _reading(items: list[object] | None, read: Callable[[Record], Row | None], wanted: str) -> Reading:
    rows, problems = read_rows(items or (), read)
    if items and not rows:
        raise LayoutChanged(NAME, wanted)
    return Reading(rows=rows, complete=not problems, rows_bad=len(problems), problems=problems)


def _country(entry: Record, key: str) -> str | None:
    return string_at(record_at(record_at(entry, key), "address"), "countryCode")


def _day(stamp: str | None) -> str | None:
    try:
        return date.fromisoformat((stamp or "")[:10]).isoformat()
    except ValueError:
        return None
