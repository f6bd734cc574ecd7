"""One cell of a table, a view or a query as HTML: badges, moments, lengths, links to what was seen. Pure.

A row may lack any column: people choose columns, and write queries of their own. Everything a portal said is
escaped here; a cell that is nothing special is left to Datasette.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from collector.datasette.badges import badge
from collector.datasette.moments import length, moment
from collector.plain_text import LONGEST_LINE, one_line

#: Columns that lead from a row to the archived pages behind it, and the column that names what they show.
_EVIDENCE = {
    ("observations", "last_seen_at"): "id",
    ("visits", "seen_at"): "id",
    ("order_sightings", "seen_at"): "visit_id",
    ("readings", "outcome"): "visit_id",
    ("visit_pages", "page_id"): "page_id",
    ("pages", "media_type"): "id",
    ("sightings", "first_visit_id"): "first_visit_id",
    ("sightings", "last_visit_id"): "last_visit_id",
    ("disagreements", "observation_a"): "observation_a",
    ("disagreements", "observation_b"): "observation_b",
    ("contradictions", "observation_a"): "observation_a",
    ("contradictions", "observation_b"): "observation_b",
    (None, "observation_id"): "observation_id",
    (None, "visit_id"): "visit_id",
}
#: Columns of views and queries that name a row of a table, as foreign keys do in tables.
_ROWS = {"event_id": "events", "worst": "disagreements", "order_id": "orders", "visit_id": "visits"}
#: What a visit leads to in views, which no reference names: the view, and what it is called.
_OF_VISIT = {"page_set_id": ("visit_pages", "pages"), "outcome": ("readings", "reading")}
#: References in tables that are drawn here: labels that are moments, and rows with pages behind them.
_REFERENCES = {
    "run_id": "runs",
    "visit_id": "visits",
    "first_visit_id": "visits",
    "last_visit_id": "visits",
    "page_id": "pages",
    "observation_a": "observations",
    "observation_b": "observations",
}
_LINK = Markup('<a href="{href}">{text}</a>')
_PAGE = Markup(' <a class="ct-page" href="{href}" title="What the portal showed, as it was stored">page</a>')
_BESIDE = Markup(' <a class="ct-page" href="{href}">{text}</a>')
_PRINTED = Markup('<span class="ct-printed">prints {text}</span>')
_SHOWN = Markup('<span class="ct-shown">{text}</span>')


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and where it stands. `table` is None in a query; `row` gives other columns of the same row."""

    value: object
    column: str
    table: str | None
    row: Any

    def beside(self, column: str) -> object:
        """Another value of the row, None where the row has no such column; of a reference what it names."""
        try:
            value = self.row[column]
        except (KeyError, IndexError, TypeError):
            return None
        return value["value"] if isinstance(value, Mapping) else value


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses: of an archived page, a row of a table, a parcel's own page, a visit's rows in a view."""

    page: Callable[[str], str]
    row: Callable[[str, str], str]
    parcel: Callable[[str], str]
    of_visit: Callable[[str, str], str]


def drawn(cell: Cell, places: Places, *, is_table: bool) -> Markup | None:
    """The cell as HTML, None where Datasette's own way is right; `is_table` where references are links."""
    if cell.value is None:
        return None
    evidence = _evidence(cell, places)
    if (of_visit := _of_visit(cell, places)) is not None:
        return of_visit
    if isinstance(cell.value, Mapping):
        reference = _reference(cell.column, cell.value, places)
        return reference if evidence is None or reference is None else reference + evidence
    said = _special(cell) or (None if is_table else _link(cell, places))
    return said if evidence is None else (said or escape(str(cell.value))) + evidence


def _special(cell: Cell) -> Markup | None:
    """What the name of the column and the form of the value call for."""
    if found := badge(cell.column, cell.value):
        return found
    if cell.column.endswith("_at"):
        at = moment(cell.value)
        return None if at is None else at + _printed(cell)
    if cell.column.endswith("_s"):
        return length(cell.value)
    if cell.column == "shown" and cell.table != "order_sightings":
        return _shown(cell.value)
    return None


def _link(cell: Cell, places: Places) -> Markup | None:
    """A link to the row or the parcel that the value names."""
    if not isinstance(cell.value, str) or not cell.value:
        return None
    if cell.column == "parcel_id":
        return _LINK.format(href=places.parcel(cell.value), text=cell.value)
    if cell.column in _ROWS:
        return _LINK.format(href=places.row(_ROWS[cell.column], cell.value), text=cell.value)
    return None


def _of_visit(cell: Cell, places: Places) -> Markup | None:
    """The link from a visit to its pages, or from its outcome to its reading; None for any other cell."""
    visit_id = cell.beside("id")
    if cell.table != "visits" or cell.column not in _OF_VISIT or not isinstance(visit_id, str):
        return None
    view, called = _OF_VISIT[cell.column]
    href, said = places.of_visit(view, visit_id), badge(cell.column, cell.value)
    if said is None:
        return _LINK.format(href=href, text=called)
    return said + _BESIDE.format(href=href, text=called)


def _printed(cell: Cell) -> Markup:
    """What the portal prints, beside the moment it stands for."""
    printed = cell.beside("time_text")
    if cell.column != "occurred_at" or not isinstance(printed, str) or not printed.strip():
        return Markup()
    return Markup(" ") + _PRINTED.format(text=one_line(printed, 100))


def _shown(value: object) -> Markup | None:
    """Each portal's printed time on a line of its own."""
    if not isinstance(value, str):
        return None
    lines = [one_line(part, LONGEST_LINE) for part in _parts(value)]
    return _SHOWN.format(text=Markup("<br>").join(map(escape, lines))) if lines else None


def _parts(value: str) -> list[str]:
    try:
        told = json.loads(value)
    except (ValueError, RecursionError):
        return value.split(" · ")
    if not isinstance(told, dict):
        return [value]
    return [f"{portal} {printed}" for portal, printed in sorted(told.items())]


def _evidence(cell: Cell, places: Places) -> Markup | None:
    """The link to the pages behind the cell, None for a cell without."""
    names = _EVIDENCE.get((cell.table, cell.column))
    named = None if names is None else cell.beside(names)
    return _PAGE.format(href=places.page(named)) if isinstance(named, str) and named else None


def _reference(column: str, value: Mapping[str, object], places: Places) -> Markup | None:
    """A reference as Datasette makes it, its label a moment where it is one; None for those left to it."""
    if column not in _REFERENCES:
        return None
    href = places.row(_REFERENCES[column], str(value["value"]))
    return _LINK.format(href=href, text=moment(value["label"]) or one_line(str(value["label"])))
