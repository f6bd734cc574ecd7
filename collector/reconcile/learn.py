"""What all parcels together teach: each portal's clock, habit and reliability, per leg and as a whole. Pure.

A function of the sum of the counts (`teaching`): nothing that is found with the estimates goes back into it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from collector.fold import Observation
from collector.reconcile.clocks import (
    ANY,
    CLAIM,
    COPY,
    DECLARED,
    PLACE,
    VIEWER,
    Estimate,
    Estimates,
    fixed,
    fixed_minutes,
    leg_name,
)
from collector.reconcile.context import legs_of
from collector.reconcile.teaching import (
    AGREES,
    ALONE,
    COPIED,
    DATED,
    EARLY,
    LAGS,
    OWN,
    SHOWN,
    SUMMER_ZONES,
    TESTED,
    UTC_CLOCK,
    WEAK,
    ZONE,
    Count,
    lag_class,
)

#: Rows that must agree before a clock is believed, and their share among those tested: habitual lags and
#: other portals' mistakes take their part, and with something to choose chance has one.
LEAST_SUPPORT, LEAST_SHARE, LEAST_SHARE_OF_CHOICE = 3, 0.05, 0.15
#: A clock with something to choose (an offset, a zone) must fit so many times better than one without.
CHOICE_MARGIN = 1.05
#: Of the clocks without a choice the first is believed that fits nearly as many rows as the best: a row or
#: two more are no evidence against what a portal declares or states.
PLAIN_MARGIN = 0.8
#: On one leg, where the portal's clock is known from others, chance must be left out more strictly.
LEAST_SHARE_ON_LEG = 0.5
#: A date is a whole day: nearly all of them must have what others tell on it.
LEAST_SHARE_OF_DATES = 0.8
#: A leg has a clock of its own where the portal's fits less than this share of the rows its best one fits.
LEG_MARGIN = 0.7
#: A habit is believed if this share of the rows has it.
HABIT_SHARE = 0.6
#: Late rows there must be for each that agrees with one portal alone.
LATE_SHARE = 0.25
#: The share of rows that may be on time all the same.
MOST_ON_TIME = 0.2
#: A portal shows scans if so many rows agree: that others come later says little by itself.
LEAST_AGREEING = 2
#: Lags up to this many minutes are no difference of zones.
LONGEST_BEFORE_ZONES = 30
#: Passings to compare before a portal's completeness is believed.
LEAST_COMPARED = 10
#: The share of a milestone's passings from which a portal is one that shows it.
SHOWN_AT_ALL = 0.2
#: The lag that is kept is that of four late rows in five: some of the longest are other events.
LAG_QUANTILE = 0.8
#: The share of rows that may come before the first other report: those of portals that are late too.
MOST_EARLY = 0.35
#: Labels that are their places' local times, and their share, before a portal's labels need no other witness.
LEAST_LABELS, LABELS_SHARE = 8, 0.8
#: A portal whose rows are copies repeats others.
LEAST_COPIES, COPIES_SHARE = 8, 0.7

__all__ = ["Count", "estimates", "used_estimates"]

#: Clocks that leave nothing to choose, in the order in which they are believed where all fit.
PLAIN = (DECLARED, CLAIM, PLACE, VIEWER)

_Sums = Counter[tuple[str, str]]


def estimates(counts: Iterable[Count]) -> dict[tuple[str, str], Estimate]:
    """The estimates that all parcels' counts amount to, by portal and leg, sorted."""
    by_leg: dict[str, dict[str, _Sums]] = defaultdict(lambda: defaultdict(Counter))
    for c in counts:
        by_leg[c.portal][c.leg][c.measure, c.value] += c.count
    found: dict[tuple[str, str], Estimate] = {}
    for portal, legs in by_leg.items():
        found |= {(portal, leg): estimate for leg, estimate in _estimates_of(legs).items()}
    return {key: found[key] for key in sorted(found)}


