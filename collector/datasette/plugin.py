"""The Datasette plugin: what is drawn in cells, which addresses are answered, what pages bring along.

It touches only databases with our schema; whatever else a Datasette serves stays as it is.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from datasette.utils import tilde_encode
from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from markupsafe import Markup
from pluggy import HookimplMarker

from collector.datasette import archive_page, assets, overview, parcel_page
from collector.datasette.cells import Cell, Places, drawn
from collector.datasette.ours import all_ours, find_ours, is_ours, known
from collector.datasette.parcel_links import overview_address, parcel_address
from collector.datasette.served import Asked, Served
from collector.store.views import VIEWS

#: As Datasette's own marker, which has no type.
hookimpl = HookimplMarker("datasette")
Routes = list[tuple[str, Callable[..., Any]]]


@hookimpl
def startup(datasette: Served) -> Callable[[], Awaitable[None]]:
    """Look for our schema once, before the first page."""
    return partial(find_ours, datasette)


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Find our templates however the plugin was loaded: Datasette finds those of packages only."""
    folder = str(resources.files("collector").joinpath("datasette", "templates"))
    loaders = [env.loader] if env.loader is not None else []
    env.loader = ChoiceLoader([*loaders, FileSystemLoader(folder)])


@hookimpl
def register_routes() -> Routes:
    """The archive, the files of ours, and the pages of parcels."""
    return [*assets.ROUTES, *archive_page.ROUTES, *overview.ROUTES, *parcel_page.ROUTES]


@hookimpl
def render_cell(
    row: object, value: object, column: str, table: str | None, database: str, datasette: Served
) -> Markup | Awaitable[Markup | None] | None:
    """The cell as we draw it, None for Datasette's own way."""
    ours = known(datasette, database)
    if ours is None:
        return _rendered_later(row, value, column, table, database, datasette)
    return _rendered(row, value, column, table, database, datasette) if ours else None


async def _rendered_later(
    row: object, value: object, column: str, table: str | None, database: str, datasette: Served
) -> Markup | None:
    """The cell of a database that was added while Datasette runs."""
    if await is_ours(datasette.databases[database]):
        return _rendered(row, value, column, table, database, datasette)
    return None


def _rendered(
    row: object, value: object, column: str, table: str | None, database: str, datasette: Served
) -> Markup | None:
    places = Places(
        page=partial(archive_page.page_address, datasette, database),
        row=partial(_row_address, datasette, database),
        parcel=partial(parcel_address, datasette, database),
        of_visit=partial(_rows_address, datasette, database),
    )
    return drawn(Cell(value, column, table, row), places, is_table=table is not None and table not in VIEWS)


def _row_address(datasette: Served, database: str, table: str, key: str) -> str:
    return str(datasette.urls.row(database, table, tilde_encode(key)))


def _rows_address(datasette: Served, database: str, view: str, visit_id: str) -> str:
    return f"{datasette.urls.table(database, view)}?{urlencode({'visit_id__exact': visit_id})}"


def _is_of_ours(datasette: Served, database: str | None, request: Asked | None) -> bool:
    if request is not None and request.path.startswith("/-/crosstrack/"):
        return True
    return bool(known(datasette, database)) if database else all_ours(datasette)


@hookimpl
def menu_links(datasette: Served) -> list[dict[str, str]]:
    """The overview of each database of ours, in the menu of every page."""
    ours = [name for name in datasette.databases if known(datasette, name)]
    said = "Overview" if len(ours) == 1 else "Overview of {}"
    return [{"href": overview_address(datasette, name), "label": said.format(name)} for name in ours]


@hookimpl
def extra_css_urls(datasette: Served, database: str | None, request: Asked | None) -> list[str]:
    """Our style sheet, on pages of our databases."""
    return [assets.asset_address(assets.STYLE)] if _is_of_ours(datasette, database, request) else []


@hookimpl
def extra_js_urls(datasette: Served, database: str | None, request: Asked | None) -> list[dict[str, Any]]:
    """Our scripts, on pages of our databases."""
    if not _is_of_ours(datasette, database, request):
        return []
    return [{"url": assets.asset_address(name), "module": True} for name in assets.SCRIPTS]
