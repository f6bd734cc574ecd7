"""What tests of any part may ask for."""

import os
from pathlib import Path

import pytest

from tests.collector.worlds import blank


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a test's database may be; it does not exist yet."""
    return tmp_path / "crosstrack.db"


@pytest.fixture
def db():
    """An open, empty database, in memory."""
    opened = blank()
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds a person's database through the environment."""
    if "CROSSTRACK_DB" in os.environ:
        monkeypatch.delenv("CROSSTRACK_DB")
