"""What is installed, pinned and asked of people who report a broken portal."""

import ast
import importlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from scrapers.words import Outcome

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
OURS = {"collector", "scrapers", "fixtures", "demo", "tests"}
#: Distributions that are never imported by name.
UNIMPORTED = {"tzdata"}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement):
    return canonical(re.match(r"[A-Za-z0-9._-]+", requirement).group())


def declared():
    extras = PROJECT["project"].get("optional-dependencies", {})
    wanted = [*PROJECT["project"]["dependencies"], *(one for extra in extras.values() for one in extra)]
    return {name_of(requirement) for requirement in wanted}


def pinned():
    """Each pinned requirement with its hashes: `{"typer==0.20": ["sha256:..."]}`, markers left out."""
    text = re.sub(r"\\\n\s*", " ", CONSTRAINTS)
    entries = (
        line.split() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    )
    return {
        words[0]: [w.removeprefix("--hash=") for w in words if w.startswith("--hash=")] for words in entries
    }


def imported(package):
    """Top-level names of the other distributions that the modules of `package` import."""
    names = set()
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.partition(".")[0])
    return names - OURS - sys.stdlib_module_names


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Names of the files in a wheel built from this tree."""
    builder = WheelBuilder(str(ROOT))
    built = list(builder.build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"]))
    with zipfile.ZipFile(built[0]) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_program_and_its_data(wheel):
    wanted = {
        file.relative_to(ROOT).as_posix()
        for package in ("collector", "scrapers")
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {"collector/py.typed", "scrapers/py.typed", "scrapers/vocabulary/usps.toml"} <= wanted
    assert wanted - wheel == set()


def test_the_wheel_holds_nothing_but_the_program(wheel):
    assert {name.partition("/")[0] for name in wheel if ".dist-info/" not in name} == {
        "collector",
        "scrapers",
    }
    assert [name for name in wheel if name.endswith("/licenses/LICENSE")]


def test_the_console_script_can_be_called():
    (script,) = PROJECT["project"]["scripts"].items()
    module, _, function = script[1].partition(":")
    assert script[0] == "crosstrack"
    assert callable(getattr(importlib.import_module(module), function))


def test_the_wheel_carries_the_version_the_program_names(wheel):
    assert f"crosstrack-{importlib.import_module('collector').__version__}.dist-info/METADATA" in wheel


def test_the_source_archive_holds_what_make_needs(tmp_path):
    (built,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    scripts = {f".ci/{file.name}" for file in (ROOT / ".ci").iterdir()}
    wanted = {"Makefile", "constraints.txt", "pyproject.toml", "demo/__main__.py", "tests/test_packaging.py"}
    assert (wanted | scripts) - names == set()


def test_the_licence_is_the_declared_one():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["project"]["license"] == "Apache-2.0 AND MIT"
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_everything_the_program_imports_is_a_dependency():
    providers = metadata.packages_distributions()
    undeclared = {
        name
        for package in ("collector", "scrapers")
        for name in imported(package)
        if not declared() & {canonical(provider) for provider in providers.get(name, [])}
    }
    assert undeclared == set()


def test_every_dependency_is_imported():
    providers = metadata.packages_distributions()
    used = {
        canonical(provider)
        for package in ("collector", "scrapers")
        for name in imported(package)
        for provider in providers.get(name, [])
    }
    assert declared() - used - UNIMPORTED == set()


def test_every_requirement_is_pinned():
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    wanted += PROJECT["build-system"]["requires"]
    names = {canonical(entry.partition("==")[0]) for entry in pinned()}
    assert {name_of(requirement) for requirement in wanted} - names == set()


def test_every_pin_is_one_version_with_hashes():
    assert pinned()
    for entry, hashes in pinned().items():
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", entry), entry
        assert hashes, entry
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), entry


def test_the_pins_name_no_address():
    assert not re.search(
        r"://|index-url|find-links|trusted-host|^-", CONSTRAINTS, re.MULTILINE | re.IGNORECASE
    )


def test_the_form_for_a_broken_portal_offers_every_outcome():
    form = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/broken-portal.yml").read_text(encoding="utf-8"))
    fields = {field["id"]: field for field in form["body"] if "id" in field}
    required = {name for name, field in fields.items() if field.get("validations", {}).get("required")}
    assert required == {"command", "version", "portal", "outcome", "page_id", "page"}
    assert fields["outcome"]["attributes"]["options"] == [outcome.value for outcome in Outcome]


posix = pytest.mark.skipif(os.name != "posix", reason="make and sh are POSIX tools")


@posix
def test_the_check_script_is_executable():
    assert (ROOT / ".ci/run").stat().st_mode & stat.S_IXUSR


@posix
@pytest.mark.parametrize("script", ["apt-install", "ensure-browser", "ensure-python", "run"])
def test_the_shell_scripts_parse(script):
    shell = "bash" if script == "run" else "sh"
    assert subprocess.run([shell, "-n", str(ROOT / ".ci" / script)], check=False).returncode == 0


@posix
def test_an_old_python_is_refused_in_one_line(tmp_path):
    old = tmp_path / "python3.9"
    replace(old, '[ "$1" = --version ] && echo Python 3.9.2; exit 1')
    answer = ensure_python(old)
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "is Python 3.9.2, 3.11 or newer is needed" in answer.stderr


@posix
def test_a_missing_python_is_named(tmp_path):
    answer = ensure_python(tmp_path / "nowhere")
    assert answer.returncode == 1
    assert f"there is no {tmp_path / 'nowhere'}" in answer.stderr


@posix
def test_root_on_debian_gets_what_a_virtual_environment_needs(bare):
    answers = f"*ensurepip*) test -e {bare}/venv;; *:2*) echo 3.12;; *) true;;"
    replace(bare / "python", f'case "$2" in {answers} esac')
    replace(bare / "apt-get", f'echo apt-get "$@" >> {bare}/ran; touch {bare}/venv')
    answer = run("ensure-python", str(bare / "python"), env=bare_environment(bare))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "apt-get install --yes python3.12-venv" in (bare / "ran").read_text().splitlines()


@posix
def test_a_python_without_venv_is_refused_in_one_line_where_apt_is_not_allowed(bare):
    replace(bare / "python", 'case "$2" in *ensurepip*) exit 1;; *:2*) echo 3.12;; esac')
    replace(bare / "id", "echo 1000")
    answer = run("ensure-python", str(bare / "python"), env=bare_environment(bare))
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "apt-get install python3.12-venv" in answer.stderr


@posix
def test_this_python_is_good_enough():
    assert ensure_python(sys.executable).returncode == 0


@posix
def test_a_browser_asked_for_is_never_replaced_by_another(tmp_path):
    missing = tmp_path / "no-such-browser"
    answer = ensure_browser(CROSSTRACK_BROWSER=str(missing))
    assert answer.returncode == 1
    assert str(missing) in answer.stderr
    assert answer.stderr.count("\n") == 1


@posix
def test_the_browser_found_is_named(tmp_path):
    browser = tmp_path / "chromium"
    replace(browser, "exit 0")
    answer = ensure_browser(CROSSTRACK_BROWSER=str(browser))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert str(browser) in answer.stdout


@pytest.fixture
def bare(tmp_path):
    """A folder of stand-ins for the programs of a machine without a browser, and the list of what was run.

    `python` finds a browser once the file `browser` exists.
    """
    ran = tmp_path / "ran"
    ran.touch()
    for name, action in {
        "python": f"test -e {tmp_path}/browser && echo Browser: here",
        "id": "echo 0",
        "apt-get": f'echo apt-get "$@" >> {ran}; case $1 in install) touch {tmp_path}/browser; esac',
        "playwright": f'echo playwright "$@" >> {ran}; touch {tmp_path}/browser',
    }.items():
        replace(tmp_path / name, action)
    return tmp_path


@posix
def test_root_on_debian_gets_chromium_from_apt(bare):
    assert install_browser(bare).returncode == 0
    assert (bare / "ran").read_text().splitlines() == ["apt-get update", "apt-get install --yes chromium"]


@posix
def test_where_apt_fails_its_words_are_shown_and_playwright_downloads(bare):
    replace(bare / "apt-get", "echo Unable to locate package; exit 100")
    answer = install_browser(bare)
    assert answer.returncode == 0
    assert "Unable to locate package" in answer.stderr
    assert (bare / "ran").read_text().splitlines() == ["playwright install --with-deps chromium"]


@posix
def test_whoever_is_not_root_gets_the_download_of_playwright(bare):
    replace(bare / "id", "echo 1000")
    assert install_browser(bare).returncode == 0
    assert (bare / "ran").read_text().splitlines() == ["playwright install chromium"]


@posix
def test_where_nothing_can_be_installed_the_checks_fail_and_say_how_to(bare):
    replace(bare / "apt-get", "exit 100")
    replace(bare / "playwright", "exit 1")
    replace(bare / "python", "echo no browser found >&2; exit 1")
    answer = install_browser(bare)
    assert answer.returncode == 1
    assert answer.stderr.endswith("no browser found\n")


@posix
def test_an_installed_browser_is_left_alone(bare):
    (bare / "browser").touch()
    assert install_browser(bare).stdout == "Browser: here\n"
    assert (bare / "ran").read_text() == ""


def replace(program, action):
    program.write_text(f"#!/bin/sh\n{action}\n")
    program.chmod(0o755)


def bare_environment(bare):
    return {"PATH": f"{bare}:{os.environ['PATH']}", "TMPDIR": str(bare)}


def install_browser(bare):
    return run("ensure-browser", str(bare), env=bare_environment(bare))


def ensure_python(python):
    return run("ensure-python", str(python), env=dict(os.environ))


def ensure_browser(**environ):
    return run("ensure-browser", str(Path(sys.executable).parent), env={**os.environ, **environ})


def run(script, *arguments, env):
    command = [shutil.which("sh"), str(ROOT / ".ci" / script), *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
