"""The worst mistakes of an answer, with the rows they are about, for whoever works on the reconciler."""

from collections import Counter
from collections.abc import Iterable, Iterator

from benchmarks.judging import Judged, Pair, pair
from benchmarks.oracle import revisions_in
from benchmarks.row_scores import neighbours, wrong_parcels
from benchmarks.worlds import Row, World
from benchmarks.worlds.zones import offset_text


def worst(judged: Judged, count: int) -> str:
    """The worst mistakes of each sort, at most `count` of each, as text."""
    parts = [
        ("Pairs joined that are two events", _joined(judged)),
        ("Pairs of one event that were missed", _missed(judged)),
        ("Disagreements of the wrong kind or on no event, surest first", _kinds(judged)),
        ("Wrong instants", _instants(judged)),
        ("Neighbouring events that stand the wrong way round, or as one", _order(judged)),
        ("Milestones: none, wrong, or guessed", _milestones(judged)),
        ("Parcels split or merged", _parcels(judged)),
        ("Revisions missed or invented", _revisions(judged)),
    ]
    lines = [f"# seed {judged.world.seed}"]
    for title, found in parts:
        mistakes = list(found)
        lines.append(f"\n## {title}: {len(mistakes)}")
        reasons = Counter(reason for reason, _ in mistakes)
        lines.extend(f"   {number:5}  {reason}" for reason, number in reasons.most_common(12))
        lines.extend(text for _, text in _varied(mistakes, count))
    return "\n".join(lines)


def _varied(mistakes: list[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """The first of every reason, then the second of every reason, ...: no reason hides the others."""
    turns: Counter[str] = Counter()
    ranked = []
    for place, (reason, text) in enumerate(mistakes):
        turns[reason] += 1
        ranked.append((turns[reason], place, (reason, text)))
    return [mistake for *_, mistake in sorted(ranked)[:count]]


def _joined(judged: Judged) -> Iterator[tuple[str, str]]:
    for one in sorted(judged.said - judged.true):
        yield _traits(judged.world, one), _lines(judged, one)


def _missed(judged: Judged) -> Iterator[tuple[str, str]]:
    for one in sorted(judged.true - judged.said):
        yield _traits(judged.world, one), _lines(judged, one)


def _kinds(judged: Judged) -> Iterator[tuple[str, str]]:
    for one, truth in sorted(judged.written, key=lambda w: (-w[0].confidence, w[0].row_a, w[0].row_b)):
        if truth is not None and one.kind in truth.accepted:
            continue
        true = "no event" if truth is None else "/".join(sorted(truth.accepted))
        head = f"   said {one.kind} ({one.confidence:.2f}), true {true}: {one.explanation}"
        yield f"{one.kind} for {true}", f"{head}\n{_lines(judged, (one.row_a, one.row_b))}"
    written = {pair(one.row_a, one.row_b) for one, _ in judged.written}
    for (a, b), truth in sorted(judged.wanted.items()):
        if (a, b) in judged.said - written and "none" not in truth.accepted:
            yield f"nothing for {truth.kind}", _lines(judged, (a, b))


def _instants(judged: Judged) -> Iterator[tuple[str, str]]:
    wrong = []
    for row in judged.world.current:
        said = judged.answer.rows.get(row.id)
        if row.time is None or not row.time.is_fine or row.false:
            continue
        apart = abs((said.instant - row.time.instant).total_seconds()) if said and said.instant else None
        if apart is None or apart > 90:
            wrong.append((-(apart or 0), row, "unknown" if apart is None else f"{apart / 60:.0f} min off"))
    for _, row, how in sorted(wrong, key=lambda w: (w[0], w[1].id)):
        reason = f"{row.portal} {row.leg}, {'no instant' if how == 'unknown' else 'wrong instant'}"
        yield reason, f"   {how}\n{_line(judged, row.id)}"


def _milestones(judged: Judged) -> Iterator[tuple[str, str]]:
    for row in judged.world.current:
        said = judged.answer.rows.get(row.id)
        milestone = said.milestone if said else None
        if (milestone is None) == (not row.meanings) and (milestone is None or milestone in row.meanings):
            continue
        shown = row.last.description if row.last else ""
        sort = "guessed" if not row.meanings else "none" if milestone is None else "wrong"
        yield (
            f"{sort}: {shown[:60]}",
            f"   said {milestone}, right {sorted(row.meanings)}: {row.portal}: {shown}",
        )


def _parcels(judged: Judged) -> Iterator[tuple[str, str]]:
    for index in wrong_parcels(judged.world, judged.answer):
        numbers = judged.world.parcels[index].numbers
        held = {number: sorted(judged.answer.parcels.get(number, ())) for number in numbers}
        yield "split or merged", f"   parcel {index}: {held}"


def _order(judged: Judged) -> Iterator[tuple[str, str]]:
    rows: dict[str, list[Row]] = {}
    for row in judged.world.current:
        rows.setdefault(row.event or "", []).append(row)
    for first, second, is_right in neighbours(judged):
        if not is_right:
            lines = [_line(judged, row.id) for event in (first, second) for row in rows[event]]
            milestones = (judged.world.events[event].milestone for event in (first, second))
            yield " before ".join(milestones), "\n".join([*lines, ""])


def _revisions(judged: Judged) -> Iterator[tuple[str, str]]:
    if judged.answer.revisions is None:
        return
    said, true = set(judged.answer.revisions), set(revisions_in(judged.world))
    for one in sorted(said ^ true, key=lambda r: (r.row, r.before or "", r.after or "")):
        row = judged.world.row.get(one.row)
        shown = [s.time_text if s else "-" for s in row.shown] if row else []
        sort = "missed" if one in true else "invented"
        yield sort, f"   {sort}: {one.row}: {one.before!r} to {one.after!r}; visits show {shown}"


def _traits(world: World, one: Pair) -> str:
    """What makes the pair hard."""
    rows = [world.row[row] for row in one]
    tests: Iterable[tuple[str, bool]] = (
        ("no event", any(row.event is None for row in rows)),
        ("undated", any(row.time is None for row in rows)),
        ("false time", any(bool(row.false) for row in rows)),
        ("late", any(bool(row.late) for row in rows)),
        ("day or hour only", any(row.time is not None and not row.time.is_fine for row in rows)),
        ("unknown words", any(not row.meanings for row in rows)),
        ("relay", any(row.source is not None for row in rows)),
        ("portal not known", any(row.portal not in world.known for row in rows)),
    )
    return ", ".join(name for name, holds in tests if holds) or "nothing special"


def _lines(judged: Judged, one: Pair) -> str:
    return "\n".join([*(_line(judged, row) for row in one), ""])


def _line(judged: Judged, row_id: str) -> str:
    row = judged.world.row.get(row_id)
    if row is None:
        return f"      ? {row_id}"
    shown, said = row.last, judged.answer.rows.get(row_id)
    printed = (
        f"{shown.time_text!r} {shown.utc_offset or ''} {shown.description!r} {shown.place or ''}"
        if shown
        else "gone"
    )
    belief = (
        f"said {said.instant} {said.milestone} event {said.event and said.event[:8]}" if said else "not read"
    )
    return f"      {row.portal} {row.number}: {printed}\n         true {_true(row)}\n         {belief}"


def _true(row: Row) -> str:
    what = row.event or row.notice or "nothing"
    if row.time is None:
        return f"{what} {row.milestone}, undated"
    offset = offset_text(row.time.offset_minutes)
    extra = f", false {row.false}" if row.false else f", {row.late} late" if row.late else ""
    return f"{what} {row.milestone} {row.time.instant} (clock at {offset}){extra}"
