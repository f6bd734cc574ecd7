"""The portals known here: what each rests on, its clock, its budget, and what asking it came to here."""

from collections.abc import Iterable, Sequence
from typing import TypedDict

from sqlite_utils import Database

from scrapers import vocabulary
from scrapers.contract import Portal
from scrapers.numbers import carriers, may_know

_SIGNS = """
select portal,
       group_concat(sign || ' since ' || substr(since, 1, 10) || ' (visit ' || visit_id || ')', ', ') as signs
from drift group by portal
"""
_OUTCOMES = """
select portal, group_concat(n || ' ' || outcome, ', ') as outcomes from (
    select portal, outcome, count(*) as n from visits where source = 'browser'
    group by portal, outcome order by portal, n desc)
group by portal
"""
_CLOCKS = {
    "place": "the place's",
    "viewer": "the viewer's",
    "stated": "as stated in each row",
    "unknown": "unknown",
}


class PortalRow(TypedDict):
    """One portal. `outcomes` and `drift` are of this machine; `clock_because` is the reason, for people."""

    name: str
    title: str
    kind: str
    languages: str
    clock: str
    clock_because: str
    evidence: str
    evidence_note: str
    per_day: int
    seconds_between: float
    budget_because: str
    outcomes: str
    drift: str


def portal_rows(portals: Iterable[Portal], db: Database | None) -> list[PortalRow]:
    """A row for each portal, in the order given; `db` None: nothing was asked yet."""
    outcomes = {} if db is None else {row["portal"]: row["outcomes"] for row in db.query(_OUTCOMES)}
    signs = {} if db is None else {row["portal"]: row["signs"] for row in db.query(_SIGNS)}
    return [_row(portal, outcomes.get(portal.name, ""), signs.get(portal.name, "")) for portal in portals]


class AdviceRow(TypedDict):
    """One carrier that may know a number; `level` from 0 to 1, None where there is no portal for it here."""

    portal: str
    level: float | None
    because: str


def advice_rows(number: str) -> list[AdviceRow]:
    """The portals that may know `number`, the likeliest first; then carriers that have none here."""
    found: list[AdviceRow] = [
        {"portal": name, "level": one.level, "because": one.because} for name, one in may_know(number).items()
    ]
    known = {row["portal"] for row in found}
    for carrier, because in carriers(number).items():
        if vocabulary.portal_named(carrier) not in known:
            found.append({"portal": carrier, "level": None, "because": because})
    return found


def markdown(rows: Sequence[PortalRow]) -> str:
    """The rows as README has them, without what is of one machine."""
    lines = [
        "| portal | rests on | languages | clock | because | at most a day |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        cells = (
            f"{row['title']} (`{row['name']}`)",
            row["evidence"],
            row["languages"],
            row["clock"],
            row["clock_because"],
            f"{row['per_day']}, {row['seconds_between']:g} s apart",
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _row(portal: Portal, outcomes: str, signs: str) -> PortalRow:
    facts = vocabulary.facts(portal.name)
    return {
        "name": portal.name,
        "title": facts.title,
        "kind": facts.kind,
        "languages": " ".join(facts.languages),
        "clock": _clock(facts),
        "clock_because": facts.clock.because,
        "evidence": f"{portal.evidence.kind} {portal.evidence.seen}",
        "evidence_note": portal.evidence.note,
        "per_day": portal.politeness.per_day,
        "seconds_between": portal.politeness.seconds_between,
        "budget_because": portal.politeness.because,
        "outcomes": outcomes,
        "drift": signs,
    }


def _clock(facts: vocabulary.Facts) -> str:
    """Whose clock the portal prints, in words."""
    if facts.clock.kind == "zone":
        return facts.clock.zone or "one zone"
    told = _CLOCKS[facts.clock.kind]
    return f"{told}, else {facts.clock.zone}" if facts.clock.zone else told
