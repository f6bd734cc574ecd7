"""`--as-of`: the database as it is, or what was known at some moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.context import say, storable
from collector.errors import UsageError

if TYPE_CHECKING:
    from sqlite_utils import Database

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="As known at the end of that day (UTC), or at an instant with its zone.",
    ),
]


@contextmanager
def opened(database: Path, as_of: str | None, name: str | None = None) -> "Iterator[Database]":
    """The database; with `as_of` a temporary one of then, of what `name` names where it names something.

    Raises UsageError for a moment that cannot be meant, and where nothing was known of `name` yet.
    """
    from collector.store.opening import open_store

    if as_of is not None:
        with _then(database, as_of, name) as then:
            yield then
        return
    with open_store(database, must_exist=True) as db:
        yield db


@contextmanager
def _then(database: Path, as_of: str, name: str | None) -> "Iterator[Database]":
    from collector.as_of import known_then, moment_of_text
    from collector.store.opening import open_store
    from scrapers import portals

    moment = moment_of_text(storable(as_of), utc_now())
    with open_store(database, must_exist=True) as db:
        if name is not None:
            _refuse_unknown(db, name)
        with known_then(database, portals(), moment, name) as then:
            if name is not None and not _is_known(then, name):
                raise UsageError(f"nothing was known of {name!r} at {moment.text}")
            say(f"as known at {moment.text}; portals' clocks are read as today")
            yield then


def _refuse_unknown(db: "Database", name: str) -> None:
    """Raises the usual UsageError for what is not even known today."""
    from collector.finding import parcels_named

    if not _is_known(db, name):
        parcels_named(db, name)


def _is_known(db: "Database", name: str) -> bool:
    from collector.finding import parcels_named
    from collector.report_orders import order_json

    try:
        return bool(parcels_named(db, name))
    except UsageError:
        return order_json(db, name.strip()) is not None
