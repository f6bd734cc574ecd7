"""`python -m benchmarks.parsing`: what reading a saved page costs, by portal, beside bare extraction of rows.

Bare is selectolax alone where rows stand in the document (the document parsed, and the text of every cell of
every row), and the standard library's reading of JSON where a payload carries them: none of the checks for
states, damage and other people's numbers.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from selectolax.lexbor import LexborHTMLParser

from benchmarks.bench import Options
from benchmarks.processes import table
from collector.kit.cases import Case, cases
from scrapers import portals
from scrapers.contract import Page
from scrapers.words import Role

BAR = 2.0
_PAGES = Path(__file__).parents[1] / "fixtures" / "pages"
#: Where rows stand in a document, and their fields in a row.
_CELLS = {
    "chinapost": ("tr.result-table-row", "td"),
    "dpd": ("table.table-track tr", "td"),
    "japanpost": ('table[summary="履歴情報"] tr', "td"),
    "yanwen": (".czhaodl dl > dd", ".timePoint, h6"),
}
_ROUNDS, _LOOKS_S = 7, 0.03


@dataclass(frozen=True, slots=True)
class Parsed:
    """One portal's longest saved page: microseconds of processor time, medians of rounds in turns."""

    portal: str
    rows: int
    parse_us: float
    bare_us: float


def measured(options: Options) -> str:
    """The chapter on parsing."""
    found = parsed(3 if options.quick else _ROUNDS)
    rows = [
        [p.portal, p.rows, 1e6 / p.parse_us, p.parse_us, p.bare_us, p.parse_us / p.bare_us] for p in found
    ]
    heads = ["portal", "rows", "pages a second", "parse, µs", "bare, µs", "ratio"]
    documents = [p.parse_us / p.bare_us for p in found if p.portal in _CELLS]
    said = (
        f"The longest saved page of each. Where rows stand in the document, parsing takes "
        f"{min(documents):.1f} to {max(documents):.1f} times what selectolax alone takes (at most {BAR:g} is "
        "wanted); the rest checks that the page is whole, in a known state, and about the number. "
        "For a payload, bare is reading its JSON."
    )
    return f"## Parsing\n\n{said}\n\n{table(heads, rows)}"


def parsed(rounds: int = _ROUNDS) -> list[Parsed]:
    """Every portal that has saved pages with rows."""
    found = []
    for name, portal in portals().items():
        known = cases(_PAGES / name, portal) if (_PAGES / name / "cases.toml").exists() else ()
        with_rows = [one for one in known if one.milestones]
        if with_rows:
            found.append(_compared(name, max(with_rows, key=lambda one: len(one.milestones)), rounds))
    return found


def _compared(name: str, case: Case, rounds: int) -> Parsed:
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        whole = _microseconds(lambda: case.portal.parse(case.pages))
        times.append((whole, _microseconds(lambda: _bare(name, case.pages))))
    wholes, bares = zip(*times, strict=True)
    return Parsed(name, len(case.milestones), median(wholes), median(bares))


def _bare(name: str, pages: Sequence[Page]) -> list[object]:
    if name not in _CELLS:
        return [json.loads(page.body) for page in pages if page.role is Role.PAYLOAD]
    rows, cells = _CELLS[name]
    return [
        [cell.text(separator=" ", strip=True) for cell in row.css(cells)]
        for page in pages
        for row in LexborHTMLParser(page.body).css(rows)
    ]


def _microseconds(work: Callable[[], object]) -> float:
    work()
    began, count = time.process_time(), 0
    while (spent := time.process_time() - began) < _LOOKS_S:
        work()
        count += 1
    return spent / count * 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parsing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=_ROUNDS, metavar="N", help=f"default: {_ROUNDS}")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    given = parser.parse_args(arguments)
    found = parsed(given.rounds)
    if given.json:
        told = {p.portal: {"rows": p.rows, "parse_us": p.parse_us, "bare_us": p.bare_us} for p in found}
        print(json.dumps(told, indent=2))
    else:
        rows = [[p.portal, p.rows, p.parse_us, p.bare_us, p.parse_us / p.bare_us] for p in found]
        print(table(["portal", "rows", "parse, µs", "bare, µs", "ratio"], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
