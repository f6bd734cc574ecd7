"""Rows as a portal would show them in the end, before visits and edits: what each says, and what is true."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from benchmarks.worlds.clocks import Offsets, offsets
from benchmarks.worlds.dice import happens, pick, spread
from benchmarks.worlds.model import Event, Leg, Time
from benchmarks.worlds.places import written
from benchmarks.worlds.portals import Portal
from benchmarks.worlds.printing import cut, finest
from benchmarks.worlds.profiles import Profile
from benchmarks.worlds.words import Phrase, choose
from benchmarks.worlds.zones import wall, winter_offset

_CUSTOMS = frozenset({"import_customs_started", "customs_held", "customs_cleared", "departed_inward_oe"})
_CHINA = 480


@dataclass(frozen=True, slots=True)
class Draft:
    """One row.

    phrase   what its wording is; `others` say the same; `town` stands in some of them
    appears  when the portal has it
    at       when it happened, and of several at once which came first
    """

    id: str
    leg: Leg
    event: str | None
    notice: str | None
    milestone: str
    phrase: Phrase
    others: tuple[Phrase, ...]
    town: str
    place: str | None
    time: Time | None
    appears: datetime
    at: tuple[datetime, int]
    false: Literal["", "clock", "day"] = ""
    late: timedelta = timedelta(0)
    source: str | None = None
    doubles: str | None = None
    relayed_from: str | None = None

    def says(self, phrase: Phrase) -> str:
        """The text of a wording, with the row's town in it."""
        return phrase.text.format(town=self.town)


@dataclass(frozen=True, slots=True)
class Mislabels:
    """Cainiao's mistakes: customs rows GMT+0, the last mile's winter offset, China's label on every row."""

    customs_zero: bool = False
    winter: bool = False
    china: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rows of one parcel on one portal depend on, besides the event."""

    portal: Portal
    profile: Profile
    random: Random
    prefix: str
    destination_zone: str
    mislabels: Mislabels

    def chance(self, trait: str) -> bool:
        """Whether the trait happens here."""
        return happens(self.random, self.profile.rate(trait))


def drafts(scene: Scene, events: tuple[Event, ...]) -> list[Draft]:
    """What an observing portal shows of the events, in their order, with rows that report none."""
    found: list[Draft] = []
    for event in events:
        phrases = scene.portal.words.said.get(event.milestone, ()) if scene.portal.words else ()
        shows = scene.portal.shows.get(event.leg, 0)
        rate = 1 - (1 - shows) * scene.profile.rate("gaps") if shows else 0
        is_shown, is_left_out = happens(scene.random, rate), scene.chance("omits")
        if phrases and is_shown and not is_left_out:
            found.extend(_of_event(scene, event, phrases))
    return [*found, *_extras(scene, events)] if found else []


def _of_event(scene: Scene, event: Event, phrases: tuple[Phrase, ...]) -> list[Draft]:
    portal = scene.portal
    row = Draft(
        id=f"{scene.prefix}:{event.sequence}",
        leg=event.leg,
        event=event.id,
        notice=None,
        milestone=event.milestone,
        phrase=choose(phrases, scene.random),
        others=(),
        town=event.place.name,
        place=written(event.place, portal.place),
        time=None,
        appears=event.at,
        at=(event.at, event.sequence),
    )
    row = replace(row, others=tuple(other for other in phrases if other != row.phrase))
    row = _timed(scene, row, event)
    second = _doubled(scene, row, phrases)
    row = _undated(scene, _falsified(scene, row))
    return [row] if second is None else [row, second]


def _timed(scene: Scene, row: Draft, event: Event) -> Draft:
    """The row with the time the portal's clock and habit give it."""
    late = _lateness(scene, event.leg)
    at = event.at + late
    clock = scene.portal.clock
    used = offsets(clock, at, event.place, event.leg, scene.destination_zone)
    used = _relabelled(scene.mislabels, event, used)
    is_day, is_hour = scene.chance("day_only"), scene.chance("hour_only")
    precision = "hour" if is_hour else finest(scene.portal.form)
    precision = "day" if is_day or scene.portal.only_days else precision
    local_time = cut(wall(at, used.true_minutes), precision)
    time = Time(local_time, precision, used.claimed_minutes, used.true_minutes)
    return replace(row, time=time, late=late, appears=at)


