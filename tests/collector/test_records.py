"""The record format: what is read, what is refused and why, and that writing and reading are inverse."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.records import (
    BadLine,
    Record,
    RecordError,
    record_from_json,
    record_from_object,
    record_to_json,
    records_in,
)
from scrapers.contract import Reading, RelatedNumber, Row
from scrapers.words import Outcome

SEEN = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def an_object(**changes):
    whole = {
        "portal": "cainiao",
        "tracking_number": "LP00123456789012",
        "seen_at": "2026-03-01T10:00:00Z",
        "events": [{"description": "Accepted by carrier"}],
    }
    return {key: value for key, value in (whole | changes).items() if value is not ...}


def an_event(**fields):
    return an_object(events=[{"description": "Accepted by carrier"} | fields])


def read(data) -> Record:
    return record_from_json(json.dumps(data))


def reason(data) -> str:
    with pytest.raises(RecordError) as refused:
        record_from_json(data if isinstance(data, str | bytes) else json.dumps(data))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_every_documented_key_is_read():
    record = read(
        an_object(
            order_ids=["8190000000000001"],
            related_numbers=[{"number": "RR123456785ES", "carrier": "correos", "role": "last_mile"}],
            origin_country="CN",
            destination_country="ES",
            estimated_delivery={"from": "2026-03-09", "to": "2026-03-12"},
            viewer_utc_offset="-03:30",
            status="In transit",
            language="en",
            url="https://global.cainiao.com/newDetail.htm",
            complete=False,
            outcome="ok",
            rows_claimed=4,
            pickup_point="Kiosk",
            events=[
                {
                    "time_text": "2026-02-27 13:05:11",
                    "utc_offset": "+08:00",
                    "description": "Departed",
                    "place": "Shenzhen",
                    "code": "LH_DEPART",
                    "relayed_from": "airline",
                    "note": "by air",
                    "instant": "2026-02-27T05:05:11.250Z",
                }
            ],
        )
    )
    assert record.portal == "cainiao"
    assert record.seen_at == SEEN
    assert record.viewer_offset_minutes == -210
    assert record.url == "https://global.cainiao.com/newDetail.htm"
    assert record.reading == Reading(
        outcome=Outcome.OK,
        number="LP00123456789012",
        rows=(
            Row(
                description="Departed",
                time_text="2026-02-27 13:05:11",
                offset_text="+08:00",
                instant_ms=1772168711250,
                place="Shenzhen",
                code="LH_DEPART",
                note="by air",
                relayed_from="airline",
            ),
        ),
        complete=False,
        rows_claimed=4,
        status_text="In transit",
        language="en",
        origin_country="CN",
        destination_country="ES",
        pickup_point="Kiosk",
        estimate_from_on="2026-03-09",
        estimate_to_on="2026-03-12",
        related_numbers=(RelatedNumber("RR123456785ES", "correos", "last_mile"),),
        order_ids=("8190000000000001",),
    )


def test_the_smallest_record_is_complete_and_ok():
    reading = read(an_object()).reading
    assert (reading.outcome, reading.complete, reading.rows[0].time_text) == (Outcome.OK, True, None)


def test_a_record_without_events_means_no_events_yet():
    assert read(an_object(events=[])).reading.outcome is Outcome.NO_EVENTS_YET
    assert read(an_object(events=[], outcome="not_found")).reading.outcome is Outcome.NOT_FOUND


def test_the_tracking_number_gets_its_one_spelling_and_the_line_keeps_what_was_written():
    record = read(an_object(tracking_number=" rr 123-456 785 es "))
    assert record.tracking_number == record.reading.number == "RR123456785ES"
    assert b'" rr 123-456 785 es "' in record.line


def test_seen_at_with_an_offset_becomes_utc():
    assert read(an_object(seen_at="2026-03-01T12:30:00.5+02:30")).seen_at == SEEN + timedelta(seconds=0.5)


def test_an_offset_text_nobody_understands_is_kept_as_it_is():
    assert read(an_event(utc_offset="Beijing time")).reading.rows[0].offset_text == "Beijing time"


def test_an_unknown_role_is_other():
    record = read(an_object(related_numbers=[{"number": "A1", "role": "pallet"}]))
    assert record.reading.related_numbers == (RelatedNumber("A1", None, "other"),)


def test_empty_texts_are_no_texts():
    row = read(an_event(time_text="", place=" ")).reading.rows[0]
    assert (row.time_text, row.place) == (None, None)


def test_unknown_keys_are_kept_in_the_line_at_any_depth():
    record = read(an_event(weight="2 kg") | {"mood": {"b": 1, "a": [1.5, None]}})
    kept = json.loads(record.line)
    assert kept["mood"] == {"a": [1.5, None], "b": 1}
    assert kept["events"][0]["weight"] == "2 kg"


def test_the_last_of_equal_keys_wins():
    assert record_from_json(json.dumps(an_object())[:-1] + ', "portal": "usps"}').portal == "usps"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (an_object(portal=...), "portal is missing"),
        (an_object(portal=7), "portal is not a text"),
        (an_object(portal="Cainiao"), "portal is no portal name"),
        (an_object(portal="a" * 41), "portal is no portal name"),
        (an_object(portal="a\n"), "portal is no portal name"),
        (an_object(tracking_number=""), "tracking_number is empty"),
        (an_object(tracking_number="A" * 51), "at most 50 characters"),
        (an_object(tracking_number="AB<12"), "contains '<'"),
        (an_object(tracking_number="_12"), "tracking number"),
        (an_object(seen_at=...), "seen_at is missing"),
        (an_object(seen_at="2026-03-01T10:00:00"), "seen_at has no time zone"),
        (an_object(seen_at="2026-03-01"), "seen_at has no time zone"),
        (an_object(seen_at="yesterday"), "seen_at is no ISO 8601 time"),
        (an_object(seen_at="2026-02-30T10:00:00Z"), "seen_at is no time of any calendar"),
        (an_object(seen_at="0001-01-01T00:00:00+14:00"), "seen_at is no time of any calendar"),
        (an_object(events=...), "events is missing"),
        (an_object(events={}), "events is not a list"),
        (an_object(events=["x"]), "events[0] is not an object"),
        (an_object(events=[{"description": "a"}, {}]), "events[1].description is missing"),
        (an_event(description="  "), "events[0].description is empty"),
        (an_event(time_text=20260301), "events[0].time_text is not a text"),
        (an_event(utc_offset=8), "events[0].utc_offset is not a text"),
        (an_event(place=[]), "events[0].place is not a text"),
        (an_event(code=17), "events[0].code is not a text"),
        (an_event(note="x" * 10_001), "events[0].note is longer than 10,000 characters"),
        (an_event(instant="2026-03-01T10:00:00"), "events[0].instant has no time zone"),
        (an_object(events=[{"description": "a"}] * 5_001), "events has more than 5,000 entries"),
        (an_object(estimated_delivery="soon"), "estimated_delivery is not an object"),
        (an_object(estimated_delivery={"from": "20260309"}), "estimated_delivery.from is no date"),
        (an_object(order_ids=[819]), "order_ids[0] is not a text"),
        (an_object(related_numbers=[{"carrier": "dpd"}]), "related_numbers[0].number is missing"),
        (an_object(viewer_utc_offset="+25:00"), "viewer_utc_offset is no offset"),
        (an_object(viewer_utc_offset=60), "viewer_utc_offset is not a text"),
        (an_object(rows_claimed=True), "rows_claimed is no count"),
        (an_object(rows_claimed=-1), "rows_claimed is no count"),
        (an_object(complete="yes"), "complete is neither true nor false"),
        (an_object(outcome="fine"), "outcome is none of ok, no_events_yet"),
        ([an_object()], "a record is one JSON object"),
        (an_object(mood="a\x00b"), "NUL character"),
        (an_object(mood="\ud800"), "surrogate"),
        (an_object(mood={"\udfff": 1}), "surrogate"),
        ('{"portal": NaN}', "NaN is not JSON"),
        ('{"portal": 1e999}', "a number in it is too large"),
        ('{"portal": ' + "9" * 5_000 + "}", "a number in it is too long"),
        ('{"portal": ' + "[" * 200_000, "nested too deeply"),
        ('{"portal": "cai', "not JSON: Unterminated string starting at (character 12)"),
        ("", "not JSON"),
        (b"\xff\xfe{", "the text is not UTF-8"),
        (json.dumps(an_object(mood="x" * 10_000_000)), "the record is longer than 8,000,000 bytes"),
    ],
)
def test_what_is_no_record_is_refused_with_the_reason(data, expected):
    assert expected in reason(data)


def test_an_escaped_backslash_before_u0000_is_no_nul_character():
    assert read(an_object(mood="\\u0000")).portal == "cainiao"


def test_lines_come_in_order_and_a_half_line_costs_no_other():
    good = json.dumps(an_object()).encode()
    lines = [b"\xef\xbb\xbf" + good + b"\r", b"", good[:40], b" ", None, good]
    found = list(records_in(lines, "march.jsonl"))
    assert [type(item) for item in found] == [Record, BadLine, BadLine, Record]
    assert [(one.file, one.line) for one in found[1:3]] == [("march.jsonl", 3), ("march.jsonl", 5)]
    assert found[1].reason.startswith("not JSON")
    assert found[2].reason == "the line is too long for a record"


def test_a_line_separator_inside_a_text_does_not_end_the_line():
    line = json.dumps(an_event(note="one\u2028two\x85three"), ensure_ascii=False).encode()
    (record,) = records_in([line], "f")
    assert record.reading.rows[0].note == "one\u2028two\x85three"


def test_keys_without_a_value_are_not_written():
    written = record_to_json("usps", "A1", SEEN, Reading(rows=(Row("Delivered"),)))
    assert written == {
        "portal": "usps",
        "tracking_number": "A1",
        "seen_at": "2026-03-01T10:00:00Z",
        "events": [{"description": "Delivered"}],
    }


def test_a_reading_without_rows_still_has_events_and_says_its_outcome():
    written = record_to_json("usps", "A1", SEEN, Reading(outcome=Outcome.NOT_FOUND, rows_claimed=0))
    assert (written["events"], written["outcome"], written["rows_claimed"]) == ([], "not_found", 0)


def test_a_naive_time_is_not_written():
    with pytest.raises(ValueError, match="no time zone"):
        record_to_json("usps", "A1", datetime(2026, 3, 1), Reading())  # noqa: DTZ001


def test_an_instant_no_calendar_knows_is_left_out():
    written = record_to_json("usps", "A1", SEEN, Reading(rows=(Row("x", instant_ms=10**20),)))
    assert written["events"] == [{"description": "x"}]


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20
).filter(str.strip)
MAYBE = st.none() | TEXTS
DAYS = st.none() | st.dates().map(str)
ROWS = st.builds(
    Row,
    description=TEXTS,
    time_text=MAYBE,
    offset_text=MAYBE,
    instant_ms=st.none() | st.integers(-62_135_596_800_000, 253_402_300_799_999),
    place=MAYBE,
    code=MAYBE,
    note=MAYBE,
    relayed_from=MAYBE,
)
READINGS = st.builds(
    Reading,
    outcome=st.sampled_from(Outcome),
    number=MAYBE,
    rows=st.lists(ROWS, max_size=4).map(tuple),
    complete=st.booleans(),
    rows_claimed=st.none() | st.integers(0, 10_000),
    rows_bad=st.integers(0, 50),
    problems=st.lists(TEXTS, max_size=2).map(tuple),
    status_text=MAYBE,
    language=MAYBE,
    origin_country=MAYBE,
    destination_country=MAYBE,
    pickup_point=MAYBE,
    estimate_from_on=DAYS,
    estimate_to_on=DAYS,
    related_numbers=st.lists(
        st.builds(RelatedNumber, TEXTS, MAYBE, st.sampled_from(["shipment", "last_mile", "other"])),
        max_size=2,
    ).map(tuple),
    order_ids=st.lists(TEXTS, max_size=2).map(tuple),
)
ZONES = st.integers(-720, 840).map(lambda m: timezone(timedelta(minutes=m)))
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001


@given(READINGS, MOMENTS, st.none() | st.integers(-720, 840), MAYBE)
def test_what_is_written_reads_back_the_same(reading, seen_at, offset, url):
    written = record_to_json("dpd", "AB12", seen_at, reading, viewer_offset_minutes=offset, url=url)
    record = record_from_json(json.dumps(written))
    assert record.reading == replace(reading, number="AB12")
    assert (record.portal, record.tracking_number, record.seen_at) == ("dpd", "AB12", seen_at)
    assert (record.viewer_offset_minutes, record.url, record.language) == (offset, url, reading.language)
    assert record_from_json(record.line) == record


def record_or_reason(text):
    """The record of `text`, or the reason it is none; any other error escapes."""
    try:
        return record_from_json(text)
    except RecordError as error:
        return str(error)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "portal", "tracking_number", "seen_at", "events", "description", "instant", "number", "from", "outcome",
    "viewer_utc_offset", "estimated_delivery", "related_numbers", "order_ids", "rows_claimed", "complete",
]  # fmt: skip
ODD = st.dictionaries(st.sampled_from(KEYS), JSONS | st.lists(st.fixed_dictionaries({"description": JSONS})))


@given(
    st.text()
    | st.binary()
    | st.builds(json.dumps, JSONS)
    | st.builds(lambda d: json.dumps(an_object() | d), ODD)
)
@settings(max_examples=400)
def test_any_text_is_a_record_or_refused_with_one_line(text):
    item = record_or_reason(text)
    if isinstance(item, Record):
        assert record_from_json(item.line).line == item.line
    else:
        assert item
        assert item.isprintable()


def shuffled(value, random):
    if isinstance(value, dict):
        keys = sorted(value)
        random.shuffle(keys)
        return {key: shuffled(value[key], random) for key in keys}
    return [shuffled(item, random) for item in value] if isinstance(value, list) else value


PLAIN = st.dictionaries(TEXTS, st.integers() | TEXTS | st.dictionaries(TEXTS, TEXTS, max_size=3), max_size=4)


@given(READINGS, PLAIN, st.randoms(use_true_random=False), st.sampled_from([None, 1, 4]), st.booleans())
def test_key_order_and_white_space_never_change_the_line(reading, extra, random, indent, ascii_only):
    data = extra | record_to_json("dpd", "AB12", SEEN, reading)
    other = json.dumps(shuffled(data, random), indent=indent, ensure_ascii=ascii_only)
    assert record_from_json("\ufeff " + other + "\n").line == record_from_object(data).line
