"""`status`, `show`, `disagreements`, `clocks`, `portals`: what is known, for people and for programs."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from collector.clock import utc_now
from collector.commands.completing import known_ids, known_kinds, known_portals
from collector.commands.context import Json, command, given, put_json, say, storable
from collector.commands.moments import AsOf, opened
from collector.errors import UsageError

_WORST_FIRST = """
case severity when 'warning' then 0 when 'notice' then 1 else 2 end, parcel_id, kind, portal_a, portal_b
"""


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for function in (status, show, disagreements, clocks, portals):
        command(app)(function)


def status(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also what was finished long ago.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many lines.")] = None,
    as_json: Json = False,
) -> None:
    """Show every parcel in one line, the most urgent first; above them the accounts that wait for you.

    Example: crosstrack status --limit 20
    """
    from collector.paths import default_sessions
    from collector.report import console
    from collector.report_status import as_rows, print_status
    from collector.status import accounts_in_need, lines
    from collector.store.opening import open_store
    from collector.urgency import FINISHED_SHOWN_DAYS, is_old

    now, sessions = utc_now(), default_sessions(os.environ)
    with open_store(given(context).database, must_exist=True) as db:
        needs = accounts_in_need(db, lambda portal, account: _signed_in_at(sessions, portal, account))
        known = lines(db, now=now)
    wanted = [line for line in known if everything or not is_old(line, now.date())]
    shown = wanted[:limit]
    if as_json:
        put_json(as_rows(needs, shown))
    else:
        print_status(console(), needs, shown, today=now.date())
    if not known:
        say("nothing is known yet: run `crosstrack login aliexpress` or add a number, then collect")
    if len(wanted) > len(shown):
        say(f"not shown: {len(wanted) - len(shown)} more (--limit)")
    if len(known) > len(wanted):
        say(f"finished over {FINISHED_SHOWN_DAYS} days ago, not shown: {len(known) - len(wanted)} (--all)")


def _signed_in_at(sessions: Path, portal: str, account: str) -> datetime | None:
    """When the stored session of an account began, None without one that can be used."""
    from collector.account.sessions import load_session
    from collector.errors import CrosstrackError

    try:
        session = load_session(sessions, portal, account)
    except CrosstrackError:
        return None
    return None if session is None else session.saved_at


def show(
    context: typer.Context,
    id_: Annotated[
        str,
        typer.Argument(metavar="ID", help="Any number of the parcel, or an order.", autocompletion=known_ids),
    ],
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show one parcel: its orders, what portals disagree about, and its timeline as each portal prints it.

    An order that has no parcel yet is shown by itself.

    Example: crosstrack show LP00123456789012
    """
    from collector.finding import parcels_named
    from collector.report import console, parcel_json, print_parcel
    from collector.report_orders import order_json, print_order

    order = None
    with opened(given(context).database, as_of, storable(id_)) as db:
        try:
            found = [parcel_json(db, parcel_id) for parcel_id in parcels_named(db, storable(id_))]
        except UsageError:
            order = order_json(db, storable(id_).strip())
            if order is None:
                raise
    if as_json:
        put_json(found if order is None else [order])
    elif order is not None:
        print_order(console(), order)
    else:
        for parcel in found:
            print_parcel(console(), parcel)


