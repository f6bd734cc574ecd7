"""One parcel's rows to events and disagreements. Portals `a` to `d` are invented and state their offsets."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from collector.reconcile import reconcile
from collector.reconcile.clocks import Estimate
from scrapers.words import Leg
from tests.collector.rows_made import followed, observation, parcel, reading, row

LATE = {("b", "unknown"): Estimate(lag_class="receipt")}
SCAN = {("b", "unknown"): Estimate(lag_class="scan")}


def at(portal, time, milestone="delivered", *, offset=60, words="A", number="N1", **more):
    return observation(portal, row(words, time, offset=offset, milestone=milestone, **more), number=number)


def utc(text):
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=UTC)


def only_event(*observations, estimates=None, **more):
    (event,) = reconcile(parcel(*observations, **more), estimates or {}).events
    return event


def only_disagreement(*observations, estimates=None, **more):
    (found,) = reconcile(parcel(*observations, **more), estimates or {}).disagreements
    return found


# --- the best time --------------------------------------------------------------------------------------


def test_a_claim_that_holds_beats_an_inferred_offset():
    taught = {("mine", "unknown"): Estimate("UTC+08:00", 480)}
    event = only_event(at("mine", "17:20:00", offset=None), at("a", "10:00"), estimates=taught)
    assert event.occurred_at == utc("02T09:00")


def test_finer_beats_coarser():
    assert only_event(at("a", "10:00"), at("b", "10:00:42")).occurred_at == utc("02T09:00:42")
    assert only_event(at("a", "2026-03-02"), at("b", "10:00")).occurred_at == utc("02T09:00")


def test_a_portal_that_shows_scans_beats_one_that_shows_their_receipt():
    scan, receipt = at("c", "10:25:00"), at("b", "10:00:00")
    assert only_event(scan, receipt).occurred_at == utc("02T09:00")
    assert only_event(scan, receipt, estimates=LATE).occurred_at == utc("02T09:25")


def test_the_carrier_that_holds_the_parcel_beats_an_observer():
    said = {"milestone": "delivered", "leg": "last_mile"}
    theirs = observation("correos", row("Entregado", "12:47:02", **said))
    observed = observation("cainiao", row("Delivered", "12:22:02", offset=60, **said))
    assert only_event(theirs, observed).occurred_at == utc("02T11:47:02")
    assert only_event(theirs, observed, destination="CN").occurred_at == utc("02T11:22:02")
    at_origin = [replace(o, row=replace(o.row, leg=Leg.ORIGIN)) for o in (theirs, observed)]
    assert only_event(*at_origin).occurred_at == utc("02T11:22:02")


def test_two_that_agree_beat_one_that_does_not():
    times = (at("a", "10:00:00"), at("b", "10:25:00"), at("c", "10:25:20"))
    assert only_event(*times).occurred_at == utc("02T09:25")


def test_a_relay_backs_nobody():
    relays = [at(name, "10:25:00", relayed_from="b") for name in ("c", "d")]
    assert only_event(at("a", "10:00:00"), at("b", "10:25:00"), *relays).occurred_at == utc("02T09:00")


def test_an_event_told_to_the_day_has_a_span_and_no_instant():
    event = only_event(at("correos", "2026-03-02", offset=None))
    assert event.occurred_at is None
    assert (event.earliest_at, event.latest_at) == (utc("01T23:00"), utc("02T22:59:59"))


def test_a_worse_clock_fills_in_the_time_of_a_date():
    taught = {("mine", "unknown"): Estimate("UTC+08:00", 480)}
    event = only_event(at("mine", "17:20:00", offset=None), at("a", "2026-03-02"), estimates=taught)
    assert event.occurred_at == utc("02T09:20")


# --- what an event says ---------------------------------------------------------------------------------


def test_an_event_tells_what_every_portal_printed_and_the_best_ones_words():
    event = only_event(
        observation("correos", row("Entregado", "10:00:00", milestone="delivered", leg="last_mile")),
        observation(
            "cainiao", row("Delivered", "17:00:00", offset=480, milestone="delivered", place="Madrid")
        ),
    )
    assert event.shown == {"correos": "10:00:00", "cainiao": "17:00:00"}
    assert (event.description, event.place) == ("Entregado", "Madrid")
    assert (event.milestone, event.leg) == ("delivered", "last_mile")


def test_an_event_is_named_by_what_says_most():
    assert only_event(at("a", "10:00", None), at("b", "10:00", "delivered")).milestone == "delivered"
    assert (
        only_event(at("a", "10:00", "notice"), at("b", "10:00", "info_received")).milestone == "info_received"
    )
    assert only_event(at("a", "10:00", "notice"), at("b", "10:00", None)).milestone == "notice"
    assert only_event(at("a", "10:00", None)).milestone is None


def test_every_current_row_is_in_one_event_and_no_other_row_is():
    folded = followed("A 10:00 | B 11:00 | C 12:00", "A 10:00 | C 12:00 | D 13:00")
    result = reconcile(parcel(*folded.observations), {})
    current = {o.id for o in folded.observations if o.is_current}
    assert sorted(m for e in result.events for m in e.members) == sorted(current)
    assert set(result.event_of) == current
    assert set(result.beliefs) == {o.id for o in folded.observations}


# --- disagreements --------------------------------------------------------------------------------------


def test_a_disagreement_names_portals_in_order_and_the_differences_of_the_second():
    found = only_disagreement(at("b", "17:00", offset=480), at("a", "10:00"))
    assert (found.portal_a, found.portal_b) == ("a", "b")
    assert (found.observation_a, found.observation_b) == ("a:N1:A 10:00", "b:N1:A 17:00")
    assert (found.kind, found.severity, found.shown_difference_s) == ("timezone", "info", 25200)


@pytest.mark.parametrize(
    ("estimates", "kind", "severity"),
    [(SCAN, "conflict", "warning"), (LATE, "lag", "notice"), ({}, "unexplained", "notice")],
)
def test_what_is_known_of_the_later_portal_decides_between_conflict_and_lag(estimates, kind, severity):
    found = only_disagreement(at("a", "10:00"), at("b", "10:25"), estimates=estimates)
    assert (found.kind, found.severity) == (kind, severity)


def test_a_conflict_names_the_row_that_witnesses_outvote():
    result = reconcile(parcel(at("a", "10:00"), at("b", "10:25"), at("c", "10:00")), SCAN)
    assert {d.suspect_observation for d in result.disagreements} == {"b:N1:A 10:25"}
    assert only_disagreement(at("a", "10:00"), at("b", "10:25"), estimates=SCAN).suspect_observation is None


def test_only_the_finest_earliest_row_of_a_portal_disagrees_the_others_are_its_duplicates():
    twice = (at("b", "17:00:00", offset=480, words="B"), at("b", "17:00:03", offset=480, words="C"))
    result = reconcile(parcel(at("a", "10:00:00"), *twice), {})
    assert [d.observation_b for d in result.disagreements] == [twice[0].id]
    assert result.duplicate_of == {twice[1].id: twice[0].id}


def test_a_disagreement_that_turns_two_events_round_says_so():
    first = (at("a", "10:00", "out_for_delivery"), at("b", "10:00", "out_for_delivery"))
    turned = (at("a", "10:20", "delivered"), at("b", "09:40", "delivered"))
    found = {d.event_id: d for d in reconcile(parcel(*first, *turned), SCAN).disagreements}
    assert [d.reverses_order for d in found.values()] == [True]
    later = at("b", "10:50", "delivered")
    assert not only_disagreement(*first, turned[0], later, estimates=SCAN).reverses_order


def test_zones_that_differ_turn_nothing_round():
    rows = (
        at("a", "10:00:10", "out_for_delivery"),
        at("b", "17:00:40", "out_for_delivery", offset=480),
        at("a", "10:00:30", "delivered"),
        at("b", "17:00:20", "delivered", offset=480),
    )
    found = reconcile(parcel(*rows), {}).disagreements
    assert [(d.kind, d.reverses_order) for d in found] == [("timezone", False)] * 2


def test_the_worst_severity_of_an_event_is_its_highlight():
    event_rows = (at("a", "10:00"), at("b", "10:25"), at("c", "17:00", offset=480))
    result = reconcile(parcel(*event_rows, at("d", "2026-03-05 10:00", "returned")), SCAN)
    (delivered, returned) = result.events
    assert result.highlights == {delivered.id: "warning"}
    assert returned.id not in result.highlights


def test_confidence_is_a_probability_and_lower_for_what_is_harder_to_tell():
    sure = only_disagreement(at("a", "10:00"), at("b", "17:00", offset=480))
    unsure = only_disagreement(at("a", "10:00"), at("b", "10:25"), estimates=SCAN)
    assert (sure.kind, unsure.kind) == ("timezone", "conflict")
    assert 0 < unsure.confidence < sure.confidence <= 1


# --- revisions ------------------------------------------------------------------------------------------


def revisions(*shown):
    result = reconcile(parcel(*followed(*shown).observations), {})
    return [d for d in result.disagreements if d.kind == "revision"], result


def test_a_changed_time_is_a_revision_of_that_portal_by_itself():
    (found,), result = revisions("A 10:00 | B 11:00 | C 12:00", "A 10:00 | B 11:20 | C 12:00")
    assert (found.portal_a, found.portal_b, found.severity) == ("correos", "correos", "notice")
    assert found.shown_difference_s == found.real_difference_s == 1200
    assert found.event_id == result.event_of[found.observation_b]
    assert found.observation_a not in result.event_of
    assert "11:00" in found.explanation
    assert "11:20" in found.explanation


def test_every_step_of_a_time_changed_twice_belongs_to_the_event_of_the_last():
    found, result = revisions(
        "A 10:00 | B 11:00 | C 12:00", "A 10:00 | B 11:20 | C 12:00", "A 10:00 | B 11:50 | C 12:00"
    )
    assert sorted(d.shown_difference_s for d in found) == [1200, 1800]
    assert len({d.event_id for d in found}) == 1
    assert found[0].event_id in {e.id for e in result.events}


def test_a_moved_viewer_clock_and_a_withdrawn_row_are_no_revisions():
    assert revisions("A 10:00 | B 11:00 | C 12:00", "A 12:00 | B 13:00 | C 14:00")[0] == []
    assert revisions("A 10:00 | B 11:00 | C 12:00", "A 10:00 | C 12:00")[0] == []


def test_a_time_told_finer_or_given_at_last_was_not_changed():
    day, minute, undated = row("B", "2026-03-02"), row("B", "11:20"), row("B")
    for old, new in ((day, minute), (undated, minute)):
        folded = followed(reading([old], 1), reading([new], 2))
        assert folded.observations[0].replaced_by == folded.observations[1].id
        assert reconcile(parcel(*folded.observations), {}).disagreements == ()
