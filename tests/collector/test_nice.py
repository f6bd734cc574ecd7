"""A run that leaves the machine to others, and one that is bounded by the user's file."""

import os

import pytest

import collector.collect
from collector.summary import Summary


@pytest.fixture
def ran(crosstrack, monkeypatch):
    """Run `collect` with these options; what the run was given, and by how much its priority was lowered."""

    def run(*options):
        given, lowered = [], []
        monkeypatch.setattr(
            collector.collect, "collect", lambda db, known, run: given.append(run) or Summary()
        )
        monkeypatch.setattr(os, "nice", lowered.append, raising=False)
        crosstrack("collect", *options)
        return given[0].limits, lowered

    return run


def test_a_run_is_as_the_users_file_bounds_it(ran, tmp_path, monkeypatch):
    (tmp_path / "crosstrack.toml").write_text("[machine]\npages = 3\n", encoding="utf-8")
    monkeypatch.setenv("CROSSTRACK_CONFIG", str(tmp_path / "crosstrack.toml"))
    limits, lowered = ran()
    assert (limits.at_once, lowered) == (3, [])


def test_a_nice_run_comes_after_others_and_opens_fewer_pages(ran):
    limits, lowered = ran("--nice")
    assert (limits.at_once, lowered) == (2, [10])
