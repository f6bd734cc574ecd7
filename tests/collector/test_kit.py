"""The skeleton of a portal: what it writes works as it stands, and what it refuses."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from collector.errors import UsageError
from collector.kit.skeletons import NewPortal, write_skeleton

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)


def made(folder, name="atlantispost", title="Atlantis Post", country="GR"):
    portal = NewPortal(name, title, country)
    return portal, write_skeleton(portal, folder, TODAY)


def installed(portal, folder):
    """The environment of a Python that has the package installed."""
    info = folder / f"{portal.module}-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: crosstrack-{portal.name}\nVersion: 0.1.0\n")
    entry = f"{portal.name} = {portal.module}:{portal.class_name}"
    (info / "entry_points.txt").write_text(f"[crosstrack.portals]\n{entry}\n")
    assert entry.replace(" = ", ' = "') in (folder / "pyproject.toml").read_text()
    return os.environ | {"PYTHONPATH": f"{folder}:{ROOT}"}


@pytest.mark.browser
@pytest.mark.parametrize("name", ["atlantispost", "42-post_x"])
def test_what_is_written_passes_its_own_tests_through_the_entry_point(tmp_path, name):
    portal, _ = made(tmp_path, name)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env=installed(portal, tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


def test_what_is_written_is_formatted_and_clean(tmp_path):
    made(tmp_path)
    for check in (["check", "--select", "E,F,W,B"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *check, "--isolated", "--line-length", "110", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_the_module_is_shorter_than_a_hundred_lines(tmp_path):
    _, files = made(tmp_path)
    (module,) = [
        file for file in files if file.parent.name.startswith("crosstrack_") and file.suffix == ".py"
    ]
    assert len(module.read_text().splitlines()) < 100


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "Post"}, "small letters"),
        ({"name": "../post"}, "small letters"),
        ({"title": 'The "Post"'}, "without quotes"),
        ({"title": "Post\nof Atlantis"}, "without quotes"),
        ({"country": "GRC"}, "two letters"),
    ],
)
def test_what_no_portal_can_be_called_is_refused(tmp_path, wrong, said):
    with pytest.raises(UsageError, match=said):
        made(tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()


def test_a_name_that_a_portal_has_is_refused(tmp_path):
    with pytest.raises(UsageError, match="usps exists already"):
        made(tmp_path / "new", name="usps")


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "mine.py").write_text("important")
    with pytest.raises(UsageError, match="is not empty"):
        made(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.py"]


def test_the_command_lists_what_it_wrote(crosstrack, tmp_path):
    result = crosstrack("new-portal", "atlantispost", "--country", "gr", "--folder", tmp_path / "new")
    assert str(tmp_path / "new" / "pyproject.toml") in result.stdout.splitlines()
