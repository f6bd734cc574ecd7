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
from heapq import merge
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from scrapers.contract import (
    Confidence,
    Evidence,
    LayoutChanged,
    Page,
    Politeness,
    Portal,
    Reading,
    Row,
    State,
)
from scrapers.numbers import advice, is_correos, tracking_number
from scrapers.payload import Record, items_at, read_parcels, read_rows, record_at, reply, string_at, unpaired
from scrapers.select import collapse, maybe, text_of, tree
from scrapers.words import Outcome, Role

NAME = "correos"

#: The markup of today's page is described nowhere; a visit waits for the replies that fill it.
STATES = {"old_page": State(None, ("#Table2",), in_document=True)}

#: The server-rendered page of 2017: its table, then the cells of one row.
OLD_TABLE = "#Table2"
OLD_DATE = ".txtDescripcionTabla"
OLD_TEXT = (".txtContenidoTabla", ".txtContenidoTablaOff")
#: The comment that page writes in place of rows. One that never ends may hide rows.
OLD_NOTHING = re.compile(r"<!--[^<>]*fin tabla descripciones[^<>]*-->")

#: How a text begins that nobody translated ("FALTA TRADUCCIÓN", its accent lost or not).
UNTRANSLATED = "FALTA TRADUCC"
#: `unidad` of an event that happened at no office.
NO_OFFICE = "NO_OFI"
#: The search service's complaint, with HTTP 400, about a number it cannot have issued.
NOT_A_NUMBER = "envío introducido no es correcto"
#: Canonico's "Sin Trazabilidad en Minerva": unknown, or not yet scanned; it does not say which.
UNTRACED = "3"
#: What a reply is worth, best first.
WORTH = (
    Outcome.OK,
    Outcome.NO_EVENTS_YET,
    Outcome.NOT_FOUND,
    Outcome.RATE_LIMITED,
    Outcome.UNAVAILABLE,
    Outcome.LAYOUT_CHANGED,
)

_CANONICO_PATH = re.compile(r"/canonico/eventos_envio_servicio(?:_auth)?/([^/]+)/?")
_NUMBER_KEYS = ("tracking-number", "text", "numero", "cod_envio")
_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?: (\d{2}:\d{2}(?::\d{2})?))?")


@dataclass(frozen=True, slots=True)
class _Service:
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


OLD_LAYOUT = "page of 2017"
CANONICO = _Service(
    *("canonico", "codEnvio", "codError", "fec_calculada"),
    *("eventos", "fecEvento", "horEvento", "desTextoResumen", "desTextoAmpliado"),
)
SEARCH = _Service(
    *("search", "shipmentCode", "errorCode", "date_delivery_sum"),
    *("events", "eventDate", "eventTime", "summaryText", "extendedText"),
)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one reply said of one number: `key`, from the reply or else from its URL."""

    key: str | None
    reading: Reading
    service: str = ""


class Correos(Portal):
    """Correos' public tracking page (localizador de envíos)."""

    name = NAME
    hosts = ("www.correos.es",)
    resource_hosts = ("api1.correos.es", "localizador.correos.es")
    payloads = (
        "https://api1.correos.es/digital-services/searchengines/api/v1/*",
        "https://localizador.correos.es/canonico/eventos_envio_servicio/*",
    )
    layouts = (CANONICO.name, SEARCH.name, OLD_LAYOUT)
    dates_rows = True
    states = STATES
    politeness = Politeness(10, 100, "no limit is known; one number needs two requests of an old service")
    evidence = Evidence(
        "captured", "2019-12", "canonico captured; search service and refusals documented to 2026"
    )
    default_language = "es"
    example = "PQ4T120400012345012800K"

    def accepts(self, number: str) -> Confidence:
        """High for codes with Correos' check letter and postal numbers issued in Spain."""
        found = advice(self.name, number)
        return Confidence(found.level, found.because)

    def url(self, number: str, language: str) -> str:
        """The page for one number; its path names country and language."""
        page = f"https://www.correos.es/es/{language[:2]}/herramientas/localizador/envios/detalle"
        return f"{page}?{urlencode({'tracking-number': number})}"

    def number_in(self, url: str) -> str | None:
        """The number of a page, an older link or a request of either service."""
        try:
            parts = urlsplit(url)
            if not f".{parts.hostname}".endswith(".correos.es"):
                return None
            path = _CANONICO_PATH.fullmatch(parts.path)
            asked = parse_qs(parts.query, max_num_fields=50)
            texts = [unquote(path[1])] if path else [t for key in _NUMBER_KEYS for t in asked.get(key, ())]
            numbers = {tracking_number(text) for text in texts}
        except ValueError:  # NumberError is one too
            return None
        return numbers.pop() if len(numbers) == 1 else None

    def parse(self, pages: Sequence[Page]) -> tuple[Reading, ...]:
        """One reading per parcel code: canonico's rows where it has any, checked against the search's."""
        said: list[_Said] = []
        missing: list[str] = []
        for page in (p for p in pages if p.role in (Role.PAYLOAD, Role.DOM)):
            try:
                said.extend(_page(page, self.number_in(page.url)))
            except LayoutChanged as changed:
                if page.role == Role.PAYLOAD:
                    missing.append(changed.looked_for)
        # One service that knows nothing proves nothing while what the other said is not understood.
        if not said or (missing and all(s.reading.outcome is Outcome.NOT_FOUND for s in said)):
            raise LayoutChanged(NAME, missing[0] if missing else "a reply of the search service or canonico")
        problems = tuple(f"one reply is in no known state; looked for {wanted}" for wanted in missing)
        return _one_per_number(said, problems)


