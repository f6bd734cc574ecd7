"""Lists for a person at a terminal: a table where its columns fit, else a few lines for each row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from collector.plain_text import one_line
from collector.report_lines import print_hung
from collector.report_marks import STYLES

#: A column of texts may take several lines, but needs that much room; other cells are never broken.
_ROOM_FOR_TEXT = 40
#: A longer cell is a text, and stays in the terminal's own colour.
_WORD = 24


def print_table(out: Console, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Rows under headings; `columns` gives the key of each column and its heading.

    Short cells of a row that has a `severity` have its colour.
    """
    told = [
        ([one_line(_cell(row[key])) for key in columns], STYLES.get(str(row.get("severity")), ""))
        for row in rows
    ]
    headings = list(columns.values())
    if _needed(headings, [cells for cells, _ in told]) > out.width:
        for cells, style in told:
            print_stacked(out, headings, cells, style)
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for cells, style in told:
        table.add_row(*(Text(cell, style if len(cell) <= _WORD else "") for cell in cells))
    out.print(table)


def print_stacked(
    out: Console, headings: Sequence[str], cells: Sequence[str], style: str = "", indent: int = 2
) -> None:
    """A row as lines: its first cell, and below it what the others say, each after its heading."""
    out.print(Text(cells[0], f"bold {style}".strip()), soft_wrap=True)
    said = Text()
    for heading, cell in zip(headings[1:], cells[1:], strict=True):
        if cell:
            said.append(" · " if said else "", "dim").append(f"{heading}: ", "dim")
            said.append(cell, style if len(cell) <= _WORD else "")
    if said:
        print_hung(out, Text(" " * indent), said, indent)


def _needed(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How wide a table with these cells has to be at least."""
    widths = [
        max([len(heading), *(min(cell_len(row[place]), _ROOM_FOR_TEXT) for row in rows)])
        for place, heading in enumerate(headings)
    ]
    return sum(widths) + 3 * len(widths)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
