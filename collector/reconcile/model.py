"""The probabilities by which rows are put together into events: times, words, places, gaps. Pure.

An event of some milestone happens at a moment; each portal that covers it shows it or leaves it out; a row's
printed time is the moment, or later by a habit, or simply wrong; its words are the milestone's, or nobody's.
`docs/reconciliation.md` gives the objective. Densities are per minute, everything is a natural logarithm.
"""

from dataclasses import dataclass
from functools import cache
from math import exp, log, pi, sqrt

from scrapers.words import Milestone

#: Milestones a parcel usually passes once. Of its data, each carrier on the way is told by itself.
ONCE = frozenset(
    {
        Milestone.ACCEPTED,
        Milestone.EXPORT_CUSTOMS_STARTED,
        Milestone.EXPORT_CUSTOMS_CLEARED,
        Milestone.DEPARTED_ORIGIN_COUNTRY,
        Milestone.ARRIVED_DESTINATION_COUNTRY,
        Milestone.HANDED_TO_LAST_MILE,
        Milestone.AVAILABLE_FOR_PICKUP,
        Milestone.DELIVERED,
        Milestone.RETURNED,
        Milestone.CANCELLED,
    }
)

#: Milestones of every hub on the way.
OFTEN = frozenset(
    {
        Milestone.ARRIVED_ORIGIN_FACILITY,
        Milestone.DEPARTED_ORIGIN_FACILITY,
        Milestone.ARRIVED_FACILITY,
        Milestone.DEPARTED_FACILITY,
        Milestone.ARRIVED_AIRPORT,
        Milestone.NOTICE,
        Milestone.EXCEPTION,
    }
)

#: Two milestones one scan may be called by different portals, if the times agree.
ALIKE = frozenset(
    frozenset(pair)
    for pair in (
        (Milestone.ARRIVED_FACILITY, Milestone.ARRIVED_ORIGIN_FACILITY),
        (Milestone.ARRIVED_FACILITY, Milestone.ARRIVED_DELIVERY_OFFICE),
        (Milestone.ARRIVED_FACILITY, Milestone.HANDED_TO_LAST_MILE),
        (Milestone.ARRIVED_FACILITY, Milestone.ARRIVED_OUTWARD_OE),
        (Milestone.ARRIVED_FACILITY, Milestone.ARRIVED_TRANSIT),
        (Milestone.ARRIVED_FACILITY, Milestone.ARRIVED_DESTINATION_COUNTRY),
        (Milestone.ARRIVED_FACILITY, Milestone.ARRIVED_AIRPORT),
        (Milestone.ARRIVED_FACILITY, Milestone.HELD_AT_DEPOT),
        (Milestone.ARRIVED_OUTWARD_OE, Milestone.ARRIVED_AIRPORT),
        (Milestone.ARRIVED_OUTWARD_OE, Milestone.ARRIVED_ORIGIN_FACILITY),
        (Milestone.DEPARTED_FACILITY, Milestone.DEPARTED_ORIGIN_FACILITY),
        (Milestone.DEPARTED_FACILITY, Milestone.DEPARTED_INWARD_OE),
        (Milestone.DEPARTED_FACILITY, Milestone.DEPARTED_TRANSIT),
        (Milestone.DEPARTED_FACILITY, Milestone.DEPARTED_ORIGIN_COUNTRY),
        (Milestone.DEPARTED_ORIGIN_FACILITY, Milestone.DEPARTED_ORIGIN_COUNTRY),
        (Milestone.DEPARTED_ORIGIN_FACILITY, Milestone.ARRIVED_AIRPORT),
        (Milestone.ARRIVED_AIRPORT, Milestone.DEPARTED_ORIGIN_COUNTRY),
        (Milestone.EXPORT_CUSTOMS_CLEARED, Milestone.DEPARTED_ORIGIN_COUNTRY),
        (Milestone.DELIVERY_ATTEMPTED, Milestone.HELD_AT_DEPOT),
        (Milestone.ACCEPTED, Milestone.ARRIVED_ORIGIN_FACILITY),
        (Milestone.ACCEPTED, Milestone.HANDED_TO_LAST_MILE),
        (Milestone.CUSTOMS_CLEARED, Milestone.DEPARTED_INWARD_OE),
        (Milestone.CUSTOMS_CLEARED, Milestone.HANDED_TO_LAST_MILE),
        (Milestone.IMPORT_CUSTOMS_STARTED, Milestone.CUSTOMS_HELD),
        (Milestone.EXPORT_CUSTOMS_STARTED, Milestone.EXPORT_CUSTOMS_HELD),
        (Milestone.HANDED_TO_LAST_MILE, Milestone.ARRIVED_DELIVERY_OFFICE),
        (Milestone.HANDED_TO_LAST_MILE, Milestone.DEPARTED_INWARD_OE),
        (Milestone.ARRIVED_DELIVERY_OFFICE, Milestone.HELD_AT_DEPOT),
        (Milestone.AVAILABLE_FOR_PICKUP, Milestone.ARRIVED_DELIVERY_OFFICE),
        (Milestone.AVAILABLE_FOR_PICKUP, Milestone.HELD_AT_DEPOT),
        (Milestone.INFO_RECEIVED, Milestone.NOTICE),
        (Milestone.EXCEPTION, Milestone.CUSTOMS_HELD),
        (Milestone.EXCEPTION, Milestone.DELIVERY_ATTEMPTED),
        (Milestone.EXCEPTION, Milestone.HELD_AT_DEPOT),
    )
)

