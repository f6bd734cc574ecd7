"""`capture` on files saved by hand, what it refuses, and the check at its end."""

import base64
import json
from collections import Counter

import pytest

import scrapers
from collector.kit.cases import cases, differences
from collector.kit.scrubbing.accepted import accepted
from collector.kit.scrubbing.assembling import rules_for
from collector.kit.scrubbing.checking import checked, faults, stands
from collector.kit.scrubbing.invented import Numbers, numbers_for
from scrapers.contract import Page, Reading, Row
from scrapers.words import Role

GLS = scrapers.portals()["gls"]
NUMBER = "40391728456"


def reply(**more):
    history = [
        {"date": "2026-03-12", "time": "13:20:05", "address": {"city": "Landshut", "countryName": "Germany"},
         "evtDscr": "The parcel has been delivered."},
    ]  # fmt: skip
    return json.dumps({"tuStatus": [{"tuNo": NUMBER, "history": history, **more}]})


@pytest.fixture
def saved(tmp_path):
    file = tmp_path / "saved.json"
    file.write_text(reply(recipient={"name": "Ana Example"}))
    return file


def test_a_saved_reply_becomes_a_folder_that_is_a_case(crosstrack, saved, tmp_path):
    folder = tmp_path / "made"
    result = crosstrack("capture", "gls", "--from", saved, "--into", folder)
    assert result.stdout.splitlines() == [str(folder / "reply.json"), str(folder / "cases.toml")]
    assert "replaced: " in result.stderr
    assert "tracking numbers" in result.stderr
    assert result.stderr.splitlines()[-1] == "look at it before you send it"
    (case,) = cases(folder, GLS)
    assert differences(case) == []
    assert case.number == "55555555010"
    assert list(case.milestones) == ["delivered"]
    said = "".join(file.read_text() for file in folder.iterdir())
    assert "Ana" not in said
    assert NUMBER not in said


def test_several_files_and_the_number_can_be_named(crosstrack, saved, tmp_path):
    page = tmp_path / "saved.html"
    page.write_text(
        f'<html><head><link rel="canonical" href="https://gls-group.com/x?match={NUMBER}"></head></html>'
    )
    crosstrack("capture", "gls", "--from", saved, page, NUMBER, "--into", tmp_path / "made")
    assert {file.name for file in (tmp_path / "made").iterdir()} == {"reply.json", "page.html", "cases.toml"}


def test_a_reply_that_was_cut_can_be_reported_too(crosstrack, tmp_path):
    file = tmp_path / "cut.json"
    file.write_text(reply(name="Ana Example")[:-9])
    crosstrack("capture", "gls", NUMBER, "--from", file, "--into", tmp_path / "made")
    (case,) = cases(tmp_path / "made", GLS)
    assert case.readings is None
    assert "Ana" not in (tmp_path / "made" / "reply.json").read_text()


def test_nothing_is_replaced_where_that_is_not_wanted_and_it_is_said(crosstrack, saved, tmp_path):
    result = crosstrack("capture", "gls", "--from", saved, "--into", tmp_path / "made", "--no-scrub")
    assert "Ana Example" in (tmp_path / "made" / "reply.json").read_text()
    assert "send it to nobody" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody", NUMBER], "no portal named 'nobody'"),
        (["gls"], "give a tracking number, or a saved page"),
        (["gls", NUMBER, "RR123456785ES"], "one tracking number at a time"),
        (["gls", "!"], "no tracking number"),
        (["aliexpress", "8190000000000001"], "read through an account"),
    ],
)
def test_what_cannot_be_meant_is_refused(crosstrack, tmp_path, arguments, said):
    result = crosstrack("capture", *arguments, "--into", tmp_path / "made", status=2)
    assert said in result.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("text", ["", "PK\x03\x04", '{"portal": "gls", "events": []}', "hello"])
def test_a_file_that_is_no_page_is_refused(crosstrack, tmp_path, text):
    file = tmp_path / "odd"
    file.write_text(text)
    result = crosstrack("capture", "gls", NUMBER, "--from", file, "--into", tmp_path / "made", status=2)
    assert "odd: " in result.stderr


def test_files_that_do_not_tell_their_number_are_refused(crosstrack, tmp_path):
    file = tmp_path / "saved.json"
    file.write_text('{"a": 1}')
    result = crosstrack("capture", "gls", "--from", file, "--into", tmp_path / "made", status=2)
    assert "give it, too" in result.stderr


def test_nothing_is_written_over(crosstrack, saved, tmp_path):
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine").touch()
    result = crosstrack("capture", "gls", "--from", saved, "--into", tmp_path / "made", status=2)
    assert "not empty" in result.stderr
    assert [file.name for file in (tmp_path / "made").iterdir()] == ["mine"]


def test_a_folder_is_not_written_where_something_can_still_be_read(crosstrack, saved, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "collector.kit.scrubbing.allowed.Allowed.shown", lambda self, text, strict=False: text
    )
    saved.write_text(reply(remark="Ana Example"))
    result = crosstrack("capture", "gls", "--from", saved, "--into", tmp_path / "made", status=1)
    (line,) = result.stderr.splitlines()
    assert "reply.json: the text at .tuStatus[0].remark" in line
    assert "Ana" not in line
    assert not (tmp_path / "made").exists()


# --- the check ---


def wrong(body, *, number=NUMBER, readings=()):
    page = Page(
        Role.DOM if body.startswith("<") else Role.PAYLOAD, "https://gls-group.com/", "", body.encode()
    )
    known = accepted(GLS, readings, numbers_for("gls", [NUMBER], []))
    return list(faults({"file": page}, number, known))


