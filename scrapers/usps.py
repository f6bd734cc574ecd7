"""USPS: the public tracking page of the United States Postal Service, tools.usps.com.

Shows every scan in the first document, newest first, in the local time of the place named; a row may have a
date only, no place, or (international histories) no date. Never shows a zone, nor an event code per row: the
page's one code (`abevtcode`) is the latest event's, and a row that lost its code at the next scan would look
like another row, so it is not read.

Facts come from pages of 2017-09 (the retired table) and 2024-03 and from rows of 2026-06 in Chinese; future
steps, refusals and errors from other people's notes of 2022 to 2026, not seen here.
"""

import re
from collections.abc import Sequence
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.contract import Evidence, LayoutChanged, Politeness, Reading, Row, State
from scrapers.select import collapse, maybe, text_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, shown_text
from scrapers.usps_rows import CONTAINER, STEPS, TABLE, history, steps
from scrapers.words import Outcome

NAME = "usps"

#: What a page has that tells of numbers: then it is no entry form, and no challenge.
RESULTS = "#tracked-numbers"
STATES = {
    "events": State(
        None, (".tb-step:not(.upcoming-step):not(.toggle-history-container)", "table.tracking_history")
    ),
    # Only parsing can tell: a page may be about several numbers.
    "not_found": State(None, (f"{CONTAINER}:not(:has(.tb-step)) .red-banner .banner-header",)),
    "no_events_yet": State(
        None, (f"{CONTAINER}:not(:has(.tb-step, .red-banner)) .tracking-progress-bar-status-container",)
    ),
    "challenge": State(
        Outcome.CHALLENGE,
        tuple(
            f'html:not(:has({CONTAINER})) head:has(> title:empty) {where}script[src*="akamai"]'
            for where in ("", "~ body ")
        ),
    ),
    "entry_form": State(None, (f"html:not(:has({RESULTS})) form#trackPackage",)),
}

#: Selector, and the attribute that holds the number (None: its text).
NUMBER = (("span.tracking-number", "value"), (".tracking-number", None), ("#trackingNum", None))
TABLE_STATUS = (".delivery_status h2 strong", ".delivery_status", "span.delivery-status-text")
#: A promotion elsewhere has a `.banner-header` of its own: only these two hold the parcel's.
BANNER = (".red-banner", ".latest-update-banner-wrapper")
NOT_FOUND_HEADERS = frozenset({"status not available", "tracking not available"})
NOT_FOUND_TEXT = "could not locate the tracking information for your request"
PROGRESS = ".tracking-progress-bar-status-container"
#: Progress bars that may honestly have no event to show.
NOT_YET = frozenset({"preshipment-status", "shipping-partner-status"})
#: The entry form of 2017 took 35; a page with many more is hostile, and would take minutes.
MOST_NUMBERS = 100
ENTRY_FORM = ("form#trackPackage", "form[name=TrackConfirmAction]", "#tracking-input")
OUTAGE, OUTAGE_URL = "experiencing difficulties", "outage_apology"
#: A challenge shell is a few lines; the page itself has more than 100,000 characters.
SHELL_LENGTH = 200

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"([A-Za-z]{3})[a-z]* ([0-9]{1,2}), ([0-9]{4})\b")


class Usps(TrackingPortal):
    """The public tracking page of USPS."""

    name = NAME
    hosts = ("tools.usps.com",)
    resource_hosts = ("www.usps.com",)
    layouts = (STEPS, TABLE)
    dates_rows = True
    states = STATES
    politeness = Politeness(5, 200, "blocks after 30 to 50 requests in quick succession have been reported")
    evidence = Evidence("captured", "2024-03", "also 2017-09 (retired table) and two Chinese rows of 2026-06")
    example = "9400111206206406260787"
    address = Address(
        "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
        keys=("tLabels", *(f"{key}{at}" for key in ("tLabels", "qtc_tLabels") for at in range(1, 36))),
        path=re.compile(r"^/tracking/(?P<number>[^/]+)"),
        separators=r"\s*,\s*",  # a number may be written in groups
    )
    walls = ("<title>access denied", "originalheaders")
    refused = (403,)
    looked_for = CONTAINER

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """One reading per number on the page; one that cannot be read costs the others nothing."""
        boxes = _boxes(document.root)
        if not boxes:
            return (Reading(_without_numbers(document)),)
        if len(boxes) > MOST_NUMBERS:
            raise LayoutChanged(NAME, f"at most {MOST_NUMBERS} {CONTAINER}")
        readings: dict[str | None, Reading] = {}
        for reading in (_read(document, box, len(boxes)) for box in boxes):
            readings.setdefault(reading.number, reading)
        found = tuple(readings.values())
        if all(one.outcome is Outcome.LAYOUT_CHANGED for one in found):
            raise LayoutChanged(NAME, found[0].problems[0])
        return found


