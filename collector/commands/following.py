"""`add`, `forget`: what is followed without an order."""

from typing import Annotated

import typer

from collector.clock import utc_now
from collector.commands.completing import known_numbers
from collector.commands.context import Json, command, given, put_json, say, storable, typed_numbers
from collector.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app)(add)
    command(app)(forget)


def add(
    context: typer.Context,
    numbers: Annotated[list[str], typer.Argument(help="Tracking numbers, as printed.")],
    note: Annotated[str | None, typer.Option(help="A name for the parcel.")] = None,
    postcode: Annotated[str | None, typer.Option(help="For portals that ask for it.")] = None,
    country: Annotated[str | None, typer.Option(help="Destination, for portals that ask for it.")] = None,
    as_json: Json = False,
) -> None:
    """Follow tracking numbers from now on.

    Example: crosstrack add LP00123456789012 --note "blue lamp"
    """
    from collector.derive import Deriver
    from collector.store.facts import follow
    from collector.store.opening import open_store, writing
    from scrapers import portals

    wanted = typed_numbers(numbers)
    given_details = {"note": note, "postcode": postcode, "country": country}
    details = {key: storable(value) for key, value in given_details.items() if value is not None}
    done = []
    with open_store(given(context).database) as db:
        for number in wanted:
            with writing(db):
                is_new = follow(db, number, utc_now(), details)
            if list(db.query("select 1 from tracking_numbers where number = ?", [number])):
                Deriver(db, portals()).derive([number])
            done.append({"number": number, "new": is_new})
            if not as_json:
                say(f"following {number}" if is_new else f"{number} is followed already")
    if as_json:
        put_json(done)


def forget(
    context: typer.Context,
    numbers: Annotated[list[str], typer.Argument(help="Tracking numbers.", autocompletion=known_numbers)],
    as_json: Json = False,
) -> None:
    """Stop following tracking numbers; what portals showed of them is kept.

    Example: crosstrack forget LP00123456789012
    """
    from collector.store.facts import forget as stop_following
    from collector.store.opening import open_store, writing

    wanted = typed_numbers(numbers)
    with open_store(given(context).database, must_exist=True) as db:
        unknown = []
        for number in wanted:
            with writing(db):
                if not stop_following(db, number, utc_now()):
                    unknown.append(number)
                elif not as_json:
                    say(f"no longer following {number}")
    if as_json:
        put_json({"number": number, "followed_before": number not in unknown} for number in wanted)
    if unknown:
        raise UsageError(f"not followed: {', '.join(unknown)}")
