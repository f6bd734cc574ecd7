"""What is believed of portals' clocks, in words: as a whole, and on each leg. For people and for programs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlite_utils import Database

from collector.plain_text import plain
from collector.reconcile.clocks import ANY, CLAIM, COPY, DECLARED, PLACE, VIEWER, fixed_minutes
from collector.reconcile.context import Zones
from collector.report_tables import print_stacked
from collector.store.corrections import zones_said
from scrapers import vocabulary
from scrapers.vocabulary import Clock
from scrapers.words import Leg

Row = dict[str, Any]

_SOURCES = """
select portal, coalesce(leg, 'unknown') as leg, offset_source as source, count(*) as n from observations
group by 1, 2, 3 order by 1, 2, 3
"""
_FITTING = """
select portal, leg, sum(count) as n from clock_sums
where measure = :clock and value like 'agrees%' or measure = 'zone' and value = :clock
   or measure = 'utc' and (value = :at or value like :at || ' %')
group by portal, leg
"""
_CLOCKS = {
    DECLARED: "as declared",
    CLAIM: "the offset it states",
    PLACE: "local time of the place",
    VIEWER: "zone of the viewer",
    COPY: "repeats other portals",
}
_RELAYS = f"{_CLOCKS[COPY]}; else "
_LEGS = {ANY: "all legs", "unknown": "no known leg"} | {leg.value: leg.replace("_", " ") for leg in Leg}
_ORDER = {leg: place for place, leg in enumerate((ANY, *Leg, "unknown"))}
#: From how many rows that fit a learned clock is how sure.
_SURE = ((30, "sure"), (10, "fairly sure"), (3, "first signs"))
#: Wider than this a table needs no filling.
_WIDEST, _SHOWS_WIDTH = 120, 15
#: Narrower than this the words would be broken into columns of a few letters.
_NARROWEST = 96
_HEADINGS = ("portal, leg", "its times are", "it shows", "complete", "labels", "rows", "fit", "how sure")


def clock_rows(db: Database, portal: str | None = None) -> list[Row]:
    """What is believed of each portal with rows (or of one), as a whole (leg "any") and by leg."""
    sources: dict[tuple[str, str], dict[str, int]] = {}
    for row in db.query(_SOURCES):
        for leg in (ANY, row["leg"]):
            held = sources.setdefault((row["portal"], leg), {})
            held[row["source"]] = held.get(row["source"], 0) + row["n"]
    learned = {(r["portal"], r["leg"]): r for r in db.query("select * from clock_estimates")}
    said = zones_said(db)
    units = sorted(sources.keys() | learned.keys(), key=lambda u: (u[0], _ORDER.get(u[1], len(_ORDER)), u[1]))
    fitting = _fitting(db, {str(r["clock"]) for r in learned.values() if r["clock"]})
    return [
        _row(unit, sources.get(unit, {}), learned, said, fitting)
        for unit in units
        if portal is None or unit[0] == portal
    ]


def _row(
    unit: tuple[str, str],
    sources: Mapping[str, int],
    learned: Mapping[tuple[str, str], Row],
    said: Zones,
    fitting: Mapping[tuple[str, str, str], int],
) -> Row:
    portal, leg = unit
    own, usual = learned.get(unit, {}), learned.get((portal, ANY), {})
    clock = own.get("clock") or usual.get("clock")
    of_leg = Leg(leg) if leg in set(Leg) else None
    zone = said.get((portal, of_leg)) or said.get((portal, None))
    facts = vocabulary.facts(portal)
    declared = Clock("zone", zone, "you say so") if zone else facts.clock
    # A leg with the portal's usual clock has it from all legs.
    proof = _fits(fitting, portal, ANY if clock == usual.get("clock") else leg, clock)
    return {
        "portal": portal,
        "leg": leg,
        "declared": f"zone {zone}, you say"
        if zone
        else " ".join(filter(None, (declared.kind, declared.zone))),
        "declared_words": _declared(declared),
        "because": declared.because,
        "believed": _believed(
            clock, declared, is_relay=facts.kind == "universal" and leg == ANY and not zone
        ),
        "shows": _shows(own),
        "rows": sum(sources.values()),
        "by_source": ", ".join(f"{n} {source}" for source, n in sorted(sources.items())),
        "fits": _fits(fitting, portal, leg, clock),
        "how_sure": "your word" if zone else _how_sure(clock, proof, declared),
        **{name: own.get(name) for name in ("clock", "offset_minutes", "lag_class", "lag_minutes")},
        **{name: own.get(name) for name in ("completeness", "reliability", "support", "basis")},
    }


def _fitting(db: Database, clocks: Iterable[str]) -> dict[tuple[str, str, str], int]:
    """How many compared rows fit a clock, by portal, leg and clock."""
    found: dict[tuple[str, str, str], int] = {}
    for clock in sorted(clocks):
        minutes = fixed_minutes(clock)
        for row in db.query(_FITTING, {"clock": clock, "at": None if minutes is None else f"={minutes}"}):
            found[row["portal"], row["leg"], clock] = row["n"]
    return found


def _fits(
    fitting: Mapping[tuple[str, str, str], int], portal: str, leg: str, clock: str | None
) -> int | None:
    if clock is None or clock == COPY:
        return None
    return sum(n for (p, of, c), n in fitting.items() if (p, c) == (portal, clock) and leg in (of, ANY))


def _declared(clock: Clock) -> str:
    """A declared clock in words."""
    match clock.kind:
        case "place":
            return _CLOCKS[PLACE] + (f", else {clock.zone}" if clock.zone else "")
        case "zone":
            return f"always {clock.zone}"
        case "viewer":
            return _CLOCKS[VIEWER]
        case "stated":
            return _CLOCKS[CLAIM]
        case _:
            return "nothing"


def _is_certain(clock: Clock) -> bool:
    """Whether what is declared holds against what is learned."""
    return clock.sure and clock.kind not in ("stated", "unknown")


def _believed(clock: str | None, declared: Clock, *, is_relay: bool) -> str:
    """What a portal's printed times are taken for."""
    if clock is None or clock == DECLARED or _is_certain(declared):
        believed = _declared(declared) if declared.kind != "unknown" else "not known"
    else:
        believed = _CLOCKS.get(clock) or f"always {clock}"
    return believed if not is_relay or clock == COPY else _RELAYS + believed


