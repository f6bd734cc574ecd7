"""What is one observation across visits: each sentence of the definition, on small invented pages."""

from dataclasses import replace

from collector.fold import fold
from tests.collector.rows_made import current, followed, named, reading, row, rows, seen_on


def test_a_page_read_once_gives_its_rows_oldest_first():
    folded = followed("C 12:00 | B 11:00 | A 10:00")
    assert [o.row.printed.description for o in folded.observations] == ["A", "B", "C"]
    assert [o.sequence for o in folded.observations] == [0, 1, 2]


def test_oldest_first_and_newest_first_pages_give_the_same_observations():
    up = followed("A 10:00 | B 11:00 | B 11:00 | C 12:00", "A 10:00 | C 12:00 | D 13:00")
    down = followed("C 12:00 | B 11:00 | B 11:00 | A 10:00", "D 13:00 | C 12:00 | A 10:00")
    assert up == down


def test_a_row_shown_again_is_one_observation_seen_from_the_first_visit_to_the_last():
    folded = followed("A 10:00 | B 11:00", "A 10:00 | B 11:00 | C 12:00", "A 10:00 | B 11:00 | C 12:00")
    a, c = named(folded)["A 10:00"], named(folded)["C 12:00"]
    assert (a.first_seen_at, a.last_seen_at) == (seen_on(1), seen_on(3))
    assert (c.first_seen_at, c.last_seen_at) == (seen_on(2), seen_on(3))
    assert [(s.first_visit_id, s.last_visit_id) for s in a.sightings] == [("v001", "v003")]


def test_rows_of_one_code_and_time_are_one_whatever_their_wording():
    old, new = row("Delivered", "10:00", code="X1"), row("Entregado", "10:00", code="X1")
    (only,) = followed(reading([old], 1), reading([new], 2)).observations
    assert only.row == new
    assert [s.row.printed.description for s in only.sightings] == ["Delivered", "Entregado"]


def test_rows_of_one_wording_and_two_codes_are_two():
    folded = followed(reading([row("A", "10:00", code="X1")], 1), reading([row("A", "10:00", code="X2")], 2))
    assert len(folded.observations) == 2


def test_a_row_that_lost_its_code_is_known_by_its_wording():
    (only,) = followed(
        reading([row("A", "10:00", code="X1")], 1), reading([row("a.", "10:00")], 2)
    ).observations
    assert only.row.printed.code is None


def test_rows_of_one_milestone_and_time_are_one_when_neither_code_nor_wording_tells():
    old, new = row("Delivered", "10:00", milestone="delivered"), row("签收", "10:00", milestone="delivered")
    assert len(followed(reading([old], 1), reading([new], 2)).observations) == 1


def test_a_page_in_another_language_keeps_undated_rows_of_one_milestone_apart():
    old, new = row("Delivered", milestone="delivered"), row("签收", milestone="delivered")
    folded = followed(reading([old], 1), reading([new], 2))
    assert len(folded.observations) == 2
    assert folded.observations[0].replaced_by == folded.observations[1].id


def test_two_equal_rows_stay_two_and_one_of_them_gone_is_the_newer():
    folded = followed("A 10:00 | A 10:00", "A 10:00 | A 10:00")
    assert len({o.id for o in folded.observations}) == 2
    gone = followed("A 10:00 | A 10:00 | B 11:00", "A 10:00 | B 11:00")
    assert [o.is_current for o in gone.observations] == [True, False, True]


def test_rows_equal_but_for_their_place_are_told_apart_by_it():
    old = [row("A", "10:00", place="Madrid"), row("A", "10:00", place="Toledo"), row("B", "11:00")]
    folded = followed(reading(old, 1), reading(old[1:], 2))
    assert [o.row.printed.place for o in folded.observations] == ["Madrid", "Toledo", None]
    assert [o.last_seen_at for o in folded.observations] == [seen_on(1), seen_on(2), seen_on(2)]


def test_a_row_whose_place_changed_is_the_same_row():
    old, new = row("A", "10:00", place="Madrid"), row("A", "10:00", place="Toledo")
    (only,) = followed(reading([old], 1), reading([new], 2)).observations
    assert [s.row.printed.place for s in only.sightings] == ["Madrid", "Toledo"]


