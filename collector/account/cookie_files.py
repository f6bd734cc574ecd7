"""Cookies a person exported from their own browser: read from a file, whichever common form it has.

Browser extensions ("Cookie-Editor", "Get cookies.txt LOCALLY") make such files; `cookie_forms` says which
forms are known. A whole browser's export is welcome: what is not the shop's is not looked at.
"""

import re
from collections import Counter
from datetime import datetime
from pathlib import Path

from collector.account.cookie_forms import BadCookie, Placed, cookies_in
from collector.account.cookies import Cookie, CookieRefused, belongs, checked, of_shop
from collector.account.private_files import exposure
from collector.errors import UsageError
from scrapers.shop import Shop

LARGEST_FILE = 5 * 1024 * 1024

_HOST = re.compile(r"\.?(?:[a-z0-9-]{1,30}\.){1,4}[a-z]{2,20}")
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class CookieFileError(UsageError):
    """The file holds no cookies that can be used: which file, which line, and why."""


def read_cookies(path: Path, shop: Shop, now: datetime) -> list[Cookie]:
    """The shop's cookies in the file that have not ended at `now`; at least one. Raises CookieFileError."""
    try:
        placed = list(cookies_in(_text(path), shop.cookie_domains[0]))
    except BadCookie as error:
        raise CookieFileError(f"{path}, {error}") from None
    own = [one for one in placed if belongs(one[1].get("domain"), shop.cookie_domains)]
    for where, cookie in own:
        _check(path, where, cookie)
    try:
        alive = of_shop((cookie for _, cookie in own), shop, now)
    except CookieRefused as error:
        raise CookieFileError(f"{path}: {error}") from None
    if not alive:
        raise CookieFileError(f"{path}: {_nothing(placed, own, shop)}")
    return list(alive)


def warning(path: Path) -> str | None:
    """What to tell the person about the file itself: others can read it; None if they cannot."""
    return exposure(path)


def _text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise CookieFileError(f"{path} is no file")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise CookieFileError(f"{path}: {getattr(error, 'strerror', None) or 'cannot be opened'}") from None
    if len(content) > LARGEST_FILE:
        raise CookieFileError(f"{path}: larger than {LARGEST_FILE} bytes; export this site's cookies only")
    try:
        return content.decode(_BYTE_ORDER_MARKS.get(content[:2], "utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CookieFileError(f"{path}, line {line}: this is not UTF-8 text") from None


def _check(path: Path, where: str, cookie: Cookie) -> None:
    try:
        checked(cookie)
    except CookieRefused as error:
        raise CookieFileError(f"{path}, {where}: {error}") from None


def _nothing(placed: list[Placed], own: list[Placed], shop: Shop) -> str:
    """Why there is nothing to use. Host names are told: they say on which site the export was made."""
    sites = ", ".join(shop.cookie_domains)
    if own:
        return f"its cookies of {sites} have all ended; sign in with your browser and export them again"
    if not placed:
        return "it holds no cookies"
    hosts = (cookie.get("domain") for _, cookie in placed)
    others = Counter(host for host in hosts if isinstance(host, str) and _HOST.fullmatch(host))
    named = ", ".join(host for host, _ in others.most_common(3)) or "other sites"
    return f"it holds no cookies of {sites}, but of {named}; export them on the shop's site, signed in"
