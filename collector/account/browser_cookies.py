"""The shop's cookies from a browser a person uses on this machine, read by the library rookie-cookies.

It comes with the extra `crosstrack[browser]` and is imported only here, when asked for. Only the shop's
domains are asked for. Chrome and Edge on Windows encrypt their cookies so that no other program reads them:
this is respected (the library's ways around it are switched off), and Firefox or an export is advised.
"""

import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from collector.account.cookies import Cookie, CookieRefused, of_shop
from collector.errors import HumanNeeded, UsageError
from scrapers.shop import Shop

INSTALL = "pip install 'crosstrack[browser]'"

_TIMEOUT_S = 120  # a keyring may ask the person first
_EXPORT = "export its cookies with an extension such as Cookie-Editor, and give the file with --cookies"
_SAME_SITE = {0: "None", 1: "Lax", 2: "Strict"}
_FIREFOX_FILE = "cookies.sqlite"
_FIREFOX_FORMAT = "mozilla_sqlite"


class BrowserCookiesError(HumanNeeded):
    """The browser's cookies cannot be had; the text says why, and what the person can do."""


@dataclass(frozen=True, slots=True)
class _Profile:
    """One profile of the browser and the shop's cookies in it, or why they cannot be read."""

    name: str
    cookies: tuple[Cookie, ...] = field(default=(), repr=False)
    trouble: str | None = None


def read(browser: str, shop: Shop, now: datetime, *, profile: str | None = None) -> list[Cookie]:
    """The shop's cookies in that browser that have not ended at `now`; at least one.

    `browser` is a name such as "firefox" or "chrome"; `profile` names one of its profiles, or is the folder
    of a Firefox profile. Without it, the one profile that looks signed in counts. Raises UsageError for a
    name that is not known, BrowserCookiesError for everything that keeps the cookies from being read.
    """
    browser, library = browser.lower(), _library()
    _refuse_unknown(library, browser)
    with _quiet():
        if profile is not None and (Path(profile) / _FIREFOX_FILE).is_file():
            found = [_firefox(library, profile, Path(profile) / _FIREFOX_FILE, shop, now)]
        else:
            report = _report(library, browser, shop, profile)
            found = [_profile(library, one, shop, now) for one in report["profiles"]]
    if not found:
        raise BrowserCookiesError(
            f"no profile of {browser} was found for this user; if there is one, name its folder as the "
            f"profile (Firefox shows it on about:profiles), or {_EXPORT}"
        )
    return list(_chosen(found, browser, shop).cookies)


def _library() -> ModuleType:
    try:
        import rookie_cookies
    except ImportError:
        raise BrowserCookiesError(f"reading a browser's cookies needs one more package: {INSTALL}") from None
    return rookie_cookies


def _refuse_unknown(library: ModuleType, browser: str) -> None:
    known = {str(one["id"]) for one in library.supported_browsers()}
    if browser not in known:
        raise UsageError(
            f"cookies are read here from {', '.join(sorted(known))}; for another browser {_EXPORT}"
        )


def _report(library: ModuleType, browser: str, shop: Shop, profile: str | None) -> dict[str, Any]:
    """What the library read: profiles, their sources, the shop's cookies in them, what went wrong."""
    domains = list(shop.cookie_domains)
    try:
        report: dict[str, Any] = library.browser_report(
            browser, profile, domains, timeout=_TIMEOUT_S, app_bound="disabled"
        )
    except library.RookieError as error:
        if error.code in ("unknown_profile", "ambiguous_profile"):
            raise UsageError(_not_a_profile(library, browser)) from None
        raise BrowserCookiesError(_unreadable(browser, str(error.code))) from None
    if report["termination"] != "completed":
        raise BrowserCookiesError(f"{browser} took too long; does a window ask to unlock its keyring?")
    if profile is not None and not report["profiles"]:
        raise UsageError(_not_a_profile(library, browser))
    return report


def _not_a_profile(library: ModuleType, browser: str) -> str:
    try:
        names = ", ".join(_name(one["profile"]) for one in library.browser_profiles(browser))
    except library.RookieError:
        names = ""  # it cannot even say which there are
    return f"that is none of {browser}'s profiles, or not the only one: it has {names or 'none at all'}"


