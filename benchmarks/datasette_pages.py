"""`python -m benchmarks.datasette_pages`: how long Datasette takes for every page of a large database.

The database is made by `datasette_rows`; pages are asked for without a network, through `datasette.client`.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from datasette.app import Datasette
from datasette.cli import serve

from benchmarks.bench import Options
from benchmarks.datasette_rows import rows
from benchmarks.markdown import table
from collector.datasette.__main__ import register
from collector.serving import metadata, serve_arguments
from collector.store.opening import open_store
from collector.store.summaries import summarise

#: So many rows of one table go into one statement.
_TOGETHER = 20_000
#: A page may take so long; the two that people open first have bars of their own.
_BARS_MS: Mapping[str, float] = {"overview": 300, "parcel page": 500}
_USUAL_MS = 2_000
_SLOWEST = 8


@dataclass(frozen=True, slots=True)
class Timed:
    """How long a page took: medians of wall and processor time, both ms. `bar_ms` is what it may take."""

    page: str
    wall_ms: float
    cpu_ms: float
    status: int
    bar_ms: float

    @property
    def holds(self) -> bool:
        """Whether it was answered within its bar, by the processor's time: a busy machine is no fault."""
        return self.status == 200 and self.cpu_ms <= self.bar_ms


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every page was answered within its bar, 1 otherwise."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="crosstrack-pages-") as folder:
        database = options.database or Path(folder) / "many.db"
        if not database.exists():
            made(database, options.parcels)
        timed = times(database, Path(folder), options.rounds, options.page)
    if options.json:
        print(json.dumps([asdict(one) | {"holds": one.holds} for one in timed], indent=2))
    else:
        print(f"{'page':44} {'wall, ms':>9} {'cpu, ms':>9} {'bar':>7}")
        for one in timed:
            mark = "" if one.holds else f"  status {one.status}, too slow or failed"
            print(f"{one.page:44} {one.wall_ms:>9.0f} {one.cpu_ms:>9.0f} {one.bar_ms:>7.0f}{mark}")
    return 0 if all(one.holds for one in timed) else 1


def measured(options: Options) -> str:
    """The chapter on pages in Datasette."""
    parcels = 500 if options.quick else 5000
    with tempfile.TemporaryDirectory(prefix="crosstrack-pages-") as folder:
        database = Path(folder) / "many.db"
        made(database, parcels)
        timed = times(database, Path(folder), options.rounds)
    shown = [one for one in timed if one.page in _BARS_MS or not one.holds or one in timed[:_SLOWEST]]
    rows_shown = [[one.page, round(one.cpu_ms), round(one.wall_ms), round(one.bar_ms)] for one in shown]
    heads = ["page", "processor, ms", "wall, ms", "at most, ms of processor"]
    of = f"{parcels:,} parcels with 100 observations each; medians of {options.rounds}."
    which = f"Of {len(timed)} pages the {_SLOWEST} slowest and those with a bar of their own."
    return f"## Pages in Datasette\n\n{of} {which}\n\n{table(heads, rows_shown)}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.datasette_pages", description=__doc__)
    parser.add_argument(
        "--parcels", type=int, default=5000, metavar="N", help="of 100 rows each (default: 5000)"
    )
    parser.add_argument("--database", type=Path, metavar="FILE", help="where it is or will be kept")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each page is asked for")
    parser.add_argument("--page", metavar="TEXT", default="", help="only pages with this in their name")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    return parser.parse_args(arguments)


def made(database: Path, parcels: int) -> None:
    """Make a database of so many parcels; what follows from the rows is derived as always."""
    with open_store(database) as db:
        db.execute("pragma synchronous = off")
        db.execute("begin")
        db.execute("pragma defer_foreign_keys = on")
        waiting: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for table, row in rows(parcels):
            waiting[table].append(row)
            if len(waiting[table]) >= _TOGETHER:
                _insert(db.conn.executemany, table, waiting.pop(table))
        for table, some in waiting.items():
            _insert(db.conn.executemany, table, some)
        db.execute("delete from underived")
        summarise(db, [row["id"] for row in db.query("select id from parcels")])
        db.conn.commit()


def _insert(
    many: Callable[[str, Iterator[tuple[Any, ...]]], object], table: str, some: Sequence[Mapping[str, Any]]
) -> None:
    columns = list(dict.fromkeys(name for row in some for name in row))
    marks = ",".join("?" * len(columns))
    sql = f"insert into {table} ({','.join(columns)}) values ({marks})"  # noqa: S608 - names of ours
    many(sql, (tuple(row.get(name) for name in columns) for row in some))


def pages(name: str, database: Path) -> dict[str, str]:
    """The address of every bundled page by what it is called."""
    said = metadata(name, title=name)["databases"][name]
    with open_store(database) as db:
        (parcel,) = next(iter(db.execute("select id from parcels order by id limit 1 offset 7")))
        (page,) = next(iter(db.execute("select id from observations where parcel_id = ? limit 1", [parcel])))
    return {
        "front page": "/",
        "database": f"/{name}",
        "overview": f"/-/crosstrack/{name}",
        "parcel page": f"/-/crosstrack/{name}/parcel/{parcel}",
        "archived page": f"/-/crosstrack/{name}/page/{page}",
        "row of parcels": f"/{name}/parcels/{parcel}",
        "search in observations": f"/{name}/observations?_search=sorting+madrid",
        **{f"table {table}": f"/{name}/{table}" for table in said["tables"]},
        **{f"{query}, of a parcel": f"/{name}/{query}?parcel={parcel}" for query in _of_parcels(said)},
        **{f"query {query}": f"/{name}/{query}" for query in said["queries"]},
    }


def _of_parcels(said: Mapping[str, Any]) -> list[str]:
    return [name for name, query in said["queries"].items() if ":parcel" in query["sql"]]


def times(database: Path, folder: Path, rounds: int, wanted: str = "") -> list[Timed]:
    """How long every page whose name has `wanted` in it takes, the slowest first."""
    register()
    _, *rest = serve_arguments(database, folder, port=0, open_browser=False)
    with serve.make_context("serve", rest) as context:
        datasette = serve.callback(**context.params, return_instance=True)
    found = asyncio.run(_asked(datasette, pages(database.stem, database), rounds, wanted))
    return sorted(found, key=lambda one: -one.cpu_ms)


async def _asked(datasette: Datasette, addresses: Mapping[str, str], rounds: int, wanted: str) -> list[Timed]:
    running: Any = datasette  # its own code has no types
    await running.invoke_startup()
    ask: Callable[[str], Awaitable[Any]] = running.client.get
    found = []
    for page, address in addresses.items():
        if wanted not in page:
            continue
        await ask(address)  # what is read once is not what a page costs
        walls, cpus, status = [], [], 0
        for _ in range(rounds):
            wall, cpu = time.perf_counter(), time.process_time()
            status = (await ask(address)).status_code
            walls.append((time.perf_counter() - wall) * 1000)
            cpus.append((time.process_time() - cpu) * 1000)
        found.append(Timed(page, median(walls), median(cpus), status, _BARS_MS.get(page, _USUAL_MS)))
    return found


if __name__ == "__main__":
    sys.exit(main())
