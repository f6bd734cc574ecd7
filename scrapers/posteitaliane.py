"""Poste Italiane, with the parcels of SDA: one reply of its DoveQuando service fills the tracking page.

Shows a text in Italian, the moment and a place for each movement, oldest first; the page is an application
whose document holds no history, and whose markup is described nowhere. Never shows a zone, an event code or
a time of day as text: the data give milliseconds, so no clock has to be guessed. Nobody has seen whether
those of foreign scans are true. The service answers HTTP 200 for every number, and its envelope tells.

Documented by another program that read it in 2026-09 and 2026-10; no reply has been seen here.
"""

import re
from datetime import date

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, Row, State
from scrapers.payload import Record, Reply, items_at, read_rows, string_at, whole_at
from scrapers.tracking import Address, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "posteitaliane"

#: Nothing of the rendered page is described; a visit waits for the reply.
STATES: dict[str, State] = {}

NUMBER = "idTracciatura"
MOVEMENTS = "listaMovimenti"
TEXT, MOMENT, PLACE = "statoLavorazione", "dataOra", "luogo"
RESULT, STAGE = "esitoRicerca", "stato"
ESTIMATE, OFFICE = "dataPrevistaConsegna", "ufficioGiacenza"
#: Values of `esitoRicerca`. A parcel too old to be shown has none, nor a stage.
UNKNOWN = frozenset({"1", "2"})
FOUND = "3"
#: `stato` of a delivered parcel, whose last text may be cut off.
DELIVERED = "5"

MONTHS = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")
#: "Consegna prevista entro Venerdì 2 Gennaio 2026"
_DAY = re.compile(r"\b([0-9]{1,2})[°º]? ([A-Za-z]{3})[a-z]* ([0-9]{4})\b", re.IGNORECASE)
#: Milliseconds of 2000 and 2100: a number outside is no moment of a parcel.
_FIRST_MS, _LAST_MS = 946_684_800_000, 4_102_444_800_000
#: A place may be the recipient's door, and nothing but its wording tells.
_STREET = re.compile(
    r"(?:via|viale|vicolo|piazza|piazzale|piazzetta|corso|largo|strada|contrada)\b", re.IGNORECASE
)


class PosteItaliane(TrackingPortal):
    """Poste Italiane's page of search results (risultati spedizioni)."""

    name = NAME
    hosts = ("www.poste.it",)
    payloads = ("https://www.poste.it/online/dovequando/DQ-REST/ricercasemplice",)
    dates_rows = True
    states = STATES
    politeness = Politeness(10, 100, "no limit is known")
    evidence = Evidence("documented", "2026-10", "the reply; the rendered page is described nowhere")
    default_language = "it"
    example = "CP202603018IT"
    address = Address(
        "https://www.poste.it/cerca/index.html#/risultati-spedizioni/{number}",
        path=re.compile(r"/risultati(?:-ricerca)?-spedizioni/(?P<number>[^/?&]+)"),
    )
    looked_for = f"a reply with {MOVEMENTS}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        shipment = answer.value
        if not isinstance(shipment, dict):
            raise LayoutChanged(NAME, self.looked_for)
        movements = items_at(shipment, MOVEMENTS)
        rows, problems = read_rows(movements or (), _row)
        if movements and not rows:
            raise LayoutChanged(NAME, f"{MOVEMENTS}[].{TEXT}")
        number = string_at(shipment, NUMBER)
        if not rows:
            return (Reading(_without_rows(shipment), number),)
        reading = read_with(
            rows,
            problems,
            number=number,
            pickup_point=string_at(shipment, OFFICE),
            estimate_to_on=_last_day(string_at(shipment, ESTIMATE)),
        )
        return (reading,)


def _row(movement: Record) -> Row | None:
    text = string_at(movement, TEXT)
    if text is None:
        return None
    moment = whole_at(movement, MOMENT)
    is_moment = moment is not None and _FIRST_MS <= moment < _LAST_MS
    place = string_at(movement, PLACE)
    is_street = place is not None and _STREET.match(place) is not None
    return Row(
        description=text,
        instant_ms=moment if is_moment else None,
        epoch_ms=moment,
        place=None if is_street else place,
    )


def _without_rows(shipment: Record) -> Outcome:
    """What a reply without a movement says. Raises LayoutChanged where it does not say it."""
    result, stage = string_at(shipment, RESULT), string_at(shipment, STAGE)
    if result in UNKNOWN:
        return Outcome.NOT_FOUND
    if string_at(shipment, NUMBER) is not None and shipment.get(MOVEMENTS) == []:
        if result == FOUND and stage != DELIVERED:
            return Outcome.NO_EVENTS_YET
        if RESULT not in shipment and STAGE not in shipment:
            return Outcome.NOT_FOUND
    raise LayoutChanged(NAME, f"{MOVEMENTS}[], or {RESULT} of a parcel without any")


def _last_day(text: str | None) -> str | None:
    """The last of the days promised as an ISO date, None if the text holds no date or several."""
    days = _DAY.findall(text or "")
    if len(days) != 1 or days[0][1].lower() not in MONTHS:
        return None
    day, month, year = days[0]
    try:
        return date(int(year), MONTHS.index(month.lower()) + 1, int(day)).isoformat()
    except ValueError:
        return None
