"""Correos: real replies where CROSSTRACK_CAPTURES points to them, else replies written for these tests."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.contract import LayoutChanged, Page, Reading, Row
from scrapers.correos import NAME, Correos
from scrapers.numbers import is_correos
from scrapers.vocabulary import facts, meaning
from scrapers.words import Milestone, Outcome, Role

CORREOS = Correos()
NUMBER = CORREOS.example
#: An expedition's code is the parcel code's first 15 characters and a check letter.
EXPEDITION = next(
    c for c in (NUMBER[:15] + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ") if is_correos(c)
)
PAGE_URL = f"https://www.correos.es/es/es/herramientas/localizador/envios/detalle?tracking-number={NUMBER}"
SEARCH = "https://api1.correos.es/digital-services/searchengines/api/v1/envios?text={}&language=ES"
CANONICO = "https://localizador.correos.es/canonico/eventos_envio_servicio/{}?codIdioma=ES&indUltEvento={}"
SHELL = b'<!doctype html><html><body><div id="app"></div><script src="/app.js"></script></body></html>'


def raw(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def canonico(body: Any, number: str = NUMBER, status: int | None = 200, last: str = "N") -> Page:
    return Page(Role.PAYLOAD, CANONICO.format(number, last), "text/plain", raw(body), status)


def search(body: Any, number: str = NUMBER, status: int | None = 200) -> Page:
    return Page(Role.PAYLOAD, SEARCH.format(number), "application/json", raw(body), status)


def dom(body: bytes | str, status: int | None = 200) -> Page:
    return Page(Role.DOM, PAGE_URL, "text/html", body if isinstance(body, bytes) else body.encode(), status)


def evento(day: str = "08/09/2025", time: str | None = "11:48:03", **changes: Any) -> dict[str, Any]:
    made = {
        "fecEvento": day,
        "horEvento": time,
        "codEvento": "P040000V",
        "fase": "2",
        "color": "V",
        "desTextoResumen": "Clasificado",
        "desTextoAmpliado": "Envío clasificado en Centro Logístico",
        "unidad": "CTA SEVILLA",
        "localidad": "SEVILLA",
    }
    return made | changes


def envio(*eventos: Any, code: str = "0", **changes: Any) -> dict[str, Any]:
    made = {
        "codEnvio": NUMBER,
        "eventos": list(eventos),
        "enviosAsociados": [],
        "error": {"codError": code, "desError": ""},
        "fec_calculada": "",
    }
    return made | changes


def scan(day: str, time: str, text: str = "Clasificado", **changes: Any) -> dict[str, Any]:
    made = {
        "eventDate": day,
        "eventTime": time,
        "phase": "2",
        "summaryText": text,
        "extendedText": f"{text}.",
    }
    return made | changes


def shipment(*events: Any, number: str = NUMBER, **changes: Any) -> dict[str, Any]:
    error = {"errorCode": "0", "errorDesc": ""}
    return {"shipmentCode": number, "events": list(events), "error": error} | changes


def found(*shipments: Any) -> dict[str, Any]:
    return {"type": "envio", "expedition": None, "shipment": list(shipments), "others": {"offices": []}}


def only(*pages: Page) -> Reading:
    (reading,) = CORREOS.parse(pages)
    return reading


def one_row(**changes: Any) -> Row:
    (row,) = only(canonico([envio(evento(**changes))])).rows
    return row


def milestone(row: Row) -> Milestone | None:
    known = meaning(NAME, code=row.code, description=row.description, note=row.note, place=row.place)
    return None if known is None else known.milestone


# --- real replies ----------------------------------------------------------------------------------------


def capture(name: str) -> bytes:
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES names no folder of captured pages")
    return (Path(folder) / "correos" / name).read_bytes()


#: What each code of the captured rows stands for.
SEEN = {
    "A090000V": Milestone.INFO_RECEIVED,
    "A010000V": Milestone.ACCEPTED,
    "P101120V": Milestone.DEPARTED_FACILITY,
    "P040000V": Milestone.ARRIVED_FACILITY,
    "G01L010V": Milestone.ARRIVED_DELIVERY_OFFICE,
    "H020000V": Milestone.OUT_FOR_DELIVERY,
    "I010000V": Milestone.DELIVERED,
    "X010000V": Milestone.INFO_RECEIVED,
    "X020000V": Milestone.DEPARTED_FACILITY,
    "X040000V": Milestone.DEPARTED_FACILITY,
    "X060000V": Milestone.ARRIVED_DELIVERY_OFFICE,
    "X080000V": Milestone.OUT_FOR_DELIVERY,
    "X120000V": Milestone.DELIVERED,
}


def printed(body: bytes) -> list[dict[str, str]]:
    """The events of a captured reply, found by their braces: a JSON reader would lose repeated keys."""
    events = re.findall(r'\{\s*"fecEvento".*?\}', body.decode(), re.DOTALL)
    return [json.loads(event) for event in events]


@pytest.mark.parametrize(
    ("file", "count"), [("canonico_delivered_2019.json", 9), ("canonico_duplicate_keys_2019.json", 6)]
)
def test_every_captured_row_is_read_as_printed(file: str, count: int) -> None:
    body = capture(file)
    reading = only(canonico(body, "", None))
    events = printed(body)
    assert (reading.outcome, reading.complete, reading.problems) == (Outcome.OK, True, ())
    assert reading.number is not None
    assert f'"codEnvio":"{reading.number}"' in body.decode().replace(" ", "")
    assert len(reading.rows) == len(events) == count
    for row, event in zip(reading.rows, events, strict=True):
        assert row.time_text == f"{event['fecEvento']} {event['horEvento']}"
        assert (row.code, row.description) == (event["codEvento"], event["desTextoResumen"])
        assert (row.offset_text, row.instant_ms) == (None, None)
        assert row.place == (event["localidad"] or None)
        assert milestone(row) == SEEN[event["codEvento"]]


def test_captured_rows_of_one_pass_at_a_sorting_centre_stay_apart() -> None:
    rows = only(canonico(capture("canonico_delivered_2019.json"), "", None)).rows
    assert [r.code for r in rows[2:6]] == ["P101120V", "P040000V", "P101120V", "P040000V"]
    assert len({r.time_text for r in rows}) == len(rows)
    assert rows[0].note == "Envío prerregistrado en los sistemas de Correos pendiente de depósito"


def test_captured_untranslated_text_is_no_note() -> None:
    row = only(canonico(capture("canonico_duplicate_keys_2019.json"), "", None)).rows[1]
    assert (row.description, row.note, row.place) == ("En trànsit", None, None)


# --- rows ------------------------------------------------------------------------------------------------


def test_date_and_time_are_joined_by_one_space() -> None:
    row = one_row(day="08/09/2025", time="11:48:03")
    assert (row.time_text, row.offset_text) == ("08/09/2025 11:48:03", None)
    assert one_row(time=None).time_text == "08/09/2025"
    assert one_row(day="", time="").time_text is None


@pytest.mark.parametrize(
    ("unit", "town", "place"),
    [
        ("CTA SEVILLA", "SEVILLA", "SEVILLA"),
        ("CTA SEVILLA", "", "CTA SEVILLA"),
        ("NO_OFI", None, None),
        ("NO_OFI", "SEVILLA", "SEVILLA"),
        ("", None, None),
        (None, [], None),
    ],
)
def test_the_place_is_the_town_else_a_real_unit(unit: Any, town: Any, place: str | None) -> None:
    assert one_row(unidad=unit, localidad=town).place == place


def test_the_long_text_is_a_note_unless_it_repeats_or_was_not_translated() -> None:
    assert one_row().note == "Envío clasificado en Centro Logístico"
    assert one_row(desTextoAmpliado="Clasificado").note is None
    assert one_row(desTextoAmpliado="FALTA TRADUCCIÓN").note is None
    row = one_row(desTextoResumen="FALTA TRADUCCIÓN", desTextoAmpliado="En camino")
    assert (row.description, row.note) == ("En camino", None)
    assert (
        one_row(desTextoResumen="FALTA TRADUCCIÓN", desTextoAmpliado=None).description == "FALTA TRADUCCIÓN"
    )


def test_one_bad_row_costs_the_others_nothing_and_is_reported() -> None:
    bad = evento(desTextoResumen=None, desTextoAmpliado=" ")
    reading = only(canonico([envio(evento(), 7, bad)]))
    assert (len(reading.rows), reading.rows_bad, reading.complete) == (1, 2, False)
    assert reading.problems == ("row 2 is no object", "row 3 has no description")


def test_a_lone_event_may_come_as_an_object_instead_of_a_list() -> None:
    assert len(only(canonico([envio(eventos=evento())])).rows) == 1


def test_a_repeated_key_gives_every_event() -> None:
    first, second = json.dumps(evento(time="01:00:00")), json.dumps(evento(time="02:00:00"))
    body = f'[{{"codEnvio":"{NUMBER}","eventos":{first},"eventos":{second},"error":{{"codError":"0"}}}}]'
    rows = only(canonico(body.encode())).rows
    assert [r.time_text for r in rows] == ["08/09/2025 01:00:00", "08/09/2025 02:00:00"]


def test_a_bare_object_or_a_reply_saved_with_its_headers_reads_like_the_list() -> None:
    usual = only(canonico([envio(evento())]))
    assert only(canonico(envio(evento()))) == usual
    saved = {"status": 200, "headers": {}, "body": [envio(evento())]}
    assert only(canonico(saved, status=None)) == usual


def test_the_search_service_has_neither_codes_nor_places() -> None:
    reading = only(search(found(shipment(scan("08/09/2025", "11:48:03", "En reparto")))))
    assert reading.number == NUMBER
    assert reading.rows == (Row("En reparto", "08/09/2025 11:48:03", note="En reparto."),)
    assert milestone(reading.rows[0]) == Milestone.OUT_FOR_DELIVERY


# --- the parcel ------------------------------------------------------------------------------------------


def test_headline_estimate_and_associated_parcels_are_read() -> None:
    associated = [{"codEnvio": "PR123456789012345C"}, "RR123456785ES", NUMBER, {}, None, "¿?"]
    reading = only(
        canonico(
            [
                envio(
                    evento(),
                    resumen_ultimo="En camino",
                    fec_calculada="12/09/2025",
                    enviosAsociados=associated,
                )
            ]
        )
    )
    assert (reading.status_text, reading.number) == ("En camino", NUMBER)
    assert (reading.estimate_from_on, reading.estimate_to_on) == ("2025-09-12", "2025-09-12")
    # Parcels of one expedition travel together and are not one parcel.
    assert reading.related_numbers == ()


@pytest.mark.parametrize("text", ["31/02/2025", "2025-09-12", "", "pronto", None, 12092025])
def test_an_estimate_that_is_no_date_is_none(text: Any) -> None:
    assert only(canonico([envio(evento(), fec_calculada=text)])).estimate_to_on is None


def test_an_expedition_gives_one_reading_per_parcel_and_none_for_itself() -> None:
    other = NUMBER[:15] + "0228017X"
    pages = (
        search(
            found(
                shipment(scan("08/09/2025", "11:48:03")),
                shipment(scan("08/09/2025", "11:50:00"), number=other),
            ),
            EXPEDITION,
        ),
        canonico([envio(code="3", eventos=None, codEnvio=None)], EXPEDITION),
    )
    assert [(r.number, r.outcome) for r in CORREOS.parse(pages)] == [
        (NUMBER, Outcome.OK),
        (other, Outcome.OK),
    ]


def test_one_broken_parcel_costs_the_others_of_its_expedition_nothing() -> None:
    readings = CORREOS.parse(
        [search(found(shipment({"a": 1}, number="X1"), shipment(scan("08/09/2025", "1"))))]
    )
    assert [(r.number, r.outcome) for r in readings] == [
        ("X1", Outcome.LAYOUT_CHANGED),
        (NUMBER, Outcome.OK),
    ]


def test_a_reply_of_the_last_event_alone_is_incomplete() -> None:
    assert only(canonico([envio(evento())], last="N")).complete
    assert not only(canonico([envio(evento())], last="S")).complete


# --- both services ---------------------------------------------------------------------------------------

DAY = "08/09/2025"


def test_one_number_in_both_services_is_one_reading_with_canonicos_rows() -> None:
    both = only(
        search(found(shipment(scan(DAY, "12:00:00"), scan(DAY, "11:00:00"), date_delivery_sum="10/09/2025"))),
        canonico([envio(evento(DAY, "11:00:00"), evento(DAY, "12:00:00"))]),
        dom(SHELL),
    )
    alone = only(canonico([envio(evento(DAY, "11:00:00"), evento(DAY, "12:00:00"))]))
    assert (both.rows, both.problems) == (alone.rows, ())
    assert both.estimate_to_on == "2025-09-10"


def test_a_scan_worded_in_another_language_is_still_one_scan() -> None:
    both = only(
        canonico([envio(evento(DAY, "11:00:00"))]), search(found(shipment(scan(DAY, "11:00:00", "Sorted"))))
    )
    assert [r.description for r in both.rows] == ["Clasificado"]
    assert both.problems == ()


def test_rows_only_the_search_has_are_added_in_order_of_time() -> None:
    both = only(
        canonico([envio(evento(DAY, "11:00:00"), evento("09/09/2025", "08:00:00"))]),
        search(
            found(
                shipment(
                    scan("09/10/2025", "07:00:00", "Entregado"),
                    scan("09/09/2025", "07:00:00", "En tránsito"),
                    scan("31/08/2025", "23:00:00", "Prerregistrado"),
                    scan("", "", "Aviso"),
                )
            )
        ),
    )
    assert [(r.description, r.code) for r in both.rows] == [
        ("Prerregistrado", None),
        ("Clasificado", "P040000V"),
        ("En tránsito", None),
        ("Clasificado", "P040000V"),
        ("Entregado", None),
        ("Aviso", None),
    ]
    assert both.problems == ()


def test_one_scan_with_two_wall_clocks_is_reported() -> None:
    both = only(
        canonico([envio(evento(DAY, "11:00:00"))]), search(found(shipment(scan(DAY, "10:00:00")))), dom(SHELL)
    )
    assert len(both.rows) == 2
    assert both.problems == (
        "'Clasificado' is at 08/09/2025 11:00:00 in one service, at 08/09/2025 10:00:00 in the other",
    )


def test_two_scans_of_one_second_are_both_kept() -> None:
    texts = ("En tránsito", "Clasificado")
    both = only(
        canonico([envio(evento(DAY, "11:00:00"))]),
        search(found(shipment(*(scan(DAY, "11:00:00", t) for t in texts)))),
    )
    assert sorted(r.description for r in both.rows) == ["Clasificado", "En tránsito"]


@pytest.mark.parametrize(
    "failed",
    [
        search(b"", status=204),
        search(b"<html>error</html>", status=500),
        search(b"", status=429),
        canonico([envio(code="3", eventos=None, codEnvio=None)]),
        canonico([envio()]),
    ],
)
def test_rows_of_one_service_outweigh_the_other_having_none(failed: Page) -> None:
    full = search(found(shipment(scan(DAY, "11:00:00"))))
    for pages in ((failed, full), (full, failed)):
        reading = only(*pages)
        assert (reading.outcome, reading.number, len(reading.rows)) == (Outcome.OK, NUMBER, 1)


def test_a_reply_in_no_known_state_beside_a_good_one_is_reported() -> None:
    reading = only(canonico({"events": []}), search(found(shipment(scan(DAY, "11:00:00")))))
    assert reading.outcome == Outcome.OK
    assert "no known state" in reading.problems[0]


def test_no_events_in_one_service_prove_nothing_beside_a_reply_in_no_known_state() -> None:
    with pytest.raises(LayoutChanged, match="eventos"):
        CORREOS.parse([canonico({"list": []}), search(found(shipment())), dom(SHELL)])


def test_a_refused_number_is_the_one_asked_for() -> None:
    assert only(search(b"", status=204)).number == NUMBER


# --- nothing there, refusals, changes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (search(b"", status=204), Outcome.NOT_FOUND),
        (canonico([envio(code="3", eventos=None)]), Outcome.NOT_FOUND),
        (canonico(envio(code="3", eventos=None, codEnvio=None)), Outcome.NOT_FOUND),
        (canonico({"error": {"codError": 3}}), Outcome.NOT_FOUND),
        (canonico([envio()]), Outcome.NO_EVENTS_YET),
        (canonico([envio(eventos=None)]), Outcome.NO_EVENTS_YET),
        (search(found(shipment())), Outcome.NO_EVENTS_YET),
        (search({"code": "404", "message": "no"}, status=None), Outcome.NOT_FOUND),
        (search({"code": 400, "message": "no"}, status=400), Outcome.NOT_FOUND),
        (
            search("El valor código de envío introducido no es correcto: ''".encode(), status=400),
            Outcome.NOT_FOUND,
        ),
        (search(b"<html>Error</html>", status=500), Outcome.UNAVAILABLE),
        (search({"status": 500, "error": "Internal"}, status=500), Outcome.UNAVAILABLE),
        (dom(b"", 503), Outcome.UNAVAILABLE),
        (search(b"", status=429), Outcome.RATE_LIMITED),
    ],
)
def test_an_empty_reply_says_why(page: Page, outcome: Outcome) -> None:
    reading = only(page)
    assert (reading.outcome, reading.rows) == (outcome, ())


@pytest.mark.parametrize(
    "page",
    [
        dom(SHELL),
        search(b""),
        search(b"<html>Error</html>"),
        search({"status": 400, "message": "Falta el texto"}, status=400),
        search(found()),
        search(found(None)),
        search(found(shipment(error={"errorCode": "9"}))),
        search(found(shipment(events="ninguno"))),
        search(found({"shipmentCode": NUMBER})),
        search(found(shipment({"text": "Clasificado"}))),
        canonico([]),
        canonico([envio(code="1")]),
        canonico([{"codEnvio": NUMBER, "error": {"codError": "0"}}]),
        canonico([envio({"texto": "Clasificado"}, None)]),
        canonico(json.dumps([envio(evento())]).encode()[:-30]),
        canonico(b"[" * 200_000),
        dom('<table id="Table2"></table>'),
    ],
)
def test_a_page_in_no_known_state_is_a_changed_layout(page: Page) -> None:
    with pytest.raises(LayoutChanged):
        CORREOS.parse([page])


def test_no_page_at_all_is_a_changed_layout() -> None:
    with pytest.raises(LayoutChanged, match="canonico"):
        CORREOS.parse([])


# --- the page of 2017 ------------------------------------------------------------------------------------

OLD_PAGE = """<html><body><table id="Table2">
<tr class="txtCabeceraTabla"><td class="txtDescripcionTabla"> 08/09/2016 </td>
 <td class="txtContenidoTabla"><span title="Envío clasificado">Clasificado</span></td></tr>
