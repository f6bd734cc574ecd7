"""`import`, `parse` and `export` at the command line. Pages and payloads here are made up."""

import json
import os
import stat
from pathlib import Path

import pytest

from collector.store.opening import open_store
from tests.collector.worlds import (
    CAINIAO,
    CORREOS,
    column,
    contents,
    event,
    one_line,
    record,
    rows,
    said,
    take_in,
)

WHEN = ("--seen-at", "2026-03-01T10:00:00Z")


@pytest.fixture
def file(tmp_path):
    """Make a file of this content; a record is one line of it."""
    made = []

    def make(*parts):
        path = tmp_path / f"file-{len(made)}"
        made.append(path)
        path.write_bytes(b"\n".join(p if isinstance(p, bytes) else said(p).encode() for p in parts))
        return path

    return make


def parcel(number=CAINIAO, text="Departed from departure country/region"):
    """One parcel of a Cainiao payload."""
    shown = {"timeStr": "2026-02-02 10:40:00", "timeZone": "GMT+8", "actionCode": "LH_DEPART"}
    return {"mailNo": number, "detailList": [shown | {"desc": text, "standerdDesc": text}]}


def payload(*parcels):
    return {"module": list(parcels), "success": True}


def look(database: Path, sql: str):
    with open_store(database) as db:
        return column(db, sql)


# --- records -------------------------------------------------------------------------------------------


def test_records_land_and_a_second_time_are_known(crosstrack, database, file):
    records = file(record(), record("correos", CORREOS))
    assert one_line(crosstrack("import", records)) == "imported 2 visits, 0 known already, 0 refused\n"
    assert one_line(crosstrack("import", records)) == "imported 0 visits, 2 known already, 0 refused\n"
    assert look(database, "select source from visits") == ["import", "import"]


def test_bad_lines_are_named_by_file_and_line_and_the_good_ones_land(crosstrack, database, file):
    half = said(record())[:60].encode()
    unzoned = record(seen_at="2026-03-01T10:00:00")
    records = file(record(), half, b"", record("correos", CORREOS), unzoned, record("Not A Name"), b"[]")
    lines = crosstrack("import", records, status=1).stderr.splitlines()
    assert [line.split(": ")[0] for line in lines[:-1]] == [f"{records}:{n}" for n in (2, 5, 6, 7)]
    assert "no time zone" in lines[1]
    assert lines[-1] == "imported 2 visits, 0 known already, 4 refused"
    assert look(database, "select portal from visits order by 1") == ["cainiao", "correos"]


def test_keys_not_known_here_and_portals_not_known_here_are_kept(crosstrack, database, file):
    crosstrack("import", file(record("somewhere", mood="glad", events=[event("1 Feb 2026", weight=3)])))
    assert look(database, "select offset_source from observations") == ["unknown"]
    back = json.loads(crosstrack("export", "--format", "jsonl").stdout)
    assert (back["mood"], back["events"][0]["weight"]) == ("glad", 3)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00\xff" * 50, b"just words", b'{"module":'])
def test_a_file_of_no_known_kind_is_refused_in_one_line(crosstrack, file, content):
    path = file(content)
    refusal, total = crosstrack("import", path, status=1).stderr.splitlines()
    assert refusal.startswith(f"{path}: ")
    assert total.startswith("imported 0 visits")


def test_one_bad_file_does_not_cost_the_others(crosstrack, database, file):
    crosstrack("import", file(b"words"), file(record()), status=1)
    assert look(database, "select count(*) from parcels") == [1]
    crosstrack("import", database.parent / "none.jsonl", status=2)


def test_wrong_options_are_usage_errors_and_make_no_database(crosstrack, database, file):
    records = file(record())
    assert "known are 17track, aliexpress, auspost" in one_line(
        crosstrack("import", records, "--portal", "nonsense", status=2)
    )
    assert "no time zone" in one_line(crosstrack("import", records, "--seen-at", "2026-03-01", status=2))
    assert "no ISO 8601" in one_line(crosstrack("import", records, "--seen-at", "yesterday", status=2))
    assert not database.exists()
    crosstrack("import", records, "--portal", "usps", status=1)
    crosstrack("import", records, "--number", "AA1", status=1)
    assert look(database, "select count(*) from visits") == [0]


# --- pages and payloads --------------------------------------------------------------------------------


def test_a_payload_of_two_numbers_is_two_visits_that_share_a_page(crosstrack, database, file):
    crosstrack("import", file(payload(parcel("AA1"), parcel("BB2"))), *WHEN)
    assert look(database, "select tracking_number from visits order by 1") == ["AA1", "BB2"]
    assert look(database, "select count(*) from pages") == [1]
    assert look(database, "select count(*) from observations group by parcel_id") == [1, 1]


