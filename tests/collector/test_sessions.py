"""Sessions: private from the first byte, whole or not there, quiet about what they hold, locked if asked."""

import base64
import json
import os
import stat
import sys
import tempfile
import types
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.account.cookies import CookieRefused
from collector.account.encryption import CannotEncrypt
from collector.account.private_files import FileRefused
from collector.account.sessions import (
    Session,
    SessionBroken,
    SessionLocked,
    accounts,
    forget_session,
    likely_end,
    load_session,
    save_session,
    session_of,
    standing,
)
from collector.checkup import check_accounts
from collector.errors import CrosstrackError, ExitStatus, UsageError
from collector.paths import default_sessions
from tests.collector.accounts import BAZAAR, NOW, SECRET, cookie, in_days, session

posix = pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "sessions"


def stored(folder, account="default"):
    return folder / f"bazaar.{account}.json"


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def load(folder):
    return load_session(folder, "bazaar", "default")


# --- what a session keeps ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "is_kept"),
    [
        ("bazaar.example", True),
        (".bazaar.example", True),
        ("www.Bazaar.Example", True),
        (".a.b.bazaar.test", True),
        ("notbazaar.example", False),
        (".bazaar.example.evil.test", False),
        ("example", False),
        ("", False),
        (None, False),
    ],
)
def test_only_cookies_of_the_shops_domains_are_kept(domain, is_kept):
    made = session_of(BAZAAR, "default", [cookie(domain=domain)], now=NOW, source="window")
    assert bool(made.cookies) is is_kept


def test_ended_cookies_are_dropped_and_those_without_an_end_stay():
    given = [
        cookie("old", expires=in_days(-1)),
        cookie("now", expires=in_days(0)),
        cookie("young"),
        cookie("open", expires=-1),
    ]
    made = session_of(BAZAAR, "default", given, now=NOW, source="file")
    assert [c["name"] for c in made.cookies] == ["young", "open"]


def test_of_a_cookie_given_twice_the_last_counts_and_other_paths_are_other_cookies():
    given = [cookie(value="1"), cookie(value="2", path="/p"), cookie(value="3")]
    made = session_of(BAZAAR, "default", given, now=NOW, source="file")
    assert sorted(c["value"] for c in made.cookies) == ["2", "3"]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "a=b"},
        {"name": "a\x1bb"},
        {"value": SECRET + "\n"},
        {"value": SECRET + "\x00"},
        {"value": SECRET + "; b=c"},
        {"value": SECRET + "\ud800"},
        {"value": 7},
        {"value": "x" * 9000},
        {"path": "/\r\n"},
        {"expires": float("nan")},
        {"expires": float("inf")},
        {"expires": True},
        {"expires": SECRET},
        {"sameSite": SECRET},
        {"domain": "a b.bazaar.example"},
        {"domain": "x" * 300 + ".bazaar.example"},
    ],
)
def test_a_malformed_cookie_of_the_shop_is_refused_without_quoting_it(changes):
    with pytest.raises(CookieRefused) as refused:
        session_of(BAZAAR, "default", [cookie(**changes)], now=NOW, source="file")
    assert SECRET not in str(refused.value)
    assert str(refused.value).isprintable()


def test_a_malformed_cookie_of_another_site_costs_nothing():
    given = [cookie(domain="other.example", value="\x00"), cookie()]
    assert len(session_of(BAZAAR, "default", given, now=NOW, source="file").cookies) == 1


def test_more_cookies_than_a_shop_sets_are_refused(folder):
    many = tuple(cookie(f"n{i}") for i in range(201))
    with pytest.raises(CookieRefused):
        session_of(BAZAAR, "default", many, now=NOW, source="file")
    with pytest.raises(CookieRefused):
        save_session(folder, session(*many))
    save_session(folder, session(*many[:200]))
    assert len(load(folder).cookies) == 200


def test_a_partition_is_kept_and_other_keys_are_not():
    (kept,) = session_of(
        BAZAAR, "default", [cookie(partitionKey="https://a.example", extra=1)], now=NOW, source="window"
    ).cookies
    assert kept == cookie(partitionKey="https://a.example")


