"""La Poste, France's post: Colissimo parcels, tracked letters, Chronopost and Delivengo.

Shows date, time and a sentence of every scan, with the official table's event code and the country, never a
town. Every time has the offset of Paris, scans abroad too; whether those were converted is not known.

The page holds no history: it asks one service, "suivi unifié", which answers for all these brands. Chronopost
also has a page of its own. Seen: a reply of the official interface, which has the same words, of 2023-03.
Documented only: the service (2026), its refusals (2026), and Chronopost's page (2021 to 2023).
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
from scrapers.select import collapse, text_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of
from scrapers.words import Outcome

NAME = "laposte"

#: The markup of La Poste's own page is described nowhere; a visit waits for the reply that fills it.
STATES = {"chronopost": State(None, ("tr.toggleElmt.show",))}

CHRONOPOST_ROWS = "tr.toggleElmt.show"
#: `returnCode` of a reply that knows the number (the official interface says 200, the page's service 0), and
#: of one that does not. 400 is one for every complaint, the text says which.
FOUND = (0, 200)
UNKNOWN = (104, 404)
NOT_A_NUMBER = "pas valide"
#: The title of the page that comes with HTTP 403, most often at the first request after a quiet time.
INCIDENT = "Site indisponible"


class LaPoste(TrackingPortal):
    """La Poste's public tracking page (suivre vos envois)."""

    name = NAME
    hosts = ("www.laposte.fr", "www.chronopost.fr")
    payloads = ("https://www.laposte.fr/ssu/sun/back/suivi-unifie/*",)
    dates_rows = True
    states = STATES
    politeness = Politeness(10, 100, "no limit is known; clients that look like scripts are refused")
    evidence = Evidence(
        "captured", "2023-03", "a reply of the official interface; the page's own service documented to 2026"
    )
    default_language = "fr"
    example = "6A12345678901"
    address = Address(
        page="https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
        keys=("code", "listeNumerosLT"),
        path=re.compile(r"/suivi-unifie/(?P<number>[^/]+)"),
    )
    looked_for = "a reply of suivi-unifie"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading per element: the service takes several numbers, the official interface one."""
        entries = answer.value if isinstance(answer.value, list) else [answer.value]
        return read_parcels(entries, "inputIdShip", _shipment)

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """Chronopost's table, or the page that stands in for a refused request."""
        rows, problems = rows_of(document, CHRONOPOST_ROWS, _chronopost_row)
        if rows:
            return (read_with(rows, problems),)
        if INCIDENT in (text_of(document.root, "title") or ""):
            return (Reading(Outcome.UNAVAILABLE),)
        if document.page.status == 403:
            return (Reading(Outcome.CHALLENGE),)
        raise LayoutChanged(NAME, self.looked_for)


def _shipment(entry: Record) -> Reading:
    shipment = record_at(entry, "shipment")
    context = record_at(shipment, "contextData")
    items = items_at(shipment, "event")
    rows, problems = read_rows(items or (), _row)
    if items and not rows:
        raise LayoutChanged(NAME, "[].shipment.event[].label")
    number = string_at(shipment, "idShip") or string_at(entry, "idShip", "inputIdShip")
    if not rows:
        return Reading(_without_rows(entry), number)
    # The estimate stays in the reply of a parcel that has long arrived.
    estimate = None if shipment.get("isFinal") is True else iso_day(string_at(shipment, "estimDate"))
    return read_with(
        rows,
        problems,
        number=number,
        status_text=string_at(record_at(shipment, "currentState"), "shortLabel") or _reached(shipment),
        language=(string_at(entry, "lang") or "")[:2] or None,
        origin_country=string_at(context, "originCountry"),
        destination_country=string_at(context, "arrivalCountry"),
        estimate_from_on=estimate,
        estimate_to_on=estimate,
        related_numbers=_partner(record_at(context, "partner")),
    )


def _without_rows(entry: Record) -> Outcome:
    code = whole_at(entry, "returnCode")
    if code in UNKNOWN or (code == 400 and NOT_A_NUMBER in (string_at(entry, "returnMessage") or "")):
        return Outcome.NOT_FOUND
    if code is not None and code not in FOUND:
        return Outcome.UNAVAILABLE
    raise LayoutChanged(NAME, "[].shipment.event[], or returnCode 104")


def _row(event: Record) -> Row | None:
    text = string_at(event, "label")
    if text is None:
        return None
    return Row(
        description=text,
        time_text=string_at(event, "date"),
        place=string_at(event, "country"),
        code=string_at(event, "code", "group"),
    )


def _reached(shipment: Record) -> str | None:
    """The label of the last of the five steps that is reached; the later ones are labelled too."""
    reached = [step for step in records_at(shipment, "timeline") if step.get("status") is True]
    if not reached:
        return None
    return string_at(max(reached, key=lambda step: whole_at(step, "id") or 0), "shortLabel")


def _partner(partner: Record) -> tuple[RelatedNumber, ...]:
    """The number under which a foreign post delivers."""
    number = string_at(partner, "reference")
    return (RelatedNumber(number, string_at(partner, "name"), "last_mile"),) if number else ()


def _chronopost_row(line: LexborNode) -> Row | None:
    """A cell of day and time, then one of office and label, each a text of its own."""
    cells = [_texts(cell) for cell in line.css("td")]
    if len(cells) < 2 or not cells[1]:
        return None
    *office, label = cells[1]
    return Row(description=label, time_text=" ".join(cells[0]) or None, place=", ".join(office) or None)


def _texts(cell: LexborNode) -> list[str]:
    texts = (collapse(text) for text in cell.text(separator="\x1f").split("\x1f"))
    return [text for text in texts if text is not None]
