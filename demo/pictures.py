"""Makes the pictures that README shows, from the database that `make demo` makes.

    python -m demo.pictures [--database demo-data/crosstrack.db] [--parcel NUMBER] [--out docs/pictures]

Terminals are drawn as SVG from what the real commands print; Datasette is photographed as PNG in a real
browser. All they show comes from the database, whose days are simulated: made again they are the same.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from collector.errors import CrosstrackError
from collector.finding import parcels_named
from collector.store.opening import open_store
from demo.story import SHOWN
from demo.terminal_pictures import PictureFailed, Screen, drawn
from demo.web_pictures import Shot, photographed, served

DATABASE = Path("demo-data") / "crosstrack.db"
OUT = Path("docs") / "pictures"
MOST_BYTES = {".svg": 100_000, ".png": 150_000}

_ORDER_COLUMNS = ("account", "status", "placed_on", "store", "total", "currency", "protection_ends_on")
_ORDERS = "&".join(f"_col={name}" for name in (*_ORDER_COLUMNS, "destination_country"))


def main() -> int:
    """Make the pictures; the exit status."""
    arguments = _arguments()
    try:
        check(arguments.database)
        arguments.out.mkdir(parents=True, exist_ok=True)
        for name, content in _pictures(arguments.database, arguments.parcel):
            _write(arguments.out / name, content)
    except CrosstrackError as error:
        print(f"pictures: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"pictures: {error.filename or arguments.out}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


def check(database: Path) -> None:
    """Raises CrosstrackError where there is no database, or too little in it to be shown."""
    with open_store(database, must_exist=True) as db:
        for needed in ("events", "findings", "orders"):
            if not _holds(db, needed):
                raise PictureFailed(f"{database} holds no {needed}: make it anew with `make demo`")


def screens(parcel: str) -> tuple[Screen, ...]:
    """The terminals to draw."""
    return (
        Screen("show", ("show", parcel), columns=136, lines=60),
        Screen("findings", ("disagreements", "--findings"), columns=118),
    )


def shots(parcel: str) -> tuple[Shot, ...]:
    """The pages to photograph, `parcel` being its id; of tables the part that begins with the facets."""
    page = f"/-/crosstrack{{database}}/parcel/{quote(parcel)}"
    return (
        Shot("overview", "/-/crosstrack{database}?all=1"),
        Shot("parcel", page, top="section[aria-labelledby=picture]", whole=True),
        Shot("datasette", ""),
        Shot("datasette-orders", f"orders?{_ORDERS}", top=".facet-results"),
    )


def _pictures(database: Path, parcel: str) -> Iterator[tuple[str, bytes]]:
    for screen in screens(parcel):
        yield f"{screen.name}.svg", drawn(screen, database).encode()
    with open_store(database, must_exist=True) as db:
        parcel_id = parcels_named(db, parcel)[0]
    with served(database) as address:
        for shot, picture in photographed(address, shots(parcel_id)):
            yield f"{shot.name}.png", picture


def _write(path: Path, content: bytes) -> None:
    if len(content) > MOST_BYTES[path.suffix]:
        raise PictureFailed(f"{path} would have {len(content):,} bytes: too large for a repository")
    path.write_bytes(content)
    print(f"{path}  {len(content):,} bytes")


def _holds(db: Database, table: str) -> bool:
    return bool(list(db.query(f"select 1 from {table} limit 1")))  # noqa: S608 - the names stand above


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.pictures", description="Make README's pictures.")
    parser.add_argument("--database", type=Path, default=DATABASE, help=f"made by the demo; {DATABASE}")
    parser.add_argument("--parcel", default=SHOWN, help=f"the one to show, by any of its numbers; {SHOWN}")
    parser.add_argument("--out", type=Path, default=OUT, help=f"the folder for the pictures; {OUT}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
