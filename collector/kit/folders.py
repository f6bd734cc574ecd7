"""Writing a capture into a folder of its own."""

from collections.abc import Mapping
from pathlib import Path

from collector.errors import CrosstrackError, UsageError


def check_empty(folder: Path) -> None:
    """Raises UsageError where something is in the way of a new `folder`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already and is not empty; choose another with --into")


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Writes `files` into `folder`, which is made; their paths, in order."""
    check_empty(folder)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            written.append(folder / name)
            written[-1].write_bytes(body)
    except OSError as error:
        raise CrosstrackError(f"{folder}: {error.strerror or 'it cannot be written'}") from error
    return written
