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
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers import numbers
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
from scrapers.select import collapse, maybe, text_of, tree
from scrapers.words import Outcome, Role

STATES = {
    "events": State(
        None, (".tb-step:not(.upcoming-step):not(.toggle-history-container)", "table.tracking_history")
    ),
    "not_found": State(
        Outcome.NOT_FOUND, (".track-bar-container:not(:has(.tb-step)) .red-banner .banner-header",)
    ),
    "no_events_yet": State(
        None,
        (".track-bar-container:not(:has(.tb-step, .red-banner)) .tracking-progress-bar-status-container",),
    ),
    "challenge": State(
        Outcome.CHALLENGE,
        (
            'head:has(> title:empty) script[src*="akamai"]',
            'head:has(> title:empty) ~ body script[src*="akamai"]',
        ),
    ),
    # Only parsing can tell: the page of results has a form of this id too, below its list.
    "entry_form": State(None, ("html:not(:has(#tracked-numbers)) form#trackPackage",)),
}

#: One per number on the page.
CONTAINER = ".track-bar-container"
#: Selector, and the attribute that holds the number (None: its text).
NUMBER = (("span.tracking-number", "value"), (".tracking-number", None), ("#trackingNum", None))
#: Milestones still to come ("Delivered" is one on every undelivered page) and the link that unfolds the list.
NOT_EVENTS = re.compile(r"upcoming|toggle-history")
FIELDS = frozenset({"tb-status", "tb-status-detail", "tb-location", "tb-date"})
#: Marks a step in which a step or a kind of text came again: it was not closed, what follows is not its own.
AGAIN = "again"
#: Until about 2022, three cells: date, status of item, location.
STEPS, TABLE = "steps", "table"
TABLE_ROWS = "table.tracking_history tr:not(.row_notification)"
#: What follows the rows: the link that unfolds them, or the end of the retired table.
LIST_END = (".toggle-history-container", "table.tracking_history")
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
#: A challenge shell is a few lines; the page itself has more than 100,000 characters.
SHELL_LENGTH = 200

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"([A-Za-z]{3})[a-z]* ([0-9]{1,2}), ([0-9]{4})\b")
_CLOSING = re.compile(r"\s*>(?>\s+|<!--.*?-->)*+", re.DOTALL)

