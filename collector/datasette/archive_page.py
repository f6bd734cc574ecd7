"""Archived pages in the browser: a page that says what, when and from where, and the portal's own in a box.

What stands in the box comes under a policy by which nothing in it runs, loads, is sent or leads away, and was
made harmless before (`defused`). It is only ever shown in the box: asked for by itself it leads back here.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import NotFound, Response

from collector.datasette.archive import Archived, archived, stored_body
from collector.datasette.badges import badge
from collector.datasette.defused import Shown, harmless, picture_type, source
from collector.datasette.moments import moment
from collector.datasette.ours import asked_database
from collector.datasette.served import Asked, OpenDatabase, Served, answer, redirect
from collector.plain_text import one_line
from scrapers import vocabulary

_NOT_KEPT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
#: Of what a portal sent: no script, no request, no form, no window, no origin.
_BOXED = _NOT_KEPT | {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-DNS-Prefetch-Control": "off",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Of the page around it: the box may hold nothing but what comes from here, wherever a link in it leads.
_AROUND = _NOT_KEPT | {
    "Content-Security-Policy": (
        "frame-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'self'"
    ),
}
_ROLES = {
    "dom": "page",
    "payload": "data",
    "screenshot": "picture",
    "record": "record",
    "page": "page",
}


def page_address(datasette: Served, database: str, name: str) -> str:
    """Where an archived page is shown: by the id of a stored page, a visit or an observation."""
    route = datasette.get_database(database).route
    return str(datasette.urls.path(f"/-/crosstrack/{tilde_encode(route)}/page/{tilde_encode(name)}"))


async def archived_page(datasette: Served, request: Asked) -> Response:
    """The page around an archived page."""
    database = await asked_database(datasette, request)
    name = tilde_decode(request.url_vars["id"])
    position = request.args.get("part")
    found = await archived(
        database, name, int(position) if _is_place(position) else None, request.args.get("visit")
    )
    if found is None:
        raise NotFound("No page, visit or row has this id")
    kind = "none" if found.part is None else await _kind(database, found.part["page_id"])
    context = _context(datasette, database, name, found, kind)
    html = await datasette.render_template("crosstrack_archive.html", context, request=request)
    return answer(html, "text/html; charset=utf-8", _AROUND)


async def body(datasette: Served, request: Asked) -> Response:
    """A stored page as it may be looked at, for the box only."""
    if request.headers.get("sec-fetch-dest") in ("document", "object", "embed"):
        return redirect(request.path.removesuffix("/body"))
    return _boxed(await asyncio.to_thread(harmless, *await _asked_body(datasette, request)))


async def source_text(datasette: Served, request: Asked) -> Response:
    """A stored page letter by letter, as text."""
    _, stored = await _asked_body(datasette, request)
    return _boxed(source(stored))


def _boxed(shown: Shown) -> Response:
    return answer(shown.body, shown.media_type, _BOXED)


async def _asked_body(datasette: Served, request: Asked) -> tuple[str, bytes]:
    database = await asked_database(datasette, request)
    found = await stored_body(database, tilde_decode(request.url_vars["id"]))
    if found is None:
        raise NotFound("No stored page has this id, or it is damaged")
    return found


async def _kind(database: OpenDatabase, page_id: str) -> str:
    """How the box shows the page: picture or frame; damaged for none."""
    found = await stored_body(database, page_id)
    if found is None:
        return "damaged"
    return "picture" if picture_type(found[1]) else "frame"


def _is_place(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdecimal() and len(text) < 6


def _context(
    datasette: Served, database: OpenDatabase, name: str, found: Archived, kind: str
) -> dict[str, Any]:
    def address(id_: str) -> str:
        return page_address(datasette, database.name, id_)

    visit, part = found.visit, found.part
    return {
        "database": database.name,
        "visit": visit,
        "portal": None if visit is None else vocabulary.facts(visit["portal"]).title,
        "seen_at": None if visit is None else moment(visit["seen_at"]),
        "outcome": None if visit is None else badge("outcome", visit["outcome"]),
        "about": None if visit is None else _about(visit),
        "part": part,
        "role": None if part is None else _ROLES.get(part["role"], part["role"]),
        "kind": kind,
        "url": "" if part is None else one_line(part["url"], 300),
        "body": None if part is None else address(part["page_id"]) + "/body",
        "source": None if part is None else address(part["page_id"]) + "/source",
        "tabs": [] if visit is None else [_tab(address(visit["id"]), one, part) for one in found.parts],
        "visits": [{"seen_at": moment(v["seen_at"]), "href": address(v["id"])} for v in found.visits],
        "said": [_wording(one, address) for one in found.said],
    }


def _about(visit: Mapping[str, Any]) -> str:
    parts = (("number", visit["tracking_number"]), ("order", visit["order_id"]))
    return ", ".join(f"{what} {value}" for what, value in parts if value)


def _tab(visit: str, one: Mapping[str, Any], shown: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "href": f"{visit}?part={one['position']}",
        "text": _ROLES.get(one["role"], one["role"]),
        "media_type": one_line(one["media_type"], 60),
        "is_shown": shown is not None and one["position"] == shown["position"],
    }


def _wording(one: Mapping[str, Any], address: Callable[[str], str]) -> dict[str, Any]:
    return {
        "printed": one_line(one["time_text"] or "no time", 100),
        "text": one_line(one["description"], 300),
        "place": one_line(one["place"] or "", 100),
        "first": moment(one["first_seen_at"]),
        "first_href": address(one["first_visit_id"]),
        "last": moment(one["last_seen_at"]),
        "last_href": address(one["last_visit_id"]),
    }


_PAGE = r"^/-/crosstrack/(?P<database>[^/]+)/page/(?P<id>[^/]+)"
ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (rf"{_PAGE}$", archived_page),
    (rf"{_PAGE}/body$", body),
    (rf"{_PAGE}/source$", source_text),
]
