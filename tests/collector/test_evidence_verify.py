"""Whether a bundle is as it was made: whatever is done to it is named, and hostile archives cost nothing."""

import json
import struct
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.evidence.manifest import (
    LeftOut,
    Manifest,
    Member,
    digest,
    manifest_text,
    read_manifest,
    sums_text,
)
from collector.evidence.verifying import NotEvidence, verify
from tests.collector.bundles import NOW, bundle, filled_with, members, packed, shop, story
from tests.collector.worlds import one_line


@cache
def whole():
    """A sound bundle."""
    folder = Path(mkdtemp())
    bundle(filled_with(folder / "crosstrack.db", *story(), shop()), folder / "e.zip")
    return (folder / "e.zip").read_bytes()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "e.zip"
    path.write_bytes(whole())
    return path


def faults(path):
    return [(fault.member, fault.what) for fault in verify(path).faults]


def named(path):
    return {member for member, _ in faults(path)}


def sealed(contents, **changes):
    """The members with a manifest and sums that fit what they are now: anybody can make these."""
    old = read_manifest(contents["manifest.json"].decode())
    listed = [name for name in contents if name not in ("manifest.json", "SHA256SUMS")]
    pages = {member.name: (member.page, member.as_stored) for member in old.members}
    made = tuple(
        Member(name, digest(contents[name]), len(contents[name]), *pages.get(name, (None, False)))
        for name in listed
    )
    text = manifest_text(replace(old, **{"members": made} | changes)).encode()
    sums = sums_text(made, digest(text)).encode()
    return {name: contents[name] for name in listed} | {"manifest.json": text, "SHA256SUMS": sums}


def test_a_bundle_as_it_was_made_is_sound(file):
    found = verify(file)
    assert found.faults == ()
    assert found.root == digest(members(file)["manifest.json"])
    assert sealed(members(file)) == members(file)


# --- damage ----------------------------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=60)
def test_any_changed_byte_of_any_member_is_named(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("flip") / "e.zip"
    path.write_bytes(whole())
    contents = members(path)
    name = data.draw(st.sampled_from(sorted(contents)))
    body = bytearray(contents[name])
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    packed(path, contents | {name: bytes(body)})
    assert name in named(path)
    # A changed manifest leaves the others named or not by the sums; a changed file leaves all others sound.
    if name not in ("manifest.json", "SHA256SUMS"):
        assert named(path) == {name}


@given(st.integers(0), st.integers(1, 255))
@settings(max_examples=150)
def test_no_changed_byte_of_the_archive_goes_unseen(tmp_path_factory, place, change):
    path = tmp_path_factory.mktemp("raw") / "e.zip"
    raw = bytearray(whole())
    raw[place % len(raw)] ^= change
    path.write_bytes(raw)
    try:
        found = verify(path)
    except NotEvidence:
        return
    if not found.faults:  # bits behind the end of what is packed say nothing
        assert members(path) == read_all()


@cache
def read_all():
    path = Path(mkdtemp()) / "e.zip"
    path.write_bytes(whole())
    return members(path)


def test_a_missing_and_an_added_member_are_named(file):
    contents = members(file)
    contents.pop("history.csv")
    packed(file, contents)
    assert faults(file) == [("history.csv", "is missing")]
    packed(file, read_all() | {"extra.txt": b"x"})
    assert faults(file) == [("extra.txt", "was added")]


@pytest.mark.parametrize("name", ["manifest.json", "SHA256SUMS", "visits.jsonl", "README.txt"])
def test_what_every_bundle_has_is_missed(file, name):
    contents = members(file)
    contents.pop(name)
    packed(file, contents)
    assert (name, "is missing") in faults(file)


def test_a_page_that_was_exchanged_is_named_with_the_manifest_lost(file):
    contents = members(file)
    contents["history.csv"] += b"\r\n"
    contents["manifest.json"] = b"{}"
    packed(file, contents)
    assert {"history.csv", "manifest.json"} <= named(file)


def test_members_in_another_order_are_named(file):
    pairs = list(members(file).items())
    pairs[3], pairs[4] = pairs[4], pairs[3]
    packed(file, pairs)
    assert faults(file) == [(pairs[3][0], "stands in another place than it was written")]


def test_other_dates_and_comments_in_the_archive_are_named(file):
    contents = members(file)
    packed(file, contents, made_at=NOW.replace(year=2025))
    assert named(file) == set(contents)
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"hello"
    assert faults(file) == [(None, "the archive cannot be read: cut off, or something follows its end")]


@pytest.mark.parametrize("cut", [1, 10, 22, 500, 5000])
def test_a_bundle_that_is_cut_off_is_damaged(file, cut):
    file.write_bytes(whole()[:-cut])
    assert faults(file)[0][1].startswith("the archive cannot be read")
    file.write_bytes(whole() + b"x" * cut)
    assert faults(file)[0][1].startswith("the archive cannot be read")


# --- forged with care ------------------------------------------------------------------------------------


def test_a_changed_visit_breaks_the_chain_even_under_a_new_manifest(file):
    contents = members(file)
    lines = contents["visits.jsonl"].decode().splitlines(keepends=True)
    lines[1] = lines[1].replace("2026-03-01T10", "2026-03-01T11")
    packed(file, sealed(contents | {"visits.jsonl": "".join(lines).encode()}))
    ((member, what),) = faults(file)
    assert member == "visits.jsonl"
    assert what.startswith("the chain breaks at visit 2 (")


def test_visits_in_another_order_or_fewer_of_them_are_named(file):
    contents = members(file)
    lines = contents["visits.jsonl"].decode().splitlines(keepends=True)
    packed(file, sealed(contents | {"visits.jsonl": "".join(reversed(lines)).encode()}))
    assert {"the chain breaks", "its visits are not in the order of time"} <= {
        what.partition(" at visit")[0] for _, what in faults(file)
    }
    packed(file, sealed(contents | {"visits.jsonl": "".join(lines[:-1]).encode()}))
    assert ("visits.jsonl", f"{len(lines) - 1} visits, but the chain has {len(lines)} links") in faults(file)


def test_a_page_that_is_not_what_was_stored_is_named(file):
    contents = members(file)
    old = read_manifest(contents["manifest.json"].decode())
    page = next(member for member in old.members if member.page)
    forged = tuple(Member(m.name, m.sha256, m.bytes, "0" * 64 if m == page else m.page, True if m == page else
                          m.as_stored) for m in old.members)  # fmt: skip
    packed(file, sealed(contents, members=forged))
    assert {what for member, what in faults(file) if member == page.name} >= {
        "is said to be as it was stored, and is not",
        "shows a page of no visit in the chain",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '{"format": 1}',
        "[" * 100_000,
        '{"files": 5}',
        "\x00",
        '{"made_at": "2026-03-20T12:00:00Z"}',
    ],
)
def test_a_manifest_of_any_other_kind_is_named(file, text):
    packed(file, members(file) | {"manifest.json": text.encode()})
    assert "manifest.json" in named(file)


