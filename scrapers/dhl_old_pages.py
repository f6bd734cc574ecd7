"""The pages dhl.de showed in 2016 and 2018, which hold their rows themselves.

Three forms: a table (2016), a list whose terms hold day, time and place in one text (2018-02), and the reply
of today's shape as a string in a script (2018-08). Seen: pages of all three.
"""

import json
import re
from collections.abc import Callable

from selectolax.lexbor import LexborNode

from scrapers.contract import LayoutChanged, Reading, Row
from scrapers.payload import PayloadError, document
from scrapers.select import collapse, maybe, text_of, texts_of
from scrapers.tracking import Document, read_with, rows_of

IN_PAGE, LIST, TABLE = "data in the page of 2018", "list of 2018", "table of 2016"

#: The description; day, time and place stand in the term before it.
LIST_ROWS = "dt[data-label-date] + dd"
TABLE_ROWS = "#pieceEvents0 tbody tr, .mm_event_table tbody tr"
#: Attributes that hold the parcel's number, and an element whose text is it.
NUMBERS = ("data-shipment-number", "data-piececode")
NUMBER_TEXT = "th.mm_sendungsnummer"
STATUS = (".mm_shipmentStatusText dd", ".well-status p", "td.mm_delivered")

_IN_SCRIPT = re.compile(r'initialState:\s*JSON\.parse\(("(?:[^"\\\n]|\\.)*")\)')
_WHEN_WHERE = re.compile(r"(\w+\.?, \d{2}\.\d{2}\.\d{2} \d{2}:\d{2})(?: (.+))?")


def data_in_page(portal: str, html: str) -> object:
    """The value of the JSON that a script of the page holds as a string, None if there is none.

    Raises LayoutChanged, in the name of `portal`, if it cannot be read.
    """
    literal = _IN_SCRIPT.search(html)
    if literal is None:
        return None
    try:
        text: object = json.loads(literal[1])
        return document(text) if isinstance(text, str) else None
    except (PayloadError, ValueError) as error:
        raise LayoutChanged(portal, f"JSON in initialState ({error})") from None


def old_page(portal: str, page: Document) -> Reading | None:
    """What a list or table says, None if the page has neither. Raises LayoutChanged if it holds no row."""
    for layout, selector, read in ((LIST, LIST_ROWS, _list_row), (TABLE, TABLE_ROWS, _table_row)):
        if maybe(page.root, selector) is not None:
            return _reading(portal, page, layout, selector, read)
    return None


def _reading(
    portal: str, page: Document, layout: str, selector: str, read: Callable[[LexborNode], Row | None]
) -> Reading:
    rows, problems = rows_of(page, selector, read)
    numbers = _numbers(page)
    if not rows or len(numbers) > 1:  # several parcels: whose row is whose is not known
        raise LayoutChanged(portal, f"one number's {selector}")
    return read_with(
        rows,
        problems,
        layout,
        number=numbers[0] if numbers else None,
        status_text=text_of(page.root, STATUS),
    )


def _numbers(page: Document) -> list[str]:
    told = [node.attributes.get(key) for key in NUMBERS for node in page.root.css(f"[{key}]")]
    told += texts_of(page.root, NUMBER_TEXT)
    return list(dict.fromkeys(one for one in map(collapse, told) if one is not None))


def _list_row(description: LexborNode) -> Row | None:
    """A description, and the term of day, time and place in one text that stands before it."""
    term = description.prev
    while term is not None and term.tag != "dt":
        term = term.prev
    text = collapse(description.text())
    if text is None or term is None:
        return None
    printed = collapse(term.text())
    parts = _WHEN_WHERE.fullmatch(printed or "")
    return Row(text, parts[1], place=parts[2]) if parts else Row(text, printed)


def _table_row(line: LexborNode) -> Row | None:
    """Three cells: day and time, place, text."""
    cells = texts_of(line, "td")
    if len(cells) < 3 or cells[2] is None:
        return None
    return Row(cells[2], cells[0], place=None if cells[1] == "--" else cells[1])
