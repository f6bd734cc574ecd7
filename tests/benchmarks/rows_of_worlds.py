"""Rows, events and worlds made by hand for tests of scores. All of it is invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from benchmarks.worlds.model import Event, Parcel, Place, Row, Shown, Time, World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HERE = Place("Madrid", "ES", "Spain", "Europe/Madrid")
KNOWN = frozenset({"cainiao", "correos", "usps", "17track"})


def row(portal, event, minutes=0, *, offset=0, claim=None, precision="second", **more):
    """A row of the event, printed so many minutes after noon UTC by a clock of that offset."""
    time = None
    if minutes is not None:
        local_time = (NOON + timedelta(minutes=minutes + offset)).replace(tzinfo=None)
        if precision == "day":
            local_time = local_time.replace(hour=0, minute=0)
        time = Time(local_time, precision, claim, offset)
    text = None if time is None else time.local_time.isoformat(" ")
    shown = Shown(text, None, "Delivered", None, None, None, time)
    number = more.pop("number", "LP1")
    made = Row(
        id=f"{portal}:{number}:{event}:{minutes}",
        parcel=0,
        portal=portal,
        number=number,
        leg="last_mile",
        event=event,
        notice=None,
        milestone="delivered",
        meanings=frozenset({"delivered"}),
        false="",
        late=timedelta(0),
        source=None,
        doubles=None,
        shown=(shown,),
    )
    return replace(made, **more)


def world(*rows, numbers=("LP1",)):
    """A world of one parcel with these rows; its events stand in the order of their names."""
    names = sorted({r.event for r in rows if r.event})
    events = tuple(
        Event(name, place, NOON + timedelta(hours=place), "delivered", "last_mile", HERE)
        for place, name in enumerate(names)
    )
    return World(1, (Parcel(0, numbers, "ES", events),), rows, (), KNOWN)
