"""`new-portal`, `capture`: for people who add a portal, or report that one is not understood."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.completing import known_portals
from collector.commands.context import Json, command, given, put_json, say
from collector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.browser import BrowserOptions
    from collector.kit.capture import Capture
    from scrapers.contract import Page, Portal


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app, name="new-portal")(new_portal)
    command(app)(capture)


def new_portal(
    name: Annotated[str, typer.Argument(help="What it is called in tables: small letters and digits.")],
    title: Annotated[str | None, typer.Option(help="What people call it.", show_default="NAME")] = None,
    country: Annotated[str, typer.Option(help="Where it delivers, two letters (ES).")] = "ZZ",
    folder: Annotated[
        Path | None, typer.Option(help="Where to write it.", show_default="crosstrack-NAME")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the skeleton of a portal: a package of its own that works, to be changed piece by piece.

    Example: crosstrack new-portal atlantispost --title "Atlantis Post" --country GR
    """
    from collector.kit.skeletons import NewPortal, write_skeleton

    wanted = NewPortal(name, title or name.capitalize(), country.upper())
    where = folder or Path(f"crosstrack-{name}")
    _tell_files(write_skeleton(wanted, where, utc_now().date()), as_json)
    say(f"next: cd {shlex.quote(str(where))}, and read README.md there")


def capture(
    context: typer.Context,
    portal: Annotated[
        str,
        typer.Argument(help="The portal, as `crosstrack portals` lists it.", autocompletion=known_portals),
    ],
    number: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]", help="The tracking number; further files.")
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option("--from", help="A page or reply saved already: nothing is visited.", exists=True),
    ] = None,
    into: Annotated[
        Path | None, typer.Option(help="The folder to write.", show_default="capture-PORTAL-DATE")
    ] = None,
    scrub: Annotated[
        bool, typer.Option("--scrub/--no-scrub", help="Replace what is personal, and check that it is gone.")
    ] = True,
    browser: Annotated[
        str | None, typer.Option(envvar="CROSSTRACK_BROWSER", help="The browser to use.", show_default=False)
    ] = None,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    profile_dir: Annotated[
        Path | None, typer.Option(file_okay=False, help="Keep the portal's cookies in this folder.")
    ] = None,
    browser_endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="Use a running browser, such as http://127.0.0.1:9222.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Save a portal's page fit for a bug report: names, addresses and tracking numbers replaced.

    One visit is made, within the portal's budget. The folder can be put among the saved pages of tests.

    Example: crosstrack capture correos PQ4F6P0703085430128001T
    """
    from collector.kit.capture import captured
    from collector.kit.folders import check_empty, write_files

    known = _portal(portal)
    today = utc_now().date()
    folder = into or Path(f"capture-{known.name}-{today}")
    check_empty(folder)
    asked, saved = _told(number or [], files or [])
    if saved:
        asked, pages = _pages_in(known, asked, saved)
    elif asked is None:
        raise UsageError("give a tracking number, or a saved page with --from")
    else:
        options = _browser_options(known, browser, headed, profile_dir, browser_endpoint)
        pages = _visited(given(context).database, known, asked, options)
    made = captured(known, asked, pages, today, scrubbing=scrub)
    _tell_files(write_files(folder, made.files), as_json)
    _report(made, scrub)


def _tell_files(files: "Iterable[Path]", as_json: bool) -> None:
    """The files that were written: a line for each, or one JSON array."""
    if as_json:
        put_json(str(file) for file in files)
        return
    for file in files:
        typer.echo(file)


def _portal(name: str) -> "Portal":
    from scrapers import portals

    known = portals()
    if name not in known:
        raise UsageError(f"no portal named {name!r}; known are {', '.join(known)}")
    return known[name]


def _told(words: list[str], files: list[Path]) -> tuple[str | None, list[Path]]:
    """The number and the files that are meant: behind --from a file may also follow without it."""
    from scrapers.numbers import NumberError, tracking_number

    more = [Path(word) for word in words if files and Path(word).is_file()]
    numbers = [word for word in words if Path(word) not in more]
    if len(numbers) > 1:
        raise UsageError("one tracking number at a time")
    try:
        return (tracking_number(numbers[0]) if numbers else None), [*files, *more]
    except NumberError as error:
        raise UsageError(str(error)) from None


def _pages_in(portal: "Portal", number: str | None, files: list[Path]) -> "tuple[str, list[Page]]":
    from collector.kit.saved_files import number_on, saved_pages, with_addresses

    pages = saved_pages(files)
    asked = number or number_on(portal, pages)
    if asked is None:
        raise UsageError("the files do not tell which tracking number was asked for; give it, too")
    return asked, with_addresses(portal, asked, pages)


def _visited(database: Path, portal: "Portal", number: str, options: "BrowserOptions") -> "list[Page]":
    from collector.kit.visiting import Visiting, visited_once
    from collector.lock import run_lock
    from collector.store.opening import open_store

    with run_lock(database), open_store(database) as db:
        visited = visited_once(db, portal, number, Visiting(options))
    reason = f": {visited.error}" if visited.error else ""
    say(f"{portal.name}: {visited.outcome.value}{reason}")
    return list(visited.pages)


def _browser_options(
    portal: "Portal", executable: str | None, headed: bool, profiles: Path | None, endpoint: str | None
) -> "BrowserOptions":
    from collector.browser import BrowserOptions, check_options

    options = BrowserOptions(
        executable=executable,
        headed=headed,
        profiles=profiles and profiles.expanduser().resolve(),
        endpoint=endpoint,
        hosts=tuple(sorted({*portal.hosts, *portal.resource_hosts})),
    )
    check_options(options, os.environ)
    return options


def _report(made: "Capture", scrubbed: bool) -> None:
    if not scrubbed:
        say("saved as received, with whatever is personal in it: send it to nobody")
        return
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(made.replaced.items())) or "nothing"
    say(f"replaced: {told}")
    for change in made.changes:
        say(f"the scrubbed pages are read otherwise: {change}")
    say("look at it before you send it")
