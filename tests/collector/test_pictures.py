"""README's pictures: drawn from what the commands print, the same every time, and complete in themselves."""

import http.client
import json
import os
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.browser.finding import BrowserMissing, find_browser
from collector.store.opening import open_store
from demo import pictures
from demo.small_png import NotAScreenshot, with_palette
from demo.terminal_pictures import PictureFailed, Screen, drawn, picture
from demo.web_pictures import TALLEST, WIDEST, WIDTH, served
from tests.collector.worlds import CAINIAO, CORREOS, ORDER, event, naming, record, take_in

ROOT = Path(__file__).parents[2]
SHOW = Screen("show", ("show", CAINIAO), columns=120)
FINDINGS = Screen("findings", ("disagreements", "--findings"), columns=100)


def texts(svg):
    """The texts of an SVG in order, empty ones left out; it must be well-formed."""
    found = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: found.append("") if name == "text" else None
    parser.CharacterDataHandler = lambda data: found and found.__setitem__(-1, found[-1] + data)
    parser.Parse(svg, True)
    return [text for shown in found if (text := shown.replace("\N{NO-BREAK SPACE}", " ").strip())]


def said(svg):
    return " ".join(" ".join(texts(svg)).split())


def made(monkeypatch, *arguments):
    """The exit status of the script."""
    monkeypatch.setattr(sys, "argv", ["pictures", *map(str, arguments)])
    return pictures.main()


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A database with one order and its parcel, on two portals with different clocks, one mislabelled."""
    here = [
        event("2026-02-27 18:00:00", "Arrived", code="LH_ARRIVE", utc_offset="+08:00", place="Madrid"),
        event("2026-02-28 08:05:00", "Out for delivery", utc_offset="+08:00", place="Madrid"),
        event("2026-02-28 12:05:00", "Delivered", utc_offset="+01:00", place="Madrid"),
    ]
    there = [
        event("27/02/2026 11:00:00", "Llegada a España"),
        event("28/02/2026 08:05:00", "En reparto"),
        event("28/02/2026 12:05:00", "Entregado"),
    ]
    path = tmp_path_factory.mktemp("shown") / "crosstrack.db"
    with open_store(path) as db:
        take_in(db, [naming(CAINIAO, CORREOS, events=here, order_ids=[ORDER])])
        take_in(db, [record("correos", CORREOS, events=there)])
    return path


@pytest.fixture(scope="module")
def drawings(shown):
    """Both terminals' pictures, by name."""
    return {screen.name: drawn(screen, shown) for screen in (SHOW, FINDINGS)}


# --- terminals -----------------------------------------------------------------------------------------


def test_a_terminal_shows_what_the_command_says_of_the_parcel(drawings):
    told = said(drawings["show"])
    assert told.startswith(f"crosstrack show {CAINIAO}")
    for text in (CORREOS, "02-27 10:00", "2026-02-27 18:00:00", "27/02/2026 11:00:00", "timezone"):
        assert text in told


def test_a_list_of_findings_is_drawn_with_its_sentences(drawings):
    told = said(drawings["findings"])
    assert told.startswith("crosstrack disagreements --findings parcel kind severity what")
    assert "7 h apart on" in told


@pytest.mark.parametrize("name", ["show", "findings"])
def test_a_picture_refers_to_nothing_outside_itself(name, drawings):
    svg = drawings[name]
    assert set(re.findall(r"https?://[^\s\"')]*", svg)) == {"http://www.w3.org/2000/svg"}
    assert all(target.startswith("#t-") for target in re.findall(r"url\(([^)]*)\)", svg))
    assert not re.search(r"@font-face|@import|href|<image|<script|src[:=]", svg)
    assert len(svg.encode()) < pictures.MOST_BYTES[".svg"]


def test_colours_come_into_the_picture_and_escape_sequences_do_not(drawings):
    svg = drawings["show"]
    assert "font-weight: bold" in svg
    assert len(set(re.findall(r"fill: (#\w{6})", svg))) > 1
    assert "\x1b" not in svg
    assert "[0m" not in svg


