"""Cookies from a browser on this machine: real Firefox databases made by hand, and every way it can fail."""

import json
import logging
import sqlite3
import struct
import sys
import types
from contextlib import closing

import pytest

from collector.account import browser_cookies
from collector.account.browser_cookies import BrowserCookiesError
from collector.errors import ExitStatus, UsageError
from tests.collector.accounts import BAZAAR, NOW, SECRET, cookie, in_days

END = round(in_days(30))
#: Firefox counts the end of a cookie in milliseconds since version 142, whose schema is number 16.
MILLISECONDS_SINCE = 16
SCHEMA = """create table moz_cookies (
  id integer primary key, originAttributes text not null default '', name text, value text, host text,
  path text, expiry integer, lastAccessed integer, creationTime integer, isSecure integer,
  isHttpOnly integer, inBrowserElement integer default 0, sameSite integer default 0,
  schemeMap integer default 0, isPartitionedAttributeSet integer default 0,
  constraint moz_uniqueid unique (name, host, path, originAttributes))"""
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it makes a home as Linux has it")


def read(browser="firefox", profile=None):
    return browser_cookies.read(browser, BAZAAR, NOW, profile=profile)


def row(name="member", value=SECRET, host=".bazaar.example", *, days=30, origin="", same_site=1, path="/"):
    return (origin, name, value, host, path, round(in_days(days)), same_site)


def fill(profile, *rows, schema=15):
    """A profile's cookie database as Firefox writes it."""
    profile.mkdir(parents=True, exist_ok=True)
    unit = 1000 if schema >= MILLISECONDS_SINCE else 1
    with closing(sqlite3.connect(profile / "cookies.sqlite")) as db, db:
        db.execute(SCHEMA)
        db.execute(f"pragma user_version = {schema}")
        for origin, name, value, host, path, expiry, same_site in rows:
            db.execute(
                "insert into moz_cookies (originAttributes, name, value, host, path, expiry, sameSite,"
                " lastAccessed, creationTime, isSecure, isHttpOnly) values (?, ?, ?, ?, ?, ?, ?, 0, 0, 1, 1)",
                (origin, name, value, host, path, expiry * unit, same_site),
            )
    return profile


def remember_window(profile, *cookies):
    """What Firefox keeps of cookies that end with the browser: JSON in one uncompressed block of LZ4."""
    content = json.dumps({"version": ["sessionrestore", 1], "windows": [], "cookies": cookies}).encode()
    long, rest = divmod(len(content) - 15, 255)
    block = bytes([0xF0]) + b"\xff" * long + bytes([rest]) + content
    (profile / "sessionstore-backups").mkdir()
    file = profile / "sessionstore-backups" / "recovery.jsonlz4"
    file.write_bytes(b"mozLz40\0" + struct.pack("<I", len(content)) + block)


# --- a real database, the real library -----------------------------------------------------------------


@pytest.fixture
def library():
    return pytest.importorskip("rookie_cookies")


