"""Portals that answer from memory for whole runs, and the browser's tests' own bench for single visits."""

import pytest

from tests.browser.conftest import (  # noqa: F401 - fixtures
    _python_stays_on_this_machine,
    arguments,
    bench,
    module_bench,
    server,
    site,
)
from tests.faults.runs import SECOND_DAY, World, everything, installed


@pytest.fixture
def world(monkeypatch):
    """Portals of which every run of the test is answered."""
    return installed(monkeypatch, World())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Everything that a run on each of two days leaves when nothing goes wrong, after each."""
    database = tmp_path_factory.mktemp("undisturbed") / "crosstrack.db"
    with pytest.MonkeyPatch.context() as patched:
        calm = installed(patched, World())
        calm.collect(database)
        first = everything(database)
        calm.now = SECOND_DAY
        calm.collect(database)
    return first, everything(database)
