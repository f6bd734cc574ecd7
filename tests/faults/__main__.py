"""Runs every test that is marked as a fault and writes the table: `python -m tests.faults`.

The table is written only when every fault was run and what should hold held: a skipped test says nothing.
"""

import os
import sys
from collections import defaultdict

import pytest

from tests.faults.table import PAGE, ROOT, Fault, faults, table, with_table


class Outcomes:
    """What became of the tests that ran, by name without parameters."""

    def __init__(self) -> None:
        self.seen: dict[str, set[str]] = defaultdict(set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Told by pytest of each part of each test."""
        if report.when == "call" or report.outcome != "passed":
            self.seen[report.nodeid.partition("[")[0]].add(report.outcome)


def unproven(found: list[Fault], seen: dict[str, set[str]]) -> list[str]:
    """The tests that did not run, were skipped or failed; of several parameters one that ran is enough."""
    return sorted({one.test for one in found if "passed" not in seen[one.test] or "failed" in seen[one.test]})


def main() -> int:
    """Run them; 0 where the table was written."""
    os.environ.setdefault("CROSSTRACK_MOMENTS", "200")
    os.chdir(ROOT)
    found, outcomes = faults(), Outcomes()
    files = sorted({one.test.partition("::")[0] for one in found})
    pytest.main(["-m", "fault", *sys.argv[1:], *files], plugins=[outcomes])
    missing = unproven(found, outcomes.seen)
    if missing:
        print("not proven, so nothing was written:", *missing, sep="\n  ", file=sys.stderr)
        return 1
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table(found)), encoding="utf-8")
    print(f"{len(found)} faults: {PAGE.relative_to(ROOT)} is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
