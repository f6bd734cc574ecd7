"""Pages edited between visits in known ways: what folding says was revised, withdrawn, reworded or new."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.fold import SeenReading, fold
from collector.read.rows import ReadRow
from scrapers.contract import Row
from scrapers.words import Milestone

BEGIN = datetime(2026, 3, 1, 8)  # noqa: DTZ001 - a wall time
FIRST_VISIT = datetime(2026, 5, 1, tzinfo=UTC)
MILESTONES = [None, None, "accepted", "arrived_facility", "departed_facility", "delivery_attempted"]


@dataclass(frozen=True)
class Line:
    """A row as a page holds it; `version` grows with every change of its time. A doubled row has its name."""

    number: int
    time: datetime
    words: str
    milestone: str | None
    version: int = 0

    @property
    def name(self):
        return f"{self.number % 1000}.{self.version}"


@dataclass
class History:
    """What happened: the readings, and the true revisions and withdrawals in them."""

    readings: list = field(default_factory=list)
    revised: set = field(default_factory=set)
    withdrawn: dict = field(default_factory=dict)
    gone: set = field(default_factory=set)


def journey(dice, size, *, kinds):
    """Lines in order of time, some of them doubled by a second system within seconds."""
    lines, time = [], BEGIN
    for number in range(size):
        time += timedelta(minutes=dice.randint(20, 2500))
        kind = number if kinds is None else dice.randrange(kinds)
        milestone = None if kinds is None else MILESTONES[kind % len(MILESTONES)]
        line = Line(number, time.replace(second=dice.randrange(60)), f"words of kind {kind}", milestone)
        lines.append(line)
        if dice.random() < 0.08:
            later = line.time + timedelta(seconds=dice.randint(3, 8))
            lines.append(replace(line, number=1000 + number, time=later))
    return lines


def revised(dice, line, page):
    """The line at another time between the same neighbours, None where the dice would carry it past one."""
    moved = line.time + dice.choice([-1, 1]) * timedelta(minutes=dice.choice([7, 15, 20, 30, 60, 120, 240]))
    others = [other.time for other in page if other.number != line.number]
    before = max((t for t in others if t <= line.time), default=BEGIN - timedelta(days=9))
    after = min((t for t in others if t >= line.time), default=line.time + timedelta(days=9))
    return replace(line, time=moved, version=line.version + 1) if before < moved < after else None


def edited(dice, history, page, visit):
    """The page as it stands at the next visit, every edit noted."""
    kept = list(page)
    for line in page:
        chance, place = dice.random(), kept.index(line)
        new = revised(dice, line, kept) if chance < 0.03 else None
        if new is not None:
            kept[place] = new
            history.revised.add((line.name, new.name))
        elif 0.03 <= chance < 0.05:
            words = line.words + dice.choice([".", " (updated)", " anew"])
            kept[place] = replace(line, words=words, milestone=dice.choice([line.milestone, None]))
        elif 0.05 <= chance < 0.07 and 0 < place < len(kept) - 1:
            kept.remove(line)
            history.withdrawn[line.name] = visit
            history.gone.add(line.number)
    return kept


def shown(page, visit, offset, *, precision, newest_first):
    rows = [
        ReadRow(
            position=0,
            printed=Row(line.words, note=line.name),
            local_time=(line.time + timedelta(minutes=offset)).replace(
                **({"second": 0} if precision == "minute" else {})
            ),
            precision=precision,
            milestone=Milestone(line.milestone) if line.milestone else None,
        )
        for line in sorted(page, key=lambda line: line.time)
    ]
    return SeenReading(
        visit_id=f"v{visit}",
        seen_at=FIRST_VISIT + timedelta(days=visit),
        rows=tuple(rows[::-1] if newest_first else rows),
        viewer_offset_minutes=offset,
    )


def history_of(seed, *, kinds, moves_clock):
    dice, history = random.Random(seed), History()  # noqa: S311 - no secret
    lines = journey(dice, dice.randint(4, 20), kinds=kinds)
    late = {line.number for line in lines[1:-1] if dice.random() < 0.05}
    known = [*sorted(dice.sample(range(2, len(lines) + 1), 2)), len(lines)]
    form = {"precision": dice.choice(["second", "minute"]), "newest_first": dice.random() < 0.7}
    page, offset = [], 0
    for visit, count in enumerate(known):
        page = edited(dice, history, page, visit)
        taken = {line.number for line in page} | history.gone
        arrived = [line for line in lines[:count] if visit == 2 or line.number not in late]
        page += [line for line in arrived if line.number not in taken]
        if visit and moves_clock and dice.random() < 0.6:
            offset = dice.choice([-480, -300, 60, 120, 345])
        history.readings.append(shown(page, visit, offset, **form))
    return history


def judged(history):
    """How many revisions and withdrawals were found, falsely found, and missed."""
    folded = fold("correos", "N", history.readings)
    by_id = {o.id: o for o in folded.observations}
    pairs = {
        (o.row.printed.note, by_id[o.replaced_by].sightings[0].row.printed.note)
        for o in folded.observations
        if o.replaced_by
    }
    gone = {
        o.row.printed.note: (o.withdrawn_at - FIRST_VISIT).days for o in folded.observations if o.withdrawn_at
    }
    return Counter(
        revisions=len(pairs & history.revised),
        false_revisions=len(pairs - history.revised),
        missed_revisions=len(history.revised - pairs),
        withdrawals=len(gone.items() & history.withdrawn.items()),
        false_withdrawals=len(gone.items() - history.withdrawn.items()),
        missed_withdrawals=len(history.withdrawn.items() - gone.items()),
    )


def totals(**world):
    return sum((judged(history_of(seed, **world)) for seed in range(400)), Counter())


@given(st.integers(0, 10**9), st.booleans())
@settings(deadline=None)
def test_nothing_new_or_gone_is_seen_where_only_times_pass(seed, moves_clock):
    """Every row of its own kind, no edits: each line is one observation, whatever the viewer's clock does."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    lines = journey(dice, dice.randint(2, 12), kinds=None)
    offsets = [0, dice.choice([-480, 60, 345]) if moves_clock else 0, 0]
    readings = [
        shown(lines[: len(lines) - 2 + visit], visit, offset, precision="second", newest_first=True)
        for visit, offset in enumerate(offsets)
    ]
    observations = fold("correos", "N", readings).observations
    assert [o.row.printed.note for o in observations] == [line.name for line in lines]
    assert all(o.is_current for o in observations)


@pytest.mark.parametrize("moves_clock", [False, True])
def test_edits_of_rows_that_differ_in_wording_are_seen_for_what_they_are(moves_clock):
    found = totals(kinds=None, moves_clock=moves_clock)
    assert found["revisions"] > 80
    assert found["false_revisions"] + found["missed_revisions"] <= 0.04 * found["revisions"]
    assert found["withdrawals"] > 60
    assert found["false_withdrawals"] + found["missed_withdrawals"] <= 0.05 * found["withdrawals"]


@pytest.mark.parametrize("moves_clock", [False, True])
def test_edits_of_rows_that_repeat_a_few_wordings_are_mostly_seen(moves_clock):
    found = totals(kinds=8, moves_clock=moves_clock)
    assert found["false_revisions"] <= 0.1 * found["revisions"]
    assert found["missed_revisions"] <= 0.1 * found["revisions"]
    assert found["false_withdrawals"] + found["missed_withdrawals"] <= 0.15 * found["withdrawals"]
