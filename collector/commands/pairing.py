"""`pair`, `unpair`, `zone`: what the user knows better about single rows, and about portals' clocks."""

from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

import typer

from collector.clock import utc_now
from collector.commands.completing import known_portals
from collector.commands.context import Json, command, given, storable, tell
from collector.errors import UsageError

if TYPE_CHECKING:
    from sqlite_utils import Database

    from scrapers.words import Leg

_First = Annotated[str, typer.Argument(metavar="OBSERVATION", help="A row's id, or how it begins.")]
_Second = Annotated[str, typer.Argument(metavar="OBSERVATION", help="Another row's id, or how it begins.")]
_Reason = Annotated[str | None, typer.Option(help="Why, for yourself.")]

#: What takes a zone back.
NO_ZONE = "none"
#: Shorter beginnings of ids are more likely typing mistakes.
_SHORTEST = 4

_CALLED = """
select id, portal, tracking_number, parcel_id, time_text, description, withdrawn_at, event_id
from observations where id >= :text and substr(id, 1, length(:text)) = :text order by id limit 2
"""
_HAS_ROWS = "select 1 from observations where portal = ? limit 1"
_READ_SO = """
select count(*) as n, count(distinct parcel_id) as parcels from observations
where portal = :portal and (:leg is null or leg = :leg)
"""


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for function in (pair, unpair, zone):
        command(app)(function)


def pair(
    context: typer.Context, first: _First, second: _Second, reason: _Reason = None, as_json: Json = False
) -> None:
    """Say that two rows on different pages of one parcel report one event.

    `crosstrack disagreements --json` and the table of observations name the rows. What is said of a row holds
    for the one that replaces it.

    Example: crosstrack pair 3f9c02d1 a41be077 --reason "same signature"
    """
    _say_of_rows(context, "pair", (first, second), reason, as_json=as_json)


def unpair(
    context: typer.Context, first: _First, second: _Second, reason: _Reason = None, as_json: Json = False
) -> None:
    """Say that two rows on different pages of one parcel do not report one event.

    Example: crosstrack unpair 3f9c02d1 a41be077 --reason "the second round"
    """
    _say_of_rows(context, "unpair", (first, second), reason, as_json=as_json)


def zone(
    context: typer.Context,
    portal: Annotated[
        str,
        typer.Argument(
            metavar="PORTAL", help="Whose rows, as `clocks` names it.", autocompletion=known_portals
        ),
    ],
    zone_name: Annotated[
        str, typer.Argument(metavar="ZONE", help=f"An IANA name, or {NO_ZONE}: as if nothing had been said.")
    ],
    leg: Annotated[
        str | None, typer.Option(help="Only this part: origin, line_haul, import, last_mile.")
    ] = None,
    reason: _Reason = None,
    as_json: Json = False,
) -> None:
    """Say in which zone a portal prints its times, whatever it states itself.

    Example: crosstrack zone usps America/New_York --leg last_mile
    """
    from collector.derive import Deriver
    from collector.derive.estimating import numbers_using
    from collector.derive.waiting import wait
    from collector.lock import run_lock
    from collector.reconcile.clocks import ANY
    from collector.store.corrections import correct_zone
    from collector.store.opening import open_store, writing
    from scrapers import portals

    of_leg, wanted = _leg(leg), _zone(zone_name)
    database = given(context).database
    with run_lock(database), open_store(database, must_exist=True) as db:
        name = _portal(db, portal)
        with writing(db):
            why = None if reason is None else storable(reason)
            is_new = correct_zone(db, name, of_leg, wanted, utc_now(), why)
            wait(db, numbers_using(db, [(name, ANY)]) if is_new else (), "visit")
        Deriver(db, portals()).settle()
        (rows,) = db.query(_READ_SO, {"portal": name, "leg": of_leg})
        whose = name if of_leg is None else f"{name} on the leg {of_leg}"
        read = "taken as without your word" if wanted is None else f"read in {wanted}"
        already = "" if is_new else " (as before)"
        told = {"portal": name, "leg": of_leg, "zone": wanted, "new": is_new}
        text = f"{whose}: {rows['n']} rows of {rows['parcels']} parcels are {read}{already}"
        tell({**told, "rows": rows["n"], "parcels": rows["parcels"]}, text, as_json)


