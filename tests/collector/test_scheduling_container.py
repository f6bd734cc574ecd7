"""The recipe for a container takes the steps that the checks take, as an ordinary user, with no secret."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from collector.scheduling.job import CARRIED
from collector.scheduling.methods import METHODS

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "Containerfile").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")
CHECKS = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def instructions():
    """Every instruction with its words, comments left out and continued lines joined."""
    lines = [line for line in RECIPE.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def given(name):
    return [words for instruction, words in instructions() if instruction == name]


def made_by_the_tests():
    """What `make test` makes on its way."""
    rules = re.findall(
        r"^([\w$()/-]+):([^=\n]*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    needs = {target: needed.split() for target, needed in rules}
    found, waiting = set(), ["test"]
    while waiting:
        target = waiting.pop()
        found.add(target)
        waiting += needs.get(target, [])
    return found


def test_every_step_is_one_that_the_checks_take():
    assert "make test" in CHECKS
    for step in given("RUN"):
        assert not re.search(r"[;&|`$<>]", step), step
        program, *words = step.split()
        if program == "sh":
            assert words[0] in CHECKS
            assert (ROOT / words[0]).is_file()
        elif program == "make":
            assert set(words) <= made_by_the_tests()
        else:
            assert program == "useradd"
    assert [step.split()[0] for step in given("RUN")] == ["sh", "make", "useradd"]


def test_what_the_checks_install_on_a_bare_debian_is_installed():
    wanted = set(" ".join(re.findall(r"missing\+=\((.*?)\)", CHECKS)).split())
    packages = set(given("RUN")[0].split())
    assert wanted
    assert wanted | {"chromium", "tini"} <= packages


def test_it_runs_as_an_ordinary_user_under_an_init():
    names = [name for name, _ in instructions()]
    (user,) = given("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert f"--uid {user.partition(':')[0]} " in given("RUN")[-1]
    assert not {"RUN", "COPY", "ADD"} & set(names[names.index("USER") :])
    assert given("ENTRYPOINT")[0].startswith('["/usr/bin/tini", ')
    assert given("CMD") == ['["collect"]']


def test_everything_a_person_owns_is_in_the_volume():
    variables = dict(one.split("=", 1) for one in given("ENV")[0].split())
    assert given("VOLUME") == ["/data"]
    assert "--home-dir /data " in given("RUN")[-1]
    for name in ("HOME", "CROSSTRACK_DB", "CROSSTRACK_SESSIONS"):
        assert variables[name] == "/data" or variables[name].startswith("/data/")


def test_no_secret_no_address_and_no_registry_stand_in_it():
    assert not re.search(r"://|password|passwd|token|secret|api.?key", RECIPE, re.IGNORECASE)
    assert not re.search(r"--index-url|--extra-index|trusted-host|\bARG\b|\bADD\b", RECIPE)
    (base,) = given("FROM")
    assert re.fullmatch(r"debian:[a-z]+-slim", base)


def test_the_browser_is_never_started_without_its_sandbox():
    assert "--no-sandbox" not in RECIPE
    sources = [
        file for file in (ROOT / "collector").rglob("*.py") if "--no-sandbox" in file.read_text("utf-8")
    ]
    assert sources == []


def test_the_image_gets_what_the_package_is_built_from_and_nothing_else():
    copied = {source for words in given("COPY") for source in words.split()[:-1]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    built_from = {
        ".ci",
        "Makefile",
        "pyproject.toml",
        "constraints.txt",
        project["project"]["readme"],
        "LICENSE",
    }
    assert copied == packages | built_from
    for source in copied:
        assert (ROOT / source).exists()
    rules = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    rules = [rule for rule in rules if rule and not rule.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied
    last = [rule.removeprefix("**/") for rule in rules if not rule.startswith("!")]
    for private in ("crosstrack.db", "crosstrack.db-wal", "__pycache__"):
        assert any(fnmatch(private, rule) for rule in last[1:])


@pytest.mark.parametrize("name", METHODS)
def test_the_page_tells_of_every_scheduler(name):
    assert f"| `{name}` |" in PAGE


def test_the_page_names_all_that_goes_along():
    assert set(re.findall(r"`((?:CROSSTRACK|PLAYWRIGHT|XDG)_\w+)`", PAGE)) == set(CARRIED)


def test_links_of_the_page_lead_somewhere():
    for link in re.findall(r"\]\((?!http)([^)#]+)", PAGE):
        assert (ROOT / "docs" / link).exists()
