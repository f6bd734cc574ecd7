"""Portals in other people's packages: their entry points, and the file of facts and words beside each.

A package names its portal in the entry-point group `crosstrack.portals` (`post = "their_package:Post"`) and
lays `post.toml` beside that module: `[portal]`, `[clock]`, `[[events]]` as in `scrapers/vocabulary`, and
`[[family]]` as in `scrapers/numbers/forms`. The file is read without importing the module. What is wrong with
a package is reported, and costs nobody else anything.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

GROUP = "crosstrack.portals"


@dataclass(frozen=True, slots=True)
class Broken:
    """A third-party portal that could not be loaded, and why."""

    entry_point: str
    reason: str


@cache
def entries() -> tuple[EntryPoint, ...]:
    """The entry points of installed portals, in order of their names."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)))


@cache
def told() -> Mapping[str, dict[str, Any]]:
    """By portal: the content of the file beside its module. A file that cannot be read is left out."""
    return {name: content for name, content in _read().items() if not isinstance(content, Broken)}


@cache
def unread() -> Mapping[str, str]:
    """By portal: why the file beside its module cannot be read."""
    return {name: content.reason for name, content in _read().items() if isinstance(content, Broken)}


def without_file(portal: str) -> str | None:
    """What is said of a portal that brings no file."""
    if portal in _read():
        return None
    return f"no {portal}.toml lies beside its module: its clock, words and numbers are unknown"


@cache
def _read() -> Mapping[str, dict[str, Any] | Broken]:
    found: dict[str, dict[str, Any] | Broken] = {}
    for entry in entries():
        try:
            file = _beside(entry)
            if file is not None and entry.name not in found:
                content = tomllib.loads(file.read_text(encoding="utf-8"))
                found[entry.name] = content
        except Exception as error:  # a stranger's package may fail in any way while it is looked for
            found[entry.name] = Broken(entry.value, f"{entry.name}.toml: {type(error).__name__}: {error}")
    return found


def _beside(entry: EntryPoint) -> Path | None:
    """Where the portal's file lies, None if there is none."""
    spec = find_spec(entry.module)
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / f"{entry.name}.toml"
    return file if file.is_file() else None
