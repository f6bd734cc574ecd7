"""Numbers, names and paths are what they are: no part of a URL, a statement, a shell line or a pattern."""

import ast
import re
import tomllib
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from collector.commands import app
from collector.errors import UsageError
from collector.kit.skeletons import NewPortal, write_skeleton
from collector.store.opening import open_store
from scrapers import portals
from scrapers.contract import Recipient
from scrapers.numbers import NumberError, tracking_number
from tests.collector.worlds import CAINIAO, FACTS, contents, event, record, take_in

NASTY = (
    "'; drop table visits; --",
    '" or 1=1 --',
    "') union select body from pages --",
    "AA1' or '1'='1",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "| touch pwned",
    "*",
    "A*",
    "%",
    "_%",
    "[A-Z]*",
    "../../pwned",
    "/etc/passwd",
    "..\\..\\pwned",
    "-rf",
    "AA1\nBB2",
    "AA1\x00",
    "AA1%00",
    "AA1&mailNoList=BB2",
    "AA1#",
    "AA1?x=y",
    "AA1/../../admin",
    "https://evil.test/",
    "javascript:alert(1)",
    "{number}",
    "{0.__class__}",
    "%s%n",
    "\u202eAA1",
    "\udcff",
    "x" * 5_000,
)
TEXT = st.sampled_from(NASTY) | st.text(max_size=30)
NUMBERISH = TEXT | st.text("AB1_/:()%&?#=;@\\.,'\"<> \u2215\u3000", min_size=1, max_size=20)
COMMANDS = (
    ("show", "{}"),
    ("disagreements", "--parcel", "{}"),
    ("disagreements", "--kind", "{}"),
    ("disagreements", "--portal", "{}"),
    ("clocks", "--portal", "{}"),
    ("portals", "--number", "{}"),
    ("export", "history", "--parcel", "{}"),
    ("export", "--format", "jsonl", "--parcel", "{}"),
    ("forget", "{}"),
    ("link", CAINIAO, "{}"),
    ("unlink", "{}", CAINIAO),
    ("pair", "{}", "{}"),
    ("zone", "{}", "UTC"),
    ("zone", "usps", "{}"),
    ("collect", "--dry-run", "--number", "{}"),
    ("collect", "--dry-run", "--order", "{}"),
    ("collect", "--dry-run", "--portal", "{}"),
    ("login", "{}", "--forget"),
    ("login", "aliexpress", "--forget", "--account", "{}"),
    ("parse", "{}", __file__),
    ("import", __file__, "--portal", "{}"),
    ("import", __file__, "--number", "{}"),
    ("import", "{}"),
    ("new-portal", "{}"),
    ("doctor", "--browser", "{}"),
)


# URLs


def asked(url):
    """What of a URL says where one goes: scheme, host, how deep its path is, the names in its query."""
    parts = urlsplit(url)
    fields = [pair.partition("=")[0] for pair in parts.query.split("&")]
    return parts.scheme, parts.netloc, parts.path.count("/"), fields


@settings(max_examples=300, deadline=None)
@given(NUMBERISH)
@example("AA1/../../ADMIN")
@example("//EVIL")
@example("AA:1@EVIL")
@example("A(1)/X:Y")
def test_a_number_stays_a_number_in_every_portals_url(text):
    try:
        number = tracking_number(text)
    except NumberError:
        return
    for portal in portals().values():
        url = portal.url(number, portal.default_language)
        scheme, host, _, _ = asked(url)
        assert (scheme, host in portal.hosts) == ("https", True), url
        assert re.fullmatch(r"[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", url, re.ASCII), url
        if number.isalnum():
            continue
        # What no letter or digit is must be escaped: else it would mean something to the URL.
        plain_number = re.sub(r"\W|_", "X", number)
        assert asked(url)[2:] == asked(portal.url(plain_number, portal.default_language))[2:], url


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT)
def test_what_is_told_of_the_recipient_stays_what_it_is(postcode, country):
    assume("\udcff" not in postcode + country)
    for portal in portals().values():
        told = Recipient(postcode, country)
        url = portal.url_for(portal.example, portal.default_language, told)
        plain_url = portal.url_for(portal.example, portal.default_language, Recipient("12345", "ES"))
        assert asked(url)[:2] in (
            asked(plain_url)[:2],
            asked(portal.url(portal.example, portal.default_language))[:2],
        )
        assert re.fullmatch(r"[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", url, re.ASCII), url


@given(NUMBERISH)
def test_a_number_has_no_blank_quote_control_or_pattern(text):
    try:
        number = tracking_number(text)
    except NumberError:
        return
    assert re.fullmatch(r"[A-Z0-9][A-Z0-9_/:()]{0,49}", number)
    assert quote(number, safe="_").replace("%", "").replace("_", "").isalnum()


