"""Yanwen, a Chinese consolidator: its own numbers, followed to the delivering carrier's last scan.

Shows date, time and offset of each row, its place where one is known, the delivering carrier's number, and a
Chinese word for the state of the whole parcel. Never shows an event code. The offsets are not always true to
the place (winter's and summer's alternate within a day), and the delivering carrier's scans can come twice:
in local and in UTC clock under one offset.

The document comes with its rows, printed once for wide and once for narrow screens. Seen: the timeline of one
parcel of 2024-10. Documented only (2024 and 2026): the frame around it and the words for states.
"""

import re
from functools import partial

from selectolax.lexbor import LexborNode

from scrapers.contract import Evidence, LayoutChanged, Politeness, Reading, RelatedNumber, Row, State
from scrapers.damage import holds_another_page
from scrapers.select import collapse, maybe, text_of, texts_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of
from scrapers.words import Outcome

NAME = "yanwen"

STATES = {"results": State(None, (".ny_cxjg", ".czhaodl"))}

#: One number's result; its number and state are attributes of a hidden field.
RESULT = ".ny_cxjg"
SHEET = 'input[name="wcdhA"]'
HEADING = ".cx_bt_xx h5"
#: A day's list: its date, then one element for each row.
LIST = ".czhaodl dl"
ROWS = f"{LIST} > dd"
DAY = "dt"
CLOCK = ".timePoint"
#: A place in brackets, if one is known; then the text.
TEXTS = ".cz_r h6"
NEXT_NUMBER = ".cx_top_nr > .colFlex:nth-child(2) a"
DESTINATION = (".cx_top_nr > .colFlex:nth-child(4) > :last-child", ".cx_top_nr > .colFlex:nth-child(4)")
NOTES = ".addNotes p"
DISTRIBUTOR = "Distributor:"
#: States of the whole parcel: "nothing found" and "label made".
UNKNOWN = "查询不到"
LABEL_MADE = "制单完成"
NOTHING = "No information was found"
#: What rows leave in the text of a page, whatever became of the list around them.
PARTS = re.compile(r"</?dd\b|timePoint", re.IGNORECASE)


class Yanwen(TrackingPortal):
    """Yanwen's public tracking page."""

    name = NAME
    hosts = ("track.yw56.com.cn",)
    dates_rows = True
    states = STATES
    politeness = Politeness(10, 100, "no limit is known; the site answers some visitors with 403 or 429")
    evidence = Evidence(
        "captured", "2024-10", "the timeline of one parcel captured; the rest documented to 2026"
    )
    example = "UJ482103759YP"
    address = Address(
        "https://track.yw56.com.cn/{language}/querydel?nums={number}", languages={"zh": "cn"}, keys=("nums",)
    )
    looked_for = f"{RESULT} or {ROWS}"

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The one parcel on the page."""
        rows, problems = rows_of(document, ROWS, partial(_row, days=_days(document)))
        sheets = document.root.css(SHEET)
        numbers = {collapse(sheet.attributes.get("value")) for sheet in sheets}
        if len(numbers) > 1:  # whose rows?
            raise LayoutChanged(NAME, f"one number in {SHEET}")
        states = (collapse(sheet.attributes.get("status")) for sheet in sheets)
        status = next((state for state in states if state), None)
        number = numbers.pop() if numbers else None
        number = number or text_of(document.root, HEADING)
        return (
            read_with(
                tuple(dict.fromkeys(rows)),
                problems,  # both widths of screen
                outcome=Outcome.OK if rows else _without_rows(document, status, problems),
                number=number,
                status_text=status,
                destination_country=text_of(document.root, DESTINATION),
                related_numbers=_next_number(document, number),
            ),
        )


def _days(document: Document) -> dict[int, str | None]:
    """The date above each row, by node; one above something else that was not closed is not the row's."""
    days: dict[int, str | None] = {}
    for each in document.root.css(LIST):
        day = None
        for node in each.iter():
            if node.tag == "dd":
                day = None if holds_another_page(node) else day  # its broken tag may have the next day in it
                days[node.mem_id] = day
            else:
                day = collapse(node.text()) if node.tag == DAY else None
    return days


def _row(node: LexborNode, *, days: dict[int, str | None]) -> Row | None:
    texts = list(filter(None, texts_of(node, TEXTS)))
    place = texts.pop(0) if len(texts) > 1 and texts[0].startswith("[") else None
    if len(texts) != 1:
        return None
    when = [text for text in (days.get(node.mem_id), text_of(node, CLOCK)) if text]
    return Row(texts[0], " ".join(when) or None, place=place)


def _without_rows(document: Document, status: str | None, problems: tuple[str, ...]) -> Outcome:
    result = maybe(document.root, RESULT)
    said = "" if result is None else result.text()
    if not problems and (status == UNKNOWN or NOTHING in said):
        return Outcome.NOT_FOUND
    if not PARTS.search(document.text) and status == LABEL_MADE and document.whole:
        return Outcome.NO_EVENTS_YET
    if result is None and document.page.status == 403:
        return Outcome.CHALLENGE
    raise LayoutChanged(NAME, "; ".join(problems) or ROWS)


def _next_number(document: Document, number: str | None) -> tuple[RelatedNumber, ...]:
    """The delivering carrier's number, and that carrier where the notes name it."""
    found = text_of(document.root, NEXT_NUMBER)
    if found is None or found == number or not any(character.isdigit() for character in found):
        return ()
    notes = filter(None, texts_of(document.root, NOTES))
    carrier = next((note for note in notes if note.startswith(DISTRIBUTOR)), "")
    return (RelatedNumber(found, collapse(carrier.removeprefix(DISTRIBUTOR)), "last_mile"),)
