"""Stories for pictures, made by hand: a parcel that five portals show and argue about, and odd ones."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

from sqlite_utils import Database

from collector.picture.story import (
    Contradiction,
    Disagreement,
    Due,
    Event,
    Finding,
    Number,
    Portal,
    Row,
    Standing,
    Story,
    letter,
    severity_rank,
)
from tests.collector.worlds import CAINIAO as NUMBER
from tests.collector.worlds import CORREOS as SECOND
from tests.collector.worlds import ORDER, USPS, naming, record, take_in
from tests.collector.worlds import event as printed

START = datetime(2026, 2, 19, 7, 31, tzinfo=UTC)
ALI, CAINIAO, CORREOS, APP, SPEEDY = "aliexpress", "cainiao", "correos", "parcelsapp", "speedy"
PORTALS = (
    Portal(ALI, "AliExpress", "marketplace"),
    Portal(CAINIAO, "Cainiao", "carrier"),
    Portal(CORREOS, "Correos", "carrier"),
    Portal(SPEEDY, "Speedy", "unknown"),
    Portal(APP, "ParcelsApp", "universal"),
)
#: Hours after the start, milestone, leg, words, and which of the five show it.
EVENTS = (
    (0, "info_received", "origin", "Order received", "aCp"),
    (6.5, "accepted", "origin", "Accepted by carrier", "aCp"),
    (6.7, "arrived_origin_facility", "origin", "Arrived at sorting centre", "aCp"),
    (6.8, "departed_origin_facility", "origin", "Left sorting centre", "aCp"),
    (40, "export_customs_started", "line_haul", "Export customs", "aCp"),
    (41, "export_customs_cleared", "line_haul", "Export customs done", "aCp"),
    (66, "departed_origin_country", "line_haul", "Departed", "aCp"),
    (354, "arrived_destination_country", "import", "Arrived in Madrid", "aCrp"),
    (360, "import_customs_started", "import", "Import customs", "aCrp"),
    (361.5, "customs_cleared", "import", "Cleared", "aCrp"),
    (380, "handed_to_last_mile", "last_mile", "With Correos", "aCrsp"),
    (396, "arrived_facility", "last_mile", "At the sorting office", "aCrsp"),
    (396.4, "departed_facility", "last_mile", "Left the sorting office", "aCrsp"),
    (420, "arrived_delivery_office", "last_mile", "At the delivery office", "aCrsp"),
    (421, "out_for_delivery", "last_mile", "Out for delivery", "aCrsp"),
    (423, "delivery_attempted", "last_mile", "Nobody at home", "aCrsp"),
    (444, "out_for_delivery", "last_mile", "Out for delivery again", "aCrsp"),
    (451, "delivered", "last_mile", "Delivered", "aCrsp"),
)
LEGS = ("origin", "line_haul", "import", "last_mile")
_SIGNS = {"a": ALI, "C": CAINIAO, "r": CORREOS, "s": SPEEDY, "p": APP}
#: How each pair of portals differs, and by how much on paper or in truth, in seconds.
_KINDS = {
    (ALI, CAINIAO): ("timezone", 8 * 3600),
    (CAINIAO, APP): ("zone_label", 8 * 3600),
    (ALI, APP): ("zone_label", 8 * 3600),
    (CAINIAO, CORREOS): ("timezone", 7 * 3600),
    (CORREOS, SPEEDY): ("conflict", 9 * 3600),
    (CORREOS, APP): ("lag", 2600),
}
_LATE = {
    "customs_cleared",
    "handed_to_last_mile",
    "arrived_facility",
    "departed_facility",
    "out_for_delivery",
    "delivery_attempted",
}
SEVERITY = {"conflict": "warning", "lag": "notice", "zone_label": "notice", "timezone": "info"}


def at(hours: float) -> datetime:
    """So many hours after the story began."""
    return START + timedelta(hours=hours)


def row(portal: str, event_id: str, moment: datetime | None, words: str, **more: object) -> Row:
    """A row that stands, to the second where it has a moment."""
    made = Row(
        id=f"{event_id}-{portal}",
        portal=portal,
        number="LP00787700880088",
        time_text=None if moment is None else f"{moment:%d.%m.%Y %H:%M}",
        precision=None if moment is None else "second",
        offset_minutes=0,
        offset_source="stated",
        at=moment,
        earliest=moment,
        latest=moment,
        description=words,
        place=None,
        milestone=None,
        event_id=event_id,
        duplicate_of=None,
        gone=None,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def event(event_id: str, sequence: int, moment: datetime | None, **more: object) -> Event:
    """An event to the second."""
    made = Event(event_id, sequence, None, None, moment, moment, moment, None, f"event {event_id}", None)
    return replace(made, **more)  # type: ignore[arg-type]


def story(events: tuple[Event, ...] = (), rows: tuple[Row, ...] = (), **more: object) -> Story:
    """A story of these events and rows, of the portals that the rows are of."""
    used = {one.portal for one in rows}
    known = {portal.name: portal for portal in PORTALS}
    portals = [portal for portal in PORTALS if portal.name in used]
    portals += [Portal(name, name, "unknown") for name in sorted(used - set(known))]
    made = Story(
        parcel_id="LP00787700880088",
        title="Blue lamp",
        stage="last_mile",
        milestone="out_for_delivery",
        origin_country="CN",
        destination_country="ES",
        expected_from_on=None,
        expected_to_on=None,
        delivered_at=None,
        last_event_at=None,
        portals=tuple(portals),
        numbers=(),
        events=events,
        rows=rows,
        disagreements=(),
        findings=(),
        contradictions=(),
        standings=(),
        dues=(),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def crowded() -> Story:
    """Five portals, over sixty rows, eighty disagreements in six findings, twelve days of silence."""
    events = tuple(
        event(f"e{place}", place, at(hours), milestone=milestone, leg=leg, description=words)
        for place, (hours, milestone, leg, words, _) in enumerate(EVENTS)
    )
    rows = [
        _shown(_SIGNS[sign], f"e{place}", at(hours), milestone, words)
        for place, (hours, milestone, _, words, signs) in enumerate(EVENTS)
        for sign in signs
    ]
    rows.append(row(ALI, "e0", at(0), "Order received again", id="again", duplicate_of=f"e0-{ALI}"))
    disagreements = _disagreements(tuple(rows))
    return story(
        events,
        tuple(rows),
        stage="delivered",
        milestone="delivered",
        delivered_at=at(451),
        last_event_at=at(451),
        numbers=(
            Number("LP00787700880088", "Cainiao", "shipment", "2026-02-19T08:00:00Z", ALI),
            Number("RR123456785ES", "Correos", "last_mile", "2026-03-06T08:00:00Z", CAINIAO),
        ),
        disagreements=disagreements,
        findings=_findings(disagreements),
        contradictions=(
            Contradiction(
                "delivered, then moving",
                CORREOS,
                SPEEDY,
                f"e17-{CORREOS}",
                f"e16-{SPEEDY}",
                "Correos says delivered, Speedy shows it out for delivery later",
            ),
        ),
        standings=tuple(Standing(p.name, "delivered", "Delivered", at(451), 12, 0) for p in PORTALS),
        dues=(Due("8190000000000001", "protection_ends", "2026-05-01", True),),
    )


def _shown(portal: str, event_id: str, moment: datetime, milestone: str, words: str) -> Row:
    shown = moment
    if portal == SPEEDY:
        shown = moment + timedelta(hours=9)
    elif portal == APP and milestone in _LATE:
        shown = moment + timedelta(seconds=2600)
    number = "RR123456785ES" if portal in (CORREOS, SPEEDY) else "LP00787700880088"
    made = row(portal, event_id, shown, words, milestone=milestone, number=number)
    if portal == CORREOS and milestone == "arrived_destination_country":
        day = shown.replace(hour=0, minute=0)
        return replace(
            made, precision="day", at=None, earliest=day, latest=day + timedelta(hours=23, minutes=59)
        )
    return made


def _disagreements(rows: tuple[Row, ...]) -> tuple[Disagreement, ...]:
    found = []
    by_event: dict[str | None, list[Row]] = {}
    for one in rows:
        if one.duplicate_of is None:
            by_event.setdefault(one.event_id, []).append(one)
    for event_id, shown in by_event.items():
        for a, b in combinations(sorted(shown, key=lambda r: list(_SIGNS.values()).index(r.portal)), 2):
            kind, size_s = _KINDS.get((a.portal, b.portal), (None, 0))
            if kind == "lag" and a.at == b.at:
                continue
            if kind is not None:
                found.append(
                    Disagreement(
                        f"{a.id}/{b.id}",
                        event_id,
                        kind,
                        SEVERITY[kind],
                        a.portal,
                        b.portal,
                        a.id,
                        b.id,
                        size_s,
                        False,
                        f"{a.portal} and {b.portal} differ by {size_s} s",
                    )
                )
    return tuple(found)


def _findings(disagreements: tuple[Disagreement, ...]) -> tuple[Finding, ...]:
    groups = Counter((d.severity, d.kind, d.portal_a, d.portal_b) for d in disagreements)
    found = []
    for place, (group, count) in enumerate(
        sorted(groups.items(), key=lambda item: (severity_rank(item[0][0]), item[0]))
    ):
        severity, kind, a, b = group
        mine = [d for d in disagreements if (d.kind, d.portal_a, d.portal_b) == (kind, a, b)]
        sizes = [d.size_s for d in mine]
        found.append(
            Finding(
                letter(place),
                kind,
                severity,
                a,
                b,
                count,
                min(sizes),
                max(sizes),
                mine[0].id,
                f"{a} and {b}: {kind} on {count} rows.",
            )
        )
    return tuple(found)


def here(time_text, description="Arrived", code="LH_ARRIVE", **more):
    """A row of Cainiao's, on Chinese time."""
    return printed(time_text, description, code=code, utc_offset="+08:00", **more)


