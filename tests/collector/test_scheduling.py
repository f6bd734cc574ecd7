"""`schedule`: times, installing through stand-ins of the schedulers' programs, and runs that never came."""

import json
import os
import sys
from datetime import UTC, datetime, time, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest

from collector.account.encryption import SessionLocked
from collector.errors import UsageError
from collector.scheduling import cron, launchd, machine, methods, systemd, task_scheduler, unlocking
from collector.scheduling.job import planned_job
from collector.scheduling.last_runs import LastRun, in_words, last_runs, overdue
from collector.scheduling.machine import Machine, Ran, SchedulerFailed
from collector.scheduling.method import Installed
from collector.scheduling.times import at, every, last_due
from collector.store.facts import begin_run, end_run
from collector.store.opening import open_store

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
MADRID = timezone(timedelta(hours=1))


class Programs:
    """Stand-ins for crontab, systemctl, launchctl and schtasks: what they were asked, and what they keep."""

    def __init__(self, crontab=None, missing=(), failing=()):
        self.crontab, self.task = crontab, None
        self.missing, self.failing = set(missing), set(failing)
        self.on, self.asked = set(), []

    def __call__(self, command, given=b""):
        self.asked.append(" ".join(command))
        if command[0] in self.missing:
            raise SchedulerFailed(f"there is no {command[0]} on this machine")
        if self.failing & set(command):
            return Ran(1, b"", b"Failed to connect to bus: No medium found\nmore")
        if command[0] == sys.executable:
            return Ran(0, b"crosstrack 1.0")
        return getattr(self, f"_{command[0]}")(list(command[1:]), given)

    def _crontab(self, words, given):
        if words == ["-"]:
            self.crontab = given
            return Ran(0)
        return Ran(1, b"", b"no crontab for me\n") if self.crontab is None else Ran(0, self.crontab)

    def _systemctl(self, words, given):
        assert words[0] == "--user"
        if words[1] in ("enable", "restart"):
            self.on.add(words[-1])
        if words[1] == "disable":
            self.on.discard(words[-1])
        return Ran(0 if words[1] != "is-active" or words[-1] in self.on else 3)

    def _launchctl(self, words, given):
        if words[0] == "bootstrap":
            self.on.add(f"{words[1]}/{Path(words[2]).stem}")
        is_there = words[1] in self.on
        if words[0] == "bootout":
            self.on.discard(words[1])
        return Ran(0 if words[0] == "bootstrap" or is_there else 113)

    def _schtasks(self, words, given):
        if words[0] == "/Create":
            self.task = Path(words[words.index("/XML") + 1]).read_bytes()
        if words[0] == "/Delete":
            self.task = None
        return Ran(0, self.task) if self.task else Ran(0 if words[0] == "/Delete" else 1)


def machine_of(home, programs, platform="linux"):
    return Machine(platform, Path(home), {"USERNAME": "José", "USERDOMAIN": "DESK"}, 501, programs)


def job_for(folder, times=("07:30",)):
    return planned_job(sys.executable, Path(folder) / "data" / "crosstrack.db", {}, at(times), NOW)


# --- times ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "minutes"), [("6h", 360), ("30m", 30), ("90min", 90), ("1d", 1440), ("8 H", 480)]
)
def test_a_period_gives_times_that_far_apart_one_of_them_after_seven(period, minutes):
    times = every(period, "/some/where.db")
    of_day = [one.hour * 60 + one.minute for one in times]
    assert len(of_day) == 1440 // minutes
    assert {later - earlier for earlier, later in pairwise(of_day)} <= {minutes}
    assert any(7 * 60 <= minute < 8 * 60 for minute in of_day)
    assert times == every(period, "/some/where.db")


def test_not_everybody_begins_in_the_same_minute():
    assert len({every("6h", f"/home/{n}/x.db") for n in range(50)}) > 20


@pytest.mark.parametrize("period", ["7h", "29m", "25h", "0h", "", "6", "-6h", "1e3h", "٦h", "99999m"])
def test_a_period_that_no_day_holds_is_refused(period):
    with pytest.raises(UsageError, match="divides a day"):
        every(period, "x")