def test_undated_rows_are_followed_by_their_wording_in_page_order():
    folded = followed("A 10:00 | U | U | B 11:00", "A 10:00 | U | U | B 11:00 | C 12:00")
    assert current(folded) == ["A 10:00", "U", "U", "B 11:00", "C 12:00"]
    assert len(folded.observations) == 5


def test_a_moved_viewer_clock_is_recorded_once_and_makes_no_revision():
    first = followed("A 10:00 | B 11:00 | C 12:00")
    folded = followed("A 10:00 | B 11:00 | C 12:00", "A 17:00 | B 18:00 | C 19:00 | D 20:00")
    assert folded.shifts_s == {"v002": 7 * 3600}
    assert [o.id for o in folded.observations[:3]] == [o.id for o in first.observations]
    assert all(o.is_current for o in folded.observations)
    assert len(folded.observations) == 4
    assert [s.row.printed.time_text for s in folded.observations[0].sightings] == ["10:00", "17:00"]


def test_rows_not_shown_while_the_clock_moved_are_known_by_the_moved_clock():
    folded = followed(
        "A 10:00 | B 11:00 | C 12:00 | D 13:00",
        reading("C 14:00 | D 15:00", 2, complete=False),
        "A 12:00 | B 13:00 | C 14:00 | D 15:00",
    )
    assert folded.shifts_s == {"v002": 7200}
    assert current(folded) == ["A 12:00", "B 13:00", "C 14:00", "D 15:00"]
    assert len(folded.observations) == 4


def test_a_clock_moved_there_and_back_leaves_everything_as_it_was():
    folded = followed("A 10:00 | B 11:00", "A 12:00 | B 13:00", "A 10:00 | B 11:00")
    assert folded.shifts_s == {"v002": 7200, "v003": -7200}
    assert current(folded) == ["A 10:00", "B 11:00"]
    assert len(folded.observations) == 2


def test_dates_without_a_time_do_not_move_with_the_clock():
    folded = followed("A 2026-03-01 | B 10:00 | C 11:00", "A 2026-03-01 | B 12:00 | C 13:00")
    assert folded.shifts_s == {"v002": 7200}
    assert len(folded.observations) == 3


def test_rows_an_hour_apart_are_not_taken_for_a_clock_moved_by_an_hour():
    folded = followed("T 10:00 | T 11:00", "T 11:00 | T 12:00")
    assert folded.shifts_s == {}
    assert current(folded) == ["T 10:00", "T 11:00", "T 12:00"]


def test_rows_of_repeated_wording_move_with_those_that_stand_once():
    folded = followed("A 09:00 | T 10:00 | T 11:00 | D 12:00", "A 10:00 | T 11:00 | T 12:00 | D 13:00")
    assert folded.shifts_s == {"v002": 3600}
    assert len(folded.observations) == 4


def test_a_shift_that_no_clock_makes_is_no_shift():
    folded = followed("A 10:00 | B 11:00", "A 10:07 | B 11:07")
    assert folded.shifts_s == {}
    assert [o.is_current for o in folded.observations] == [False, False, True, True]


def test_where_one_row_stayed_no_clock_has_moved():
    folded = followed("A 10:00 | B 11:00 | C 12:00", "A 10:00 | B 12:00 | C 13:00")
    assert folded.shifts_s == {}
    assert named(folded)["B 11:00"].replaced_by == named(folded)["B 12:00"].id


def test_a_clock_that_moved_is_seen_although_a_row_was_revised_too():
    folded = followed(
        "A 10:00 | B 11:00 | C 12:00 | D 13:00 | E 14:00", "A 17:00 | B 18:00 | C 19:20 | D 20:00 | E 21:00"
    )
    assert folded.shifts_s == {"v002": 7 * 3600}
    assert named(folded)["C 12:00"].replaced_by == named(folded)["C 19:20"].id
    assert current(folded) == ["A 17:00", "B 18:00", "C 19:20", "D 20:00", "E 21:00"]


def test_a_clock_that_moved_is_seen_although_rows_went_came_and_were_reworded():
    folded = followed("A 10:00 | B 11:00 | C 12:00 | D 13:00", "A 11:00 | C 13:00 | late 13:30 | Dd 14:00")
    assert folded.shifts_s == {"v002": 3600}
    assert named(folded)["B 11:00"].withdrawn_at == seen_on(2)
    assert current(folded) == ["A 11:00", "C 13:00", "late 13:30", "Dd 14:00"]
    assert len(folded.observations) == 5


