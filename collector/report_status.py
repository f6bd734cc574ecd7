"""The status for a person at a terminal: accounts that wait first, then one line per parcel.

On a terminal the texts are cut so that every line is one line; in a pipe nothing is cut and days have years.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from collector.account.sessions import DEFAULT_ACCOUNT
from collector.plain_text import one_line
from collector.report_words import WORDS
from collector.status import Need
from collector.urgency import Line, Urgency
from scrapers.words import Outcome

#: Terminals narrower than these go without a column.
_ROOM_FOR_STAGE, _ROOM_FOR_ESTIMATE, _ROOM_FOR_DAYS, _ROOM_FOR_DAY = 96, 80, 96, 64

_MARK = {
    Urgency.PROTECTION: ("!!", "bold red"),
    Urgency.PICKUP: ("!!", "bold red"),
    Urgency.TROUBLE: ("!!", "bold red"),
    Urgency.OUT_FOR_DELIVERY: ("!", "yellow"),
    Urgency.CONFLICT: ("!", "yellow"),
    Urgency.FINISHED: ("", "dim"),
}
_WHY = {
    Urgency.PROTECTION: "buyer protection",
    Urgency.PICKUP: "fetch it",
    Urgency.TROUBLE: "held up",
    Urgency.OUT_FOR_DELIVERY: "out for delivery",
    Urgency.CONFLICT: "portals contradict each other",
}
_NEEDED = {
    Outcome.CHALLENGE: "the shop asks whether you are a person",
    Outcome.LOGIN_REQUIRED: "its session has ended",
}


def needed(need: Need) -> str:
    """Which account waits for a person, why, and what to do, in one line."""
    account = "" if need.account == DEFAULT_ACCOUNT else f" --account {need.account}"
    why = _NEEDED.get(need.outcome, str(need.outcome))
    return (
        f"{need.portal} account {need.account} needs you: {why} (seen {need.seen_at:%Y-%m-%d}); "
        f"run `crosstrack login {need.portal}{account}`"
    )


def as_rows(needs: Sequence[Need], lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The same as data, in the same order: accounts are rows of kind "account"."""
    accounts = [
        {
            "kind": "account",
            "portal": need.portal,
            "account": need.account,
            "outcome": need.outcome.value,
            "seen_at": f"{need.seen_at:%Y-%m-%dT%H:%M:%SZ}",
        }
        for need in needs
    ]
    return accounts + [
        {**asdict(line), "urgency": line.urgency.name.lower(), "attention": _WHY.get(line.urgency)}
        for line in lines
    ]


def print_status(out: Console, needs: Sequence[Need], lines: Sequence[Line], *, today: date) -> None:
    """Who must sign in where, then a line for each parcel and for each order without one."""
    for need in needs:
        out.print(Text(one_line(needed(need)), "bold red"), soft_wrap=True)
    if lines:
        out.print(_table(out, lines, today))


def _table(out: Console, lines: Sequence[Line], today: date) -> Table:
    """Title and event give way where it is narrow: each on one line, cut at its end."""
    columns = _columns(out, today)
    if out.is_terminal:  # a column without anything in it would only take room from the others
        columns = {h: cell for h, cell in columns.items() if any(map(cell, lines))}
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for heading in columns:
        head = Text(heading, no_wrap=True, overflow="ellipsis")
        table.add_column(head, no_wrap=heading not in ("title", "last event"))
    for line in lines:
        cells = [
            Text(one_line(cell(line)), no_wrap=True, overflow="ellipsis" if out.is_terminal else "ignore")
            for cell in columns.values()
        ]
        table.add_row(*cells, style=_MARK.get(line.urgency, ("", ""))[1])
    return table


def _columns(out: Console, today: date) -> dict[str, Callable[[Line], str]]:
    watched = out.is_terminal
    columns: dict[str, Callable[[Line], str]] = {
        "": _mark,
        "title": lambda line: line.title,
        "stage": lambda line: line.stage.replace("_", " "),
        "on": lambda line: _day(line.happened_on, today, watched),
        "last event": _event,
        "expected": lambda line: _expected(line, today, watched),
        "protected": lambda line: _protected(line, today, watched),
        "left": _left,
        "number": lambda line: line.number,
    }
    if not watched:
        columns["attention"] = lambda line: _WHY.get(line.urgency, "")
    del columns["protected" if watched and out.width < _ROOM_FOR_DAYS else "left"]
    if watched and out.width < _ROOM_FOR_STAGE:
        del columns["stage"]
    if watched and out.width < _ROOM_FOR_ESTIMATE:
        del columns["expected"]
    if watched and out.width < _ROOM_FOR_DAY:
        del columns["on"]
    return columns


def _mark(line: Line) -> str:
    return _MARK.get(line.urgency, ("", ""))[0] or ("~" if line.conflicts else "")


def _event(line: Line) -> str:
    words = WORDS.get(line.milestone) if line.milestone is not None else None
    return words or line.description or "nothing yet"


def _expected(line: Line, today: date, watched: bool) -> str:
    """The days it is expected on; nothing once it is over."""
    days = dict.fromkeys(day for day in (line.estimated_from_on, line.estimated_to_on) if day)
    if line.urgency is Urgency.FINISHED or not days:
        return ""
    late = " late" if date.fromisoformat(list(days)[-1]) < today else ""
    return "–".join(_day(day, today, watched) for day in days) + late


def _protected(line: Line, today: date, watched: bool) -> str:
    """The last day of the buyer's protection, and how many are left."""
    left = line.protection_days_left
    if left is None:
        return ""
    return f"{_day(line.protection_ends_on, today, watched)} ({_left(line)})"


def _left(line: Line) -> str:
    """How many days the buyer's protection lasts."""
    left = line.protection_days_left
    return "" if left is None else f"{left} d" if left >= 0 else "ended"


def _day(on: str | None, today: date, watched: bool) -> str:
    """A day: ISO in a pipe; at a terminal without its year where that is the year there is."""
    if on is None or not watched:
        return on or ""
    day = date.fromisoformat(on)
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"
