"""What every scheduler's module offers, and what stands for an installed schedule."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from collector.scheduling.job import Job
from collector.scheduling.machine import Machine


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that installing puts somewhere, and where."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Installed:
    """A schedule found on the machine.

    times   on the clock of the machine
    since   when it was installed, as far as that is known
    trouble  why nothing will run although it is there, None if it will
    """

    method: str
    pieces: tuple[Piece, ...]
    times: tuple[time, ...]
    since: datetime | None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """One scheduler. Installing replaces what is installed; uninstalling nothing is no error.

    platforms  beginnings of `sys.platform` it is found on
    notes      what a person should know about this schedule
    found      what of ours is installed. Raises SchedulerFailed where that cannot be told
    """

    name: str
    platforms: tuple[str, ...]
    pieces: Callable[[Job, Machine], tuple[Piece, ...]]
    notes: Callable[[Job, Machine], tuple[str, ...]]
    install: Callable[[Job, Machine], None]
    uninstall: Callable[[Machine], None]
    found: Callable[[Machine], Installed | None]