#: In and out: no two portals' words for one scan, unless they tell the very same second.
IN_AND_OUT = frozenset(
    frozenset(pair)
    for pair in (
        (Milestone.ARRIVED_FACILITY, Milestone.DEPARTED_FACILITY),
        (Milestone.ARRIVED_ORIGIN_FACILITY, Milestone.DEPARTED_ORIGIN_FACILITY),
    )
)

_OTHER_WORDS = ALIKE | IN_AND_OUT

#: Those of them that one wording often stands for.
_LOOSE = frozenset(
    frozenset(pair)
    for pair in (
        (Milestone.ARRIVED_FACILITY, Milestone.ARRIVED_ORIGIN_FACILITY),
        (Milestone.ARRIVED_FACILITY, Milestone.ARRIVED_DELIVERY_OFFICE),
        (Milestone.ARRIVED_OUTWARD_OE, Milestone.ARRIVED_AIRPORT),
        (Milestone.DEPARTED_FACILITY, Milestone.DEPARTED_ORIGIN_FACILITY),
    )
)

#: Steps that many carriers tell in two scans hours apart, under one milestone of ours: the parcel reaches
#: customs and is then cleared by them; it leaves customs and then the office of exchange.
TWO_STEPS = frozenset({Milestone.IMPORT_CUSTOMS_STARTED, Milestone.DEPARTED_INWARD_OE})

#: Wordings that stand for anything at all.
CATCH_ALL = frozenset({Milestone.NOTICE, Milestone.EXCEPTION})

MINUTE, HOUR, DAY = 1.0, 60.0, 1440.0
#: The longest that a habitual lag, or a wrong time, is looked for.
REACH = 8 * DAY
#: The longest that a portal without a known habit is late.
LONGEST_LATE = 2 * DAY
#: Share of times that are simply wrong; of those of portals without a known habit that are late.
FALSE, LATE = 0.02, 0.12
#: Share of times that are on time all the same where a portal is habitually late.
ON_TIME = 0.04
#: Share of wrong times among rows that stand out of the order of their page.
OUT_OF_ORDER = 0.5
#: Share of wrong times that are right but for the date, and the dates they are off by (days, either way).
WRONG_DATE, _DATES_OFF = 0.3, (1, 2, 3, 7)
#: How much of a page's lags are about the usual one, and how widely they spread (of their logarithm).
_USUALLY, _SPREAD = 0.7, 0.25
#: Share of labels off by whole quarters where the clock is only claimed or learned; where it is guessed.
MISLABELLED, MISGUESSED = 0.02, 0.4
#: By how much: nearly all zones are whole hours apart, few are half hours, hardly any are quarters.
_OFF_BY, _LONGEST_LABEL = (0.9, 0.08, 0.02), 26 * HOUR
#: How seldom another portal has another word for the same milestone, or for a scan of data.
OTHER_WORD = log(0.03)
#: Wordings of a passing that leave open at which sort of place.
LOOSE_WORD = log(0.2)
#: Other words, later by a usual lag: hardly a sign of one event.
APART_IN_OTHER_WORDS = log(0.001)
#: Other events of the same milestone: how many are expected, over how long.
_AGAIN_ONCE, _AGAIN, _AGAIN_OFTEN = 0.04 / (14 * DAY), 0.35 / (3 * DAY), 5 / DAY
#: A place that is named alike on both sides, or differently.
SAME_PLACE, OTHER_PLACE = 1.0, -2.0
#: Two readings of one place put it in two countries: towns of one name, a city that is a customs area.
OTHER_COUNTRY = log(0.01)
#: Times that whole quarters part tell the same second of them: a wrong label, or a wrong date, keeps it.
SAME_SECOND = log(20)
#: A time lies where the journey leaves no room for the scan, and the event's moment does not.
OFF_THE_WAY = log(20)
#: A row that stands out of the order of its times stands where it belongs.
IN_PLACE, OUT_OF_PLACE = 1.5, -2.5


