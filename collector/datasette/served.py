"""What we need of Datasette, with types: its own code has none."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from datasette.utils.asgi import Response


class Results(Protocol):
    """What a query gave."""

    rows: Sequence[Mapping[str, Any]]


class OpenDatabase(Protocol):
    """A database that Datasette serves. `route` is what it is called in addresses, before encoding."""

    name: str
    route: str

    async def execute(
        self, sql: str, params: Sequence[object] = ..., *, log_sql_errors: bool = ...
    ) -> Results:
        """The rows of a query that only reads."""


class Served(Protocol):
    """A running Datasette."""

    databases: Mapping[str, OpenDatabase]
    urls: Any

    def get_database(self, name: str | None = None, route: str | None = None) -> OpenDatabase:
        """The database of that name or address. Raises KeyError if there is none."""

    async def render_template(
        self, templates: str, context: Mapping[str, object], request: "Asked | None" = None
    ) -> str:
        """A page made of a template."""


class Asked(Protocol):
    """A request."""

    path: str
    url_vars: Mapping[str, str]
    args: Any
    headers: Mapping[str, str]
    actor: Any


def answer(body: str | bytes, content_type: str, headers: Mapping[str, str]) -> Response:
    """An answer with status 200."""
    made = cast("Any", Response)(body, headers=dict(headers), content_type=content_type)
    return cast("Response", made)


def redirect(address: str) -> Response:
    """An answer that leads to another address."""
    return cast("Response", cast("Any", Response).redirect(address))
