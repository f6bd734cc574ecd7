"""`collect`: visit the portals for what is followed."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.completing import known_numbers, known_orders, known_portals
from collector.commands.context import command, given, put_json, say, storable, typed_numbers
from collector.commands.progress import Watch, progress
from collector.errors import UsageError
from collector.plain_text import json_text, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from collector.browser import BrowserOptions
    from collector.collect import Collecting, Progress, Summary
    from collector.limits import Limits
    from collector.outlook import Planned
    from collector.plan import Wanted
    from collector.visit import Visited
    from scrapers.contract import Portal

_NICENESS = 10
_Browser = Annotated[
    str | None,
    typer.Option(envvar="CROSSTRACK_BROWSER", help="The browser to use.", show_default="the one installed"),
]
_Profiles = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="Keep each portal's cookies and consent in this folder."),
]
_Endpoint = Annotated[
    str | None, typer.Option(metavar="URL", help="Use a running browser, such as http://127.0.0.1:9222.")
]
_Numbers = Annotated[
    list[str] | None,
    typer.Option("--number", help="Only these parcels.", autocompletion=known_numbers),
]
_Orders = Annotated[
    list[str] | None,
    typer.Option("--order", help="Only these orders' parcels.", autocompletion=known_orders),
]
_Portals = Annotated[
    list[str] | None,
    typer.Option("--portal", help="Only these portals.", autocompletion=known_portals),
]


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    command(app)(collect)


def collect(
    context: typer.Context,
    number: _Numbers = None,
    order: _Orders = None,
    portal: _Portals = None,
    everything: Annotated[bool, typer.Option("--all", help="Whatever is followed, due or not.")] = False,
    browser: _Browser = None,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    profile_dir: _Profiles = None,
    browser_endpoint: _Endpoint = None,
    full: Annotated[bool, typer.Option("--full", help="Read lists of orders to their end.")] = False,
    keep_personal: Annotated[
        bool, typer.Option("--keep-personal", help="Store account pages with names and addresses.")
    ] = False,
    nice: Annotated[
        bool, typer.Option("--nice", help="Leave the machine to others: low priority, two pages at a time.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what is due, and why.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary, or the plan, as JSON.")] = False,
) -> None:
    """Read every account's orders, visit every portal that is due, and store what they show.

    Example: crosstrack collect
    """
    from collector.collect import Collecting
    from collector.collect import collect as make_visits
    from collector.commands.notifying import notices_wanted
    from collector.lock import run_lock
    from collector.notices import Announced, announce
    from collector.paths import default_sessions
    from collector.store.opening import open_store
    from collector.user_file import user_settings
    from scrapers import portals

    known = portals()
    settings = user_settings(os.environ)
    telling = notices_wanted(settings, os.environ)
    wanted = _wanted(known, number, order, portal, everything)
    run = Collecting(
        browser=_browser_options(known, browser, headed, profile_dir, browser_endpoint),
        limits=_in_the_background(settings.limits) if nice else settings.limits,
        wanted=wanted,
        sessions=default_sessions(os.environ),
        full=full,
        keep_personal=keep_personal,
        settings=settings,
    )
    with run_lock(given(context).database), open_store(given(context).database) as db:
        _check_known(db, wanted)
        if dry_run:
            _tell_plan(db, known, run, as_json)
            return
        with progress("visiting") as watch:
            summary = make_visits(db, known, replace(run, progress=_told(watch)))
        told = Announced() if telling is None else announce(db, telling[0], utc_now(), telling[1])
    if as_json:
        typer.echo(json_text(summary.as_json() | {"notices": told.as_json()}, indent=2))
    _report(summary, told.lines)
    raise typer.Exit(int(summary.exit_status))


def _in_the_background(limits: "Limits") -> "Limits":
    """Fewer pages; and this program, and the browser it will start, come after whatever else runs here."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    return limits.nice()


