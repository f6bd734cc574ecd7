"""`crosstrack collect --headed` as a person types it, on a display in memory."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fixtures
from collector.browser.finding import BrowserMissing, find_browser
from collector.store.opening import open_store
from tests.collector.worlds import rows

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
NUMBER = "LP00712345678901"
PATIENCE_SECONDS = 240


@pytest.fixture
def whole_browser():
    """A browser that can open a window."""
    try:
        found = find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    if found.headless_shell:
        pytest.skip("only a browser without windows is here")
    return found.path


@pytest.fixture
def display():
    """A command before a command that gives it a display of its own."""
    program = shutil.which("xvfb-run")
    if program is None:
        pytest.skip("xvfb-run is not here: no window was tried")
    return [program, "--auto-servernum", "--server-args=-screen 0 1280x900x24 -nolisten tcp"]


#: Takes the program's own rules for names out, or those of the simulated portals would not hold.
_SCRIPT = """#!/bin/sh
for one do
  shift
  case "$one" in --host-resolver-rules=*) ;; *) set -- "$@" "$one" ;; esac
done
exec {browser} {given} "$@"
"""


def leading_to(sites, browser, folder):
    """A program that starts `browser` so that it finds the simulated portals, and no others."""
    script = folder / "browser"
    given = shlex.join(sites.chromium_arguments)
    script.write_text(_SCRIPT.format(browser=shlex.quote(browser), given=given))
    script.chmod(0o700)
    return script


def test_a_run_in_a_window_with_a_profile_of_its_own(display, whole_browser, tmp_path):
    database = tmp_path / "crosstrack.db"
    command = [sys.executable, "-m", "collector", "--db", str(database)]
    collect = [*command, "collect", "--headed", "--portal", "cainiao"]
    profile = ["--profile-dir", str(tmp_path / "profiles")]
    with fixtures.demo_portals() as sites:
        script = leading_to(sites, whole_browser, tmp_path)
        environ = {**os.environ, "CROSSTRACK_BROWSER": str(script), "HOME": str(tmp_path)}
        environ.pop("DISPLAY", None)
        for given in ([*command, "add", NUMBER], [*display, *collect, *profile]):
            done = subprocess.run(
                given,
                check=False,
                cwd=ROOT,
                env=environ,
                timeout=PATIENCE_SECONDS,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
    assert "1 ok" in done.stderr
    with open_store(database) as db:
        assert rows(db, "select count(*) as n from observations where portal = 'cainiao'")[0]["n"] > 3


def test_without_a_display_one_line_says_so(tmp_path):
    environ = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    command = [sys.executable, "-m", "collector", "--db", str(tmp_path / "x.db"), "collect", "--headed"]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no display" in done.stderr
    assert len(done.stderr.splitlines()) == 1
