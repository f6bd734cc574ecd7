"""What is written for each scheduler, read back by that scheduler's own rules, with paths of every kind."""

import json
import os
import plistlib
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import UsageError
from collector.scheduling import cron, launchd, systemd, task_scheduler
from collector.scheduling.job import CARRIED, Job, planned_job
from collector.scheduling.times import at, every

MADE_AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
NASTY = '/home/José Ñu/100%/it\'s "q"/$HOME `x` \\% \\\\ #&;|<>*~!(漢)'

plain_characters = st.characters(
    exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"
)
paths = st.text(
    st.one_of(st.sampled_from(" '\"%\\$`!#&;|<>*?~=()[]{}:,ñ漢"), plain_characters), max_size=30
).map(lambda text: f"/{text}")
times = st.sets(st.times().map(lambda one: time(one.hour, one.minute)), min_size=1, max_size=8).map(
    lambda found: tuple(sorted(found))
)


def job_of(program, database, value, when=(time(7, 30),)):
    words = (program, "-P", "-m", "collector", "--db", database)
    environment = (("PATH", value), ("CROSSTRACK_CONFIG", value))
    return Job((*words, "collect"), (*words, "doctor"), environment, f"{database}.log", when, MADE_AT)


jobs = st.builds(job_of, paths, paths, paths, times)


