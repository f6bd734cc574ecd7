"""What is seen while portals are visited: a bar on a terminal, elsewhere a line for every visit."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from collector.keeping import subject
from collector.plain_text import plain
from collector.summary import Progress as Told
from collector.visit import Visited


@contextmanager
def progress(console: Console) -> Iterator[Told]:
    """What a run tells of every visit, shown on `console` until the context ends."""
    if not console.is_terminal:
        yield _say
        return
    columns = (BarColumn(24), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress("  ", *columns, console=console, transient=True) as bar:
        task = bar.add_task("opening the browser", total=None)

        def show(done: int, due: int, last: Visited | None) -> None:
            said = "" if last is None else f"{last.portal}: {subject(last)}"
            bar.update(task, completed=done, total=due, description=plain(said))

        yield show


def _say(done: int, due: int, last: Visited | None) -> None:
    if last is None:
        return
    outcome = last.outcome.value.replace("_", " ")
    line = f"  {done:>3}/{due:<3} {last.portal:<11}{subject(last):<54}{outcome}"
    print(plain(line), file=sys.stderr, flush=True)