def test_a_payload_of_another_number_is_refused(crosstrack, database, file):
    path = file(payload(parcel("AA1")))
    refusal = crosstrack("import", path, "--number", "BB2", *WHEN, status=1).stderr
    assert "AA1" in refusal
    assert "BB2" in refusal
    assert look(database, "select count(*) from pages") == [0]


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_payload_cut_in_the_middle_is_refused(crosstrack, database, file, kept):
    whole = json.dumps(payload(parcel())).encode()
    crosstrack("import", file(whole[: int(len(whole) * kept)]), "--portal", "cainiao", *WHEN, status=1)
    assert look(database, "select count(*) from visits") == [0]


def test_a_page_of_thirty_megabytes_is_refused(crosstrack, file):
    huge = file(b"<!doctype html>" + b"<p>x</p>" * (30 * 1024 * 1024 // 8))
    assert "larger than 16 MB" in crosstrack("import", huge, "--portal", "usps", status=1).stderr


def test_half_characters_and_controls_in_a_payload_land(crosstrack, database, file):
    odd = json.dumps(payload(parcel(text="a\ud800b"), parcel("AA1", "a\x1bb")))
    crosstrack("import", file(odd.encode()), *WHEN)
    assert len(look(database, "select description from observations")) == 2
    crosstrack("show", CAINIAO)
    crosstrack("export", "history")
    crosstrack("rebuild")
    lines = crosstrack("export", "--format", "jsonl").stdout.splitlines()
    assert one_line(crosstrack("import", file(*(line.encode() for line in lines)))).startswith("imported 2 ")


def test_what_parse_prints_import_takes_and_it_gives_the_same(crosstrack, database, file, tmp_path):
    saved = file(payload(parcel(), parcel("AA1", "Arrived")))
    printed = crosstrack("parse", "cainiao", saved, *WHEN).stdout
    assert not database.exists()
    assert [json.loads(line)["tracking_number"] for line in printed.splitlines()] == [CAINIAO, "AA1"]
    crosstrack("import", saved, *WHEN)
    crosstrack("--db", tmp_path / "b.db", "import", file(printed.encode()))
    same = ("observations", "events", "disagreements", "parcels", "tracking_numbers", "clock_counts")
    with open_store(database) as pages, open_store(tmp_path / "b.db") as records:
        assert contents(pages, same) == contents(records, same)
        assert rows(pages, "select * from observations")


def test_parse_says_what_it_cannot_read(crosstrack, file):
    assert "known are" in one_line(crosstrack("parse", "nonsense", file(record()), status=2))
    stranger = file(b"<!doctype html><p>Hi")
    assert "nothing readable" in one_line(crosstrack("parse", "cainiao", stranger, status=1))


# --- export --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["history", "events", "disagreements", "findings", "parcels", "orders"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_everything_can_be_exported_in_both_forms(crosstrack, filled, what, form):
    result = crosstrack("export", what, "--format", form)
    lines = result.stdout.splitlines()
    assert len(lines) == {"findings": 3}.get(what, 1) + (form == "csv")
    if form == "jsonl":
        assert all(isinstance(json.loads(line), dict) for line in lines)
    assert result.stderr == ""


def test_csv_at_the_command_line_has_its_own_line_ends(crosstrack, database):
    with open_store(database) as db:
        take_in(db, [record(events=[event(None, "a\rb\nc")])])
    text = crosstrack("export", "history").stdout_bytes.decode()
    assert '"a\rb\nc"' in text
    assert text.endswith("\r\n")
    assert text.count("\r\n") == 2


def test_export_of_records_is_json_lines_alone(crosstrack, filled):
    assert "jsonl" in one_line(crosstrack("export", "records", status=2))
    everything = crosstrack("export", "records", "--format", "jsonl").stdout
    assert crosstrack("export", "--format", "jsonl").stdout == everything
    crosstrack("export", "--parcel", "none", status=2)
    assert json.loads(crosstrack("export", "parcels", "--format", "jsonl", "--parcel", CORREOS).stdout)


def test_what_a_command_leaves_beside_the_database_is_private(crosstrack, database, file):
    crosstrack("import", file(record()))
    beside = [p for p in database.parent.iterdir() if p.name.startswith(database.name)]
    assert {stat.S_IMODE(os.stat(p).st_mode) for p in beside} == {0o600}  # noqa: PTH116 - links are not followed
