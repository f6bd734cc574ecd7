"""Datasette on the database: its configuration, its command line, and the process it runs in.

Datasette opens the file read-only and listens on this computer only: order pages are private. It finds what
we say about a database under the database's name, which it makes from the file's name.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from collector.errors import DatabaseError, ExitStatus, UsageError
from collector.store.opening import open_store

HOST = "127.0.0.1"
DEFAULT_PORT = 8001
#: Every one differs from Datasette's own default, or is held against a later change of it.
SETTINGS = {
    "default_page_size": "100",
    "max_returned_rows": "1000",
    "sql_time_limit_ms": "5000",  # the views read a whole history of years
    "facet_time_limit_ms": "1000",
    "suggest_facets": "on",
    "facet_suggest_time_limit_ms": "10",  # of each column: of a large table none are suggested
    "allow_download": "off",  # a copy of a database in use: `crosstrack backup` makes a sound one
    "default_cache_ttl": "0",  # a collection may be running: reload shows what it found
    "truncate_cells_html": "400",
}
GRACE_S = 5.0

#: Names whose every link works in Datasette 0.65: it makes links to other tables from the name as it is, so
#: that dots, plus signs and quotes break them; a name that begins with `_` or `-` may be one of its own.
_PLAIN_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ -]*")
#: Datasette puts the path into a `file:` URI as it is, where these mean something else.
_URI_SIGNS = frozenset("?#%")
_STAND_IN = "crosstrack.db"
#: Datasette with our plugin. -P: a file datasette.py or json.py in the current folder must not be run instead
#: of the real one; the folder this package is in comes last for the same reason.
_START = "import sys; sys.path.append(sys.argv.pop(1)); from collector.datasette.__main__ import main; main()"
_DATASETTE = (sys.executable, "-P", "-c", _START)


def serve(database: Path, port: int, open_browser: bool) -> int:
    """Run Datasette on `database` until it ends or is told to; its exit status, 0 when it was told to.

    Ctrl-C, SIGTERM and SIGHUP end it. Raises DatabaseError for a database that cannot be used, UsageError for
    a port that cannot be.
    """
    with TemporaryDirectory(prefix="crosstrack-serve-") as folder, _told_to_end():
        arguments = serve_arguments(database, Path(folder), port=port, open_browser=open_browser)
        child = subprocess.Popen([*_DATASETTE, str(_packages()), *arguments])  # noqa: S603 - no shell
        try:
            return child.wait()
        except KeyboardInterrupt:
            return ExitStatus.DONE
        finally:
            _end(child)


def serve_arguments(database: Path, folder: Path, *, port: int, open_browser: bool) -> list[str]:
    """The arguments after `python -m datasette`, with the configuration they name written into `folder`.

    `port` 0 means any free one; the one chosen stands in the arguments. A database of an older version is
    brought up to date first. Raises DatabaseError if there is none or it cannot be used, UsageError for a
    port that is taken or is none.
    """
    with open_store(database, must_exist=True):
        pass  # now every table and view that is described is there
    served = _served_file(database, folder)
    arguments = ["serve", str(served), "--host", HOST, "--port", str(usable_port(port))]
    arguments += _configured(served.stem, database.stem, folder)
    for name, value in SETTINGS.items():
        arguments += ["--setting", name, value]
    if open_browser:
        arguments.append("--open")
    return arguments


def metadata(name: str, *, title: str) -> dict[str, Any]:
    """Datasette's metadata for a database it calls `name`, shown to people as `title`."""
    from datasette.utils import tilde_encode

    said = _bundled(tilde_encode(name))
    shared = {"description_html": said["description_html"]}
    return {
        **shared,
        "title": said["title"],
        "databases": {name: {**shared, "title": title, "tables": said["tables"], "queries": said["queries"]}},
    }


def _bundled(address: str) -> dict[str, Any]:
    """What the package says about every Crosstrack database, with links to the one at `address`."""
    text = resources.files("collector").joinpath("datasette", "metadata.toml").read_text(encoding="utf-8")
    return tomllib.loads(text.replace("{database}", address))


def _configured(name: str, title: str, folder: Path) -> list[str]:
    """The arguments that name the configuration, which is written into `folder`."""
    said, described = metadata(name, title=title), folder / "metadata.json"
    described.write_text(json.dumps(said), encoding="ascii")
    if version("datasette").startswith("0."):
        return ["--metadata", str(described)]
    # From 1.0 on queries are no metadata; all else that stands there is still taken from there.
    queries, asked = said["databases"][name]["queries"], folder / "datasette.json"
    asked.write_text(json.dumps({"databases": {name: {"queries": queries}}}), encoding="ascii")
    return ["--metadata", str(described), "--config", str(asked)]


def _packages() -> Path:
    """The folder this package is in."""
    return Path(__file__).parents[1]


def usable_port(port: int) -> int:
    """`port` if it is free on this computer, a free one for 0. Raises UsageError for any other."""
    if not 0 <= port <= 65535:
        raise UsageError(f"port {port}: a port is a number from 0 to 65535")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # as the server itself does; elsewhere it would let two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            advice = "choose another one, or 0 for any free one"
            raise UsageError(f"port {port}: {error.strerror}; {advice}") from error
        return int(probe.getsockname()[1])


def _served_file(database: Path, folder: Path) -> Path:
    """`database` by a path Datasette copes with: its own, or a link in `folder` under a plain name."""
    own = database.absolute()
    is_plain = _PLAIN_STEM.fullmatch(own.stem) is not None
    if is_plain and not _URI_SIGNS & set(str(own)):
        return own
    link = folder / (f"{own.stem}.db" if is_plain else _STAND_IN)
    try:
        link.symlink_to(own)  # SQLite follows it: -wal and -shm stay beside the database
    except OSError as error:
        advice = "rename it or its folder, with letters, digits and blanks only"
        raise DatabaseError(f"{database}: Datasette cannot open a file of this name; {advice}") from error
    return link


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Within it SIGTERM and SIGHUP raise KeyboardInterrupt, so that no server outlives this process."""
    names = ("SIGTERM", "SIGHUP") if threading.current_thread() is threading.main_thread() else ()
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End `child` if it still runs: ask it, though Ctrl-C on a terminal has reached it too, then make it."""
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(GRACE_S)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        child.kill()
        child.wait()
