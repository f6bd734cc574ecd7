"""Broken pages for every portal: each must end with a named outcome, and with no row it does not show.

Here: where whole pages come from, and what one test case is. A portal brings pages of its own by having a
folder under `fixtures/pages` or `fixtures/sites`, constants in `tests/scrapers/test_NAME.py`, or a folder of
captured pages where CROSSTRACK_CAPTURES points.
"""

import importlib
import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import scrapers
from scrapers.contract import LayoutChanged, Page, Portal, Reading
from scrapers.words import Role

_FIXTURES = Path(__file__).parents[2] / "fixtures"
_TYPES = {".html": (Role.DOM, "text/html"), ".json": (Role.PAYLOAD, "application/json")}
#: What the simulated portals' templates write for the number asked for.
_PLACEHOLDER = b"NUMBER"


@dataclass(frozen=True, slots=True)
class Sample:
    """A whole page, and what its portal reads from it (None: nothing).

    number  the one a visit to this page would ask for; `named` tells whether the page itself names it
    """

    source: str
    number: str
    named: bool
    page: Page
    reading: Reading | None


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
    roots = [_FIXTURES / "pages", _FIXTURES / "sites", *([Path(captures)] if captures else [])]
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
    address = portal.url(portal.example, portal.default_language)
    media_type = next(media for kind, media in _TYPES.values() if kind is role)
    page = Page(role, address, media_type, body, 200)
    try:
        reading = portal.parse([page])[0]
    except LayoutChanged:
        return Sample(source, portal.example, False, page, None)
    if reading.number is None:
        return Sample(source, portal.example, False, page, reading)
    page = Page(role, portal.url(reading.number, portal.default_language), media_type, body, 200)
    return Sample(source, reading.number, True, page, reading)
