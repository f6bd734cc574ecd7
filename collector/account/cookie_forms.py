"""The forms cookies are exported in, read as text: Netscape's, JSON of several makers, a `Cookie:` header.

Every function gives the cookies with where each stands ("line 3", "cookie 7"), not yet checked beyond their
form. What is said about a bad one never quotes it.

Netscape   cookies.txt of curl and wget: domain, subdomains too, path, secure, end, name, value; tabs between
JSON       EditThisCookie and Cookie-Editor (an array, `expirationDate`), Playwright's storage state (an
           object with `cookies`), Puppeteer and Selenium (an array, `expires` or `expiry`), Cookie Quick
           Manager of Firefox (an array, `Host raw`, `Content raw`)
header     `a=b; c=d`, with or without `Cookie:` before it
"""

import json
import re
from collections.abc import Iterator
from typing import TypeAlias

from collector.account.cookies import Cookie, CookieRefused

Placed: TypeAlias = tuple[str, Cookie]

_HTTP_ONLY = "#HttpOnly_"
_FLAGS = {"true": True, "false": False}
_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_SAME_SITE = {
    "": "Lax",
    "unspecified": "Lax",
    "lax": "Lax",
    "strict": "Strict",
    "none": "None",
    "no_restriction": "None",
}
_NAME, _VALUE, _DOMAIN = ("name", "Name raw"), ("value", "Content raw"), ("domain", "Host raw")
_PATH, _END = ("path", "Path raw"), ("expirationDate", "expires", "expiry", "Expires raw")
_SECURE, _SENT_ONLY = ("secure", "Send for raw"), ("httpOnly", "HTTP only raw")
_OF_ONE_HOST = ("hostOnly", "This domain only raw")


class BadCookie(Exception):
    """A cookie that cannot be read: where it stands, and why."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")


def cookies_in(text: str, main_domain: str) -> Iterator[Placed]:
    """The cookies in `text`, its form told by what it holds. Raises BadCookie.

    A header does not say whose its cookies are: they are taken for `main_domain`'s, and sent over TLS only.
    """
    inner = text.strip()
    if inner[:1] in ("[", "{"):
        return json_cookies(inner)
    if re.match(r"(?:cookie:)?\s*[^\s=;#]+=[^\t\r\n]*\Z", inner, re.IGNORECASE):
        return header_cookies(inner, main_domain)
    return netscape_cookies(text)


def netscape_cookies(text: str) -> Iterator[Placed]:
    """The cookies of a cookies.txt. Raises BadCookie."""
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        is_http_only = line.startswith(_HTTP_ONLY)
        line = line.removeprefix(_HTTP_ONLY)
        if line.strip() and (is_http_only or not line.startswith("#")):
            where = f"line {number}"
            yield where, _netscape_cookie(where, line, is_http_only)


def json_cookies(text: str) -> Iterator[Placed]:
    """The cookies of a JSON export. Raises BadCookie."""
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadCookie(f"line {error.lineno}", "this is not JSON") from None
    except (ValueError, RecursionError):
        raise BadCookie("line 1", "this is not JSON") from None
    if isinstance(given, dict):
        given = given.get("cookies")
    if not isinstance(given, list):
        raise BadCookie("line 1", "there is no list of cookies in this JSON")
    for number, record in enumerate(given, start=1):
        where = f"cookie {number}"
        if not isinstance(record, dict):
            raise BadCookie(where, "it is no JSON object")
        try:
            yield where, _json_cookie(record)
        except CookieRefused as error:
            raise BadCookie(where, str(error)) from None


def header_cookies(text: str, main_domain: str) -> Iterator[Placed]:
    """The cookies of a `Cookie:` header. Raises BadCookie."""
    pairs = re.sub(r"\Acookie:", "", text, flags=re.IGNORECASE).split(";")
    for number, pair in enumerate(pairs, start=1):
        name, equals, value = pair.strip().partition("=")
        if name and not equals:
            raise BadCookie(f"cookie {number}", "it has no '='")
        if name:
            domain = f".{main_domain.removeprefix('.')}"
            yield f"cookie {number}", {"name": name, "value": value, "domain": domain, "secure": True}


def _netscape_cookie(where: str, line: str, is_http_only: bool) -> Cookie:
    fields = line.split("\t")
    if len(fields) == 1 and len(line.split()) >= 6:
        raise BadCookie(where, "its fields are parted by spaces, not by tabs; export it again")
    if len(fields) == 6:
        fields.append("")  # editors drop the tab before an empty value
    if len(fields) != 7:
        raise BadCookie(where, f"it has {len(fields)} fields, not 7 parted by tabs")
    domain, below, path, secure, end, name, value = fields
    if below.lower() not in _FLAGS or secure.lower() not in _FLAGS:
        raise BadCookie(where, "its second and fourth field must be TRUE or FALSE")
    if not _NUMBER.fullmatch(end):
        raise BadCookie(where, "its fifth field, the end, is no number")
    return {
        "name": name,
        "value": value,
        "domain": f".{domain.removeprefix('.')}" if _FLAGS[below.lower()] else domain,
        "path": path,
        "expires": float(end),
        "httpOnly": is_http_only,
        "secure": _FLAGS[secure.lower()],
    }


def _json_cookie(record: dict[str, object]) -> Cookie:
    same_site = _first(record, ("sameSite", "SameSite raw")) or ""
    if not isinstance(same_site, str) or same_site.lower() not in _SAME_SITE:
        raise CookieRefused("its sameSite is not one that is known")
    cookie: Cookie = {
        "name": _first(record, _NAME),
        "value": _first(record, _VALUE),
        "domain": _host(record),
        "path": _first(record, _PATH) or "/",
        "expires": -1 if record.get("session") is True else _end(_first(record, _END)),
        "httpOnly": _flag(record, _SENT_ONLY) or False,
        "secure": _flag(record, _SECURE) or False,
        "sameSite": _SAME_SITE[same_site.lower()],
    }
    if isinstance(record.get("partitionKey"), str):
        cookie["partitionKey"] = record["partitionKey"]
    return cookie


def _host(record: dict[str, object]) -> str:
    """The domain, with a leading dot where hosts below it get the cookie too."""
    domain = _first(record, _DOMAIN)
    if not isinstance(domain, str):
        raise CookieRefused("it names no domain")
    domain = re.sub(r"\Ahttps?://", "", domain).partition("/")[0]
    of_one_host = _flag(record, _OF_ONE_HOST)
    if of_one_host is None:
        return domain
    return domain.removeprefix(".") if of_one_host else f".{domain.removeprefix('.')}"


def _first(record: dict[str, object], keys: tuple[str, ...]) -> object:
    return next((record[key] for key in keys if record.get(key) is not None), None)


def _flag(record: dict[str, object], keys: tuple[str, ...]) -> bool | None:
    value = _first(record, keys)
    if isinstance(value, str):
        value = _FLAGS.get(value.lower(), value)
    if value is None or isinstance(value, bool):
        return value
    raise CookieRefused(f"its {keys[0]} is neither true nor false")


def _end(value: object) -> object:
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
