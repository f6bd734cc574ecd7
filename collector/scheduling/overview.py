"""What `schedule` shows: what is installed and came of it, and what installing would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.scheduling.job import Job
from collector.scheduling.last_runs import LastRun, overdue
from collector.scheduling.last_runs import in_words as run_in_words
from collector.scheduling.machine import Machine
from collector.scheduling.method import Installed, Method, Piece
from collector.scheduling.methods import installed
from collector.scheduling.times import in_words


@dataclass(frozen=True, slots=True)
class Standing:
    """What is installed, and what is wrong with it."""

    schedules: tuple[Installed, ...]
    runs: tuple[LastRun, ...]
    troubles: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The same as data."""
        return {
            "installed": [_installed_json(one) for one in self.schedules],
            "runs": [one.as_json() for one in self.runs],
            "troubles": list(self.troubles),
        }


def standing(machine: Machine, runs: Sequence[LastRun], now: datetime) -> Standing:
    """How the schedule of this machine stands at `now`, on its clock."""
    schedules, troubles = installed(machine)
    troubles += [f"{one.method}: {one.trouble}" for one in schedules if one.trouble]
    late = overdue(schedules, runs, now)
    return Standing(tuple(schedules), tuple(runs), (*troubles, *([late] if late else [])))


def standing_lines(found: Standing) -> list[str]:
    """What is installed and the last runs, for people."""
    lines = []
    for one in found.schedules:
        lines += [f"installed: {one.method}, daily at {in_words(one.times)}", *_quoted(one.pieces)]
    if not found.schedules:
        lines.append("installed: nothing")
    lines.append("last runs:" if found.runs else "last runs: none")
    lines += [f"  {run_in_words(run)}" for run in found.runs]
    return lines


def proposal_lines(method: Method, job: Job, machine: Machine) -> list[str]:
    """What installing would put where, for people. Raises UsageError."""
    pieces = method.pieces(job, machine)
    return [f"would be installed: {method.name}, daily at {in_words(job.times)}", *_quoted(pieces)]


def proposal_json(method: Method, job: Job, machine: Machine) -> dict[str, object]:
    """The same as data. Raises UsageError."""
    return {
        "method": method.name,
        "times": [f"{one:%H:%M}" for one in job.times],
        "pieces": [_piece_json(piece) for piece in method.pieces(job, machine)],
        "notes": list(method.notes(job, machine)),
    }


def _quoted(pieces: Sequence[Piece]) -> list[str]:
    lines = []
    for piece in pieces:
        lines += [f"--- {piece.where}", *piece.text.rstrip("\n").splitlines()]
    return [*lines, ""]


def _installed_json(one: Installed) -> dict[str, object]:
    return {
        "method": one.method,
        "times": [f"{time:%H:%M}" for time in one.times],
        "since": one.since.strftime("%Y-%m-%dT%H:%M:%SZ") if one.since else None,
        "trouble": one.trouble,
        "pieces": [_piece_json(piece) for piece in one.pieces],
    }


def _piece_json(piece: Piece) -> dict[str, str]:
    return {"where": piece.where, "text": piece.text}
