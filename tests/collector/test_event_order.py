"""One consistent order of a parcel's events. Portals `a` and `b` are invented and state their offsets."""

from dataclasses import replace

from collector.reconcile import reconcile
from tests.collector.rows_made import followed, observation, parcel, reading, row

MILESTONES = {"O": "out_for_delivery", "D": "delivered", "H": "held_at_depot", "R": "returned"}


def track(portal, *shown):
    """Rows "O 10:00" as a track, oldest first as given; O, D, H and R have their milestones."""
    made = []
    for place, text in enumerate(shown):
        words, _, time = text.partition(" ")
        read = row(words, time or None, offset=60, milestone=MILESTONES.get(words))
        made.append(replace(observation(portal, read), sequence=place))
    return made


def order(*tracks):
    result = reconcile(parcel(*(o for rows in tracks for o in rows)), {})
    assert [e.sequence for e in result.events] == list(range(1, len(result.events) + 1))
    return " ".join(e.description for e in result.events)


def test_events_stand_in_order_of_time_whatever_a_page_shows():
    assert order(track("a", "B 12:00", "A 10:00", "C 11:00")) == "A C B"


def test_backward_steps_are_kept():
    assert order(track("a", "O 10:00", "H 18:00", "O 2026-03-03 10:00", "D 2026-03-03 11:00")) == "O H O D"
    assert order(track("a", "D 10:00", "R 12:00")) == "D R"


def test_undated_rows_stand_next_to_their_neighbours():
    assert order(track("a", "A 10:00", "U", "B 11:00")) == "A U B"
    assert order(track("a", "A 10:00", "U", "V", "B 11:00"), track("b", "X 10:30")) == "A U V X B"
    assert order(track("a", "U", "V", "A 10:00"), track("b", "X 09:30")) == "X U V A"
    assert order(track("a", "A 10:00", "U")) == "A U"


def test_undated_rows_of_a_page_without_times_stand_last_as_listed():
    assert order(track("a", "V", "U"), track("b", "X 09:30")) == "X V U"


def test_a_date_stands_where_its_page_lists_it_as_far_as_the_day_allows():
    assert order(track("a", "A 10:00", "D 2026-03-02", "B 12:00"), track("b", "X 11:00")) == "A D X B"
    assert order(track("a", "A 10:00", "D 2026-03-04", "U", "B 2026-03-05")) == "A D U B"
    assert order(track("a", "D 2026-03-02", "U"), track("b", "X 11:00")) == "D U X"
    assert (
        order(track("a", "A 2026-03-03 10:00", "D 2026-03-02"), track("b", "X 2026-03-02 11:00")) == "X D A"
    )


def test_events_of_one_moment_stand_as_portals_list_them():
    assert order(track("a", "B 10:00", "A 10:00")) == "B A"
    assert order(track("a", "D 10:00", "O 10:00")) == "D O"


def test_events_of_one_moment_that_no_page_lists_together_stand_in_the_usual_order():
    assert order(track("a", "D 10:00"), track("b", "O 10:00")) == "O D"
    assert order(track("b", "O 10:00"), track("a", "D 10:00")) == "O D"


def test_portals_that_contradict_each_other_leave_the_usual_order():
    pages = track("a", "D 10:00", "O 10:00"), track("b", "O 10:00", "D 10:00")
    assert order(*pages) == order(*reversed(pages)) == "O D"


def test_rows_keep_the_order_of_the_page_they_were_folded_from():
    folded = followed(reading([row(w, offset=0) for w in ("C", "B", "A")], 1))
    assert order(folded.observations) == "A B C"
    assert order(list(reversed(folded.observations))) == "A B C"
