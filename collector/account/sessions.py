"""Sessions: what a shop's cookies make of a signed-in account, one private file per portal and account.

`session_of` keeps of any cookies those a session may hold. Files are JSON; an encrypted one shows only whose
it is. A session is for the shop's own hosts: nothing here logs, prints or quotes what a cookie holds.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

from collector.account.cookies import (
    LARGEST_COOKIE,
    MOST_COOKIES,
    Cookie,
    CookieRefused,
    checked,
    of_shop,
    refuse_too_many,
)
from collector.account.encryption import SessionLocked, decrypted, encrypted
from collector.account.private_files import own_folder, read_private, remove_unfinished, write_private
from collector.errors import HumanNeeded, UsageError
from collector.read.offsets import iso_utc, parse_iso_utc
from scrapers.shop import Shop

__all__ = [
    "DEFAULT_ACCOUNT",
    "Cookie",
    "Session",
    "SessionBroken",
    "SessionLocked",
    "Source",
    "accounts",
    "forget_session",
    "likely_end",
    "load_session",
    "save_session",
    "session_of",
    "standing",
]

Source = Literal["window", "browser", "file", "credentials"]

DEFAULT_ACCOUNT = "default"

_ACCOUNT = r"[a-z0-9][a-z0-9._-]{0,39}"
_PORTAL = r"[a-z0-9][a-z0-9_-]{0,39}"
_FORMAT = 1
_LARGEST_FILE = 8 * MOST_COOKIES * LARGEST_COOKIE
_BEGAN = {
    "window": "signed in",
    "credentials": "signed in",
    "browser": "taken from a browser",
    "file": "taken from a file",
}


class SessionBroken(HumanNeeded):
    """A session file that does not hold a session."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in account. Times are instants.

    saved_at     when the person signed in, or brought the cookies
    verified_at  when the shop last showed its list of orders to this session, None if it never did
    source       where the cookies came from
    encrypted    whether the file it was loaded from is encrypted; for who stores it again
    """

    portal: str
    account: str
    cookies: tuple[Cookie, ...] = field(repr=False)
    saved_at: datetime
    verified_at: datetime | None
    source: Source
    encrypted: bool = False


def session_of(
    shop: Shop,
    account: str,
    cookies: Iterable[Mapping[str, object]],
    *,
    now: datetime,
    source: Source,
    verified_at: datetime | None = None,
) -> Session:
    """A session begun at `now`, of those of `cookies` that are the shop's and have not ended.

    Raises CookieRefused where one of them is malformed.
    """
    return Session(shop.name, account, of_shop(cookies, shop, now), now, verified_at, source)


def load_session(folder: Path, portal: str, account: str) -> Session | None:
    """The session stored for that account, None if there is none.

    Raises SessionBroken, SessionLocked where it is encrypted and the key cannot be had, and FileRefused
    where others could read it.
    """
    path = _file(folder, portal, account)
    if not folder.exists():
        return None
    own_folder(folder)
    content = read_private(path, most_bytes=_LARGEST_FILE)
    if content is None:
        return None
    try:
        record = _record(content)
        is_encrypted = "encrypted" in record
        if is_encrypted:
            record = _record(decrypted(_text(record, "encrypted")))
        return replace(_session(record, portal, account), encrypted=is_encrypted)
    except (ValueError, CookieRefused) as error:
        raise SessionBroken(f"{path} holds no session ({error}); sign in again") from None


def save_session(folder: Path, session: Session, *, encrypt: bool = False) -> None:
    """Store the session in place of the one there was.

    Raises CannotEncrypt where it is to be encrypted and no keyring keeps the key, CookieRefused, FileRefused.
    """
    path = _file(folder, session.portal, session.account)
    record: dict[str, object] = {
        "format": _FORMAT,
        "portal": session.portal,
        "account": session.account,
        "saved_at": iso_utc(session.saved_at),
        "verified_at": None if session.verified_at is None else iso_utc(session.verified_at),
        "source": session.source,
        "cookies": [checked(cookie) for cookie in session.cookies],
    }
    refuse_too_many(session.cookies)
    if encrypt:
        token = encrypted(json.dumps(record).encode())
        record = {key: record[key] for key in ("format", "portal", "account")} | {"encrypted": token}
    write_private(path, json.dumps(record, indent=1).encode())


def accounts(folder: Path, portal: str) -> list[str]:
    """The accounts of `portal` there are session files for, usable or not, sorted."""
    found = (re.fullmatch(rf"{re.escape(portal)}\.({_ACCOUNT})\.json", path.name) for path in _files(folder))
    return sorted(match[1] for match in found if match)


def forget_session(folder: Path, portal: str, account: str) -> bool:
    """Whether there was a session of that account; it is gone now. Raises SessionBroken if it cannot go."""
    path = _file(folder, portal, account)
    remove_unfinished(path)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise SessionBroken(f"{path} cannot be removed: {error.strerror}") from None
    return True


def likely_end(session: Session, shop: Shop) -> datetime | None:
    """The earliest end of the cookies the shop's sessions live by, None if none of them has one."""
    ends = [
        float(cookie["expires"])
        for cookie in session.cookies
        if cookie["name"] in shop.session_cookies and cookie["expires"] > 0
    ]
    return datetime.fromtimestamp(min(ends), UTC) if ends else None