def test_neither_a_session_nor_its_errors_show_a_value():
    held = session(cookie(), cookie("other"))
    assert SECRET not in repr(held)
    assert SECRET not in str(held)
    assert "default" in repr(held)


# --- the file ------------------------------------------------------------------------------------------

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="=;"), min_size=1)
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters=";"))
COOKIES = st.builds(
    cookie,
    NAMES,
    VALUES,
    domain=st.sampled_from([".bazaar.example", "www.bazaar.test"]),
    path=st.sampled_from(["/", "/p/order"]),
    expires=st.one_of(st.just(-1), st.floats(1, 9e9)),
    httpOnly=st.booleans(),
    sameSite=st.sampled_from(["Lax", "None", "Strict"]),
)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
SESSIONS = st.builds(
    Session,
    st.just("bazaar"),
    st.from_regex(r"[a-z0-9][a-z0-9._-]{0,39}", fullmatch=True),
    st.lists(COOKIES, max_size=5).map(tuple),
    INSTANTS,
    st.none() | INSTANTS,
    st.sampled_from(["window", "browser", "file", "credentials"]),
)


@settings(deadline=None)
@given(SESSIONS)
def test_what_is_stored_is_read_back_the_same(held):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "sessions"
        save_session(folder, held)
        assert load_session(folder, held.portal, held.account) == held
        assert accounts(folder, "bazaar") == [held.account]


def test_without_a_file_or_folder_there_is_no_session(folder):
    assert load(folder) is None
    assert accounts(folder, "bazaar") == []
    assert not folder.exists()
    save_session(folder, session(account="other"))
    assert load(folder) is None


@posix
def test_file_and_folder_are_private_from_the_start(folder, monkeypatch):
    seen = []
    real = os.fsync

    def watching(descriptor):
        seen.append({path.name: mode(path) for path in folder.iterdir()})
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watching)
    before = os.umask(0)
    try:
        save_session(folder, session())
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert mode(stored(folder)) == 0o600
    assert seen[0]
    assert {m for modes in seen for m in modes.values()} == {0o600}


@pytest.mark.fault(
    "The disk is full while a session is stored",
    "The old session stays, and no half file",
    layer="session",
    exit_status="—",
)
def test_a_write_that_fails_leaves_the_old_session_and_nothing_else(folder, monkeypatch):
    save_session(folder, session())

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileRefused, match="No space left"):
        save_session(folder, session(cookie("other")))
    assert [path.name for path in folder.iterdir()] == ["bazaar.default.json"]
    assert load(folder) == session()


def test_what_a_killed_program_left_goes_with_the_next_save_and_with_forgetting(folder):
    save_session(folder, session())
    for act in (lambda: save_session(folder, session()), lambda: forget_session(folder, "bazaar", "default")):
        (folder / ".bazaar.default.json.00ff.part").write_text(SECRET)
        act()
        assert list(folder.glob(".*")) == []
    assert list(folder.iterdir()) == []


@posix
@pytest.mark.parametrize("wide", [0o640, 0o604, 0o620, 0o777])
def test_a_file_open_to_others_is_refused_with_the_command_that_closes_it(folder, wide):
    save_session(folder, session())
    stored(folder).chmod(wide)
    with pytest.raises(FileRefused, match=f"chmod 600 {stored(folder)}") as refused:
        load(folder)
    assert refused.value.exit_status == ExitStatus.HUMAN_NEEDED
    stored(folder).chmod(0o600)
    assert load(folder) == session()


@posix
def test_a_folder_open_to_others_is_refused_for_reading_and_writing(folder):
    save_session(folder, session())
    folder.chmod(0o755)
    for act in (lambda: load(folder), lambda: save_session(folder, session(cookie("other")))):
        with pytest.raises(FileRefused, match=f"chmod 700 {folder}"):
            act()
    folder.chmod(0o700)
    assert load(folder) == session()


@posix
def test_a_file_of_another_user_is_refused(folder, monkeypatch):
    save_session(folder, session())
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(FileRefused, match="another user"):
        load(folder)


