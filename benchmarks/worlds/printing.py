"""How a wall clock is printed: the forms of dates and times as data."""

from datetime import datetime
from typing import Any

from benchmarks.worlds.model import Precision
from benchmarks.worlds.profiles import data


def finest(form: str) -> Precision:
    """The finest a form prints: second or minute."""
    precision: Precision = data("forms")[form]["finest"]
    return precision


def forms_of(language: str) -> list[str]:
    """The forms a portal of that language may use."""
    return [name for name, form in data("forms").items() if language in form["languages"]]


def cut(local_time: datetime, precision: Precision) -> datetime:
    """The wall clock without what is finer than the precision."""
    if precision == "day":
        return local_time.replace(hour=0, minute=0, second=0, microsecond=0)
    if precision == "hour":
        return local_time.replace(minute=0, second=0, microsecond=0)
    if precision == "minute":
        return local_time.replace(second=0, microsecond=0)
    return local_time.replace(microsecond=0)


def printed(local_time: datetime, precision: Precision, form: str, language: str) -> str:
    """The wall clock in that form; for a day the date alone, for an hour with "14h" behind it."""
    shape = data("forms")[form]
    time = {"day": "", "hour": " {H:02}h"}.get(precision, shape["time"])
    return f"{shape['date']}{time}".format(**_fields(local_time, language))


def _fields(local_time: datetime, language: str) -> dict[str, Any]:
    names = data("months")
    long = names["long"].get(language, names["long"]["en"])
    is_late = local_time.hour >= 12
    return {
        "y": local_time.year,
        "m": local_time.month,
        "d": local_time.day,
        "H": local_time.hour,
        "M": local_time.minute,
        "S": local_time.second,
        "h": (local_time.hour + 11) % 12 + 1,
        "ampm": "PM" if is_late else "AM",
        "ampm_lower": "pm" if is_late else "am",
        "dotted": "P.M." if is_late else "A.M.",
        "month": long[local_time.month - 1],
        "mon": names["short"]["en"][local_time.month - 1],
        "wd": names["weekdays"]["en"][local_time.weekday()],
    }