def _profile(library: ModuleType, given: Mapping[str, Any], shop: Shop, now: datetime) -> _Profile:
    name, browser = _name(given["profile"]), given["profile"]["browser_id"]
    sources = [one for one in given["sources"] if one["selected"]]
    issues = [issue for one in sources for issue in one["issues"] if issue["severity"] == "error"]
    sealed = [issue for issue in issues if issue["stage"] == "decrypt"]
    if sealed:
        return _Profile(name, trouble=_sealed(browser, any(issue["tier"] == "v20" for issue in sealed)))
    if issues:
        return _Profile(name, trouble=_unreadable(browser, issues[0]["code"]))
    for one in sources:
        if one["source"]["format"] == _FIREFOX_FORMAT and not one["source"]["path_lossy"]:
            return _firefox(library, name, Path(one["source"]["path"]), shop, now)
    return _kept(name, [cookie for one in sources for cookie in one["cookies"]], shop, now)


def _firefox(library: ModuleType, name: str, file: Path, shop: Shop, now: datetime) -> _Profile:
    """The profile without its containers and private windows, whose cookies may be another account's."""
    try:
        rows = library.firefox_based_detailed(str(file), list(shop.cookie_domains))
    except library.RookieError as error:
        return _Profile(name, trouble=_unreadable("firefox", str(error.code)))
    plain = [one["cookie"] for one in rows if _is_plain(one["context"])]
    if rows and not plain:
        return _Profile(name, trouble=f"firefox keeps these cookies in a container only; {_EXPORT}")
    return _kept(name, plain, shop, now)


def _is_plain(context: Mapping[str, Any]) -> bool:
    """Whether a cookie of Firefox lies in no container, private window or partition."""
    keys = ("user_context_id", "private_browsing_id", "partition_key")
    stated = context["origin_attributes"] or ""
    return not any(context[key] for key in keys) and not stated.startswith("^")


def _kept(name: str, rows: Sequence[Mapping[str, Any]], shop: Shop, now: datetime) -> _Profile:
    cookies = [
        {
            **{key: row[key] for key in ("name", "value", "domain", "path", "expires", "secure")},
            "httpOnly": row["http_only"],
            "sameSite": _SAME_SITE.get(row["same_site"]),
        }
        for row in rows
    ]
    try:
        return _Profile(name, of_shop(cookies, shop, now))
    except CookieRefused as error:
        return _Profile(name, trouble=f"the browser's cookies cannot be used: {error}; {_EXPORT}")


def _chosen(found: Sequence[_Profile], browser: str, shop: Shop) -> _Profile:
    """The profile that looks signed in, else the first with cookies; raises BrowserCookiesError."""
    filled = [one for one in found if one.cookies]
    signed_in = [one for one in filled if shop.looks_signed_in({c["name"]: c["value"] for c in one.cookies})]
    if len(signed_in) > 1:
        names = ", ".join(one.name for one in signed_in)
        raise BrowserCookiesError(f"several profiles of {browser} look signed in ({names}); name one of them")
    troubles = [one.trouble for one in found if one.trouble is not None]
    if signed_in or (filled and not troubles):
        return (signed_in or filled)[0]
    sites = ", ".join(shop.cookie_domains)
    raise BrowserCookiesError(
        troubles[0] if troubles else f"{browser} has no cookies of {sites}; sign in there with it first"
    )


def _name(profile: Mapping[str, Any]) -> str:
    """A profile's folder, which is unlike any other's; what people call it may not be."""
    return Path(profile["path"]).name


def _unreadable(browser: str, code: str) -> str:
    return f"the cookies of {browser} cannot be read ({code}); close it and try again, or {_EXPORT}"


def _sealed(browser: str, is_bound: bool) -> str:
    if is_bound or sys.platform == "win32":
        return f"{browser} encrypts its cookies for itself alone; use Firefox instead, or {_EXPORT}"
    return f"the keyring that holds the key to {browser}'s cookies cannot be opened; unlock it, or {_EXPORT}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Within it the library's warnings go where the program's log goes, not straight to the terminal."""
    logger, handler = logging.getLogger("rookie_cookies"), logging.NullHandler()
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
