"""The invented portals of the benchmark, and that a way which brings a wrong row has no figures."""

import json
import urllib.error
import urllib.request
from dataclasses import asdict

import pytest

from benchmarks.bench import PARTS, RESULTS, with_chapter
from benchmarks.collecting import comparing
from benchmarks.collecting.comparing import Case, Figures, NotDelivered, Way, medians
from benchmarks.collecting.pages import DRAWN, PRINTED, answer, fails_first, numbers, rows_of
from benchmarks.collecting.portals import portal_named
from benchmarks.collecting.runners.job import Job, rows_in
from benchmarks.measuring import cost_of
from collector.answer import read_pages
from scrapers import check
from scrapers.contract import Page
from scrapers.words import Outcome, Role

NUMBER = numbers(1)[0]


@pytest.mark.parametrize("name", ["printed", "drawn"])
def test_the_portals_are_ordinary_ones(name):
    check(portal_named(name))
    assert portal_named(name, paced=True).politeness.seconds_between
    assert portal_named(name, paced=True).name == name


@pytest.mark.parametrize(
    ("name", "host", "target", "role"),
    [
        ("printed", PRINTED, f"/track?n={NUMBER}", Role.DOM),
        ("drawn", DRAWN, f"/api/parcel?n={NUMBER}", Role.PAYLOAD),
    ],
)
def test_what_they_show_is_what_must_be_delivered(name, host, target, role):
    reply = answer(host, target)
    page = Page(role, f"http://{host}{target}", reply.media_type, reply.body, 200)
    read = read_pages(portal_named(name), NUMBER, [page])
    assert read.outcome is Outcome.OK
    shown = [[row.time_text, row.place, row.description] for row in read.readings[0].rows]
    assert shown == rows_of(NUMBER)
    if role is Role.DOM:
        assert rows_in(page.text) == rows_of(NUMBER)


def test_a_twentieth_fails_in_both_ways():
    failing = [fails_first(number, 5) for number in numbers(400)]
    assert (failing.count("503"), failing.count("reset")) == (10, 10)
    assert {fails_first(number, 0) for number in numbers(400)} == {None}


def test_the_server_fails_once_and_says_what_it_was_asked():
    number = next(n for n in numbers(100) if fails_first(n, 5) == "503")
    with comparing._site(5) as port:
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/track?n={number}", headers={"Host": PRINTED})
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(asked, timeout=10)  # noqa: S310
        with urllib.request.urlopen(asked, timeout=10) as reply:  # noqa: S310
            assert rows_in(reply.read().decode()) == rows_of(number)
        assert comparing._told(port)["documents"] == 2


def test_a_way_that_brings_a_wrong_row_has_no_figures(tmp_path, monkeypatch):
    job = Job("printed", 2, 1, "chromium", str(tmp_path))
    rows = {number: rows_of(number) for number in job.numbers}
    cost = comparing.Cost(1, 1, 1, "", 0)
    job.deliver(rows)
    comparing._check(Way("some", "some"), job, cost)
    job.deliver(rows | {job.numbers[1]: rows_of(job.numbers[0])})
    with pytest.raises(NotDelivered, match=job.numbers[1]):
        comparing._check(Way("some", "some"), job, cost)


def test_costs_are_those_of_a_program_and_all_it_starts(tmp_path):
    busy = "sum(i * i for i in range(3_000_000)); held = bytearray(60_000_000); import time; time.sleep(0.6)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    cost = cost_of([comparing.sys.executable, "-c", code], dict(comparing.os.environ), tmp_path, 60)
    assert (cost.exit_status, cost.said) == (0, "")
    assert cost.cpu_s > 0.1
    assert cost.wall_s > 0.6
    assert cost.memory_mb > 60


def test_medians_are_of_each_figure():
    runs = [Figures(n, 10 * n, 3 - n, 1, 1) for n in (1, 2, 3)]
    assert asdict(medians(runs)) == asdict(Figures(2, 20, 1, 1, 1))
    assert Case("drawn", 1) in {Case("drawn", 1): 1}


def test_a_chapter_takes_its_place_and_leaves_the_others():
    text = with_chapter("", "collecting", "old")
    assert json.dumps(with_chapter(text, "collecting", "new")) == json.dumps(text.replace("old", "new"))
    assert set(PARTS) >= {"collecting"}
    assert RESULTS.name == "RESULTS.md"
