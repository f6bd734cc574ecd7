"""Correos, Spain's post, with Correos Express: codes of 23 characters, and postal numbers while in Spain.

Shows date and time of each scan, a short and a long text, and in one of its two services the event code and
the office. Never shows a zone (Canary Islands scans can be an hour off, and nothing tells which).

The page holds no history; two services fill it: the search service (no codes, no places), and `canonico`
(codes, offices, oldest row first), which answers HTTP 200 for what it does not know too. Both carry the same
scans with the same wall clocks. Seen: canonico replies of 2019-12. Documented only: the search service (2019
to 2026), refusals (2022 to 2026), and the server-rendered page of 2017, of which saved copies remain.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, Row, State
from scrapers.correos_old_page import OLD_PAGE, TABLE, old_page
from scrapers.correos_services import CANONICO, DAY, SEARCH, one_per_parcel
from scrapers.payload import Record, Reply, items_at, read_parcels, read_rows, record_at, reply, string_at
from scrapers.tracking import Address, Document, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "correos"

#: The markup of today's page is described nowhere; a visit waits for the replies that fill it.
STATES = {"old_page": State(None, (TABLE,), in_document=True)}


@dataclass(frozen=True, slots=True)
class Service:
    """The keys of one service's replies."""

    name: str
    number: str
    error_code: str
    estimate: str
    events: str
    day: str
    time: str
    short: str
    long: str


EVENTS = Service(
    *(CANONICO, "codEnvio", "codError", "fec_calculada"),
    *("eventos", "fecEvento", "horEvento", "desTextoResumen", "desTextoAmpliado"),
)
SHIPMENTS = Service(
    *(SEARCH, "shipmentCode", "errorCode", "date_delivery_sum"),
    *("events", "eventDate", "eventTime", "summaryText", "extendedText"),
)
#: How a text begins that nobody translated ("FALTA TRADUCCIÓN", its accent lost or not).
UNTRANSLATED = "FALTA TRADUCC"
#: `unidad` of an event that happened at no office.
NO_OFFICE = "NO_OFI"
#: The search service's complaint, with HTTP 400, about a number it cannot have issued.
NOT_A_NUMBER = "envío introducido no es correcto"
#: Canonico's "Sin Trazabilidad en Minerva": unknown, or not yet scanned; it does not say which.
UNTRACED = "3"
#: In the URL of a reply of canonico that holds the last event alone.
LAST_ALONE = "indultevento=s"


class Correos(TrackingPortal):
    """Correos' public tracking page (localizador de envíos)."""

    name = NAME
    hosts = ("www.correos.es",)
    resource_hosts = ("api1.correos.es", "localizador.correos.es")
    payloads = (
        "https://api1.correos.es/digital-services/searchengines/api/v1/*",
        "https://localizador.correos.es/canonico/eventos_envio_servicio/*",
    )
    layouts = (CANONICO, SEARCH, OLD_PAGE)
    dates_rows = True
    states = STATES
    politeness = Politeness(10, 100, "no limit is known; one number needs two requests of an old service")
    evidence = Evidence(
        "captured", "2019-12", "canonico captured; search service and refusals documented to 2026"
    )
    default_language = "es"
    example = "PQ4T120400012345012800K"
    address = Address(
        "https://www.correos.es/es/{language}/herramientas/localizador/envios/detalle?tracking-number={number}",
        keys=("tracking-number", "text", "numero", "cod_envio"),
        path=re.compile(r"/canonico/eventos_envio_servicio(?:_auth)?/(?P<number>[^/]+)"),
    )
    looked_for = "a reply of the search service or canonico"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading per parcel of a reply of either service."""
        asked = self.number_in(page.url)
        if shipments := items_at(answer.record, "shipment"):
            return _parcels(shipments, SHIPMENTS, asked)
        value = answer.value
        if answer.text.count(EVENTS.events) > 1:  # more events than one may repeat their key
            value = reply(page, collect=(EVENTS.events,)).value
        entries = value if isinstance(value, list) else [value]
        if any(
            isinstance(one, dict) and (EVENTS.events in one or record_at(one, "error")) for one in entries
        ):
            readings = _parcels(entries, EVENTS, asked)
            is_part = LAST_ALONE in page.url.lower()
            return tuple(replace(one, complete=False) for one in readings) if is_part else readings
        if string_at(answer.record, "code") in ("400", "404") or _is_denied(answer.status, answer.text):
            return (Reading(Outcome.NOT_FOUND, asked),)
        raise LayoutChanged(NAME, "shipment[] or [].eventos[] in a reply")

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The page of 2017; today's holds no history."""
        if _is_denied(document.page.status, document.text):
            return (Reading(Outcome.NOT_FOUND, self.number_in(document.page.url)),)
        reading = old_page(NAME, document)
        if reading is None:
            raise LayoutChanged(NAME, self.looked_for)
        return (reading,)

    def joined(self, readings: Sequence[Reading], missing: Sequence[str]) -> tuple[Reading, ...]:
        """One reading per parcel code: canonico's rows where it has any, checked against the search's."""
        problems = tuple(f"one reply is in no known state; looked for {wanted}" for wanted in missing)
        found = one_per_parcel(readings)
        return tuple(replace(one, problems=one.problems + problems) if problems else one for one in found)


