"""How far long work is, for a person who waits: on stderr, only where that is a terminal, gone at the end."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from collector.plain_text import plain

_T = TypeVar("_T")


class Watch(Protocol):
    """Told how much is done, of how much (None: nobody knows), and what to say of it above the bar."""

    def __call__(self, done: int, total: int | None, line: str = "") -> None: ...


#: So many rows of an export are between two steps of the bar.
_STEP = 500
_REDRAW_S = 0.1


@contextmanager
def progress(label: str) -> Iterator[Watch | None]:
    """What to tell how far `label` is; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Drawn by who tells: no thread runs beside the work.
    with Bars(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bars:
        task = bars.add_task(label, total=None)
        drawn_at = 0.0

        def tell(done: int, total: int | None, line: str = "") -> None:
            nonlocal drawn_at
            if line:
                bars.console.print(Text(plain(line)))
            now = time.monotonic()
            is_due = now - drawn_at >= _REDRAW_S or done == total
            drawn_at = now if is_due else drawn_at
            bars.update(task, completed=done, total=total, refresh=is_due)

        yield tell


def counted(rows: Iterable[_T], label: str) -> Iterator[_T]:
    """The rows as they come, counted for the person who waits; not where the rows themselves are read."""
    if sys.stdout.isatty():
        yield from rows
        return
    with progress(label) as tell:
        for done, row in enumerate(rows, 1):
            if tell is not None and done % _STEP == 0:
                tell(done, None)
            yield row
