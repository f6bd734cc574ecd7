"""Rows, readings and tracks for tests, made of short texts. All of it is invented."""

import re
from datetime import UTC, datetime, timedelta

from collector.fold import Observation, SeenReading, Sighting, fold
from collector.read.rows import ReadRow
from collector.reconcile import Parcel
from scrapers.contract import Row
from scrapers.words import Leg, Milestone

DAY = datetime(2026, 3, 2)  # noqa: DTZ001 - a Monday; wall times below are on this day unless they name another
VISIT = datetime(2026, 3, 10, 12, tzinfo=UTC)
NUMBER = "LP00712345678901"

_FORMS = (("second", "%Y-%m-%d %H:%M:%S"), ("minute", "%Y-%m-%d %H:%M"), ("day", "%Y-%m-%d"))


def wall(text):
    """The wall time and precision of "10:00", "10:00:05", "10h", "2026-03-04 10:00" or "2026-03-04"."""
    if re.fullmatch(r"\d{1,2}h", text):
        return DAY.replace(hour=int(text[:-1])), "hour"
    dated = text if "-" in text else f"{DAY:%Y-%m-%d} {text}"
    for precision, form in _FORMS:
        try:
            return datetime.strptime(dated, form), precision  # noqa: DTZ007 - a wall clock
        except ValueError:
            continue
    raise ValueError(text)


def row(words, time=None, *, offset=None, sure=None, milestone=None, leg=None, **more):
    """A row of that wording; `more` are fields of the printed row or of ReadRow."""
    local_time, precision = wall(time) if time is not None else (None, None)
    printed = {k: more.pop(k) for k in ("place", "code", "note", "relayed_from") if k in more}
    return ReadRow(
        position=more.pop("position", 0),
        printed=Row(words, time_text=time, **printed),
        local_time=local_time,
        precision=precision,
        claimed_offset_minutes=offset,
        sure_offset_minutes=sure,
        milestone=Milestone(milestone) if milestone else None,
        leg=Leg(leg) if leg else None,
        **more,
    )


def rows(text):
    """Rows of "A 10:00 | B 11:00 | undated", in that order."""
    made = []
    for part in filter(None, (p.strip() for p in text.split("|"))):
        words, _, time = part.partition(" ")
        made.append(row(words, time or None))
    return tuple(made)


def reading(shown, day=1, *, visit=None, **more):
    """What a visit on that day saw; `shown` is a text for `rows`, or rows."""
    return SeenReading(
        visit_id=visit or f"v{day:03}",
        seen_at=VISIT + timedelta(days=day),
        rows=rows(shown) if isinstance(shown, str) else tuple(shown),
        **more,
    )


def seen_on(day):
    """When the reading of that day was made."""
    return VISIT + timedelta(days=day)


def followed(*shown, portal="correos", number=NUMBER):
    """The fold of readings on successive days; each is a text for `rows`, or a SeenReading."""
    readings = [reading(s, day) if isinstance(s, str) else s for day, s in enumerate(shown, start=1)]
    return fold(portal, number, readings)


def named(folded):
    """Observations by "A 10:00", the wording and time they first had."""
    return {_name(o.sightings[0].row): o for o in folded.observations}


def current(folded):
    """What still stands, oldest first, as "A 10:00"."""
    return [_name(o.row) for o in folded.observations if o.is_current]


def _name(read):
    return " ".join(filter(None, (read.printed.description, read.printed.time_text)))


def observation(portal, read, *, number=NUMBER, viewer=None, name=None):
    """One row as a current observation, without its history; its id tells portal, wording and time."""
    return Observation(
        id=name or f"{portal}:{number}:{_name(read)}",
        portal=portal,
        tracking_number=number,
        row=read,
        viewer_offset_minutes=viewer,
        sightings=(Sighting("v1", "v1", read),),
        first_seen_at=VISIT,
        last_seen_at=VISIT,
        withdrawn_at=None,
        replaced_by=None,
    )


def parcel(*observations, origin="CN", destination="ES"):
    """A parcel of observations, in tracks by portal and number, in the order given."""
    tracks = {}
    for o in observations:
        tracks.setdefault((o.portal, o.tracking_number), []).append(o)
    return Parcel(tracks, origin, destination)
