"""`crosstrack login` without a browser: which way is taken, what is stored, what is said, exit statuses."""

import json
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from collector.account import browser_cookies, cool_down, encryption, signing_in, terminal
from collector.account.asked import SignedIn
from collector.account.sessions import load_session, save_session, session_of
from collector.account.steps import NotSignedIn
from collector.account.terminal import Secret, Terminal
from scrapers import shops
from scrapers.words import Outcome

EMAIL, PASSWORD = "ana@mail.test", "Tr0ub4dor&3-secret"
DAYS = 90


def cookie(value="sign=y&x_lid=1"):
    end = (datetime.now(UTC) + timedelta(days=DAYS)).timestamp()
    return {"name": "xman_us_t", "value": value, "domain": ".aliexpress.com", "path": "/", "expires": end}


def session(value="sign=y&x_lid=1", account="default"):
    now = datetime.now(UTC)
    return session_of(
        shops()["aliexpress"], account, [cookie(value)], now=now, source="window", verified_at=now
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where sessions lie."""
    path = tmp_path / "sessions"
    monkeypatch.setenv("CROSSTRACK_SESSIONS", str(path))
    monkeypatch.setenv("DISPLAY", ":0")
    return path


@pytest.fixture
def taken(folder, monkeypatch):
    """The ways that were taken, each with what it was given; `taken.result` is how they end."""
    told = SimpleNamespace(ways=[], result=None, given=None, arguments=())

    def way(name):
        async def take(given, *arguments):
            told.ways.append(name)
            told.given, told.arguments = given, arguments
            told.password = [one.reveal() for one in arguments if isinstance(one, Secret)]
            return told.result or SignedIn(session(account=given.account))

        return take

    for name in ("by_window", "by_running_browser", "by_credentials", "by_cookies"):
        monkeypatch.setattr(signing_in, name, way(name))
    return told


@pytest.fixture
def typed(monkeypatch):
    """A terminal at which these are typed."""
    monkeypatch.setattr(Terminal, "account", lambda self, shop: EMAIL)
    monkeypatch.setattr(Terminal, "password", lambda self, shop, account: Secret(PASSWORD))


@pytest.fixture
def keyring(monkeypatch):
    """A keyring, in memory."""
    kept = {}
    library = SimpleNamespace(
        get_password=lambda service, name: kept.get((service, name)),
        set_password=lambda service, name, text: kept.update({(service, name): text}),
        get_keyring=lambda: SimpleNamespace(priority=5),
    )
    monkeypatch.setitem(sys.modules, "keyring", library)
    return kept


def stored(folder, account="default"):
    found = load_session(folder, "aliexpress", account)
    return None if found is None else found.cookies[0]["value"]


def one_line(result):
    (line,) = result.stderr.splitlines()
    return line


# --- the ways ------------------------------------------------------------------------------------------


def test_by_itself_it_opens_a_window_that_no_host_is_walled_off_from(crosstrack, taken, folder):
    result = crosstrack("login", "aliexpress")
    assert taken.ways == ["by_window"]
    assert (taken.given.window.headed, taken.given.window.hosts) == (True, ())
    assert not taken.given.options.headed
    assert "login.aliexpress.com" in taken.given.options.hosts
    assert stored(folder) == "sign=y&x_lid=1"
    assert "sign in there as always" in result.stderr
    assert f"({DAYS - 1} days)" in result.stderr or f"({DAYS} days)" in result.stderr
    assert result.stdout == ""


def test_a_session_comes_from_exported_cookies(crosstrack, taken, folder, tmp_path):
    file = tmp_path / "cookies.json"
    file.write_text(json.dumps([cookie()]))
    crosstrack("login", "aliexpress", "--cookies", file, "--account", "work")
    assert taken.ways == ["by_cookies"]
    assert taken.arguments[0][0]["name"] == "xman_us_t"
    assert (stored(folder, "work"), stored(folder)) == ("sign=y&x_lid=1", None)


def test_a_session_comes_from_an_ordinary_browser(crosstrack, taken, monkeypatch):
    asked = []

    def read(name, shop, now, *, profile):
        asked.append((name, shop.name, profile))
        return [cookie()]

    monkeypatch.setattr(browser_cookies, "read", read)
    crosstrack("login", "aliexpress", "--from-browser", "firefox", "--profile", "shopping")
    assert asked == [("firefox", "aliexpress", "shopping")]
    assert (taken.ways, taken.arguments[1]) == (["by_cookies"], "browser")


def test_a_session_comes_from_a_browser_that_runs_on_this_machine(crosstrack, taken):
    crosstrack("login", "aliexpress", "--browser-endpoint", "http://127.0.0.1:9222", "--wait", "2")
    assert taken.ways == ["by_running_browser"]
    assert (taken.given.options.endpoint, taken.given.patience_seconds) == ("http://127.0.0.1:9222", 120)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--browser-endpoint", "http://192.168.1.5:9222"], "on this machine only"),
        (["--browser-endpoint", "wss://browsers.test/?token=abc"], "on this machine only"),
        (["--credentials", "--from-browser", "firefox"], "give one"),
        (["--credentials", "--browser-endpoint", "http://127.0.0.1:9222"], "give one"),
        (["--keyring"], "go with --credentials"),
        (["--remember"], "go with --credentials"),
        (["--profile", "x"], "goes with --from-browser"),
        (["--account", "My Account!"], "account's name"),
        (["--account", "../../etc"], "account's name"),
    ],
)
def test_what_cannot_be_meant_is_status_2(crosstrack, taken, arguments, said):
    result = crosstrack("login", "aliexpress", *arguments, status=2)
    assert said in one_line(result)
    assert "abc" not in result.stderr
    assert taken.ways == []


def test_only_shops_are_signed_in_to(crosstrack, taken):
    assert "aliexpress" in one_line(crosstrack("login", "cainiao", status=2))


def test_without_a_display_no_window_is_promised(crosstrack, taken, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert "no display" in one_line(crosstrack("login", "aliexpress", status=2))
    assert taken.ways == []


# --- how it ends ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.LOGIN_REQUIRED, 3),
        (Outcome.CHALLENGE, 3),
        (Outcome.UNAVAILABLE, 1),
        (Outcome.RATE_LIMITED, 1),
        (Outcome.LAYOUT_CHANGED, 1),
    ],
)
def test_a_failure_says_why_and_leaves_the_stored_session(crosstrack, taken, folder, outcome, status):
    save_session(folder, session("sign=y&old=1"))
    taken.result = NotSignedIn(outcome, "the reason\x1b[2J")
    result = crosstrack("login", "aliexpress", "--json", status=status)
    assert result.stderr.splitlines()[-1] == "crosstrack: the reason [2J"
    told = json.loads(result.stdout)
    assert told == {
        "portal": "aliexpress",
        "account": "default",
        "outcome": outcome.value,
        "likely_end": None,
    }
    assert stored(folder) == "sign=y&old=1"


def test_success_replaces_the_stored_session_and_tells_programs_its_end(crosstrack, taken, folder):
    save_session(folder, session("sign=y&old=1"))
    told = json.loads(crosstrack("login", "aliexpress", "--json").stdout)
    assert (told["outcome"], stored(folder)) == ("ok", "sign=y&x_lid=1")
    assert datetime.fromisoformat(told["likely_end"]) > datetime.now(UTC) + timedelta(days=DAYS - 1)


def test_a_challenge_leaves_the_account_alone_until_a_person_signed_in(
    crosstrack, taken, typed, database, folder
):
    taken.result = NotSignedIn(Outcome.CHALLENGE, "a slider")
    crosstrack("login", "aliexpress", "--credentials", status=3)
    now = datetime.now(UTC)
    assert cool_down.left_alone_until(database, "aliexpress", "default") > now + timedelta(hours=1)
    assert cool_down.left_alone_until(database, "aliexpress", "work") is None
    taken.result = None
    assert "left alone until" in one_line(crosstrack("login", "aliexpress", "--credentials", status=3))
    assert taken.ways == ["by_credentials"]
    crosstrack("login", "aliexpress")
    assert cool_down.left_alone_until(database, "aliexpress", "default") is None
    crosstrack("login", "aliexpress", "--credentials")


def test_a_success_makes_no_database(crosstrack, taken, database):
    crosstrack("login", "aliexpress")
    assert not database.exists()


def test_a_session_is_forgotten_on_request(crosstrack, taken, folder):
    save_session(folder, session())
    assert "is removed" in one_line(crosstrack("login", "aliexpress", "--forget"))
    assert stored(folder) is None
    assert "no session of account default" in one_line(
        crosstrack("login", "aliexpress", "--forget", status=2)
    )
    assert taken.ways == []


def test_what_would_keep_a_session_from_being_stored_is_said_before_anybody_signs_in(
    crosstrack, taken, folder, monkeypatch
):
    def refuse(plain):
        raise encryption.CannotEncrypt("no keyring can be used here")

    monkeypatch.setattr(encryption, "encrypted", refuse)
    assert "no keyring" in one_line(crosstrack("login", "aliexpress", "--encrypt", status=1))
    assert taken.ways == []


# --- credentials ---------------------------------------------------------------------------------------


def test_credentials_are_asked_for_and_written_nowhere(crosstrack, taken, typed, folder, keyring):
    result = crosstrack("login", "aliexpress", "--credentials")
    assert (taken.ways, taken.arguments[0], taken.password) == (["by_credentials"], EMAIL, [PASSWORD])
    assert PASSWORD not in result.output
    assert keyring == {}
    assert not [file for file in folder.iterdir() if PASSWORD in file.read_text()]


def test_credentials_are_kept_in_the_keyring_on_request_and_taken_from_there(
    crosstrack, taken, typed, keyring, monkeypatch
):
    crosstrack("login", "aliexpress", "--credentials", "--remember", "--account", "work")
    assert keyring == {
        ("crosstrack:aliexpress", EMAIL): PASSWORD,
        ("crosstrack:aliexpress", "account:work"): EMAIL,
    }
    monkeypatch.setattr(Terminal, "account", None)
    monkeypatch.setattr(Terminal, "password", None)
    crosstrack("login", "aliexpress", "--credentials", "--keyring", "--account", "work")
    assert (taken.arguments[0], taken.password) == (EMAIL, [PASSWORD])


def test_credentials_that_let_nobody_in_are_not_kept(crosstrack, taken, typed, keyring):
    taken.result = NotSignedIn(Outcome.LOGIN_REQUIRED, "wrong")
    crosstrack("login", "aliexpress", "--credentials", "--remember", status=3)
    assert keyring == {}


def test_a_keyring_that_fails_is_said_without_what_it_said(crosstrack, taken, typed, monkeypatch):
    def fail(*arguments):
        raise RuntimeError(PASSWORD)

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=fail))
    result = crosstrack("--debug", "login", "aliexpress", "--credentials", "--keyring", status=3)
    assert "no keyring can be used here (RuntimeError)" in result.stderr
    assert PASSWORD not in result.output


def test_without_a_terminal_nothing_is_asked(crosstrack, taken):
    said = one_line(crosstrack("login", "aliexpress", "--credentials", status=2))
    assert "no terminal" in said
    assert taken.ways == []


def test_the_password_is_asked_for_without_showing_it(monkeypatch):
    asked = []
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(terminal.getpass, "getpass", lambda prompt, stream: asked.append(prompt) or PASSWORD)
    assert Terminal().password("AliExpress", EMAIL).reveal() == PASSWORD
    assert EMAIL in asked[0]
