"""What a scheduler is told to run: the command with nothing relative in it, its environment, its times. Pure.

No secret can get in: of the environment only the names in `CARRIED` go along, and those hold paths.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from collector.errors import UsageError

#: Where things are. Sessions and settings hang on these; an interactive shell has them, a scheduler has not.
CARRIED = (
    "CROSSTRACK_CONFIG",
    "CROSSTRACK_SESSIONS",
    "CROSSTRACK_BROWSER",
    "PLAYWRIGHT_BROWSERS_PATH",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
)
_USUAL_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
#: Shown as different characters than they are, or as none, they have no business in a path that is run.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: XML has no way to write these.
_NOT_IN_XML = frozenset("\ufffe\uffff")


@dataclass(frozen=True, slots=True)
class Job:
    """What to run, and when. All paths are absolute.

    collect      the command and its arguments
    doctor       what says why, after a run that failed
    environment  further variables, by name
    log          where output goes, with schedulers that keep none themselves
    times        on the clock of the machine
    made_at      an instant
    """

    collect: tuple[str, ...]
    doctor: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    log: str
    times: tuple[time, ...]
    made_at: datetime


def planned_job(
    python: str,
    database: Path,
    environ: Mapping[str, str],
    times: tuple[time, ...],
    made_at: datetime,
    browser: Path | None = None,
) -> Job:
    """The job that collects into `database`, run by the interpreter `python`.

    `browser` is the program that would drive portals now: its folder is put on the PATH. Raises UsageError
    for paths that no scheduler's file could hold safely.
    """
    file = database.expanduser().absolute()
    # -P: a folder named `collector` where the scheduler happens to start must not be taken for the program.
    program = (python, "-P", "-m", "collector", "--db", str(file))
    job = Job(
        collect=(*program, "collect"),
        doctor=(*program, "doctor"),
        environment=_environment(environ, browser),
        log=str(file.with_name(f"{file.name}.log")),
        times=times,
        made_at=made_at.replace(microsecond=0),
    )
    for text in (*job.collect, *(value for _, value in job.environment)):
        _refuse_unwritable(text)
    return job


def _environment(environ: Mapping[str, str], browser: Path | None) -> tuple[tuple[str, str], ...]:
    folders = [*_USUAL_PATH]
    if browser is not None and str(browser.parent) not in folders and ":" not in str(browser.parent):
        folders.insert(0, str(browser.parent))
    carried = [(name, _absolute(name, environ[name])) for name in CARRIED if environ.get(name)]
    return (("PATH", ":".join(folders)), *carried)


def _absolute(name: str, value: str) -> str:
    is_command = name == "CROSSTRACK_BROWSER" and not {"/", "\\"} & set(value)
    return value if is_command else str(Path(value).expanduser().absolute())


def _refuse_unwritable(text: str) -> None:
    found = next((c for c in text if unicodedata.category(c) in _REFUSED or c in _NOT_IN_XML), None)
    if found is not None:
        raise UsageError(
            f"{text!r} holds the character U+{ord(found):04X}, which no schedule can hold; rename that folder"
        )