def fill(db: Database) -> None:
    """A parcel that two portals show, once in other zones and once really apart; one that stands still."""
    first = [
        here("2026-02-28 20:00:00", "Cleared customs", "CC_IM_SUCCESS"),
        here("2026-02-27 18:00:00", place="Madrid"),
        here("2026-02-20 18:00:00", "Departed", "LH_DEPART"),
    ]
    second = [
        printed("28/02/2026 18:30:00", "Despachado de aduana"),
        printed("27/02/2026 11:00:00", "Llegada a España"),
        printed(None, "Admitido"),
    ]
    take_in(db, [naming(NUMBER, SECOND, events=first, order_ids=[ORDER])])
    take_in(db, [record("correos", SECOND, events=second)])
    take_in(db, [record("usps", USPS, events=[printed("February 20, 2026, 7:44 am", "Accepted")])])


def clustered() -> Story:
    """Sixty days with bursts of scans minutes apart on eight portals, weeks of silence between them."""
    names = [f"portal{place}" for place in range(8)]
    bursts = (0, 30, 380, 1000, 1010, 1436)
    events, rows = [], []
    for burst in bursts:
        for step in range(4):
            moment = at(burst + step * 0.05)
            event_id = f"e{len(events)}"
            leg = LEGS[min(len(events) // 6, 3)]
            words = f"Scan {len(events)} at a sorting centre with quite a long name"
            events.append(event(event_id, len(events), moment, leg=leg, description=words))
            rows += [
                row(name, event_id, moment + timedelta(minutes=7 * (place % 3)), words)
                for place, name in enumerate(names)
                if (place + step) % 3
            ]
    return story(tuple(events), tuple(rows), title="A parcel that is long on its way")
