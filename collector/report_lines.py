"""Lines of text for a person at a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

#: Nobody looks at a pipe or a file: no line is too long for it.
PIPE_WIDTH = 10_000


def print_hung(out: Console, head: Text, text: Text, indent: int) -> None:
    """`text` after `head`; its further lines stand below its own beginning."""
    if out.width >= PIPE_WIDTH:
        out.print(head + text, soft_wrap=True)
        return
    table = Table.grid(padding=0)
    table.add_column(width=indent, no_wrap=True)
    table.add_column(width=max(out.width - indent, 1))
    table.add_row(head, text)
    out.print(table)