def _say_of_rows(
    context: typer.Context,
    kind: Literal["pair", "unpair"],
    named: tuple[str, str],
    reason: str | None,
    *,
    as_json: bool,
) -> None:
    from collector.derive import Deriver
    from collector.store.corrections import correct
    from collector.store.opening import open_store, writing
    from scrapers import portals

    with open_store(given(context).database, must_exist=True) as db:
        rows = [_row(db, text) for text in named]
        _check(*rows)
        with writing(db):
            ids = (str(row["id"]) for row in rows)
            is_new = correct(db, kind, ids, utc_now(), None if reason is None else storable(reason))
            deriver = Deriver(db, portals())
            deriver.derive(str(row["tracking_number"]) for row in rows)
            deriver.settle()
        events = {_row(db, str(row["id"]))["event_id"] for row in rows}
    already = "" if is_new else " (as you have said before)"
    done = "are one event" if kind == "pair" else "are kept apart"
    text = f"{' and '.join(map(_named, rows))} {done}{already}{_failing(kind, events)}"
    found = sorted(str(event) for event in events - {None})
    tell({"rows": [row["id"] for row in rows], "new": is_new, "events": found}, text, as_json)


def _failing(kind: Literal["pair", "unpair"], events: set[object]) -> str:
    """Why the events of two rows are not what was said of them; nothing if they are."""
    if kind == "pair" and len(events - {None}) > 1:
        return "; yet they stand apart: another row of one page, or what you said last, forbids the event"
    return ""


def _row(db: "Database", text: str) -> dict[str, Any]:
    wanted = storable(text).strip().lower()
    found = list(db.query(_CALLED, {"text": wanted})) if len(wanted) >= _SHORTEST else []
    if not found:
        where = "`crosstrack disagreements --json` and the table observations name them"
        raise UsageError(f"no row is called {text!r}: {where}")
    if len(found) > 1:
        raise UsageError(f"several rows' ids begin with {text!r}: write more of it")
    return found[0]


def _check(a: dict[str, Any], b: dict[str, Any]) -> None:
    """Raise UsageError where nothing can be said of two rows."""
    if a["id"] == b["id"]:
        raise UsageError(f"both are the row {a['id']}: name two")
    if a["parcel_id"] != b["parcel_id"]:
        of = f"{a['tracking_number']} and {b['tracking_number']}"
        raise UsageError(
            f"they are rows of two parcels, {of}; if those are one, `crosstrack link` them first"
        )
    if (a["portal"], a["tracking_number"]) == (b["portal"], b["tracking_number"]):
        raise UsageError(
            f"both are rows of one page, of {a['portal']}: only rows of two pages can be one event"
        )
    gone = next((row for row in (a, b) if row["withdrawn_at"]), None)
    if gone is not None:
        raise UsageError(f"{_named(gone)} was withdrawn: it is part of no event")


def _named(row: dict[str, Any]) -> str:
    return f"{row['portal']} {row['time_text'] or 'without a time'} {row['description']!r}"


def _portal(db: "Database", text: str) -> str:
    from scrapers import vocabulary

    name = storable(text).strip().lower()
    if vocabulary.facts(name).kind == "unknown" and not list(db.query(_HAS_ROWS, [name])):
        raise UsageError(f"no portal {text!r} is known here; `crosstrack clocks` and `portals` name them")
    return name


def _zone(text: str) -> str | None:
    if text.strip().lower() == NO_ZONE:
        return None
    try:
        return ZoneInfo(storable(text).strip()).key
    except (KeyError, ValueError, OSError):
        advice = f"write an IANA name such as Europe/Madrid, or {NO_ZONE}"
        raise UsageError(f"zone {text!r} is unknown; {advice}") from None


def _leg(text: str | None) -> "Leg | None":
    from scrapers.words import Leg

    if text is None:
        return None
    try:
        return Leg(text)
    except ValueError:
        raise UsageError(f"no leg {text!r}; there are {', '.join(Leg)}") from None
