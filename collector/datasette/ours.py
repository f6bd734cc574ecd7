"""Which of the databases that Datasette serves are Crosstrack's: the plugin touches no other."""

import sqlite3
from typing import Any, cast
from weakref import WeakKeyDictionary

from datasette.utils import tilde_decode
from datasette.utils.asgi import Forbidden, NotFound

from collector.datasette.served import Asked, OpenDatabase, Served

#: What was found of each open database; one that is opened anew is looked at anew.
_SEEN: "WeakKeyDictionary[OpenDatabase, bool]" = WeakKeyDictionary()
_OURS = "select 1 from _sqlite_migrations where migration_set = 'crosstrack' limit 1"


async def find_ours(datasette: Served) -> None:
    """Look at every database that is served now."""
    for database in list(datasette.databases.values()):
        await is_ours(database)


async def is_ours(database: OpenDatabase) -> bool:
    """Whether the database has our schema."""
    if database not in _SEEN:
        try:
            _SEEN[database] = bool((await database.execute(_OURS, log_sql_errors=False)).rows)
        except sqlite3.Error:
            _SEEN[database] = False
    return _SEEN[database]


def known(datasette: Served, name: str | None) -> bool | None:
    """Whether the database of that name is ours, None if it was not looked at yet."""
    database = datasette.databases.get(name or "")
    return False if database is None else _SEEN.get(database)


def all_ours(datasette: Served) -> bool:
    """Whether nothing but databases of ours is served, as `crosstrack serve` does."""
    served = [name for name in datasette.databases if not name.startswith("_")]
    return bool(served) and all(known(datasette, name) for name in served)


async def asked_database(datasette: Served, request: Asked) -> OpenDatabase:
    """The database an address of ours names.

    Raises NotFound for one that is not served or not ours, Forbidden for who may not see it.
    """
    try:
        database = datasette.get_database(route=tilde_decode(request.url_vars["database"]))
    except KeyError:
        raise NotFound("There is no such database") from None
    if not await is_ours(database):
        raise NotFound("This is not a database of Crosstrack")
    await _refuse_strangers(datasette, request.actor, database.name)
    return database


async def _refuse_strangers(datasette: Served, actor: object, name: str) -> None:
    running = cast("Any", datasette)
    if hasattr(running, "ensure_permissions"):
        await running.ensure_permissions(actor, [("view-database", name), "view-instance"])
        return
    from datasette.resources import DatabaseResource  # Datasette 1.0

    if not await running.allowed(action="view-database", resource=DatabaseResource(name), actor=actor):
        raise Forbidden("You may not see this database")
