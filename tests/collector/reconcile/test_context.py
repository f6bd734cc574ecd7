"""What other rows of a parcel tell about where a scan was made: its leg and its zone."""

import pytest

from collector.reconcile.context import Countries, contexts, legs_of, side_of
from scrapers.words import Leg, Milestone
from tests.collector.reconcile.made import at, listed

SPAIN, USA = Countries("CN", "ES"), Countries("CN", "US")
MADRID = {"zone": "Europe/Madrid", "country": "ES", "place": "Madrid"}
DENVER = {"zone": "America/Denver", "country": "US", "place": "Denver"}


def legs(*said, countries=SPAIN, **more):
    rows = [at("a", "10:00", None, leg=leg, **more) for leg in said]
    return [leg and leg.value for leg in legs_of(listed(*rows), countries)]


def found(*rows, countries=SPAIN):
    tracks = {}
    for o in rows:
        tracks.setdefault((o.portal, o.tracking_number), []).append(o)
    return {o.id: contexts(tracks, countries)[o.id] for o in rows}


def zones(*rows, countries=SPAIN):
    return [context.zone for context in found(*rows, countries=countries).values()]


def test_a_row_that_leaves_its_leg_open_has_that_of_the_rows_around_it():
    assert legs("origin", None, "origin") == ["origin"] * 3
    assert legs(None, "import", None) == ["import"] * 3
    assert legs("origin", None, "last_mile") == ["origin", None, "last_mile"]
    assert legs("origin", None, "line_haul") == ["origin", "origin", "line_haul"]
    assert legs("import", None, "last_mile") == ["import", "last_mile", "last_mile"]
    assert legs(None, None) == [None, None]


@pytest.mark.parametrize(("country", "leg"), [("CN", "origin"), ("ES", "last_mile"), ("FR", None)])
def test_the_country_of_a_row_tells_its_leg(country, leg):
    assert legs(None, country=country) == [leg]
    assert legs(None, country=country, countries=Countries("ES", "ES")) == [None]


def test_the_last_carrier_begins_in_the_words_of_the_first():
    arrived, delivered = at("a", "10:00", "arrived_destination_country", leg="import"), at("a", "12:00")
    for word in ("accepted", "info_received", "arrived_origin_facility"):
        begun = at("a", "11:00", word, leg="origin")
        assert legs_of(listed(begun, arrived, delivered), SPAIN)[0] is Leg.ORIGIN
        assert legs_of(listed(arrived, begun, delivered), SPAIN)[1] is Leg.LAST_MILE
        there = at("a", "11:00", word, leg="origin", country="ES")
        assert legs_of(listed(there), SPAIN) == [Leg.LAST_MILE]
        at_home = at("a", "11:00", word, leg="origin", country="CN")
        assert legs_of(listed(arrived, at_home), SPAIN)[1] is Leg.ORIGIN


def test_what_has_not_yet_left_is_no_beginning_of_the_last_mile():
    """One row out of its place, and the parcel is on the way only behind it."""
    astray = at("a", "09:00", "arrived_destination_country", leg="import")
    accepted = at("a", "10:00", "accepted", leg="origin")
    left = at("a", "11:00", "departed_origin_country", leg="line_haul")
    assert legs_of(listed(astray, accepted, left), SPAIN)[1] is Leg.ORIGIN


def test_both_ends_of_the_journey():
    assert side_of(Leg.ORIGIN, None) == side_of(Leg.LINE_HAUL, Milestone.ARRIVED_AIRPORT) == "origin"
    assert side_of(Leg.IMPORT, None) == side_of(Leg.LAST_MILE, Milestone.DELIVERED) == "destination"
    assert side_of(Leg.LINE_HAUL, Milestone.DEPARTED_TRANSIT) is side_of(None, None) is None


def test_a_row_that_names_its_place_is_there():
    own = at("a", "10:00", leg="last_mile", **MADRID)
    context = found(own, countries=USA)[own.id]
    assert (context.zone, context.is_own, context.is_sure) == ("Europe/Madrid", True, True)


def test_a_country_with_one_clock_is_where_rows_without_a_place_are():
    bare = at("a", "10:00", leg="last_mile")
    context = found(bare)[bare.id]
    assert (context.zone, context.is_own, context.is_sure) == ("Europe/Madrid", False, True)
    assert zones(bare, countries=USA) == [None]


def test_a_row_without_a_place_is_where_another_portal_says_that_milestone_was():
    bare = at("a", "10:00", "delivered", leg="last_mile")
    there = at("b", "10:00", "delivered", leg="last_mile", **DENVER)
    elsewhere = {"zone": "America/New_York", "country": "US", "place": "New York"}
    depot = [at("b", "08:00", "arrived_facility", leg="last_mile", words=w, **elsewhere) for w in "XYZ"]
    assert zones(bare, there, *depot, countries=USA)[0] == "America/Denver"
    assert not found(bare, there, countries=USA)[bare.id].is_sure


def test_else_it_is_where_the_rows_beside_it_are():
    page = listed(
        at("a", "08:00", "arrived_facility", leg="last_mile", **DENVER),
        at("a", "10:00", "delivered", leg="last_mile", words="B"),
    )
    assert zones(*page, countries=USA) == ["America/Denver"] * 2


def test_else_where_most_rows_of_that_end_are():
    bare = at("a", "10:00", "delivered", leg="last_mile")
    others = listed(
        *(at("b", f"{h}:00", "arrived_facility", leg="last_mile", words=str(h), **DENVER) for h in (11, 12))
    )
    assert zones(bare, *others, countries=USA)[0] == "America/Denver"


def test_no_zone_of_the_other_end_of_the_journey_is_taken_over():
    picked_up = at("a", "10:00", "accepted", leg="origin")
    admitted = at(
        "b", "10:00", "accepted", leg="origin", **MADRID
    )  # the last mile's carrier, in the same words
    context = found(picked_up, admitted)[picked_up.id]
    assert context.zone == "Asia/Shanghai"


def test_a_named_country_goes_before_what_neighbours_tell():
    page = listed(
        at("a", "08:00", "arrived_facility", leg="import", **MADRID),
        at("a", "10:00", "customs_cleared", leg="import", words="B", country="GR"),
    )
    assert zones(*page)[1] == "Europe/Athens"


def test_between_the_ends_nothing_is_guessed():
    flight = at("a", "10:00", "departed_transit", leg="line_haul")
    assert zones(flight, at("b", "10:00", leg="last_mile", **MADRID))[0] is None