def standing(session: Session, shop: Shop, now: datetime) -> str:
    """How old the session is and how long it will do, in words."""
    verified = "never verified"
    if session.verified_at is not None:
        verified = f"verified {_ago(now - session.verified_at)}"
    end, until = likely_end(session, shop), "its end is not known"
    if end is not None:
        until = f"{'likely good until' if end > now else 'likely ended on'} {end.date().isoformat()}"
    return f"{_BEGAN[session.source]} {_ago(now - session.saved_at)}, {verified}, {until}"


def _ago(age: timedelta) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(age.total_seconds() // length)
        if count >= 1:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def _file(folder: Path, portal: str, account: str) -> Path:
    """A portal's name has no dot in it, so that no two accounts share a file."""
    if not re.fullmatch(_PORTAL, portal):
        raise UsageError("a portal's name has only a-z, 0-9, _ and -, and at most 40 of them")
    if not re.fullmatch(_ACCOUNT, account):
        raise UsageError("an account's name has only a-z, 0-9, ., _ and -, and at most 40 of them")
    return folder / f"{portal}.{account}.json"


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SessionBroken(f"{folder} cannot be listed: {error.strerror}") from None


def _record(content: bytes) -> dict[str, object]:
    try:
        record = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None  # the decoder's own words may quote what it read
    if not isinstance(record, dict):
        raise ValueError("it is no JSON object")
    if record.get("format") != _FORMAT:
        raise ValueError(f"its format is not {_FORMAT}: is it from a newer Crosstrack?")
    return record


def _session(record: dict[str, object], portal: str, account: str) -> Session:
    if (record.get("portal"), record.get("account")) != (portal, account):
        raise ValueError("it is of another account")
    given, source = record.get("cookies"), record.get("source")
    if not isinstance(given, list) or not all(isinstance(cookie, dict) for cookie in given):
        raise ValueError("it has no list of cookies")
    known = next((one for one in get_args(Source) if one == source), None)
    if known is None:
        raise ValueError("it does not say where it came from")
    cookies = tuple(checked(cookie) for cookie in given)
    refuse_too_many(cookies)
    verified_at = None if record.get("verified_at") is None else _instant(record, "verified_at")
    return Session(portal, account, cookies, _instant(record, "saved_at"), verified_at, known)


def _instant(record: dict[str, object], key: str) -> datetime:
    try:
        return parse_iso_utc(_text(record, key))
    except ValueError:
        raise ValueError(f"its {key} is no time") from None


def _text(record: dict[str, object], key: str) -> str:
    text = record.get(key)
    if not isinstance(text, str):
        raise ValueError(f"its {key} is no text")
    return text
