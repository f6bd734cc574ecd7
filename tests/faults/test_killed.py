"""Killed at any moment, or without power: what was stored stays, and the next run makes up for the rest."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collector.errors import ExitStatus
from collector.store.opening import open_store
from tests.faults.dying import KILLED, run_apart, steps_of
from tests.faults.runs import SECOND_DAY, World, everything, files_of, installed, put_back, visits_in

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are forked")

#: `make faults` asks for 200.
MOMENTS = int(os.environ.get("CROSSTRACK_MOMENTS", "20"))
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def length(tmp_path_factory):
    """How long an undisturbed first run takes: in SQLite's steps, in seconds."""
    with pytest.MonkeyPatch.context() as patched:
        calm, folder = installed(patched, World()), tmp_path_factory.mktemp("length")
        steps = steps_of(lambda: calm.collect(folder / "steps.db"))
        started = time.monotonic()
        calm.collect(folder / "seconds.db")
        return steps, time.monotonic() - started


def half_done(world, database):
    """A run that is killed when three visits are stored."""

    def run(told):
        def tell(done):
            if done == 3:
                os.kill(os.getpid(), 9)

        world.told = tell
        world.collect(database)

    assert run_apart(run)[0] == KILLED
    assert len(visits_in(database)) == 3


@pytest.mark.fault(
    "A run is killed (SIGKILL) at 200 random moments: within a statement, or after a random time",
    "What was told as stored is stored; the next run goes on and leaves the same rows as an undisturbed one",
    layer="killed",
    exit_status="0 in the next run",
)
def test_killed_at_many_random_moments_nothing_is_lost_or_double(world, undisturbed, length, tmp_path):
    steps, seconds = length
    killed = 0
    for attempt in range(MOMENTS):
        dice = random.Random(attempt)  # noqa: S311 - moments, not secrets
        database = tmp_path / str(attempt) / "crosstrack.db"
        moment = {"after_steps": dice.randrange(1, steps)}
        if attempt % 2:
            moment = {"after_s": dice.uniform(0, seconds)}

        def run(told, database=database):
            world.told = told
            world.collect(database)

        ended, told = run_apart(run, **moment)
        killed += ended == KILLED
        if told:
            assert len(visits_in(database)) >= told, attempt
        assert world.collect(database).exit_status is ExitStatus.DONE
        assert everything(database) == undisturbed[0], attempt
        shutil.rmtree(database.parent)
    assert killed >= MOMENTS // 2


@pytest.mark.fault(
    "A run dies while it holds the lock",
    "The system drops the lock with its holder: the next run is not kept out",
    layer="killed",
    exit_status="0 in the next run",
)
def test_a_killed_run_leaves_no_lock(world, tmp_path, database):
    half_done(world, database)
    assert database.with_name(f"{database.name}.owner").exists()
    assert world.collect(database).exit_status is ExitStatus.DONE
    assert not database.with_name(f"{database.name}.owner").exists()


@pytest.mark.fault(
    "Power fails right after a visit was told as stored",
    "The files as they are at that moment hold that visit and all before it",
    layer="power",
    exit_status="0 in the next run",
)
def test_at_every_moment_the_files_hold_what_was_told(world, undisturbed, tmp_path, database):
    copies = []
    world.told = lambda done: copies.append((done, files_of(database)))
    world.collect(database)
    world.told = lambda done: None
    for done, files in copies:
        copy = put_back(files, tmp_path / str(done))
        assert len(visits_in(copy)) == done
        assert world.collect(copy).exit_status is ExitStatus.DONE
        assert everything(copy) == undisturbed[0]


@pytest.fixture
def cut_off(world, database):
    """The files of a run that died half done: most of it is in the log still."""
    half_done(world, database)
    files = files_of(database)
    assert len(files[f"{database.name}-wal"]) > 4096
    return files


@pytest.mark.fault(
    "Power fails while SQLite writes its log: the end of the log is missing",
    "Transactions are there whole or not at all; the next run visits what is missing",
    layer="power",
    exit_status="0 in the next run",
)
def test_a_torn_log_costs_its_last_transactions_and_no_more(world, undisturbed, cut_off, database, tmp_path):
    log = f"{database.name}-wal"
    dice = random.Random(7)  # noqa: S311
    for attempt in range(5):
        torn = cut_off[log][: dice.randrange(len(cut_off[log]))]
        copy = put_back(cut_off | {log: torn}, tmp_path / f"torn{attempt}")
        assert world.collect(copy).exit_status is ExitStatus.DONE
        assert everything(copy) == undisturbed[0]