def test_times_are_each_there_once_and_in_order():
    assert at(["19:05", "7:30", " 07:30 "]) == (time(7, 30), time(19, 5))
    for wrong in ("24:00", "7", "07:60", "٠٧:٣٠", "7:30pm"):
        with pytest.raises(UsageError, match="time of day"):
            at([wrong])
    with pytest.raises(UsageError, match="48"):
        at([f"{n // 60}:{n % 60:02d}" for n in range(49)])


def test_the_last_time_due_may_be_yesterdays():
    assert last_due((time(7, 30), time(19, 0)), NOW) == NOW.replace(hour=7, minute=30)
    assert last_due((time(19, 0),), NOW) == NOW.replace(hour=19) - timedelta(days=1)
    assert last_due((), NOW) is None


# --- installing, and back ------------------------------------------------------------------------------

EVERYWHERE = [
    ("cron", "linux"), ("systemd", "linux"), ("launchd", "darwin"), ("task-scheduler", "win32"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "platform"), EVERYWHERE)
def test_what_is_installed_is_found_replaced_and_removed(tmp_path, name, platform):
    programs = Programs()
    here = machine_of(tmp_path / "home", programs, platform)
    method = methods.method_named(name)
    method.uninstall(here)
    assert methods.installed(here) == ([], [])
    for times in (["07:30"], ["06:00", "18:15"]):
        job = job_for(tmp_path, times)
        assert methods.install(method, job, here) == []
        ((found,), failed) = methods.installed(here)
        assert (found.method, found.times, found.trouble, failed) == (name, at(times), None, [])
        assert found.since is not None
        if name != "task-scheduler":
            assert [piece.text for piece in found.pieces] == [p.text for p in method.pieces(job, here)]
    method.uninstall(here)
    assert methods.installed(here) == ([], [])
    assert not [file for file in (tmp_path / "home").rglob("*") if file.is_file()]


def test_installing_with_one_scheduler_removes_it_from_the_other(tmp_path):
    programs = Programs(crontab=b"0 0 * * * mine\n")
    here = machine_of(tmp_path, programs)
    methods.install(cron.METHOD, job_for(tmp_path), here)
    assert methods.install(systemd.METHOD, job_for(tmp_path), here) == ["cron"]
    assert [one.method for one in methods.installed(here)[0]] == ["systemd"]
    assert programs.crontab == b"0 0 * * * mine\n"


def test_nothing_is_installed_where_the_program_does_not_start(tmp_path):
    programs = Programs(failing=["-E"])
    with pytest.raises(SchedulerFailed, match=r"-E -P failed \(1\)"):
        methods.install(cron.METHOD, job_for(tmp_path), machine_of(tmp_path, programs))
    assert programs.asked == [f"{sys.executable} -E -P -m collector --version"]


def test_a_scheduler_of_another_platform_is_not_installed(tmp_path):
    with pytest.raises(UsageError, match="no such scheduler"):
        methods.install(launchd.METHOD, job_for(tmp_path), machine_of(tmp_path, Programs()))


def test_the_usual_scheduler_is_systemd_where_it_runs_for_the_user(tmp_path):
    def usual(programs, platform="linux"):
        return methods.usual_method(machine_of(tmp_path, programs, platform)).name

    assert usual(Programs()) == "systemd"
    assert usual(Programs(failing=["systemctl"])) == usual(Programs(missing=["systemctl"])) == "cron"
    assert (usual(Programs(), "darwin"), usual(Programs(), "win32")) == ("launchd", "task-scheduler")
    assert usual(Programs(), "freebsd14") == "cron"


# --- cron ----------------------------------------------------------------------------------------------


def test_a_crontab_that_cannot_be_read_is_not_written_over(tmp_path):
    programs = Programs(crontab=b"0 0 * * * mine\n", failing=["-l"])
    with pytest.raises(SchedulerFailed, match="Failed to connect"):
        cron.install(job_for(tmp_path), machine_of(tmp_path, programs))
    assert "crontab -" not in programs.asked


