"""What is in a bundle, with the digest of everything: `manifest.json` and `SHA256SUMS`. Pure.

Each has one form only, so that a changed byte shows even where it changes no meaning.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from collector.read.offsets import iso_utc

FORMAT = "crosstrack-evidence"
VERSION = 1

README = "README.txt"
VISITS = "visits.jsonl"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
#: The first words of the first member: they tell a bundle that is cut off from other archives.
MAGIC = b"Crosstrack evidence, format 1\n"


class NotAManifest(Exception):
    """The text is no manifest, or not as it was written; its text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the bundle.

    page       the digest of the stored page it shows, None where it shows none
    as_stored  whether it is that page byte for byte
    """

    name: str
    sha256: str
    bytes: int
    page: str | None = None
    as_stored: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A stored page that is not in the bundle, and why."""

    page: str
    role: str
    because: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a bundle, in order. `links` are the chain of visits, a link for each."""

    made_at: datetime
    program: str
    asked_for: str
    personal: bool
    members: tuple[Member, ...]
    left_out: tuple[LeftOut, ...]
    links: tuple[str, ...]


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return sha256(data).hexdigest()


def manifest_text(manifest: Manifest) -> str:
    """`manifest.json`, sealed with a digest of its own."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": iso_utc(manifest.made_at),
        "program": manifest.program,
        "asked_for": manifest.asked_for,
        "personal": manifest.personal,
        "files": [asdict(member) for member in manifest.members],
        "left_out": [asdict(one) for one in manifest.left_out],
        "visits": {"file": VISITS, "links": list(manifest.links)},
    }
    return _written({**told, "seal": digest(_written(told).encode())})


def read_manifest(text: str) -> Manifest:
    """The manifest of a text. Raises NotAManifest unless it is to the letter what `manifest_text` wrote."""
    try:
        told = json.loads(text)
        made = Manifest(
            made_at=datetime.fromisoformat(told["made_at"]),
            program=str(told["program"]),
            asked_for=str(told["asked_for"]),
            personal=bool(told["personal"]),
            members=tuple(_member(one) for one in told["files"]),
            left_out=tuple(LeftOut(**one) for one in told["left_out"]),
            links=tuple(map(str, told["visits"]["links"])),
        )
        written = manifest_text(made)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotAManifest(f"cannot be read ({type(error).__name__})") from error
    if written != text:
        raise NotAManifest("is not as it was written")
    return made


def _member(told: Mapping[str, Any]) -> Member:
    made = Member(**told)
    texts = (made.name, made.sha256, "" if made.page is None else made.page)
    if not all(isinstance(text, str) for text in texts) or type(made.bytes) is not int:
        raise TypeError("a file is told in values of other kinds")
    return made


def sums_text(members: Iterable[Member], manifest_sha256: str) -> str:
    """`SHA256SUMS`: what `sha256sum --check` takes."""
    pairs = [*((member.sha256, member.name) for member in members), (manifest_sha256, MANIFEST)]
    return "".join(f"{hashed}  {name}\n" for hashed, name in pairs)


def read_sums(text: str) -> dict[str, str]:
    """The digest of each name in `SHA256SUMS`, as far as its lines can be read."""
    parts = (line.partition("  ") for line in text.splitlines())
    return {name: hashed for hashed, _, name in parts if len(hashed) == len(digest(b"")) and name}


def order_of(members: Sequence[Member]) -> list[str]:
    """The names of everything in the archive, in order."""
    return [*(member.name for member in members), MANIFEST, SUMS]


def _written(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=True, sort_keys=True, indent=1) + "\n"
