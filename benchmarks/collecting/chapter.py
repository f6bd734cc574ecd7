"""The chapter on collecting: every case in a table, and what was set out to be reached beside what is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.bench import Options
from benchmarks.collecting.comparing import WAYS, Case, Figures, Way, browser_used, interleaved
from benchmarks.collecting.portals import PAUSE_S

_MAIN = ("crosstrack", "lean", "fetch", "scrapy-playwright", "crawlee", "crawlee, tuned")
_FEW = ("crosstrack", "lean", "fetch", "crawlee")
_OTHERS: Mapping[Case, Sequence[str]] = {
    Case("printed", 100, failing=5): (*_FEW, "scrapy-playwright"),
    Case("drawn", 100, failing=5): (*_FEW, "scrapy-playwright"),
    Case("printed", 400): ("crosstrack", "fetch", "crawlee"),
    Case("drawn", 400): ("crosstrack", "lean", "crawlee"),
}
Measured = Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class Bar:
    """What `figure` of Crosstrack may be at most, as a share of another way's."""

    text: str
    portal: str
    figure: str
    other: str
    most: float


BARS = (
    Bar("wall time, drawn pages, against Crawlee", "drawn", "wall_s", "crawlee", 1 / 3.5),
    Bar("CPU, drawn pages, against Crawlee", "drawn", "cpu_s", "crawlee", 1 / 3),
    Bar("wall time, drawn pages, against scrapy-playwright", "drawn", "wall_s", "scrapy-playwright", 1 / 2),
    Bar("CPU, drawn pages, against scrapy-playwright", "drawn", "cpu_s", "scrapy-playwright", 1 / 2),
    Bar("wall time, drawn pages, against the leanest script", "drawn", "wall_s", "lean", 1.25),
    Bar("wall time, printed pages, fetched, against Crawlee", "printed", "wall_s", "crawlee", 1 / 8),
    Bar("peak memory, drawn pages, against Crawlee", "drawn", "memory_mb", "crawlee", 0.75),
    Bar("peak memory, printed pages, against Crawlee", "printed", "memory_mb", "crawlee", 0.75),
)


def measured(options: Options) -> str:
    """The chapter on collecting."""
    count, rounds = (20, 1) if options.quick else (100, options.rounds)
    main = {
        portal: interleaved(Case(portal, count), _named(_MAIN), rounds) for portal in ("printed", "drawn")
    }
    lines = [
        "## Collecting",
        "",
        f"{count} numbers of each portal, nothing fails; medians of {rounds} interleaved rounds. Browser: "
        f"{browser_used().description}. Every way brought every row; Crosstrack also archived every page.",
        "",
        *(line for portal, found in main.items() for line in _table(portal, found)),
        *_held_against(main),
    ]
    if not options.quick:
        lines += [*_others(), *_paced()]
    return "\n".join(lines)


def _table(title: str, found: Measured) -> Iterator[str]:
    yield f"| {title} | wall s | CPU s | peak MB | requests | MB sent | wall, Crosstrack = 1 | CPU |"
    yield "| --- " + "| ---: " * 7 + "|"
    ours = found["crosstrack"]
    for name, f in found.items():
        wall, cpu = f.wall_s / ours.wall_s, f.cpu_s / ours.cpu_s
        figures = f"{f.wall_s:.1f} | {f.cpu_s:.1f} | {f.memory_mb:.0f} | {f.requests:.0f} | {f.sent_mb:.1f}"
        yield f"| {name} | {figures} | {wall:.2f} | {cpu:.2f} |"
    yield ""


def _held_against(main: Mapping[str, Measured]) -> Iterator[str]:
    yield "| Crosstrack's share | at most | is | |"
    yield "| --- | ---: | ---: | --- |"
    for bar in BARS:
        found = main[bar.portal]
        share = getattr(found["crosstrack"], bar.figure) / getattr(found[bar.other], bar.figure)
        yield f"| {bar.text} | {bar.most:.2f} | {share:.2f} | {'met' if share <= bar.most else 'not met'} |"
    yield ""


def _others() -> Iterator[str]:
    """One round each with failures, and with more numbers."""
    for case, names in _OTHERS.items():
        failing = f", {case.failing} % fail first" if case.failing else ""
        title = f"{case.portal}, {case.count} numbers{failing}, one round"
        yield from _table(title, interleaved(case, _named(names), 1))


def _named(names: Sequence[str]) -> list[Way]:
    return [way for way in WAYS if way.name in names]


def _paced() -> Iterator[str]:
    """With a pause between visits the pauses are the bound."""
    case = Case("drawn", 60, paced=True)
    wall, bound = (
        interleaved(case, _named(["crosstrack"]), 1)["crosstrack"].wall_s,
        (case.count - 1) * PAUSE_S,
    )
    yield (
        f"{case.count} numbers of a portal that wants {PAUSE_S} s between visits: {wall:.1f} s, "
        f"{wall / bound:.3f} of the {bound} s that its pauses take (at most 1.05)."
    )