def windows_words(line):
    """The words a Windows program gets, by the rules of CommandLineToArgvW."""
    words, word, quoting, slashes, begun = [], "", False, 0, False
    for character in [*line, " "]:
        if character == "\\":
            slashes += 1
            continue
        if character == '"':
            word, odd = word + "\\" * (slashes // 2), slashes % 2
            quoting, word, begun = (quoting, word + '"', True) if odd else (not quoting, word, True)
        else:
            word += "\\" * slashes
            if character in " \t" and not quoting:
                words += [word] if begun or word else []
                word, begun = "", False
            else:
                word += character
        slashes = 0
    return words


def cron_to_shell(command):
    """What cron gives the shell: all before the first `%` without a `\\` before it (Vixie's do_command)."""
    kept, escaped = [], False
    for character in command:
        if escaped:
            if character == "%":
                kept.pop()
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "%":
            break
        kept.append(character)
    return "".join(kept)


def cron_words(line):
    """The variables, words and log of a line of the crontab."""
    command = cron_to_shell(line.split(" ", 5)[5]).removeprefix("umask 077; ")
    *words, log, both = shlex.split(command)
    assert both == "2>&1"
    environment = tuple(tuple(word.split("=", 1)) for word in words[:2])
    return environment, tuple(words[2:]), log.removeprefix(">>")


def systemd_words(value):
    """The words of a setting, by systemd.syntax(7): double quotes, escapes in them, and `%%`."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"(?: |$)', value)
    assert " ".join(f'"{word}"' for word in words) == value
    for word in words:
        assert set(re.findall(r"%+", word)) <= {"%" * n for n in range(2, len(word) + 1, 2)}
        assert set(re.findall(r"\\(.)", word)) <= {"\\", '"'}
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in words]


# --- cron ----------------------------------------------------------------------------------------------


@given(jobs)
def test_cron_gets_back_what_was_meant(job):
    if len(cron.command_line(job).encode()) > 990:
        return
    begin, since, *lines, end = cron.block(job).rstrip("\n").split("\n")
    assert (begin[:18], since, end) == (
        "# BEGIN crosstrack",
        "# installed 2026-03-01T10:00:00Z",
        "# END crosstrack",
    )
    for line in lines:
        assert cron_words(line) == (job.environment, job.collect, job.log)
    assert cron.times_in(cron.block(job)) == job.times


@given(st.binary(max_size=200).filter(lambda text: b"crosstrack" not in text), jobs, jobs)
def test_the_rest_of_a_crontab_stays_byte_for_byte(crontab, first, second):
    try:
        blocks = [cron.block(first), cron.block(second)]
    except UsageError:
        return
    installed = cron.with_block(crontab, blocks[0])
    gap = b"\n" if crontab and not crontab.endswith(b"\n") else b""
    assert installed == crontab + gap + blocks[0].encode()
    more = installed + b"0 0 * * * mine\n"
    replaced = cron.with_block(more, blocks[1])
    assert replaced == crontab + gap + blocks[1].encode() + b"0 0 * * * mine\n"
    before, ours, after = cron.split_at_block(replaced)
    assert (before + after, ours) == (crontab + gap + b"0 0 * * * mine\n", blocks[1].encode())


posix = pytest.mark.skipif(os.name != "posix", reason="needs sh")


@posix
def test_the_shell_runs_what_cron_would_hand_it(tmp_path):
    folder = tmp_path / 'it\'s 100% "here" \\% $HOME `x` ñ'
    folder.mkdir()
    program = folder / "python"
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "print(json.dumps([sys.argv[1:], os.environ['PATH'], os.environ['CROSSTRACK_CONFIG']]))\n"
    )
    program.chmod(0o755)
    job = job_of(str(program), str(folder / "a%b.db"), str(folder))
    line = cron.block(job).split("\n")[2]
    command = cron_to_shell(line.split(" ", 5)[5])
    subprocess.run(["/bin/sh", "-c", command], check=True, env={"HOME": str(tmp_path)})
    log = Path(job.log)
    assert json.loads(log.read_text()) == [list(job.collect[1:]), str(folder), str(folder)]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_cron_groups_times_by_the_minute():
    lines = cron.block(job_of("/p", "/d", "/v", at(["07:30", "19:30", "12:05"]))).split("\n")[2:4]
    assert [line.partition(" umask")[0] for line in lines] == ["5 12 * * *", "30 7,19 * * *"]


def test_a_command_too_long_for_cron_is_refused():
    with pytest.raises(UsageError, match="990 bytes"):
        cron.block(job_of("/p", "/" + "d" * 600, "/v"))


# --- systemd -------------------------------------------------------------------------------------------


@given(jobs)
def test_systemd_gets_back_what_was_meant(job):
    units = systemd.units(job)
    for name, meant in ((systemd.SERVICE, job.collect), (systemd.FAILED, job.doctor)):
        lines = units[name].rstrip("\n").split("\n")
        variables = [
            systemd_words(line.partition("=")[2]) for line in lines if line.startswith("Environment=")
        ]
        assert variables == [[f"{key}={value}"] for key, value in job.environment]
        (start,) = (line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart="))
        program, *rest = systemd_words(start)
        if set(job.collect[0]) & set("'\"\\"):
            assert program == ":/bin/sh"
            assert rest[:3] == ["-c", 'exec "$@"', "sh"]
            assert tuple(rest[3:]) == meant
        else:
            assert (program, *rest) == (f":{meant[0]}", *meant[1:])
    assert systemd.times_in(units[systemd.TIMER]) == job.times


def test_the_timer_makes_up_for_missed_runs_and_is_spread():
    units = systemd.units(job_of("/p", "/d", "/v"))
    assert {"Persistent=true", "RandomizedDelaySec=10min"} <= set(units[systemd.TIMER].split("\n"))
    service = set(units[systemd.SERVICE].split("\n"))
    assert {f"OnFailure={systemd.FAILED}", "KillMode=control-group", "SuccessExitStatus=4"} <= service
    assert {"UMask=0077", "NoNewPrivileges=yes", "LimitCORE=0"} <= service


def test_nothing_in_the_units_stands_in_the_way_of_the_browsers_own_sandbox():
    forbidden = (
        "RestrictNamespaces",
        "PrivateUsers",
        "MemoryDenyWriteExecute",
        "SystemCallFilter",
        "ProtectSystem",
    )
    for text in systemd.units(job_of("/p", "/d", "/v")).values():
        assert not [name for name in forbidden if name in text]


@pytest.fixture
def units_folder():
    """A home of its own with our units, for a path of the worst kind."""
    home = Path(tempfile.mkdtemp(prefix="crosstrack-units-"))
    folder = home / ".config" / "systemd" / "user"
    folder.mkdir(parents=True)
    (home / "run").mkdir(mode=0o700)
    for name, text in systemd.units(job_of("/bin/sh", NASTY, NASTY)).items():
        (folder / name).write_text(text, encoding="utf-8")
    yield home, folder
    shutil.rmtree(home)


def systemd_environment(home):
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "LC_ALL": "C.UTF-8",
    }


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong_with_the_units(units_folder):
    home, folder = units_folder
    command = ["systemd-analyze", "--user", "verify", *(str(file) for file in sorted(folder.iterdir()))]
    checked = subprocess.run(
        command, env=systemd_environment(home), capture_output=True, text=True, check=False
    )
    if "Failed to initialize manager" in checked.stderr:
        pytest.skip("systemd-analyze cannot work here")
    about_ours = [line for line in checked.stderr.splitlines() if "crosstrack" in line]
    assert (checked.returncode, about_ours) == (0, [])


@pytest.mark.skipif(not Path("/lib/systemd/systemd").exists(), reason="needs systemd")
def test_systemd_itself_reads_the_words_that_were_meant(units_folder):
    home, _ = units_folder
    command = ["/lib/systemd/systemd", "--user", "--test", f"--unit={systemd.SERVICE}"]
    if os.geteuid() == 0:  # its test mode refuses root
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv")
        subprocess.run(["chown", "-R", "nobody", str(home)], check=True)
        command = ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all", *command]
    dumped = subprocess.run(
        command, env=systemd_environment(home), capture_output=True, timeout=60, check=False
    ).stdout.decode("utf-8", "replace")
    ours = dumped.partition(f"Unit {systemd.SERVICE}:")[2].partition("-> Unit ")[0]
    if not ours:
        pytest.skip("systemd's test mode cannot work here")
    shown = re.search(r"Command Line: (.*)", ours)[1]
    words = subprocess.run(
        ["/bin/sh", "-c", f"printf '%s\\0' {shown}"], capture_output=True, check=True, env={"HOME": "wrong"}
    ).stdout.decode()
    assert words.split("\0")[:-1] == ["/bin/sh", "-P", "-m", "collector", "--db", NASTY, "collect"]
    assert f"Environment: CROSSTRACK_CONFIG={NASTY}\n" in ours


# --- launchd -------------------------------------------------------------------------------------------

#: launchd.plist(5): the keys used, and of what kind their values are.
LAUNCHD_KEYS = {
    "Label": str, "ProgramArguments": list, "EnvironmentVariables": dict, "StartCalendarInterval": list,
    "ProcessType": str, "LowPriorityIO": bool, "RunAtLoad": bool, "ExitTimeOut": int, "Umask": int,
    "StandardOutPath": str, "StandardErrorPath": str,
}  # fmt: skip


@given(jobs)
def test_launchd_gets_back_what_was_meant(job):
    agent = plistlib.loads(launchd.text(job).encode())
    assert agent["ProgramArguments"] == list(job.collect)
    assert agent["EnvironmentVariables"] == dict(job.environment)
    assert agent["StandardErrorPath"] == agent["StandardOutPath"] == job.log
    assert launchd.times_in(launchd.text(job)) == job.times


def test_the_agent_keeps_to_the_keys_of_launchd():
    agent = plistlib.loads(launchd.text(job_of("/p", "/d", "/v")).encode())
    assert {name: type(value) for name, value in agent.items()} == LAUNCHD_KEYS
    assert agent["ProcessType"] in {"Background", "Standard", "Adaptive", "Interactive"}
    assert agent["Umask"] == 0o077
    assert all(set(one) == {"Hour", "Minute"} for one in agent["StartCalendarInterval"])


# --- Task Scheduler ------------------------------------------------------------------------------------

#: The Task Scheduler Schema, as far as it is used: each element's children, in order where order counts.
IN_ORDER = {
    "CalendarTrigger": ["StartBoundary", "Enabled", "RandomDelay", "ScheduleByDay"],
    "ScheduleByDay": ["DaysInterval"],
    "Exec": ["Command", "Arguments"],
}
ANY_ORDER = {
    "Task": {"RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"},
    "RegistrationInfo": {"Date", "Description"},
    "Triggers": {"CalendarTrigger"},
    "Principals": {"Principal"},
    "Principal": {"UserId", "LogonType", "RunLevel"},
    "Settings": {
        "MultipleInstancesPolicy", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries",
        "AllowHardTerminate", "StartWhenAvailable", "RunOnlyIfNetworkAvailable", "Enabled",
        "ExecutionTimeLimit", "Priority",
    },
    "Actions": {"Exec"},
}  # fmt: skip
VALUES = {
    "StartBoundary": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", "Date": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "RandomDelay": r"PT\d+M", "ExecutionTimeLimit": r"PT\d+H", "DaysInterval": r"[1-9]\d*",
    "Enabled": "true|false", "StartWhenAvailable": "true|false", "RunOnlyIfNetworkAvailable": "true|false",
    "DisallowStartIfOnBatteries": "true|false", "StopIfGoingOnBatteries": "true|false",
    "AllowHardTerminate": "true|false", "LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege",
    "MultipleInstancesPolicy": "Parallel|Queue|IgnoreNew|StopExisting", "Priority": "[0-9]|10",
}  # fmt: skip


def task_of(job, user="DESK\\José Ñu"):
    return ET.fromstring(task_scheduler.task(job, user).partition("?>")[2])  # noqa: S314 - our own


@given(jobs)
def test_task_scheduler_gets_back_what_was_meant_or_is_not_asked(job):
    changed = any(re.search(r"%[^%]+%|\$\(", text) for text in (job.collect[0], " ".join(job.collect[1:])))
    if changed:
        with pytest.raises(UsageError, match="folders without"):
            task_scheduler.task(job, None)
        return
    task, tag = task_of(job), f"{{{task_scheduler.NAMESPACE}}}"
    (action,) = task.iter(f"{tag}Exec")
    assert action.findtext(f"{tag}Command") == job.collect[0]
    assert windows_words(action.findtext(f"{tag}Arguments")) == list(job.collect[1:])
    assert task_scheduler.times_in(task) == job.times


def test_the_task_keeps_to_the_schema():
    task = task_of(job_of("C:\\p\\python.exe", "C:\\José\\x.db", "/v", every("30m", "x")))
    for element in task.iter():
        assert element.tag.startswith(f"{{{task_scheduler.NAMESPACE}}}")
        name = element.tag.partition("}")[2]
        children = [child.tag.partition("}")[2] for child in element]
        if name in IN_ORDER:
            assert children == IN_ORDER[name]
        elif name in ANY_ORDER:
            assert set(children) == ANY_ORDER[name]
            assert name == "Triggers" or len(children) == len(set(children))
        else:
            assert children == []
            assert re.fullmatch(VALUES.get(name, "(?s).+"), element.text), name
    assert task.attrib == {"version": "1.2"}
    assert len(list(task.iter(f"{{{task_scheduler.NAMESPACE}}}CalendarTrigger"))) == 48  # the most it takes


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('a "b c" d', ["a", "b c", "d"]),
        ('"a\\"b" "c\\\\" d\\e', ['a"b', "c\\", "d\\e"]),
        ('"" x', ["", "x"]),
    ],
)
def test_the_reader_of_windows_command_lines_is_right(line, words):
    assert windows_words(line) == words


# --- all of them ---------------------------------------------------------------------------------------


def all_texts(job):
    yield cron.block(job)
    yield from systemd.units(job).values()
    yield launchd.text(job)
    yield task_scheduler.task(job, "me")


def test_no_secret_gets_into_any_of_them():
    secret = "hunter2-planted"
    leaky = ("HTTPS_PROXY", "CROSSTRACK_PASSWORD", "APPRISE_URL", "PATH", "PYTHONPATH", "LD_PRELOAD")
    environ = dict.fromkeys(leaky, f"http://me:{secret}@proxy") | dict.fromkeys(CARRIED, "/somewhere")
    job = planned_job("/p", Path("/d.db"), environ, at(["07:30"]), MADE_AT)
    assert {name for name, _ in job.environment} == {"PATH", *CARRIED}
    for text in all_texts(job):
        assert secret not in text


def test_everything_is_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    environ = {
        "CROSSTRACK_CONFIG": "own.toml",
        "CROSSTRACK_SESSIONS": "~/s",
        "CROSSTRACK_BROWSER": "chromium",
    }
    job = planned_job("/p", Path("own.db"), environ, at(["07:30"]), MADE_AT, Path("/opt/browser/chrome"))
    assert dict(job.environment) == {
        "PATH": "/opt/browser:/usr/local/bin:/usr/bin:/bin",
        "CROSSTRACK_CONFIG": str(tmp_path / "own.toml"),
        "CROSSTRACK_SESSIONS": str(Path.home() / "s"),
        "CROSSTRACK_BROWSER": "chromium",
    }
    assert job.collect == ("/p", "-P", "-m", "collector", "--db", str(tmp_path / "own.db"), "collect")


@pytest.mark.parametrize("character", ["\n", "\r", "\0", "\x1b", "\u202e", "\u2028", "\udce9", "\uffff"])
def test_what_no_schedule_can_hold_is_refused(character):
    with pytest.raises(UsageError, match="which no schedule can hold"):
        planned_job("/p", Path(f"/a{character}b.db"), {}, at(["07:30"]), MADE_AT)
    with pytest.raises(UsageError, match="which no schedule can hold"):
        planned_job("/p", Path("/d"), {"CROSSTRACK_CONFIG": f"/a{character}"}, at(["07:30"]), MADE_AT)
