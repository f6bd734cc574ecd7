"""JSON as portals send it, read so that no byte of it can raise anything but `PayloadError`.

A key can be missing, null or of another type than it was last month. So values stay `object` until one of the
getters below has looked at them; a value of the wrong kind comes back as None or empty, never as an error.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from scrapers.contract import LayoutChanged, Page, Reading, Row
from scrapers.select import collapse, sendable
from scrapers.words import Outcome

Record: TypeAlias = dict[str, object]

#: Characters. The largest tracking reply seen is below 100,000.
MAX_LENGTH = 16_000_000

_MAX_WHOLE = 2**53
_WHOLE = re.compile(r"-?[0-9]{1,16}")
_JSONP = re.compile(r"(?:/\*\*/)?\s*[A-Za-z_$][\w$.]{0,200}\s*\(")


class PayloadError(ValueError):
    """The text is no JSON document; the message says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered. `value` is the JSON document, None where the body is not one (or is null)."""

    status: int | None
    text: str
    value: object

    @property
    def record(self) -> Record:
        """The value where it is an object, else an empty one."""
        return self.value if isinstance(self.value, dict) else {}


def document(text: str, *, collect: Collection[str] = ()) -> object:
    """The JSON value in `text`, bare or as JSONP (`name({...});`). Raises PayloadError.

    A key named in `collect` that stands more than once in one object gives one list of all its values (lists
    are joined). Of any other repeated key the last value counts, as in every JSON reader.
    """
    text = text.strip().removeprefix("\ufeff")
    if len(text) > MAX_LENGTH:
        raise PayloadError(f"{len(text)} characters are more than {MAX_LENGTH}")
    if called := _JSONP.match(text):
        body = text.rstrip("; \t\r\n")
        text = body[called.end() : -1] if body.endswith(")") else text

    def gathered(pairs: list[tuple[str, object]]) -> Record:
        return _gathered(pairs, collect)

    try:
        value: object = json.loads(text, object_pairs_hook=gathered if collect else None)
    except RecursionError:
        raise PayloadError("the document is nested too deeply") from None
    except ValueError as error:
        raise PayloadError(str(error)) from None
    return value


def reply(page: Page, *, collect: Collection[str] = ()) -> Reply:
    """What `page` holds: a bare body, or a reply saved with its status as `{"status", "headers", "body"}`."""
    text = page.text
    value = _value(text, collect)
    if not (isinstance(value, dict) and "body" in value and "headers" in value):
        return Reply(page.status, text, value)
    status = whole_at(value, "status") if page.status is None else page.status
    body = value["body"]
    if isinstance(body, str):
        body = sendable(body)
        return Reply(status, body, _value(body, collect))
    return Reply(status, text, body)


def record_at(record: Record, key: str) -> Record:
    """The object under `key`, an empty one if there is none."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def items_at(record: Record, key: str) -> list[object] | None:
    """The list under `key`: a lone object counts as a list of one, null as empty; None for anything else."""
    value = record.get(key)
    if isinstance(value, dict):
        return [value]
    if value is None and key in record:
        return []
    return value if isinstance(value, list) else None


def records_at(record: Record, key: str) -> list[Record]:
    """The objects among the items under `key`, none if there is no list."""
    return [item for item in items_at(record, key) or () if isinstance(item, dict)]


def string_at(record: Record, *keys: str) -> str | None:
    """The first text that is not blank under one of `keys`, white space collapsed; a whole number counts."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, str):
            if (text := collapse(value)) is not None:
                return text
        elif isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MAX_WHOLE:
            return str(value)
    return None


def text_at(record: Record, *keys: str) -> str | None:
    """The same of texts alone: a number is neither a town nor a date."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and (text := collapse(value)) is not None:
            return text
    return None


def whole_at(record: Record, key: str) -> int | None:
    """The whole number under `key`, also where it comes as text or as `1.0`; None if it is none."""
    value = record.get(key)
    if isinstance(value, str):
        value = int(value) if _WHOLE.fullmatch(value.strip()) else None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= _MAX_WHOLE else None


def iso_day(text: str | None) -> str | None:
    """The day that an ISO date or stamp begins with, as an ISO date; None if it begins with none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def read_rows(
    items: Iterable[object], read: Callable[[Record], Row | None]
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows `read` makes of `items`, in order, and a line for each item that is no object or no row."""
    rows: list[Row] = []
    problems: list[str] = []
    for position, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            problems.append(f"row {position} is no object")
            continue
        row = read(item)
        if row is None:
            problems.append(f"row {position} has no description")
        else:
            rows.append(row)
    return tuple(rows), tuple(problems)


def read_parcels(
    items: Sequence[object], number: str, read: Callable[[Record], Reading]
) -> tuple[Reading, ...]:
    """The reading `read` makes of each item, in order; `number` is the key the parcel's number stands under.

    An item in no known state gets the outcome `layout_changed` and costs the others nothing; LayoutChanged is
    raised if no item can be read.
    """
    readings: list[Reading] = []
    broken: list[LayoutChanged] = []
    for item in items:
        record: Record = item if isinstance(item, dict) else {}
        try:
            readings.append(read(record))
        except LayoutChanged as changed:
            broken.append(changed)
            problems = (f"looked for {changed.looked_for}",)
            own = string_at(record, number)
            readings.append(Reading(Outcome.LAYOUT_CHANGED, own, complete=False, problems=problems))
    if broken and len(broken) == len(readings):
        raise broken[0]
    return tuple(readings)


def unpaired(
    ours: Sequence[Row], theirs: Sequence[Row], key: Callable[[Row], Hashable]
) -> tuple[list[Row], list[Row]]:
    """What is left of two replies' rows once rows of equal `key` are paired off, one to one."""

    def left(rows: Sequence[Row], partners: Counter[Hashable]) -> list[Row]:
        rest: list[Row] = []
        for row in rows:
            if partners[key(row)]:
                partners[key(row)] -= 1
            else:
                rest.append(row)
        return rest

    return left(ours, Counter(map(key, theirs))), left(theirs, Counter(map(key, ours)))


def _value(text: str, collect: Collection[str]) -> object:
    if text.lstrip()[:1] == "<":  # a page
        return None
    try:
        return document(text, collect=collect)
    except PayloadError:
        return None


def _gathered(pairs: list[tuple[str, object]], collect: Collection[str]) -> Record:
    record: Record = {}
    several: dict[str, list[object]] = {}
    for key, value in pairs:
        if key in collect:
            several.setdefault(key, []).append(value)
        record[key] = value
    for key, values in several.items():
        if len(values) > 1:
            record[key] = [v for value in values for v in (value if isinstance(value, list) else [value])]
    return record
