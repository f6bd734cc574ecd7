"""What strangers wrote is harmless where it comes out: terminal, JSON, CSV, file names."""

import csv
import io
import json
import logging
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.export import neutral, restored
from collector.plain_text import (
    LONGEST,
    LONGEST_CELL,
    LONGEST_LINE,
    cell_text,
    file_name,
    json_text,
    one_line,
    plain,
)
from tests.collector.worlds import CAINIAO, CORREOS
from tests.security.hostile import TEXTS, filled, steering

ANY = st.text(st.characters(), max_size=60) | st.sampled_from(sorted(TEXTS.values()))
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


# Each way out by itself


@settings(max_examples=400, deadline=None)
@given(ANY)
def test_nothing_plain_steers_a_terminal_and_printable_text_stays(text):
    assert not steering(plain(text))
    assert not steering(one_line(text), kept="")
    assert not steering(cell_text(text), kept="\n\r\t")
    assert len(plain(text)) <= LONGEST
    assert len(one_line(text)) <= LONGEST_LINE
    assert len(cell_text(text)) <= LONGEST_CELL
    if text.isprintable() and len(text) < LONGEST:
        assert plain(text) == cell_text(text) == text


def test_what_people_write_stays_as_it_is():
    for text in ("Llegada a España", "已签收，代收点", "في الطريق", "Отправлено", "נמסר", "📦 Ω ½ —"):
        assert plain(text) == one_line(text) == cell_text(text) == text


@settings(max_examples=400, deadline=None)
@given(st.recursive(ANY | st.none() | st.integers(), lambda x: st.lists(x) | st.dictionaries(ANY, x)))
def test_json_reads_back_the_same_and_steers_nothing(value):
    for indent in (None, 2):
        text = json_text(value, indent)
        assert not steering(text)
        assert json.loads(text) == value
        text.encode()  # lone surrogates are escaped too
    assert "\n" not in json_text(value)


@settings(max_examples=400, deadline=None)
@given(ANY)
@example("../../etc/passwd")
@example("-rf")
@example(".ssh")
@example("CON")
@example("nul.txt")
@example("a\x00b")
@example("")
def test_a_file_name_is_no_path_no_option_no_device_and_not_hidden(text):
    name = file_name(text)
    assert 0 < len(name) <= 82
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
    assert name[0] not in "-."
    assert name.lower() not in {"con", "nul", "aux", "prn", "com1", "lpt1"}


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_no_cell_of_csv_is_a_formula_and_one_apostrophe_less_gives_it_back(text):
    cell = neutral(cell_text(text))
    assert not cell.startswith(FORMULAS)
    assert restored(cell) == cell_text(text)


# The commands


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("hostile") / "crosstrack.db")


@pytest.fixture
def said(hostile, crosstrack, database, monkeypatch, capsys):
    """What a command prints on the hostile portal's parcel: stdout, stderr."""
    database.symlink_to(hostile)

    def run(*arguments, status=0):
        result = crosstrack(*arguments, status=status)
        return result.stdout, result.stderr

    return run


PEOPLE = [
    ("status",),
    ("status", "--all"),
    ("show", CAINIAO),
    ("show", CORREOS),
    ("disagreements",),
    ("disagreements", "--findings"),
    ("clocks",),
    ("portals",),
    ("rebuild",),
]


@pytest.mark.parametrize("arguments", PEOPLE, ids=" ".join)
def test_nothing_on_a_terminal_steers_it(said, arguments):
    out, err = said(*arguments)
    assert not steering(out + err)
    assert "\x1b" not in out + err
    assert max(map(len, (out + err).splitlines()), default=0) < 5_000
    assert len(out) < 3_000_000


def test_no_text_of_a_portal_adds_a_line_of_ours(said):
    for arguments in PEOPLE:
        out, err = said(*arguments)
        assert not [line for line in (out + err).splitlines() if line.startswith(("!! contra", "ok   data"))]


@pytest.mark.parametrize(
    "arguments",
    [("status",), ("show", CAINIAO), ("disagreements",), ("disagreements", "--findings"), ("portals",)],
    ids=" ".join,
)
def test_json_for_programs_is_whole_and_harmless_on_a_terminal(said, arguments):
    out, _ = said(*arguments, "--json")
    assert not steering(out)
    assert isinstance(json.loads(out), list)
    if arguments[0] == "show":
        assert TEXTS["writes the clipboard"] in out.encode().decode() or "\\u001b]52" in out


@pytest.mark.parametrize("what", ["history", "disagreements", "findings", "parcels", "orders"])
def test_csv_has_no_formula_no_control_and_no_cell_too_long(said, what):
    out, _ = said("export", what)
    assert not steering(out, kept="\n\r\t")
    for line in csv.reader(io.StringIO(out, newline="")):
        for cell in line:
            assert len(cell) <= LONGEST_CELL + 1
            assert not cell.startswith(FORMULAS) or cell.lstrip("-").replace(".", "").isdigit()


@pytest.mark.parametrize("what", [(), ("history",), ("parcels",)])
def test_json_lines_keep_every_letter_and_steer_nothing(said, what):
    out, _ = said("export", *what, "--format", "jsonl")
    assert not steering(out)
    told = [json.loads(line) for line in out.splitlines()]
    assert told
    if not what:
        described = {one["description"] for line in told for one in line["events"]}
        assert TEXTS["turns the order"] in described


def test_what_is_refused_is_told_without_steering_anything(crosstrack, tmp_path):
    for n, text in enumerate(TEXTS.values()):
        file = tmp_path / f"{n}.jsonl"
        file.write_text(json.dumps({"portal": text, "tracking_number": text, "seen_at": text}))
        result = crosstrack("import", file, status=1)
        assert not steering(result.output)
        assert len(result.stderr) < 5_000


def test_the_log_of_a_hostile_text_steers_nothing(said, caplog):
    caplog.set_level(logging.DEBUG)
    said("rebuild")
    assert not steering("\n".join(record.getMessage() for record in caplog.records))


def test_the_list_of_what_steers_is_that_of_this_unicode():
    found = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) in ("Zl", "Zp", "Cc")]
    assert not steering(plain("".join(found), kept=""))
