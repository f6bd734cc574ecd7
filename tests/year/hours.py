"""When runs begin, and a clock for them that skips what is only waited for."""

import asyncio
import selectors
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

#: Where the machine stands: its scheduler goes by the clock on the wall, which changes twice a year.
ZONE = ZoneInfo("Europe/Madrid")
#: One of them lies in the hour that is missing in spring and comes twice in autumn.
TIMES = ((2, 30), (8, 30), (14, 30), (20, 30))


def run_times(begin: datetime, days: int) -> Iterator[datetime]:
    """The instants (UTC) at which a scheduler begins runs: four a day, three or five on nights of change."""
    first = begin.astimezone(ZONE).date()
    for n in range(days):
        day = first + timedelta(days=n)
        for hour, minute in TIMES:
            for fold in (0, 1):
                wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE, fold=fold)
                at = wall.astimezone(UTC)
                is_there = at.astimezone(ZONE).replace(tzinfo=None) == wall.replace(tzinfo=None)
                is_second = fold == 1 and at == wall.replace(fold=0).astimezone(UTC)
                if is_there and not is_second:
                    yield at


class _Skipping(selectors.DefaultSelector):
    """Waits for nothing: the time it was to wait for has passed at once."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.skipped += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose time is what was skipped."""

    def __init__(self) -> None:
        self.selector = _Skipping()
        super().__init__(self.selector)

    def time(self) -> float:
        """Seconds skipped so far, and a millisecond for every look."""
        return self.selector.skipped


class _Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> Any:
        return _Loop()


@contextmanager
def skipped_waiting() -> Iterator[None]:
    """While this lasts, `asyncio.run` takes no longer than its work."""
    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(_Policy())
    try:
        yield
    finally:
        asyncio.set_event_loop_policy(before)


class RunClock:
    """The clock of one run that begins at `begin`; it is `wrong` by so much."""

    def __init__(self, begin: datetime, wrong: timedelta = timedelta()) -> None:
        self.begin = begin
        self.wrong = wrong
        self.looks = 0

    @property
    def true(self) -> datetime:
        """The instant it really is."""
        try:
            passed = asyncio.get_running_loop().time()
        except RuntimeError:
            passed = 0.0
        return self.begin + timedelta(seconds=passed, microseconds=self.looks)

    def __call__(self) -> datetime:
        """What the machine believes."""
        self.looks += 1
        return self.true + self.wrong
