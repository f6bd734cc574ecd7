"""What the pages of ours have in common: how they read the database, their addresses, their answers."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import urlencode

from datasette.utils import tilde_encode
from datasette.utils.asgi import Response
from sqlite_utils import Database

from collector.datasette.archive_page import page_address
from collector.datasette.badges import badge
from collector.datasette.moments import moment
from collector.datasette.parcel_words import WORDS_OF_PAGES, stamp
from collector.datasette.served import Asked, OpenDatabase, Served

_T = TypeVar("_T")

#: Nothing comes from elsewhere and nothing runs but our own script, whatever a text should smuggle in.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class _Connected(Protocol):
    async def execute_fn(self, fn: Callable[[Any], _T]) -> _T: ...


async def read(database: OpenDatabase, reading: Callable[[Database], _T]) -> _T:
    """What `reading` makes of the database, in a thread that Datasette has for it."""
    connected = cast("_Connected", database)
    return await connected.execute_fn(lambda connection: reading(Database(connection)))


def overview_address(datasette: Served, database: str) -> str:
    """Where the overview of a database is."""
    route = datasette.get_database(database).route
    return str(datasette.urls.path(f"/-/crosstrack/{tilde_encode(route)}"))


def parcel_address(datasette: Served, database: str, name: str) -> str:
    """Where the page of a parcel is: by its id, any of its numbers, or an order of it."""
    return f"{overview_address(datasette, database)}/parcel/{tilde_encode(name)}"


def table_address(datasette: Served, database: str, table: str, filters: Mapping[str, str]) -> str:
    """Where the rows of a table stand whose columns have exactly these values."""
    exact = {f"{name}__exact": value for name, value in filters.items()}
    return f"{datasette.urls.table(database, table)}?{urlencode(exact)}"


def shared(datasette: Served, database: str) -> dict[str, Any]:
    """What every template of ours calls: words, elements, addresses."""
    return {
        **WORDS_OF_PAGES,
        "database": database,
        "badge": badge,
        "moment": lambda at: moment(stamp(at)),
        "tilde": tilde_encode,
        "parcel_address": partial(parcel_address, datasette, database),
        "page_address": partial(page_address, datasette, database),
        "overview_address": overview_address(datasette, database),
    }


async def rendered(
    datasette: Served,
    request: Asked,
    template: str,
    database: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
) -> Response:
    """A page of ours, made of a template."""
    told = {**shared(datasette, database), **context}
    html = await datasette.render_template(template, told, request=request)
    made = cast("Any", Response)(html, status, dict(_HEADERS), content_type="text/html; charset=utf-8")
    return cast("Response", made)
