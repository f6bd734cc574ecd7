"""A ZIP from a stranger, read within limits: every entry is looked at before anything is unpacked."""

import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from collector.evidence.archive import entry
from collector.evidence.manifest import MAGIC, README

#: More than any bundle has: entries, bytes of the file, of one member and of all of them when unpacked.
MOST_ENTRIES = 20_000
LARGEST_FILE = LARGEST_TOTAL = 4 * 1024**3
LARGEST_MEMBER = 256 * 1024**2
LARGEST_TEXT = 64 * 1024**2
#: Deflate packs at most so tightly.
_TIGHTEST = 1100
_NAME = re.compile(r"(?:[a-z]{1,20}/)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}")
_END = struct.Struct("<4s4H2LH")
_LINE = struct.Struct("<4s4B4H3L5H2L")
_LOCAL = 30
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
#: What an entry tells beside sizes and place.
_PARTS = (
    "compress_type",
    "external_attr",
    "internal_attr",
    "create_system",
    "create_version",
    "extract_version",
    "flag_bits",
    "date_time",
    "extra",
    "comment",
    "volume",
    "reserved",
)


class NoBundle(Exception):
    """The file is none of ours at all; the text says what it is instead."""


class Unreadable(Exception):
    """A bundle whose list of members cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle's members in the order of the archive, all of them within the limits."""

    archive: ZipFile
    entries: tuple[ZipInfo, ...]
    raw: BinaryIO

    def digest(self, name: str) -> str:
        """SHA-256 of a member. Raises BadZipFile for one that cannot be unpacked."""
        found = sha256()
        for chunk in self._chunks(name):
            found.update(chunk)
        return found.hexdigest()

    def text(self, name: str) -> bytes:
        """A member that is small enough to be held. Raises BadZipFile."""
        if self.archive.getinfo(name).file_size > LARGEST_TEXT:
            raise BadZipFile("larger than any such file")
        return b"".join(self._chunks(name))

    def _chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self.archive.open(name) as member:
                while chunk := member.read(_CHUNK):
                    yield chunk
        except (ZlibError, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
            raise BadZipFile(str(error)) from error


@contextmanager
def opened(file: Path) -> Iterator[Opened]:
    """The bundle in `file`. Raises NoBundle, Unreadable, OSError."""
    with file.open("rb") as raw:
        is_ours = _has_magic(raw)
        try:
            archive = _archive(raw)
        except (BadZipFile, struct.error, NotImplementedError, ValueError, OverflowError) as error:
            if is_ours:
                raise Unreadable(str(error)) from error
            raise NoBundle("no ZIP archive, or not one of these") from error
        with archive:
            yield Opened(archive, tuple(archive.infolist()), raw)


def _archive(raw: BinaryIO) -> ZipFile:
    """Raises, among others, BadZipFile for what is damaged or must not even be unpacked."""
    _check_end(raw)
    archive = ZipFile(raw)
    _check(archive.infolist())
    return archive


def _has_magic(raw: BinaryIO) -> bool:
    """Whether the file begins like a bundle; the first member is packed as it is."""
    raw.seek(0)
    head = raw.read(_LOCAL + len(README) + len(MAGIC))
    name = head[_LOCAL : _LOCAL + len(README)]
    return head.startswith(b"PK\x03\x04") and (name == README.encode() or head.endswith(MAGIC))


def _check_end(raw: BinaryIO) -> None:
    """Raises BadZipFile unless the file ends with a plain end of an archive of bearable size."""
    size = raw.seek(0, 2)
    if size > LARGEST_FILE:
        raise BadZipFile("larger than any bundle")
    if size < _END.size:
        raise BadZipFile("too short")
    raw.seek(size - _END.size)
    mark, disk, first, here, total, length, start, comment = _END.unpack(raw.read(_END.size))
    if mark != b"PK\x05\x06" or comment:
        raise BadZipFile("cut off, or something follows its end")
    if disk or first or here != total or start + length + _END.size != size:
        raise BadZipFile("its end does not fit the rest")
    if total > MOST_ENTRIES:
        raise BadZipFile(f"{total} members are more than any bundle has")


def _check(entries: Sequence[ZipInfo]) -> None:
    """Raises BadZipFile for entries that must not even be unpacked."""
    total = sum(info.file_size for info in entries)
    if total > LARGEST_TOTAL:
        raise BadZipFile("unpacked it would be larger than any bundle")
    if len({info.filename for info in entries}) != len(entries):
        raise BadZipFile("two members have one name")
    for info in entries:
        if not _NAME.fullmatch(info.filename) or info.filename != info.orig_filename:
            raise BadZipFile(f"a member is called {info.filename[:60]!r}")
        if info.flag_bits & _ENCRYPTED:
            raise BadZipFile(f"{info.filename} is encrypted")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise BadZipFile(f"{info.filename} is packed in a way bundles are not")
        if info.file_size > LARGEST_MEMBER or info.file_size > _TIGHTEST * (info.compress_size + 1):
            raise BadZipFile(f"{info.filename} would be too large")


def odd_entries(bundle: Opened, made_at: datetime | None) -> Iterator[str]:
    """The members whose entries in the archive are not as they were written at `made_at` (None: any time)."""
    place, listed = 0, bundle.archive.start_dir
    for info in bundle.entries:
        header, line = info.FileHeader(zip64=False), _listed(info)
        fits = info.header_offset == place and _reads(bundle.raw, place, header)
        if not fits or not _reads(bundle.raw, listed, line) or not _is_as_written(info, made_at):
            yield info.filename
        place = info.header_offset + len(header) + info.compress_size
        listed += len(line)


def _listed(info: ZipInfo) -> bytes:
    """The line of the archive's list for an entry without extra fields and comment."""
    year, month, day, hour, minute, second = info.date_time
    name = info.filename.encode()
    return (
        _LINE.pack(
            b"PK\x01\x02",
            info.create_version,
            info.create_system,
            info.extract_version,
            0,
            info.flag_bits,
            info.compress_type,
            hour << 11 | minute << 5 | second // 2,
            (year - 1980) << 9 | month << 5 | day,
            info.CRC,
            info.compress_size,
            info.file_size,
            len(name),
            0,
            0,
            0,
            info.internal_attr,
            info.external_attr,
            info.header_offset,
        )
        + name
    )


def _reads(raw: BinaryIO, place: int, wanted: bytes) -> bool:
    raw.seek(place)
    return raw.read(len(wanted)) == wanted


def _is_as_written(info: ZipInfo, made_at: datetime | None) -> bool:
    try:
        written = entry(info.filename, made_at or datetime(*info.date_time, tzinfo=UTC))
    except ValueError:  # a date of no calendar
        return False
    return all(getattr(info, name) == getattr(written, name) for name in _PARTS)
