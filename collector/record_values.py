"""Values of a record's JSON, each checked as it is taken out: texts, lists, counts, dates, times, offsets.

Pure. Any input is accepted; what is not as the record format has it raises `RecordError` naming the key.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NoReturn

MAX_BYTES = 8_000_000
MAX_ITEMS = 5_000
MAX_TEXT = 10_000
MAX_COUNT = 1_000_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-5][0-9])")
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class RecordError(ValueError):
    """The text is no record; the message is the reason, in one line."""


def moment(text: str, key: str) -> datetime:
    """The instant, in UTC, that an ISO 8601 text with `Z` or an offset stands for."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise RecordError(f"{key} is no ISO 8601 time")
    if found["zone"] is None:
        raise RecordError(f"{key} has no time zone")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RecordError(f"{key} is no time of any calendar") from None


def json_in(text: str | bytes) -> object:
    """The JSON value `text` is; the last of equal keys wins."""
    if len(text) > MAX_BYTES:
        raise RecordError(f"the record is longer than {MAX_BYTES:,} bytes")
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        return _DECODER.decode(plain)
    except UnicodeDecodeError:
        raise RecordError("the text is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise RecordError(f"not JSON: {error.msg} (character {error.pos + 1})") from None
    except RecursionError:
        raise RecordError("the JSON is nested too deeply") from None
    except RecordError:
        raise
    except ValueError:  # an integer of more digits than Python reads
        raise RecordError("a number in it is too long") from None


def _refuse_constant(name: str) -> NoReturn:
    raise RecordError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def canonical_line(data: Mapping[str, Any]) -> bytes:
    """`data` as JSON with sorted keys and no white space, in UTF-8."""
    try:
        text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        line = text.encode()
    except UnicodeEncodeError:
        raise RecordError("a text in it contains half a character (a lone surrogate)") from None
    except ValueError:
        raise RecordError("a number in it is too large") from None
    except RecursionError:
        raise RecordError("the JSON is nested too deeply") from None
    if len(line) > MAX_BYTES:
        raise RecordError(f"the record is longer than {MAX_BYTES:,} bytes")
    if _NUL.search(text):
        raise RecordError("a text in it contains a NUL character")
    return line


def text_at(data: Mapping[str, Any], key: str, at: str = "") -> str | None:
    """The text under `key`, None for null and for white space alone. `at` is where `data` stands."""
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return value if value.strip() else None
    return _text(value, _named(key, at))


def required_at(data: Mapping[str, Any], key: str, at: str = "") -> str:
    """The text under `key`, which must be there."""
    text = text_at(data, key, at)
    if text is None:
        raise RecordError(f"{_named(key, at)} is {'missing' if data.get(key) is None else 'empty'}")
    return text


def list_at(data: Mapping[str, Any], key: str) -> list[object]:
    """The list under `key`, empty if there is none."""
    value = data.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecordError(f"{key} is not a list")
    if len(value) > MAX_ITEMS:
        raise RecordError(f"{key} has more than {MAX_ITEMS:,} entries")
    return value


def texts_at(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The texts of the list under `key`."""
    return tuple(_filled_text(item, f"{key}[{i}]") for i, item in enumerate(list_at(data, key)))


def count_at(data: Mapping[str, Any], key: str) -> int | None:
    """The count under `key`, None if there is none."""
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise RecordError(f"{key} is no count")
    return value


def flag_at(data: Mapping[str, Any], key: str, *, default: bool) -> bool:
    """The truth value under `key`, `default` if there is none."""
    value = data.get(key)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise RecordError(f"{key} is neither true nor false")
    return value


def day_at(data: Mapping[str, Any], key: str, at: str) -> str | None:
    """The ISO date under `key`, None if there is none."""
    text = text_at(data, key, at)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError:
        day = ""
    if day != text:
        raise RecordError(f"{_named(key, at)} is no date such as 2026-03-09")
    return text


def offset_at(data: Mapping[str, Any], key: str) -> int | None:
    """The minutes east of UTC under `key` ("+02:00" or "Z"), None if there is none."""
    text = text_at(data, key)
    if text is None:
        return None
    if text == "Z":
        return 0
    found = _OFFSET.fullmatch(text)
    minutes = int(f"{found[1]}1") * (int(found[2]) * 60 + int(found[3])) if found else None
    if minutes is None or not -12 * 60 <= minutes <= 14 * 60:
        raise RecordError(f'{key} is no offset such as "+02:00"')
    return minutes


def offset_text(minutes: int) -> str:
    """`minutes` east of UTC as "+02:00"."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def instant_at(data: Mapping[str, Any], key: str, at: str) -> int | None:
    """The instant under `key` in Unix milliseconds, None if there is none."""
    text = text_at(data, key, at)
    return None if text is None else (moment(text, _named(key, at)) - _EPOCH) // _MILLISECOND


def instant_text(milliseconds: int | None) -> str | None:
    """Unix `milliseconds` as ISO 8601 in UTC, None outside the years 1 to 9999."""
    if milliseconds is None:
        return None
    try:
        instant = _EPOCH + milliseconds * _MILLISECOND
    except OverflowError:
        return None
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(value: object, name: str) -> str:
    """`value` if it is a text; an empty one in place of white space alone."""
    if not isinstance(value, str):
        raise RecordError(f"{name} is not a text")
    if len(value) > MAX_TEXT:
        raise RecordError(f"{name} is longer than {MAX_TEXT:,} characters")
    return value if value.strip() else ""


def _filled_text(value: object, name: str) -> str:
    text = _text(value, name)
    if not text:
        raise RecordError(f"{name} is empty")
    return text


def _named(key: str, at: str) -> str:
    return f"{at}.{key}" if at else key