#: An element that may be an event row, and what it shows, by class.
_Found = tuple[LexborNode, dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class _Document:
    page: Page
    text: str
    root: LexborHTMLParser
    whole: bool  # it ends where a document ends; a page cut in the middle and a saved part do not


class Usps(Portal):
    name = "usps"
    hosts = ("tools.usps.com",)
    resource_hosts = ("www.usps.com",)
    layouts = (STEPS, TABLE)
    dates_rows = True
    states = STATES
    politeness = Politeness(5, 200, "blocks after 30 to 50 requests in quick succession have been reported")
    evidence = Evidence("captured", "2024-03", "also 2017-09 (retired table) and two Chinese rows of 2026-06")
    example = "9400111206206406260787"

    def accepts(self, number: str) -> Confidence:
        found = numbers.advice(self.name, number)
        return Confidence(found.level, found.because)

    def url(self, number: str, language: str) -> str:
        return f"https://tools.usps.com/go/TrackConfirmAction?tLabels={quote(number, safe='')}"

    def number_in(self, url: str) -> str | None:
        try:
            parts = urlsplit(url)
            if parts.hostname not in self.hosts:
                return None
            asked = {numbers.tracking_number(text) for text in _labels(parts.path, parts.query)}
        except ValueError:  # no URL, or no number in it
            return None
        return asked.pop() if len(asked) == 1 else None

    def parse(self, pages: Sequence[Page]) -> tuple[Reading, ...]:
        documents = [_document(page) for page in pages if page.role is Role.DOM]
        if not documents:
            raise LayoutChanged(self.name, "a rendered page")
        readings: dict[str | None, Reading] = {}
        for reading in (reading for document in documents for reading in _numbers_on(document)):
            readings.setdefault(reading.number, reading)
        found = tuple(readings.values()) or (_state_without_numbers(documents[-1]),)
        if all(reading.outcome is Outcome.LAYOUT_CHANGED for reading in found):
            raise LayoutChanged(self.name, found[0].problems[0])
        return found


def _labels(path: str, query: str) -> list[str]:
    """The numbers a URL asks for, as written there."""
    lists = [value for key, value in parse_qsl(query) if re.fullmatch(r"(?:qtc_)?tLabels\d*", key)]
    if address := re.fullmatch(r"/tracking/([^/]+)/?", path):
        lists.append(unquote(address[1]))
    return [label for labels in lists for label in labels.split(",") if label.strip()]


def _document(page: Page) -> _Document:
    text = page.text
    _, closing, rest = text.rpartition("</html")
    return _Document(page, text, tree(text), bool(closing and _CLOSING.fullmatch(rest)))


def _numbers_on(document: _Document) -> list[Reading]:
    """A reading per number; one that cannot be read has outcome `layout_changed`, the others lose nothing."""
    boxes = document.root.css(CONTAINER)
    body = document.root.body
    if not boxes and body is not None and maybe(body, "#tracked-numbers") is None and _steps(body):
        boxes = [body]  # somebody saved a part of the page
    if len(boxes) > MOST_NUMBERS:
        raise LayoutChanged(Usps.name, f"at most {MOST_NUMBERS} {CONTAINER}")
    readings: list[Reading] = []
    for box in boxes:
        number = _number(box)
        try:
            if number is None and (len(boxes) > 1 or len(box.css(".current-step")) > 1):  # whose rows?
                raise LayoutChanged(Usps.name, f"{CONTAINER} .tracking-number")
            readings.append(_reading(document, box, number))
        except LayoutChanged as changed:
            problems = (changed.looked_for,)
            readings.append(Reading(Outcome.LAYOUT_CHANGED, number, complete=False, problems=problems))
    return readings


def _number(box: LexborNode) -> str | None:
    for selector, attribute in NUMBER:
        node = maybe(box, selector)
        shown = None if node is None else node.attributes.get(attribute) if attribute else node.text()
        if number := collapse(shown):
            return number
    return None


def _reading(document: _Document, box: LexborNode, number: str | None) -> Reading:
    found, layout = _steps(box), STEPS
    if not found:
        found, layout = _table(box), TABLE
    rows, problems = _rows(document, found)
    stages = (shown["tb-status"] for _, shown in found if shown.get("tb-status"))
    outcome, status = Outcome.OK, next(stages, None) or text_of(box, TABLE_STATUS)
    if not rows:
        outcome, status = _nothing_shown(document, box, problems)
    # A browser closes the elements of a page cut on its way: its last row is bare, or nothing comes below it.
    is_bare = bool(rows) and not (rows[-1].time_text or rows[-1].place) and maybe(box, LIST_END) is None
    is_cut = is_bare or (bool(found) and not _is_followed(found[-1][0]))
    estimate = _estimate(box)
    return Reading(
        outcome,
        number,
        rows,
        complete=document.whole and not problems and not is_cut,
        rows_bad=len(problems),
        problems=problems,
        status_text=status,
        language=_language(document, rows),
        estimate_from_on=estimate,
        estimate_to_on=estimate,
        layout=layout if rows else None,
    )


def _steps(box: LexborNode) -> list[_Found]:
    """The past steps in page order; a text belongs to the innermost step around it."""
    steps: list[_Found] = []
    todo: list[tuple[LexborNode, dict[str, str | None] | None]] = [(box, None)]
    while todo:
        node, shown = todo.pop()
        named = node.attributes.get("class") or ""
        classes = set(named.split())
        if NOT_EVENTS.search(named) or (CONTAINER[1:] in classes and node.mem_id != box.mem_id):
            continue
        if "tb-step" in classes:
            if shown is not None:
                shown[AGAIN] = None
            shown = {}
            steps.append((node, shown))
        elif shown is not None and (kinds := classes & FIELDS):
            if AGAIN in shown or kinds & shown.keys():
                shown[AGAIN] = None
            else:
                shown.update(dict.fromkeys(kinds, _own_text(node)))
        todo.extend((child, shown) for child in reversed(list(node.iter())))
    return [(node, shown) for node, shown in steps if any(shown.values())]


def _own_text(node: LexborNode) -> str | None:
    """The text of a part of a row, None if a part of the page with rows of its own got into it."""
    return collapse(node.text()) if maybe(node, "tr, .tb-step") is None else None


def _table(box: LexborNode) -> list[_Found]:
    """The rows of the retired layout, named as the steps' texts; none that retells one in a sentence."""
    found: list[_Found] = []
    for row in box.css(TABLE_ROWS):
        cells = [collapse(cell.text()) for cell in row.iter() if cell.tag == "td"]
        if any(cells):
            is_row = len(cells) == 3 and len(row.css("tr")) == 1  # it alone: none within it
            names = ("tb-date", "tb-status-detail", "tb-location") if is_row else ("unreadable",)
            found.append((row, dict(zip(names, cells, strict=False))))
    return found


def _rows(document: _Document, found: Sequence[_Found]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    rows: list[Row] = []
    problems: list[str] = []
    for position, (node, shown) in enumerate(found, start=1):
        description = shown.get("tb-status-detail") or shown.get("tb-status")
        if position == len(found) and not document.whole and _is_cut(document, node):
            problems.append(f"row {position}: the page ends inside it")
        elif description is None:
            problems.append(f"row {position}: no description")
        else:
            rows.append(Row(description, shown.get("tb-date"), place=shown.get("tb-location")))
    return tuple(rows), tuple(problems)


def _is_cut(document: _Document, node: LexborNode) -> bool:
    """Whether a page without an end breaks off inside `node`: nothing follows it, no closing tag either."""
    is_closed = document.text.rstrip().endswith(f"</{node.tag}>")
    while node.next is None and node.parent is not None:
        node = node.parent
    return node.next is None and not is_closed


def _is_followed(node: LexborNode) -> bool:
    """Whether any text comes after `node` in its document."""
    here: LexborNode | None = node
    while here is not None:
        following = here.next
        while following is not None:
            if following.text().strip():
                return True
            following = following.next
        here = here.parent
    return False


def _nothing_shown(
    document: _Document, box: LexborNode, problems: Sequence[str]
) -> tuple[Outcome, str | None]:
    """Why a number has no rows, with the headline; raises LayoutChanged unless the page itself says why."""
    banner, body = maybe(box, BANNER), document.root.body
    if problems or banner is None or (body is not None and _steps(body)):  # rows outside, and nobody's
        raise LayoutChanged(Usps.name, "; ".join(problems) or f"{CONTAINER} .tb-step")
    header, said = text_of(banner, ".banner-header"), collapse(banner.text()) or ""
    is_red = "red-banner" in (banner.attributes.get("class") or "").split()
    if NOT_FOUND_TEXT in said.casefold() or (is_red and (header or "").casefold() in NOT_FOUND_HEADERS):
        return Outcome.NOT_FOUND, header
    progress = maybe(box, PROGRESS)
    if document.whole and said and progress is not None and _has_only_future_steps(progress):
        return Outcome.NO_EVENTS_YET, header
    raise LayoutChanged(Usps.name, f"{CONTAINER} .tb-step")


def _has_only_future_steps(progress: LexborNode) -> bool:
    """Whether a progress bar of a parcel not scanned yet holds no text that might be an event."""
    if not NOT_YET.intersection((progress.attributes.get("class") or "").split()):
        return False
    future = "".join(step.text() for step in progress.css(".upcoming-step, .toggle-history-container"))
    return "".join(future.split()) == "".join(progress.text().split())


def _estimate(box: LexborNode) -> str | None:
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


def _language(document: _Document, rows: Sequence[Row]) -> str | None:
    """Dates decide before the document's own claim: the list may be translated where the page is not."""
    if any("年" in (row.time_text or "") for row in rows):
        return "zh"
    html = maybe(document.root, "html")
    claimed = "" if html is None else (html.attributes.get("lang") or "").casefold()
    return claimed[:2] if re.match(r"[a-z]{2}(?![a-z])", claimed) else None


def _state_without_numbers(document: _Document) -> Reading:
    """What a page without a container is; an absent container alone means nothing."""
    status, root = document.page.status or 200, document.root
    title, form = maybe(root, "title"), maybe(root, ENTRY_FORM)
    heading = (text_of(root, "title") or "").casefold()
    scripts = "".join(script.html or "" for script in root.css("script"))
    root.strip_tags(["script", "style"], recursive=True)
    text = (text_of(root, "body") or "").casefold()
    if status == 429:
        return Reading(Outcome.RATE_LIMITED)
    if status >= 500 or "outage_apology" in document.page.url or "experiencing difficulties" in text:
        return Reading(Outcome.UNAVAILABLE)
    is_refusal = heading == "access denied" or (status == 403 and "reference #" in text)
    is_shell = title is not None and not heading and "akamai" in scripts.casefold()
    if is_refusal or is_shell or "originalHeaders" in scripts:
        return Reading(Outcome.CHALLENGE)
    # The page of results has the form too, under a title of its own.
    if form is not None and "results" not in heading and maybe(root, "#tracked-numbers") is None:
        return Reading(Outcome.INPUT_NEEDED)
    if status in (200, 403) and len(document.text.strip()) < SHELL_LENGTH:
        return Reading(Outcome.CHALLENGE)
    raise LayoutChanged(Usps.name, CONTAINER)
