"""All rows of a parcel by event, with those that only repeat another one."""

from tests.collector.reconcile.made import at, listed, result_of


def test_a_row_that_repeats_another_stands_with_it_wherever_its_page_lists_it():
    source = at("a", "10:00", words="Package delivered")
    page = listed(
        at("b", "10:00", words="Package delivered", relayed_from="a", offset=0),
        at("b", "09:00", "out_for_delivery", words="B"),
    )
    made = result_of(source, *page)
    assert made.event_of[page[0].id] == made.event_of[source.id] != made.event_of[page[1].id]


def test_no_row_stays_in_an_event_of_which_its_own_portal_repeats_another_time():
    source = at("a", "10:01", words="Package delivered")
    page = listed(
        at("b", "10:01", words="Package delivered", relayed_from="a", offset=None),
        at("b", "2026-03-03", words="B"),
    )
    made = result_of(source, *page)
    assert made.event_of[page[0].id] == made.event_of[source.id] != made.event_of[page[1].id]
