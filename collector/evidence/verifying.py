"""Whether a bundle is as it was made: every member, their order, the manifest, the chain of visits.

This shows damage. It cannot show forgery by whoever made the bundle: who can write one can write another.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from collector.errors import UsageError
from collector.evidence.chain import BEGINNING, links
from collector.evidence.manifest import (
    MANIFEST,
    README,
    SUMS,
    VISITS,
    Manifest,
    NotAManifest,
    digest,
    order_of,
    read_manifest,
    read_sums,
    sums_text,
)
from collector.evidence.opened import NoBundle, Opened, Unreadable, odd_entries, opened


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was made. `member` is None where no single one can be named."""

    member: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. `root` is the digest of the manifest, None where there is none.

    manifest  None where it cannot be read, or was changed
    """

    faults: tuple[Fault, ...]
    root: str | None = None
    manifest: Manifest | None = None


class NotEvidence(UsageError):
    """The file is no bundle of evidence."""


def verify(file: Path) -> Verified:
    """What is wrong with the bundle in `file`, nothing for a sound one. Raises NotEvidence."""
    try:
        with opened(file) as bundle:
            return _verified(file, bundle)
    except NoBundle as error:
        raise NotEvidence(f"{file} is no bundle of evidence: {error}") from error
    except Unreadable as error:
        return Verified((Fault(None, f"the archive cannot be read: {error}"),))
    except OSError as error:
        raise NotEvidence(f"{file} cannot be read: {error.strerror or error}") from error


def _verified(file: Path, bundle: Opened) -> Verified:
    names = [info.filename for info in bundle.entries]
    if README not in names and MANIFEST not in names:
        raise NotEvidence(f"{file} is a ZIP archive, but no bundle of evidence")
    texts = {name: _text(bundle, name) for name in (MANIFEST, SUMS, VISITS) if name in names}
    manifest, faults = _manifest(texts)
    raw = texts.get(MANIFEST)
    expected = (
        {member.name: member.sha256 for member in manifest.members}
        if manifest
        else read_sums((texts.get(SUMS) or b"").decode("utf-8", "replace"))
    )
    found = {name: _digest(bundle, name) for name in names}
    faults += _members(names, expected, found)
    faults += [
        Fault(name, "its entry in the archive was changed")
        for name in odd_entries(bundle, manifest.made_at if manifest else None)
    ]
    if manifest:
        faults += _order(names, manifest)
        faults += _pages(manifest)
        faults += _chain(texts.get(VISITS), manifest)
    return Verified(_once(faults), digest(raw) if raw is not None else None, manifest)


def _manifest(texts: Mapping[str, bytes | None]) -> tuple[Manifest | None, list[Fault]]:
    """The manifest, unless it was changed; and what is wrong with it or with the sums."""
    raw, sums = texts.get(MANIFEST), texts.get(SUMS)
    if raw is None:
        return None, [Fault(MANIFEST, "cannot be unpacked")] if MANIFEST in texts else []
    try:
        manifest = read_manifest(raw.decode())
    except (NotAManifest, UnicodeDecodeError) as error:
        said = str(error) if isinstance(error, NotAManifest) else "is not as it was written"
        return None, [Fault(MANIFEST, said)]
    if sums is not None and sums != sums_text(manifest.members, digest(raw)).encode():
        return manifest, [Fault(SUMS, "does not say what the manifest says")]
    return manifest, [Fault(SUMS, "cannot be unpacked")] if SUMS in texts and sums is None else []


def _members(
    names: Sequence[str], expected: Mapping[str, str], found: Mapping[str, str | None]
) -> Iterator[Fault]:
    """Members that were altered, are missing, or were added."""
    for name in (README, VISITS, *expected, MANIFEST, SUMS):
        if name not in found:
            yield Fault(name, "is missing")
    for name in names:
        if found[name] is None:
            yield Fault(name, "cannot be unpacked")
        elif name in expected and found[name] != expected[name]:
            yield Fault(name, "was altered")
        elif name not in (*expected, MANIFEST, SUMS):
            yield Fault(name, "was added")


def _order(names: Sequence[str], manifest: Manifest) -> Iterator[Fault]:
    wanted = order_of(manifest.members)
    if sorted(names) == sorted(wanted) and list(names) != wanted:
        first = next(name for name, other in zip(names, wanted, strict=True) if name != other)
        yield Fault(first, "stands in another place than it was written")


def _pages(manifest: Manifest) -> Iterator[Fault]:
    """Members that are said to be stored pages, and are not."""
    for member in manifest.members:
        if member.as_stored and member.page != member.sha256:
            yield Fault(member.name, "is said to be as it was stored, and is not")


def _chain(visits: bytes | None, manifest: Manifest) -> Iterator[Fault]:
    """Where the chain of visits breaks, and members that show pages of no visit in it."""
    if visits is None:
        return
    lines = visits.decode("utf-8", "replace").splitlines()
    pairs = zip(lines, links(lines), manifest.links, strict=False)
    breaks = (place for place, (_, link, told) in enumerate(pairs) if link != told)
    if (first := next(breaks, None)) is not None:
        yield Fault(VISITS, f"the chain breaks at visit {first + 1} ({_called(lines[first])})")
    if len(lines) != len(manifest.links):
        yield Fault(VISITS, f"{len(lines)} visits, but the chain has {len(manifest.links)} links")
    times = [_seen_at(line) for line in lines]
    if times != sorted(times):
        yield Fault(VISITS, "its visits are not in the order of time")
    if links(lines) != list(manifest.links):
        return  # of other visits nothing follows
    shown = {page for line in lines for page in _pages_in(line)}
    for member in manifest.members:
        if member.page is not None and member.page not in shown:
            yield Fault(member.name, "shows a page of no visit in the chain")


def chain_root(manifest: Manifest) -> str:
    """The last link of the chain."""
    return manifest.links[-1] if manifest.links else BEGINNING


def _called(line: str) -> str:
    told = _told(line)
    return f"{str(told.get('portal'))[:40]}, {str(told.get('seen_at'))[:40]}"


def _seen_at(line: str) -> str:
    """The time of a visit as text that sorts: milliseconds are there or not."""
    return str(_told(line).get("seen_at")).rstrip("Z")


def _pages_in(line: str) -> list[str]:
    pages = _told(line).get("pages")
    return (
        [str(page.get("sha256")) for page in pages if isinstance(page, dict)]
        if isinstance(pages, list)
        else []
    )


def _told(line: str) -> Mapping[str, object]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _text(bundle: Opened, name: str) -> bytes | None:
    try:
        return bundle.text(name)
    except BadZipFile:
        return None


def _digest(bundle: Opened, name: str) -> str | None:
    try:
        return bundle.digest(name)
    except BadZipFile:
        return None


def _once(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """The faults without those that say of a member again that it is not as it was."""
    kept: dict[tuple[str | None, str], Fault] = {}
    for fault in faults:
        kept.setdefault((fault.member, fault.what), fault)
    return tuple(kept.values())
