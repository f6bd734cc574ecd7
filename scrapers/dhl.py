"""DHL: Paket and Deutsche Post (dhl.de), eCommerce in the Netherlands, and the page for all (dhl.com).

Shows date, minute and offset of each scan, a sentence and often a town. dhl.de has no codes, and hides some
numbers behind the postcode. DHL eCommerce has status words and no sentences, and gives UTC and local time;
dhl.com leaves the offset out on some rows.

Every one of these pages is filled by one reply. Seen: dhl.de's server-rendered tables of 2016 and 2018-02,
its data inside the page of 2018-08, eCommerce of 2024-11. Documented only: dhl.de's reply and refusals
(2026), dhl.com (2024 to 2026). The markup of a row of today's dhl.de is described nowhere.
"""

import re
from dataclasses import replace
from functools import partial
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
from scrapers.dhl_other_sites import dutch_parcel, unified_parcel
from scrapers.payload import Record, Reply, iso_day, items_at, read_parcels, read_rows, record_at, string_at
from scrapers.select import without_tags
from scrapers.tracking import Address, Document, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "dhl"

#: Rows of today's page are only waited for: the reply that fills them is read.
STATES = {
    "course": State(None, ("li[data-testid='shipment-course-entry']",)),
    "list_2018": State(None, ("dt[data-label-date]",), in_document=True),
    "table_2016": State(None, ("#pieceEvents0", ".mm_event_table"), in_document=True),
}

SEARCH = "search"
NO_RESULT = "No result found"
GERMANY = "https://www.dhl.de/{language}/privatkunden/dhl-sendungsverfolgung.html"
NETHERLANDS = "https://my.dhlecommerce.nl/home/tracktrace/{number}/{postcode}"

_DUTCH = re.compile(r"JVGL\d+|3S[A-Z]{3}\d{8}")


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
    refused = (401, 403, 419)  # a session that dhl.de does not accept, or no longer
    looked_for = "a reply of int-verfolgen/data/search"

    def url_for(self, number: str, language: str, recipient: Recipient) -> str:
        """The page for `number`: the Dutch branch's own for a number it issued, which needs a postcode."""
        if recipient.postcode and _DUTCH.fullmatch(number):
            postcode = quote(recipient.postcode.replace(" ", ""), safe="")
            return NETHERLANDS.format(number=quote(number, safe=""), postcode=postcode)
        return super().url_for(number, language, recipient)

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """dhl.de's list of `sendungen`, dhl.com's of `shipments`, or eCommerce's bare list."""
        value = answer.record
        if isinstance(answer.value, list):
            return read_parcels(answer.value, "barcode", partial(dutch_parcel, NAME))
        if value.get("rateLimited") is True or value.get("isRateLimited") is True:
            return (Reading(Outcome.RATE_LIMITED),)
        if (shipments := items_at(value, "shipments")) is not None:
            return read_parcels(shipments, "id", partial(unified_parcel, NAME))
        if (parcels := items_at(value, "sendungen")) is not None:
            return read_parcels(parcels, "id", _parcel)
        if string_at(value, "title") == NO_RESULT:
            return (Reading(Outcome.NOT_FOUND),)
        raise LayoutChanged(NAME, "sendungen[], shipments[] or a list in a reply")

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The pages of 2016 and 2018, which hold their rows."""
        if (data := data_in_page(NAME, document.text)) is not None:
            readings = self.read_reply(Reply(document.page.status, "", data), document.page)
            return tuple(replace(one, layout=one.layout and IN_PAGE) for one in readings)
        if (reading := old_page(NAME, document)) is not None:
            return (reading,)
        raise LayoutChanged(NAME, self.looked_for)


def _parcel(parcel: Record) -> Reading:
    details = record_at(parcel, "sendungsdetails")
    course = record_at(details, "sendungsverlauf")
    delivery = record_at(details, "zustellung")
    asked = string_at(record_at(parcel, "sendungsinfo"), "gesuchteSendungsnummer") or string_at(parcel, "id")
    own = string_at(record_at(details, "sendungsnummern"), "sendungsnummer")
    items = items_at(course, "events")
    rows, problems = read_rows(items or (), _row)
    if items and not rows:
        raise LayoutChanged(NAME, "sendungsdetails.sendungsverlauf.events[].status")
    if not rows:
        return Reading(_without_rows(parcel), asked or own)
    return read_with(
        rows,
        problems,
        SEARCH,
        number=asked or own,
        status_text=without_tags(string_at(course, "kurzStatus", "status", "aktuellerStatus")),
        destination_country=string_at(details, "zielland"),
        estimate_from_on=iso_day(string_at(delivery, "zustellzeitfensterVon")),
        estimate_to_on=iso_day(string_at(delivery, "zustellzeitfensterBis")),
        related_numbers=(RelatedNumber(own, "DHL", "shipment"),) if own and asked and own != asked else (),
    )


def _without_rows(parcel: Record) -> Outcome:
    """Numbers nobody knows are echoed as if just announced: only the flags tell."""
    if parcel.get("plzBenoetigt") is True or parcel.get("versandDatumBenoetigt") is True:
        return Outcome.INPUT_NEEDED
    if any(flag is True for flag in record_at(parcel, "sendungNichtGefunden").values()):
        return Outcome.NOT_FOUND
    raise LayoutChanged(NAME, "sendungsverlauf.events[], sendungNichtGefunden or plzBenoetigt")


def _row(event: Record) -> Row | None:
    text = without_tags(string_at(event, "status"))
    return Row(text, string_at(event, "datum"), place=string_at(event, "ort")) if text else None
