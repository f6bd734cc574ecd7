"""`python -m benchmarks.bench [PART ...]`: measures parts of the program, and writes `benchmarks/RESULTS.md`.

A part is a module with `measured(options)`, which gives its chapter in Markdown. Only the chapters of the
parts that were run are written again; each says when and on which machine it was made. Without PART all are
run but the long ones.
"""

import argparse
import importlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import machine

RESULTS = Path(__file__).with_name("RESULTS.md")
#: What can be measured, and the module that does. The order is that of the chapters.
PARTS = {
    "collecting": "benchmarks.collecting.chapter",
    "parsing": "benchmarks.parsing",
    "storing": "benchmarks.storing",
    "reconciling": "benchmarks.reconciling",
    "growing": "benchmarks.growing",
    "growing_large": "benchmarks.growing_large",
    "exporting": "benchmarks.exporting",
    "starting": "benchmarks.starting",
    "pages": "benchmarks.datasette_pages",
}
#: Those that take more than an hour, and are measured only if named.
_LONG = ("growing_large",)
_HEAD = """# How fast, at what cost

Written by `make bench`; `make bench PARTS=collecting` measures one part again. What is measured, and how,
stands in [README.md](README.md).
"""


@dataclass(frozen=True, slots=True)
class Options:
    """`quick`: fewer and smaller measurements, for a look while one works; `rounds`: for medians."""

    quick: bool = False
    rounds: int = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="less of everything; only printed")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="medians of so many (default: 3)")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"no part is called {unknown[0]}")
    for part in given.parts or [part for part in PARTS if part not in _LONG]:
        chapter = chapter_of(part, Options(quick=given.quick, rounds=given.rounds))
        print(chapter)
        if not given.quick:
            text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else _HEAD
            RESULTS.write_text(with_chapter(text, part, chapter), encoding="utf-8")
    return 0


def chapter_of(part: str, options: Options) -> str:
    """The chapter of one part, measured now, with the machine it is from."""
    text = importlib.import_module(PARTS[part]).measured(options).strip()
    facts = "; ".join([f"{datetime.now(UTC):%Y-%m-%d}", *machine()])
    return f"{text}\n\n{facts}"


def with_chapter(results: str, part: str, chapter: str) -> str:
    """`results` with the chapter of `part` in its place."""
    chapters = dict(re.findall(r"<!-- (\w+) -->\n(.*?)\n<!-- /\1 -->", results, re.DOTALL))
    chapters[part] = chapter
    ordered = (name for name in PARTS if name in chapters)
    return "\n".join([_HEAD, *(f"<!-- {name} -->\n{chapters[name]}\n<!-- /{name} -->\n" for name in ordered)])


if __name__ == "__main__":
    sys.exit(main())
