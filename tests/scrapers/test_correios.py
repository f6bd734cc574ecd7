"""Correios: a real reply where CROSSTRACK_CAPTURES points to it, and what is surprising about this portal."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scrapers.contract import LayoutChanged, Page
from scrapers.correios import Correios
from scrapers.vocabulary import meaning
from scrapers.words import Milestone, Outcome, Role

CORREIOS = Correios()
REPLY = "https://rastreamento.correios.com.br/app/resultado.php?objeto={}&captcha=abcd&mqs=S"


def reply(body: Any, number: str = CORREIOS.example, status: int = 200) -> Page:
    return Page(Role.PAYLOAD, REPLY.format(number), "application/json", json.dumps(body).encode(), status)


def page(body: str) -> Page:
    html = f"<!DOCTYPE html><html><body>{body}</body></html>"
    return Page(Role.DOM, CORREIOS.url(CORREIOS.example, "pt"), "text/html", html.encode(), 200)


def event(**changes: Any) -> dict[str, Any]:
    made = {
        "codigo": "BDE",
        "tipo": "01",
        "dtHrCriado": {"date": "2026-10-09 14:22:05.000000", "timezone": "America/Sao_Paulo"},
        "descricao": "Objeto entregue ao destinatário",
        "unidade": {"tipo": "Unidade", "endereco": {"cidade": "Manaus", "uf": "AM"}},
    }
    return made | changes


def steps(count: int) -> str:
    one = '<li class="step"><div class="step-content"><p class="text-head">Objeto postado {}</p></div></li>'
    return f'<ul class="ship-steps">{"".join(map(one.format, range(count)))}</ul>'


@pytest.fixture
def captured():
    root = os.environ.get("CROSSTRACK_CAPTURES")
    if root is None:
        pytest.skip("CROSSTRACK_CAPTURES is not set")
    body = (Path(root) / "correios" / "correios-resultado-delivered-2025-03.json").read_bytes()
    (reading,) = CORREIOS.parse([Page(Role.PAYLOAD, REPLY.format(""), "application/json", body, 200)])
    return reading


def test_a_real_reply_gives_every_row(captured):
    assert captured.outcome is Outcome.OK
    assert captured.number == "AM101610575BR"
    assert captured.complete
    assert (captured.estimate_from_on, captured.estimate_to_on) == ("2025-03-20", "2025-03-20")
    assert [
        (row.time_text, row.offset_text, row.description, row.place, row.code) for row in captured.rows
    ] == [
        (
            "2025-03-03 23:30:03.000000",
            "America/Sao_Paulo",
            "Objeto entregue ao destinatário",
            "Recife, PE",
            "BDE/01",
        ),
        (
            "2025-02-24 15:51:29.000000",
            "America/Sao_Paulo",
            "Objeto postado após o horário limite da unidade",
            "Feira Nova do Maranhao, MA",
            "PO/09",
        ),
    ]
    assert captured.rows[1].note == "Sujeito a encaminhamento no próximo dia útil"


def test_a_real_reply_means_what_it_says(captured):
    found = [meaning("correios", code=row.code, description=row.description) for row in captured.rows]
    assert [one.milestone for one in found if one] == [Milestone.DELIVERED, Milestone.ACCEPTED]


def test_another_kind_of_the_delivery_code_is_no_delivery():
    (reading,) = CORREIOS.parse([reply({"eventos": [event(tipo="20", descricao="Objeto não entregue")]})])
    (row,) = reading.rows
    assert row.code == "BDE/20"
    found = meaning("correios", code=row.code, description=row.description)
    assert found is None or found.milestone is not Milestone.DELIVERED


def test_a_reply_without_a_number_speaks_of_the_one_its_address_asks_for():
    unknown = reply(
        {"erro": True, "mensagem": "Objeto não encontrado na base de dados dos Correios."}, "AM1BR"
    )
    (reading,) = CORREIOS.parse([unknown])
    assert (reading.outcome, reading.number) == (Outcome.NOT_FOUND, "AM1BR")


def test_a_town_that_is_missing_leaves_the_offices_name():
    office = {"tipo": "País", "nome": "CHINA", "endereco": {}}
    (reading,) = CORREIOS.parse([reply({"eventos": [event(unidade=office), event(unidade=None)]})])
    assert [row.place for row in reading.rows] == ["CHINA", None]


def test_one_bad_event_costs_the_others_nothing():
    (reading,) = CORREIOS.parse([reply({"eventos": [event(), event(descricao=""), None]})])
    assert len(reading.rows) == 1
    assert reading.rows_bad == 2
    assert not reading.complete


def test_a_mistyped_picture_does_not_spoil_the_reply_after_it():
    mistyped, answer = reply({"erro": True, "mensagem": "Captcha inválido"}), reply({"eventos": [event()]})
    (reading,) = CORREIOS.parse([mistyped, answer])
    assert reading.outcome is Outcome.OK


def test_three_rows_with_a_link_to_more_are_not_all():
    shown = f'<div id="ver-mais">{steps(3)}<a id="a-ver-mais">Mais informações</a></div>'
    (reading,) = CORREIOS.parse([page(shown)])
    assert len(reading.rows) == 3
    assert not reading.complete


def test_the_hidden_list_is_the_whole_one():
    lists = f'<div id="ver-mais">{steps(3)}</div><div id="ver-rastro-unico">{steps(5)}</div>'
    (reading,) = CORREIOS.parse([page(lists)])
    assert len(reading.rows) == 5
    assert reading.complete


@pytest.mark.parametrize(
    "body", [{"erro": True}, {"erro": True, "mensagem": "Erro interno"}, {}, [], None, 1]
)
def test_an_unknown_refusal_is_a_changed_layout(body):
    with pytest.raises(LayoutChanged):
        CORREIOS.parse([reply(body)])


def test_too_many_requests_is_a_limit():
    assert CORREIOS.parse([replace(page(""), status=429)])[0].outcome is Outcome.RATE_LIMITED
