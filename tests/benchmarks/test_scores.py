"""Scores: what is right counts as right, and every sort of mistake lowers the figure it belongs to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.answers import Answer, Disagreement, Revision, Said
from benchmarks.crosstrack import crosstrack
from benchmarks.evaluate import main
from benchmarks.judging import Tally, judge, pair
from benchmarks.mistakes import worst
from benchmarks.naive import day, labels
from benchmarks.oracle import oracle, revisions_in
from benchmarks.row_scores import wrong_parcels
from benchmarks.scores import calibration_error, figures
from benchmarks.tables import by_profile, by_reconciler, summary
from benchmarks.worlds import make_world, profile
from benchmarks.worlds.kinds import Evidence, Truth, evidence_of, speakers, true_kind, truth_of
from tests.benchmarks.rows_of_worlds import KNOWN, NOON, row, world

PERFECT = ("pairs F1", "kinds macro F1", "instants within 90 s", "order of events", "rows with a milestone")
SOUND = Evidence()


def said(event, *, at=NOON, parcel="p", milestone="delivered"):
    return Said(parcel, event, at, milestone)


def answer(rows, sequence=None, parcels=None, disagreements=(), **more):
    events = {one.event for one in rows.values()}
    order = sequence or {event: place for place, event in enumerate(sorted(events))}
    return Answer(rows, order, parcels or {"LP1": frozenset({"p"})}, disagreements, **more)


def judged_figures(of_world, of_answer):
    return figures(judge(of_world, of_answer))


# --- the kind of a pair ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        (row("cainiao", "e"), row("usps", "e"), "none"),
        (row("cainiao", "e"), row("usps", "e", 1, precision="minute"), "none"),
        (row("cainiao", "e", offset=480), row("usps", "e", offset=-420), "timezone"),
        (row("cainiao", "e", offset=60, claim=60), row("usps", "e", offset=60, claim=0), "zone_label"),
        (row("cainiao", "e", offset=60, claim=0), row("usps", "e", offset=60, claim=0), "none"),
        (row("cainiao", "e"), row("usps", "e", precision="day"), "precision"),
        (row("cainiao", "e", precision="day"), row("usps", "e", precision="day"), "none"),
        (row("cainiao", "e", 20), row("usps", "e", precision="hour"), "precision"),
        (row("cainiao", "e", precision="hour"), row("usps", "e", precision="day"), "precision"),
        (row("cainiao", "e", 70, false="clock"), row("usps", "e", precision="hour"), "conflict"),
        (row("cainiao", "e", 600, offset=480), row("usps", "e", 600, precision="day"), "timezone"),
        (row("cainiao", "e"), row("usps", "e", 40, late=timedelta(minutes=40)), "lag"),
        (row("cainiao", "e"), row("usps", "e", 40, false="clock"), "conflict"),
        (row("cainiao", "e"), row("usps", "e", 1440, precision="day", false="day"), "conflict"),
        (row("cainiao", "e"), row("usps", "e", 40, offset=60, claim=0, false="clock"), "conflict"),
    ],
)
def test_the_kind_of_two_rows_follows_the_definition(a, b, kind):
    assert true_kind(a, b) == kind
    assert true_kind(b, a) == kind


def test_rows_without_a_time_have_no_kind():
    assert true_kind(row("cainiao", "e", None), row("usps", "e")) is None


def test_a_false_day_that_still_agrees_is_no_conflict():
    assert true_kind(row("cainiao", "e", false="clock"), row("usps", "e", precision="day")) == "precision"


def test_an_unknown_clock_needs_three_events_beside_a_known_one():
    def rows(count):
        return [
            one
            for event in range(count)
            for one in (row("cainiao", f"e{event}", event), row("somewhere", f"e{event}", event, offset=90))
        ]

    few, enough = world(*rows(2)), world(*rows(3))
    truths = [truth_of(*rows(1), evidence_of(w), KNOWN) for w in (few, enough)]
    assert truths[0] == Truth("unexplained", frozenset({"unexplained", "timezone"}))
    assert truths[1] == Truth("timezone", frozenset({"timezone"}))


def test_a_right_claim_makes_an_unknown_clock_known():
    pair_of_rows = row("cainiao", "e"), row("somewhere", "e", offset=90, claim=90)
    assert truth_of(*pair_of_rows, SOUND, KNOWN) == Truth("timezone", frozenset({"timezone"}))


def test_a_lag_is_open_until_it_is_a_habit():
    late = {"late": timedelta(minutes=40)}
    rows = [
        one for n in range(3) for one in (row("cainiao", f"e{n}", n), row("usps", f"e{n}", n + 40, **late))
    ]
    first = rows[:2]
    assert truth_of(*first, evidence_of(world(*first)), KNOWN).accepted == {"lag", "unexplained"}
    assert truth_of(*first, evidence_of(world(*rows)), KNOWN).accepted == {"lag"}


def test_a_conflict_within_a_habit_of_lateness_cannot_be_told_from_a_lag():
    a, b = row("cainiao", "e"), row("usps", "e", 50, false="clock")
    habit = replace(SOUND, habits={("usps", "last_mile"): timedelta(minutes=40)})
    assert truth_of(a, b, habit, KNOWN).accepted == {"conflict", "lag", "unexplained"}
    assert truth_of(a, b, SOUND, KNOWN).accepted == {"conflict"}


def test_the_finest_and_then_the_earliest_row_speaks_for_a_portal():
    coarse, later, first = (
        row("usps", "e", precision="day", number="A"),
        row("usps", "e", 1, number="B"),
        row("usps", "e", 0, number="C"),
    )
    assert speakers([coarse, later, first]) == {"usps": first}


# --- pairs, kinds, confidence ------------------------------------------------------------------------------


def two_events():
    """Two events, each on two portals, and what is said when all is right."""
    rows = [row(portal, event, n) for n, event in enumerate("ef") for portal in ("cainiao", "usps")]
    right = {r.id: said(r.event, at=r.time.instant) for r in rows}
    return world(*rows), rows, right


def test_a_right_answer_has_no_fault():
    of_world, _, right = two_events()
    found = judged_figures(of_world, answer(right))
    assert all(found[name] == 1 for name in PERFECT)
    assert found["parcels wrong (count)"] == 0


def test_joining_two_events_costs_precision_and_parting_one_costs_recall():
    of_world, rows, right = two_events()
    merged = {r.id: said("e", at=r.time.instant) for r in rows}
    found = judged_figures(of_world, answer(merged))
    assert (found["pairs precision"], found["pairs recall"]) == (0.5, 1)
    assert found["order of events"] == 0
    parted = right | {rows[0].id: said("alone")}
    found = judged_figures(of_world, answer(parted))
    assert (found["pairs precision"], found["pairs recall"]) == (1, 0.5)


def test_rows_of_one_notice_are_neither_one_event_nor_two():
    a, b = (row(p, None, notice="n", milestone="info_received") for p in ("cainiao", "usps"))
    c = row("17track", None, notice="other")
    of_world = world(a, b, c)
    joined = answer(
        {r.id: said("x") for r in (a, b)} | {c.id: said("y")},
        disagreements=[Disagreement(a.id, b.id, "lag", 0.9)],
    )
    found = judged_figures(of_world, joined)
    assert found["pairs precision"] == 1
    assert found["disagreements on no event"] == 0
    assert judged_figures(of_world, answer({r.id: said("x") for r in (a, b, c)}))["pairs precision"] == 0


def kinds_of(of_world, rows, *written):
    same = {r.id: said("e") for r in rows}
    return judge(of_world, answer(same, disagreements=written)).kinds


def test_each_kind_has_its_right_wrong_and_missed_ones():
    a, b = row("cainiao", "e", offset=480), row("usps", "e", offset=-420)
    of_world = world(a, b)
    right = kinds_of(of_world, (a, b), Disagreement(a.id, b.id, "timezone", 0.9))
    assert right["timezone"] == Tally(1, 0, 0)
    wrong = kinds_of(of_world, (a, b), Disagreement(a.id, b.id, "conflict", 0.9))
    assert (wrong["timezone"], wrong["conflict"]) == (Tally(0, 0, 1), Tally(0, 1, 0))
    silent = kinds_of(of_world, (a, b))
    assert (silent["timezone"], silent["none"]) == (Tally(0, 0, 1), Tally(0, 1, 0))


def test_silence_is_right_where_there_is_nothing_to_say():
    a, b = row("cainiao", "e"), row("usps", "e")
    assert kinds_of(world(a, b), (a, b))["none"] == Tally(1, 0, 0)


def test_where_truth_is_open_both_answers_are_right():
    a, b = row("cainiao", "e"), row("usps", "e", 40, late=timedelta(minutes=40))
    of_world = world(a, b)
    for kind in ("lag", "unexplained"):
        found = kinds_of(of_world, (a, b), Disagreement(a.id, b.id, kind, 0.9))
        assert found[kind] == Tally(1, 0, 0)
        assert sum(tally.missed for tally in found.values()) == 0


def test_a_disagreement_about_no_event_is_counted():
    a, b = row("cainiao", "e"), row("usps", "f", 40)
    found = judged_figures(
        world(a, b),
        answer({a.id: said("x"), b.id: said("x")}, disagreements=[Disagreement(a.id, b.id, "conflict", 0.9)]),
    )
    assert found["disagreements on no event"] == 1
    assert found["conflict precision"] == 0


@pytest.mark.parametrize(
    ("confidences", "right", "error"),
    [([0.75] * 4, 3, 0), ([1.0] * 4, 2, 0.5), ([0.0, 0.0, 1.0, 1.0], 2, 0), ([], 0, 0)],
)
def test_confidence_is_measured_against_how_often_it_is_right(confidences, right, error):
    truth = Truth("lag", frozenset({"lag"}))
    kinds = ["conflict"] * (len(confidences) - right) + ["lag"] * right
    written = [(Disagreement("a", "b", kind, c), truth) for kind, c in zip(kinds, confidences, strict=True)]
    assert calibration_error(written) == pytest.approx(error)


def test_a_suspect_is_right_when_its_time_is_false():
    rows = [row("cainiao", "e"), row("correos", "e"), row("usps", "e", 40, false="clock")]
    of_world = world(*rows)
    for suspect, right in ((rows[2], 1), (rows[0], 0)):
        written = [Disagreement(rows[0].id, rows[2].id, "conflict", 0.9, suspect.id)]
        found = judged_figures(of_world, answer({r.id: said("e") for r in rows}, disagreements=written))
        assert (found["suspects right"], found["suspects named"]) == (right, right)


# --- rows, order, parcels, visits -----------------------------------------------------------------------


def test_instants_may_be_90_seconds_off_and_false_times_are_not_asked():
    rows = [row("cainiao", "e"), row("usps", "e"), row("correos", "e", 300, false="clock")]
    right = {r.id: said("e", at=NOON + timedelta(seconds=s)) for r, s in zip(rows, (90, 91, 0), strict=True)}
    assert judged_figures(world(*rows), answer(right))["instants within 90 s"] == 0.5


def test_events_that_stand_the_wrong_way_round_are_counted():
    of_world, _, right = two_events()
    assert judged_figures(of_world, answer(right, {"e": 2, "f": 1}))["order of events"] == 0


def test_order_is_not_asked_where_nothing_shows_it():
    rows = [row("cainiao", "e", None), row("usps", "f", 5)]
    turned = answer({rows[0].id: said("e"), rows[1].id: said("f")}, {"e": 2, "f": 1})
    assert judged_figures(world(*rows), turned)["order of events"] == 1


def test_milestones_are_asked_of_known_words_and_forbidden_for_unknown_ones():
    rows = [row("cainiao", "e"), row("usps", "e"), row("correos", "e", meanings=frozenset())]
    told = {rows[0].id: said("e"), rows[1].id: said("e", milestone=None), rows[2].id: said("e")}
    found = judged_figures(world(*rows), answer(told))
    assert found["rows with a milestone"] == 0.5
    assert found["milestones right"] == 1
    assert found["unknown words guessed"] == 1


def test_words_that_may_mean_many_things_may_stay_without_a_milestone():
    vague = row("cainiao", "e", meanings=frozenset({"delivered", "accepted", "arrived_facility"}))
    untold = answer({vague.id: said("e", milestone=None)})
    assert judged_figures(world(vague), untold)["rows with a milestone"] == 1


@pytest.mark.parametrize(
    ("parcels", "wrong"),
    [
        ({"LP1": {"p"}, "RR1": {"p"}}, []),
        ({"LP1": {"p"}, "RR1": {"q"}}, [0]),
        ({"LP1": {"p", "q"}, "RR1": {"p"}}, [0]),
        ({"LP1": {"p"}}, [0]),
    ],
)
def test_parcels_are_wrong_when_their_numbers_do_not_stand_together(parcels, wrong):
    of_world = world(row("cainiao", "e"), numbers=("LP1", "RR1"))
    held = {number: frozenset(found) for number, found in parcels.items()}
    assert wrong_parcels(of_world, answer({}, parcels=held)) == wrong


def test_a_change_of_time_is_a_revision_and_a_change_of_the_viewers_zone_is_none():
    old, moved, other_zone = row("cainiao", "e"), row("cainiao", "e", 25), row("cainiao", "e", offset=60)
    revised = replace(old, shown=(old.last, moved.last))
    assert revisions_in(world(revised)) == [Revision(old.id, old.last.time_text, moved.last.time_text)]
    assert revisions_in(world(replace(old, shown=(old.last, other_zone.last)))) == []


def test_revisions_and_withdrawals_are_found_or_missed():
    old, new = row("cainiao", "e"), row("cainiao", "e", 25)
    revised, gone = (
        replace(old, shown=(old.last, new.last)),
        replace(row("usps", "f"), shown=(new.last, None)),
    )
    of_world = world(revised, gone)
    all_found = answer({}, revisions=revisions_in(of_world), withdrawn=frozenset({gone.id}))
    nothing = answer({}, revisions=[], withdrawn=frozenset())
    for of_answer, f1 in ((all_found, 1), (nothing, 0)):
        found = judged_figures(of_world, of_answer)
        assert (found["revisions F1"], found["withdrawals F1"]) == (f1, f1)


# --- reconcilers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_upper_bound_is_perfect_on_a_world_without_traits(seed):
    of_world = make_world(seed, 26, profile("plain"))
    found = judged_figures(of_world, oracle(of_world))
    assert all(found[name] == 1 for name in PERFECT)
    assert found["disagreements on no event"] == found["calibration error"] == 0


def test_the_upper_bound_stands_above_both_naive_ways():
    of_world = make_world(1, 26, profile("usual"))
    best, *naive = (judged_figures(of_world, one(of_world))["pairs F1"] for one in (oracle, labels, day))
    assert best > 0.9 > 0.8 > max(naive) > 0.3


def test_naive_ways_call_every_difference_a_conflict():
    of_world = make_world(1, 60, profile("usual"))
    for way in (labels, day):
        found = judged_figures(of_world, way(of_world))
        assert found["conflict precision"] < 0.1
        assert found["conflict recall, joined pairs"] > 0.9


def test_every_row_of_a_real_import_is_found_in_its_tables():
    of_world = make_world(2, 4, profile("edits"))
    of_answer = crosstrack(of_world)
    assert {r.id for r in of_world.current} - set(of_answer.rows) == set()
    found = judged_figures(of_world, of_answer)
    assert found["revisions F1"] > 0
    assert found["rows a second (count)"] > 0
    assert "# seed 2" in worst(judge(of_world, of_answer), 2)


# --- the command --------------------------------------------------------------------------------------------


def test_the_command_prints_a_table_or_data(capsys):
    arguments = ["--seeds", "1", "--parcels", "3", "--reconciler", "labels", "--reconciler", "oracle"]
    assert main(arguments) == 0
    table = capsys.readouterr().out
    assert table.startswith("| figure | labels | oracle |")
    assert "| pairs F1 |" in table
    assert main([*arguments, "--json"]) == 0
    assert '"median"' in capsys.readouterr().out
    assert main([*arguments, "--profile", "easy", "--profile", "dst"]) == 0
    assert "| oracle | easy | dst |" in capsys.readouterr().out


def test_the_command_explains_the_worst_mistakes(capsys):
    assert main(["--seeds", "1", "--parcels", "6", "--reconciler", "day", "--explain", "2"]) == 0
    printed = capsys.readouterr().out
    assert "## Pairs joined that are two events" in printed
    assert "true" in printed


def test_tables_show_medians_with_their_spread():
    worlds = [{"pairs F1": value} for value in (0.5, 0.75, 1.0)]
    assert "0.750 (0.500 to 1.000)" in by_reconciler({"oracle": worlds})
    assert "0.750 (0.500 to 1.000)" in by_profile({"usual": {"oracle": worlds}})
    assert summary({"usual": {"oracle": worlds}})["usual"]["oracle"]["pairs F1"]["median"] == 0.75


def test_pairs_have_one_order():
    assert pair("b", "a") == pair("a", "b") == ("a", "b")
