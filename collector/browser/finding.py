"""Which browser to drive: the one asked for, else an installed one, else the one Playwright downloaded."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from collector.errors import CrosstrackError

VARIABLE = "CROSSTRACK_BROWSER"

#: Program names on PATH, by channel, best first: portals meet Chrome and Edge most often.
_COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("chrome", ("google-chrome-stable", "google-chrome", "chrome")),
    ("msedge", ("microsoft-edge-stable", "microsoft-edge", "msedge")),
    ("chromium", ("chromium", "chromium-browser")),
)
#: Chromium without what a window needs: about half of the computing time, two thirds of the memory.
_SHELLS = ("chromium-headless-shell", "chrome-headless-shell", "headless_shell")
_MAC_BUNDLES: tuple[tuple[str, str], ...] = (
    ("chrome", "Google Chrome"),
    ("msedge", "Microsoft Edge"),
    ("chromium", "Chromium"),
)
_WINDOWS_PROGRAMS: tuple[tuple[str, str], ...] = (
    ("chrome", "Google/Chrome/Application/chrome.exe"),
    ("msedge", "Microsoft/Edge/Application/msedge.exe"),
    ("chromium", "Chromium/Application/chrome.exe"),
)
#: Where a revision folder of Playwright's download keeps the program; full browsers before headless shells.
_DOWNLOADED = (
    ("chromium-*", ("chrome-linux*/chrome", "chrome-mac*/*.app/Contents/MacOS/*", "chrome-win*/chrome.exe")),
    ("chromium_headless_shell-*", ("chrome-*/headless_shell*", "chrome-*/chrome-headless-shell*")),
)


class BrowserMissing(CrosstrackError):
    """No browser that can be driven; the text says how to get one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A browser to drive. `channel` is "chrome", "msedge" or "chromium" where that is known.

    `headless_shell` marks the build that cannot open a window.
    """

    path: str
    channel: str | None
    headless_shell: bool
    description: str


def find_browser(
    explicit: str | None,
    environ: Mapping[str, str],
    *,
    windowless: bool = False,
    platform: str = sys.platform,
) -> Found:
    """The browser to drive: `explicit`, else CROSSTRACK_BROWSER, else installed, else Playwright's own.

    Where it needs no window (`windowless`) a headless shell comes before a whole Chromium of the same origin.
    Raises BrowserMissing when there is none, or when the one asked for does not exist; a browser asked for
    is never silently replaced by another.
    """
    for wanted, origin in ((explicit, "given"), (environ.get(VARIABLE), f"from {VARIABLE}")):
        if wanted:
            return _asked_for(wanted, origin, environ)
    for channel, path in _installed(environ, platform, windowless=windowless):
        return Found(path, channel, _is_shell(path), f"{channel} at {path} (installed)")
    for path in sorted(_downloaded(environ, platform), key=lambda path: windowless and not _is_shell(path)):
        return Found(path, "chromium", _is_shell(path), f"chromium at {path} (downloaded by Playwright)")
    debian = "; on Debian or Ubuntu also `apt-get install chromium`" if platform.startswith("linux") else ""
    raise BrowserMissing(
        "no browser found: install Google Chrome, Edge or Chromium, or run "
        f"`playwright install chromium`{debian}; {VARIABLE} may name one elsewhere"
    )


def runs_as_root(platform: str = sys.platform) -> bool:
    """Whether Chromium's sandbox cannot start because this process is root on Linux."""
    return platform.startswith("linux") and os.geteuid() == 0


def _asked_for(wanted: str, origin: str, environ: Mapping[str, str]) -> Found:
    path = shutil.which(str(Path(wanted).expanduser()), path=environ.get("PATH", ""))
    if path is None:
        raise BrowserMissing(f"the browser {wanted} ({origin}) does not exist or cannot be run")
    return Found(path, None, _is_shell(path), f"{path} ({origin})")


def _installed(environ: Mapping[str, str], platform: str, *, windowless: bool) -> Iterator[tuple[str, str]]:
    for channel, names in _COMMANDS:
        for name in (*_SHELLS, *names) if windowless and channel == "chromium" else names:
            path = shutil.which(name, path=environ.get("PATH", ""))
            if path is not None:
                yield channel, path
    for channel, place in _usual_places(environ, platform):
        if place.is_file():
            yield channel, str(place)


def _usual_places(environ: Mapping[str, str], platform: str) -> Iterator[tuple[str, Path]]:
    if platform == "darwin":
        folders = [Path("/Applications"), Path(environ.get("HOME", "/")) / "Applications"]
        for channel, name in _MAC_BUNDLES:
            for folder in folders:
                yield channel, folder / f"{name}.app" / "Contents" / "MacOS" / name
    elif platform == "win32":
        roots = [environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        for channel, program in _WINDOWS_PROGRAMS:
            for root in filter(None, roots):
                yield channel, Path(root) / program
    else:
        yield "chrome", Path("/opt/google/chrome/chrome")
        yield "msedge", Path("/opt/microsoft/msedge/msedge")


def _downloaded(environ: Mapping[str, str], platform: str) -> Iterator[str]:
    folder = _download_folder(environ, platform)
    for revisions, programs in _DOWNLOADED:
        for revision in sorted(folder.glob(revisions), key=_revision, reverse=True):
            for program in programs:
                yield from (str(path) for path in sorted(revision.glob(program)) if path.is_file())


def _download_folder(environ: Mapping[str, str], platform: str) -> Path:
    chosen = environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if chosen:
        return Path(chosen)
    home = Path(environ.get("USERPROFILE" if platform == "win32" else "HOME", "/"))
    if platform == "darwin":
        return home / "Library" / "Caches" / "ms-playwright"
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "ms-playwright"
    return Path(environ.get("XDG_CACHE_HOME", home / ".cache")) / "ms-playwright"


def _revision(folder: Path) -> int:
    digits = folder.name.rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else -1


def _is_shell(path: str) -> bool:
    return PurePath(path).stem.replace("-", "_").endswith("headless_shell")
