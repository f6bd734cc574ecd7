"""The table of faults in docs/reliability.md, as the marks of the tests give it. Reads tests, runs none."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
BEGINS, ENDS = "<!-- faults -->", "<!-- /faults -->"
#: The order of the table: from the far end of the line to this machine.
LAYERS = (
    "network",
    "portal",
    "session",
    "browser",
    "disk",
    "database",
    "killed",
    "power",
    "clock",
    "several runs",
    "notices",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One mark: what happens, what holds, and the test that shows it, as pytest names it."""

    layer: str
    happens: str
    holds: str
    exit_status: str
    test: str


def faults(root: Path = ROOT) -> list[Fault]:
    """Every fault that is marked in the tests, in the order of the table."""
    found = [one for path in sorted((root / "tests").rglob("test_*.py")) for one in marked(path, root)]
    return sorted(found, key=lambda one: LAYERS.index(one.layer))


def marked(path: Path, root: Path) -> Iterator[Fault]:
    """The faults marked in one file, from top to bottom."""
    text = path.read_text(encoding="utf-8")
    if "mark.fault(" not in text:
        return
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            test = f"{path.relative_to(root).as_posix()}::{node.name}"
            for decorator in node.decorator_list:
                for call in ast.walk(decorator):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.fault":
                        yield _fault(call, test)


def _fault(call: ast.Call, test: str) -> Fault:
    happens, holds = (ast.literal_eval(argument) for argument in call.args)
    named = {one.arg: ast.literal_eval(one.value) for one in call.keywords}
    return Fault(named["layer"], happens, holds, named.get("exit_status", "—"), test)


def table(found: list[Fault]) -> str:
    """The table in Markdown."""
    lines = ["| layer | what happens | what holds | exit status | test |", "| --- | --- | --- | --- | --- |"]
    for one in found:
        file, _, name = one.test.partition("::")
        link = f"[`{name}`](../{file})"
        cells = (one.layer, one.happens, one.holds, one.exit_status, link)
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines)


def with_table(page: str, made: str) -> str:
    """The page with `made` between its marks."""
    before, _, rest = page.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    return f"{before}{BEGINS}\n{made}\n{ENDS}{after}"
