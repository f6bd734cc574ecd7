"""Datasette as the real command serves it, and a browser that reaches nothing else."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from collector.browser.finding import find_browser, runs_as_root
from collector.browser.starting import QUIET, wall
from collector.serving import HOST, usable_port
from tests.browser.socket_guard import check_net_log

ROOT = Path(__file__).parents[2]


@contextmanager
def served(database):
    """The address at which `crosstrack serve` shows the database; it must end without a traceback."""
    port = usable_port(0)
    command = [sys.executable, "-m", "collector", "--db", str(database), "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert any("running on" in line for line in server.stderr), "it did not start"
            yield f"http://{HOST}:{port}"
        finally:
            server.terminate()
            said = server.stderr.read()
    assert "Traceback" not in said


@contextmanager
def walled_in(folder):
    """A Chromium that finds no host but this one; its log, in `folder`, must show that it asked none."""
    log = folder / "net.json"
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=find_browser(None, os.environ).path,
            chromium_sandbox=not runs_as_root(),
            args=[*QUIET, *wall((HOST,)), f"--log-net-log={log}"],
        ) as browser,
    ):
        yield browser
    assert check_net_log(log) > 0
