"""What Crosstrack makes of a world: its records imported into a fresh database, and the tables read.

Only public doors are used: the record format, `crosstrack import` in a process of its own, and the columns
of the tables that other programs rely on.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.answers import Answer, Disagreement, Revision, Said
from benchmarks.worlds import Row, World

_KILOBYTES_PER_MB = 1024


class ImportFailed(Exception):
    """The import did not end well; the message is what it said."""


@dataclass(frozen=True, slots=True)
class _Matched:
    """Observations by the rows they are: the one that stands now, and every version by what it printed."""

    row_of: Mapping[str, str]
    now: Mapping[str, Mapping[str, Any]]
    gone: frozenset[str]


def crosstrack(world: World) -> Answer:
    """What Crosstrack says of the world. Raises ImportFailed."""
    with tempfile.TemporaryDirectory(prefix="crosstrack-evaluate-") as folder:
        records, database = Path(folder) / "records.jsonl", Path(folder) / "evaluate.db"
        lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in world.records)
        records.write_text("".join(lines), encoding="utf-8")
        seconds, memory_mb = _import(records, database)
        db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            db.row_factory = sqlite3.Row
            return _answer(world, db, seconds, memory_mb)
        finally:
            db.close()


def _import(records: Path, database: Path) -> tuple[float, float]:
    """Seconds and peak memory of the import, with the start of the program."""
    command = [sys.executable, "-m", "collector", "--db", str(database), "import", str(records)]
    began = time.perf_counter()
    with (records.parent / "said").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise ImportFailed(said.read()[-2000:])
    peak = usage.ru_maxrss / (_KILOBYTES_PER_MB if sys.platform != "darwin" else _KILOBYTES_PER_MB**2)
    return time.perf_counter() - began, peak


def _answer(world: World, db: sqlite3.Connection, seconds: float, memory_mb: float) -> Answer:
    observations = {o["id"]: dict(o) for o in db.execute("select * from observations")}
    matched = _matched(world, observations.values())
    events = {e["id"]: dict(e) for e in db.execute("select * from events")}
    parcels: dict[str, set[str]] = defaultdict(set)
    for number, parcel in db.execute("select number, parcel_id from tracking_numbers"):
        parcels[number].add(parcel)
    said = {
        row: Said(o["parcel_id"], o["event_id"], _moment(o["occurred_at"]), o["milestone"])
        for row, o in matched.now.items()
    }
    written = [dict(d) for d in db.execute("select * from disagreements")]
    return Answer(
        rows=said,
        sequence={key: event["sequence"] for key, event in events.items()},
        parcels={number: frozenset(found) for number, found in parcels.items()},
        disagreements=[_disagreement(d, matched) for d in written if d["kind"] != "revision"],
        times={key: at for key, e in events.items() if (at := _moment(e["occurred_at"]))},
        revisions=[_revision(d, matched, observations) for d in written if d["kind"] == "revision"],
        withdrawn=matched.gone,
        seconds=seconds,
        memory_mb=memory_mb,
    )


def _matched(world: World, observations: Iterable[Mapping[str, Any]]) -> _Matched:
    """Which observation is which row: by what is printed, equal ones in page order.

    An observation carries its latest wording, so it is looked for among all versions of the track's rows;
    the one that stands now among those of the last visit first.
    """
    last, ever = _printed(world.current, only_last=True), _printed(world.rows, only_last=False)
    row_of: dict[str, str] = {}
    now: dict[str, Mapping[str, Any]] = {}
    gone: set[str] = set()
    for one in sorted(observations, key=lambda o: (o["replaced_by"] is not None, o["position"], o["id"])):
        key = (one["portal"], one["tracking_number"], one["time_text"], one["description"])
        is_standing = one["withdrawn_at"] is None and one["replaced_by"] is None
        waiting = [row for row in last.get(key, ()) if row not in now] if is_standing else []
        if waiting:
            row_of[one["id"]] = waiting[0]
            now[waiting[0]] = one
        elif found := ever.get(key):
            row_of[one["id"]] = found[0]
            if one["withdrawn_at"] is not None and one["replaced_by"] is None:
                gone.add(found[0])
    return _Matched(row_of, now, frozenset(gone))


def _printed(rows: Iterable[Row], *, only_last: bool) -> dict[tuple[str, str, str | None, str], list[str]]:
    """Row ids by what they print, in page order."""
    found: dict[tuple[str, str, str | None, str], list[str]] = {}
    for row in rows:
        versions = (row.last,) if only_last else row.shown
        for key in dict.fromkeys((s.time_text, s.description) for s in versions if s is not None):
            found.setdefault((row.portal, row.number, *key), []).append(row.id)
    return found


def _disagreement(written: Mapping[str, Any], matched: _Matched) -> Disagreement:
    suspect = written["suspect_observation"]
    return Disagreement(
        row_a=matched.row_of.get(written["observation_a"], written["observation_a"]),
        row_b=matched.row_of.get(written["observation_b"], written["observation_b"]),
        kind=written["kind"],
        confidence=written["confidence"],
        suspect=suspect and matched.row_of.get(suspect, suspect),
        explanation=written["explanation"],
    )


def _revision(
    written: Mapping[str, Any], matched: _Matched, observations: Mapping[str, Mapping[str, Any]]
) -> Revision:
    before, after = written["observation_a"], written["observation_b"]
    return Revision(
        row=matched.row_of.get(after, after),
        before=observations[before]["time_text"],
        after=observations[after]["time_text"],
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