def _boxes(root: LexborHTMLParser) -> list[LexborNode]:
    """The part of the page for each number; all of it where somebody saved but the rows."""
    boxes, body = root.css(CONTAINER), root.body
    if not boxes and body is not None and maybe(body, RESULTS) is None and steps(body):
        return [body]
    return boxes


def _read(document: Document, box: LexborNode, boxes: int) -> Reading:
    number = _number(box)
    try:
        if number is None and (boxes > 1 or len(box.css(".current-step")) > 1):  # whose rows?
            raise LayoutChanged(NAME, f"{CONTAINER} .tracking-number")
        return _reading(document, box, number)
    except LayoutChanged as changed:
        return Reading(Outcome.LAYOUT_CHANGED, number, complete=False, problems=(changed.looked_for,))


def _number(box: LexborNode) -> str | None:
    for selector, attribute in NUMBER:
        node = maybe(box, selector)
        shown = None if node is None else node.attributes.get(attribute) if attribute else node.text()
        if number := collapse(shown):
            return number
    return None


def _reading(document: Document, box: LexborNode, number: str | None) -> Reading:
    told = history(document, box)
    outcome, status = Outcome.OK, told.status or text_of(box, TABLE_STATUS)
    if not told.rows:
        outcome, status = _without_rows(document, box, told.problems)
    day = _expected_day(box)
    return read_with(
        told.rows,
        told.problems,
        told.layout if told.rows else None,
        outcome=outcome,
        number=number,
        complete=told.whole and box.tag != "body",
        status_text=status,
        language=_language(document, told.rows),
        estimate_from_on=day,
        estimate_to_on=day,
    )


def _without_rows(document: Document, box: LexborNode, problems: Sequence[str]) -> tuple[Outcome, str | None]:
    """Why a number has no rows, with the headline; raises LayoutChanged unless the page itself says why."""
    banner, body = maybe(box, BANNER), document.root.body
    if problems or banner is None or (body is not None and steps(body)):  # rows outside, and nobody's
        raise LayoutChanged(NAME, "; ".join(problems) or f"{CONTAINER} .tb-step")
    header, said = text_of(banner, ".banner-header"), collapse(banner.text()) or ""
    is_red = "red-banner" in (banner.attributes.get("class") or "").split()
    if NOT_FOUND_TEXT in said.casefold() or (is_red and (header or "").casefold() in NOT_FOUND_HEADERS):
        return Outcome.NOT_FOUND, header
    progress = maybe(box, PROGRESS)
    if document.whole and said and progress is not None and _has_only_future_steps(progress):
        return Outcome.NO_EVENTS_YET, header
    raise LayoutChanged(NAME, f"{CONTAINER} .tb-step")


def _has_only_future_steps(progress: LexborNode) -> bool:
    """Whether a progress bar of a parcel not scanned yet holds no text that might be an event."""
    if not NOT_YET.intersection((progress.attributes.get("class") or "").split()):
        return False
    future = "".join(step.text() for step in progress.css(".upcoming-step, .toggle-history-container"))
    return "".join(future.split()) == "".join(progress.text().split())


def _expected_day(box: LexborNode) -> str | None:
    """The expected day as an ISO date, None if there is none or it is not readable."""
    shown = text_of(box, ".delivery-status-update.updated_day") or ""  # the retired layout's
    if (expected := maybe(box, ".expected_delivery")) is not None:
        month, _, year = (text_of(expected, "span.month_year") or "").partition(" ")
        shown = f"{month} {text_of(expected, 'strong.date')}, {year}"
    printed = _DATE.search(shown)
    try:
        month_number = MONTHS.index(printed[1].casefold()) + 1 if printed else 0
        return date(int(printed[3]), month_number, int(printed[2])).isoformat() if printed else None
    except ValueError:  # no such month or day
        return None


def _language(document: Document, rows: Sequence[Row]) -> str | None:
    """Dates decide before the document's own claim: the list may be translated where the page is not."""
    if any("年" in (row.time_text or "") for row in rows):
        return "zh"
    html = maybe(document.root, "html")
    claimed = "" if html is None else (html.attributes.get("lang") or "").casefold()
    return claimed[:2] if re.match(r"[a-z]{2}(?![a-z])", claimed) else None


def _without_numbers(document: Document) -> Outcome:
    """What a page without a container is; an absent container alone means nothing."""
    heading = (text_of(document.root, "title") or "").casefold()
    is_form = maybe(document.root, ENTRY_FORM) is not None and maybe(document.root, RESULTS) is None
    if OUTAGE_URL in document.page.url or OUTAGE in shown_text(document).casefold():
        return Outcome.UNAVAILABLE
    if is_form and "results" not in heading:  # the page of results has the form too, under its own title
        return Outcome.INPUT_NEEDED
    if document.page.status in (None, 200) and len(document.text.strip()) < SHELL_LENGTH:
        return Outcome.CHALLENGE
    raise LayoutChanged(NAME, CONTAINER)