@posix
def test_a_symbolic_link_is_never_followed(folder, tmp_path):
    save_session(folder, session())
    elsewhere = tmp_path / "elsewhere.json"
    stored(folder).rename(elsewhere)
    content = elsewhere.read_bytes()
    stored(folder).symlink_to(elsewhere)
    for act in (lambda: load(folder), lambda: save_session(folder, session(cookie("other")))):
        with pytest.raises(FileRefused, match="symbolic link"):
            act()
    assert elsewhere.read_bytes() == content
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(FileRefused, match="symbolic link"):
        load(link)
    assert forget_session(folder, "bazaar", "default")
    assert elsewhere.read_bytes() == content


@posix
def test_what_is_no_ordinary_file_is_refused_without_waiting(folder):
    save_session(folder, session())
    stored(folder).unlink()
    os.mkfifo(stored(folder), 0o600)
    with pytest.raises(FileRefused, match="not an ordinary file"):
        load(folder)


def write(folder, content):
    save_session(folder, session())
    stored(folder).write_bytes(content)


def changed(**changes):
    usual = {
        "format": 1,
        "portal": "bazaar",
        "account": "default",
        "saved_at": "2026-09-19T12:00:00Z",
        "verified_at": None,
        "source": "window",
        "cookies": [cookie()],
    }
    return json.dumps(usual | changes).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe" + SECRET.encode(),
        b'{"value": "' + SECRET.encode(),
        b"[" * 100_000,
        changed(format=2),
        changed(portal="other"),
        changed(account="other"),
        changed(saved_at=SECRET),
        changed(saved_at=None),
        changed(verified_at=5),
        changed(source=SECRET),
        changed(source=[]),
        changed(cookies=SECRET),
        changed(cookies=[SECRET]),
        changed(cookies=[cookie(value=SECRET + "\n")]),
        changed(cookies=[cookie()] * 201),
        changed(encrypted=5),
    ],
)
def test_a_broken_file_is_one_clear_line_without_its_content(folder, content):
    write(folder, content)
    with pytest.raises(SessionBroken) as broken:
        load(folder)
    said = str(broken.value)
    assert str(stored(folder)) in said
    assert said.isprintable()
    assert SECRET not in said
    assert broken.value.exit_status == ExitStatus.HUMAN_NEEDED


def test_the_file_the_broken_ones_are_made_of_is_sound(folder):
    write(folder, changed())
    assert load(folder) == session(verified_at=None)


def test_a_file_that_is_far_too_large_is_refused_unread(folder):
    write(folder, b" " * 20_000_000)
    with pytest.raises(FileRefused, match="larger"):
        load(folder)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.dictionaries(st.text(), st.text()).map(lambda d: json.dumps(d).encode()))
def test_no_content_raises_anything_else(content):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "sessions"
        write(folder, content)
        with pytest.raises(CrosstrackError):
            load(folder)


@pytest.mark.parametrize(
    ("portal", "account"),
    [
        ("bazaar", ""),
        ("bazaar", "../x"),
        ("bazaar", ".hidden"),
        ("bazaar", "A"),
        ("bazaar", "a" * 41),
        ("bazaar", "a\n"),
        ("a.b", "default"),
        ("../x", "default"),
    ],
)
def test_a_name_that_could_be_a_path_is_refused(folder, portal, account):
    held = replace(session(), portal=portal, account=account)
    for act in (
        lambda: load_session(folder, portal, account),
        lambda: forget_session(folder, portal, account),
        lambda: save_session(folder, held),
    ):
        with pytest.raises(UsageError):
            act()
    assert not folder.exists()


def test_accounts_are_listed_per_portal_and_forgotten_one_by_one(folder):
    for account in ("default", "work", "a.b-c_d"):
        save_session(folder, session(account=account))
    (folder / "bazaar2.default.json").write_text("")
    (folder / "notes.txt").write_text("")
    assert accounts(folder, "bazaar") == ["a.b-c_d", "default", "work"]
    assert forget_session(folder, "bazaar", "work") is True
    assert forget_session(folder, "bazaar", "work") is False
    assert accounts(folder, "bazaar") == ["a.b-c_d", "default"]


