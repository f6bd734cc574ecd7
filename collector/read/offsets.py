"""Offsets from UTC, as printed, as a zone has them, and the instants they make of wall clocks.

Pure: no clock, no network, no database. Zones are those of the tz database (zoneinfo).
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EASTERNMOST = 14 * 60
WESTERNMOST = -12 * 60

_LONGEST = 40
_OFFSET = re.compile(r"(?:GMT|UTC)?\s?([+-])\s?([0-9]{1,2})(?::?([0-9]{2}))?")
_ISO_UTC = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")


def offset_minutes(text: str | None) -> int | None:
    """Minutes east of UTC that `text` states ("GMT+8", "UTC+5:45", "-0330", "Z"), None if it states none.

    Zone abbreviations other than GMT and UTC are not understood: EST, CST and IST each name several zones.
    """
    return None if text is None or len(text) > _LONGEST else _minutes(text)


@lru_cache(maxsize=1024)
def _minutes(text: str) -> int | None:
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip().upper()
    if plain[:1] + plain[-1:] in ("[]", "()"):
        plain = plain[1:-1].strip()
    if plain in ("GMT", "UTC", "Z"):
        return 0
    found = _OFFSET.fullmatch(plain)
    if found is None or int(found[3] or 0) > 59:
        return None
    minutes = (int(found[2]) * 60 + int(found[3] or 0)) * (-1 if found[1] == "-" else 1)
    return minutes if WESTERNMOST <= minutes <= EASTERNMOST else None


# A row's offset is asked for again and again while its parcel is looked at.
@lru_cache(maxsize=8192)
def offset_of_zone(zone: str, local_time: datetime) -> int | None:
    """Minutes east of UTC in `zone` at that wall time, None for a zone the tz database does not have.

    In the repeated hour of an autumn change this is the earlier reading; for a wall time that a spring
    change skips, it is the offset before the change. Both are what PEP 495 gives for fold=0.
    """
    try:
        offset = local_time.replace(tzinfo=_zone(zone), fold=0).utcoffset()
    except (KeyError, ValueError, OSError):
        return None
    return None if offset is None else offset // timedelta(minutes=1)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    """The zone; zoneinfo itself keeps no more than eight of them. Raises for one there is not."""
    return ZoneInfo(name)


def instant(local_time: datetime, offset_minutes: int) -> datetime:
    """The instant (aware, UTC) of a naive wall time read `offset_minutes` east of UTC.

    Raises ValueError for an aware time, OverflowError within a day of the first or last year there is.
    """
    if local_time.tzinfo is not None:
        raise ValueError(f"{local_time.isoformat()} already has a zone")
    return (local_time - timedelta(minutes=offset_minutes)).replace(tzinfo=UTC, fold=0)


def iso_utc(instant: datetime) -> str:
    """`instant` as "2026-03-01T10:00:00Z"; with milliseconds only where there are any.

    Raises ValueError for a naive time.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no zone")
    moment = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    fraction = f".{moment.microsecond // 1000:03}" if moment.microsecond >= 1000 else ""
    return f"{moment.isoformat()[:19]}{fraction}Z"


def parse_iso_utc(text: str) -> datetime:
    """The instant (aware, UTC) `iso_utc` wrote as `text`; raises ValueError for any other text."""
    if not _ISO_UTC.fullmatch(text):
        raise ValueError(f"not an ISO 8601 UTC time: {text[:40]!r}")
    return datetime.fromisoformat(text)
