"""The page of a parcel: what it asks, what portals disagree about, the picture, the timeline."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import unquote

from datasette.utils import tilde_decode
from datasette.utils.asgi import Response
from markupsafe import Markup
from sqlite_utils import Database

from collector.clock import utc_now
from collector.datasette.ours import asked_database
from collector.datasette.parcel_links import read, rendered, table_address
from collector.datasette.parcel_parts import Parts, parcel_parts
from collector.datasette.served import Asked, Served
from collector.errors import UsageError
from collector.finding import parcels_named
from collector.picture import drawn
from collector.picture.sheet import NARROW
from collector.picture.story import Finding, Story
from collector.read.countries import country_name

#: So many findings are told at once, the worst; the others on request.
_FINDINGS = 8
_NAMED = "select id, title, stage from parcels where id = ?"


async def parcel_page(datasette: Served, request: Asked) -> Response:
    """The page of the parcel an address names; of an order with several parcels a choice."""
    database = await asked_database(datasette, request)
    name = tilde_decode(unquote(request.url_vars["id"]))
    today = utc_now().date()
    try:
        found = await read(database, lambda db: _found(db, name, today))
    except UsageError as unknown:
        # Raised to Datasette it would fill the terminal with a traceback.
        said = {"said": str(unknown)}
        return await rendered(datasette, request, "crosstrack_unknown.html", database.name, said, status=404)
    if isinstance(found, Parts):
        context = _context(datasette, database.name, found)
        return await rendered(datasette, request, "crosstrack_parcel.html", database.name, context)
    choice = {"name": name, "parcels": found}
    return await rendered(datasette, request, "crosstrack_parcels.html", database.name, choice)


def _found(db: Database, name: str, today: date) -> Parts | list[dict[str, Any]]:
    """The parts of the one parcel meant, or the parcels of an order. Raises UsageError if there is none."""
    ids = parcels_named(db, name)
    if len(ids) == 1:
        return parcel_parts(db, ids[0], today)
    return [row for id_ in ids for row in db.query(_NAMED, [id_])]


def _context(datasette: Served, database: str, parts: Parts) -> dict[str, Any]:
    story = parts.story
    return {
        "wide": Markup(drawn(story, name="wide")),  # noqa: S704 - every text in it is escaped there
        "narrow": Markup(drawn(story, width=NARROW, name="narrow")),  # noqa: S704
        "parts": parts,
        "story": story,
        "titles": story.titles(),
        "route": _route(story),
        "FINDINGS": _FINDINGS,
        "disagreements_of": partial(_disagreements, datasette, database, story.parcel_id),
        "rows_of": partial(_rows, datasette, database, story.parcel_id),
    }


def _route(story: Story) -> str:
    countries = [country_name(code) for code in (story.origin_country, story.destination_country) if code]
    return " → ".join(countries)


def _disagreements(datasette: Served, database: str, parcel_id: str, finding: Finding) -> str:
    """Where the disagreements of a finding stand as a table."""
    of_finding = {"kind": finding.kind, "portal_a": finding.portal_a, "portal_b": finding.portal_b}
    return table_address(datasette, database, "disagreements", {"parcel_id": parcel_id, **of_finding})


def _rows(datasette: Served, database: str, parcel_id: str, table: str) -> str:
    return table_address(datasette, database, table, {"parcel_id": parcel_id})


ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"^/-/crosstrack/(?P<database>[^/]+)/parcel/(?P<id>[^/]+)$", parcel_page),
]