@pytest.mark.parametrize("damage", ["begin", "end", "twice", "turned"])
def test_a_damaged_block_is_left_to_the_person(tmp_path, damage):
    begin, *_, end = cron.block(job_for(tmp_path)).rstrip("\n").split("\n")
    lines = {"begin": [begin], "end": [end], "twice": [begin, end, begin, end], "turned": [end, begin]}[
        damage
    ]
    crontab = "".join(f"{line}\n" for line in lines).encode()
    programs = Programs(crontab=crontab)
    for act in (lambda here: cron.install(job_for(tmp_path), here), cron.uninstall):
        with pytest.raises(SchedulerFailed, match="damaged"):
            act(machine_of(tmp_path, programs))
    assert programs.crontab == crontab


@pytest.mark.parametrize(
    ("shell", "is_fine"), [("/usr/bin/fish", False), ("/bin/tcsh", False), ("/bin/bash", True)]
)
def test_a_crontab_for_another_shell_is_not_added_to(tmp_path, shell, is_fine):
    programs = Programs(crontab=f"MAILTO=me\n SHELL = '{shell}'\n".encode())
    before = programs.crontab
    if is_fine:
        cron.install(job_for(tmp_path), machine_of(tmp_path, programs))
        assert programs.crontab.startswith(before)
    else:
        with pytest.raises(SchedulerFailed, match="no POSIX shell"):
            cron.install(job_for(tmp_path), machine_of(tmp_path, programs))
        assert programs.crontab == before


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_the_log_is_there_and_private_before_the_first_run(tmp_path):
    job = job_for(tmp_path)
    cron.install(job, machine_of(tmp_path, Programs()))
    assert Path(job.log).stat().st_mode & 0o777 == 0o600
    assert Path(job.log).parent.stat().st_mode & 0o777 == 0o700


# --- systemd, launchd, Task Scheduler ------------------------------------------------------------------


def test_where_systemd_refuses_the_files_are_as_before(tmp_path):
    here = machine_of(tmp_path, Programs(failing=["enable"]))
    with pytest.raises(SchedulerFailed, match="systemctl --user enable failed"):
        systemd.install(job_for(tmp_path), here)
    assert list(systemd.folder(here).iterdir()) == []
    works = machine_of(tmp_path, Programs())
    systemd.install(job_for(tmp_path), works)
    before = {file: file.read_bytes() for file in systemd.folder(works).iterdir()}
    with pytest.raises(SchedulerFailed):
        systemd.install(job_for(tmp_path, ["12:00"]), here)
    assert {file: file.read_bytes() for file in systemd.folder(works).iterdir()} == before


@pytest.mark.parametrize("kind", ["foreign", "link", "bytes"])
def test_a_file_that_is_not_ours_is_neither_replaced_nor_removed(tmp_path, kind):
    here = machine_of(tmp_path, Programs())
    file = systemd.folder(here) / systemd.SERVICE
    file.parent.mkdir(parents=True)
    if kind == "link":
        file.symlink_to(tmp_path / "elsewhere")
    else:
        file.write_bytes(b"[Service]\n" if kind == "foreign" else b"\xff\xfe crosstrack schedule")
    for act in (lambda: systemd.install(job_for(tmp_path), here), lambda: systemd.uninstall(here)):
        with pytest.raises(SchedulerFailed, match=r"is a symbolic link|was not written by"):
            act()
    assert [one.name for one in file.parent.iterdir()] == [systemd.SERVICE]


def test_units_that_are_there_but_do_not_run_are_named(tmp_path):
    programs = Programs()
    here = machine_of(tmp_path, programs)
    systemd.install(job_for(tmp_path), here)
    programs.on.clear()
    assert systemd.found(here).trouble == "the timer is not running: install it again"
    mac = machine_of(tmp_path, programs, "darwin")
    launchd.install(job_for(tmp_path), mac)
    programs.on.clear()
    assert launchd.found(mac).trouble == "launchd has not loaded it: install it again"
    launchd.file(mac).write_text("<!-- crosstrack schedule --> damaged")
    assert "damaged" in launchd.found(mac).trouble


