"""The rows of one number on a USPS page: steps, and until about 2022 a table.

A browser closes what a broken page leaves open, so one row may come to stand in another, or the page may end
in the middle of its rows and look whole. Neither is taken for what it looks like.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from scrapers.contract import Row
from scrapers.damage import holds_another_page, is_printed
from scrapers.select import collapse, maybe
from scrapers.tracking import Document

STEPS, TABLE = "steps", "table"

#: One per number on the page.
CONTAINER = ".track-bar-container"
#: Milestones still to come ("Delivered" is one on every undelivered page) and the link that unfolds the list.
NOT_EVENTS = re.compile(r"upcoming|toggle-history")
STATUS, TEXT, PLACE, TIME = FIELDS = ("tb-status", "tb-status-detail", "tb-location", "tb-date")
#: Marks a step in which a step or a kind of text came again: it was not closed, what follows is not its own.
AGAIN = "again"
#: The elements that may be or end a step, or a part of one, in the order of the page.
PARTS = '[class*="tb-"], [class*="track-bar"], [class*="upcoming"], [class*="toggle-history"]'
#: Three cells: date, status of item, location.
TABLE_ROWS = "table.tracking_history tr:not(.row_notification)"
#: What follows the rows: the link that unfolds them, or the end of the table.
LIST_END = (".toggle-history-container", "table.tracking_history")

#: What a row shows, by class.
Shown = dict[str, str | None]
#: An element that may be a row, and what it shows.
Found = tuple[LexborNode, Shown]


@dataclass(frozen=True, slots=True)
class History:
    """The rows of one number. `status` is the headline of the newest; `whole`: they do not just break off."""

    rows: tuple[Row, ...]
    problems: tuple[str, ...]
    status: str | None
    layout: str
    whole: bool


def history(document: Document, box: LexborNode) -> History:
    """The rows in `box`, in page order, in today's layout or else the retired one."""
    found, layout = steps(box), STEPS
    if not found:
        found, layout = _table(box), TABLE
    rows, problems = _rows(document, found)
    # A page that was cut on its way and closed by a browser: the last row is bare, or nothing comes below it.
    is_bare = bool(rows) and not (rows[-1].time_text or rows[-1].place) and maybe(box, LIST_END) is None
    is_last = bool(found) and not _is_followed(found[-1][0])
    status = next(filter(None, (shown.get(STATUS) for _, shown in found)), None)
    return History(rows, problems, status, layout, not is_bare and not is_last)


def steps(box: LexborNode) -> list[Found]:
    """The past steps in page order; a text belongs to the innermost step around it."""
    found: list[Found] = []
    left_out: Shown = {}
    inside: dict[int, Shown | None] = {}  # by element looked at, the step that what it holds is in
    for node in (box, *box.css(PARTS)):
        if (identity := node.mem_id) in inside:
            continue
        shown = _around(node, inside)
        named = node.attributes.get("class") or ""
        classes = named.split()
        if shown is left_out or NOT_EVENTS.search(named) or (inside and CONTAINER[1:] in classes):
            shown = left_out
        elif "tb-step" in classes:
            if shown is not None:
                shown[AGAIN] = None
            shown = {}
            found.append((node, shown))
        elif shown is not None and (kinds := [kind for kind in classes if kind in FIELDS]):
            if AGAIN in shown or not shown.keys().isdisjoint(kinds):
                shown[AGAIN] = None
            else:
                shown.update(dict.fromkeys(kinds, _own_text(node)))
        inside[identity] = shown
    return [(node, shown) for node, shown in found if any(shown.values())]


def _around(node: LexborNode, inside: Mapping[int, Shown | None]) -> Shown | None:
    """The step in which `node` is, by the nearest element around it that was looked at."""
    above = node.parent if inside else None
    while above is not None and above.mem_id not in inside:
        above = above.parent
    return None if above is None else inside[above.mem_id]


def _own_text(node: LexborNode) -> str | None:
    """The text of a part of a row, None if a part of the page with rows of its own got into it."""
    holds_elements = next(node.iter(), None) is not None
    return None if holds_elements and maybe(node, "tr, .tb-step") is not None else collapse(node.text())


def _table(box: LexborNode) -> list[Found]:
    """The rows of the table; none that retells one in a sentence."""
    found: list[Found] = []
    for line in box.css(TABLE_ROWS):
        cells = [collapse(cell.text()) for cell in line.iter() if cell.tag == "td"]
        if any(cells):
            is_row = len(cells) == 3 and len(line.css("tr")) == 1  # it alone: none within it
            found.append((line, dict(zip((TIME, TEXT, PLACE), cells, strict=True)) if is_row else {}))
    return found


def _rows(document: Document, found: Sequence[Found]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    rows: list[Row] = []
    problems: list[str] = []
    for position, (node, shown) in enumerate(found, start=1):
        text = shown.get(TEXT) or shown.get(STATUS)
        row = Row(text, shown.get(TIME), place=shown.get(PLACE)) if text else None
        if node.mem_id in document.unclosed:
            problems.append(f"row {position}: the page ends inside it")
        elif row is None:
            problems.append(f"row {position} has no description")
        elif holds_another_page(node) or not is_printed(row):
            problems.append(f"row {position} holds parts of a page")
        else:
            rows.append(row)
    return tuple(rows), tuple(problems)


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
