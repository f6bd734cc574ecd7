"""Writes the pages and pictures in docs/ that are made from the program: `make docs`.

python -m demo.docs [--check]

With `--check` nothing is written, and the exit status is 1 where a file is not what it would be.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from demo.commands_page import commands_page
from demo.pipeline_picture import pipeline_picture
from demo.schema_page import schema_page

DOCS = Path(__file__).parents[1] / "docs"
MADE: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "schema.md": schema_page,
    "pictures/pipeline.svg": pipeline_picture,
}


def main() -> int:
    """Write the files, or compare them; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.docs", description="Make what docs/ has of the program."
    )
    parser.add_argument("--check", action="store_true", help="only say which files are out of date")
    checking = parser.parse_args().check
    stale = outdated()
    for name in stale:
        if not checking:
            (DOCS / name).write_text(MADE[name](), encoding="utf-8")
        print(f"docs/{name} {'is out of date' if checking else 'written'}")
    return 1 if checking and stale else 0


def outdated() -> list[str]:
    """The names of files that are not there, or not as they would be made now."""
    return [name for name, make in MADE.items() if _text(DOCS / name) != make()]


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
