"""Broken pages for every portal: each must end with a named outcome, and with no row it does not show.

Here: where whole pages come from, and what one test case is. A portal brings pages of its own by having a
folder under `fixtures/pages`, `fixtures/sites` or `pages` beside this file, constants in
`tests/scrapers/test_NAME.py`, or a folder of captured pages where CROSSTRACK_CAPTURES points.
"""

import importlib
import importlib.util
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import scrapers
from collector.visit.asked import ShopPage
from scrapers.contract import LayoutChanged, Page, Portal, Reading
from scrapers.shop import Shop
from scrapers.words import Outcome, Role

_FIXTURES = Path(__file__).parents[2] / "fixtures"
_TYPES = {".html": (Role.DOM, "text/html"), ".json": (Role.PAYLOAD, "application/json")}
#: What the simulated portals' templates write for the number asked for.
_PLACEHOLDER = b"NUMBER"


@dataclass(frozen=True, slots=True)
class Sample:
    """A whole page, and what its portal reads from it (None: nothing).

    number  the one a visit to this page would ask for, of a shop the order; `named` tells whether the page
            itself names it
    kind    which page of a shop it is, None on portals that are asked numbers
    """

    source: str
    number: str
    named: bool
    page: Page
    reading: Reading | None
    kind: ShopPage | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A visit with a changed page. `mutations` names what was done, in order; `seed` makes it again.

    foreign  the page is whole, but speaks of another number than the one asked for
    """

    portal: Portal
    seed: int
    sample: Sample
    pages: tuple[Page, ...]
    mutations: tuple[str, ...]
    foreign: bool


def portals() -> tuple[Portal, ...]:
    """The portals of this repository; those of installed packages answer to their own tests."""
    return tuple(p for p in scrapers.portals().values() if type(p).__module__.startswith("scrapers."))


@cache
def samples(name: str) -> tuple[Sample, ...]:
    """The whole pages of the portal called `name`, in an order that depends on nothing but what is there."""
    portal = scrapers.portals()[name]
    found: dict[tuple[Role, bytes], Sample] = {}
    for source, role, body in (*_saved(portal), *_written_for_tests(portal)):
        found.setdefault((role, body), _sample(portal, source, role, body))
    return tuple(found.values())


def _saved(portal: Portal) -> Iterator[tuple[str, Role, bytes]]:
    captures = os.environ.get("CROSSTRACK_CAPTURES")
    own = [_FIXTURES / "pages", Path(__file__).parent / "pages", _FIXTURES / "sites"]
    roots = [*own, *([Path(captures)] if captures else [])]
    for root in roots:
        for file in sorted((root / portal.name).rglob("*")):
            if file.suffix in _TYPES:
                body = file.read_bytes().replace(_PLACEHOLDER, portal.example.encode())
                yield f"{root.name}/{portal.name}/{file.name}", _TYPES[file.suffix][0], body


def _written_for_tests(portal: Portal) -> Iterator[tuple[str, Role, bytes]]:
    name = f"tests.scrapers.test_{portal.name}"
    if importlib.util.find_spec(name) is None:
        return
    for constant, body in _constants(importlib.import_module(name)):
        is_page = body.lstrip().startswith((b"<", b"{", b"["))
        if is_page and len(body) > 40:
            role = Role.DOM if body.lstrip().startswith(b"<") else Role.PAYLOAD
            yield f"{name}.{constant}", role, body


def _constants(module: ModuleType) -> Iterator[tuple[str, bytes]]:
    for name, value in vars(module).items():
        if not name.isupper():
            continue
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Page):
                yield name, item.body
            elif isinstance(item, bytes):
                yield name, item
            elif isinstance(item, str):
                yield name, item.encode()


def _sample(portal: Portal, source: str, role: Role, body: bytes) -> Sample:
    media_type = next(media for kind, media in _TYPES.values() if kind is role)
    if isinstance(portal, Shop):
        return _shop_sample(portal, source, Page(role, "", media_type, body, 200))
    address = portal.url(portal.example, portal.default_language)
    page = Page(role, address, media_type, body, 200)
    reading = _read(portal, page)
    if reading is None or reading.number is None:
        return Sample(source, portal.example, False, page, reading)
    page = replace(page, url=portal.url(reading.number, portal.default_language))
    return Sample(source, reading.number, True, page, reading)


def _shop_sample(shop: Shop, source: str, page: Page) -> Sample:
    """The page under the address of the kind its file's name begins with, else of what it is read best as."""
    language, order = shop.default_language, shop.example
    addresses: dict[ShopPage, str] = {
        "tracking": shop.url(order, language),
        "list": shop.list_url(language),
        "detail": shop.order_url(order, language),
    }
    named = [kind for kind in addresses if Path(source).name.startswith(kind)]
    tried = []
    for kind in named or addresses:
        at = replace(page, url=_data_address(shop, page) or addresses[kind])
        tried.append(Sample(source, order, kind == "detail", at, _read(shop, at), kind))
    return min(tried, key=_how_well)


def _data_address(shop: Shop, page: Page) -> str | None:
    """Where the page's own script would have asked for this reply, about the order that tests ask for."""
    said = re.search(rb'"api"\s*:\s*"([^"]+)"', page.body) if page.role is Role.PAYLOAD else None
    service = said[1].decode().lower() if said else "/"
    asked = quote(json.dumps({"tradeOrderId": shop.example, "_lang": "en_US"}))
    found = (glob.replace("*", f"1.0/?data={asked}") for glob in shop.payloads if f"/{service}/" in glob)
    return next(found, None)


def _how_well(sample: Sample) -> int:
    """0 where rows or orders are read, more where less is."""
    if sample.reading is None:
        return 3
    if sample.reading.outcome in (Outcome.OK, Outcome.NO_EVENTS_YET):
        return 0 if sample.reading.rows or sample.reading.orders else 1
    return 2


def _read(portal: Portal, page: Page) -> Reading | None:
    try:
        return portal.parse([page])[0]
    except LayoutChanged:
        return None
