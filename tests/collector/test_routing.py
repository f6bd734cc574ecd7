"""Which portals are asked about a number. Portals have real names, for their kinds and countries."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from collector.cadence import Tries
from collector.routing import MOST_GUESSES, Known, route
from scrapers.contract import Confidence, Portal
from scrapers.words import Outcome

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
NOTHING = Known()


class Sure(Portal):
    """As sure of every number as it is told."""

    def __init__(self, level):
        self.level = level

    def accepts(self, number):
        return Confidence(self.level, "it looks so")


def tried(outcome, **changed):
    return replace(Tries(NOW, NOW, outcome, NOW, 1, has_shown=False), **changed)


def asked(known=NOTHING, **levels):
    portals = {name.removeprefix("t_"): Sure(level) for name, level in levels.items()}
    return dict(route(portals, "AA1", known))


def test_a_portal_sure_of_a_number_is_asked_and_a_universal_tracker_is_not():
    assert asked(usps=0.9, correos=0.1, t_17track=0.9) == {"usps": "it looks so"}


def test_a_universal_tracker_is_asked_when_nobody_knows_whose_number_it_is():
    assert asked(usps=0.1, correos=0.05, t_17track=0.05, parcelsapp=0.05) == dict.fromkeys(
        ("17track", "parcelsapp"), "nobody knows whose number it is"
    )


def test_whom_a_universal_tracker_names_is_asked_on_its_own_page():
    named = Known(named={"usps": "17TRACK"}, tries={"17track": tried(Outcome.OK, has_shown=True)})
    assert asked(named, usps=0.05, correos=0.05, t_17track=0.05) == {
        "usps": "17TRACK names it as the carrier",
        "17track": "it has shown this number before",
    }


def test_a_universal_tracker_is_asked_once_every_likely_carrier_has_said_no():
    one = Known(tries={"usps": tried(Outcome.NOT_FOUND)})
    assert asked(one, usps=0.9, correos=0.9, t_17track=0.05) == {
        "usps": "it looks so",
        "correos": "it looks so",
    }
    both = Known(tries={"usps": tried(Outcome.NOT_FOUND), "correos": tried(Outcome.NOT_FOUND)})
    assert asked(both, usps=0.9, correos=0.9, t_17track=0.05)["17track"] == (
        "none of the carriers it may be of knows it"
    )


def test_a_carrier_that_was_only_out_of_reach_has_not_said_no():
    for outcome in set(Outcome) - {Outcome.NOT_FOUND}:
        known = Known(tries={"usps": tried(outcome)})
        assert "17track" not in asked(known, usps=0.9, t_17track=0.05)


def test_without_a_universal_tracker_a_few_of_the_surest_are_asked():
    weak = {"usps": 0.05, "correos": 0.05, "ups": 0.05, "fedex": 0.05, "gls": 0.05, "dpd": 0.0}
    assert len(asked(**weak)) == MOST_GUESSES
    assert "dpd" not in asked(dpd=0.0)


def test_a_foreign_carrier_has_to_be_surer_than_one_of_a_country_the_parcel_touches():
    known = Known(countries=frozenset({"CN", "ES"}))
    assert set(asked(known, correos=0.3, usps=0.8, royalmail=0.3, gls=0.5)) == {"correos", "gls"}


def test_a_portal_that_fails_to_say_is_not_asked_and_stops_no_other():
    class Broken(Sure):
        name = "gls"

        def accepts(self, number):
            raise KeyError(number)

    found = dict(route({"gls": Broken(1.0), "usps": Sure(0.9)}, "AA1", NOTHING))
    assert found == {"usps": "it looks so"}


levels = st.dictionaries(
    st.sampled_from(["usps", "correos", "ups", "gls", "t_17track", "parcelsapp"]),
    st.sampled_from([0.0, 0.05, 0.3, 0.5, 0.95]),
    min_size=1,
)
outcomes = st.dictionaries(
    st.sampled_from(["usps", "correos", "ups", "gls", "17track", "parcelsapp"]),
    st.builds(tried, st.sampled_from(list(Outcome)), has_shown=st.booleans()),
)


@given(levels, outcomes)
def test_a_number_that_anybody_may_know_is_asked_about_somewhere_and_only_with_a_reason(sure, past):
    found = asked(Known(tries=past), **sure)
    assert found or not any(sure.values())
    assert all(found.values())
    shown = {
        name for name, one in past.items() if one.has_shown and name in {n.removeprefix("t_") for n in sure}
    }
    assert shown <= set(found)
