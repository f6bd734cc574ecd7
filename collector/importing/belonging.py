"""Which portal a URL belongs to, and which number it asks for. Any text is accepted as a URL."""

import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

from scrapers.contract import Portal
from scrapers.numbers import NumberError, tracking_number

_MAX_URL = 8_000


def host_of(url: str) -> str | None:
    """The host a web address names, in lower case; None for anything else."""
    if len(url) > _MAX_URL:
        return None
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None


def is_page_of(portal: Portal, url: str) -> bool:
    """Whether `url` is on a host of `portal` that may be navigated to."""
    return host_of(url) in portal.hosts


def is_payload_of(portal: Portal, url: str) -> bool:
    """Whether `url`, its query left aside, is one of the data requests `portal` declares."""
    if host_of(url) is None:
        return False
    address = url.partition("#")[0].partition("?")[0]
    return any(_glob(glob).fullmatch(address) for glob in portal.payloads)


def number_asked(portal: Portal, urls: Iterable[str]) -> str | None:
    """The number the first of `urls` that names one asks `portal` for, None if none of them does."""
    for url in urls:
        if is_page_of(portal, url) or is_payload_of(portal, url):
            number = spelling(portal.number_in(url))
            if number is not None:
                return number
    return None


def spelling(number: str | None) -> str | None:
    """The one spelling of `number`, None if it is no tracking number."""
    try:
        return None if number is None else tracking_number(number)
    except (NumberError, StopIteration):  # StopIteration: a number that begins with a sign
        return None


@cache
def _glob(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, glob.split("*"))), re.DOTALL)
