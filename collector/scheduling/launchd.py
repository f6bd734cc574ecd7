"""launchd: an agent of the user's own on macOS. Written after launchd.plist(5), never tried on a Mac."""

import plistlib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from xml.parsers.expat import ExpatError

from collector.scheduling.job import Job
from collector.scheduling.machine import Machine, SchedulerFailed, must
from collector.scheduling.method import Installed, Method, Piece
from collector.scheduling.own_files import MARK, make_log, own_text, remove, replacing, written_at

LABEL = "local.crosstrack.collect"


def agent(job: Job) -> dict[str, object]:
    """The agent, as launchd.plist(5) has its keys."""
    return {
        "Label": LABEL,
        "ProgramArguments": list(job.collect),
        "EnvironmentVariables": dict(job.environment),
        "StartCalendarInterval": [{"Hour": one.hour, "Minute": one.minute} for one in job.times],
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "RunAtLoad": False,
        "ExitTimeOut": 30,
        "Umask": 0o077,
        "StandardOutPath": job.log,
        "StandardErrorPath": job.log,
    }


def text(job: Job) -> str:
    """The agent's file."""
    plist = plistlib.dumps(agent(job), sort_keys=False).decode()
    head, newline, rest = plist.partition("\n")
    return f"{head}{newline}<!-- Written by `{MARK}`, which changes and removes it. -->\n{rest}"


def file(machine: Machine) -> Path:
    """Where the agent is kept."""
    return machine.home / "Library" / "LaunchAgents" / f"{LABEL}.plist"


def pieces(job: Job, machine: Machine) -> tuple[Piece, ...]:
    """The agent's file."""
    return (Piece(str(file(machine)), text(job)),)


def notes(job: Job, machine: Machine) -> tuple[str, ...]:
    """What a person should know."""
    return (
        "it runs while you are signed in; what a sleeping Mac missed is made up for when it wakes, once",
        f"what runs say is kept in {job.log}",
    )


def install(job: Job, machine: Machine) -> None:
    """Write the agent and load it. Raises SchedulerFailed; then the file is as before."""
    make_log(Path(job.log))
    with replacing({file(machine): text(job)}):
        machine.run(
            ("launchctl", "bootout", _target(machine)), b""
        )  # fails where none is loaded: that is fine
        must(machine, "launchctl", "bootstrap", f"gui/{machine.user_id}", str(file(machine)))


def uninstall(machine: Machine) -> None:
    """Unload the agent and remove it. Raises SchedulerFailed."""
    if own_text(file(machine)) is not None:
        machine.run(("launchctl", "bootout", _target(machine)), b"")
        remove([file(machine)])


def found(machine: Machine) -> Installed | None:
    """Our agent, and whether it is loaded."""
    path = file(machine)
    plist = own_text(path)
    if plist is None:
        return None
    try:
        times = times_in(plist)
    except (plistlib.InvalidFileException, ExpatError, ValueError, KeyError, TypeError):
        return Installed(
            "launchd", (Piece(str(path), plist),), (), None, "its file is damaged: install it again"
        )
    return Installed("launchd", (Piece(str(path), plist),), times, written_at(path), _trouble(machine))


def times_in(plist: str) -> tuple[time, ...]:
    """The times of day of our agent. Raises what plistlib raises, KeyError and TypeError for another one."""
    intervals: list[Mapping[str, int]] = plistlib.loads(plist.encode())["StartCalendarInterval"]
    return tuple(sorted(time(one["Hour"], one["Minute"]) for one in intervals))


def _trouble(machine: Machine) -> str | None:
    try:
        ran = machine.run(("launchctl", "print", _target(machine)), b"")
    except SchedulerFailed as error:
        return str(error)
    return "launchd has not loaded it: install it again" if ran.status else None


def _target(machine: Machine) -> str:
    return f"gui/{machine.user_id}/{LABEL}"


METHOD = Method("launchd", ("darwin",), pieces, notes, install, uninstall, found)