def test_the_same_database_gives_the_same_picture_whatever_the_terminal(shown, drawings, monkeypatch):
    for name, value in {"NO_COLOR": "1", "COLUMNS": "40", "TERM": "dumb", "COLORTERM": "truecolor"}.items():
        monkeypatch.setenv(name, value)
    assert drawn(SHOW, shown) == drawings["show"]


def test_no_line_reaches_beyond_the_terminal(drawings):
    svg = drawings["findings"]
    (width,) = re.findall(r'viewBox="0 0 (\d+) ', svg)
    ends = [
        float(x) + float(length) for x, length in re.findall(r'x="([\d.]+)" [^>]*textLength="([\d.]+)"', svg)
    ]
    assert ends
    assert max(ends) < int(width)


def test_output_that_is_too_long_is_cut_and_the_picture_says_so():
    long = "\n".join(f"line {n}" for n in range(100))
    shown = texts(picture(long, Screen("x", ("clocks",), 80, lines=20)))
    assert shown[1:] == [*(f"line {n}" for n in range(18)), "... 82 more lines"]
    whole = texts(picture(long, Screen("x", ("clocks",), 80, lines=100)))
    assert whole[1:] == long.splitlines()


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60))
def test_any_text_makes_a_well_formed_picture(text):
    assert texts(picture(f"a {text} b", Screen("x", ("show", text), 80)))


def test_a_command_that_fails_is_said_in_one_line(shown):
    with pytest.raises(PictureFailed) as failed:
        drawn(Screen("x", ("show", "LP999"), 80), shown)
    assert "`crosstrack show LP999` ended with status 2: crosstrack: nothing is known" in str(failed.value)
    assert "\n" not in str(failed.value)


def test_a_command_that_prints_nothing_makes_no_picture(shown):
    with pytest.raises(PictureFailed, match="prints nothing"):
        drawn(Screen("x", ("disagreements", "--kind", "conflict"), 80), shown)


# --- smaller PNGs --------------------------------------------------------------------------------------


def a_png(rows, channels, filters):
    """A PNG of `rows`, lists of colours, each line filtered as told."""
    size, above, data = len(rows[0]) * channels, bytes(len(rows[0]) * channels), b""
    for row, kind in zip(rows, filters, strict=True):
        line = b"".join(bytes(colour)[:3] + b"\xff" * (channels - 3) for colour in row)
        data += bytes([kind]) + bytes(
            (line[i] - foreseen(kind, line, above, i, channels)) % 256 for i in range(size)
        )
        above = line
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, {3: 2, 4: 6}[channels], 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