def _estimates_of(legs: Mapping[str, _Sums]) -> dict[str, Estimate]:
    """The estimates of one portal by leg: by what rows with sure anchors teach, where that is anything."""
    sure = {leg: _sure(sums) for leg, sums in legs.items()}
    every = {leg: _every(sums) for leg, sums in legs.items()}
    by_clock = sure if _best_clock(_total(sure.values())) is not None else every
    is_labelled = _is_labelled(_total(legs.values()))
    usual = CLAIM if is_labelled else _usual_clock(_total(by_clock.values()), _total(every.values()))
    found = {}
    for leg, sums in by_clock.items():
        clock = CLAIM if is_labelled else _leg_clock(sums, usual)
        has_habit = _habit(_standings(clock, sums))[0] is not None
        found[leg] = _estimate(clock, sums if has_habit else every[leg])
    total = _total(by_clock.values())
    found[ANY] = _estimate(COPY if _is_relay(total) else usual, total, has_habit=False)
    return found


def _is_labelled(sums: _Sums) -> bool:
    """Whether labels of several zones are the local times of the places: no wrong ones are."""
    yes, no = sums[OWN, "yes"], sums[OWN, "no"]
    return yes >= LEAST_LABELS and yes >= LABELS_SHARE * (yes + no)


def _usual_clock(sure: _Sums, every: _Sums) -> str | None:
    """The best clock by the sure rows; of those that fit them nearly as well, the one for all rows."""
    best = _best_clock(sure)
    if best is None:
        return None
    fits, in_all = _fits(sure), _fits(every)
    rivals = [clock for clock, n in fits.items() if n >= max(LEAST_SUPPORT, PLAIN_MARGIN * fits[best])]
    rival = max(
        rivals, key=lambda clock: (in_all[clock], fixed_minutes(clock) is not None, clock), default=best
    )
    is_better = in_all[rival] >= max(CHOICE_MARGIN * in_all[best], in_all[best] + LEAST_SUPPORT)
    return rival if is_better else best


def _total(legs: Iterable[_Sums]) -> _Sums:
    total: _Sums = Counter()
    for sums in legs:
        total += sums
    return total


def _sure(sums: _Sums) -> _Sums:
    return Counter({key: n for key, n in sums.items() if not key[0].startswith(WEAK)})


def _every(sums: _Sums) -> _Sums:
    found: _Sums = Counter()
    for (measure, value), n in sums.items():
        found[measure.removeprefix(WEAK), value] += n
    return found


def _is_relay(sums: Mapping[tuple[str, str], int]) -> bool:
    yes, no = sums.get((COPIED, "yes"), 0), sums.get((COPIED, "no"), 0)
    return yes >= LEAST_COPIES and yes >= COPIES_SHARE * (yes + no)


def _fits(sums: _Sums) -> dict[str, int]:
    """How many rows agree under each clock, those without a choice first."""
    fits = {clock: _agreeing(clock, sums) for clock in PLAIN}
    chosen: Counter[str] = Counter()
    for (measure, value), n in sums.items():
        if measure == UTC_CLOCK and value[0] == "=":
            chosen[fixed(int(value[1:].split()[0]))] += n
    chosen.update({value: n for (measure, value), n in sums.items() if measure == ZONE})
    return fits | dict(sorted(chosen.items(), key=lambda c: (fixed_minutes(c[0]) is None, c[0])))


def _agreeing(clock: str, sums: _Sums) -> int:
    return sum(n for (measure, value), n in sums.items() if measure == clock and value.startswith(AGREES))


def _best_clock(sums: _Sums) -> str | None:
    """The clock under which most rows agree with others; the one with less to choose where two do as well."""
    fits = _fits(sums)
    most, plain, rows = max(fits.values()), max(fits[clock] for clock in PLAIN), sums[TESTED, ""]
    if plain * CHOICE_MARGIN >= most and plain >= max(LEAST_SUPPORT, LEAST_SHARE * rows):
        return next(c for c in PLAIN if fits[c] > plain - LEAST_SUPPORT and fits[c] >= PLAIN_MARGIN * plain)
    if most < max(LEAST_SUPPORT, LEAST_SHARE_OF_CHOICE * rows):
        return None if rows else _clock_of_dates(sums)
    one_offset = {clock: n for clock, n in fits.items() if fixed_minutes(clock) is not None}
    steady = max(one_offset.values(), default=0)
    among = one_offset if steady * CHOICE_MARGIN >= most else fits
    return min(among, key=lambda clock: (-among[clock], clock))


