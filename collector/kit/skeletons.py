"""The skeleton of a portal in a package of its own: every file of it works, and is there to be changed."""

import re
from dataclasses import dataclass
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from keyword import iskeyword
from pathlib import Path

from collector.errors import UsageError
from scrapers import portals
from scrapers.numbers import is_s10

#: Names are those of portals: what the database and files are called by.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_MARK = re.compile(r"@([a-z]+)@")


@dataclass(frozen=True, slots=True)
class NewPortal:
    """What is told of a portal to begin with. `country` is its ISO code."""

    name: str
    title: str
    country: str = "ZZ"

    @property
    def module(self) -> str:
        """The Python package it gets."""
        return "crosstrack_" + re.sub(r"[^a-z0-9]", "_", self.name)

    @property
    def class_name(self) -> str:
        """The class in it; a name may not begin with a digit, or be `True`."""
        words = re.split(r"[^a-z0-9]+", self.name)
        made = "".join(word.capitalize() for word in words)
        is_name = made[0].isalpha() and not iskeyword(made)
        return made if is_name else f"Portal{made}"


def write_skeleton(portal: NewPortal, folder: Path, today: date) -> list[Path]:
    """Writes the package into `folder`, which must not hold anything; the files written, sorted.

    Raises UsageError for a name no portal can have, and where something is in the way.
    """
    if not NAME.fullmatch(portal.name):
        raise UsageError(f"a portal's name has small letters, digits, - and _ only, not {portal.name!r}")
    if portal.name in portals():
        raise UsageError(f"a portal named {portal.name} exists already; choose another name")
    if not re.fullmatch("[A-Z]{2}", portal.country):
        raise UsageError(f"a country is two letters (ES, US), not {portal.country!r}")
    if re.search(r'["\\\x00-\x1f@]', portal.title) or not portal.title.strip():
        raise UsageError("a title is one line without quotes, backslashes and @")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already and is not empty; choose another with --folder")
    written = []
    for path, text in _files(portal, today).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        written.append(file)
    return sorted(written)


def _files(portal: NewPortal, today: date) -> dict[str, str]:
    example = _s10("RA12345678", portal.country)
    values = {
        "name": portal.name,
        "title": portal.title,
        "country": portal.country,
        "module": portal.module,
        "class": portal.class_name,
        "month": f"{today:%Y-%m}",
        "example": example,
        "wrong": example[:10] + str((int(example[10]) + 1) % 10) + example[11:],
    }
    found = {}
    for path, text in _templates(resources.files("collector.kit") / "skeleton", ""):
        path = path.replace("package/facts", f"package/{portal.name}").replace(
            "package/", f"{portal.module}/"
        )
        found[path.removesuffix(".in")] = _MARK.sub(lambda mark: values[mark[1]], text)
    return found


def _templates(folder: Traversable, path: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.is_dir():
            found += _templates(item, f"{path}{item.name}/")
        elif item.name.endswith(".in"):
            found.append((path + item.name, item.read_text(encoding="utf-8")))
    return found


def _s10(prefix: str, country: str) -> str:
    """A postal number with its check digit."""
    return next(one for digit in "0123456789" if is_s10(one := f"{prefix}{digit}{country}"))