@pytest.mark.fault(
    "The log is garbled from some place on",
    "SQLite's checksums end the log there: as if it were torn",
    layer="power",
    exit_status="0 in the next run",
)
def test_a_garbled_log_is_believed_up_to_the_damage(world, undisturbed, cut_off, database, tmp_path):
    log = f"{database.name}-wal"
    dice = random.Random(8)  # noqa: S311
    for attempt in range(3):
        at = dice.randrange(32, len(cut_off[log]) - 64)
        garbled = cut_off[log][:at] + dice.randbytes(64) + cut_off[log][at + 64 :]
        copy = put_back(cut_off | {log: garbled}, tmp_path / f"garbled{attempt}")
        assert world.collect(copy).exit_status is ExitStatus.DONE
        assert everything(copy) == undisturbed[0]


@pytest.mark.fault(
    "The log is lost altogether after a power cut",
    "What had reached the main file is sound; the next run visits the rest",
    layer="power",
    exit_status="0 in the next run",
)
def test_without_its_log_the_file_is_as_it_was_before(world, undisturbed, database, tmp_path):
    world.collect(database)  # closed in order: all is in the main file
    world.now = SECOND_DAY
    half_day = tmp_path / "half"
    half_day.mkdir()
    shutil.copy(database, half_day / database.name)

    def run(told):
        world.told = lambda done: done == 2 and os.kill(os.getpid(), 9)
        world.collect(half_day / database.name)

    assert run_apart(run)[0] == KILLED
    files = files_of(half_day / database.name)
    del files[f"{database.name}-wal"]
    copy = put_back(files, tmp_path / "lost")
    assert len(visits_in(copy)) == 6
    assert world.collect(copy).exit_status is ExitStatus.DONE
    assert everything(copy) == undisturbed[1]


@pytest.mark.fault(
    "A run died while it stored and had not yet derived everything",
    "The next run derives what is missing before it visits anything; visits are not made again",
    layer="killed",
    exit_status="0 in the next run",
)
def test_what_was_stored_is_not_asked_for_again(world, database):
    half_done(world, database)
    world.asked.clear()
    assert world.collect(database).exit_status is ExitStatus.DONE
    assert len(world.asked) == 3
    assert len(set(world.asked)) == 3


COMMITS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from collector.store.facts import follow
from collector.store.opening import open_store, writing
with open_store(Path(sys.argv[1])) as db:
    print("open", file=sys.stderr, flush=True)
    for number in ("AA1", "BB2", "CC3"):
        with writing(db):
            follow(db, number, datetime(2026, 3, 10, tzinfo=UTC), {})
        print("told", number, file=sys.stderr, flush=True)
"""


@pytest.mark.fault(
    "Power fails at any moment after a commit: is what was told really on the disk?",
    "Every commit is followed by a flush of the log (`synchronous = FULL`) before anything is told",
    layer="power",
)
def test_every_commit_is_flushed_before_it_is_told(database):
    with open_store(database) as db:
        assert next(iter(db.query("pragma synchronous"))) == {"synchronous": 2}
        assert next(iter(db.query("pragma fullfsync"))) == {"fullfsync": 1}
    if shutil.which("strace") is None:
        return  # nobody here can watch the system calls; SQLite's word has to do
    traced = ["strace", "-f", "-e", "trace=fsync,fdatasync,write", "-s", "12", sys.executable, "-c", COMMITS]
    done = subprocess.run(
        [*traced, str(database)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    _, _, after = done.stderr.partition('write(2, "open')
    stretches = after.split('write(2, "told')
    assert len(stretches) == 4
    assert all("sync(" in before for before in stretches[:3])


@pytest.mark.fault(
    "A killed run left a lock file, its owner's note and SQLite's index of the log behind",
    "Nothing of it has to be cleared away by hand",
    layer="killed",
    exit_status="0 in the next run",
)
def test_what_a_killed_run_leaves_lying_about_is_in_nobodys_way(
    world, undisturbed, cut_off, database, tmp_path
):
    copy = put_back(cut_off, tmp_path / "left")
    copy.with_name(f"{copy.name}-shm").write_bytes(os.urandom(32768))
    copy.with_name(f"{copy.name}.lock").touch()
    copy.with_name(f"{copy.name}.owner").write_text("999999\n")
    assert world.collect(copy).exit_status is ExitStatus.DONE
    assert everything(copy) == undisturbed[0]
