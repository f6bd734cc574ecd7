"""Saved pages of a portal and what must be read from them: data in a folder's `cases.toml`.

    [[case]]
    name = "delivered"                 # unique within the portal
    says = "where its shape was seen"
    number = "..."                     # the number a visit asked for
    state = "events"                   # the portal's declared state the document is in; left out without one
    journey = "a"                      # cases of one journey (in several languages) mean the same milestones
    milestones = ["delivered", ""]     # of the first reading's rows; "" where the wording is not understood

    [[case.pages]]                     # what the visit brought, in order
    file = "delivered.json"
    role = "payload"                   # or "dom"
    url = "https://..."
    status = 200                       # 200 if left out

    [[case.readings]]                  # every field that is not as in an empty Reading; none: layout_changed
    outcome = "ok"
    number = "..."
    rows = [{ description = "...", time_text = "..." }]

`differences` is the whole test of one case; `shortcomings` what a portal's cases lack together.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from scrapers import vocabulary
from scrapers.contract import LayoutChanged, Page, Portal, Reading
from scrapers.select import maybe, tree
from scrapers.words import Outcome, Role

_TYPES = {".json": "application/json", ".html": "text/html", ".txt": "text/plain"}


@dataclass(frozen=True, slots=True)
class Case:
    """One visit's saved pages. `readings` is None where the pages are in no known state."""

    portal: Portal
    name: str
    number: str
    pages: tuple[Page, ...]
    readings: Sequence[Mapping[str, Any]] | None
    milestones: Sequence[str] = ()
    state: str | None = None
    journey: str | None = None

    @property
    def outcome(self) -> Outcome:
        """How the visit ends."""
        return Outcome(self.readings[0]["outcome"]) if self.readings else Outcome.LAYOUT_CHANGED


def cases(folder: Path, portal: Portal) -> tuple[Case, ...]:
    """The cases of `folder`, in order. Raises OSError, ValueError or KeyError where they cannot be read."""
    told = tomllib.loads((folder / "cases.toml").read_text(encoding="utf-8"))["case"]
    return tuple(_case(folder, portal, one) for one in told)


def differences(case: Case) -> list[str]:
    """A line for everything that is not as the case says; none where all holds."""
    try:
        readings = case.portal.parse(case.pages)
    except LayoutChanged as changed:
        return [] if case.readings is None else [f"layout_changed, for want of {changed.looked_for}"]
    if case.readings is None:
        return [f"read as {readings[0].outcome}, which should be layout_changed"]
    return [
        *_compared("reading", [as_data(one) for one in readings], list(case.readings)),
        *_compared("milestone of row", list(milestones(case.portal, readings[0])), list(case.milestones)),
        *_contradicting_states(case),
    ]


def shortcomings(portal: Portal, known: Sequence[Case]) -> list[str]:
    """A line for everything a portal's cases should have, and have not."""
    shown = {case.state for case in known if case.state is not None}
    outcomes = {case.outcome for case in known}
    return [
        *(f"no case shows the state {name}" for name in portal.states if name not in shown),
        *(f"a case names the state {name}, which is not declared" for name in shown - set(portal.states)),
        *(
            f"no case ends as {one}"
            for one in (Outcome.OK, Outcome.NOT_FOUND, Outcome.LAYOUT_CHANGED)
            if one not in outcomes
        ),
        *_unlike_journeys(known),
    ]


def as_data(value: object) -> object:
    """A reading as a case has it: what is as in an empty one left out."""
    if isinstance(value, tuple):
        return [as_data(one) for one in value]
    if not is_dataclass(value) or isinstance(value, type):
        return str(value) if isinstance(value, Outcome) else value
    told = ((one, getattr(value, one.name)) for one in fields(value))
    return {one.name: as_data(is_) for one, is_ in told if is_ != one.default or one.name == "outcome"}


def _case(folder: Path, portal: Portal, told: Mapping[str, Any]) -> Case:
    return Case(
        portal,
        told["name"],
        told["number"],
        tuple(_page(folder, page) for page in told["pages"]),
        told.get("readings"),
        told.get("milestones", ()),
        told.get("state"),
        told.get("journey"),
    )


def _page(folder: Path, told: Mapping[str, Any]) -> Page:
    file = folder / told["file"]
    return Page(
        Role(told["role"]), told["url"], _TYPES[file.suffix], file.read_bytes(), told.get("status", 200)
    )


def _compared(what: str, got: list[Any], wanted: list[Any]) -> Iterator[str]:
    for position in range(max(len(got), len(wanted))):
        one = got[position] if position < len(got) else "nothing"
        other = wanted[position] if position < len(wanted) else "nothing"
        if isinstance(one, dict) and isinstance(other, dict):
            for key in sorted(one.keys() | other.keys()):
                if key == "rows":
                    yield from _compared("row", one.get(key, []), other.get(key, []))
                elif one.get(key) != other.get(key):
                    yield f"{what} {position + 1}: {key} is {one.get(key)!r}, not {other.get(key)!r}"
        elif one != other:
            yield f"{what} {position + 1} is {one!r}, not {other!r}"


def milestones(portal: Portal, reading: Reading) -> Iterator[str]:
    """The milestone of each row of `reading`, "" where its wording is not understood."""
    for row in reading.rows:
        meaning = vocabulary.meaning(
            portal.name, code=row.code, description=row.description, note=row.note, place=row.place
        )
        yield str(meaning.milestone) if meaning else ""


def _contradicting_states(case: Case) -> Iterator[str]:
    """The state named must show in a document, and none that would end the visit otherwise."""
    documents = [tree(page.text) for page in case.pages if page.role is Role.DOM]
    shown = {
        name: state
        for name, state in case.portal.states.items()
        if any(maybe(document, state.selectors) is not None for document in documents)
    }
    if case.state is not None and case.state not in shown:
        yield f"no document is in the state {case.state}"
    for name, state in shown.items():
        if state.outcome not in (None, case.outcome):
            yield f"a document is in the state {name}, though the visit ends as {case.outcome}"


def _unlike_journeys(known: Sequence[Case]) -> Iterator[str]:
    told: dict[str, Case] = {}
    for case in known:
        first = told.setdefault(case.journey, case) if case.journey else case
        if list(first.milestones) != list(case.milestones):
            yield f"{case.name} and {first.name} are one journey, and mean different milestones"
