"""Other processes that compute while this one reads and writes the database; without them it does both."""

import atexit
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

from collector.derive.garbage import collect_seldom
from scrapers.vocabulary.additions import Additions, active, using

_Key = TypeVar("_Key")
_Result = TypeVar("_Result")

#: How many processes compute, where nobody says otherwise: as many as there are cores, within bounds.
VARIABLE = "CROSSTRACK_WORKERS"
_MOST = 8
#: Jobs handed out ahead, for each process: enough to keep it busy, few enough to keep in memory.
_AHEAD = 2


def usual_workers() -> int:
    """How many processes are worth while on this machine: none where there is one core only."""
    said = os.environ.get(VARIABLE, "")
    if said.isdecimal():
        return int(said)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST) if cores > 1 else 0


class Crew:
    """Processes that are started when the first job for them comes, and end with the `with` block."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def in_order(
        self,
        work: Callable[..., _Result],
        jobs: Iterable[tuple[_Key, tuple[Any, ...]]],
        *,
        helped: bool,
    ) -> Iterator[tuple[_Key, _Result]]:
        """The key of each job with what `work` makes of its arguments, in the order of the jobs.

        Unless it is `helped`, it is done here; so is what a process that died leaves undone. A result never
        depends on where it was made.
        """
        if not (helped and self._workers):
            yield from ((key, work(*given)) for key, given in jobs)
            return
        waiting: deque[tuple[_Key, tuple[Any, ...], Future[_Result] | None]] = deque()
        for key, given in jobs:
            waiting.append((key, given, self._handed_out(work, given)))
            if len(waiting) > self._workers * _AHEAD:
                yield self._done(work, *waiting.popleft())
        while waiting:
            yield self._done(work, *waiting.popleft())

    def _handed_out(self, work: Callable[..., _Result], given: tuple[Any, ...]) -> "Future[_Result] | None":
        try:
            if self._pool is None and self._workers:
                # A copy of this process would have its database connection.
                self._pool = ProcessPoolExecutor(
                    self._workers,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_prepare,
                    initargs=_shared(),
                )
            return self._pool.submit(work, *given) if self._pool is not None else None
        except (BrokenExecutor, OSError):
            self._dismiss()
            return None

    def _done(
        self,
        work: Callable[..., _Result],
        key: _Key,
        given: tuple[Any, ...],
        future: "Future[_Result] | None",
    ) -> tuple[_Key, _Result]:
        if future is not None:
            try:
                return key, future.result()
            except BrokenExecutor:
                self._dismiss()
        return key, work(*given)

    def _dismiss(self) -> None:
        """Go on without processes."""
        pool, self._pool, self._workers = self._pool, None, 0
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _shared() -> tuple[Any, ...]:
    """What holds in this process beside the program itself: the user's additions, fit to be handed over."""
    held = active()
    return held.events, dict(held.places), dict(held.portals)


def _prepare(*shared: Any) -> None:  # noqa: ANN401 - fields of their own types
    """Take over what holds there. Leave interrupts to the program that asked, and end when it has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_seldom()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    life = ExitStack()
    atexit.register(life.close)
    life.enter_context(using(Additions(*shared)))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
