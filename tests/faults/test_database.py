"""A database that is held, damaged or used by others: status 5 or no trouble at all, and nothing lost."""

import random
import sqlite3
import threading
from contextlib import closing, suppress

import pytest

from collector.errors import DatabaseError, ExitStatus, Locked
from collector.store import opening
from collector.store.opening import open_store
from tests.faults.runs import everything, visits_in


@pytest.mark.fault(
    "Another program takes the database for itself in the middle of a run",
    "The run waits ten seconds, ends, and keeps what it had stored; the next one goes on",
    layer="database",
    exit_status="5",
)
def test_a_database_that_is_taken_away_in_the_middle(world, undisturbed, database, monkeypatch):
    monkeypatch.setattr(opening, "BUSY_TIMEOUT_S", 0.05)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:

        def take(done):
            if done == 3:
                other.execute("begin immediate")

        world.told = take
        with pytest.raises(DatabaseError, match="another program holds") as refused:
            world.collect(database)
        assert refused.value.exit_status is ExitStatus.DATABASE
        other.execute("rollback")
    assert len(visits_in(database)) == 3
    world.told = lambda done: None
    assert world.collect(database).exit_status is ExitStatus.DONE
    assert everything(database) == undisturbed[0]


@pytest.mark.fault(
    "Another program writes to the database for a moment, again and again, while a run is at work",
    "The run waits for its turn and notices nothing",
    layer="database",
    exit_status="0",
)
def test_a_database_that_others_write_to(world, undisturbed, database):
    with open_store(database):
        pass
    over = threading.Event()

    def write():
        with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as other:
            while not over.wait(0.002):
                other.execute("create table if not exists mine (a)")
                other.execute("insert into mine values (1)")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert world.collect(database).exit_status is ExitStatus.DONE
    finally:
        over.set()
        writer.join()
    assert everything(database) == undisturbed[0]


@pytest.mark.fault(
    "Somebody reads the database all through a run (Datasette, a backup)",
    "Neither waits for the other",
    layer="database",
    exit_status="0",
)
def test_a_database_that_others_read(world, undisturbed, database):
    with open_store(database):
        pass
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("begin")
        assert reader.execute("select count(*) from visits").fetchone() == (0,)
        assert world.collect(database).exit_status is ExitStatus.DONE
        assert reader.execute("select count(*) from visits").fetchone() == (0,)
    assert everything(database) == undisturbed[0]


@pytest.mark.fault(
    "Two runs begin at once",
    "One does all the work; the other ends at once, names the process that holds the lock, and asks nobody",
    layer="several runs",
    exit_status="0 and 4",
)
def test_of_two_runs_at_once_one_works(world, undisturbed, database):
    seen = []

    def begin_another(done):
        if done == 2:
            with pytest.raises(Locked) as refused:
                world.collect(database)
            seen.append(refused.value.exit_status)

    world.told = begin_another
    assert world.collect(database).exit_status is ExitStatus.DONE
    assert seen == [ExitStatus.LOCKED]
    assert len(world.asked) == len(set(world.asked))
    assert everything(database) == undisturbed[0]


@pytest.mark.fault(
    "A page of the database file was overwritten by something else",
    "Every command ends in order; `check` names the damage, and a backup brings everything back",
    layer="database",
    exit_status="5 (or 0 where the damaged page is not read)",
)
def test_a_damaged_page_is_found_and_a_backup_brings_all_back(
    world, undisturbed, database, crosstrack, tmp_path
):
    world.collect(database)
    crosstrack("backup", tmp_path / "copy.db")
    sound = database.read_bytes()
    dice = random.Random(3)  # noqa: S311
    for page in (1, *dice.sample(range(2, len(sound) // 4096), 3)):
        spoilt = bytearray(sound)
        spoilt[page * 4096 : (page + 1) * 4096] = dice.randbytes(4096)
        database.write_bytes(spoilt)
        with suppress(DatabaseError):  # anything else that is raised is a bug
            world.collect(database)
        crosstrack("check", status=5)
        crosstrack("restore", tmp_path / "copy.db")
        assert everything(database) == undisturbed[0]
