"""Each rule on facts made by hand: when it speaks, what about, and when it is silent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.notices.model import Clash, Handoff, Protected, Rule, Standing
from collector.notices.silence import Habits, habits, is_export_clear
from collector.notices.standing_rules import drifting, waiting
from collector.notices.wording import said
from tests.collector.notices.facts import NOW, TODAY, ago, estimate, happening, news, parcel


def test_a_further_carriers_number_is_told_by_its_number():
    (one,) = news(Rule.HANDOFF, parcel(handoffs=(Handoff("RR1", "correos", "cainiao", ago(hours=2)),)))
    assert (one.subject, one.title) == ("RR1", "blue lamp: handed to correos")


# --- what happened -------------------------------------------------------------------------------------


def test_every_tour_is_told_but_not_when_it_has_arrived_since():
    tours = [happening("out_for_delivery", ago(days=1)), happening("out_for_delivery", ago(hours=3))]
    assert len(news(Rule.OUT_FOR_DELIVERY, parcel(*tours, stage="last_mile"))) == 2
    assert news(Rule.OUT_FOR_DELIVERY, parcel(*tours, stage="delivered")) == []
    assert news(Rule.OUT_FOR_DELIVERY, parcel(*tours, stage="pickup")) == []


@pytest.mark.parametrize(
    ("rule", "milestone", "stage"),
    [
        (Rule.DELIVERED, "delivered", "delivered"),
        (Rule.READY_FOR_PICKUP, "available_for_pickup", "pickup"),
    ],
)
def test_an_arrival_is_one_thing_however_often_it_is_shown(rule, milestone, stage):
    twice = [happening(milestone, ago(days=1)), happening(milestone, ago(hours=3), "correos", place="Lugo")]
    (one,) = news(rule, parcel(*twice, stage=stage))
    assert (one.subject, one.anchor_at) == (rule.value, None)
    assert "at Lugo, 2026-03-20 09:00 UTC, as correos shows" in one.text


def test_an_event_without_a_time_is_dated_by_when_it_was_seen():
    undated = replace(happening("delivered", None), seen_at=ago(hours=1))
    (one,) = news(Rule.DELIVERED, parcel(undated, stage="delivered"))
    assert one.since == ago(hours=1)


def test_a_delivery_another_portal_does_not_bear_out():
    clash = Clash("delivered, then moving", ("cainiao", "correos"), ago(hours=1), "a says x, but b says y")
    (one,) = news(Rule.DELIVERED_CONTRADICTED, parcel(contradictions=(clash,), stage="delivered"))
    assert (one.subject, one.portals) == ("delivered, then moving", {"cainiao", "correos"})


def test_a_conflict_is_about_its_portals_and_its_moment_not_its_words():
    clash = Clash("conflict", ("cainiao", "correos"), ago(hours=1), "They differ by 3 h.")
    (one,) = news(Rule.CONFLICT, parcel(conflicts=(clash,)))
    (other,) = news(Rule.CONFLICT, parcel(conflicts=(replace(clash, explanation="Other words."),)))
    assert (
        (one.subject, one.anchor_at) == (other.subject, other.anchor_at) == ("cainiao+correos", ago(hours=1))
    )


# --- what does not happen ------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "told"), [(9, 0), (10, 1), (30, 1)])
def test_a_label_nobody_has_followed_up_is_told_after_days(days, told):
    facts = parcel(happening("info_received", ago(days=days)), stage="label_only")
    assert len(news(Rule.LABEL_ONLY, facts)) == told


def test_a_label_without_rows_counts_from_its_first_look_and_days_can_be_set():
    facts = parcel(stage="label_only", first_seen_at=ago(days=5))
    assert news(Rule.LABEL_ONLY, facts) == []
    assert len(news(Rule.LABEL_ONLY, facts, after_days=4)) == 1
    assert news(Rule.LABEL_ONLY, replace(facts, stage="origin"), after_days=4) == []


def moving(days, **changes):
    return parcel(happening("departed_origin_country", ago(days=days)), **changes)


def test_silence_is_measured_by_the_history_of_stage_and_route():
    usual = Habits({("line_haul", ("CN", "ES")): timedelta(days=8)}, {"line_haul": timedelta(days=20)})
    assert news(Rule.SILENT, moving(7), habits=usual) == []
    (one,) = news(Rule.SILENT, moving(9), habits=usual)
    assert (one.anchor_at, one.since) == (ago(days=9), ago(days=1))
    assert news(Rule.SILENT, moving(9, origin="HK"), habits=usual) == []
    assert len(news(Rule.SILENT, moving(21, origin="HK"), habits=usual)) == 1


def test_before_there_is_a_history_only_the_unusual_is_silence():
    assert news(Rule.SILENT, moving(29)) == []
    assert len(news(Rule.SILENT, moving(31))) == 1


def test_silence_of_a_parcel_nobody_could_ask_about_is_ours():
    assert news(Rule.SILENT, moving(31, answered_at=ago(days=5))) == []
    assert news(Rule.SILENT, moving(31, answered_at=None)) == []


@pytest.mark.parametrize(
    ("shown", "is_clear"),
    [
        (["accepted"], False),
        (["export_customs_started"], False),
        (["export_customs_cleared"], True),
        (["export_customs_cleared", "export_customs_held"], False),
        (["export_customs_held", "departed_origin_country"], True),
        (["arrived_destination_country"], True),
    ],
)
def test_a_parcel_that_may_wait_for_export_is_not_silent(shown, is_clear):
    facts = parcel(*(happening(one, ago(days=60)) for one in shown), stage="origin")
    assert is_export_clear(facts) is is_clear
    assert len(news(Rule.SILENT, facts)) == is_clear
    assert is_export_clear(replace(facts, destination="CN"))


def test_a_scan_whose_clock_nobody_knows_is_news_from_when_it_was_shown():
    timeless = replace(happening(None, None), seen_at=ago(days=1))
    old = happening("departed_origin_country", ago(days=40))
    assert len(news(Rule.SILENT, parcel(old))) == 1
    assert news(Rule.SILENT, parcel(old, timeless)) == []


def test_habits_are_the_longest_gaps_of_finished_parcels_and_need_enough_of_them():
    def past(days):
        start = ago(days=90)
        return ("CN", "ES"), [
            (start, "line_haul"),
            (start + timedelta(days=1), "line_haul"),
            (start + timedelta(days=1 + days), "delivered"),
        ]

    many = habits(past(days) for days in range(2, 22))
    assert many.longest_usual("line_haul", "CN", "ES") == timedelta(days=20)  # 19 of 20 waited no longer
    assert many.longest_usual("line_haul", "CN", "FR") == timedelta(days=20)
    assert many.longest_usual("label_only", "CN", "ES") is None
    few = habits(past(days) for days in range(2, 21))
    assert few.longest_usual("line_haul", "CN", "ES") == timedelta(days=30)


# --- estimates and protection --------------------------------------------------------------------------


def slips(*estimates, **changes):
    return [
        (one.subject, one.anchor_at.date()) for one in news(Rule.ETA_SLIPPED, parcel(estimates=estimates))
    ]


def test_an_estimate_that_moves_by_days_has_slipped():
    first = estimate("2026-03-24", 9, 5)
    assert slips(first) == []
    assert slips(first, estimate("2026-03-25", 4)) == []
    ((kind, on),) = slips(first, estimate("2026-03-27", 4))
    assert (kind, on.isoformat()) == ("moved", "2026-03-27")


def test_an_estimate_that_comes_back_or_of_another_portal_has_not():
    first, late = estimate("2026-03-24", 9, 5), estimate("2026-03-30", 4, 2)
    assert slips(first, late, estimate("2026-03-27", 1)) == []
    assert slips(first, estimate("2026-03-30", 4, portal="correos")) == []


def test_an_expected_day_that_is_over_is_told_while_it_is_not_there():
    shown = estimate("2026-03-18", 9)
    assert [kind for kind, _ in slips(shown)] == ["passed"]
    assert slips(estimate("2026-03-19", 9)) == []
    assert news(Rule.ETA_SLIPPED, parcel(estimates=(shown,), stage="delivered")) == []


@pytest.mark.parametrize(
    ("left", "step"), [(11, None), (10, 10), (6, 10), (5, 5), (3, 5), (2, 2), (0, 2), (-1, None)]
)
def test_the_end_of_protection_is_told_at_ten_five_and_two_days(left, step):
    facts = parcel(protected=(Protected("819", TODAY + timedelta(days=left)),))
    assert [one.subject for one in news(Rule.PROTECTION_ENDS, facts)] == ([f"819:{step}"] if step else [])
    assert news(Rule.PROTECTION_ENDS, replace(facts, stage="delivered")) == []


# --- what is about no parcel ---------------------------------------------------------------------------


def test_a_portal_in_drift_and_an_account_that_waits():
    standing = Standing(
        drifting=(("usps", ago(days=1), "rows cannot be read"),),
        waiting=(("aliexpress", "default", ago(hours=2), "login_required"), ("dpd", None, NOW, "challenge")),
    )
    (drift,) = drifting(standing)
    assert (drift.subject, drift.parcel_id) == ("usps", "")
    account, portal = waiting(standing)
    assert account.subject == "aliexpress:default"
    assert "crosstrack login aliexpress" in account.text
    assert (portal.subject, "asks whether you are a person" in portal.text) == ("dpd", True)


# --- texts ---------------------------------------------------------------------------------------------


@given(st.text(max_size=2000), st.integers(1, 300))
def test_any_text_is_one_bounded_line_without_controls(text, longest):
    line = said(text, longest)
    assert len(line) <= longest
    assert not any(char in line for char in "\n\r\t\x1b\u202e\x00\u2066")
    assert "://" not in line or len(line) == longest


def test_a_strangers_link_is_nothing_to_click_on():
    assert said("see https://evil.example/x now, or www.evil.example") == "see (link) now, or (link)"


def test_titles_of_sellers_are_made_harmless():
    facts = parcel(happening("delivered", NOW), stage="delivered", title="lamp\x1b[2J\n\u202ehttp://a.b" * 40)
    (one,) = news(Rule.DELIVERED, facts)
    assert len(one.title) < 100
    assert "\x1b" not in one.title + one.text
    assert "http:" not in one.title