def foreseen(kind, line, above, i, step):
    """What PNG's filters take away, as its specification has them."""
    a, b, c = (line[i - step] if i >= step else 0), above[i], (above[i - step] if i >= step else 0)
    p = a + b - c
    paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
    return (0, a, b, (a + b) // 2, paeth)[kind]


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def pixels(png):
    """The colours of a PNG with a palette, line by line; its checksums must hold."""
    chunks, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        name, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert png[at : at + 12 + length] == chunk(name, body)
        chunks[name] = body
        at += length + 12
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert rest == [8, 3, 0, 0, 0]
    lines = zlib.decompress(chunks[b"IDAT"])
    assert len(lines) == height * (width + 1)
    palette = [tuple(chunks[b"PLTE"][i : i + 3]) for i in range(0, len(chunks[b"PLTE"]), 3)]
    assert len(palette) <= 256
    starts = range(0, len(lines), width + 1)
    assert all(lines[start] == 0 for start in starts)
    return [[palette[i] for i in lines[start + 1 : start + 1 + width]] for start in starts]


colours = st.tuples(*[st.integers(0, 255)] * 3)


@st.composite
def small_drawings(draw):
    width, height = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    few = draw(st.lists(colours, min_size=1, max_size=5))
    row = st.lists(st.sampled_from(few), min_size=width, max_size=width)
    rows = draw(st.lists(row, min_size=height, max_size=height))
    return rows, draw(st.lists(st.integers(0, 4), min_size=height, max_size=height))


@given(small_drawings(), st.sampled_from([3, 4]))
def test_few_colours_come_through_unchanged_whatever_the_filters(drawing, channels):
    rows, filters = drawing
    assert pixels(with_palette(a_png(rows, channels, filters))) == rows


def test_of_many_colours_near_ones_become_one():
    rows = [[(x * 8, y * 8, (x + y) * 4) for x in range(32)] for y in range(32)]
    found = pixels(with_palette(a_png(rows, 3, [4] * 32)))
    off = [abs(a - b) for r, f in zip(rows, found, strict=True) for p, q in zip(r, f, strict=True)
           for a, b in zip(p, q, strict=True)]  # fmt: skip
    assert 0 < max(off) < 64


@given(st.binary(max_size=200))
def test_what_is_no_screenshot_is_refused(data):
    with pytest.raises(NotAScreenshot):
        with_palette(data)


@pytest.mark.parametrize("length", range(len(a_png([[(1, 2, 3)]], 3, [0]))))
def test_a_screenshot_that_is_cut_is_refused(length):
    with pytest.raises(NotAScreenshot):
        with_palette(a_png([[(1, 2, 3)]], 3, [0])[:length])


# --- the script ----------------------------------------------------------------------------------------


def test_a_missing_database_is_refused_in_one_line(tmp_path, monkeypatch, capsys):
    missing, out = tmp_path / "missing.db", tmp_path / "out"
    assert made(monkeypatch, "--database", missing, "--out", out) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("pictures: ")
    assert str(missing) in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert not missing.exists()
    assert not out.exists()


def test_a_database_with_nothing_to_show_is_refused_in_one_line(database, monkeypatch, capsys, crosstrack):
    empty = database.with_name("empty.jsonl")
    empty.write_text(json.dumps(record(events=[])))
    crosstrack("import", empty)
    assert made(monkeypatch, "--database", database, "--out", database.with_name("out")) == 1
    assert capsys.readouterr().err == f"pictures: {database} holds no events: make it anew with `make demo`\n"


def test_a_folder_that_cannot_be_made_is_said_in_one_line(shown, monkeypatch, capsys):
    assert made(monkeypatch, "--database", shown, "--out", shown / "below-a-file") == 1
    printed = capsys.readouterr().err
    assert printed.startswith("pictures: ")
    assert printed.count("\n") == 1


def test_a_picture_too_large_for_a_repository_is_refused(tmp_path):
    with pytest.raises(PictureFailed, match="100,001 bytes"):
        pictures._write(tmp_path / "x.svg", b"x" * 100_001)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.datasette
def test_the_server_answers_within_the_block_and_not_after(shown):
    with served(shown) as address:
        assert asked(address, "/crosstrack/findings.json") == 200
    with pytest.raises(ConnectionRefusedError):
        asked(address, "/")


@pytest.mark.datasette
def test_a_server_that_does_not_start_is_said_in_one_line(tmp_path):
    said = r"^`crosstrack serve` did not start: crosstrack: .*$"
    with pytest.raises(PictureFailed, match=said), served(tmp_path / "missing.db"):
        pass


def asked(address, path):
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.browser
def test_the_script_makes_every_picture(shown, tmp_path):
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    made = run_the_script(shown, tmp_path)
    expected = {f"{s.name}.svg" for s in pictures.screens(CAINIAO)}
    expected |= {f"{s.name}.png" for s in pictures.shots(CAINIAO)}
    assert set(made) == expected
    for name, content in made.items():
        assert len(content) < pictures.MOST_BYTES[Path(name).suffix]
        if name.endswith(".png"):
            rows = pixels(content)
            assert WIDTH <= len(rows[0]) <= WIDEST
            assert 100 < len(rows) <= TALLEST
            assert len({colour for row in rows for colour in row}) > 10, name


def run_the_script(database, out):
    command = [
        sys.executable,
        "-m",
        "demo.pictures",
        "--database",
        database,
        "--parcel",
        CORREOS,
        "--out",
        out,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return {file.name: file.read_bytes() for file in out.iterdir()}