def _clock_of_dates(sums: _Sums) -> str | None:
    """The clock of a portal that prints dates alone: the first plain one that nearly all of them fit."""
    least = max(LEAST_SUPPORT, LEAST_SHARE_OF_DATES * sums[DATED, ""])
    return next((clock for clock in PLAIN if sums[DATED, clock] >= least), None)


def _leg_clock(sums: _Sums, usual: str | None) -> str | None:
    """The clock on one leg: the portal's, unless another fits much better there."""
    own = _best_clock(sums)
    if usual == CLAIM and own is None and _is_ahead(CLAIM, sums) and _is_late(PLACE, sums):
        return PLACE  # nobody tells of a scan before it: the label is wrong here, and the rows are late
    if usual is None or own is None:
        return usual or own
    fits = _fits(sums)
    if usual == CLAIM and own == PLACE and fits[PLACE] > fits[CLAIM]:
        return PLACE
    is_chosen = own not in PLAIN
    if is_chosen and fits[own] < LEAST_SHARE_ON_LEG * sums[TESTED, ""]:
        return usual  # lags come near an odd offset now and then
    return own if fits.get(usual, 0) < LEG_MARGIN * fits[own] else usual


def _is_ahead(clock: str, sums: _Sums) -> bool:
    """Whether most rows come before the first other report under a clock."""
    standings = _standings(clock, sums)
    return standings[EARLY] >= max(LEAST_SUPPORT, HABIT_SHARE * sum(standings.values()))


def _is_late(clock: str, sums: _Sums) -> bool:
    """Whether the portal is habitually late under a clock."""
    return _habit(_standings(clock, sums))[0] == "receipt"


def _estimate(clock: str | None, sums: _Sums, *, has_habit: bool = True) -> Estimate:
    standings = _standings(clock, sums)
    habit, lag = _habit(standings) if has_habit else (None, None)
    held, explained = _agreeing(CLAIM, sums), max(_fits(sums).values())
    is_told = any(measure == CLAIM for measure, _ in sums) and explained >= LEAST_SUPPORT
    return Estimate(
        clock=clock,
        offset_minutes=None if clock is None else fixed_minutes(clock),
        lag_class=habit,
        lag_minutes=lag,
        reliability=round(held / explained, 1) if is_told else None,
        support=sums[TESTED, ""] + sums[DATED, ""] + sums[COPIED, "yes"],
        completeness=_completeness(sums),
        basis=_basis(clock, sums, standings),
    )


def _completeness(sums: _Sums) -> float | None:
    """The share of other portals' passings that are shown, in tenths; None where too few were compared.

    Of milestones that the portal shows at all: others it has no words for, or tells in another step.
    """
    told: dict[str, dict[str, int]] = defaultdict(lambda: {"yes": 0, "no": 0})
    for (measure, value), n in sums.items():
        if measure == SHOWN:
            answer, _, milestone = value.partition(" ")
            told[milestone][answer] += n
    shown = [n for n in told.values() if n["yes"] >= SHOWN_AT_ALL * (n["yes"] + n["no"])]
    yes, no = (sum(n[answer] for n in shown) for answer in ("yes", "no"))
    return round(yes / (yes + no), 1) if yes + no >= LEAST_COMPARED else None


