"""What is seen at each visit: rows come in, are changed, reworded, withdrawn, and come back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from benchmarks.worlds.dice import happens, pick
from benchmarks.worlds.drafts import Draft
from benchmarks.worlds.model import Row, Shown, Time
from benchmarks.worlds.portals import Portal
from benchmarks.worlds.printing import printed
from benchmarks.worlds.profiles import Profile
from benchmarks.worlds.words import Phrase
from benchmarks.worlds.zones import offset_text

VISITS = 3


@dataclass(frozen=True, slots=True)
class Track:
    """One portal's history of one number: when it was looked at, and its rows in page order.

    viewer_minutes  by visit, the zone the page was made for; None for portals that do not care
    """

    portal: Portal
    number: str
    seen_at: tuple[datetime, ...]
    viewer_minutes: tuple[int | None, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Version:
    """How a draft reads at one visit."""

    phrase: Phrase
    time: Time | None


_Versions = list[_Version | None]


def track(
    portal: Portal,
    number: str,
    parcel: int,
    drafts: Sequence[Draft],
    seen_at: tuple[datetime, ...],
    profile: Profile,
    random: Random,
) -> Track:
    """The history of one number on one portal. Rows that no visit sees are left out."""
    ordered = sorted(drafts, key=lambda d: _position(portal, d))
    kept = [(d, v) for d in ordered if any(v := _appearing(d, seen_at, profile, random))]
    edited = [_edited(place, kept, profile, random) for place in range(len(kept))]
    viewer = _viewer_minutes(portal, profile, random)
    rows = [
        _row(portal, number, parcel, draft, versions, viewer)
        for (draft, _), versions in zip(kept, edited, strict=True)
    ]
    if portal.order == "newest":
        rows.reverse()
    return Track(portal, number, seen_at, viewer, tuple(rows))


def _position(portal: Portal, draft: Draft) -> tuple[datetime, int]:
    """What the page sorts its rows by; rows without a time stay where they came in."""
    at, sequence = draft.at
    if portal.sort == "kept":
        return at + draft.late, sequence
    if draft.time is None:
        return at, sequence
    if portal.sort == "wall":
        return draft.time.local_time.replace(tzinfo=at.tzinfo), sequence
    return draft.time.instant, sequence


def _appearing(draft: Draft, seen_at: tuple[datetime, ...], profile: Profile, random: Random) -> _Versions:
    """The versions without edits: from the first visit that can show it, or from the one after."""
    first = sum(moment < draft.appears for moment in seen_at)
    is_late = happens(random, profile.rate("late"))
    if is_late and first < len(seen_at) - 1:
        first += 1
    return [None if place < first else _Version(draft.phrase, draft.time) for place in range(len(seen_at))]


def _edited(
    place: int, kept: Sequence[tuple[Draft, _Versions]], profile: Profile, random: Random
) -> _Versions:
    """The row's versions with at most one edit."""
    draft, versions = kept[place]
    traits = ("revised", "reworded", "withdrawn", "returning_rows")
    drawn = [happens(random, profile.rate(trait)) for trait in traits]
    is_revised, is_reworded, is_withdrawn, is_returning = drawn
    change, minutes = 1 + random.randrange(len(versions) - 1), 4 + random.randrange(240)
    is_early, other = random.random() < 0.5, pick(random, draft.others) if draft.others else None
    is_inside = 0 < place < len(kept) - 1
    if versions[change - 1] is None:
        change = len(versions) - 1
    if versions[change - 1] is None:
        return versions
    if is_revised and draft.time and draft.time.is_fine and not draft.false and not draft.doubles:
        moved = timedelta(minutes=-minutes if is_early else minutes)
        old = replace(draft.time, local_time=draft.time.local_time + moved)
        if is_inside and _stays_between(old, kept[place - 1][0], kept[place + 1][0]):
            return [v and (replace(v, time=old) if at < change else v) for at, v in enumerate(versions)]
    elif is_reworded and other is not None and other.meanings:
        new = replace(other, code=draft.phrase.code)
        return [v and (replace(v, phrase=new) if at >= change else v) for at, v in enumerate(versions)]
    elif is_withdrawn and is_inside and not _comes_in(draft.milestone, change, kept):
        return [v if at < change else None for at, v in enumerate(versions)]
    elif is_returning and is_inside and versions[0]:
        return [None if at == 1 else v for at, v in enumerate(versions)]
    return versions


def _comes_in(milestone: str, visit: int, kept: Sequence[tuple[Draft, _Versions]]) -> bool:
    """Whether a row of that milestone is new at the visit: one that goes then would look replaced by it."""
    return any(
        draft.milestone == milestone and versions[visit] is not None and versions[visit - 1] is None
        for draft, versions in kept
    )


def _stays_between(time: Time, before: Draft, after: Draft) -> bool:
    """Whether the row would have stood in the same place with that time."""
    return (
        before.time is not None
        and after.time is not None
        and before.time.instant < time.instant < after.time.instant
        and before.time.local_time < time.local_time < after.time.local_time
    )


def _viewer_minutes(portal: Portal, profile: Profile, random: Random) -> tuple[int | None, ...]:
    moves, later = happens(random, profile.rate("viewer_moves")), pick(random, (0, 60, 120, 330))
    if portal.clock.kind != "viewer":
        return (None,) * VISITS
    usual = portal.clock.minutes
    return (usual, later if moves else usual, usual)


def _row(
    portal: Portal,
    number: str,
    parcel: int,
    draft: Draft,
    versions: _Versions,
    viewer: tuple[int | None, ...],
) -> Row:
    shown = tuple(
        None if version is None else _shown(portal, draft, version, minutes)
        for version, minutes in zip(versions, viewer, strict=True)
    )
    return Row(
        id=f"{draft.id}@{number}",
        parcel=parcel,
        portal=portal.name,
        number=number,
        leg=draft.leg,
        event=draft.event,
        notice=draft.notice,
        milestone=draft.milestone,
        meanings=draft.phrase.meanings,
        false=draft.false,
        late=draft.late,
        source=draft.source,
        doubles=draft.doubles and f"{draft.doubles}@{number}",
        shown=shown,
    )


def _shown(portal: Portal, draft: Draft, version: _Version, viewer_minutes: int | None) -> Shown:
    time = version.time
    if time and viewer_minutes is not None and time.is_fine:
        moved = viewer_minutes - time.offset_minutes
        local_time = time.local_time + timedelta(minutes=moved)
        time = replace(time, local_time=local_time, offset_minutes=viewer_minutes)
    claim = time.claimed_minutes if time else None
    text = printed(time.local_time, time.precision, portal.form, portal.language) if time else None
    is_inside = portal.form == "iso_t" and time is not None and time.is_fine
    if text and is_inside and claim is not None:
        text += "Z" if claim == 0 else offset_text(claim)
    return Shown(
        time_text=text,
        utc_offset=None if claim is None or is_inside else _label(portal.label, claim),
        description=draft.says(version.phrase),
        place=draft.place,
        code=version.phrase.code if portal.codes else None,
        relayed_from=draft.relayed_from,
        time=time,
    )


def _label(pattern: str, minutes: int) -> str:
    """The offset as the portal writes it, "+05:30" unless it has a way of its own."""
    if not pattern:
        return offset_text(minutes)
    rest = f":{abs(minutes) % 60:02}" if minutes % 60 else ""
    return pattern.format(sign="-" if minutes < 0 else "+", hours=abs(minutes) // 60, minutes=rest)
