"""What the demo prints at its end: findings in plain words, one timeline, and where to look further."""

import re
import sys
import textwrap
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text
from sqlite_utils import Database

from collector.plain_text import plain
from collector.report import parcel_json, print_findings
from collector.report_timeline import print_timeline
from demo import outcome, story

#: How wide lines are at most: longer ones are hard to read on any screen.
WIDTH = 100
_MOST_EVENTS = 12
_MOST_WORDINGS = 4
_LONGEST_TITLE = 44
_INSTANT, _SPOKEN = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\dZ"), r"\1 \2 UTC"


def show(out: Console, db: Database, evening: datetime, database: Path) -> None:
    """Everything, from the amounts to the way on."""
    _amounts(out, db)
    _head(out, "What the portals disagree about, the most telling of it")
    print_findings(out, outcome.telling(db))
    _contradictions(out, db)
    _timeline(out, db)
    _to_look_into(out, db, evening)
    _not_understood(out, db)
    _way_on(out, database)


def _amounts(out: Console, db: Database) -> None:
    n = outcome.amounts(db)
    orders, accounts = _counted(n["orders"], "order"), _counted(n["accounts"], "account")
    parcels, numbers = _counted(n["parcels"], "parcel"), _counted(n["numbers"], "tracking number")
    _head(out, "What was collected")
    _say(
        out,
        f"{orders} in {accounts}, and {parcels} with {numbers}. Parcels with goods of several orders: "
        f"{n['combined']}; orders in several parcels: {n['split']}; parcels whose number changed on the way: "
        f"{n['renumbered']}.",
    )
    portals, pairs = _counted(n["portals"], "portal"), _counted(n["disagreements"], "pair")
    _say(
        out,
        f"Rows that {portals} showed: {n['rows_followed']}; events that they are about: {n['events']}. "
        f"The times differ in {pairs} of rows; said once for each parcel, these are "
        f"{_counted(n['findings'], 'finding')}.",
    )


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _contradictions(out: Console, db: Database) -> None:
    found = outcome.contradictions(db)
    if found:
        _head(out, "What cannot both be true")
    for one in found:
        _say(out, f"{_short(one['title'])}: {_INSTANT.sub(_SPOKEN, one['explanation'])}")


def _timeline(out: Console, db: Database) -> None:
    known = list(db.query("select parcel_id from tracking_numbers where number = ?", [story.SHOWN]))
    if not known:
        return
    parcel = parcel_json(db, known[0]["parcel_id"])
    numbers = ", then ".join(n["number"] for n in parcel["numbers"])
    _head(out, f"One parcel: {parcel['title']}")
    shared = [event for event in parcel["events"] if len(event["shown"]) > 1][-_MOST_EVENTS:]
    _say(out, f"It is {numbers}. The last {len(shared)} events that several portals show:")
    out.print()
    print_timeline(out, shared)


def _to_look_into(out: Console, db: Database, evening: datetime) -> None:
    _head(out, f"What a buyer would look into on {evening.day} {evening:%B %Y}")
    for row in outcome.protection_ending(db, evening):
        ends, last = row["protection_ends_on"], row["last_event_at"][:10]
        _say(out, f"{_short(row['title'])}: buyer protection ends on {ends}, nothing new since {last}")
    for row in outcome.in_customs(db):
        _say(out, f"{_short(row['title'])}: held by customs since {row['since_at'][:10]}")
    for row in outcome.never_sent(db):
        _say(out, f"{_short(row['title'])}: paid on {row['paid_on']}, not sent yet")


def _not_understood(out: Console, db: Database) -> None:
    wordings = outcome.not_understood(db)
    _head(out, "What was not understood")
    if not wordings:
        _say(out, "Every wording was.")
        return
    shown = ", ".join(f'"{w["text"]}" ({w["portal"]}, {w["count"]} rows)' for w in wordings[:_MOST_WORDINGS])
    more = f" and {len(wordings) - _MOST_WORDINGS} more" if len(wordings) > _MOST_WORDINGS else ""
    _say(out, f"{len(wordings)} wordings, kept as they are and not guessed: {shown}{more}.")


def _way_on(out: Console, database: Path) -> None:
    out.print()
    out.print(Text(f"All of it is in {database}. To click through it with Datasette in your browser:"))
    out.print(Text(f"\n    {_program()} --db {database} serve --open\n", "bold"), soft_wrap=True)


def _program() -> str:
    """How the program beside this Python is called from here."""
    program = Path(sys.executable).with_name("crosstrack")
    if not program.exists():
        return f"{_from_here(Path(sys.executable))} -m collector"
    return str(_from_here(program))


def _from_here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _head(out: Console, text: str) -> None:
    out.print()
    out.print(Text(plain(text), "bold underline" if out.is_terminal else ""))
    if not out.is_terminal:
        out.print(Text("-" * len(text)))


def _say(out: Console, text: str) -> None:
    width = min(out.width, WIDTH)
    filled = textwrap.fill(plain(text), width, initial_indent="  ", subsequent_indent="  ")
    out.print(Text(filled), soft_wrap=True)


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"
