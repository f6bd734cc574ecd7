"""Many visits in one run, without a browser: this program holds no more after the last than after the first.

`CROSSTRACK_ENDURANCE` says how many (300 unless set). The browser's memory: tests/browser/test_endurance.py.
"""

import gc
import os

from collector.collect import collect
from collector.errors import ExitStatus
from collector.store.facts import follow
from collector.store.opening import open_store, writing
from scrapers.contract import Politeness
from tests.faults.runs import NOW, Here, There, World, installed
from tests.year.diary import held_bytes

VISITS = int(os.environ.get("CROSSTRACK_ENDURANCE", "300"))
#: Tables, words and places are loaded by then.
WARM = 100
#: What a visit may leave in memory: its line in the plan and the counts, no page and no row.
BYTES_PER_VISIT, SLACK_BYTES = 3_000, 16_000_000


class ManyHere(Here):
    """It may be asked as often as one likes."""

    politeness = Politeness(0, 10 * VISITS, "synthetic")


class ManyThere(There):
    """So may this one."""

    politeness = Politeness(0, 10 * VISITS, "synthetic")


def test_a_run_of_many_visits_holds_no_more_at_its_end(monkeypatch, tmp_path):
    world, seen = installed(monkeypatch, World()), []

    def told(done):
        if done % 50 == 0:
            gc.collect()
            seen.append((done, held_bytes()))

    world.told = told
    with open_store(tmp_path / "crosstrack.db") as db:
        with writing(db):
            for n in range(VISITS // 2):
                follow(db, f"LP007{n:011d}", NOW, {})
        summary = collect(db, {"cainiao": ManyHere(), "correos": ManyThere()}, world.given())
    assert summary.exit_status is ExitStatus.DONE
    assert summary.outcomes.total() == VISITS // 2 * 2
    warm = [(done, held) for done, held in seen if done >= WARM]
    told_mb = [round(held / 1e6) for _, held in warm[:: max(1, len(warm) // 12)]]
    print(f"MB over {seen[-1][0]} visits: {told_mb}")
    (first, before), (last, after) = warm[0], warm[-1]
    assert after - before < SLACK_BYTES + BYTES_PER_VISIT * (last - first)
    assert len(seen) == VISITS // 50
