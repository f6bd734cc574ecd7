"""A person's whole machine, as far as a program sees it: a home, settings, a terminal to be asked on."""

import os
import pty
import select
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from collector.browser.finding import find_browser

ROOT = Path(__file__).parents[2]
#: A browser to be found in place of the installed one: it reaches the simulated portals and nobody else.
_BROWSER = """#!/bin/sh
for argument do
  shift
  case "$argument" in --host-resolver-rules=*) ;; *) set -- "$@" "$argument" ;; esac
done
exec {program} "$@" {given}
"""


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and all it said: on stdout, stderr and the terminal itself."""

    status: int
    out: str
    err: str
    terminal: str = ""

    @property
    def everything(self) -> str:
        return f"{self.out}\n{self.err}\n{self.terminal}"


class Machine:
    """Runs commands as a person would, every folder they may write to within `folder`."""

    def __init__(self, folder, sites):
        self.folder = folder
        self.home = folder / "home"
        self.sessions = self.home / ".local" / "share" / "crosstrack" / "sessions"
        self.database = self.home / ".local" / "share" / "crosstrack" / "crosstrack.db"
        self.settings = self.home / ".config" / "crosstrack" / "crosstrack.toml"
        for one in (self.home, folder / "tmp", folder / "given", self.settings.parent):
            one.mkdir(parents=True, mode=0o700)
        self._browser = folder / "given" / "browser"
        given = " ".join(map(shlex.quote, sites.chromium_arguments))
        program = shlex.quote(find_browser(None, os.environ).path)
        self._browser.write_text(_BROWSER.format(program=program, given=given), encoding="utf-8")
        self._browser.chmod(0o700)

    @property
    def environ(self):
        passed = ("PATH", "LANG", "PLAYWRIGHT_BROWSERS_PATH")
        kept = {name: os.environ[name] for name in passed if name in os.environ}
        return kept | {
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / ".local" / "share"),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "TMPDIR": str(self.folder / "tmp"),
            "CROSSTRACK_BROWSER": str(self._browser),
        }

    def run(self, *arguments, answers=(), seconds=120, **environ):
        """What a command does; `answers` are pairs of a question's beginning and what is typed then."""
        command = [sys.executable, "-m", "collector", *map(str, arguments)]
        mine, its = pty.openpty()
        try:
            with subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environ | environ,
                stdin=its,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            ) as process:
                return _talked(process, mine, list(answers), time.monotonic() + seconds)
        finally:
            os.close(its)
            os.close(mine)

    def files(self):
        """Every file a command may have left, by its path within the machine."""
        places = (self.home, self.folder / "tmp")
        found = (path for place in places for path in place.rglob("*"))
        found = (path for path in found if path.is_file() and not path.is_symlink())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}


def _talked(process, terminal, answers, until):
    """Everything said until the process ends; each answer is typed once its question was asked."""
    said = {process.stdout.fileno(): b"", process.stderr.fileno(): b"", terminal: b""}
    open_ones = set(said) - {terminal}
    while open_ones:
        if time.monotonic() > until:
            process.kill()
            raise AssertionError(f"it did not end: {said}")
        ready, _, _ = select.select([*open_ones, terminal], [], [], 0.2)
        for one in ready:
            part = os.read(one, 65536)
            said[one] += part
            if not part:
                open_ones.discard(one)
        talk = b"".join(said.values())
        if answers and answers[0][0].encode() in talk:
            time.sleep(0.3)  # it turns the echo off after it has asked
            os.write(terminal, f"{answers.pop(0)[1]}\n".encode())
    process.wait()
    texts = [text.decode("utf-8", "replace") for text in said.values()]
    assert not answers, f"never asked for: {[question for question, _ in answers]}; {texts}"
    return Said(process.returncode, *texts)
