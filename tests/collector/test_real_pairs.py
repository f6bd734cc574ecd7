"""One real scan as two portals showed it. The captures are not in the repository: CROSSTRACK_CAPTURES."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.fold import SeenReading, fold
from collector.read import read_rows
from collector.reconcile import Parcel, counts, reconcile
from collector.reconcile.learn import estimates
from scrapers.contract import Reading, Row

CAPTURES = os.environ.get("CROSSTRACK_CAPTURES")
pytestmark = pytest.mark.skipif(not CAPTURES, reason="CROSSTRACK_CAPTURES is not set")
SEEN = datetime(2026, 10, 1, tzinfo=UTC)


def track(portal, *rows, seen_at=SEEN):
    reading = SeenReading("v1", seen_at, read_rows(portal, Reading(rows=rows), seen_at))
    return fold(portal, "N", [reading]).observations


def result(**tracks):
    made = Parcel({(portal, "N"): rows for portal, rows in tracks.items()})
    return reconcile(made, estimates(counts(made)))


def test_one_scan_shown_alike_by_cainiao_and_17track_is_one_event_without_disagreement():
    pair = json.loads((Path(CAPTURES) / "pairs" / "UG251781108MV_cainiao_17track_2026-09.json").read_text())
    ours, theirs = pair["cainiao"], pair["17track"]
    found = result(
        cainiao=track(
            "cainiao",
            Row(ours["standerdDesc"], ours["timeStr"], offset_text=ours["timeZone"], code=ours["actionCode"]),
        ),
        seventeentrack=track(
            "seventeentrack",
            Row(theirs["description"], theirs["time_iso"], relayed_from=theirs["provider"]["name"]),
        ),
    )
    (event,) = found.events
    assert event.occurred_at == datetime.fromisoformat(theirs["time_utc"])
    assert set(event.shown) == {"cainiao", "seventeentrack"}
    assert found.disagreements == ()


def stated(scan):
    file = Path(CAPTURES) / "pairs" / "reported_time_disagreements_2026.json"
    (pair,) = [p for p in json.loads(file.read_text())["pairs"] if p["scan"] == scan]
    return pair


def printed(text, words="Scan"):
    """A row of "14:05+02:00", with more words within, on some day."""
    time, offset = re.match(r"(\d\d:\d\d).*?([+-]\d\d:\d\d)", text).groups()
    return Row(words, f"2026-09-20T{time}:00{offset}")


def test_local_time_labelled_utc_is_not_blamed_on_either_portal_without_a_third():
    pair = stated("DPD scan")
    rows = {
        "carrier": printed(pair["carrier_clock"]),
        "relay": printed(pair["parcelsapp_date"]),
    }
    found = result(**{portal: track(portal, read) for portal, read in rows.items()})
    assert {b.source for b in found.beliefs.values()} == {"stated"}
    assert len(found.events) == 2  # nothing but a wall clock says that these two are one scan


def test_local_time_labelled_utc_by_a_portal_known_to_repeat_others_is_its_wrong_label():
    pair = stated("DPD scan")
    found = result(
        dpd=track("dpd", printed(pair["carrier_clock"])),
        parcelsapp=track("parcelsapp", printed(pair["parcelsapp_date"])),
    )
    assert [d.kind for d in found.disagreements] == ["zone_label"]
    assert {b.offset_minutes for b in found.beliefs.values()} == {120}


def test_a_shifted_row_that_nothing_bears_out_is_not_matched_in_words_nobody_knows():
    pair = stated("Swiss Post delivery")
    rows = printed(pair["carrier_clock"]), printed(pair["parcelsapp_date"])
    for relay in ("relay", "parcelsapp"):
        found = result(carrier=track("carrier", rows[0]), **{relay: track(relay, rows[1])})
        assert len(found.events) == 2
        assert found.disagreements == ()
        assert {b.source for b in found.beliefs.values()} == {"stated"}


def test_a_shifted_delivery_is_one_event_and_its_difference_stays_unexplained():
    pair = stated("Swiss Post delivery")
    found = result(
        carrier=track("carrier", printed(pair["carrier_clock"], "Delivered")),
        parcelsapp=track("parcelsapp", printed(pair["parcelsapp_date"], "Delivered")),
    )
    assert [(d.kind, d.real_difference_s, d.suspect_observation) for d in found.disagreements] == [
        ("unexplained", 7200, None)
    ]
    assert {b.source for b in found.beliefs.values()} == {"stated"}


def test_one_wall_clock_under_two_offsets_of_one_portal_is_two_moments():
    stated("one scan of a CN to US parcel")  # 17TRACK shows it on the legs of two carriers
    rows = (
        Row("Departed", f"2026-09-20T11:30:00{offset}", relayed_from=who)
        for who, offset in (("China Post", "+08:00"), ("USPS", "-07:00"))
    )
    found = result(seventeentrack=track("17track", *rows))
    assert len(found.events) == 2
    assert found.disagreements == ()
    assert {b.source for b in found.beliefs.values()} == {"stated"}
