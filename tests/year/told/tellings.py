"""The notices that were sent, with the run that sent each and the parcel it is about."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tests.year.machine import Ran
from tests.year.truths import Year

#: Two notices of one kind about one subject are two things if their moments lie so far apart. What is not
#: here happens once to a parcel, or once to its subject.
_APART = {
    "out_for_delivery": timedelta(hours=18),
    "silent": timedelta(days=2),
    "eta_slipped": timedelta(hours=47),
    "protection_ends": timedelta(days=3),
    "conflict": timedelta(days=1),
    "drift": timedelta(days=30),
    "login_needed": timedelta(),
}
#: The table remembers besides which wordings nobody knows a run has named: those have no text.
_TOLD = "select * from notices where title is not null order by rowid"


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice.

    run      the run that sent it; of one that never reached anybody, the run that made it
    now      what the machine took for the time then
    about    the name of the parcel's journey, "" for what is about no parcel
    subject  as the rule names it
    anchor   the moment it is about, None where there is but one
    """

    rule: str
    run: int
    now: datetime
    about: str
    subject: str
    anchor: datetime | None


@dataclass(frozen=True, slots=True)
class Tellings:
    """All of them, oldest first; `lines` is what the service was given, as often as it was."""

    year: Year
    all: list[Telling]
    lines: Mapping[tuple[str, str], int]

    def of(self, rule: str, about: str | None = None) -> list[Telling]:
        """Those of a rule, about one parcel if `about` says which."""
        return [one for one in self.all if one.rule == rule and about in (None, one.about)]

    def about_parcels(self, rule: str) -> list[Telling]:
        """Those of a rule that are about a parcel somebody sent."""
        return [one for one in self.of(rule) if one.about]

    def twice(self) -> list[str]:
        """What was told twice: to the letter, or the same thing in other words."""
        found = [f"{title}: {text}" for (title, text), n in self.lines.items() if n > 1]
        by_subject: dict[tuple[str, str, str], list[Telling]] = {}
        for one in self.all:
            by_subject.setdefault((one.rule, one.about, one.subject), []).append(one)
        for (rule, about, subject), same in by_subject.items():
            same.sort(key=lambda one: (one.anchor is not None, one.anchor))
            found += [
                f"{rule} of {about or 'no parcel'}, {subject}: in the runs {before.run} and {after.run}"
                for before, after in pairwise(same)
                if _is_one(rule, before, after)
            ]
        return found


def tellings(year: Year) -> Tellings:
    """The notices of the year."""
    file = year.folder / "notices"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    entries = [json.loads(line) for line in lines]
    sent_by = {(one["title"], one["text"]): one["run"] for one in reversed(entries)}
    found = [_telling(year, row, sent_by) for row in year.db.query(_TOLD)]
    return Tellings(year, found, Counter((one["title"], one["text"]) for one in entries))


def _telling(year: Year, row: Mapping[str, str], sent_by: Mapping[tuple[str, str], int]) -> Telling:
    made_at = datetime.fromisoformat(row["made_at"])
    run = sent_by.get((row["title"], row["text"]))
    anchor = datetime.fromisoformat(row["anchor_at"]) if row["anchor_at"] else None
    return Telling(
        rule=row["rule"],
        run=_run_at(year.ran, made_at) if run is None else run,
        now=made_at,
        about=_journey(year, row["numbers"]),
        subject=row["subject"] if anchor is None else row["subject"].rpartition("@")[0],
        anchor=anchor,
    )


def _run_at(ran: Iterable[Ran], moment: datetime) -> int:
    begun = [one for one in ran if one.believed_at <= moment]
    return max(begun, key=lambda one: (one.believed_at, one.number)).number


def _journey(year: Year, numbers: str | None) -> str:
    known = (year.owners.get(number) for number in json.loads(numbers or "[]"))
    return next((sent.journey.name for sent in known if sent is not None), "")


def _is_one(rule: str, before: Telling, after: Telling) -> bool:
    if rule not in _APART or before.anchor is None or after.anchor is None:
        return True
    return after.anchor - before.anchor <= _APART[rule]
