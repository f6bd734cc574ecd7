"""The ZIP of a bundle: the same members always make the same file. One entry's form is known beforehand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, LargeZipFile, ZipFile, ZipInfo

from collector.errors import CrosstrackError
from collector.evidence.manifest import (
    MANIFEST,
    README,
    SUMS,
    LeftOut,
    Manifest,
    Member,
    digest,
    manifest_text,
    sums_text,
)

_PACKED = frozenset({"png", "jpg", "webp", "pdf"})
_MODE = 0o100600 << 16
_UNIX, _VERSION = 3, 20
_LEVEL = 6


@dataclass(slots=True)
class Archive:
    """A ZIP being written. Members come in the order in which they are added."""

    path: Path
    made_at: datetime
    members: list[Member] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    _zip: ZipFile = field(init=False)

    def __post_init__(self) -> None:
        self._zip = ZipFile(self.path, "w", allowZip64=False)

    def add(self, name: str, data: bytes, *, page: str | None = None, as_stored: bool = False) -> None:
        """Add a file; `page` as in `Member`."""
        self.members.append(Member(name, digest(data), len(data), page, as_stored))
        self._write(name, data)

    def finish(self, *, program: str, asked_for: str, personal: bool, links: list[str]) -> str:
        """Add the manifest and the sums, and close; the digest of the manifest."""
        manifest = Manifest(
            self.made_at,
            program,
            asked_for,
            personal,
            tuple(self.members),
            tuple(self.left_out),
            tuple(links),
        )
        text = manifest_text(manifest).encode()
        self._write(MANIFEST, text)
        self._write(SUMS, sums_text(self.members, digest(text)).encode())
        self._zip.close()
        return digest(text)

    def _write(self, name: str, data: bytes) -> None:
        try:
            self._zip.writestr(entry(name, self.made_at), data, compresslevel=_LEVEL)
        except LargeZipFile as error:
            raise CrosstrackError(
                "more pages than one ZIP can hold (4 GB); name a single number, or prune old pages"
            ) from error


def entry(name: str, made_at: datetime) -> ZipInfo:
    """The entry a member has, before its sizes are known."""
    moment = made_at.astimezone(UTC)
    info = ZipInfo(name, (max(moment.year, 1980), *moment.timetuple()[1:5], moment.second // 2 * 2))
    is_plain = name == README or name.rpartition(".")[2] in _PACKED
    info.compress_type = ZIP_STORED if is_plain else ZIP_DEFLATED
    info.external_attr, info.create_system = _MODE, _UNIX
    info.create_version = info.extract_version = _VERSION
    return info
