"""cron: a marked block in the user's crontab; every other byte of it stays as it is."""

import re
from datetime import datetime, time
from itertools import groupby
from pathlib import Path, PurePosixPath

from collector.errors import UsageError
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.scheduling.job import Job
from collector.scheduling.machine import Machine, SchedulerFailed, must, refused
from collector.scheduling.method import Installed, Method, Piece
from collector.scheduling.own_files import make_log

_WHERE = "the user's crontab"
_BEGIN = "# BEGIN crosstrack: written by `crosstrack schedule`, which changes and removes it"
_END = "# END crosstrack"
_SINCE = "# installed "
#: Vixie's cron, still that of Debian and the BSDs, refuses longer commands.
_LONGEST = 990
_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")
_SHELL_LINE = re.compile(rb"^[ \t]*SHELL[ \t]*=[ \t]*[\"']?([^\s\"']*)", re.MULTILINE)
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "busybox"})
_LINE = re.compile(r"^(\d+) ([\d,]+) \* \* \* ")


def block(job: Job) -> str:
    """The lines for the crontab. Raises UsageError where cron would not take them."""
    command = command_line(job)
    if len(command.encode()) > _LONGEST:
        raise UsageError(
            f"cron takes commands up to {_LONGEST} bytes: the paths are too long; use --with systemd"
        )
    by_minute = groupby(sorted(job.times, key=lambda one: (one.minute, one.hour)), key=lambda one: one.minute)
    lines = [
        f"{minute} {','.join(str(one.hour) for one in hours)} * * * {command}" for minute, hours in by_minute
    ]
    return "\n".join([_BEGIN, f"{_SINCE}{iso_utc(job.made_at)}", *lines, _END, ""])


def command_line(job: Job) -> str:
    """What cron hands to the shell, with cron's own escapes.

    Variables are set for this command only: a line `PATH=` of ours would hold for the user's later lines too.
    """
    variables = [f"{name}={quoted(value)}" for name, value in job.environment]
    words = [*variables, *(quoted(word) for word in job.collect)]
    return f"umask 077; {' '.join(words)} >>{quoted(job.log)} 2>&1"


def quoted(word: str) -> str:
    r"""`word` as one word of a shell command in a crontab.

    cron ends the command at a `%` unless a `\` stands before it, which it then removes (crontab(5)); one that
    follows another `\` does not count, hence the empty quotes between.
    """
    if _PLAIN.fullmatch(word):
        return word
    return "'" + word.replace("'", "'\"'\"'").replace("%", "''\\%") + "'"


def split_at_block(crontab: bytes) -> tuple[bytes, bytes | None, bytes]:
    """What stands before our block, the block (None if there is none), and what stands after it.

    Raises SchedulerFailed where the marks are not one pair, in order.
    """
    lines = crontab.splitlines(keepends=True)
    marks = [line.rstrip(b"\r\n") for line in lines]
    begins = [i for i, mark in enumerate(marks) if mark == _BEGIN.encode()]
    ends = [i for i, mark in enumerate(marks) if mark == _END.encode()]
    if not begins and not ends:
        return crontab, None, b""
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        raise SchedulerFailed(
            "the lines of Crosstrack in your crontab are damaged; remove them with crontab -e"
        )
    first, after = begins[0], ends[0] + 1
    return b"".join(lines[:first]), b"".join(lines[first:after]), b"".join(lines[after:])


def with_block(crontab: bytes, text: str) -> bytes:
    """`crontab` with our block in its old place, or at the end."""
    before, _, after = split_at_block(crontab)
    gap = b"\n" if before and not before.endswith(b"\n") else b""
    return before + gap + text.encode() + after


def pieces(job: Job, machine: Machine) -> tuple[Piece, ...]:
    """What would stand in the crontab."""
    return (Piece(_WHERE, block(job)),)


def notes(job: Job, machine: Machine) -> tuple[str, ...]:
    """What a person should know."""
    return (
        "cron does not make up for what it missed while the machine was off or asleep",
        f"what runs say is kept in {job.log}",
    )


def install(job: Job, machine: Machine) -> None:
    """Put our block into the crontab. Raises UsageError and SchedulerFailed."""
    text = block(job)
    crontab = _crontab(machine)
    before, _, _ = split_at_block(crontab)
    for name in _SHELL_LINE.findall(before):
        if PurePosixPath(name.decode("utf-8", "replace")).name not in _SHELLS:
            raise SchedulerFailed("your crontab sets a SHELL that is no POSIX shell; use --with systemd")
    make_log(Path(job.log))
    _put(machine, with_block(crontab, text))


def uninstall(machine: Machine) -> None:
    """Take our block out of the crontab. Raises SchedulerFailed."""
    before, ours, after = split_at_block(_crontab(machine))
    if ours is not None:
        _put(machine, before + after)


def found(machine: Machine) -> Installed | None:
    """Our block in the crontab."""
    ours = split_at_block(_crontab(machine))[1]
    if ours is None:
        return None
    text = ours.decode("utf-8", "replace")
    return Installed("cron", (Piece(_WHERE, text),), times_in(text), _since(text))


def times_in(text: str) -> tuple[time, ...]:
    """The times of day in our block."""
    lines = [parts for line in text.splitlines() if (parts := _LINE.match(line))]
    return tuple(
        sorted(
            time(int(hour), int(minute))
            for minute, hours in (one.groups() for one in lines)
            for hour in hours.split(",")
        )
    )


def _since(text: str) -> datetime | None:
    stated = [line.removeprefix(_SINCE) for line in text.splitlines() if line.startswith(_SINCE)]
    try:
        return parse_iso_utc(stated[0]) if stated else None
    except ValueError:
        return None


def _crontab(machine: Machine) -> bytes:
    """The user's crontab. Only a clear word that there is none counts as an empty one: it is written over."""
    ran = machine.run(("crontab", "-l"), b"")
    if ran.status == 0:
        return ran.out
    said = ran.err.lower()
    # cron and cronie say "no crontab for ..."; busybox "can't open '...': No such file or directory"
    if b"no crontab for" in said or b"no such file" in said:
        return b""
    raise refused(("crontab", "-l"), ran)


def _put(machine: Machine, crontab: bytes) -> None:
    must(machine, "crontab", "-", given=crontab)
    if _crontab(machine) != crontab:
        raise SchedulerFailed("crontab has not kept what it was given; look at it with crontab -l")


METHOD = Method("cron", ("linux", "freebsd", "openbsd", "netbsd"), pieces, notes, install, uninstall, found)
