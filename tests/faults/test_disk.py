"""A disk that is full, fails or takes nothing: status 5, and nothing is lost once it is mended."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from collector.errors import DatabaseError, ExitStatus
from tests.faults.dying import ENDED, run_apart
from tests.faults.runs import everything, visits_in

ROOT = Path(__file__).parents[2]


def fails(world, database) -> str:
    """The one line with which a run ends that cannot use its database."""
    with pytest.raises(DatabaseError) as refused:
        world.collect(database)
    assert refused.value.exit_status is ExitStatus.DATABASE
    assert "\n" not in str(refused.value)
    return str(refused.value)


def mended(world, database, undisturbed):
    """What was stored before is still there, and a run on a sound disk ends like an undisturbed one."""
    before = visits_in(database) if database.exists() else set()
    assert world.collect(database).exit_status is ExitStatus.DONE
    assert before <= visits_in(database)
    assert everything(database) == undisturbed[0]


@contextmanager
def pages_at_most(pages):
    """SQLite finds the disk full as soon as a database would have more pages."""
    connect = sqlite3.connect

    def limited(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.execute(f"pragma max_page_count = {pages}")
        return connection

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sqlite3, "connect", limited)
        yield


def pages_in(database):
    size = database.stat().st_size
    assert size % 4096 == 0
    return size // 4096


@pytest.mark.fault(
    "The disk is full at any write of a run, from the first table on",
    "The visit under way is not stored, those before it are; with room again the next run makes up for it",
    layer="disk",
    exit_status="5",
)
def test_a_disk_that_is_full_at_any_write_costs_the_visit_under_way(world, undisturbed, tmp_path):
    calm = tmp_path / "calm" / "crosstrack.db"
    world.collect(calm)
    pages, kept = pages_in(calm), []
    for number, most in enumerate((2, pages // 2, pages - 8, pages - 4, pages - 1)):
        database = tmp_path / str(number) / "crosstrack.db"
        with pages_at_most(most):
            assert "the disk is full" in fails(world, database)
        kept.append(len(visits_in(database)))
        mended(world, database, undisturbed)
    assert kept[0] == 0
    assert max(kept) >= 1


@contextmanager
def small_disk(folder, size):
    """A file system of `size` bytes in `folder`; skips where none can be mounted."""
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(options, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("no file system can be mounted here")
    try:
        yield lambda *how: subprocess.run(
            ["mount", "-o", f"remount,{','.join(how)}", str(folder)], check=True
        )
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.fault(
    "A real file system fills up in the middle of a run",
    "The run ends; with room again the next one goes on",
    layer="disk",
    exit_status="5",
)
def test_a_file_system_that_fills_up(world, undisturbed, tmp_path):
    with small_disk(tmp_path / "disk", "640k") as remount:
        database = tmp_path / "disk" / "crosstrack.db"
        assert "full" in fails(world, database)
        remount("size=8m")
        mended(world, database, undisturbed)


@pytest.mark.fault(
    "The file system was mounted read-only, as after an error of the disk",
    "The run says so before it visits anything",
    layer="disk",
    exit_status="5",
)
def test_a_file_system_that_takes_nothing(world, undisturbed, tmp_path):
    with small_disk(tmp_path / "disk", "8m") as remount:
        database = tmp_path / "disk" / "crosstrack.db"
        world.collect(database)
        remount("ro")
        world.asked.clear()
        fails(world, database)
        assert not world.asked
        remount("rw")
        assert everything(database) == undisturbed[0]


@pytest.mark.fault(
    "Writing fails with an error of the operating system at any size of the files",
    "As on a full disk: whole visits are stored or none",
    layer="disk",
    exit_status="5",
)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are forked")
def test_a_disk_that_fails_at_any_write(world, undisturbed, tmp_path):
    for number, size in enumerate((8_192, 100_000, 300_000, 420_000)):
        database = tmp_path / str(number) / "crosstrack.db"

        def run(told, database=database, size=size):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            try:
                world.collect(database)
            except DatabaseError as error:
                os._exit(int(error.exit_status))

        assert run_apart(run)[0] == 5, size
        mended(world, database, undisturbed)


@pytest.mark.fault(
    "The folder of the database does not let anybody write",
    "The run says so in one line and visits nobody",
    layer="disk",
    exit_status="5",
)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are forked")
@pytest.mark.parametrize("mode", [0o555, 0o000], ids=["read-only", "closed"])
def test_a_folder_that_takes_no_file(world, mode):
    with TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        folder = Path(parent) / "folder"
        folder.mkdir()

        def run(told):
            with suppress(PermissionError):
                os.setuid(65534)  # nothing is forbidden to root
            assert "folder" in fails(world, folder / "crosstrack.db")
            assert not world.asked

        folder.chmod(mode)
        assert run_apart(run)[0] == ENDED
        folder.chmod(0o700)
        assert not list(folder.iterdir())


@pytest.mark.fault(
    "The place where the output goes is full",
    "One line says so; the database is as it was",
    layer="disk",
    exit_status="1",
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written(filled):
    before = everything(filled)
    for command in (["status", "--json"], ["export", "history"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "collector", "--db", str(filled), *command],
                cwd=ROOT,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                check=False,
            )
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "No space left" in done.stderr
    assert everything(filled) == before
