"""What the written pages say of the program holds: the parameters, the example of a user's file."""

import ast
import importlib
import re
from datetime import timedelta
from math import isclose, log
from pathlib import Path

import pytest

from collector.report_portals import markdown, portal_rows
from scrapers import portals, vocabulary
from scrapers.words import Milestone

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reconciliation.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)\.(\w+)` \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
#: Units, and values that only restate another one.
NO_PARAMETERS = {
    "copies._DAY", "copies._LONG_ENOUGH", "model.DAY", "model.HOUR", "model.MINUTE", "order._MOMENT_S",
    "teaching._AGREE_S", "teaching._QUARTER",
}  # fmt: skip
SECONDS = {"s": 1, "min": 60, "h": 3600, "days": 86400}


def coded(module, name):
    return getattr(importlib.import_module(f"collector.reconcile.{module}"), name)


def meant(text, value):
    """What a cell of the table means, in the terms of the value it stands for; times are in minutes."""
    if isinstance(value, tuple):
        return tuple(float(part) for part in text.split(","))
    if found := re.fullmatch(r"(\S+) / (\S+) days?", text):
        return float(found[1]) / (float(found[2]) * 1440)
    if found := re.fullmatch(r"(\S+) (s|min|h|days)", text):
        time = timedelta(seconds=float(found[1]) * SECONDS[found[2]])
        return time if isinstance(value, timedelta) else time / timedelta(minutes=1)
    return log(float(text[4:])) if text.startswith("log ") else float(text)


@pytest.mark.parametrize(("module", "name", "text", "reason"), ROWS)
def test_a_parameter_has_the_value_that_the_page_says_and_a_reason(module, name, text, reason):
    value = coded(module, name)
    said = meant(text, value)
    assert said == value or isclose(said, value), f"the code has {module}.{name} = {value}"
    assert len(reason) > 10


def test_every_parameter_of_the_code_stands_in_the_table():
    found = set()
    for file in (ROOT / "collector" / "reconcile").glob("*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                found |= {
                    (file.stem, n.id) for n in names if isinstance(n, ast.Name) and _is_number(file, n.id)
                }
    assert {f"{m}.{n}" for m, n in found} - {f"{m}.{n}" for m, n, *_ in ROWS} == NO_PARAMETERS


def _is_number(file, name):
    value = coded(file.stem, name) if file.stem != "__init__" else None
    plain = (int, float, timedelta)
    is_numbers = isinstance(value, tuple) and all(isinstance(one, plain) for one in value)
    return isinstance(value, plain) or is_numbers


def test_links_within_the_page_lead_somewhere():
    heads = {
        re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.+)$", PAGE, re.M)
    }
    assert set(re.findall(r"\(#([\w-]+)\)", PAGE)) <= heads
    for link in re.findall(r"\]\((?!#|http)([^)]+)\)", PAGE):
        assert (ROOT / "docs" / link).exists()


def test_the_table_of_portals_in_readme_is_what_the_modules_declare():
    own = [one for one in portals().values() if type(one).__module__.startswith("scrapers.")]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("<!-- portals -->\n")[2].partition("<!-- /portals -->")[0]
    assert table == markdown(portal_rows(own, None)), "put in what `crosstrack portals --markdown` prints"


def test_the_example_of_a_users_file_can_be_meant_and_does_what_it_says():
    (example,) = re.findall(
        r"```toml\n(.*?)```", (ROOT / "docs" / "your-word.md").read_text(encoding="utf-8"), re.S
    )
    with vocabulary.using(vocabulary.read_additions(example)):
        for words in ("loaded for your street", "On tour 7"):
            meaning = vocabulary.meaning("boxwatch", code=None, description=words)
            assert meaning is not None
            assert meaning.milestone is Milestone.OUT_FOR_DELIVERY
        assert vocabulary.facts("boxwatch").clock.zone == "Asia/Kathmandu"
