"""What the oracle is told of a portal, as data: `signs/NAME.toml`.

row_starts     a pattern before which a row begins in the portal's HTML (rows of a table need none)
no_rows        how a part begins that looks like a row and is none: a step still to come, a link
parcel_starts  where one parcel's part of the HTML begins
town_in_text   a row's place stands in brackets before its description
time_in_text   a row's place may stand before the time, and its zone behind it, all in one text
depth          a row's texts stand in objects so many deep in its own object
lists          a row may be a list of texts
[[quiet]]      how the portal says in its own words that it has no rows: an outcome, patterns that must all
               be found in one object or page, patterns that contradict it (`unless`), and the HTTP statuses
               it comes with (none: any). What is not here a portal must never answer.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "signs"
_NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class Sign:
    """One way to say that there are no rows."""

    outcome: str
    says: tuple[str, ...]
    unless: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one portal; see above."""

    row_starts: str = _NEVER
    no_rows: str = _NEVER
    parcel_starts: str = ""
    town_in_text: bool = False
    time_in_text: bool = False
    depth: int = 1
    lists: bool = False
    quiet: tuple[Sign, ...] = ()


@cache
def told_of(portal: str) -> Told:
    """What is told of `portal`; nothing if it has no file."""
    file = _FOLDER / f"{portal}.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    quiet = tuple(
        Sign(one["outcome"], tuple(one["says"]), tuple(one.get("unless", ())), tuple(one.get("statuses", ())))
        for one in told.pop("quiet", ())
    )
    return Told(**told, quiet=quiet)