def test_a_manifest_reads_back_as_it_was_written():
    made = Manifest(
        NOW, "p", "é\u202e", False, (Member("a", "0" * 64, 1),), (LeftOut("b", "dom", "c"),), ("1",)
    )
    assert read_manifest(manifest_text(made)) == made


# --- archives from strangers -----------------------------------------------------------------------------


def zipped(path, *pairs, **more):
    with zipfile.ZipFile(path, "w", **more) as archive:
        for name, data in pairs:
            archive.writestr(name, data)


def test_other_files_are_no_bundles(tmp_path, crosstrack):
    path = tmp_path / "x.zip"
    for content in (b"", b"PK", b"hello" * 100, b"PK\x05\x06" + bytes(18)):
        path.write_bytes(content)
        assert "is no bundle of evidence" in one_line(crosstrack("evidence", "verify", path, status=2)) or (
            "no bundle" in one_line(crosstrack("evidence", "verify", path, status=2))
        )
    zipped(path, ("a.txt", "x"))
    one_line(crosstrack("evidence", "verify", path, status=2))
    one_line(crosstrack("evidence", "verify", tmp_path, status=2))
    one_line(crosstrack("evidence", "verify", tmp_path / "none", status=2))


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a\\b",
        "C:x",
        ".hidden",
        "a/../b",
        "pages/",
        "x" * 300,
        "é",
        "a\x00b",
        "a\nb",
    ],
)
def test_names_that_lead_elsewhere_are_refused_before_anything_is_unpacked(file, name):
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"x")
    assert faults(file)


def test_two_members_of_one_name_are_refused(file):
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("report.html", b"other")
    assert faults(file) == [(None, "the archive cannot be read: two members have one name")]


def test_a_bomb_is_not_unpacked(file, monkeypatch):
    monkeypatch.setattr("collector.evidence.opened.LARGEST_MEMBER", 1024**2)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", bytes(1024**2 + 1))
    assert faults(file) == [(None, "the archive cannot be read: bomb.txt would be too large")]


def test_an_entry_that_lies_of_its_size_is_named(file):
    raw = bytearray(whole())
    start = raw.rindex(b"PK\x01\x02")
    struct.pack_into("<L", raw, start + 24, 10)
    file.write_bytes(raw)
    assert "SHA256SUMS" in named(file)


def test_encrypted_members_and_strange_packing_are_refused(file):
    raw = bytearray(whole())
    start = raw.rindex(b"PK\x01\x02")
    raw[start + 8] |= 1
    file.write_bytes(raw)
    assert "is encrypted" in faults(file)[0][1]
    raw = bytearray(whole())
    raw[start + 10] = 12
    file.write_bytes(raw)
    assert "is packed in a way" in faults(file)[0][1]


def test_huge_counts_are_refused_at_once(file):
    raw = bytearray(whole())
    struct.pack_into("<2H", raw, len(raw) - 14, 60_000, 60_000)
    file.write_bytes(raw)
    assert faults(file) == [(None, "the archive cannot be read: 60000 members are more than any bundle has")]


# --- the command -----------------------------------------------------------------------------------------


def test_the_command_names_what_is_wrong_and_says_what_it_cannot_show(file, crosstrack):
    sound = crosstrack("evidence", "verify", file)
    assert "only a digest kept elsewhere" in sound.stderr
    packed(file, members(file) | {"report.html": b"x"})
    bad = crosstrack("evidence", "verify", file, status=1)
    assert "report.html: was altered" in bad.stdout
    (told,) = json.loads(crosstrack("evidence", "verify", file, "--json", status=1).stdout)
    assert told["faults"] == [{"member": "report.html", "what": "was altered"}]
    assert not told["sound"]


def test_what_a_bundle_says_steers_no_terminal(file, crosstrack):
    contents = members(file)
    lines = contents["visits.jsonl"].decode().splitlines(keepends=True)
    lines[0] = lines[0].replace('"portal":"', '"portal":"\\u001b[31m\\u202e')
    packed(file, sealed(contents | {"visits.jsonl": "".join(lines).encode()}))
    done = crosstrack("evidence", "verify", file, status=1)
    assert not set("\x1b\u202e") & set(done.output)
