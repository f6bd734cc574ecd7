"""`SECURITY.md`: every promise names tests, and each of them exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", MODEL)))


@pytest.mark.parametrize(("file", "test"), NAMED, ids="::".join)
def test_every_test_that_is_named_exists(file, test):
    program = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in program.body if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_a_test():
    promised = MODEL.partition("## What is defended")[2].partition("## What is not protected")[0]
    rows = [line for line in promised.splitlines() if line.startswith("| ")]
    rows = [line for line in rows if not re.match(r"\| (promise|way out|---)", line)]
    assert len(rows) > 15
    assert [line for line in rows if "::test_" not in line] == []


def test_files_and_commands_that_are_named_exist():
    for path in re.findall(r"`((?:collector|scrapers)/[\w/]+\.py)`", MODEL):
        assert (ROOT / path).is_file()
