"""`doctor`: what works, what does not, and what to do."""

import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.context import command, given, put_json
from collector.errors import ExitStatus, UsageError
from collector.plain_text import one_line

if TYPE_CHECKING:
    from collector.checkup import Check


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    command(app)(doctor)


def doctor(
    context: typer.Context,
    browser: Annotated[
        str | None, typer.Option(envvar="CROSSTRACK_BROWSER", help="The browser to use.")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Put right what can be without losing anything.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --fix: only say what it would do.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check every layer, and say what to do about what is broken.

    Layers: browser, portals, network, session, disk, file modes, database, derived rows, clock of this
    machine, portal layout, vocabulary. Ends with 0 if all work, 1 if one does not, 4 if --fix met a run at
    work. --fix closes files that others can open, removes half-made files and marks that killed programs
    left, and derives what was stored and not worked out.

    Example: crosstrack doctor --fix --dry-run
    """
    if dry_run and not fix:
        raise UsageError("--dry-run says what --fix would do: give both")
    checks = _all_checks(given(context).database, browser, is_fixing=fix and not dry_run)
    if as_json:
        put_json(asdict(check) for check in checks)
    else:
        _print(checks)
    raise typer.Exit(int(ExitStatus.DONE if all(c.works for c in checks) else ExitStatus.SOME_FAILED))


def _all_checks(database: Path, browser: str | None, *, is_fixing: bool) -> "list[Check]":
    from collector import checkup, doctoring
    from collector.paths import default_sessions
    from scrapers import broken, portals, shops

    sessions, now = default_sessions(os.environ), utc_now()
    faults = doctoring.found_faults(database, sessions, _secret_settings(), portals(), now)
    return [
        *doctoring.mended(faults, database, dry_run=not is_fixing),
        checkup.check_browser(browser, os.environ),
        checkup.check_portals(portals(), broken()),
        checkup.check_network(portals()),
        *checkup.check_accounts(sessions, shops(), now),
        checkup.check_disk(database),
        *checkup.check_database(database, now),
    ]


def _secret_settings() -> Path | None:
    """The user's file, if it holds addresses for notices: there are tokens in them."""
    from collector.paths import settings_file
    from collector.user_file import user_settings

    return settings_file(os.environ) if user_settings(os.environ).notices.get("urls") else None


def _print(checks: "Iterable[Check]") -> None:
    for check in checks:
        mark = "fix " if check.fixed else "ok  " if check.works else "FAIL"
        typer.echo(f"{mark} {one_line(f'{check.layer}: {check.seen}')}")
        if not check.works:
            typer.echo(f"     {one_line(check.advice)}")