def test_the_units_of_another_config_folder_are_found_there(tmp_path):
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "cfg")}
    assert systemd.folder(Machine("linux", tmp_path, environ, 1, Programs())) == tmp_path / "cfg/systemd/user"
    relative = Machine("linux", tmp_path, {"XDG_CONFIG_HOME": "cfg"}, 1, Programs())
    assert systemd.folder(relative) == tmp_path / ".config/systemd/user"


def test_a_task_of_that_name_that_is_not_ours_stays(tmp_path):
    programs = Programs()
    programs.task = "<Task/>".encode("utf-16")
    here = machine_of(tmp_path, programs, "win32")
    for act in (
        lambda: task_scheduler.install(job_for(tmp_path), here),
        lambda: task_scheduler.uninstall(here),
    ):
        with pytest.raises(SchedulerFailed, match="was not written by"):
            act()
    programs.task = b"<Task> crosstrack schedule"
    assert task_scheduler.found(here).trouble == "it is damaged: install it again"


def test_windows_is_told_which_variables_a_task_does_not_take_along(tmp_path):
    environ = {"CROSSTRACK_CONFIG": "/c.toml"}
    job = planned_job("/p", tmp_path / "d.db", environ, at(["07:30"]), NOW)
    here = machine_of(tmp_path, Programs(), "win32")
    assert "setx" in task_scheduler.notes(job, here)[1]
    assert "DESK\\José" in task_scheduler.pieces(job, here)[0].text


def test_programs_are_run_and_their_absence_is_one_line():
    ran = machine.run_program([sys.executable, "-c", "import sys; print(sys.stdin.read(), end='')"], b"x y")
    assert (ran.status, ran.out) == (0, b"x y")
    with pytest.raises(SchedulerFailed, match="there is no no-such-program"):
        machine.run_program(["no-such-program"])
    assert machine.this_machine().platform == sys.platform


# --- encrypted sessions --------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["locked", "opened"])
def test_cron_is_refused_for_a_session_it_cannot_unlock(tmp_path, monkeypatch, answer):
    def load(folder, shop, account):
        if answer == "locked":
            raise SessionLocked("no keyring")
        return type("Session", (), {"encrypted": True})()

    monkeypatch.setattr(unlocking, "accounts", lambda folder, shop: ["default"])
    monkeypatch.setattr(unlocking, "load_session", load)
    with pytest.raises(UsageError, match="aliexpress default is encrypted"):
        unlocking.refuse_locked("cron", tmp_path, ["aliexpress"])
    unlocking.refuse_locked("systemd", tmp_path, ["aliexpress"])


# --- what came of it -----------------------------------------------------------------------------------


def schedule_at(*times, since=None, method="cron"):
    return Installed(method, (), at(times), since)


def run_at(began, ended=None, status=0):
    return LastRun(began, ended, status if ended else None)


def test_a_run_that_never_came_is_named():
    now = datetime(2026, 3, 1, 12, 0, tzinfo=MADRID)  # 11:00 UTC
    schedules = [schedule_at("07:30")]
    due = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
    assert overdue(schedules, [run_at(due + timedelta(minutes=3))], now) is None
    before = run_at(due - timedelta(hours=20), due - timedelta(hours=19))
    assert "no run since 2026-03-01 07:30, when cron" in overdue(schedules, [before], now)
    assert "there is none at all" in overdue(schedules, [], now)
    assert overdue(schedules, [run_at(due - timedelta(hours=1), due + timedelta(minutes=1))], now) is None
    assert overdue([], [before], now) is None