def test_the_step_of_the_viewers_zone_needs_but_one_row_beside_revised_ones():
    first = reading("A 10:00 | B 11:00 | C 12:00", 1, viewer_offset_minutes=0)
    second = reading("A 10:45 | B 11:40 | C 12:20", 2, viewer_offset_minutes=45)
    folded = followed(first, second)
    assert folded.shifts_s == {"v002": 45 * 60}
    assert sum(o.replaced_by is not None for o in folded.observations) == 2


def test_two_rows_of_many_revised_alike_are_revisions():
    folded = followed("A 10:00 | B 11:00 | C 12:00 | D 13:00", "A 10:00 | B 12:00 | C 13:00 | D 13:00")
    assert folded.shifts_s == {}
    assert sum(o.replaced_by is not None for o in folded.observations) == 2


def test_a_reworded_row_nobody_understands_is_the_same_row():
    old, new = row("A", "10:00:05", milestone="delivered"), row("Hooray", "10:00:05")
    (only,) = followed(reading([old], 1), reading([new], 2)).observations
    assert [s.row.printed.description for s in only.sightings] == ["A", "Hooray"]


def test_rows_of_two_known_kinds_at_one_second_are_not_one_reworded():
    old, new = row("A", "10:00:05", milestone="delivered"), row("B", "10:00:05", milestone="returned")
    assert len(followed(reading([old], 1), reading([new], 2)).observations) == 2


def test_a_row_at_another_place_replaces_nothing():
    old, new = row("A", "10:00", place="Madrid"), row("A", "12:00", place="Toledo")
    folded = followed(reading([old], 1), reading([new], 2))
    assert all(o.replaced_by is None for o in folded.observations)


def test_of_several_rows_of_its_kind_the_nearest_replaces_a_row():
    folded = followed("A 10:00 | T 12:00 | Z 20:00", "A 10:00 | T 10:30 | T 12:20 | Z 20:00")
    assert named(folded)["T 12:00"].replaced_by == named(folded)["T 12:20"].id


def test_the_next_scan_of_a_kind_days_later_behind_others_replaces_nothing():
    folded = followed(
        "A 2026-03-02 10:00 | T 2026-03-02 12:00",
        "A 2026-03-02 10:00 | X 2026-03-03 10:00 | T 2026-03-05 12:00",
        "A 2026-03-02 10:00 | X 2026-03-03 10:00 | T 2026-03-05 12:00",
    )
    assert named(folded)["T 2026-03-02 12:00"].replaced_by is None
    assert named(folded)["T 2026-03-02 12:00"].withdrawn_at == seen_on(2)


def test_one_of_two_doubled_rows_revised_replaces_one_of_them():
    folded = followed("A 10:00 | B 11:00 | B 11:00 | C 12:00", "A 10:00 | B 10:40 | B 11:00 | C 12:00")
    assert sum(o.replaced_by is not None for o in folded.observations) == 1
    assert current(folded) == ["A 10:00", "B 10:40", "B 11:00", "C 12:00"]


def test_one_false_time_does_not_turn_a_page_around():
    pages = ["C 12:00 | B 11:00 | A 10:00", "D 11:30 | C 12:00"]
    folded = followed(pages[0], reading(pages[1], 2, complete=False))
    assert current(folded)[-1] == "D 11:30"


def test_a_single_row_that_moved_is_a_revision():
    folded = followed("A 10:00 | B 11:00 | C 12:00", "A 10:00 | B 11:20 | C 12:00")
    old, new = named(folded)["B 11:00"], named(folded)["B 11:20"]
    assert old.replaced_by == new.id
    assert old.withdrawn_at is None
    assert not old.is_current
    assert current(folded) == ["A 10:00", "B 11:20", "C 12:00"]


def test_a_single_row_moves_with_the_viewers_clock_if_the_pages_were_rendered_so():
    first = reading("A 10:00", 1, viewer_offset_minutes=0)
    moved = followed(first, reading("A 12:00", 2, viewer_offset_minutes=120))
    assert (moved.shifts_s, len(moved.observations)) == ({"v002": 7200}, 1)
    revised = followed(first, reading("A 12:00", 2, viewer_offset_minutes=60))
    assert (revised.shifts_s, len(revised.observations)) == ({}, 2)