def test_the_folder_is_the_one_named_in_the_environment():
    assert default_sessions({"CROSSTRACK_SESSIONS": "/somewhere/else"}) == Path("/somewhere/else")
    assert default_sessions({}).parts[-2:] == ("crosstrack", "sessions")


# --- age and end ---------------------------------------------------------------------------------------


def test_the_likely_end_is_the_earliest_end_of_the_cookies_a_session_lives_by():
    held = session(
        cookie("member", expires=in_days(40)),
        cookie("signed", expires=in_days(30)),
        cookie("language", expires=in_days(1)),
        cookie("signed", expires=-1, path="/p"),
    )
    assert likely_end(held, BAZAAR) == NOW + timedelta(days=30)
    assert likely_end(session(cookie("member", expires=-1)), BAZAAR) is None
    assert likely_end(session(cookie("language")), BAZAAR) is None


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (session(), "signed in 12 days ago, verified 3 hours ago, likely good until 2026-10-31"),
        (
            session(cookie(expires=in_days(-1)), source="browser", saved_at=NOW - timedelta(days=1)),
            "taken from a browser 1 day ago, verified 3 hours ago, likely ended on 2026-09-30",
        ),
        (
            session(cookie(expires=-1), source="file", saved_at=NOW, verified_at=None),
            "taken from a file just now, never verified, its end is not known",
        ),
        (
            session(
                source="credentials", saved_at=NOW - timedelta(minutes=2), verified_at=NOW + timedelta(1)
            ),
            "signed in 2 minutes ago, verified just now, likely good until 2026-10-31",
        ),
    ],
)
def test_age_and_end_are_said_in_words(held, said):
    assert standing(held, BAZAAR, NOW) == said


def test_the_farthest_end_a_file_can_name_is_a_date(folder):
    write(folder, changed(cookies=[cookie(expires=1e300)]))
    assert likely_end(load(folder), BAZAAR).year == 9999


# --- encryption ----------------------------------------------------------------------------------------


class Keyring(types.ModuleType):
    """Stands in for the library `keyring`: one backend, whose entries are `kept`."""

    def __init__(self, priority=5, keeps=True, error=None):
        super().__init__("keyring")
        self.priority, self.keeps, self.error, self.kept = priority, keeps, error, {}

    def get_keyring(self):
        return self

    def get_password(self, service, name):
        if self.error:
            raise self.error
        return self.kept.get((service, name))

    def set_password(self, service, name, secret):
        if self.keeps:
            self.kept[service, name] = secret


@pytest.fixture
def keyring(monkeypatch):
    def use(**how):
        monkeypatch.setitem(sys.modules, "keyring", Keyring(**how))
        return sys.modules["keyring"]

    return use


def test_an_encrypted_file_shows_nothing_and_is_read_with_the_key_of_the_keyring(folder, keyring):
    kept = keyring().kept
    save_session(folder, session(), encrypt=True)
    text = stored(folder).read_text()
    assert SECRET not in text
    assert "member" not in text
    assert SECRET not in base64.urlsafe_b64decode(json.loads(text)["encrypted"]).decode("latin-1")
    assert load(folder) == replace(session(), encrypted=True)
    (key,) = kept.values()
    assert key not in text
    save_session(folder, session(cookie("other"), account="work"), encrypt=True)
    assert list(kept.values()) == [key]


def test_an_encrypted_session_cannot_pass_for_another_account(folder, keyring):
    keyring()
    save_session(folder, session(account="work"), encrypt=True)
    stored(folder, "work").rename(stored(folder))
    record = json.loads(stored(folder).read_text()) | {"account": "default"}
    stored(folder).write_text(json.dumps(record))
    with pytest.raises(SessionBroken, match="another account"):
        load(folder)


def forget_key(kept):
    kept.clear()


def change_key(kept):
    kept.update({name: base64.urlsafe_b64encode(b"k" * 32).decode() for name in kept})