def _shows(estimate: Mapping[str, Any]) -> str:
    match estimate.get("lag_class"):
        case "scan":
            return "when scanned"
        case "receipt":
            return f"when received, up to {_length(estimate['lag_minutes'] or 0)} late"
        case _:
            return ""


def _length(minutes: int) -> str:
    return f"{minutes} min" if minutes < 60 or minutes % 60 else f"{minutes // 60} h"


def _how_sure(clock: str | None, fits: int | None, declared: Clock) -> str:
    if _is_certain(declared):
        return "declared"
    if clock == COPY:
        return "copies seen"
    if clock is None:
        return "open" if declared.kind == "unknown" else "unproven"
    return next((word for least, word in _SURE if (fits or 0) >= least), "open")


def print_clocks(out: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """A portal's line in bold, then its legs; `rows` as `clock_rows` gives them."""
    usual = {row["portal"]: row["believed"] for row in rows if row["leg"] == ANY}
    told = [
        ([plain(cell) for cell in _cells(row, usual)], row["leg"] == ANY)
        for row in rows
        if row["rows"] or row["leg"] == ANY
    ]
    if out.width < _NARROWEST:
        for cells, is_whole in told:
            print_stacked(out, _HEADINGS, cells, "" if is_whole else "not bold", 2 if is_whole else 4)
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), expand=out.width < _WIDEST)
    table.add_column(_HEADINGS[0], no_wrap=True)
    table.add_column(_HEADINGS[1], ratio=1)
    table.add_column(_HEADINGS[2], max_width=_SHOWS_WIDTH)
    for heading in _HEADINGS[3:-1]:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(_HEADINGS[-1], no_wrap=True)
    for cells, is_whole in told:
        table.add_row(*map(Text, cells), style="bold" if is_whole else "")
    out.print(table)


def _cells(row: Mapping[str, Any], usual: Mapping[str, str]) -> list[str]:
    """The cells of a portal's or a leg's row; a leg with the portal's usual clock has it "same"."""
    is_whole = row["leg"] == ANY
    is_same = usual.get(row["portal"], "").removeprefix(_RELAYS) == row["believed"]
    return [
        row["portal"] if is_whole else f"  {_LEGS.get(row['leg'], row['leg'])}",
        _whole(row) if is_whole else "same" if is_same else row["believed"],
        row["shows"],
        _share(row["completeness"]),
        _share(row["reliability"]),
        str(row["rows"]),
        "" if row["fits"] is None else str(row["fits"]),
        row["how_sure"],
    ]


def _whole(row: Mapping[str, Any]) -> str:
    """What is believed of a portal, and what it declares where that is something else."""
    believed, declared = str(row["believed"]), str(row["declared_words"])
    return believed if declared in ("nothing", believed) else f"{believed} (declared: {declared})"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"