# Commands: statements, shells, patterns, paths


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder to work in, with a database whose facts nothing may change."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "inner").mkdir()
    with open_store(folder / "inner" / "crosstrack.db") as db:
        take_in(db, [record("cainiao", CAINIAO, events=[event("2026-02-27 18:00:00", "Arrived")])])
    return folder / "inner"


@pytest.mark.parametrize("template", COMMANDS, ids=" ".join)
def test_no_argument_of_a_command_is_more_than_a_text(place, template, monkeypatch):
    monkeypatch.chdir(place)
    database = place / "crosstrack.db"
    with open_store(database) as db:
        before = contents(db, (*FACTS, "followed"))
        tables = set(db.table_names())
    there = {path for path in place.parent.rglob("*") if path.name not in ("crosstrack.db.lock",)}
    there = {path for path in there if not path.name.endswith(("-wal", "-shm"))}
    for text in NASTY:
        if "\x00" in text:  # no argument holds one
            continue
        arguments = [part.format(text) if part == "{}" else part for part in template]
        result = CliRunner().invoke(app, ["--db", str(database), *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), (text, result.exception)
        assert result.exit_code in (0, 1, 2, 3), (text, result.output)
    with open_store(database) as db:
        assert contents(db, (*FACTS, "followed")) == before
        assert set(db.table_names()) == tables
    after = {path for path in place.parent.rglob("*") if not path.name.endswith(("-wal", "-shm", ".lock"))}
    assert after == there


@pytest.mark.parametrize("text", ["%", "_", "*", "A*", "LP%", "LP___________012", CAINIAO[:-1] + "_"])
def test_a_pattern_names_no_parcel(place, text):
    result = CliRunner().invoke(app, ["--db", str(place / "crosstrack.db"), "show", text])
    assert result.exit_code == 2


@pytest.mark.parametrize(
    "name",
    [
        "a b.db",
        "x?mode=memory",
        "x%3fmode=ro.db",
        "file:x.db",
        "*.db",
        "-x.db",
        "$(touch pwned).db",
        "x;touch pwned.db",
        "x'y\"z.db",
        ":memory:",
        "x\ny.db",
        "[x].db",
        "\u202ebd.x",
    ],
)
def test_a_database_has_the_name_it_is_given_and_no_other(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        result = CliRunner().invoke(app, ["--db", name, "add", "AA1"])
        assert result.exit_code == 0, result.output
    with open_store(tmp_path / name, must_exist=True) as db:
        assert [row["number"] for row in db["followed"].rows] == ["AA1"]
    assert {path.name.removesuffix("-wal").removesuffix("-shm") for path in tmp_path.iterdir()} <= {
        name,
        f"{name}.lock",
    }
    assert not (tmp_path / "pwned").exists()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=TEXT, title=TEXT)
@example(name="good", title='"""; import os; """')
@example(name="good", title="\x85import os")
@example(name="good", title="\u2028import os")
@example(name="../up", title="Up")
@example(name="true", title="Up")
def test_a_new_portals_name_and_title_are_no_code_and_no_path(tmp_path_factory, name, title):
    folder = tmp_path_factory.mktemp("new") / "portal"
    made = write_skeleton(NewPortal("good", "Good"), folder.with_name("plain"), date(2026, 3, 1))
    try:
        files = write_skeleton(NewPortal(name, title), folder, date(2026, 3, 1))
    except (UsageError, UnicodeEncodeError):
        assert not list(folder.rglob("*.py"))
        return
    assert statements(files) == statements(made)
    for file in files:
        assert folder in file.resolve().parents
        if file.suffix == ".toml":
            tomllib.loads(file.read_text(encoding="utf-8"))


def statements(files):
    """The kinds of statements in each program among the files."""
    programs = [ast.parse(file.read_text(encoding="utf-8")) for file in files if file.suffix == ".py"]
    return sorted(
        [type(node).__name__ for node in ast.walk(program) if isinstance(node, ast.stmt)]
        for program in programs
    )


# What the code does not do at all


def calls_of_the_product():
    for package in ("collector", "scrapers"):
        for file in sorted((Path(__file__).parents[2] / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield file, node, ast.unparse(node.func)


def test_nothing_is_given_to_a_shell_or_run_as_code():
    forbidden = {"os.system", "os.popen", "eval", "exec", "pickle.loads", "marshal.loads", "yaml.load"}
    for file, node, name in calls_of_the_product():
        if file.name == "working.py" and name == "pickle.loads":
            continue  # what this very run has packed, handed over in memory or a nameless temporary file
        assert name not in forbidden, f"{file}:{node.lineno}"
        assert not any(keyword.arg == "shell" for keyword in node.keywords), f"{file}:{node.lineno}"