def _page(page: Page, asked: str | None) -> list[_Said]:
    answer = reply(page, collect=(CANONICO.events,))
    if answer.status == 429:
        return [_Said(asked, Reading(Outcome.RATE_LIMITED))]
    if answer.status == 204 and not answer.text.strip():  # the search service, of a number that is not theirs
        return [_Said(asked, Reading(Outcome.NOT_FOUND))]
    value = answer.value
    if isinstance(value, dict) and items_at(value, "shipment"):
        return _parcels(items_at(value, "shipment") or [], SEARCH, asked)
    entries = value if isinstance(value, list) else [value]
    if any(isinstance(e, dict) and (CANONICO.events in e or record_at(e, "error")) for e in entries):
        said = _parcels(entries, CANONICO, asked)
        only_last = "indultevento=s" in page.url.lower()
        return [replace(s, reading=replace(s.reading, complete=False)) for s in said] if only_last else said
    code = string_at(value, "code") if isinstance(value, dict) else None
    if code in ("400", "404") or (answer.status == 400 and NOT_A_NUMBER in answer.text):
        return [_Said(asked, Reading(Outcome.NOT_FOUND))]
    if answer.status is not None and answer.status >= 500:
        return [_Said(asked, Reading(Outcome.UNAVAILABLE))]
    if value is not None:
        raise LayoutChanged(NAME, "shipment[] or [].eventos[] in a reply")
    return [_Said(asked, _old_page(page))]


def _parcels(entries: Sequence[object], service: _Service, asked: str | None) -> list[_Said]:
    readings = read_parcels(entries, service.number, lambda parcel: _parcel(parcel, service))
    return [_Said(reading.number or asked, reading, service.name) for reading in readings]


def _parcel(parcel: Record, service: _Service) -> Reading:
    number = string_at(parcel, service.number)
    items = items_at(parcel, service.events)
    rows, problems = read_rows(items or (), lambda event: _row(event, service))
    if items and not rows:
        raise LayoutChanged(NAME, f"{service.events}[].{service.short}")
    estimate = _day_of(string_at(parcel, service.estimate))
    return Reading(
        outcome=Outcome.OK if rows else _without_rows(parcel, items is not None, service),
        number=number,
        rows=rows,
        complete=not problems,
        rows_bad=len(problems),
        problems=problems,
        status_text=string_at(parcel, "resumen_ultimo"),
        estimate_from_on=estimate,
        estimate_to_on=estimate,
        layout=service.name if rows else None,
    )


def _without_rows(parcel: Record, has_list: bool, service: _Service) -> Outcome:
    code = string_at(record_at(parcel, "error"), service.error_code)
    if code == UNTRACED:
        return Outcome.NOT_FOUND
    if code == "0" and has_list:
        return Outcome.NO_EVENTS_YET
    raise LayoutChanged(NAME, f"{service.events}[], or error.{service.error_code} 0 or 3")


def _row(event: Record, service: _Service) -> Row | None:
    printed = [text for text in (string_at(event, service.short), string_at(event, service.long)) if text]
    texts = [text for text in printed if not text.startswith(UNTRANSLATED)] or printed[:1]
    if not texts:
        return None
    office = string_at(event, "unidad")
    when = [text for text in (string_at(event, service.day), string_at(event, service.time)) if text]
    return Row(
        description=texts[0],
        time_text=" ".join(when) or None,
        place=string_at(event, "localidad") or (office if office != NO_OFFICE else None),
        code=string_at(event, "codEvento"),
        note=texts[1] if len(texts) > 1 and texts[1] != texts[0] else None,
    )


def _day_of(text: str | None) -> str | None:
    """`DD/MM/YYYY` as an ISO date, None for anything else."""
    day = _DAY.fullmatch(text or "")
    try:
        return date(int(day[3]), int(day[2]), int(day[1])).isoformat() if day else None
    except ValueError:
        return None


def _old_text(page: Page) -> str:
    """The old page in Latin-1, as the server sent it, or in UTF-8, as saved; some bytes may be broken."""
    try:
        return page.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        has_accents = not page.text.replace("\ufffd", "").isascii()
        return page.text if has_accents else page.body.decode("cp1252", errors="replace")


