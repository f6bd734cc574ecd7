"""Where things are kept when nobody says otherwise."""

from pathlib import Path

import platformdirs

DATABASE = "CROSSTRACK_DB"


def default_database() -> Path:
    """The database in the platform's data directory."""
    return platformdirs.user_data_path("crosstrack", appauthor=False) / "crosstrack.db"