def test_a_row_of_another_kind_replaces_nothing():
    folded = followed("A 10:00 | B 11:00 | C 12:00", "A 10:00 | X 11:20 | C 12:00")
    assert named(folded)["B 11:00"].replaced_by is None
    assert named(folded)["B 11:00"].withdrawn_at == seen_on(2)


def test_a_row_between_other_neighbours_replaces_nothing():
    folded = followed("A 10:00 | B 11:00 | C 12:00", "A 10:00 | C 12:00 | B 13:00")
    assert named(folded)["B 11:00"].replaced_by is None
    assert named(folded)["B 11:00"].withdrawn_at == seen_on(2)


def test_two_notices_at_two_times_are_not_one_kind():
    old, new = row("Reminder", "11:00", milestone="notice"), row("Planned", "12:00", milestone="notice")
    folded = followed(reading([*rows("A 10:00"), old], 1), reading([*rows("A 10:00"), new], 2))
    assert all(o.replaced_by is None for o in folded.observations)


def test_a_row_missing_in_the_middle_is_withdrawn_when_first_lacked():
    folded = followed("A 10:00 | B 11:00 | C 12:00", "A 10:00 | C 12:00", "A 10:00 | C 12:00")
    assert named(folded)["B 11:00"].withdrawn_at == seen_on(2)


def test_a_row_missing_beside_a_replaced_one_is_in_the_middle():
    folded = followed("A 10:00 | B 11:00 | C 12:00", "A 10:00 | C 12:30")
    assert named(folded)["B 11:00"].withdrawn_at == seen_on(2)


def test_the_newest_rows_missing_once_are_not_yet_withdrawn():
    assert current(followed("A 10:00 | B 11:00", "A 10:00")) == ["A 10:00", "B 11:00"]


def test_the_newest_rows_missing_twice_are_withdrawn_when_first_lacked():
    folded = followed("A 10:00 | B 11:00", "A 10:00", "A 10:00")
    assert named(folded)["B 11:00"].withdrawn_at == seen_on(2)


def test_a_row_missing_at_the_end_and_then_in_the_middle_is_withdrawn_when_first_lacked():
    folded = followed("A 10:00 | B 11:00 | C 12:00", "A 10:00", "A 10:00 | C 12:00")
    assert named(folded)["B 11:00"].withdrawn_at == seen_on(2)
    assert named(folded)["C 12:00"].is_current


def test_missing_twice_means_twice_in_a_row():
    folded = followed("A 10:00 | B 11:00", "A 10:00", "A 10:00 | B 11:00", "A 10:00")
    assert named(folded)["B 11:00"].is_current


def test_one_visit_given_twice_counts_once():
    folded = followed("A 10:00 | B 11:00", "A 10:00", reading("A 10:00", 2))
    assert named(folded)["B 11:00"].is_current


def test_rows_older_than_the_oldest_shown_are_never_withdrawn():
    short = "C 12:00 | D 13:00"
    folded = followed("A 10:00 | B 11:00 | C 12:00", short, short, short)
    assert current(folded) == ["A 10:00", "B 11:00", "C 12:00", "D 13:00"]


def test_a_row_missing_at_the_old_end_behind_an_older_new_row_is_withdrawn_at_the_second_lack():
    folded = followed("B 11:00 | C 12:00", "A 10:00 | C 12:00", "A 10:00 | C 12:00")
    assert named(folded)["B 11:00"].withdrawn_at == seen_on(2)


def test_an_undated_row_at_the_old_end_is_never_withdrawn():
    folded = followed("U | B 11:00 | C 12:00", "B 11:00 | C 12:00", "B 11:00 | C 12:00")
    assert current(folded) == ["U", "B 11:00", "C 12:00"]


def test_rows_as_old_as_the_oldest_shown_are_cut_off_too():
    folded = followed("A 10:00 | B 10:00 | C 12:00", "B 10:00 | C 12:00", "B 10:00 | C 12:00")
    assert named(folded)["A 10:00"].is_current


def test_an_incomplete_reading_withdraws_nothing_and_adds_what_it_shows():
    partial = reading("A 10:00 | D 13:00", 2, complete=False)
    folded = followed("A 10:00 | B 11:00 | C 12:00", partial, replace(partial, visit_id="w"))
    assert current(folded) == ["A 10:00", "B 11:00", "C 12:00", "D 13:00"]


