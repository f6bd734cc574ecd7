"""One form of tracking number: a pattern, and the check digit where the form has one."""

import re
from collections.abc import Callable
from dataclasses import dataclass

#: Whether a text's check digit is right; takes any text.
Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Family:
    """One form of number, and how likely its portal knows a number of that form.

    level    from 0 to 1
    because  one line for people
    checked  the groups of `form` that `check` is over, joined; none for the whole number
    """

    form: re.Pattern[str]
    level: float
    because: str
    check: Check | None = None
    checked: tuple[str, ...] = ()
    valid: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()

    def holds(self, number: str) -> bool:
        """Whether `number` has the form and, where it has one, the right check digit."""
        found = self.form.fullmatch(number)
        if found is None:
            return False
        text = "".join(found[group] or "" for group in self.checked) if self.checked else number
        return self.check is None or self.check(text)
