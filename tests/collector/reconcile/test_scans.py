"""Which rows of one page tell one scan."""

import pytest

from collector.reconcile.scans import passings, scans
from tests.collector.reconcile.made import at, listed, result_of


def grouped(*rows):
    return [[o.row.printed.description for o in scan] for scan in scans(listed(*rows))]


def test_two_rows_written_seconds_apart_at_one_place_are_one_scan():
    assert grouped(at("a", "10:00:00", words="A"), at("a", "10:00:03", words="B")) == [["A", "B"]]
    assert grouped(at("a", "10:00:08", words="A"), at("a", "10:00:00", words="B")) == [["B", "A"]]


def test_two_rows_printed_in_one_minute_in_one_sense_are_one_scan():
    assert grouped(at("a", "10:00", words="A"), at("a", "10:00", words="B")) == [["A", "B"]]
    assert grouped(at("a", "10:00", words="A"), at("a", "10:01", words="B")) == [["A"], ["B"]]


def test_in_and_out_of_a_facility_within_seconds_is_one_pass_under_two_names():
    out, into = (
        at("a", t, m, words=m)
        for t, m in (("10:00:07", "departed_facility"), ("10:00:10", "arrived_facility"))
    )
    assert len(grouped(out, into)) == 1
    minutes = [at("a", "10:00", m, words=m) for m in ("arrived_facility", "departed_facility")]
    assert len(grouped(*minutes)) == 2


@pytest.mark.parametrize(
    "other",
    [
        at("a", "10:00:03", words="B", place="Toledo"),
        at("a", "10:00:11", words="B"),
        at("a", "10:00:03", "out_for_delivery", words="B"),
        at("a", "10:00:03", words="B", offset=0),
        at("a", "10:00", words="B"),
        at("a", "2026-03-02", words="B"),
        at("a", None, words="B"),
    ],
    ids=[
        "elsewhere",
        "later",
        "another milestone",
        "another label",
        "no seconds",
        "no time of day",
        "no time",
    ],
)
def test_other_rows_are_other_scans(other):
    assert len(grouped(at("a", "10:00:00", words="A"), other)) == 2


def test_rows_nobody_understands_are_one_scan_only_in_the_same_words():
    assert len(grouped(at("a", "10:00:00", None, words="A"), at("a", "10:00:03", None, words="A"))) == 1
    assert len(grouped(at("a", "10:00:00", None, words="A"), at("a", "10:00:03", None, words="B"))) == 2
    assert len(grouped(at("a", "10:00:00", None, words="A"), at("a", "10:00:03", words="A"))) == 2


def test_scans_in_quick_succession_are_not_all_one():
    rows = [at("a", f"10:00:{second:02}", words=f"{second}") for second in range(0, 60, 8)]
    assert [len(scan) for scan in grouped(*rows)] == [2, 2, 2, 2]


def test_undated_rows_keep_their_place():
    page = at("a", "10:00:00", words="A"), at("a", None, words="U"), at("a", "10:00:03", words="B")
    assert grouped(*page) == [["A", "B"], ["U"]]


def test_doubled_rows_pass_a_milestone_once():
    page = listed(
        at("a", "10:00:00", "out_for_delivery", words="A"),
        at("a", "10:00:03", "out_for_delivery", words="B"),
        at("a", "2026-03-03 10:00:00", "out_for_delivery", words="A"),
        at("a", "2026-03-03 18:00:00", None, words="Hm"),
    )
    assert [(passing[1:], o.row.printed.description) for passing, o in passings(page)] == [
        ((1, 2), "A"),
        ((2, 2), "A"),
    ]


def test_the_rows_of_one_scan_are_one_event_and_one_of_them_speaks():
    a, b = listed(at("a", "10:00:00", words="A"), at("a", "10:00:03", words="B"))
    made = result_of(a, b)
    assert len(made.events) == 1
    assert made.duplicate_of == {b.id: a.id}
