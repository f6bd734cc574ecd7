"""What a command need not load, it does not: half of a short command's time is loading."""

import subprocess
import sys

import pytest

#: Each takes longer to load than the command line itself.
HEAVY = (
    "apprise",
    "asyncio",
    "collector.derive",
    "numpy",
    "playwright",
    "pydantic",
    "rich",
    "scrapers",
    "sqlite_utils",
)


def loaded_by(statement: str) -> set[str]:
    """The modules a new process has after `statement`."""
    script = f"import sys\n{statement}\nprint(*sys.modules, sep='\\n')"
    return set(subprocess.check_output([sys.executable, "-c", script], text=True).split())


@pytest.fixture(scope="module")
def of_the_command_line() -> set[str]:
    return loaded_by("import collector.commands")


@pytest.mark.parametrize("module", HEAVY)
def test_the_command_line_is_there_without(module, of_the_command_line):
    assert module not in of_the_command_line


def test_a_file_of_additions_is_looked_for_without_what_reads_it(tmp_path, monkeypatch):
    from collector.paths import has_config

    monkeypatch.setattr("collector.paths.default_config", lambda: tmp_path / "crosstrack.toml")
    assert not has_config({})
    assert has_config({"CROSSTRACK_CONFIG": "elsewhere.toml"})
    (tmp_path / "crosstrack.toml").touch()
    assert has_config({})


def test_a_file_of_additions_that_cannot_be_looked_at_is_complained_of(tmp_path, monkeypatch):
    from collector.paths import has_config

    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.setattr("collector.paths.default_config", lambda: tmp_path / "loop")
    assert has_config({})