def test_a_revision_seen_in_an_incomplete_reading_is_settled_by_the_next_complete_one():
    partial = reading("A 10:00 | B 11:20 | C 12:00", 2, complete=False)
    folded = followed("A 10:00 | B 11:00 | C 12:00", partial)
    assert len(current(folded)) == 4
    folded = followed("A 10:00 | B 11:00 | C 12:00", partial, "A 10:00 | B 11:20 | C 12:00")
    assert named(folded)["B 11:00"].replaced_by == named(folded)["B 11:20"].id


def test_rows_that_once_stood_together_do_not_replace_each_other():
    folded = followed(
        "A 10:00 | C 12:00",
        reading("A 10:00 | B 11:00 | B 11:20 | C 12:00", 2, complete=False),
        "A 10:00 | B 11:20 | C 12:00",
    )
    assert named(folded)["B 11:00"].replaced_by is None
    assert named(folded)["B 11:00"].withdrawn_at == seen_on(3)


def test_failed_and_empty_visits_change_nothing():
    plain = followed("A 10:00 | B 11:00")
    failed = reading("A 10:00", 2, is_usable=False)
    assert followed("A 10:00 | B 11:00", failed, reading((), 3)) == plain


def test_a_row_that_returns_loses_its_withdrawal_and_keeps_its_id():
    gone = followed("A 10:00 | B 11:00 | C 12:00", "A 10:00 | C 12:00")
    back = followed("A 10:00 | B 11:00 | C 12:00", "A 10:00 | C 12:00", "A 10:00 | B 11:00 | C 12:00")
    b = named(back)["B 11:00"]
    assert named(gone)["B 11:00"].withdrawn_at is not None
    assert (b.withdrawn_at, b.id) == (None, named(gone)["B 11:00"].id)
    assert [(s.first_visit_id, s.last_visit_id) for s in b.sightings] == [("v001", "v001"), ("v003", "v003")]


def test_a_portal_that_goes_back_to_its_first_time_stands_by_that_row_again():
    one, two, three = (
        "A 10:00 | B 11:00 | C 12:00",
        "A 10:00 | B 11:20 | C 12:00",
        "A 10:00 | B 11:40 | C 12:00",
    )
    folded = followed(one, two, one)
    assert current(folded) == ["A 10:00", "B 11:00", "C 12:00"]
    assert named(folded)["B 11:20"].replaced_by == named(folded)["B 11:00"].id
    folded = followed(one, two, three, one)
    assert current(folded) == ["A 10:00", "B 11:00", "C 12:00"]
    assert named(folded)["B 11:40"].replaced_by == named(folded)["B 11:00"].id


def test_a_portal_that_goes_back_to_its_first_wording_keeps_every_version():
    shown = [reading([row(words, "10:00", code="X1")], day) for day, words in enumerate("ABA", start=1)]
    (only,) = fold("correos", "N", shown).observations
    assert [s.row.printed.description for s in only.sightings] == ["A", "B", "A"]


def test_rows_all_of_one_time_keep_the_order_a_later_page_gives_them():
    folded = followed("A 10:00 | B 10:00", "A 10:00 | B 10:00 | C 11:00")
    assert current(folded) == ["A 10:00", "B 10:00", "C 11:00"]
    folded = followed("B 10:00 | A 10:00", "C 11:00 | B 10:00 | A 10:00")
    assert current(folded) == ["A 10:00", "B 10:00", "C 11:00"]


def test_times_at_the_end_of_the_calendar_are_followed_too():
    folded = followed("A 9999-12-31 23:30 | B 9999-12-31 22:30", "A 9999-12-31 22:30 | B 9999-12-31 21:30")
    assert folded.shifts_s == {"v002": -3600}
    back = followed(
        "A 9999-12-31 21:00 | B 9999-12-31 22:00 | C 9999-12-31 23:30",
        "A 9999-12-31 23:00 | B 9999-12-31 23:59",
    )
    assert len(back.observations) == 5


def test_a_page_that_turned_around_once_is_not_turned_again_by_being_seen_again():
    newest_first = [row("In transit", "2026-03-03"), row("In transit", "2026-03-02")]
    pages = [newest_first] * 3 + [newest_first[::-1]] * 4
    folds = [
        fold("correos", "N", [reading(p, n) for n, p in enumerate(pages[:some], 1)]) for some in (4, 5, 6, 7)
    ]
    orders = [[o.id for o in one.observations] for one in folds]
    assert orders == [orders[0]] * 4
