"""Runs of the year that are made a second time, with a real browser: which, and the database before them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.year.weather import is_signed_in, weather

#: So many runs, spread over the year.
SAMPLED = 10


def runs(count: int, seed: int) -> frozenset[int]:
    """The numbers of the sampled runs, of `count`: the first of each tenth in which nothing is broken.

    What a portal's states look like in a browser is told by tests of their own. A year of less than 20 days
    has none.
    """
    part = count // SAMPLED
    if part < 8:
        return frozenset()
    calm = (
        next((n for n in range(p * part + part // 2, (p + 1) * part) if _is_calm(n, seed)), None)
        for p in range(SAMPLED)
    )
    return frozenset(n for n in calm if n is not None)


def _is_calm(number: int, seed: int) -> bool:
    day = weather(number, seed)
    return is_signed_in(number) and not (day.states or day.slip or day.is_killed)


def keep(folder: Path, number: int) -> None:
    """Keeps the database as it is before a sampled run."""
    kept = folder / "sampled" / f"{number}.db"
    kept.parent.mkdir(exist_ok=True)
    kept.unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / "crosstrack.db")) as db:
        db.execute("vacuum into ?", [str(kept)])


def kept(folder: Path) -> dict[int, Path]:
    """The databases that were kept, by the number of the run that came next."""
    return {int(file.stem): file for file in sorted((folder / "sampled").glob("*.db"))}
