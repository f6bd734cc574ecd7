"""Folders that keep a browser's cookies and consent between runs: one per portal.

A folder serves one browser process at a time; Chromium marks the one in use with a link named SingletonLock,
whose target is "host-process".
"""

import asyncio
import json
import socket
from pathlib import Path

import psutil

from collector.errors import CrosstrackError

_MARK = "SingletonLock"
#: Where a page's name is not found, Chromium would ask the system's name servers and Google's for google.com,
#: to say on its error page what is wrong. No argument on its command line prevents that.
_PREFERENCES = {"alternate_error_pages": {"enabled": False}}
_POLL_S = 0.1


class ProfileInUse(CrosstrackError):
    """Another browser works in this profile."""


def profile_folder(profiles: Path, portal: str) -> Path:
    """The folder of `portal` under `profiles`, made if need be, open to nobody else.

    Raises CrosstrackError where it cannot be made.
    """
    folder = profiles / portal
    try:
        for level in (profiles, folder):
            level.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        _prepare(folder / "Default")
    except OSError as error:
        raise CrosstrackError(f"the browser's profile {folder} cannot be used: {error.strerror}") from error
    return folder


def _prepare(own: Path) -> None:
    """Sets what a new profile must not do; one that is there already keeps what it has."""
    own.mkdir(mode=0o700, exist_ok=True)
    preferences = own / "Preferences"
    if not preferences.exists():
        preferences.touch(mode=0o600)
        preferences.write_text(json.dumps(_PREFERENCES), encoding="utf-8")


async def until_free(folder: Path, patience_seconds: float) -> None:
    """Returns when no browser works in `folder`: one whose program was just killed needs a moment to go.

    Raises ProfileInUse.
    """
    try:
        async with asyncio.timeout(patience_seconds):
            while (owner := _owner(folder)) is not None:  # noqa: ASYNC110 - a process, no task
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise ProfileInUse(f"the profile {folder} is in use by {owner}; close that browser first") from None


def _owner(folder: Path) -> str | None:
    """Who works in `folder`, in words; None if nobody does (a mark left by a crash counts for nothing)."""
    try:
        host, _, process = (folder / _MARK).readlink().name.rpartition("-")
    except OSError:
        return None
    if host != socket.gethostname():
        return f"a browser on {host}"
    return f"process {process}" if process.isdecimal() and _runs(int(process)) else None


def _runs(process: int) -> bool:
    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
