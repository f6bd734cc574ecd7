"""Rows that a portal repeats from another one, with a clock label of its own."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from benchmarks.worlds.clocks import Clock
from benchmarks.worlds.dice import dice, pick
from benchmarks.worlds.drafts import Draft
from benchmarks.worlds.model import Time
from benchmarks.worlds.portals import Portal
from benchmarks.worlds.printing import cut, finest
from benchmarks.worlds.words import Phrase
from benchmarks.worlds.zones import offset_at

_LOST = 0.05


def relayed(
    relay: Portal, tracks: list[tuple[Portal, list[Draft]]], destination_zone: str, *names: object
) -> list[Draft]:
    """What `relay` shows of the tracks it knows of; `names` name its draws."""
    random = dice(*names)
    chosen: list[tuple[Portal, list[Draft]]] = []
    for wanted in relay.relays:
        fitting = [t for t in tracks if (t[0].name == "cainiao") == (wanted == "cainiao") and t not in chosen]
        if fitting:
            chosen.append(pick(random, fitting))
    if len(chosen) > 1 and random.random() < 0.5:
        chosen.pop()
    prefix = ":".join(map(str, names[1:]))
    return [
        _repeated(relay, portal, row, destination_zone, prefix, random)
        for portal, rows in chosen
        for row in rows
        if random.random() >= _LOST
    ]


def _repeated(
    relay: Portal, source: Portal, row: Draft, destination_zone: str, prefix: str, random: Random
) -> Draft:
    text = _wording(relay, source, row, random)
    meanings = row.phrase.meanings
    delay = timedelta(minutes=random.randrange(1, 90))
    return replace(
        row,
        id=f"{prefix}>{row.id}",
        phrase=Phrase(text, None, meanings),
        others=(),
        time=row.time and _clocked(relay, row.time, destination_zone),
        appears=row.appears + delay,
        source=row.id,
        doubles=row.doubles and f"{prefix}>{row.doubles}",
        relayed_from=source.name if relay.names_source else None,
    )


def _wording(relay: Portal, source: Portal, row: Draft, random: Random) -> str:
    text, is_twice = row.says(row.phrase), random.random() < 0.1
    if relay.wording == "note" and source.name == "cainiao" and row.phrase.meanings:
        other = row.others[0] if row.others else row.phrase
        return f"{text}, Carrier note: {row.says(other)}"
    return text + text if relay.wording == "doubled" and is_twice else text


def _clocked(relay: Portal, time: Time, destination_zone: str) -> Time:
    """The source's time as the relay's clock shows it: mostly the same digits with another label."""
    precision = finest(relay.form) if time.precision == "second" else time.precision
    local_time, true, claim = (
        time.local_time,
        time.offset_minutes,
        _claim(relay.clock, time, destination_zone),
    )
    if relay.clock.kind == "viewer" and time.is_fine:
        local_time += timedelta(minutes=relay.clock.minutes - true)
        true = relay.clock.minutes
    return Time(cut(local_time, precision), precision, claim, true)


def _claim(clock: Clock, time: Time, destination_zone: str) -> int | None:
    match clock.kind:
        case "utc":
            return 0
        case "labelled":
            return clock.minutes
        case "same":  # where the source states none, the relay adds the destination's
            stated = time.claimed_minutes
            return offset_at(destination_zone, time.instant) if stated is None else stated
        case _:
            return None
