"""`add`, `forget`, `collect`: what is followed, and visiting the portals for it."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.context import command, given, say, storable
from collector.errors import UsageError
from scrapers.numbers import NumberError, tracking_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.browser import BrowserOptions
    from collector.collect import Progress, Summary
    from collector.visit import Visited
    from scrapers.contract import Portal

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


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app)(add)
    command(app)(forget)
    command(app)(collect)


def add(
    context: typer.Context,
    numbers: Annotated[list[str], typer.Argument(help="Tracking numbers, as printed.")],
    note: Annotated[str | None, typer.Option(help="A name for the parcel.")] = None,
    postcode: Annotated[str | None, typer.Option(help="For portals that ask for it.")] = None,
    country: Annotated[str | None, typer.Option(help="Destination, for portals that ask for it.")] = None,
) -> None:
    """Follow tracking numbers from now on.

    Example: crosstrack add LP00123456789012 --note "blue lamp"
    """
    from collector.derive import Deriver
    from collector.store.facts import follow
    from collector.store.opening import open_store, writing
    from scrapers import portals

    wanted = _numbers(numbers)
    given_details = {"note": note, "postcode": postcode, "country": country}
    details = {key: storable(value) for key, value in given_details.items() if value is not None}
    with open_store(given(context).database) as db:
        for number in wanted:
            with writing(db):
                is_new = follow(db, number, utc_now(), details)
            if list(db.query("select 1 from tracking_numbers where number = ?", [number])):
                Deriver(db, portals()).derive([number])
            say(f"following {number}" if is_new else f"{number} is followed already")


def forget(
    context: typer.Context, numbers: Annotated[list[str], typer.Argument(help="Tracking numbers.")]
) -> None:
    """Stop following tracking numbers; what portals showed of them is kept.

    Example: crosstrack forget LP00123456789012
    """
    from collector.store.facts import forget as stop_following
    from collector.store.opening import open_store, writing

    wanted = _numbers(numbers)
    with open_store(given(context).database, must_exist=True) as db:
        unknown = []
        for number in wanted:
            with writing(db):
                if stop_following(db, number, utc_now()):
                    say(f"no longer following {number}")
                else:
                    unknown.append(number)
    if unknown:
        raise UsageError(f"not followed: {', '.join(unknown)}")


def collect(
    context: typer.Context,
    number: Annotated[list[str] | None, typer.Option("--number", help="Only these parcels.")] = None,
    portal: Annotated[list[str] | None, typer.Option("--portal", help="Only these portals.")] = None,
    browser: _Browser = None,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    profile_dir: _Profiles = None,
    browser_endpoint: _Endpoint = None,
    full: Annotated[bool, typer.Option("--full", help="Read lists of orders to their end.")] = False,
    keep_personal: Annotated[
        bool, typer.Option("--keep-personal", help="Store account pages with names and addresses.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what is due, and why.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Read every account's orders, visit every portal that is due, and store what they show.

    Example: crosstrack collect
    """
    from collector.collect import Collecting
    from collector.collect import collect as make_visits
    from collector.lock import run_lock
    from collector.paths import default_sessions
    from collector.plan import Wanted, due_visits
    from collector.store.opening import open_store
    from scrapers import portals

    known = portals()
    unknown = sorted(set(portal or ()) - set(known))
    if unknown:
        raise UsageError(f"no portal named {unknown[0]}; known are {', '.join(known)}")
    wanted = Wanted(frozenset(_numbers(number or [])), frozenset(portal or ()))
    options = _browser_options(known, browser, headed, profile_dir, browser_endpoint)
    database = given(context).database
    with run_lock(database), open_store(database) as db:
        if dry_run:
            for due in due_visits(db, known, wanted=wanted, now=utc_now()):
                typer.echo(f"{due.portal} {due.number}: {due.reason}")
            return
        progress = _progress() if sys.stderr.isatty() and not as_json else None
        given_run = Collecting(
            browser=options,
            wanted=wanted,
            progress=progress,
            sessions=default_sessions(os.environ),
            full=full,
            keep_personal=keep_personal,
        )
        summary = make_visits(db, known, given_run)
    if as_json:
        typer.echo(json.dumps(summary.as_json(), ensure_ascii=False, indent=2))
    _report(summary)
    raise typer.Exit(int(summary.exit_status))


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


def _numbers(texts: list[str]) -> list[str]:
    try:
        return list(dict.fromkeys(tracking_number(text) for text in texts))
    except NumberError as error:
        raise UsageError(str(error)) from None


def _progress() -> "Progress":
    from collector.keeping import subject

    def show(done: int, due: int, last: "Visited | None") -> None:
        if last is not None:
            say(f"[{done}/{due}] {last.portal} {subject(last)}: {last.outcome.value}")

    return show


def _report(summary: "Summary") -> None:
    from collector.store.phrases import told

    troubles = (summary.locked, summary.troubles, summary.suspicious, summary.deferred, summary.drift)
    for line in (line for lines in (*troubles, told(summary.unknown)) for line in lines):
        say(line)
    visits = ", ".join(f"{n} {outcome}" for outcome, n in sorted(summary.outcomes.items())) or "none due"
    new = ", ".join(f"{n:+d} {what}" for what, n in summary.new.items())
    redone = f"; parcels redone: {summary.redone}" if summary.redone else ""
    say(f"visits: {visits}; {new}{redone}")