def disagreements(
    context: typer.Context,
    parcel: Annotated[
        str | None, typer.Option(help="Only this parcel: any of its numbers.", autocompletion=known_ids)
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="Only this kind, such as conflict.", autocompletion=known_kinds)
    ] = None,
    portal: Annotated[
        str | None, typer.Option(help="Only where this portal takes part.", autocompletion=known_portals)
    ] = None,
    findings: Annotated[bool, typer.Option("--findings", help="Each repeated fact once.")] = False,
    as_json: Json = False,
) -> None:
    """List where portals disagree about time, and why.

    Example: crosstrack disagreements --findings
    """
    from collector.finding import parcels_named
    from collector.reconcile.kinds import SEVERITY
    from collector.report import console
    from collector.report_tables import print_table
    from collector.store.opening import open_store

    if kind is not None and kind not in SEVERITY:
        raise UsageError(f"no kind {kind!r}; there are {', '.join(SEVERITY)}")
    with open_store(given(context).database, must_exist=True) as db:
        ids = parcels_named(db, storable(parcel)) if parcel else None
        table, text = ("findings", "sentence") if findings else ("disagreements", "explanation")
        rows = [
            row
            for row in db.query(f"select * from {table} order by {_WORST_FIRST}")  # noqa: S608
            if (ids is None or row["parcel_id"] in ids)
            and (kind is None or row["kind"] == kind)
            and (portal is None or portal in (row["portal_a"], row["portal_b"]))
        ]
    if as_json:
        put_json(rows)
    elif rows:
        rows = [{**row, "parcel_id": row["parcel_id"] or "all parcels"} for row in rows]
        columns = {"parcel_id": "parcel", "kind": "kind", "severity": "severity", text: "what"}
        print_table(console(), rows, columns)
    else:
        say("no disagreements")


def clocks(
    context: typer.Context,
    portal: Annotated[
        str | None, typer.Option(help="Only this portal.", autocompletion=known_portals)
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what is believed about each portal's clock: as a whole, on each leg, from how many rows.

    "complete" is the share of what other portals show that it shows, "labels" the share of its stated
    offsets that hold. "fit" counts rows that fit the clock beside other portals' rows of the same scan, at
    most eight of one parcel: 30 make a learned clock sure, 10 fairly sure, 3 are first signs.

    Example: crosstrack clocks --portal usps
    """
    from collector.report import console
    from collector.report_clocks import clock_rows, print_clocks
    from collector.store.opening import open_store

    name = None if portal is None else storable(portal).strip().lower()
    with open_store(given(context).database, must_exist=True) as db:
        rows = clock_rows(db, name)
    if as_json:
        put_json(rows)
    elif rows:
        print_clocks(console(), rows)
    else:
        say("no rows yet" if name is None else f"no rows of a portal {name!r}")


def portals(
    context: typer.Context,
    as_json: Json = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the table that README has.")] = False,
    number: Annotated[
        str | None, typer.Option(help="Print instead which portals may know this number, and why.")
    ] = None,
) -> None:
    """List the portals known here: clock, evidence, budget, last outcomes on this machine.

    Example: crosstrack portals --number RB123456785GB
    """
    if number is not None:
        _print_advice(number, as_json=as_json)
        return
    from collector.report import console
    from collector.report_portals import markdown, portal_rows
    from collector.report_tables import print_table
    from collector.store.opening import open_store
    from scrapers import broken
    from scrapers import portals as known

    database = given(context).database
    if as_markdown or not database.exists():
        rows = portal_rows(known().values(), None)
    else:
        with open_store(database) as db:
            rows = portal_rows(known().values(), db)
    if as_json:
        put_json(rows)
    elif as_markdown:
        typer.echo(markdown(rows), nl=False)
    else:
        print_table(console(), rows, _PORTAL_HEADINGS)
    for one in broken():
        say(f"{one.entry_point}: {one.reason}")


def _print_advice(text: str, *, as_json: bool) -> None:
    """Which portals may know a number, surest first, and the carriers without a portal here."""
    from collector.report import console
    from collector.report_portals import advice_rows
    from collector.report_tables import print_table
    from scrapers.numbers import NumberError, tracking_number

    try:
        rows = advice_rows(tracking_number(text))
    except NumberError as error:
        raise UsageError(str(error)) from None
    if as_json:
        put_json(rows)
    elif rows:
        print_table(console(), rows, {"portal": "portal", "level": "how likely", "because": "because"})
    else:
        say("a number of no known form: universal trackers would be asked")


_PORTAL_HEADINGS = {
    "name": "name",
    "title": "title",
    "languages": "languages",
    "clock": "clock",
    "evidence": "evidence",
    "per_day": "per day",
    "seconds_between": "seconds between",
    "outcomes": "outcomes",
    "drift": "drift",
}
