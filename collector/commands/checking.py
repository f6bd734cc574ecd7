"""`doctor`: what works, what does not, and what to do."""

import os
from dataclasses import asdict
from typing import Annotated

import typer

from collector.clock import utc_now
from collector.commands.context import command, given, put_json
from collector.errors import ExitStatus
from collector.plain_text import plain


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    command(app)(doctor)


def doctor(
    context: typer.Context,
    browser: Annotated[
        str | None, typer.Option(envvar="CROSSTRACK_BROWSER", help="The browser to use.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check browser, portals, accounts, disk, database and clock, and say what to do about what is broken.

    Example: crosstrack doctor
    """
    from collector.checkup import (
        check_accounts,
        check_browser,
        check_database,
        check_disk,
        check_portals,
    )
    from collector.paths import default_sessions
    from scrapers import broken, portals, shops

    database = given(context).database
    checks = [
        check_browser(browser, os.environ),
        check_portals(portals(), broken()),
        *check_accounts(default_sessions(os.environ), shops(), utc_now()),
        check_disk(database),
        *check_database(database, utc_now()),
    ]
    if as_json:
        put_json(asdict(check) for check in checks)
    else:
        for check in checks:
            typer.echo(plain(f"{'ok  ' if check.works else 'FAIL'} {check.layer}: {check.seen}"))
            if not check.works:
                typer.echo(plain(f"     {check.advice}"))
    raise typer.Exit(int(ExitStatus.DONE if all(c.works for c in checks) else ExitStatus.SOME_FAILED))
