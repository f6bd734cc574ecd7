"""`schedule`: what a scheduler would run and when, installing it, and what came of it."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.context import command, given, say
from collector.errors import ExitStatus, UsageError
from collector.plain_text import plain

if TYPE_CHECKING:
    from collector.scheduling.job import Job
    from collector.scheduling.machine import Machine
    from collector.scheduling.method import Method

_USUAL_PERIOD = "6h"

_Every = Annotated[
    str | None, typer.Option(metavar="PERIOD", help="How often, such as 6h.", show_default=_USUAL_PERIOD)
]
_At = Annotated[
    list[str] | None, typer.Option("--at", metavar="HH:MM", help="Daily at this time; may be repeated.")
]
_With = Annotated[
    str | None,
    typer.Option(
        "--with",
        metavar="SCHEDULER",
        help="cron, systemd, launchd or task-scheduler.",
        show_default="the usual one here",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    command(app)(schedule)


def schedule(
    context: typer.Context,
    every: _Every = None,
    at: _At = None,
    scheduler: _With = None,
    install: Annotated[bool, typer.Option("--install", help="Install it, in place of an older one.")] = False,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="Remove what is installed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run `collect` regularly: print what would be installed, install it, or see what came of it.

    Without options it shows what is installed, the last runs, and whether one that was due never began;
    where something is wrong with it the exit status is 1.

    Example: crosstrack schedule --every 6h --install
    """
    from collector.scheduling.machine import this_machine
    from collector.scheduling.methods import method_named, usual_method

    if install and uninstall:
        raise UsageError("--install and --uninstall: give one")
    machine = this_machine()
    if uninstall:
        if every or at:
            raise UsageError(
                "--uninstall removes the schedule whatever its times: leave --every and --at away"
            )
        _uninstall(machine, scheduler)
        return
    method = method_named(scheduler) if scheduler else usual_method(machine)
    job = _job(given(context).database, every, at)
    if install:
        _install(machine, method, job)
        return
    asked_for_text = bool(every or at or scheduler)
    _show(given(context).database, machine, method, job, only_proposal=asked_for_text, as_json=as_json)


def _job(database: Path, every: str | None, at: list[str] | None) -> "Job":
    from collector.browser.finding import BrowserMissing, find_browser
    from collector.scheduling import times
    from collector.scheduling.job import planned_job

    if every and at:
        raise UsageError("--every and --at: give one")
    whose = str(database.expanduser().absolute())
    wanted = times.at(at) if at else times.every(every or _USUAL_PERIOD, whose)
    try:
        browser = Path(find_browser(None, os.environ).path).absolute()
    except BrowserMissing:
        browser = None
    return planned_job(sys.executable, database, os.environ, wanted, utc_now(), browser)


def _install(machine: "Machine", method: "Method", job: "Job") -> None:
    from collector.paths import default_sessions
    from collector.scheduling import methods
    from collector.scheduling.times import in_words
    from collector.scheduling.unlocking import refuse_locked
    from scrapers import shops

    refuse_locked(method.name, default_sessions(os.environ), shops())
    for other in methods.install(method, job, machine):
        say(f"the schedule with {other} is removed")
    say(f"installed with {method.name}, daily at {in_words(job.times)}")
    for note in method.notes(job, machine):
        say(note)


def _uninstall(machine: "Machine", scheduler: str | None) -> None:
    from collector.scheduling import methods
    from collector.scheduling.machine import SchedulerFailed

    name = methods.method_named(scheduler).name if scheduler else None
    found, failed = methods.installed(machine)
    chosen = [one for one in found if name in (None, one.method)]
    for one in chosen:
        methods.METHODS[one.method].uninstall(machine)
        say(f"the schedule with {one.method} is removed")
    if failed:
        raise SchedulerFailed("; ".join(failed))
    if not chosen:
        say("nothing is installed")


def _show(
    database: Path, machine: "Machine", method: "Method", job: "Job", *, only_proposal: bool, as_json: bool
) -> None:
    from collector.scheduling import overview
    from collector.scheduling.last_runs import last_runs

    found = None if only_proposal else overview.standing(machine, last_runs(database), utc_now().astimezone())
    if as_json:
        data = {"proposed": overview.proposal_json(method, job, machine)}
        typer.echo(json.dumps({**data, **(found.as_json() if found else {})}, ensure_ascii=False, indent=2))
    else:
        lines = overview.standing_lines(found) if found else []
        if found is None or not found.schedules:
            lines += overview.proposal_lines(method, job, machine)
            for note in method.notes(job, machine):
                say(note)
        typer.echo(plain("\n".join(lines).rstrip("\n")))
    if found and found.troubles:
        for trouble in found.troubles:
            say(trouble)
        raise typer.Exit(int(ExitStatus.SOME_FAILED))
