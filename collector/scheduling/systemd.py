"""systemd: a service and a timer of the user's own manager, and a unit that runs `doctor` after a failure."""

import re
from datetime import time
from pathlib import Path

from collector.scheduling.job import Job
from collector.scheduling.machine import Machine, SchedulerFailed, must
from collector.scheduling.method import Installed, Method, Piece
from collector.scheduling.own_files import MARK, own_text, remove, replacing, written_at

SERVICE = "crosstrack.service"
TIMER = "crosstrack.timer"
FAILED = "crosstrack-failed.service"
_HEAD = f"# Written by `{MARK}`, which changes and removes it."
_CALENDAR = re.compile(r"^OnCalendar=\*-\*-\* (\d\d):(\d\d):00$", re.MULTILINE)
#: systemd.service(5): a program's own path may not hold these, arguments may.
_NOT_IN_PROGRAMS = frozenset("'\"\\")

#: What does no harm to Chromium. Its own sandbox is the wall that matters: options that forbid namespaces
#: (RestrictNamespaces=), or make one first (ProtectSystem=, PrivateTmp= and others, for a user's manager),
#: stand in its way, and its JavaScript needs memory that MemoryDenyWriteExecute= forbids.
_HARDENING = """\
UMask=0077
LimitCORE=0
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
"""
#: The whole group is killed in the end: no browser outlives its run.
_LIFE = """\
Type=oneshot
KillMode=control-group
TimeoutStopSec=30s
Nice=10
"""


def units(job: Job) -> dict[str, str]:
    """Every unit's text, by its name. The lock that another run holds (status 4) is no failure."""
    variables = "".join(f"Environment={quoted(f'{name}={value}')}\n" for name, value in job.environment)
    calendar = "".join(f"OnCalendar=*-*-* {one:%H:%M}:00\n" for one in job.times)
    return {
        SERVICE: (
            f"{_HEAD}\n[Unit]\nDescription=Crosstrack: visit what is due\nOnFailure={FAILED}\n\n"
            f"[Service]\n{_LIFE}TimeoutStartSec=3h\nSuccessExitStatus=4\n{_HARDENING}{variables}"
            f"ExecStart={program(job.collect)}\n"
        ),
        FAILED: (
            f"{_HEAD}\n[Unit]\nDescription=Crosstrack: why the last run failed\n\n"
            f"[Service]\n{_LIFE}TimeoutStartSec=5min\nSyslogLevel=warning\nSuccessExitStatus=1\n"
            f"{_HARDENING}{variables}ExecStart={program(job.doctor)}\n"
        ),
        TIMER: (
            f"{_HEAD}\n[Unit]\nDescription=Crosstrack: when runs are due\n\n"
            f"[Timer]\n{calendar}Persistent=true\nRandomizedDelaySec=10min\nAccuracySec=1min\n\n"
            "[Install]\nWantedBy=timers.target\n"
        ),
    }


def program(words: tuple[str, ...]) -> str:
    """`words` as the value of ExecStart=. `:` keeps `$` from being read as a variable."""
    if _NOT_IN_PROGRAMS & set(words[0]):
        words = ("/bin/sh", "-c", 'exec "$@"', "sh", *words)
    return " ".join(quoted(word) for word in (f":{words[0]}", *words[1:]))


def quoted(word: str) -> str:
    """`word` in quotes, as systemd.syntax(7) has them; `%` would begin a specifier."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def folder(machine: Machine) -> Path:
    """Where the user's own units are."""
    named = machine.environ.get("XDG_CONFIG_HOME", "")
    config = Path(named) if named.startswith("/") else machine.home / ".config"
    return config / "systemd" / "user"


def pieces(job: Job, machine: Machine) -> tuple[Piece, ...]:
    """The three files."""
    return tuple(Piece(str(folder(machine) / name), text) for name, text in units(job).items())


def notes(job: Job, machine: Machine) -> tuple[str, ...]:
    """What a person should know."""
    return (
        "it runs while you are signed in; `loginctl enable-linger` lets it run without you",
        "what runs say: journalctl --user --unit crosstrack --unit crosstrack-failed",
    )


def install(job: Job, machine: Machine) -> None:
    """Write the units and start the timer. Raises SchedulerFailed; then the files are as before."""
    files = {folder(machine) / name: text for name, text in units(job).items()}
    with replacing(files):
        _systemctl(machine, "daemon-reload")
        _systemctl(machine, "enable", TIMER)
        _systemctl(machine, "restart", TIMER)  # a timer that runs already goes by its old times until then


def uninstall(machine: Machine) -> None:
    """Stop the timer and remove the units. Raises SchedulerFailed; then the files stay."""
    paths = [folder(machine) / name for name in (SERVICE, FAILED, TIMER)]
    if {own_text(path) for path in paths} != {None}:
        _systemctl(machine, "disable", "--now", TIMER)
        remove(paths)
        _systemctl(machine, "daemon-reload")


def found(machine: Machine) -> Installed | None:
    """Our units, and whether the timer is on."""
    timer = folder(machine) / TIMER
    text = own_text(timer)
    if text is None:
        return None
    texts = [(folder(machine) / name, own_text(folder(machine) / name)) for name in (SERVICE, FAILED, TIMER)]
    there = tuple(Piece(str(path), one) for path, one in texts if one is not None)
    return Installed("systemd", there, times_in(text), written_at(timer), _trouble(machine))


def times_in(text: str) -> tuple[time, ...]:
    """The times of day of our timer."""
    return tuple(sorted(time(int(hour), int(minute)) for hour, minute in _CALENDAR.findall(text)))


def _trouble(machine: Machine) -> str | None:
    try:
        ran = machine.run(("systemctl", "--user", "is-active", TIMER), b"")
    except SchedulerFailed as error:
        return str(error)
    return "the timer is not running: install it again" if ran.status else None


def _systemctl(machine: Machine, *words: str) -> None:
    must(machine, "systemctl", "--user", *words)


METHOD = Method("systemd", ("linux",), pieces, notes, install, uninstall, found)
