"""Instants and lengths of time as people read them, in HTML. Pure.

An instant stands in UTC; a script of ours puts it into the zone of whoever looks, and leaves UTC to be seen
on hover. Without the script UTC stays.
"""

import re

from markupsafe import Markup

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.\d{1,9})?Z", re.ASCII)
_MOMENT = Markup('<time class="moment" datetime="{at}" title="{said}">{said}</time>')
_LENGTH = Markup('<span title="{seconds} s">{said}</span>')
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def moment(value: object) -> Markup | None:
    """The element for an instant as it is stored, None for anything else."""
    found = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    seconds = found[3] or ":00"
    said = f"{found[1]} {found[2]}{seconds if seconds != ':00' else ''} UTC"
    return _MOMENT.format(at=f"{found[1]}T{found[2]}{seconds}Z", said=said)


def length(value: object) -> Markup | None:
    """So many seconds in the two largest units, the seconds on hover; None for what is no whole number."""
    if not isinstance(value, int):
        return None
    return _LENGTH.format(seconds=value, said=in_words(value))


def in_words(seconds: int) -> str:
    """ "9 h", "-2 d 3 h", "45 s": two units at most, what is less is left off."""
    if not seconds:
        return "0"
    left, parts = abs(seconds), list[str]()
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:  # after a unit that is not there the rest is too small to matter
            break
        if len(parts) == 2:
            break
    return ("-" if seconds < 0 else "") + " ".join(parts)
