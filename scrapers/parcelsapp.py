"""ParcelsApp, a universal tracker: what it gathers from other carriers' pages, in one list.

Shows time, text, place (in its reply only) and carrier of each row. Never shows an event code. Its carriers
are guesses: rows stand under the wrong one, and a number of one carrier was answered with another's parcel.
Most of its times are the wall clock of the scan's place labelled UTC or with another wrong offset; the page
prints the same digits without the label. A row can lack its time (printed "aN Inv NaN").

The page asks one service, whose reply does not repeat the number: the page does. Seen: one reply of 2026-09.
Documented: prompts, refusals and the page (2022 to 2026).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.contract import (
    Evidence,
    LayoutChanged,
    Page,
    Politeness,
    Reading,
    RelatedNumber,
    Row,
    State,
)
from scrapers.payload import Record, Reply, items_at, read_rows, records_at, string_at, whole_at
from scrapers.select import collapse, maybe, text_of, tree
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of
from scrapers.words import Outcome, Role

NAME = "parcelsapp"

STATES = {"events": State(None, (".tracking-info .parcel .events > .event",))}

#: `error` of a reply without rows: no history; no carrier has such numbers; the browser was not believed.
ERRORS = {
    "NO_DATA": Outcome.NOT_FOUND,
    "NO_TRACKER": Outcome.NOT_FOUND,
    "RELOAD": Outcome.CHALLENGE,
}
#: How the site's own row begins that stands where there is no history.
NOTHING = "No information about your package"
ROWS = ".events > .event"
DATE = ".event-time strong"
CLOCK = ".event-time span"
TEXT = ".event-content strong"
CARRIER = ".event-content .carrier"
#: What a row holds that asks for a postcode or a country.
PROMPT = "input, select, form"
#: A date the page's script could not read.
NO_DATE = "NaN"
ATTRIBUTES = ".tracking-info .parcel .parcel-attributes tr"
VALUE = ("td.value > span:last-child", "td.value")
#: First cells of the table above the rows.
NUMBER = "Tracking number"
NEXT_NUMBERS = "Next tracking numbers"

REPLY = "reply"
PAGE = "page"


class ParcelsApp(TrackingPortal):
    """ParcelsApp's public tracking page."""

    name = NAME
    hosts = ("parcelsapp.com",)
    payloads = ("https://parcelsapp.com/api/v2/parcels",)
    layouts = (REPLY, PAGE)
    dates_rows = True
    states = STATES
    politeness = Politeness(30, 50, "each first look-up makes it ask many carriers, up to half a minute")
    evidence = Evidence("captured", "2026-09", "one reply captured; prompts and page documented to 2026")
    example = "LP00712345678901"
    address = Address(
        "https://parcelsapp.com/{language}/tracking/{number}",
        path=re.compile(r"/[a-z]{2}/tracking/(?P<number>[^/]+)"),
    )
    looked_for = f"states[] in a reply, or {ROWS}"

    def parse(self, pages: Sequence[Page]) -> tuple[Reading, ...]:
        """As every portal, with the number and what else the table above the rows names."""
        readings = super().parse(pages)
        tables = [_table(tree(page.text)) for page in pages if page.role is Role.DOM]
        shown = next((table for table in tables if table), {})
        return tuple(_named(one, shown) for one in readings)

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """What the service says of the number asked for, which it does not repeat."""
        value = answer.record
        refusal = ERRORS.get(string_at(value, "error") or "")
        if refusal is not None:
            return (Reading(refusal),)
        states = items_at(value, "states")
        if states is None:
            raise LayoutChanged(NAME, "states[] or a known error in a reply")
        # Not rows of the parcel: a field to fill in, or what a carrier's site answered.
        asking = [one for one in states if isinstance(one, dict) and one.get("require_fields")]
        told = [one for one in states if not (isinstance(one, dict) and ("error" in one or one in asking))]
        rows, problems = read_rows(told, partial(_state, carriers=items_at(value, "carriers") or []))
        if not told and asking:
            return (Reading(Outcome.INPUT_NEEDED),)
        if not states and value.get("detected") == []:  # no carrier has events
            return (Reading(Outcome.NOT_FOUND, string_at(value, "correctId")),)
        return (
            replace(
                _reading(rows, problems, REPLY),
                number=string_at(value, "correctId"),
                status_text=string_at(value, "status"),
                origin_country=_country(value, "origin"),
                destination_country=_country(value, "destination"),
            ),
        )

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The rows under the table, or what the page asks for in their place."""
        asking = f"{ROWS}:has({PROMPT})"
        rows, problems = rows_of(document, f"{ROWS}:not(:has({PROMPT}))", _row)
        if not rows and not problems and maybe(document.root, asking) is not None:
            return (Reading(Outcome.INPUT_NEEDED),)
        return (_reading(rows, problems, PAGE),)


def _state(state: Record, *, carriers: Sequence[object]) -> Row | None:
    text = string_at(state, "status")
    if text is None:
        return None
    position = whole_at(state, "carrier")
    named = carriers[position] if position is not None and 0 <= position < len(carriers) else None
    return Row(
        text,
        string_at(state, "date"),
        place=string_at(state, "location"),
        relayed_from=collapse(named) if isinstance(named, str) else None,
    )


def _reading(rows: tuple[Row, ...], problems: tuple[str, ...], layout: str) -> Reading:
    if not rows:
        raise LayoutChanged(NAME, "; ".join(problems) or ParcelsApp.looked_for)
    if not problems and all(row.description.startswith(NOTHING) for row in rows):
        return Reading(Outcome.NOT_FOUND)
    return read_with(rows, problems, layout)


def _country(value: Record, end: str) -> str | None:
    """The country among the attributes for one end of the way: one that has a country's code."""
    for one in records_at(value, "attributes"):
        if one.get("l") == end and len(string_at(one, "code") or "") == 2:
            return string_at(one, "val")
    return None


def _row(node: LexborNode) -> Row | None:
    text = text_of(node, TEXT)
    if text is None:
        return None
    when = " ".join(shown for shown in (text_of(node, DATE), text_of(node, CLOCK)) if shown)
    time = None if NO_DATE in when else when or None
    return Row(text, time, relayed_from=text_of(node, CARRIER))


def _table(root: LexborHTMLParser) -> dict[str, str]:
    """The table above the rows, by first cell. Raises LayoutChanged for a page of several parcels."""
    lines = [(text_of(line, "td"), text_of(line, VALUE)) for line in root.css(ATTRIBUTES)]
    if len({value for label, value in lines if label == NUMBER}) > 1:  # whose rows?
        raise LayoutChanged(NAME, f"one {NUMBER!r} in {ATTRIBUTES}")
    return {label: value for label, value in lines if label and value}


def _named(reading: Reading, shown: dict[str, str]) -> Reading:
    """`reading` with what the table says that it lacks; further numbers are this site's guess."""
    number = reading.number or shown.get(NUMBER)
    others = [one for one in re.split(r"[,;\s]+", shown.get(NEXT_NUMBERS, "")) if one and one != number]
    return replace(
        reading,
        number=number,
        origin_country=reading.origin_country or shown.get("Origin"),
        destination_country=reading.destination_country or shown.get("Destination"),
        related_numbers=tuple(RelatedNumber(one) for one in others),
    )
