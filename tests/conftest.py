"""What tests of any part may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from typer.testing import CliRunner

from collector.browser.finding import BrowserMissing, find_browser
from collector.commands import app
from collector.store.opening import open_store
from tests.collector.worlds import CAINIAO, CORREOS, ORDER, blank, event, naming, record, take_in

# A busy machine is no failure; nothing here is timed.
settings.register_profile("untimed", deadline=None)
# What is checked in is judged by the same examples every time; everybody else's run looks for new ones.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "untimed")


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
def no_settings_from_outside(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No test finds a person's database or sessions, or asks a name server."""
    monkeypatch.setattr("collector.name_servers.addresses", lambda host: frozenset({"192.0.2.1"}))
    if "CROSSTRACK_DB" in os.environ:
        monkeypatch.delenv("CROSSTRACK_DB")
    none = tmp_path_factory.mktemp("none")
    monkeypatch.setenv("CROSSTRACK_SESSIONS", str(none / "sessions"))
    (none / "crosstrack.toml").touch()
    monkeypatch.setenv("CROSSTRACK_CONFIG", str(none / "crosstrack.toml"))


@pytest.fixture
def crosstrack(database):
    """Run a command on the test's database."""

    def run(*arguments, status=0):
        result = CliRunner().invoke(app, ["--db", str(database), *map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def filled(database):
    """The test's database with one parcel that two portals show."""
    here = event("2026-02-27 18:00:00", "Arrived", code="LH_ARRIVE", utc_offset="+08:00", place="Madrid")
    there = event("27/02/2026 11:00:00", "Llegada a España")
    with open_store(database) as db:
        take_in(db, [naming(CAINIAO, CORREOS, events=[here], order_ids=[ORDER])])
        take_in(db, [record("correos", CORREOS, events=[there])])
    return database


def pytest_sessionstart() -> None:
    """Where a browser is required, its absence ends the run: skipped tests would look like a success."""
    if os.environ.get("CROSSTRACK_REQUIRE_BROWSER"):
        try:
            find_browser(None, os.environ)
        except BrowserMissing as missing:
            pytest.exit(str(missing), returncode=1)