@pytest.fixture
def home(library, tmp_path, monkeypatch):
    """A home without any browser in it."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    return tmp_path / "home"


@pytest.fixture
def firefox(home):
    """Make Firefox profiles in that home; the first is the default one."""

    def make(**profiles):
        base = home / ".mozilla" / "firefox"
        lines = ["[General]", "Version=2"]
        for position, (name, rows) in enumerate(profiles.items()):
            fill(base / f"x.{name}", *rows)
            lines += ["", f"[Profile{position}]", f"Name={name}", "IsRelative=1", f"Path=x.{name}"]
            lines += ["Default=1"] if position == 0 else []
        (base / "profiles.ini").write_text("\n".join(lines))
        return base

    return make


@pytest.mark.parametrize("schema", [13, 15, 16, 17])
def test_a_firefox_profile_is_read_from_its_folder_whatever_its_version(library, tmp_path, schema):
    fill(tmp_path / "p", row(), row("here", "1", "www.bazaar.test", path="/p", same_site=2), schema=schema)
    member, here = sorted(read(profile=str(tmp_path / "p")), key=lambda c: c["path"])
    assert member == cookie(expires=END)
    assert here == cookie("here", "1", domain="www.bazaar.test", path="/p", expires=END, sameSite="Strict")


def test_only_the_shops_living_cookies_are_taken(library, tmp_path):
    theirs = [
        row("a", "x", ".notbazaar.example"),
        row("b", "x", ".example"),
        row("c", "x", "bazaar.example.io"),
    ]
    fill(tmp_path / "p", *theirs, row("old", days=-1), row())
    assert [c["name"] for c in read(profile=str(tmp_path / "p"))] == ["member"]


def test_containers_and_private_windows_are_another_account(library, tmp_path):
    origins = ["userContextId=2", "privateBrowsingId=1", "firstPartyDomain=a.example", "partitionKey=%28a%29"]
    inside = [row(value="inside", origin=f"^{origin}") for origin in origins]
    profile = fill(tmp_path / "p", *inside, row())
    remember_window(
        profile,
        {
            "host": ".bazaar.example",
            "name": "window",
            "value": "1",
            "path": "/",
            "originAttributes": {"userContextId": 0},
        },
        {
            "host": ".bazaar.example",
            "name": "other",
            "value": "2",
            "path": "/",
            "originAttributes": {"userContextId": 2},
        },
    )
    assert {(c["name"], c["value"], c["expires"]) for c in read(profile=str(profile))} == {
        ("member", SECRET, END),
        ("window", "1", -1),
    }
    with pytest.raises(BrowserCookiesError, match="container"):
        read(profile=str(fill(tmp_path / "q", *inside)))


@linux
def test_of_several_profiles_the_one_that_looks_signed_in_counts(firefox):
    firefox(home=[row("language", "en")], work=[row()])
    assert [c["name"] for c in read()] == ["member"]
    assert [c["name"] for c in read(profile="home")] == ["language"]
    assert [c["name"] for c in read("Firefox", profile="x.work")] == ["member"]


@linux
def test_two_profiles_that_look_signed_in_are_for_the_person_to_choose_from(firefox):
    firefox(home=[row(value="1")], work=[row(value="2")])
    with pytest.raises(BrowserCookiesError, match=r"x\.home, x\.work"):
        read()
    assert read(profile="work")[0]["value"] == "2"


@linux
def test_an_unknown_profile_is_refused_with_the_names_there_are(firefox):
    firefox(home=[row()], work=[row()])
    with pytest.raises(UsageError, match=r"x\.home, x\.work"):
        read(profile="play")


@linux
def test_a_browser_that_is_not_here_or_has_no_cookies_of_the_shop_says_so(firefox, home):
    with pytest.raises(BrowserCookiesError, match=r"no profile of chrome was found.*export") as missing:
        read("chrome")
    assert missing.value.exit_status == ExitStatus.HUMAN_NEEDED
    firefox(home=[row("a", "x", ".other.example")])
    with pytest.raises(BrowserCookiesError, match=r"no cookies of bazaar\.example, bazaar\.test; sign in"):
        read()


@linux
def test_a_database_that_is_none_is_one_clear_line(firefox, tmp_path):
    base = firefox(home=[row()])
    (base / "x.home" / "cookies.sqlite").write_bytes(b"no database " * 500)
    for profile in (None, str(base / "x.home")):
        with pytest.raises(BrowserCookiesError, match=r"cannot be read.*close it.*export"):
            read(profile=profile)


@linux
def test_a_profile_in_trouble_costs_another_one_nothing(firefox):
    base = firefox(home=[row("language")], work=[row()])
    (base / "x.home" / "cookies.sqlite").write_bytes(b"no database " * 500)
    assert [c["name"] for c in read()] == ["member"]


@linux
def test_the_database_of_a_running_firefox_is_read(firefox):
    base = firefox(home=[row()])
    with closing(sqlite3.connect(base / "x.home" / "cookies.sqlite", isolation_level=None)) as running:
        running.execute("pragma journal_mode = wal")
        running.execute("begin immediate")
        running.execute("update moz_cookies set lastAccessed = 1")
        assert len(read()) == 1


def test_a_browser_nobody_knows_is_refused_with_the_names_there_are(library):
    with pytest.raises(UsageError, match=r"chrome.*firefox"):
        read("netscape")


def chromium(home, encrypted):
    """A profile of Chromium with one cookie, encrypted as given."""
    folder = home / ".config" / "chromium" / "Default"
    folder.mkdir(parents=True)
    (home / ".config" / "chromium" / "Local State").write_text("{}")
    with closing(sqlite3.connect(folder / "Cookies")) as db, db:
        db.executescript(
            "create table meta (key longvarchar not null unique primary key, value longvarchar);"
            "insert into meta values ('version', '24');"
            "create table cookies (creation_utc integer, host_key text, top_frame_site_key text, name text,"
            " value text, encrypted_value blob, path text, expires_utc integer, is_secure integer,"
            " is_httponly integer, last_access_utc integer, has_expires integer, is_persistent integer,"
            " priority integer, samesite integer, source_scheme integer, source_port integer,"
            " last_update_utc integer, source_type integer, has_cross_site_ancestor integer)"
        )
        value = "" if encrypted else SECRET
        expires = (END + 11_644_473_600) * 1_000_000
        db.execute(
            "insert into cookies values (0, '.bazaar.example', '', 'member', ?, ?, '/', ?,"
            " 1, 1, 0, 1, 1, 1, 1, 2, 443, 0, 0, 0)",
            (value, encrypted, expires),
        )


@linux
def test_a_chromium_profile_is_read(home, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    chromium(home, b"")
    assert read("chromium") == [cookie(expires=END)]


@linux
@pytest.mark.parametrize(
    ("encrypted", "advice"),
    [
        (b"v20" + b"\x02" * 40, "for itself alone; use Firefox instead, or export"),
        (b"v11" + b"\x01" * 32, "keyring .* cannot be opened; unlock it"),
        (b"v10" + b"\x03" * 32, "keyring .* cannot be opened; unlock it"),
    ],
)
def test_cookies_that_cannot_be_decrypted_are_left_alone_with_advice(home, monkeypatch, encrypted, advice):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    chromium(home, encrypted)
    with pytest.raises(BrowserCookiesError, match=advice):
        read("chromium")


# --- a library that behaves as it may ------------------------------------------------------------------


class Refused(Exception):
    def __init__(self, code):
        super().__init__(f"words that may hold {SECRET}")
        self.code = code


class RequestRefused(Refused):
    pass


def raising(browser):
    raise Refused("source_inspection_failed")


@pytest.fixture
def pretend(monkeypatch):
    """A library whose report is `report`, or which raises it; gives what it was asked."""

    def use(report):
        asked = []

        def browser_report(browser, profile, domains, **options):
            handlers = list(logging.getLogger("rookie_cookies").handlers)
            asked.append((browser, profile, domains, options, handlers))
            if isinstance(report, Exception):
                raise report
            return report

        module = types.ModuleType("rookie_cookies")
        module.supported_browsers = lambda: [{"id": "firefox", "engine": "gecko"}]
        module.browser_profiles = lambda browser: []
        module.browser_report = browser_report
        module.RookieError, module.RookieRequestError = Refused, RequestRefused
        monkeypatch.setitem(sys.modules, "rookie_cookies", module)
        return asked

    return use


def test_only_the_shops_domains_are_asked_for_and_no_protection_is_gone_around(pretend):
    asked = pretend({"termination": "completed", "status": "no_sources", "profiles": []})
    with pytest.raises(BrowserCookiesError):
        read()
    ((browser, profile, domains, options, _),) = asked
    assert (browser, profile, domains) == ("firefox", None, ["bazaar.example", "bazaar.test"])
    assert options["app_bound"] == "disabled"
    assert options["timeout"] > 0


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"termination": "timed_out", "status": "partial", "profiles": []}, "took too long"),
        (Refused("source_inspection_failed"), "cannot be read"),
        (Refused(None), "cannot be read"),
        (RequestRefused("something_new"), "cannot be read"),
    ],
)
def test_what_the_library_cannot_do_is_one_line_without_its_words(pretend, report, said):
    pretend(report)
    with pytest.raises(BrowserCookiesError, match=said) as refused:
        read()
    assert SECRET not in str(refused.value)
    assert str(refused.value).isprintable()


def test_without_the_library_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "rookie_cookies", None)
    with pytest.raises(BrowserCookiesError, match=r"pip install 'crosstrack\[browser\]'"):
        read()


def test_the_library_s_warnings_go_to_the_log_and_not_straight_to_the_terminal(pretend):
    logger = logging.getLogger("rookie_cookies")
    before = list(logger.handlers)
    asked = pretend({"termination": "completed", "status": "no_sources", "profiles": []})
    with pytest.raises(BrowserCookiesError):
        read()
    assert len(asked[0][-1]) == len(before) + 1
    assert logger.handlers == before


def test_a_library_that_cannot_say_which_profiles_there_are_is_no_failure_of_ours(pretend):
    pretend(RequestRefused("unknown_profile"))
    sys.modules["rookie_cookies"].browser_profiles = raising
    with pytest.raises(UsageError, match="none at all"):
        read(profile="work")