@dataclass(frozen=True, slots=True)
class Habit:
    """How a row's portal prints times on its leg: `lag` in minutes, 0 for scans, None where that is open.

    wrong_label  share of its labels that are off by whole quarters
    usual        the lag of the same page's other rows on that leg, where they show one
    left_out     how likely the portal leaves out an event of the leg (a logarithm)
    false        how likely its time is simply wrong
    """

    lag: float | None
    wrong_label: float
    usual: float | None = None
    left_out: float = log(0.2)
    false: float = FALSE


@cache
def spacing(milestone: Milestone | None) -> float:
    """How likely another event of that milestone is at any given minute."""
    if milestone in ONCE:
        return log(_AGAIN_ONCE)
    return log(_AGAIN_OFTEN if milestone is None or milestone in OFTEN else _AGAIN)


def time_given(apart: float, habit: Habit) -> float:
    """How likely a time printed to the minute is so many minutes behind (or before) the moment."""
    after = max(apart, MINUTE)
    wrong = habit.false / (13 * max(abs(apart), 15.0))
    if abs(apart) <= MINUTE:
        return log((ON_TIME if habit.lag else 1 - habit.false - LATE) / 2)
    if apart > 0 and habit.usual:
        wrong += _USUALLY * _about(apart, habit.usual)
    if apart > 0 and habit.lag and apart <= 2 * habit.lag:
        share = (0.15 if habit.usual else 0.85) if apart <= habit.lag else 0.08
        wrong += share / habit.lag
    elif apart > 0 and habit.lag is None and apart <= LONGEST_LATE:
        wrong += LATE / (8 * after)
    if round(abs(apart) / DAY) in _DATES_OFF and abs(abs(apart) - round(abs(apart) / DAY) * DAY) <= MINUTE:
        wrong += habit.false * WRONG_DATE / (2 * len(_DATES_OFF)) / 2
    return log(wrong + habit.wrong_label * _off_by_label(apart) if habit.wrong_label else wrong)


def _off_by_label(apart: float) -> float:
    """The density of what a wrong label moves times by."""
    quarters = round(apart / (HOUR / 4))
    if not quarters or abs(apart - quarters * HOUR / 4) > MINUTE or abs(apart) > _LONGEST_LABEL:
        return 0.0
    whole, half, odd = (share / (2 * _LONGEST_LABEL / HOUR) for share in _OFF_BY)
    at_all = whole if quarters % 4 == 0 else half if quarters % 2 == 0 else odd / 2
    return at_all / 2  # it is two minutes wide


def _about(apart: float, usual: float) -> float:
    """The density of a lag about the usual one: log-normal, as lags multiply rather than add."""
    return exp(-((log(apart / usual) / _SPREAD) ** 2) / 2) / (_SPREAD * sqrt(2 * pi) * apart)


@cache
def words_given(a: Milestone | None, b: Milestone | None, *, is_scan_and_data: bool) -> float | None:
    """What two milestones say for one event; None if they cannot be one."""
    if a is None or b is None:
        return 0.0
    if a == b:
        return OTHER_WORD if is_scan_and_data or a in CATCH_ALL else 0.0
    if Milestone.NOTICE in (a, b):
        return 2 * OTHER_WORD
    if frozenset((a, b)) in _LOOSE:
        return LOOSE_WORD
    return OTHER_WORD if frozenset((a, b)) in _OTHER_WORDS else None