def _is_denied(status: int | None, text: str) -> bool:
    """Whether the search service says, in other words than JSON, that a number is not theirs."""
    return (status == 204 and not text.strip()) or (status == 400 and NOT_A_NUMBER in text)


def _parcels(entries: Sequence[object], service: Service, asked: str | None) -> tuple[Reading, ...]:
    readings = read_parcels(entries, service.number, lambda parcel: _parcel(parcel, service))
    return tuple(one if one.number else replace(one, number=asked) for one in readings)


def _parcel(parcel: Record, service: Service) -> Reading:
    items = items_at(parcel, service.events)
    rows, problems = read_rows(items or (), lambda event: _row(event, service))
    if items and not rows:
        raise LayoutChanged(NAME, f"{service.events}[].{service.short}")
    day = _day(string_at(parcel, service.estimate))
    return read_with(
        rows,
        problems,
        service.name if rows else None,
        outcome=Outcome.OK if rows else _without_rows(parcel, items is not None, service),
        number=string_at(parcel, service.number),
        status_text=string_at(parcel, "resumen_ultimo"),
        estimate_from_on=day,
        estimate_to_on=day,
    )


def _without_rows(parcel: Record, has_list: bool, service: Service) -> Outcome:
    code = string_at(record_at(parcel, "error"), service.error_code)
    if code == UNTRACED:
        return Outcome.NOT_FOUND
    if code == "0" and has_list:
        return Outcome.NO_EVENTS_YET
    raise LayoutChanged(NAME, f"{service.events}[], or error.{service.error_code} 0 or 3")


def _row(event: Record, service: Service) -> Row | None:
    short, long = string_at(event, service.short), string_at(event, service.long)
    texts = [text for text in (short, long) if text and not text.startswith(UNTRANSLATED)]
    description = texts[0] if texts else short or long
    if description is None:
        return None
    office = string_at(event, "unidad")
    when = filter(None, (string_at(event, service.day), string_at(event, service.time)))
    return Row(
        description=description,
        time_text=" ".join(when) or None,
        place=string_at(event, "localidad") or (office if office != NO_OFFICE else None),
        code=string_at(event, "codEvento"),
        note=texts[1] if len(texts) > 1 and texts[1] != description else None,
    )


def _day(text: str | None) -> str | None:
    """`DD/MM/YYYY` as an ISO date, None for anything else."""
    day = DAY.fullmatch(text or "")
    try:
        return date(int(day[3]), int(day[2]), int(day[1])).isoformat() if day else None
    except ValueError:
        return None