def _standings(clock: str | None, sums: _Sums) -> Counter[str]:
    """How the rows stand to the first report under a clock: agree, early, far, or the class of their lag."""
    found: Counter[str] = Counter()
    offset = None if clock is None else fixed_minutes(clock)
    has_own = any(measure == DECLARED for measure, _ in sums)
    wanted = clock if clock in PLAIN else DECLARED if has_own else UTC_CLOCK if offset is not None else ""
    if not wanted and clock is None:
        wanted = CLAIM  # a portal that is never on time fits no clock: its labels are all there is
    for (measure, value), n in sums.items():
        if measure != wanted:
            continue
        if measure == UTC_CLOCK and offset is not None:
            value = _at_offset(value, offset)
        found[value.removeprefix(f"{AGREES} ")] += n
    if not found and clock in SUMMER_ZONES and sums[ZONE, clock]:
        found[AGREES] = sums[ZONE, clock]
    is_label_open = clock is None and wanted == CLAIM
    if is_label_open and not any(found[str(edge)] for edge in LAGS if edge <= LONGEST_BEFORE_ZONES):
        return Counter()  # another zone explains it as well
    return found


def _at_offset(value: str, offset: int) -> str:
    """How a row stands under one offset, by where it lies in UTC."""
    minutes, _, lag = value[1:].partition(" ")
    apart = int(minutes) - offset
    if value[0] == "=" and apart == 0:
        return lag or AGREES
    return lag_class(apart if value[0] == "=" else apart + 14)


def _habit(standings: Counter[str]) -> tuple[str | None, int | None]:
    """Whether a portal shows scans or their receipt (habitually late, never early), and how late.

    That it agrees with one portal alone says less: that one may be as late.
    """
    early, agreeing, alone = standings[EARLY], standings[AGREES], standings[ALONE]
    late = {edge: standings[str(edge)] for edge in LAGS}
    told = early + agreeing + sum(late.values())
    if told + alone < LEAST_SUPPORT:
        return None, None
    is_late = sum(late.values()) >= max(HABIT_SHARE * told, LATE_SHARE * alone, LEAST_SUPPORT)
    if is_late and agreeing <= MOST_ON_TIME * told and early <= MOST_EARLY * told:
        wanted, seen = LAG_QUANTILE * sum(late.values()), 0
        for edge in LAGS:
            seen += late[edge]
            if seen >= wanted:
                return "receipt", edge
    on_time = agreeing + alone
    is_scan = on_time >= LEAST_AGREEING and on_time + early >= HABIT_SHARE * (told + alone)
    return ("scan" if is_scan else None), None


def _basis(clock: str | None, sums: _Sums, standings: Counter[str]) -> str:
    """What the estimate stands on, for people."""
    said = [f"{sums[TESTED, '']} rows beside other portals"]
    if sums[DATED, ""]:
        fit = f", {sums[DATED, clock]} fit the clock {clock}" if clock and sums[DATED, clock] else ""
        said.append(f"{sums[DATED, '']} dates alone{fit}")
    fits = _fits(sums)
    if clock in fits and sums[TESTED, ""]:
        said.append(f"{fits[clock]} fit the clock {clock}")
    others = sorted(((n, c) for c, n in fits.items() if c != clock and n), key=lambda f: (-f[0], f[1]))
    if others:
        said.append(f"{others[0][0]} fit {others[0][1]}")
    late = sum(standings[str(edge)] for edge in LAGS)
    if standings:
        said.append(f"{standings[AGREES] + standings[ALONE]} on time, {late} late, {standings[EARLY]} early")
    if sums[COPIED, "yes"]:
        rows = sums[COPIED, "yes"] + sums[COPIED, "no"]
        said.append(f"{sums[COPIED, 'yes']} of {rows} rows repeat another portal's")
    return "; ".join(said)


def used_estimates(observations: Iterable[Observation], known: Estimates) -> str:
    """What of the estimates a parcel's result depends on, as text: it is stale when this changes."""
    parts = []
    portals: dict[str, set[str]] = defaultdict(set)
    tracks: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for o in observations:
        tracks[o.portal, o.tracking_number].append(o)
    for (portal, _), rows in tracks.items():
        portals[portal].update(leg_name(leg) for leg in legs_of(rows))
    for portal, legs in sorted(portals.items()):
        for leg in sorted({*legs, ANY}):
            e = known.get((portal, leg))
            if e is not None:
                parts.append(
                    f"{portal}/{leg}:{e.clock}:{e.lag_class}:{e.lag_minutes}:{e.reliability}:{e.completeness}"
                )
    return " ".join(parts)