@pytest.mark.parametrize(
    "body",
    [
        '{"a": "Ana"}',
        '{"Ana Example": 1}',
        '{"a": 40391}',
        '{"a": {"b": ["xxx", "ana@example.com"]}}',
        '{"a": "{\\"b\\": \\"Ana\\"}"}',
        '{"a": "https://ana.example.com/x"}',
        '{"a": "<p title=\\"Ana\\">xxx</p>"}',
        '{"a": "612 555 014"}',
        "<p>Ana</p>",
        "<p title='Ana'></p>",
        "<p data-x='Ana'></p>",
        "<p onclick='go()'></p>",
        "<p class='12345678'></p>",
        "<a href='https://gls-group.com/?q=Ana'></a>",
        "<a href='/Quindlethorpe'></a>",
        "<script>Ana</script>",
        "<script>var xxx = {\"status\": \"Ana\"}</script>",
        "<!-- Ana -->",
        "<textarea>Ana</textarea>",
        "<style>Ana</style>",
        "Ana",
    ],
)  # fmt: skip
def test_the_check_sees_what_is_neither_allowed_nor_masked(body):
    (line,) = wrong(body)
    assert line.startswith("file: ")
    assert "Ana" not in line


@pytest.mark.parametrize(
    "body",
    [
        '{"status": "Delivered", "a": "xxx 00000", "b": 12, "time": 1773331200000, "c": "2026-03-12 10:00"}',
        '{"a": "The parcel has been delivered.", "country": "Germany", "n": "55555555010"}',
        "<div class='row-1' id='table-55555555010'><p>Delivered</p><script>   </script></div>",
    ],
)
def test_the_check_lets_pass_what_is(body):
    assert wrong(body) == []


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "4039 1728 456",
        "4-0-3-9-1-7-2-8-4-5-6",
        "&#52;0391728456",
        "%34%30%33%39%31%37%32%38%34%35%36",
        "%2534039172845%36".replace("%2534039172845", "%25340391728%2534%2535"),
        "\\u0034\\u0030391728456",
        base64.b64encode(NUMBER.encode()).decode(),
        base64.b64encode(f"number={NUMBER};".encode()).decode(),
        base64.urlsafe_b64encode(f"ab{NUMBER}".encode()).decode(),
    ],
)
def test_the_number_asked_for_is_found_in_any_spelling(text):
    assert stands(NUMBER, f"before {text} after")
    assert not stands(NUMBER, "before 55555555010 after")


def test_a_short_number_is_looked_for_alone():
    assert stands("A1234", "x A1234.")
    assert not stands("A1234", "xA12345")


RULES = rules_for(GLS, [Reading(rows=(Row("x", "2026-03-12", place="Landshut"),))], Numbers())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Delivered, received by Ana Example", "Delivered, received by xxx xxxxxxx"),
        ("Entregado. Firmado por: ANA EXAMPLE", "Entregado. Firmado por: xxx xxxxxxx"),
        ("Zugestellt, unterschrieben von Ana. Danke", "Zugestellt, unterschrieben von xxx. Danke"),
        ("Odebrała: Ana Example", "Odebrała: xxx xxxxxxx"),
        ("已签收，签收人：安娜", "已签收，签收人：xx"),
        ("Recipient: Ana Example", "Recipient: xxx xxxxxxx"),
        ("Handed over to the carrier in Landshut", "Handed over to the carrier in Landshut"),
        ("Delivered to a neighbour", "Delivered to a neighbour"),
        ("Call +1 612 555 0147 or 06.12.34.56.78", "Call +0 000 000 0000 or 00.00.00.00.00"),
        ("Write to ana@example.com", "Write to xxx@xxxxxxx.xxx"),
        ("Ready at 12 High Street", "Ready at 00 xxxx Street"),
        ("Held in Calle Mayor 5, 28001 Madrid", "Held in Calle xxxxx 0, 00000 Madrid"),
        ("Liegt in der Hauptstraße 12", "Liegt in der xxxxxxxxxxx 00"),
        ("AUSTIN, TX 78701-1234", "AUSTIN, TX 00000-0000"),
        ("1017 CA Amsterdam", "0000 xx Amsterdam"),
        ("London SW1A 1AA", "London xx0x 0xx"),
        ("Arrived 12.03.2026 at 10:20", "Arrived 12.03.2026 at 10:20"),
        ("See https://example.com/a?id=7", "See xxxxx://xxxxxxx.xxx/x?xx=0"),
        ("Key eyJhbGciOiJIUzI1", "Key xxxxxxxxxxxxxxx0"),
        ("Ana Example", "xxx xxxxxxx"),
        ("Parcel Kiosked", "Parcel Kiosked"),
        ("Something new happened", "Something new happened"),
    ],
)  # fmt: skip
def test_a_rows_text_loses_what_names_a_person_or_a_door(text, left):
    found = Counter()
    assert RULES.cleaned(text, found, is_sentence=True) == left
    assert bool(+found) == (text != left)
    assert RULES.cleaned(left, Counter(), is_sentence=True) == left


def test_a_row_that_still_names_somebody_is_found_by_the_check():
    body = reply().replace("delivered.", "received by Ana Example.").replace(NUMBER, "55555555010")
    page = Page(Role.PAYLOAD, "https://gls-group.com/", "", body.encode(), 200)
    found = list(checked(GLS, NUMBER, {"file": page}, numbers_for("gls", [NUMBER], [])))
    assert found == ["row 1 of what is read"]
