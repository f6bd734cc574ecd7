"""`link`, `unlink`: what the user knows better than the portals about which numbers are one parcel."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from collector.clock import utc_now
from collector.commands.completing import known_ids
from collector.commands.context import Json, command, given, say, storable, tell
from collector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from collector.derive.numbers import Link

_First = Annotated[
    str,
    typer.Argument(metavar="NUMBER", help="A number of one parcel, or its order.", autocompletion=known_ids),
]
_Second = Annotated[
    str,
    typer.Argument(metavar="NUMBER", help="A number of the other, or its order.", autocompletion=known_ids),
]
_Reason = Annotated[str | None, typer.Option(help="Why, for yourself.")]

_KNOWN = """
select number from tracking_numbers where number = :number
union select number from followed where number = :number and forgotten_at is null
"""
_PARCELS = "select distinct parcel_id as id from tracking_numbers where number = ? order by 1"
_NUMBERS = "select number from tracking_numbers where parcel_id = ? order by first_seen_at, number"
_OF_ORDER = """
select distinct t.number, t.parcel_id,
       exists (select 1 from visits as v
               where v.tracking_number = t.number and v.order_id = p.order_id) as shown
from parcel_orders as p join tracking_numbers as t on t.parcel_id = p.parcel_id
where p.order_id = ? order by 1
"""


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app)(link)
    command(app)(unlink)


def link(
    context: typer.Context, first: _First, second: _Second, reason: _Reason = None, as_json: Json = False
) -> None:
    """Say that two numbers are one parcel, whatever the portals say.

    Example: crosstrack link LP00123456789012 RR123456785ES --reason "same label"
    """
    from collector.store.opening import open_store

    with open_store(given(context).database, must_exist=True) as db:
        pair = _numbers(db, first, second, any_of_parcel=True)
        is_new, _, dropped = _corrected(db, "link", pair, reason)
        already = "" if is_new else " (as you have said before)"
        text = f"{pair[0]} and {pair[1]} are linked{already}: {_parcels(db, pair)}{_lives(db, pair)}"
        tell(_outcome(db, pair, is_new, dropped), text, as_json)
        for one in dropped:
            say(f"for that, {_named(one)} counts no longer: what you said of other numbers forbids it")


def unlink(
    context: typer.Context, first: _First, second: _Second, reason: _Reason = None, as_json: Json = False
) -> None:
    """Say that two numbers are not one parcel, whatever the portals say.

    Where other numbers join the two all the same, the weakest link on each way from one to the other is left
    out too: a marketplace's word before a carrier's, a carrier's before yours.

    Example: crosstrack unlink LP00123456789012 RR123456785ES --reason "two boxes"
    """
    from collector.derive.numbers import chain
    from collector.store.opening import open_store

    with open_store(given(context).database, must_exist=True) as db:
        pair = _numbers(db, first, second, any_of_parcel=False)
        is_new, before, dropped = _corrected(db, "unlink", pair, reason)
        already = "" if is_new else " (as you have said before)"
        text = f"{pair[0]} and {pair[1]} are kept apart{already}: {_parcels(db, pair)}"
        tell(_outcome(db, pair, is_new, dropped), text, as_json)
        way = chain((k for k in before if k.ends != frozenset(pair)), *pair)
        if way:
            say(f"other numbers join them too: {'; '.join(map(_named, way))}")
        for one in dropped:
            say(f"so {_named(one)} counts no longer; link these two if another one is wrong")


def _corrected(
    db: "Database", kind: Literal["link", "unlink"], pair: tuple[str, str], reason: str | None
) -> "tuple[bool, Sequence[Link], Sequence[Link]]":
    """Whether this was not said before; the links that joined numbers, and those that do no longer."""
    from collector.derive import Deriver
    from collector.derive.linking import accepted_links
    from collector.store.corrections import correct
    from collector.store.opening import writing
    from scrapers import portals

    with writing(db):
        before = accepted_links(db)
        is_new = correct(db, kind, pair, utc_now(), None if reason is None else storable(reason))
        deriver = Deriver(db, portals())
        deriver.derive(pair)
        deriver.settle()
        after = {(k.ends, k.portal) for k in accepted_links(db)}
    gone = [k for k in before if (k.ends, k.portal) not in after and k.ends != frozenset(pair)]
    return is_new, before, gone


def _named(one: "Link") -> str:
    from collector.derive.numbers import USER

    portal = "" if one.portal == USER else f"{one.portal}: "
    return f"{one.number_a} and {one.number_b} ({portal}{one.reason})"


def _outcome(
    db: "Database", pair: tuple[str, str], is_new: bool, dropped: "Iterable[Link]"
) -> dict[str, object]:
    """What was said and what came of it, as data."""
    return {
        "numbers": pair,
        "new": is_new,
        "parcels": _numbers_of_parcels(db, pair),
        "no_longer_linked": [(one.number_a, one.number_b) for one in dropped],
    }


def _numbers_of_parcels(db: "Database", pair: "Iterable[str]") -> dict[str, list[str]]:
    """Which parcels the numbers are now, with all numbers of each."""
    ids = sorted({row["id"] for number in pair for row in db.query(_PARCELS, [number])})
    return {parcel: [row["number"] for row in db.query(_NUMBERS, [parcel])] for parcel in ids}


def _parcels(db: "Database", pair: "Iterable[str]") -> str:
    """Which parcels the numbers are now, in words."""
    found = _numbers_of_parcels(db, pair).items()
    named = [f"parcel {parcel} ({', '.join(numbers)})" for parcel, numbers in found]
    return "; ".join(named) or "this will hold once a portal has been asked about one of them"


def _lives(db: "Database", pair: tuple[str, str]) -> str:
    """Why two linked numbers may still be two parcels."""
    one, other = ({row["id"] for row in db.query(_PARCELS, [number])} for number in pair)
    return "" if one & other or not one else "; so far apart in time that they are two parcels all the same"


def _numbers(db: "Database", first: str, second: str, *, any_of_parcel: bool) -> tuple[str, str]:
    pair = tuple(_number(db, text, any_of_parcel) for text in (first, second))
    if pair[0] == pair[1]:
        raise UsageError(f"both are {pair[0]}: name two numbers")
    return pair[0], pair[1]


def _number(db: "Database", text: str, any_of_parcel: bool) -> str:
    """The number `text` means: itself, or that of an order which has only one.

    With `any_of_parcel`, any number of an order's only parcel will do. Raises UsageError for anything else.
    """
    from scrapers.numbers import NumberError, tracking_number

    with suppress(NumberError):
        number = tracking_number(text)
        if list(db.query(_KNOWN, {"number": number})):
            return number
    rows = list(db.query(_OF_ORDER, [storable(text).strip()]))
    if not rows:
        raise UsageError(
            f"nothing is known of {text!r}; add the number and collect, or import something first"
        )
    if any_of_parcel and len({row["parcel_id"] for row in rows}) == 1:
        return str(rows[0]["number"])
    found = {row["number"] for row in rows if row["shown"]} or {row["number"] for row in rows}
    if len(found) > 1:
        raise UsageError(f"order {text.strip()} has several numbers; name one of {', '.join(sorted(found))}")
    return str(found.pop())
