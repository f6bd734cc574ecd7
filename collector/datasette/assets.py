"""The style sheet and the scripts of ours, at an address that is the same however the plugin was loaded."""

from collections.abc import Callable
from importlib import resources
from typing import Any

from datasette.utils.asgi import NotFound, Response

from collector.datasette.served import Asked, answer

_FOLDER = "/-/crosstrack-static"
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
STYLE, SCRIPTS = "crosstrack.css", ("moments.js", "controls.js")


def asset_address(name: str) -> str:
    """Where a file of the folder `static` is served, below Datasette's own address."""
    return f"{_FOLDER}/{name}"


async def asset(request: Asked) -> Response:
    """A file of the folder `static`."""
    name = request.url_vars["name"]
    file = resources.files("collector").joinpath("datasette", "static", name)
    if not file.is_file():
        raise NotFound("There is no such file")
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return answer(file.read_text(encoding="utf-8"), _TYPES[name.rpartition(".")[2]], headers)


ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (rf"^{_FOLDER}/(?P<name>[a-z_-]+\.(?:css|js))$", asset),
]
