"""The overview: who waits for a person, what is due, and every parcel as a row, the most urgent first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response
from sqlite_utils import Database

from collector.clock import utc_now
from collector.datasette.ours import asked_database
from collector.datasette.overview_rows import PAGE, Chosen, Lines, overview_lines
from collector.datasette.overview_words import (
    expected,
    happened,
    protected,
    short,
    trouble_words,
    urgency_words,
)
from collector.datasette.parcel_links import overview_address, read, rendered
from collector.datasette.served import Asked, Served
from collector.deadlines import Ahead, deadlines_ahead
from collector.report_status import needed
from collector.status import Need, accounts_in_need
from collector.store.troubles import Trouble, troubles

#: So many deadlines are listed; the query of Datasette has all.
_DEADLINES = 8
_NEWEST_RUN = "select max(seen_at) as at from visits"


@dataclass(frozen=True, slots=True)
class Overview:
    """All the page shows. `looked_at` is when the newest page was seen, None before the first.

    troubles   of portals and accounts, but for the accounts that wait for a person
    ahead      the next deadline of each order
    """

    lines: Lines
    needs: list[Need]
    troubles: list[Trouble]
    ahead: list[Ahead]
    looked_at: str | None


async def overview(datasette: Served, request: Asked) -> Response:
    """The overview of a database; `q` searches, `all` shows what is long finished too, `page` is from 1."""
    database = await asked_database(datasette, request)
    chosen, now = _chosen(request), utc_now()
    found = await read(database, lambda db: overview_of(db, chosen, now))
    context = {
        "found": found,
        "chosen": chosen,
        "today": now.date(),
        "urgency_words": urgency_words,
        "expected": expected,
        "happened": happened,
        "protected": protected,
        "needed": needed,
        "short": short,
        "trouble_words": trouble_words,
        "another_page": lambda **more: _address(datasette, database.name, chosen, **more),
        "PAGE": PAGE,
    }
    return await rendered(datasette, request, "crosstrack_overview.html", database.name, context)


def overview_of(db: Database, chosen: Chosen, now: datetime) -> Overview:
    """What the overview shows at `now`.

    Sessions are not looked at: a server of pages opens no file that holds cookies. So an account waits
    until a visit has seen that somebody signed in.
    """
    (newest,) = db.query(_NEWEST_RUN)
    needs = accounts_in_need(db, lambda _portal, _account: None)
    waiting = {(need.portal, need.account) for need in needs}
    next_of_order = {one.order_id: one for one in reversed(deadlines_ahead(db, now.date()))}
    return Overview(
        lines=overview_lines(db, chosen, now.date()),
        needs=needs,
        troubles=[one for one in troubles(db, now) if (one.portal, one.account) not in waiting],
        ahead=sorted(next_of_order.values(), key=lambda one: (one.due_on, one.order_id))[:_DEADLINES],
        looked_at=newest["at"],
    )


def _chosen(request: Asked) -> Chosen:
    page = request.args.get("page") or "1"
    return Chosen(
        with_old=request.args.get("all") == "1",
        search=(request.args.get("q") or "").strip(),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


def _address(datasette: Served, database: str, chosen: Chosen, **more: object) -> str:
    """The overview with what is chosen, and what `more` says instead."""
    asked = {"q": chosen.search, "all": "1" if chosen.with_old else "", "page": ""} | more
    query = urlencode({name: value for name, value in asked.items() if value})
    return overview_address(datasette, database) + (f"?{query}" if query else "")


ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"^/-/crosstrack/(?P<database>[^/]+)$", overview),
]