def _old_page(page: Page) -> Reading:
    """The page of 2017: dates only."""
    html = _old_text(page)
    root = tree(html)
    table = maybe(root, OLD_TABLE)
    if table is None:
        raise LayoutChanged(NAME, "a reply of the search service or canonico")
    rows: list[Row] = []
    problems: list[str] = []
    is_whole = "</html" in html.lower()
    closed = len(re.findall(r"</tr\b", html[html.find(OLD_TABLE[1:]) :], re.IGNORECASE))
    for position, line in enumerate(table.css("tr"), start=1):
        cell = maybe(line, OLD_TEXT)
        text = collapse(cell.text()) if cell is not None else None
        if cell is None or text is None:
            continue
        if len(line.css("tr")) > 1:  # itself, and another one
            problems.append(f"row {position} holds other rows")
            continue
        if not is_whole and position > closed:
            problems.append(f"row {position}: the page ends inside it")
            continue
        titled = maybe(cell, "[title]") or cell
        note = collapse(titled.attributes.get("title"))
        rows.append(Row(text, text_of(line, OLD_DATE), note=note if note != text else None))
    if not rows and (not OLD_NOTHING.search(html) or maybe(root, OLD_TEXT) is not None):
        raise LayoutChanged(NAME, f"{OLD_TABLE} {OLD_TEXT[0]}")
    if not rows:
        return Reading(Outcome.NOT_FOUND)
    return Reading(
        rows=tuple(rows),
        complete=is_whole and not problems,
        rows_bad=len(problems),
        problems=tuple(problems),
        layout=OLD_LAYOUT,
    )


def _one_per_number(said: list[_Said], problems: tuple[str, ...]) -> tuple[Reading, ...]:
    groups: dict[str | None, list[_Said]] = {}
    for one in said:
        groups.setdefault(one.key, []).append(one)
    found = {key for key, group in groups.items() if key and any(_is_found(s.reading) for s in group)}
    readings = [
        _joined(group)
        for key, group in groups.items()
        if key in found or any(_is_found(s.reading) for s in group) or not _is_answered(key, found)
    ]
    return tuple(replace(r, problems=r.problems + problems) for r in readings)


def _is_found(reading: Reading) -> bool:
    return reading.outcome in (Outcome.OK, Outcome.NO_EVENTS_YET)


def _is_answered(key: str | None, found: set[str]) -> bool:
    """Whether a failed reply is made up for by what was found: it names no number, or their expedition's.

    Canonico does not know expedition codes: 15 characters of the parcel's code and a check letter.
    """
    if key is None:
        return bool(found)
    return (
        is_correos(key) and len(key) == 16 and any(number and number.startswith(key[:15]) for number in found)
    )


def _joined(group: list[_Said]) -> Reading:
    """One reading of all replies about one number: the best, canonico's before others, then the latest."""
    latest_first = group[::-1]
    ranked = sorted(latest_first, key=_rank)
    best = ranked[0]
    others = [s for s in ranked[1:] if s.service != best.service and _is_found(s.reading)]
    if not others:
        return best.reading
    other = others[0].reading
    rows, problems = _cross_checked(best.reading.rows, other.rows)
    return replace(
        best.reading,
        rows=rows,
        problems=best.reading.problems + problems,
        status_text=best.reading.status_text or other.status_text,
        estimate_from_on=best.reading.estimate_from_on or other.estimate_from_on,
        estimate_to_on=best.reading.estimate_to_on or other.estimate_to_on,
    )


def _rank(said: _Said) -> tuple[int, bool]:
    return WORTH.index(said.reading.outcome), said.service != CANONICO.name


def _cross_checked(rows: tuple[Row, ...], others: tuple[Row, ...]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """`rows` with those of the other service they lack, in order of time, and what the two disagree about.

    One scan has the same wall clock in both services, though its text may be in another language.
    """
    ours, theirs = unpaired(rows, others, lambda row: (row.time_text, row.description))
    ours, theirs = unpaired(ours, theirs, lambda row: row.time_text or (row.description,))
    unseen = {row.description: row.time_text for row in ours}
    problems = tuple(
        f"{row.description!r} is at {unseen[row.description]} in one service, at {row.time_text} in the other"
        for row in theirs
        if row.description in unseen
    )
    dated = sorted((row for row in theirs if _moment(row)), key=_moment)
    undated = [row for row in theirs if not _moment(row)]
    return (*merge(rows, dated, key=_moment), *undated), problems


def _moment(row: Row) -> str:
    """The row's printed time as text that sorts, empty if it has none."""
    day = _DAY.fullmatch(row.time_text or "")
    return f"{day[3]}-{day[2]}-{day[1]} {day[4] or ''}" if day else ""