def spoil_key(kept):
    kept.update(dict.fromkeys(kept, SECRET))


@pytest.mark.parametrize("spoil", [forget_key, change_key, spoil_key])
def test_without_the_right_key_an_encrypted_session_is_locked(folder, keyring, spoil):
    kept = keyring().kept
    save_session(folder, session(), encrypt=True)
    spoil(kept)
    with pytest.raises(SessionLocked) as locked:
        load(folder)
    assert locked.value.exit_status == ExitStatus.HUMAN_NEEDED
    assert SECRET not in str(locked.value)


def test_where_no_keyring_works_saving_is_refused_and_the_old_session_stays(folder, keyring):
    save_session(folder, session())
    for how in (
        {"error": RuntimeError(SECRET)},
        {"keeps": False},
        {"priority": 0.5},
    ):
        keyring(**how)
        with pytest.raises(CannotEncrypt, match="keyring") as refused:
            save_session(folder, session(cookie("other")), encrypt=True)
        assert SECRET not in str(refused.value)
        assert load(folder) == session()


def test_where_no_keyring_works_an_encrypted_session_is_locked_and_a_plain_one_is_not(folder, keyring):
    keyring()
    save_session(folder, session(), encrypt=True)
    save_session(folder, session(account="plain"))
    keyring(error=RuntimeError("no desktop"))
    with pytest.raises(SessionLocked, match="cannot be unlocked"):
        load(folder)
    assert load_session(folder, "bazaar", "plain") == session(account="plain")


@pytest.mark.parametrize("package", ["keyring", "cryptography.fernet"])
def test_without_the_extra_packages_the_command_that_installs_them_is_named(
    folder, keyring, monkeypatch, package
):
    keyring()
    save_session(folder, session(account="work"), encrypt=True)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(CannotEncrypt, match=r"pip install 'crosstrack\[keyring\]'"):
        save_session(folder, session(), encrypt=True)
    with pytest.raises(SessionLocked, match=r"pip install 'crosstrack\[keyring\]'"):
        load_session(folder, "bazaar", "work")
    assert load(folder) is None


@pytest.mark.parametrize("backend", ["fail", "null"])
def test_the_real_keyring_library_without_a_place_for_keys_refuses(folder, monkeypatch, backend):
    library = pytest.importorskip("keyring")
    module = pytest.importorskip(f"keyring.backends.{backend}")
    monkeypatch.setattr(library.core, "_keyring_backend", module.Keyring())
    with pytest.raises(CannotEncrypt):
        save_session(folder, session(), encrypt=True)
    assert accounts(folder, "bazaar") == []


# --- what `doctor` says --------------------------------------------------------------------------------


def checks(folder):
    return list(check_accounts(folder, {"bazaar": BAZAAR}, NOW))


def test_the_check_says_that_nobody_is_signed_in_and_is_content(folder):
    (check,) = checks(folder)
    assert (check.layer, check.works) == ("session", True)
    assert check.seen == "bazaar: no session is stored"


def test_the_check_tells_age_and_end_of_each_account(folder):
    save_session(folder, session())
    save_session(folder, session(cookie(expires=in_days(-2)), account="work"))
    good, ended = checks(folder)
    assert good.works
    assert good.seen.startswith("bazaar default: signed in 12 days ago, verified 3 hours ago, likely good")
    assert not ended.works
    assert "likely ended on 2026-09-29" in ended.seen
    assert "crosstrack login bazaar --account work" in ended.advice


def test_the_check_names_what_is_wrong_with_a_file_and_goes_on_to_the_next(folder, keyring):
    keyring()
    save_session(folder, session(account="locked"), encrypt=True)
    save_session(folder, session(account="broken"))
    save_session(folder, session(account="sound"))
    stored(folder, "broken").write_text(SECRET)
    keyring(error=RuntimeError("no desktop"))
    broken, locked, sound = checks(folder)
    assert [one.works for one in (broken, locked, sound)] == [False, False, True]
    assert "not JSON" in broken.seen
    assert "cannot be unlocked" in locked.seen
    assert SECRET not in str([broken, locked, sound])
