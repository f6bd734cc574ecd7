"""Collecting from two invented portals, by Crosstrack and by others: what it takes, and that every row came.

Every measurement is a fresh server and a fresh program, one after the other, all ways in turn, several times;
medians are given. All drive the same browser. Those of others run in an environment of their own.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.collecting.pages import numbers, rows_of
from benchmarks.collecting.runners.job import Job
from benchmarks.measuring import Cost, cost_of
from collector.browser.finding import Found, find_browser

ROOT = Path(__file__).parents[2]
#: The environment of the other ways; `BENCH_PYTHON` names another one.
_OTHERS = ROOT / ".venv-bench" / "bin" / "python"
_TIMEOUT_S = 900.0


@dataclass(frozen=True, slots=True)
class Way:
    """A way of collecting: the module that does it, by which Python, and which portals it can."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    ours: bool = False
    portals: tuple[str, ...] = ("printed", "drawn")


WAYS = (
    Way("crosstrack", "with_crosstrack", ours=True),
    Way("lean", "with_lean_playwright"),
    Way("fetch", "with_fetch", portals=("printed",)),
    Way("scrapy-playwright", "with_scrapy"),
    Way("crawlee", "with_crawlee"),
    Way("crawlee, tuned", "with_crawlee", ("--tuned",)),
    Way("naive", "with_naive_playwright"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """What is collected: `failing` percent of the numbers fail when they are first asked for.

    paced  whether the portal wants a pause between visits
    """

    portal: str
    count: int
    failing: int = 0
    paced: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run took; `sent_mb` is what the server sent."""

    wall_s: float
    cpu_s: float
    memory_mb: float
    requests: float
    sent_mb: float


class NotDelivered(Exception):
    """A way that did not bring every row: its figures mean nothing."""


def browser_used() -> Found:
    """The browser that every way drives: the one Crosstrack would take."""
    return find_browser(None, os.environ, windowless=True)


def run_once(way: Way, case: Case) -> Figures:
    """What `case` takes that way. Raises NotDelivered."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, _site(case.failing) as port:
        job = Job(case.portal, case.count, port, browser_used().path, folder, case.paced)
        module = f"benchmarks.collecting.runners.{way.module}"
        interpreter = sys.executable if way.ours else os.environ.get("BENCH_PYTHON", str(_OTHERS))
        command = [interpreter, "-m", module, json.dumps(asdict(job)), *way.arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        cost = cost_of(command, environment, Path(folder), _TIMEOUT_S)
        _check(way, job, cost)
        told = _told(port)
    return Figures(cost.wall_s, cost.cpu_s, cost.memory_mb, told["requests"], told["bytes out"] / 1e6)


def _check(way: Way, job: Job, cost: Cost) -> None:
    if cost.exit_status or not job.result.exists():
        raise NotDelivered(f"{way.name} ended with {cost.exit_status}:\n{cost.said}")
    found = json.loads(job.result.read_text(encoding="utf-8"))
    wrong = [number for number in numbers(job.count) if found.get(number) != rows_of(number)]
    if wrong:
        told = f"{way.name}: {len(wrong)} numbers wrong, such as {wrong[0]}: {found.get(wrong[0])}"
        raise NotDelivered(f"{told}\n{cost.said}")


@contextmanager
def _site(failing: int) -> Iterator[int]:
    """The port of a fresh server."""
    command = [sys.executable, "-m", "benchmarks.collecting.site", "--failing", str(failing)]
    server = subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with server:
        yield int((server.stdout.readline() if server.stdout else "") or 0)
        if server.stdin:
            server.stdin.close()


def _told(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/told", timeout=10) as reply:
        told: dict[str, float] = json.load(reply)
    return told


def medians(runs: Sequence[Figures]) -> Figures:
    """The middle of each figure."""
    return Figures(*(median(column) for column in zip(*(asdict(one).values() for one in runs), strict=True)))


def interleaved(case: Case, ways: Sequence[Way], rounds: int) -> dict[str, Figures]:
    """The medians of every way that can do `case`, measured in turn."""
    runs: dict[str, list[Figures]] = {way.name: [] for way in ways if case.portal in way.portals}
    for _ in range(rounds):
        for way in ways:
            if way.name in runs:
                runs[way.name].append(run_once(way, case))
                print(f"{case} {way.name}: {runs[way.name][-1]}", file=sys.stderr, flush=True)
    return {name: medians(made) for name, made in runs.items()}


def main() -> None:
    """A look while one works; arguments: PORTAL COUNT FAILING ROUNDS WAY ..."""
    portal, count, failing, rounds, *names = sys.argv[1:]
    ways = [way for way in WAYS if not names or way.name in names]
    made = interleaved(Case(portal, int(count), int(failing)), ways, int(rounds))
    for name, f in made.items():
        print(f"{name:20} {f.wall_s:7.2f} s {f.cpu_s:7.2f} s CPU {f.memory_mb:7.0f} MB {f.requests:6.0f}")


if __name__ == "__main__":
    main()