def test_a_run_that_is_only_just_due_or_was_due_before_the_schedule_is_not_missed():
    now = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    old = [run_at(datetime(2026, 2, 28, 7, 30, tzinfo=UTC))]
    assert overdue([schedule_at("07:30")], old, now) is None
    assert overdue([schedule_at("06:00")], old, now)
    assert overdue([schedule_at("06:00", since=now - timedelta(minutes=20))], old, now) is None


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (run_at(NOW), "not finished: at work, or killed"),
        (run_at(NOW, NOW + timedelta(seconds=125)), "2 min 05 s  0 (all done)"),
        (run_at(NOW, NOW, 3), "3 (a person is needed)"),
        (run_at(NOW, NOW, 137), "137 (unknown)"),
    ],
)
def test_a_run_in_one_line(run, words):
    assert in_words(run).endswith(words)
    assert run.as_json()["started_at"] == "2026-03-01T10:00:00Z"


def test_the_last_runs_are_read_newest_first(database):
    assert last_runs(database) == []
    with open_store(database) as db:
        for hour in range(7):
            began = NOW + timedelta(hours=hour)
            run_id = begin_run(db, "collect", began)
            if hour < 6:
                end_run(db, run_id, began + timedelta(minutes=1), 1, {})
        begin_run(db, "import", NOW + timedelta(days=1))
    found = last_runs(database)
    assert [one.started_at.hour for one in found] == [16, 15, 14, 13, 12]
    assert [one.exit_status for one in found] == [None, 1, 1, 1, 1]


# --- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def programs(monkeypatch, tmp_path):
    stands_in = Programs(missing=["systemctl"])
    monkeypatch.setattr(machine, "this_machine", lambda: machine_of(tmp_path / "home", stands_in))
    return stands_in


def test_schedule_shows_installs_and_removes(crosstrack, programs, database):
    shown = crosstrack("schedule")
    assert shown.stdout.startswith("installed: nothing\nlast runs: none\nwould be installed: cron, daily at")
    assert programs.crontab is None
    crosstrack("schedule", "--at", "07:30", "--install")
    assert f"--db {database} collect" in programs.crontab.decode()
    shown = crosstrack("schedule")
    assert shown.stdout.startswith(
        "installed: cron, daily at 07:30\n--- the user's crontab\n# BEGIN crosstrack"
    )
    assert "would be installed" not in shown.stdout
    assert "is removed" in crosstrack("schedule", "--uninstall").stderr
    assert programs.crontab == b""
    assert crosstrack("schedule", "--uninstall").stderr == "nothing is installed\n"


def test_with_options_schedule_only_prints_what_would_be_installed(crosstrack, programs):
    for name in methods.METHODS:
        shown = crosstrack("schedule", "--with", name, "--every", "8h").stdout
        assert shown.startswith(f"would be installed: {name}, daily at ")
    assert programs.asked == []


def test_schedule_as_json(crosstrack, programs):
    crosstrack("schedule", "--at", "07:30", "--install")
    data = json.loads(crosstrack("schedule", "--json").stdout)
    assert data["installed"][0]["times"] == ["07:30"]
    assert data["proposed"]["method"] == "cron"
    assert (data["runs"], data["troubles"]) == ([], [])
    assert set(json.loads(crosstrack("schedule", "--json", "--at", "8:00").stdout)) == {"proposed"}


@pytest.mark.parametrize(
    "wrong",
    [
        ["--install", "--uninstall"], ["--every", "6h", "--at", "07:30"], ["--with", "anacron"],
        ["--every", "7h"], ["--at", "25:00"], ["--uninstall", "--every", "6h"],
        ["--install", "--with", "launchd"], ["--uninstall", "--with", "anacron"],
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(crosstrack, programs, wrong):
    crosstrack("schedule", *wrong, status=2)
    assert programs.crontab is None


def test_a_scheduler_that_fails_ends_the_command_in_one_line(crosstrack, programs):
    programs.failing.add("-l")
    assert "cron: crontab -l failed" in crosstrack("schedule", "--uninstall", status=1).stderr
    assert "cron: crontab -l failed" in crosstrack("schedule", status=1).stderr
    failed = crosstrack("schedule", "--install", status=1)
    assert failed.stderr == "crosstrack: crontab -l failed (1): Failed to connect to bus: No medium found\n"
