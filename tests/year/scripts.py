"""The data requests that the simulated pages' scripts make, made without running them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from fixtures.messages import Request
from fixtures.play.asking import Template
from fixtures.play.simulated import Simulated
from fixtures.play.world import simulated
from fixtures.sites import correos
from fixtures.sites.postnl import abroad

_COOKIE = re.compile(r"\{cookie:([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Call:
    """One data request."""

    url: str
    method: str = "GET"
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def calls(portal: str, url: str, shell: bytes, cookies: dict[str, str]) -> Iterator[Call]:
    """What the page at `url`, which arrived as `shell`, asks for, in this order."""
    if b"fetch(" not in shell and b"facts.fetches" not in shell:
        return
    special = _SPECIAL.get(portal)
    if special is not None:
        yield from special(url)
        return
    if portal not in simulated():
        return
    site = abroad.SITE if urlsplit(url).hostname in abroad.SITE.own_hosts else simulated()[portal]
    number, language = _asked(site, url)
    for one in site.fetches:
        yield _filled(one.ask, number, language, cookies)


def _asked(site: Simulated, url: str) -> tuple[str, str]:
    """Number and language in a page's address, its fragment included."""
    for address in site.pages:
        wanted = _in_fragment(address, url) or Template(address).read(_request(url))
        if wanted and wanted.get("number"):
            return wanted["number"], wanted.get("language") or site.habit.languages[site.habit.own_language]
    return "", site.habit.languages[site.habit.own_language]


def _in_fragment(address: str, url: str) -> dict[str, str] | None:
    gapped = address.partition("#")[2]
    if "{number}" not in gapped:
        return None
    pattern = re.escape(gapped)
    for gap in ("number", "language"):
        pattern = pattern.replace(re.escape(f"{{{gap}}}"), f"(?P<{gap}>[^/&?#]+)")
    found = re.fullmatch(pattern, url.partition("#")[2])
    return None if found is None else found.groupdict()


def _request(url: str) -> Request:
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return Request(0, parts.hostname or "", "GET", parts.path or "/", query)


def _filled(ask: Template, number: str, language: str, cookies: dict[str, str]) -> Call:
    url, body = ask.filled(number, language)
    form = isinstance(ask.body, str)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {"Content-Type": kind} if body else {}
    for name, value in ask.headers.items():
        headers[name] = _COOKIE.sub(lambda cookie: cookies.get(cookie[1], ""), value)
    return Call(url, ask.method, body, headers)


def _cainiao(url: str) -> Iterator[Call]:
    asked = parse_qs(urlsplit(url).query)
    numbers, language = asked.get("mailNoList", [""])[0], asked.get("lang", ["en-US"])[0]
    yield Call(f"https://global.cainiao.com/global/detail.json?mailNos={numbers}&lang={language}")


def _correos(url: str) -> Iterator[Call]:
    parts = urlsplit(url)
    number = parse_qs(parts.query).get("tracking-number", [""])[0]
    language = "EN" if "/es/en/" in parts.path else "ES"
    yield Call(f"https://{correos.SEARCH_HOST}{correos.SEARCH}?text={number}&language={language}")
    yield Call(f"https://{correos.EVENTS_HOST}{correos.EVENTS}{number}?codIdioma={language}&indUltEvento=N")


_SPECIAL: dict[str, Callable[[str], Iterator[Call]]] = {"cainiao": _cainiao, "correos": _correos}
