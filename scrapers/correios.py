"""Correios, Brazil's post: postal numbers issued in Brazil, and foreign ones once they are there.

Shows date, time, text and town of each scan; the data say Brasília time for every one of them, whatever the
state. Never shows anything before a person has typed what a picture says: until then the page is a form.

The page asks `resultado.php` and draws its answer, three rows of it in sight and the whole list hidden beside
them. Seen: one such reply, of 2025-03. Documented only: the page (2026) and the refusals (2022 to 2026).
"""

import re
from dataclasses import replace
from datetime import date

from selectolax.lexbor import LexborNode

from scrapers.contract import Canonical, Evidence, LayoutChanged, Page, Politeness, Reading, Row, State
from scrapers.payload import Record, Reply, items_at, read_rows, record_at, string_at, text_at
from scrapers.select import collapse, text_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of
from scrapers.words import Outcome

NAME = "correios"

STATES = {
    "events": State(None, ("ul.ship-steps li.step",), in_document=True),
    "message": State(None, ("#alerta.aberto .msg",), in_document=True),
    "challenge": State(
        Outcome.CHALLENGE,
        ("html:not(:has(ul.ship-steps li.step, #alerta.aberto)) #captcha_image", "#captcha.invalid"),
    ),
}

#: The whole list, which stands beside the three newest rows if there are more; else the only list.
WHOLE_LIST, NEWEST, ONLY_LIST = "#ver-rastro-unico li.step", "#ver-mais li.step", "ul.ship-steps li.step"
HEADS, LINES = ".step-content p.text-head", ".step-content p.text-content"
EXPECTED = ".cabecalho-content p"
MESSAGE = "#alerta.aberto .msg"
#: What the page says of a number it does not know, and of what was typed.
UNKNOWN, MISTYPED = "não encontrado na base de dados", "captcha inválido"
TOO_MANY = ("too many requests", "received too many")

_PRINTED_TIME = re.compile(r"\d{2}/\d{2}/\d{4} \d{2}:\d{2}")
_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


class Correios(TrackingPortal):
    """Correios' public tracking page (rastreamento)."""

    name = NAME
    hosts = ("rastreamento.correios.com.br",)
    payloads = ("https://rastreamento.correios.com.br/app/resultado.php",)
    dates_rows = True
    states = STATES
    politeness = Politeness(30, 20, "every look asks a person to type what a picture says")
    evidence = Evidence(
        "captured", "2025-03", "one reply of two events; page and refusals documented to 2026"
    )
    canonical = Canonical(selectors=("#captcha_image",))
    default_language = "pt"
    example = "AM123456785BR"
    address = Address(
        "https://rastreamento.correios.com.br/app/index.php?objetos={number}", keys=("objetos", "objeto")
    )
    looked_for = "eventos[] in a reply, or ul.ship-steps li.step"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading: the reply names its number in its body, or is asked for it in its URL."""
        parcel = answer.record
        asked = self.number_in(page.url)
        if "eventos" not in parcel:
            return (_refusal(string_at(parcel, "mensagem"), asked),)
        rows, problems = read_rows(items_at(parcel, "eventos") or (), _event)
        if not rows:
            raise LayoutChanged(NAME, "eventos[].descricao")
        number = string_at(parcel, "codObjeto") or asked
        return (_reading(number, rows, problems, _day_in(string_at(parcel, "dtPrevista"))),)

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """One reading: the page names no number in its result."""
        root = document.root
        if root.css_first(ONLY_LIST) is None:
            if any(said in document.text.casefold() for said in TOO_MANY):
                return (Reading(Outcome.RATE_LIMITED),)
            # A reply that was cut may hold what a message denies.
            return (_refusal(None if '"eventos"' in document.text else text_of(root, MESSAGE), None),)
        selector = max(WHOLE_LIST, NEWEST, key=lambda one: len(root.css(one)))
        rows, problems = rows_of(document, selector if root.css_first(selector) else ONLY_LIST, _step)
        if not rows:
            raise LayoutChanged(NAME, f"li.step {HEADS}")
        days = (_day_in(text) for p in root.css(EXPECTED) if "Previsão" in (text := p.text()))
        reading = _reading(None, rows, problems, next(days, None))
        return (replace(reading, complete=reading.complete and selector == WHOLE_LIST),)


def _reading(
    number: str | None, rows: tuple[Row, ...], problems: tuple[str, ...], day: str | None
) -> Reading:
    """A reading with rows; `day` is when the parcel is expected."""
    return read_with(rows, problems, number=number, estimate_from_on=day, estimate_to_on=day)


def _refusal(message: str | None, number: str | None) -> Reading:
    """Why there are no rows. Raises LayoutChanged unless the portal says so in known words."""
    said = (message or "").casefold()
    if UNKNOWN in said:
        return Reading(Outcome.NOT_FOUND, number, status_text=message)
    if MISTYPED in said:
        return Reading(Outcome.CHALLENGE, number)
    raise LayoutChanged(NAME, Correios.looked_for)


def _event(event: Record) -> Row | None:
    description = string_at(event, "descricao")
    if description is None:
        return None
    stamp, office = record_at(event, "dtHrCriado"), record_at(event, "unidade")
    town = [text for key in ("cidade", "uf") if (text := text_at(record_at(office, "endereco"), key))]
    code = [text for key in ("codigo", "tipo") if (text := string_at(event, key))]
    return Row(
        description,
        # An object today, a text in older replies.
        time_text=text_at(stamp, "date") or string_at(event, "dtHrCriado"),
        offset_text=text_at(stamp, "timezone"),
        place=", ".join(town) or text_at(office, "nome"),
        # The kind tells a delivery (BDE/01) from a failed one.
        code="/".join(code) or None,
        note=string_at(event, "detalhe"),
    )


def _step(step: LexborNode) -> Row | None:
    heads, lines = _texts(step, HEADS), _texts(step, LINES)
    if not heads:
        return None
    is_dated = bool(lines) and _PRINTED_TIME.fullmatch(lines[-1]) is not None
    when = lines.pop() if is_dated else None
    more = (*heads[1:], *lines[1:])  # a deadline, and where a transfer goes
    return Row(heads[0], when, place=lines[0] if lines else None, note=" ".join(more) or None)


def _texts(step: LexborNode, selector: str) -> list[str]:
    """The texts of what `selector` finds, in page order; a line break parts words."""
    return [text for node in step.css(selector) if (text := collapse(node.text(separator=" ")))]


def _day_in(text: str | None) -> str | None:
    """The first `DD/MM/YYYY` in `text` as an ISO date, None if there is none."""
    day = _DAY.search(text or "")
    try:
        return date(int(day[3]), int(day[2]), int(day[1])).isoformat() if day else None
    except ValueError:
        return None
