"""Which portals are asked about a number, and why: pure rules over what is known of it.

A carrier's own page is asked where it has shown the number, where another portal names that carrier, or where
the number has its form. A universal tracker is asked when no carrier is known, or none of them knows the
number; whom it names is then asked on the carrier's own page.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from collector.cadence import Tries
from scrapers import vocabulary
from scrapers.contract import Confidence, Portal
from scrapers.words import Outcome

_LOG = logging.getLogger(__name__)

#: A portal this sure of a number is asked.
LIKELY = 0.4
#: Enough for the carrier of a country the parcel comes from or goes to; what any other country's needs.
AT_HOME, CERTAIN = 0.3, 0.9
#: Where nobody knows the carrier and no universal tracker is there, so many of the surest are asked.
MOST_GUESSES = 3


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one number.

    countries  ISO codes the parcel touches, None if its destination is not known
    named      by portal (a carrier's): who names it for this number
    tries      by portal: what asking it came to so far
    """

    countries: frozenset[str | None] | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    tries: Mapping[str, Tries] = field(default_factory=dict)


def route(portals: Mapping[str, Portal], number: str, known: Known) -> Iterator[tuple[str, str]]:
    """The portals to ask about `number`, each with the reason, in the order of `portals`."""
    advice = {name: _advice(portal, number) for name, portal in portals.items()}
    carriers = {name: one for name, one in advice.items() if not _is_universal(name)}
    reasons = {name: reason for name, one in carriers.items() if (reason := _reason(name, one, known))}
    universal = [name for name in advice if _is_universal(name) and advice[name].level > 0]
    why = _why_universal(reasons, known)
    if why:
        reasons |= dict.fromkeys(universal, why)
        if not reasons:
            reasons = _guesses(carriers)
    reasons |= {name: "it has shown this number before" for name in advice if _has_shown(name, known)}
    yield from ((name, reasons[name]) for name in portals if name in reasons)


def _advice(portal: Portal, number: str) -> Confidence:
    """What a portal says of a number; one that fails to say is not asked, and costs no other its visit."""
    try:
        return portal.accepts(number)
    except Exception:
        _LOG.exception("%s cannot say whether it knows %s", portal.name, number)
        return Confidence(0.0, "it could not say")


def _reason(name: str, one: Confidence, known: Known) -> str | None:
    """Why a carrier's own page is asked, None if it is not."""
    if name in known.named:
        return f"{known.named[name]} names it as the carrier"
    return one.reason if one.level >= _least(name, known.countries) else None


def _least(portal: str, countries: Collection[str | None] | None) -> float:
    """How sure a portal has to be of a number to be asked about it."""
    home = vocabulary.facts(portal).country
    if home is None or countries is None:
        return LIKELY
    return AT_HOME if home in countries else CERTAIN


def _why_universal(carriers: Collection[str], known: Known) -> str | None:
    """Why a universal tracker is asked, None while a carrier may still know the number."""
    if not carriers:
        return "nobody knows whose number it is"
    if any(_has_shown(name, known) for name in known.tries if not _is_universal(name)):
        return None
    if all(_denies(name, known) for name in carriers):
        return "none of the carriers it may be of knows it"
    return None


def _guesses(carriers: Mapping[str, Confidence]) -> dict[str, str]:
    """The surest, where several are equally sure of a number of no known form."""
    best = max((one.level for one in carriers.values()), default=0.0)
    surest = [name for name, one in carriers.items() if 0 < one.level == best]
    return {name: carriers[name].reason for name in surest[:MOST_GUESSES]}


def _denies(name: str, known: Known) -> bool:
    past = known.tries.get(name)
    return past is not None and past.last_outcome is Outcome.NOT_FOUND


def _has_shown(name: str, known: Known) -> bool:
    past = known.tries.get(name)
    return past is not None and past.has_shown


def _is_universal(name: str) -> bool:
    return vocabulary.facts(name).kind == "universal"