<tr class="txtCabeceraTabla"><td class="txtDescripcionTabla">09/09/2016</td>
 <td class="txtContenidoTablaOff"> <span title="En tránsito">En tránsito</span></td></tr>
</table></body></html>"""


UNKNOWN = (
    canonico([envio(code="3", eventos=None)]),
    search({"code": "404", "message": "no"}),
    dom('<html><table id="Table2"><!-- fin tabla descripciones --></table></html>'),
)


@pytest.mark.parametrize("page", UNKNOWN)
def test_each_service_and_the_old_page_say_that_a_number_is_unknown(page: Page) -> None:
    assert only(page).outcome == Outcome.NOT_FOUND


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_the_old_page_is_read_in_either_encoding_with_dates_only(encoding: str) -> None:
    assert only(dom(OLD_PAGE.encode(encoding))).rows == (
        Row("Clasificado", "08/09/2016", note="Envío clasificado"),
        Row("En tránsito", "09/09/2016"),
    )


def test_one_broken_byte_does_not_garble_every_accent_of_the_old_page() -> None:
    body = OLD_PAGE.encode().replace(b"<html>", b"<html>\xff")
    assert only(dom(body)).rows == only(dom(OLD_PAGE)).rows


def test_a_cut_old_page_does_not_pass_for_whole() -> None:
    whole, cut = only(dom(OLD_PAGE)), only(dom(OLD_PAGE[: OLD_PAGE.rindex("<tr")]))
    assert (whole.complete, cut.complete) == (True, False)
    assert cut.rows == whole.rows[:1]


def test_no_row_of_a_cut_old_page_is_half_of_one() -> None:
    whole = only(dom(OLD_PAGE)).rows
    for cut in range(OLD_PAGE.index("</tr>") + len("</tr>"), OLD_PAGE.index("</html")):
        read = only(dom(OLD_PAGE[:cut]))
        assert (read.rows, read.complete) == (whole[: len(read.rows)], False)
    with pytest.raises(LayoutChanged):
        CORREOS.parse([dom(OLD_PAGE[: OLD_PAGE.index("</tr>")])])


def test_a_row_around_other_rows_is_not_read_as_one_of_them() -> None:
    inner = OLD_PAGE.partition("<body>")[2]
    reading = only(dom(OLD_PAGE.replace(" 08/09/2016 </td>", f" 08/09/2016 {inner}</td>", 1)))
    assert reading.problems == ("row 1 holds other rows",)
    assert (reading.complete, reading.rows_bad) == (False, 1)
    assert reading.rows[:2] == only(dom(OLD_PAGE)).rows


def test_rows_behind_a_comment_that_never_ends_are_not_not_found() -> None:
    with pytest.raises(LayoutChanged):
        CORREOS.parse([dom(OLD_PAGE.replace('"Table2">', '"Table2"><!-- fin tabla descripciones '))])


def test_a_second_table_with_rows_is_not_not_found() -> None:
    empty = '<table id="Table2"><!-- fin tabla descripciones --></table>'
    with pytest.raises(LayoutChanged):
        CORREOS.parse([dom(empty + OLD_PAGE)])


def test_no_content_with_content_is_not_not_found() -> None:
    full = search(found(shipment(scan(DAY, "11:00:00"))), status=204)
    assert only(full).outcome == Outcome.OK
    with pytest.raises(LayoutChanged):
        CORREOS.parse([search(b"<html>Error</html>", status=204)])


def test_the_old_page_without_rows_says_so_in_a_comment() -> None:
    empty = '<table id="Table2"><!-- fin tabla descripciones --></table>'
    assert only(dom(empty)).outcome == Outcome.NOT_FOUND


# --- vocabulary ------------------------------------------------------------------------------------------


def of_code(code: str) -> Milestone | None:
    known = meaning(NAME, code=code, description="")
    return None if known is None else known.milestone


def of_text(text: str) -> Milestone | None:
    known = meaning(NAME, code=None, description=text)
    return None if known is None else known.milestone


def test_entering_the_delivery_unit_is_no_delivery_round() -> None:
    for code in ("G01L010V", "G200000V", "X060000V"):
        assert of_code(code) == Milestone.ARRIVED_DELIVERY_OFFICE
    assert of_text("Alta en la unidad de reparto") == Milestone.ARRIVED_DELIVERY_OFFICE
    assert of_text("En reparto") == Milestone.OUT_FOR_DELIVERY


def test_preregistration_is_no_admission_even_when_worded_so() -> None:
    known = meaning(NAME, code="A090000V", description="Admitido")
    assert known is not None
    assert (known.milestone, known.physical) == (Milestone.INFO_RECEIVED, False)


def test_a_return_admitted_begins_a_parcel_of_its_own() -> None:
    assert of_code("ADV0000V") == Milestone.ACCEPTED
    assert of_code("L03D320R") == Milestone.RETURNING
    assert of_code("O140000V") == Milestone.RETURNED


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("C010000V", Milestone.DEPARTED_ORIGIN_COUNTRY),
        ("F010000V", Milestone.DEPARTED_INWARD_OE),
        ("P101110V", Milestone.DEPARTED_FACILITY),
        ("H01R420V", Milestone.DELIVERY_ATTEMPTED),
        ("X090060R", Milestone.DELIVERY_ATTEMPTED),
        ("H01I350V", Milestone.AVAILABLE_FOR_PICKUP),
        ("I01H210V", Milestone.DELIVERED),
        ("P090000V", None),
        ("L010000V", None),
        ("Z999999V", None),
    ],
)
def test_code_means_milestone(code: str, expected: Milestone | None) -> None:
    assert of_code(code) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EN TRÁNSITO", Milestone.DEPARTED_FACILITY),
        ("En trànsit", Milestone.DEPARTED_FACILITY),
        ("Salida de oficina de cambio", Milestone.DEPARTED_ORIGIN_COUNTRY),
        ("Salida de oficina de cambio de destino", Milestone.DEPARTED_INWARD_OE),
        ("Despachado de aduanas", Milestone.CUSTOMS_CLEARED),
        ("Intento de entrega. Ausente", Milestone.DELIVERY_ATTEMPTED),
        ("Su envío está entregado.", Milestone.DELIVERED),
        ("FALTA TRADUCCIÓN", None),
        ("Retenido por causas ajenas", None),
    ],
)
def test_wording_without_a_code_means_milestone(text: str, expected: Milestone | None) -> None:
    assert of_text(text) == expected


def test_declared_clock_is_spanish_time_day_first() -> None:
    declared = facts(NAME)
    assert (declared.clock.kind, declared.clock.zone, declared.date_order) == ("zone", "Europe/Madrid", "dmy")


# --- numbers and URLs ------------------------------------------------------------------------------------


def test_codes_with_the_check_letter_and_spanish_postal_numbers_are_accepted_with_confidence() -> None:
    for number in (NUMBER, EXPEDITION, "RR123456785ES"):
        assert CORREOS.accepts(number).level > 0.9
    assert CORREOS.accepts(NUMBER[:-1] + "A").level < 0.1
    assert 0.1 < CORREOS.accepts("RR123456785CN").level < 0.5
    assert CORREOS.accepts("PR123456789012345C").level > CORREOS.accepts("1234567890123456").level > 0.3


@pytest.mark.parametrize(
    ("url", "number"),
    [
        (PAGE_URL, NUMBER),
        (SEARCH.format(NUMBER), NUMBER),
        (
            f"https://api1.correos.es/digital-services/searchengines/api/v1/?text={NUMBER}&searchType=envio",
            NUMBER,
        ),
        (CANONICO.format(NUMBER, "N"), NUMBER),
        (f"https://localizador.correos.es/canonico/eventos_envio_servicio_auth/{NUMBER}", NUMBER),
        (f"https://www.correos.es/es/es/herramientas/localizador/envios?numero={NUMBER.lower()}", NUMBER),
        (f"https://www.correos.es/es/es/herramientas/localizador/detalle?cod_envio={NUMBER}", NUMBER),
        (f"http://www.correos.es/comun/localizador/track.asp?numero={NUMBER}", NUMBER),
        ("https://www.correos.es/es/es/herramientas/localizador", None),
        (f"https://www.correos.es/?tracking-number={NUMBER}&numero=X1", None),
        (f"https://correos.es.example.org/?tracking-number={NUMBER}", None),
        (f"https://notcorreos.es/?tracking-number={NUMBER}", None),
        (CANONICO.format("%3Cscript%3E", "N"), None),
        ("https://[www.correos.es/?numero=X1", None),
    ],
)
def test_a_url_names_one_number_or_none(url: str, number: str | None) -> None:
    assert CORREOS.number_in(url) == number


def test_the_page_of_a_number_names_it_in_the_language_asked_for() -> None:
    assert CORREOS.url(NUMBER, "es") == PAGE_URL
    assert CORREOS.url(NUMBER, "en").startswith("https://www.correos.es/es/en/herramientas/")
    assert CORREOS.number_in(CORREOS.url(NUMBER, "en")) == NUMBER


# --- any input -------------------------------------------------------------------------------------------

KEYS = [
    "shipment",
    "error",
    "code",
    "codError",
    "body",
    "headers",
    "status",
    *envio(),
    *evento(),
    *scan("", ""),
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.just("\ud800x")
    | st.just("08/09/2025"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)


def holds(*pages: Page) -> None:
    """Parsing raises nothing but LayoutChanged; a reading that is ok has rows, all of them sendable text."""
    try:
        readings = CORREOS.parse(pages)
    except LayoutChanged:
        return
    assert readings
    for reading in readings:
        assert (reading.outcome == Outcome.OK) == bool(reading.rows)
        for row in reading.rows:
            assert row.description.strip()
            for text in (row.description, row.time_text, row.place, row.code, row.note):
                (text or "").encode("utf-8")


@given(
    st.binary(max_size=400), st.sampled_from([Role.PAYLOAD, Role.DOM]), st.sampled_from([None, 204, 400, 500])
)
def test_any_bytes_are_read_or_refused(body: bytes, role: Role, status: int | None) -> None:
    holds(Page(role, SEARCH.format(NUMBER), "text/html", body, status))


@given(JSON, JSON)
def test_any_json_is_read_or_refused(one: Any, two: Any) -> None:
    holds(canonico(one), search(two))
    holds(canonico([envio(evento(), one), one]), search(found(shipment(two, scan("", "")), two)))
    holds(canonico(envio(eventos=one, enviosAsociados=two)), search(found(shipment(error=one, events=two))))


@given(
    st.sampled_from(
        [raw([envio(evento(), evento())]), raw(found(shipment(scan("", "")))), OLD_PAGE.encode()]
    ),
    st.lists(st.tuples(st.integers(0, 700), st.binary(max_size=3)), max_size=6),
    st.integers(0, 900),
)
def test_a_mutated_or_truncated_page_is_read_or_refused(
    body: bytes, changes: list[tuple[int, bytes]], length: int
) -> None:
    for position, patch in changes:
        body = body[:position] + patch + body[position + len(patch) :]
    holds(canonico(body[:length]), dom(body))


TIMES = st.lists(st.integers(0, 59), max_size=8)


@given(TIMES, TIMES)
def test_the_two_services_together_lose_no_row_and_keep_order(ours: list[int], theirs: list[int]) -> None:
    def times(minutes: list[int]) -> list[str]:
        return [f"{DAY} 11:{minute:02}:00" for minute in sorted(minutes)]

    if not ours or not theirs:
        return
    reading = only(
        canonico([envio(*(evento(DAY, t[-8:]) for t in times(ours)))]),
        search(found(shipment(*(scan(DAY, t[-8:]) for t in reversed(times(theirs)))))),
    )
    shown = [row.time_text or "" for row in reading.rows]
    assert shown == sorted(shown)
    for time in set(times(ours) + times(theirs)):
        assert shown.count(time) == max(times(ours).count(time), times(theirs).count(time))