def _lateness(scene: Scene, leg: Leg) -> timedelta:
    usual = scene.portal.lags.get(leg)
    share, is_prompt = scene.random.uniform(0.7, 1.5), scene.random.random() < 0.1
    if usual is None:
        return timedelta(0)
    minutes = min(2 * share if is_prompt else usual * share, 2860)
    return timedelta(seconds=round(60 * minutes))


def _relabelled(mislabels: Mislabels, event: Event, used: Offsets) -> Offsets:
    if used.claimed_minutes is None:
        return used
    if mislabels.china:
        return Offsets(used.true_minutes, _CHINA)
    if mislabels.customs_zero and event.milestone in _CUSTOMS:
        return Offsets(used.true_minutes, 0)
    if mislabels.winter and event.leg == "last_mile":
        return Offsets(used.true_minutes, winter_offset(event.place.zone, event.at))
    return used


def _falsified(scene: Scene, row: Draft) -> Draft:
    """Now and then a time that is simply wrong: by part of a day, never near a whole quarter, or by days."""
    random = scene.random
    is_false, is_day, is_early = scene.chance("false_times"), random.random() < 0.35, random.random() < 0.5
    quarters, rest = round(spread(random, 1, 40)), 4 + random.randrange(7)
    days = pick(random, (1, 1, 2, 3, 7))
    if row.time is None or not is_false:
        return row
    is_day = is_day or row.time.precision == "day"
    moved = timedelta(days=days) if is_day else timedelta(minutes=15 * quarters + rest)
    local_time = cut(row.time.local_time + (-moved if is_early else moved), row.time.precision)
    return replace(row, false="day" if is_day else "clock", time=replace(row.time, local_time=local_time))


def _undated(scene: Scene, row: Draft) -> Draft:
    if not scene.chance("undated"):
        return row
    return replace(row, time=None, false="", late=timedelta(0))


def _doubled(scene: Scene, row: Draft, phrases: tuple[Phrase, ...]) -> Draft | None:
    """The same scan as a second system of the portal wrote it, 3 to 8 seconds later."""
    is_doubled, seconds = scene.chance("doubled"), 3 + scene.random.randrange(6)
    phrase = choose(phrases, scene.random)
    if not is_doubled or row.time is None or row.time.precision != "second":
        return None
    later = row.time.local_time + timedelta(seconds=seconds)
    time = replace(row.time, local_time=later)
    at = (row.at[0] + timedelta(seconds=seconds), row.at[1])
    return replace(
        row, id=row.id + "b", phrase=phrase, others=(), time=time, at=at, doubles=row.id, late=row.late
    )


def _extras(scene: Scene, events: tuple[Event, ...]) -> list[Draft]:
    """A row of data before the parcel is posted, and a forecast or notice on the way: no events."""
    random, said = scene.random, scene.portal.words
    has_data, has_notice = scene.chance("extras"), scene.chance("extras")
    beside = events[random.randrange(1, len(events))]
    hours = 1 + 20 * random.random()
    found = []
    if said and said.data and has_data:
        at = events[0].at - timedelta(hours=hours)
        found.append(_extra(scene, pick(random, said.data), "data", replace(events[0], at=at, sequence=-1)))
    if said and said.notices and has_notice:
        at = beside.at - timedelta(minutes=20 + 3 * hours)
        phrase = pick(random, said.notices)
        found.append(_extra(scene, phrase, "notice", replace(beside, at=at, sequence=beside.sequence - 1)))
    return found


def _extra(scene: Scene, phrase: Phrase, kind: Literal["data", "notice"], near: Event) -> Draft:
    row_id = f"{scene.prefix}:{kind}"
    parcel = near.id.partition(".")[0]
    row = Draft(
        id=row_id,
        leg=near.leg,
        event=None,
        notice=f"{parcel}:data" if kind == "data" else row_id,
        milestone="info_received" if kind == "data" else "notice",
        phrase=phrase,
        others=(),
        town=near.place.name,
        place=None,
        time=None,
        appears=near.at,
        at=(near.at, near.sequence),
    )
    return replace(_timed(scene, row, near), late=timedelta(0))
