"""Everything that can end a command, with the exit status it ends with.

    CrosstrackError            one clear line for the person
    ├── UsageError             2  an argument that cannot be meant
    ├── HumanNeeded            3  a login or a challenge waits
    ├── Locked                 4  another run holds the lock
    └── DatabaseError          5  the database cannot be used
        └── NewerDatabase         it was written by a newer Crosstrack

Status 1 (some visits failed, what was read is kept) is a result, not an error: see `ExitStatus`.
"""

from enum import IntEnum


class ExitStatus(IntEnum):
    """What a command's exit status means, everywhere."""

    DONE = 0
    SOME_FAILED = 1
    USAGE = 2
    HUMAN_NEEDED = 3
    LOCKED = 4
    DATABASE = 5


class CrosstrackError(Exception):
    """A failure a person can understand and act on; its text is one line."""

    exit_status = ExitStatus.SOME_FAILED


class UsageError(CrosstrackError):
    """An argument that cannot be meant."""

    exit_status = ExitStatus.USAGE


class HumanNeeded(CrosstrackError):
    """A login or a challenge waits for a person."""

    exit_status = ExitStatus.HUMAN_NEEDED


class Locked(CrosstrackError):
    """Another run holds the lock on this database."""

    exit_status = ExitStatus.LOCKED


class DatabaseError(CrosstrackError):
    """The database cannot be opened, read or written."""

    exit_status = ExitStatus.DATABASE


class NewerDatabase(DatabaseError):
    """The database was written by a newer Crosstrack than this one."""
