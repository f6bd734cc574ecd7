"""The time of day, asked for in one place so that everything else can be given another one."""

from collections.abc import Callable
from datetime import UTC, datetime

#: Gives the current instant, aware, in UTC.
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The current instant in UTC, to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