def _wanted(
    known: "Mapping[str, Portal]",
    numbers: list[str] | None,
    orders: list[str] | None,
    chosen: list[str] | None,
    everything: bool,
) -> "Wanted":
    from collector.plan import Wanted

    unknown = sorted(set(chosen or ()) - set(known))
    if unknown:
        raise UsageError(f"no portal named {unknown[0]}; known are {', '.join(known)}")
    named = frozenset(storable(one).strip() for one in orders or ())
    return Wanted(frozenset(typed_numbers(numbers or [])), frozenset(chosen or ()), named, everything)


def _check_known(db: "Database", wanted: "Wanted") -> None:
    """Raises UsageError where what is asked for by name is not followed: nothing would be visited."""
    from collector.watched import parcels_of, watched_numbers

    orders = {row["id"] for row in db.query("select id from orders")} if wanted.orders else set()
    for order in sorted(wanted.orders - orders):
        raise UsageError(f"no order {order} is known; `crosstrack collect` reads the list of orders")
    watched = watched_numbers(db) if wanted.numbers else {}
    parcels = {one.parcel_id for one in watched.values()}
    for number in sorted(wanted.numbers - set(watched)):
        if not parcels & parcels_of(db, numbers=frozenset({number}), orders=frozenset()):
            raise UsageError(f"{number} is not followed; `crosstrack add {number}` follows it")


def _tell_plan(db: "Database", known: "Mapping[str, Portal]", run: "Collecting", as_json: bool) -> None:
    from dataclasses import asdict

    from collector.outlook import planned
    from collector.read.offsets import iso_utc
    from collector.signed_in import accounts_asked

    accounts = list(accounts_asked(known, run.wanted, run.sessions))
    rules = run.settings.cadence
    plan = planned(db, known, accounts, wanted=run.wanted, now=utc_now(), deadline=run.deadline, rules=rules)
    if as_json:
        moments = (one.last_visit_at and iso_utc(one.last_visit_at) for one in plan)
        put_json(asdict(one) | {"last_visit_at": at} for one, at in zip(plan, moments, strict=True))
        return
    for one in plan:
        typer.echo(one_line(_plan_line(one)))
    left_out = sum(one.put_off is not None for one in plan)
    say(f"{len(plan) - left_out} visits due; left out: {left_out}")


def _plan_line(one: "Planned") -> str:
    """One visit to come: where, about what, why, when it was made last, and whether it would be made."""
    about = one.number or (f"order {one.order_id} ({one.page})" if one.order_id else "orders")
    whose = f" of account {one.account}" if one.account else ""
    last = f"last visit {one.last_visit_at:%Y-%m-%d %H:%M} UTC" if one.last_visit_at else "never visited"
    parts = [one.reason, *filter(None, [one.worth]), *([last] if one.page != "list" else [])]
    if one.put_off:
        parts.append(f"not in this run: {one.put_off}")
    return f"{one.portal} {about}{whose}: {'; '.join(parts)}"


def _browser_options(
    portals: "Mapping[str, Portal]",
    executable: str | None,
    headed: bool,
    profiles: Path | None,
    endpoint: str | None,
) -> "BrowserOptions":
    from collector.browser import BrowserOptions, check_options

    hosts = {host for one in portals.values() for host in (*one.hosts, *one.resource_hosts)}
    options = BrowserOptions(
        executable=executable,
        headed=headed,
        profiles=profiles and profiles.expanduser().resolve(),
        endpoint=endpoint,
        hosts=tuple(sorted(hosts)),
    )
    check_options(options, os.environ)
    return options


def _told(watch: "Watch | None") -> "Progress | None":
    if watch is None:
        return None
    from collector.keeping import subject

    def show(done: int, due: int, last: "Visited | None") -> None:
        if last is not None:
            watch(done, due, f"[{done}/{due}] {last.portal} {subject(last)}: {last.outcome.value}")

    return show


def _report(summary: "Summary", notices: list[str]) -> None:
    from collector.drift import described
    from collector.store.phrases import told

    drift = [described(one) for one in summary.drift]
    troubles = (
        notices,
        summary.locked,
        summary.troubles,
        summary.suspicious,
        summary.deferred,
        drift,
        summary.deadlines,
    )
    for line in (line for lines in (*troubles, told(summary.unknown)) for line in lines):
        say(line)
    say(summary.line())
