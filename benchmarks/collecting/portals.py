"""The two invented portals as Crosstrack takes them: ordinary modules of a portal."""

import json
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from benchmarks.collecting.pages import DRAWN, PRINTED
from scrapers.contract import (
    Confidence,
    Evidence,
    LayoutChanged,
    Page,
    Politeness,
    Portal,
    Reading,
    Row,
    State,
)
from scrapers.select import text_of, tree
from scrapers.words import Role

AT_ONCE = 6
PAUSE_S = 2
PACED = Politeness(PAUSE_S, 1_000_000, "as most portals want it")


class Printed(Portal):
    """Rows come with the document."""

    name = "printed"
    hosts = (PRINTED,)
    states = {"history": State(None, ("table.history",))}  # noqa: RUF012
    politeness = Politeness(0, 1_000_000, "it is ours", at_once=AT_ONCE)
    evidence = Evidence("captured", "2026-11")
    fetches = True
    example = "BX910000000CT"

    def accepts(self, number: str) -> Confidence:
        """Every number here is this portal's."""
        return Confidence(1.0, "invented for it")

    def url(self, number: str, language: str) -> str:
        """The page of a number."""
        return f"http://{self.hosts[0]}/track?n={number}"

    def number_in(self, url: str) -> str | None:
        """The number a page or reply is about."""
        return parse_qs(urlsplit(url).query).get("n", [None])[0]

    def parse(self, pages: Sequence[Page]) -> tuple[Reading, ...]:
        """The rows of the table."""
        root = tree(pages[0].text)
        main = root.css_first("main")
        if main is None or root.css_first("table.history") is None:
            raise LayoutChanged(self.name, "table.history")
        rows = tuple(
            Row(
                text_of(line, ".what") or "",
                time_text=text_of(line, ".time"),
                place=text_of(line, ".place"),
            )
            for line in root.css("tr.scan")
        )
        return (Reading(number=main.attributes.get("data-number"), rows=rows),)


class Drawn(Printed):
    """Rows come as data, and the page's script draws them."""

    name = "drawn"
    hosts = (DRAWN,)
    fetches = False
    payloads = (f"http://{DRAWN}/api/parcel",)

    def parse(self, pages: Sequence[Page]) -> tuple[Reading, ...]:
        """The rows of the data."""
        for page in pages:
            if page.role is Role.PAYLOAD:
                told = json.loads(page.text)
                rows = tuple(Row(what, time_text=time, place=place) for time, place, what in told["scans"])
                return (Reading(number=told["number"], rows=rows),)
        raise LayoutChanged(self.name, "the data")


def portal_named(name: str, *, paced: bool = False) -> Portal:
    """One of the two; with a pause between its visits if it is `paced`."""
    kind = Printed if name == "printed" else Drawn
    return type(kind.__name__, (kind,), {"politeness": PACED})() if paced else kind()
