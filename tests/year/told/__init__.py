"""Notices beside the truth: what had to be told of each kind, and when, and what must not have been.

What had to be told is worked out from the journeys and from which portal was visited when, by the rules as
README and `collector.notices` state them in words, and by no code of theirs. Where truth alone does not
decide (a wording nobody knows, a portal in a state, a clock set wrong) a notice is allowed and not demanded.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.year.told.happened import (
    conflict,
    contradicted,
    delivered,
    handoff,
    out_for_delivery,
    ready_for_pickup,
)
from tests.year.told.lives import Judged
from tests.year.told.standing import drift, login_needed
from tests.year.told.tellings import Tellings, tellings
from tests.year.told.waited import eta_slipped, label_only, protection_ends, silent
from tests.year.truths import Year

_JUDGES: dict[str, Callable[[Year, Tellings], Judged]] = {
    "delivered": delivered,
    "out_for_delivery": out_for_delivery,
    "ready_for_pickup": ready_for_pickup,
    "handoff": handoff,
    "delivered_contradicted": contradicted,
    "conflict": conflict,
    "label_only": label_only,
    "silent": silent,
    "eta_slipped": eta_slipped,
    "protection_ends": protection_ends,
    "drift": drift,
    "login_needed": login_needed,
}
#: About no parcel.
_OF_PORTALS = ("drift", "login_needed")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of the comparison, by rule, what was told twice, and what of no parcel there is."""

    by_rule: dict[str, Judged]
    twice: list[str]
    nobodys: list[str]

    @property
    def wrong(self) -> list[str]:
        """A line for everything that should not have been."""
        judged = [f"{rule}: {line}" for rule, one in self.by_rule.items() for line in one.wrong]
        judged += [f"told of no parcel that was sent: {line}" for line in self.nobodys]
        return judged + [f"told twice: {line}" for line in self.twice]


def compared(year: Year) -> Verdict:
    """Every notice of the year beside the truth."""
    told = tellings(year)
    by_rule = {rule: judge(year, told) for rule, judge in _JUDGES.items()}
    nobodys = [f"{o.rule}, in run {o.run}" for o in told.all if not o.about and o.rule not in _OF_PORTALS]
    return Verdict(by_rule, told.twice(), nobodys)
