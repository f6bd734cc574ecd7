"""Windows Task Scheduler: one task of the user's own. Written after its schema, never tried on Windows.

The schema is the Task Scheduler Schema, version 1.2, of the namespace below.
"""

import re
import tempfile
import xml.etree.ElementTree as ET
from datetime import datetime, time
from pathlib import Path
from subprocess import list2cmdline

from collector.errors import UsageError
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.scheduling.job import Job
from collector.scheduling.machine import Machine, SchedulerFailed, must
from collector.scheduling.method import Installed, Method, Piece
from collector.scheduling.own_files import MARK

TASK = "crosstrack"
NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_TAG = f"{{{NAMESPACE}}}"
_WHERE = f"Task Scheduler, task {TASK}"
#: What Task Scheduler would put something else in place of; there is no way to write these as they are.
_EXPANDED = re.compile(r"%[^%]+%|\$\(")
#: Any day in the past does: the task runs daily from then on.
_FIRST_DAY = "2026-01-01"
_SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "AllowHardTerminate": "true",
    "StartWhenAvailable": "true",
    "RunOnlyIfNetworkAvailable": "true",
    "Enabled": "true",
    "ExecutionTimeLimit": "PT3H",
    "Priority": "7",
}


def task(job: Job, user: str | None) -> str:
    """The task, as schtasks takes it. Raises UsageError for a path that it would change."""
    arguments = list2cmdline(job.collect[1:])
    if any(_EXPANDED.search(text) for text in (job.collect[0], arguments)):
        raise UsageError(
            "Task Scheduler replaces %...% and $(...) in paths and knows no escape: use folders without"
        )
    root = ET.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    about = ET.SubElement(root, "RegistrationInfo")
    _put(about, Date=iso_utc(job.made_at), Description=f"Written by `{MARK}`, which changes and removes it.")
    triggers = ET.SubElement(root, "Triggers")
    for one in job.times:
        trigger = ET.SubElement(triggers, "CalendarTrigger")
        _put(trigger, StartBoundary=f"{_FIRST_DAY}T{one:%H:%M}:00", Enabled="true", RandomDelay="PT10M")
        _put(ET.SubElement(trigger, "ScheduleByDay"), DaysInterval="1")
    principal = ET.SubElement(ET.SubElement(root, "Principals"), "Principal", {"id": "Author"})
    _put(
        principal,
        **({"UserId": user} if user else {}),
        LogonType="InteractiveToken",
        RunLevel="LeastPrivilege",
    )
    _put(ET.SubElement(root, "Settings"), **_SETTINGS)
    action = ET.SubElement(ET.SubElement(root, "Actions", {"Context": "Author"}), "Exec")
    _put(action, Command=job.collect[0], Arguments=arguments)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-16"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def pieces(job: Job, machine: Machine) -> tuple[Piece, ...]:
    """The task."""
    return (Piece(_WHERE, task(job, _user(machine))),)


def notes(job: Job, machine: Machine) -> tuple[str, ...]:
    """What a person should know."""
    carried = [name for name, _ in job.environment if name != "PATH"]
    said = ["it runs while you are signed in, in a console window that shows as long as it takes"]
    if carried:
        said.append(f"a task takes no variables along: set {', '.join(carried)} for your user with setx")
    return tuple(said)


def install(job: Job, machine: Machine) -> None:
    """Register the task. Raises UsageError and SchedulerFailed."""
    text = task(job, _user(machine))
    found(machine)  # raises where the name is another's
    with tempfile.TemporaryDirectory(prefix="crosstrack-") as folder:
        file = Path(folder) / "task.xml"
        file.write_bytes(text.encode("utf-16"))
        must(machine, "schtasks", "/Create", "/TN", TASK, "/XML", str(file), "/F")


def uninstall(machine: Machine) -> None:
    """Remove the task. Raises SchedulerFailed."""
    if found(machine) is not None:
        must(machine, "schtasks", "/Delete", "/TN", TASK, "/F")


def found(machine: Machine) -> Installed | None:
    """Our task. Raises SchedulerFailed where the one of that name is somebody else's."""
    ran = machine.run(("schtasks", "/Query", "/TN", TASK, "/XML"), b"")
    if ran.status:
        return None
    encoding = "utf-16" if b"\0" in ran.out[:8] else "utf-8"
    text = ran.out.decode(encoding, "replace").strip()
    if MARK not in text:
        raise SchedulerFailed(f"the task {TASK} was not written by `crosstrack schedule`; rename it first")
    try:
        root = ET.fromstring(text.partition("?>")[2] or text)  # noqa: S314 - it is the user's own task
        times, since = times_in(root), _since(root)
    except (ET.ParseError, ValueError):
        return Installed(
            "task-scheduler", (Piece(_WHERE, text),), (), None, "it is damaged: install it again"
        )
    is_on = root.findtext(f"{_TAG}Settings/{_TAG}Enabled", "true") == "true"
    trouble = None if is_on else "the task is switched off: install it again"
    return Installed("task-scheduler", (Piece(_WHERE, text),), times, since, trouble)


def times_in(root: ET.Element) -> tuple[time, ...]:
    """The times of day of our task. Raises ValueError for what is none."""
    starts = [one.text or "" for one in root.iter(f"{_TAG}StartBoundary")]
    return tuple(sorted(datetime.fromisoformat(one).time() for one in starts))


def _since(root: ET.Element) -> datetime | None:
    stated = root.findtext(f"{_TAG}RegistrationInfo/{_TAG}Date")
    return parse_iso_utc(stated) if stated else None


def _user(machine: Machine) -> str | None:
    name, domain = machine.environ.get("USERNAME"), machine.environ.get("USERDOMAIN")
    return f"{domain}\\{name}" if name and domain else name


def _put(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text


METHOD = Method("task-scheduler", ("win32",), pieces, notes, install, uninstall, found)
