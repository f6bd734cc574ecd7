"""What came of the schedule: the last runs, and whether one that was due never began."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from collector.errors import ExitStatus
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.scheduling.method import Installed
from collector.scheduling.times import last_due
from collector.store.opening import open_store

_SHOWN = 5
#: Schedulers put runs off by ten minutes at random, and a machine that wakes takes a while.
_PATIENCE = timedelta(hours=1)
_WORDS = {
    ExitStatus.DONE: "all done",
    ExitStatus.SOME_FAILED: "some visits failed",
    ExitStatus.USAGE: "the command could not be meant",
    ExitStatus.HUMAN_NEEDED: "a person is needed",
    ExitStatus.LOCKED: "another run was at work",
    ExitStatus.DATABASE: "the database could not be used",
}


@dataclass(frozen=True, slots=True)
class LastRun:
    """A run of `collect`; instants. Without an end it is at work, or was killed."""

    started_at: datetime
    finished_at: datetime | None
    exit_status: int | None

    def as_json(self) -> dict[str, str | int | None]:
        """The run as data."""
        return {
            "started_at": iso_utc(self.started_at),
            "finished_at": iso_utc(self.finished_at) if self.finished_at else None,
            "exit_status": self.exit_status,
        }


def last_runs(database: Path) -> list[LastRun]:
    """The last runs of `collect`, newest first; none without a database. Raises DatabaseError."""
    if not database.exists():
        return []
    with open_store(database) as db:
        rows = db.query(
            "select started_at, finished_at, exit_status from runs where command = 'collect' "
            "order by started_at desc, id limit ?",
            [_SHOWN],
        )
        return [
            LastRun(parse_iso_utc(row["started_at"]), _instant(row["finished_at"]), row["exit_status"])
            for row in rows
        ]


def in_words(run: LastRun) -> str:
    """The run in one line."""
    began = f"{iso_utc(run.started_at)}"
    if run.finished_at is None or run.exit_status is None:
        return f"{began}  not finished: at work, or killed"
    minutes, seconds = divmod(round((run.finished_at - run.started_at).total_seconds()), 60)
    known = run.exit_status in {int(one) for one in ExitStatus}
    words = _WORDS[ExitStatus(run.exit_status)] if known else "unknown"
    return f"{began}  {minutes} min {seconds:02d} s  {run.exit_status} ({words})"


def overdue(schedules: Iterable[Installed], runs: Sequence[LastRun], now: datetime) -> str | None:
    """What to say where a run was due and none came, else None. `now` is on the machine's clock."""
    for schedule in schedules:
        due = last_due(schedule.times, now - _PATIENCE)
        if due is None or (schedule.since is not None and schedule.since > due):
            continue
        if not any((run.finished_at or run.started_at) >= due for run in runs):
            last = f"the last began {iso_utc(runs[0].started_at)}" if runs else "there is none at all"
            return (
                f"no run since {due:%Y-%m-%d %H:%M}, when {schedule.method} should have begun one; {last}. "
                "Was this machine off? If not, look at what the scheduler says, and run crosstrack doctor"
            )
    return None


def _instant(text: str | None) -> datetime | None:
    return parse_iso_utc(text) if text else None
