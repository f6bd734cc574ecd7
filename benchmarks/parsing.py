"""`python -m benchmarks.parsing`: what reading saved pages costs, by portal, beside bare extraction.

Bare is what somebody writes who trusts every page (`bare/`): the document parsed
once by selectolax, or the reply by the standard library, and the same fields of the same rows taken from it.
It lacks the checks: that the page is whole, in a known state, about one number, and that each row is one.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import geometric_mean, median

from benchmarks.bare import OF_DOCUMENTS, bare
from benchmarks.bench import Options
from benchmarks.markdown import table
from collector.kit.cases import cases
from scrapers import portals
from scrapers.contract import Page, Portal
from scrapers.words import Role

BAR = 2.0
_ROOT = Path(__file__).parents[1]
_PAGES = _ROOT / "fixtures" / "pages"
#: One visit for each portal whose saved pages are in no table of cases.
_VISITS = {
    "aliexpress": (_ROOT / "tests/fuzzing/pages/aliexpress/tracking.json",),
    "cainiao": (_PAGES / "cainiao/spain_2026-03-16.json",),
    "correos": (_PAGES / "correos/search_2026-03-16.json", _PAGES / "correos/eventos_2026-03-16.json"),
    "usps": (_PAGES / "usps/ohio_2026-03-16.html",),
}
_ROUNDS, _LOOKS_S = 9, 0.02


@dataclass(frozen=True, slots=True)
class Parsed:
    """One portal's longest saved visit: microseconds of processor time, and their ratio.

    All are medians of rounds in turns; size is in bytes.
    """

    portal: str
    rows: int
    size: int
    parse_us: float
    bare_us: float
    ratio: float


def measured(options: Options) -> str:
    """The chapter on parsing."""
    found = parsed(3 if options.quick else _ROUNDS)
    documents = [one.ratio for one in found if one.portal in OF_DOCUMENTS]
    replies = [one.ratio for one in found if one.portal not in OF_DOCUMENTS]
    said = (
        "The longest saved visit of each, most of them cut down to what is read. Where a document is read, "
        f"parsing takes {geometric_mean(documents):.2f} times what bare extraction of the same fields by "
        f"selectolax takes (geometric mean, {min(documents):.1f} to {max(documents):.1f}; at most {BAR:g} is "
        "wanted). Where replies carry everything there is no document to parse, and the standard library "
        f"reads JSON fast: {geometric_mean(replies):.2f} times ({min(replies):.1f} to {max(replies):.1f}), a "
        "few millionths of a second for each row."
    )
    return f"## Parsing\n\n{said}\n\n{_table(found)}"


def parsed(rounds: int = _ROUNDS) -> list[Parsed]:
    """Every portal's longest saved visit."""
    return [_compared(name, pages, rounds) for name, pages in visits().items()]


def visits() -> dict[str, Sequence[Page]]:
    """The pages of one visit to every portal, the saved one with the most rows."""
    found: dict[str, Sequence[Page]] = {}
    for name, portal in portals().items():
        if name in _VISITS:
            found[name] = [_page(portal, file) for file in _VISITS[name]]
        elif (_PAGES / name / "cases.toml").exists():
            known = cases(_PAGES / name, portal)
            found[name] = max(known, key=lambda case: len(case.milestones)).pages
    return found


def _page(portal: Portal, file: Path) -> Page:
    role, media_type = Role.PAYLOAD, "application/json"
    if file.suffix == ".html":
        role, media_type = Role.DOM, "text/html"
    address = portal.url(portal.example, portal.default_language)
    return Page(role, address, media_type, file.read_bytes(), 200)


def _compared(name: str, pages: Sequence[Page], rounds: int) -> Parsed:
    portal = portals()[name]
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        whole = _microseconds(lambda: portal.parse(pages))
        times.append((whole, _microseconds(lambda: bare(name, pages))))
    wholes, bares = zip(*times, strict=True)
    ratio = median(whole / other for whole, other in times)
    rows = sum(len(reading.rows) for reading in portal.parse(pages))
    return Parsed(name, rows, sum(len(page.body) for page in pages), median(wholes), median(bares), ratio)


def _microseconds(work: Callable[[], object]) -> float:
    work()
    began, count = time.process_time(), 0
    while (spent := time.process_time() - began) < _LOOKS_S:
        work()
        count += 1
    return spent / count * 1e6


def _table(found: Sequence[Parsed]) -> str:
    rows = [
        [one.portal, one.rows, one.size, 1e6 / one.parse_us, one.parse_us, one.bare_us, one.ratio]
        for one in found
    ]
    return table(["portal", "rows", "bytes", "visits a second", "parse, µs", "bare, µs", "ratio"], rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parsing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=_ROUNDS, metavar="N", help=f"default: {_ROUNDS}")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    given = parser.parse_args(arguments)
    found = parsed(given.rounds)
    print(json.dumps([asdict(one) for one in found], indent=2) if given.json else _table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
