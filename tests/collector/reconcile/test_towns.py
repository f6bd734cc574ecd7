"""Names of towns within the names of places."""

import pytest

from collector.reconcile.towns import towns


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("CITY OF INDUSTRY", "CITY OF INDUSTRY CA DISTRIBUTION CENTER"),
        ("MADRID", "CTI MADRID BARAJAS"),
        ("Málaga", "MALAGA"),
        ("Los Angeles, CA 90045", "LOS ANGELES CA INTERNATIONAL DISTRIBUTION CENTER"),
    ],
)
def test_two_names_of_one_town_share_a_word(a, b):
    assert towns(a) & towns(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Madrid", "Toledo"),
        ("DENVER CO DISTRIBUTION CENTER", "CHICAGO IL DISTRIBUTION CENTER"),
        ("International airport", "Regional airport"),
        ("", None),
    ],
)
def test_names_of_two_places_share_none(a, b):
    assert not towns(a) & towns(b)
