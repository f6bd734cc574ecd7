"""Cookies in the form Playwright's `add_cookies` takes, and which of them may become part of a session.

A `Cookie` has name, value, domain, path, expires (Unix seconds, -1 for one that ends with the browser),
httpOnly, secure and sameSite ("Strict", "Lax" or "None"); `partitionKey` only where the browser gave one.
What is said about a refused cookie never holds any part of it: in a damaged file a value can stand anywhere.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from collector.errors import CrosstrackError
from scrapers.shop import Shop

Cookie: TypeAlias = dict[str, Any]

MOST_COOKIES = 200
LARGEST_COOKIE = 8 * 1024

_DOMAIN = re.compile(r"\.?(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SAME_SITE = ("Strict", "Lax", "None")
_YEAR_9999 = 253_402_300_799.0
_SECONDS_END = 1e11  # in the year 5138; Firefox has counted milliseconds since version 142


class CookieRefused(CrosstrackError):
    """A cookie, or their number, that no browser would have made; the text says what is wrong with it."""


def of_shop(cookies: Iterable[Mapping[str, object]], shop: Shop, now: datetime) -> tuple[Cookie, ...]:
    """Those of `cookies` that are the shop's and have not ended at `now`, the last where one comes twice.

    Raises CookieRefused where one of the shop's is malformed; what belongs to others is not looked at.
    """
    kept: dict[tuple[object, ...], Cookie] = {}
    for given in cookies:
        if belongs(given.get("domain"), shop.cookie_domains):
            cookie = checked(given)
            kept[tuple(cookie.get(key) for key in ("name", "domain", "path", "partitionKey"))] = cookie
    alive = tuple(cookie for cookie in kept.values() if not has_ended(cookie, now))
    refuse_too_many(alive)
    return alive


def belongs(domain: object, domains: Iterable[str]) -> bool:
    """Whether `domain` is one of `domains` or lies below one."""
    if not isinstance(domain, str):
        return False
    host = domain.lower().removeprefix(".")
    return any(host == top or host.endswith(f".{top}") for top in (d.removeprefix(".") for d in domains))


def has_ended(cookie: Cookie, now: datetime) -> bool:
    """Whether the cookie's time was over at `now`; one without an end never is."""
    return 0 < float(cookie["expires"]) <= now.timestamp()


def checked(given: Mapping[str, object]) -> Cookie:
    """`given` with every key there and in its usual form. Raises CookieRefused."""
    name, value, path = (_text(given, key) for key in ("name", "value", "path"))
    if not name or re.search(r"[=;]", name):
        raise CookieRefused("a cookie's name is empty or holds '=' or ';'")
    if ";" in value or ";" in path:
        raise CookieRefused("a cookie's value or path holds ';'")
    secure = given.get("secure") is True
    cookie: Cookie = {
        "name": name,
        "value": value,
        "domain": _domain(given.get("domain")),
        "path": path if path.startswith("/") else "/",
        "expires": unix_seconds(given.get("expires", -1)),
        "httpOnly": given.get("httpOnly") is True,
        "secure": secure,
        "sameSite": _same_site(given.get("sameSite"), secure),
    }
    if given.get("partitionKey"):
        cookie["partitionKey"] = _text(given, "partitionKey")
    if sum(len(part.encode()) for part in cookie.values() if isinstance(part, str)) > LARGEST_COOKIE:
        raise CookieRefused(f"a cookie is larger than {LARGEST_COOKIE} bytes")
    return cookie


def refuse_too_many(cookies: tuple[Cookie, ...]) -> None:
    """Raises CookieRefused where there are more cookies than one shop sets."""
    if len(cookies) > MOST_COOKIES:
        raise CookieRefused(f"{len(cookies)} cookies of one shop are more than {MOST_COOKIES}")


def unix_seconds(value: object) -> float:
    """When a cookie ends, in Unix seconds; -1 where it ends with the browser. Raises CookieRefused."""
    if value is None:
        return -1
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise CookieRefused("a cookie's end is no number")
    if value <= 0:
        return -1
    seconds = value / 1000 if value >= _SECONDS_END else value
    return min(seconds, _YEAR_9999)


def _text(given: Mapping[str, object], key: str) -> str:
    text = given.get(key, "")
    if not isinstance(text, str):
        raise CookieRefused(f"a cookie's {key} is no text")
    if _CONTROL.search(text):
        raise CookieRefused(f"a cookie's {key} holds a control character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CookieRefused(f"a cookie's {key} holds half a character") from None
    return text


def _domain(domain: object) -> str:
    lower = domain.lower() if isinstance(domain, str) else ""
    if len(lower) > 254 or not _DOMAIN.fullmatch(lower):
        raise CookieRefused("a cookie's domain is no host name")
    return lower


def _same_site(value: object, secure: bool) -> str:
    """Browsers take a cookie that says nothing for Lax, and drop an insecure one that says None."""
    if value is not None and value not in _SAME_SITE:
        raise CookieRefused("a cookie's sameSite is none of Strict, Lax, None")
    return "Lax" if value is None or (value == "None" and not secure) else str(value)
