"""What the user's file may say beside words: how often to look; other sections pass through."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.cadence_rules import DEFAULT, LONGEST, SHORTEST, RuleError, duration
from collector.limits import Limits
from collector.settings import SettingsError, read_settings

FILE = """
[cadence.line_haul]
every = "2 days"
quiet_after = "3 weeks"

[notices]
title = "Crosstrack"

[[notices.rule]]
when = "delivered"

[[events]]
milestone = "delivered"
phrases = ["Slotted into the wall"]
"""


def test_a_file_changes_what_it_names_and_nothing_else():
    settings = read_settings(FILE)
    rule, old = settings.cadence["line_haul"], DEFAULT["line_haul"]
    assert (rule.every, rule.quiet_after) == (timedelta(days=2), timedelta(days=21))
    assert (rule.quiet_every, rule.because) == (old.quiet_every, old.because)
    assert settings.cadence["origin"] == DEFAULT["origin"]
    assert settings.notices == {"title": "Crosstrack", "rule": [{"when": "delivered"}]}
    assert settings.additions.events


def test_an_empty_file_changes_nothing():
    settings = read_settings("# nothing yet\n")
    assert (settings.cadence.rules, dict(settings.notices)) == (DEFAULT.rules, {})


@pytest.mark.parametrize(
    ("text", "hours"),
    [("1 h", 1), ("6h", 6), ("6 hours", 6), (" 2 DAYS ", 48), ("1 day", 24), ("1 week", 168)],
)
def test_times_are_written_as_people_write_them(text, hours):
    assert duration(text, "every") == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a =", "it is not TOML"),
        ("[sheduled]", "'sheduled' is not known here; use events, places, portals, cadence, notices"),
        ("cadence = 1", "must be written as [cadence.STAGE]"),
        ("notices = 1", "must be written as [notices]"),
        ('[cadence.orgin]\nevery = "1 h"', "[cadence.orgin]: no such stage; use one of"),
        ("[cadence]\norigin = 3", "[cadence.origin]: it must be a table"),
        ('[cadence.origin]\nevry = "1 h"', "[cadence.origin]: 'evry' is not known here; use every,"),
        ('[cadence.origin]\nlongest = "7 days"', "'longest' is not known here"),
        ('[cadence.origin]\nbecause = "I say so"', "'because' is not known here"),
        ('[cadence.origin]\nevery = "soon"', "every = 'soon' is no length of time; write it like"),
        ("[cadence.origin]\nevery = 6", "every = 6 is no length of time"),
        ('[cadence.origin]\nevery = "0 h"', "is out of bounds"),
        ('[cadence.origin]\nevery = "99999 weeks"', "is out of bounds"),
        ("machine = 1", "must be written as [machine]"),
        ("[machine]\ncores = 1", "machine: 'cores' is not known here; use pages, browser_mb"),
        ("[machine]\npages = 0", "machine.pages: a number from 1 to 16"),
        ('[machine]\npages = "2"', "machine.pages: a number from 1 to 16"),
        ("[machine]\npages = true", "machine.pages: a number from 1 to 16"),
        ("[machine]\nbrowser_mb = 10", "machine.browser_mb: a number from 300 to 65536"),
        ("[[places]]", "it names no place"),
        ("x = " + "[" * 5000, "it is not TOML"),
    ],
)
def test_a_mistake_is_told_in_one_line_that_says_where(text, said):
    with pytest.raises(SettingsError) as told:
        read_settings(text)
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_bounds_what_a_run_takes_of_the_machine():
    limits = read_settings("[machine]\npages = 3\nbrowser_mb = 600").limits
    assert (limits.at_once, limits.browser_bytes) == (3, 600 * 2**20)
    assert read_settings("").limits == Limits()
    assert (limits.nice().at_once, Limits(at_once=1).nice().at_once) == (2, 1)


@given(st.text() | st.from_regex(r"\[cadence\.[a-z_]+\]\n[a-z_]+ = (\"[0-9a-z ]*\"|[0-9]+)", fullmatch=True))
def test_no_text_whatsoever_is_more_than_a_mistake(text):
    with contextlib.suppress(SettingsError):
        read_settings(text)


@given(st.text() | st.integers() | st.none())
def test_a_time_is_within_bounds_or_refused(value):
    with contextlib.suppress(RuleError):
        assert SHORTEST <= duration(value, "every") <= LONGEST
