"""Every scheduler that is known, which of them this machine has, and one schedule at a time among them."""

from collector.errors import UsageError
from collector.scheduling import cron, launchd, systemd, task_scheduler
from collector.scheduling.job import Job
from collector.scheduling.machine import Machine, SchedulerFailed, must
from collector.scheduling.method import Installed, Method

METHODS = {one.name: one for one in (cron.METHOD, systemd.METHOD, launchd.METHOD, task_scheduler.METHOD)}


def method_named(name: str) -> Method:
    """The scheduler of that name. Raises UsageError."""
    if name not in METHODS:
        raise UsageError(f"--with {name}: known are {', '.join(METHODS)}")
    return METHODS[name]


def usual_method(machine: Machine) -> Method:
    """What a person on this machine would expect: on Linux systemd where it runs for the user, else cron."""
    if machine.platform.startswith("linux") and not _has_user_manager(machine):
        return cron.METHOD
    here = _here(machine)
    return systemd.METHOD if systemd.METHOD in here else here[0] if here else cron.METHOD


def installed(machine: Machine) -> tuple[list[Installed], list[str]]:
    """Our schedules on this machine, and where looking for them failed, and why."""
    found, failed = [], []
    for method in _here(machine):
        if not _is_there(method, machine):
            continue
        try:
            one = method.found(machine)
        except SchedulerFailed as error:
            failed.append(f"{method.name}: {error}")
            continue
        if one is not None:
            found.append(one)
    return found, failed


def install(method: Method, job: Job, machine: Machine) -> list[str]:
    """Install `job`, then remove our schedules with other schedulers, whose names are the answer.

    Raises UsageError and SchedulerFailed.
    """
    if not machine.platform.startswith(method.platforms):
        raise UsageError(f"--with {method.name} --install: this machine has no such scheduler")
    _must_start(job, machine)
    method.install(job, machine)
    others = [one.method for one in installed(machine)[0] if one.method != method.name]
    for name in others:
        METHODS[name].uninstall(machine)
    return others


def _must_start(job: Job, machine: Machine) -> None:
    """Raises SchedulerFailed where the program does not start without what the shell sets for Python (-E)."""
    python, *words = job.collect[:4]
    must(machine, python, "-E", *words, "--version")


def _here(machine: Machine) -> list[Method]:
    return [one for one in METHODS.values() if machine.platform.startswith(one.platforms)]


def _is_there(method: Method, machine: Machine) -> bool:
    """Whether the scheduler's program can be called at all; without cron there is no crontab to look into."""
    if method is not cron.METHOD:
        return True
    try:
        machine.run(("crontab", "-l"), b"")
    except SchedulerFailed:
        return False
    return True


def _has_user_manager(machine: Machine) -> bool:
    try:
        return machine.run(("systemctl", "--user", "show-environment"), b"").status == 0
    except SchedulerFailed:
        return False
