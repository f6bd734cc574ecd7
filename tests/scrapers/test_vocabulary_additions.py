"""The user's own words, places and portals: what they change, where they hold, and how mistakes are told."""

import contextlib
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers import vocabulary
from scrapers.vocabulary import AdditionsError, read_additions, using
from scrapers.words import Leg
from scrapers.words import Milestone as M

FILE = """
[[events]]
portal = "boxwatch"
milestone = "delivered"
phrases = ["Slotted into the wall", "Handed over the counter*"]
codes = ["fin 9"]

[[events]]
milestone = "customs_held"
phrases = ["Sits in the grey room"]
leg = "import"

[[events]]
portal = "usps"
milestone = "exception"
phrases = ["Acceptance"]
leg = "any"
physical = false

[[places]]
name = "Depôt Nord-7"
zone = "Europe/Berlin"
country = "DE"

[[places]]
name = "Hub X"
zone = "Asia/Kolkata"

[portals.boxwatch]
title = "BoxWatch"
kind = "universal"
zone = "Europe/Madrid"
country = "ES"
date_order = "dmy"
languages = ["es"]
"""


def milestone(portal, text, code=None):
    found = vocabulary.meaning(portal, code=code, description=text)
    return found and found.milestone


def test_added_words_are_understood_while_the_additions_hold_and_no_longer():
    assert milestone("boxwatch", "Slotted into the wall") is None
    with using(read_additions(FILE)):
        assert milestone("boxwatch", "SLOTTED into the wall.") is M.DELIVERED
        assert milestone("boxwatch", "Handed over the counter in Lyon") is M.DELIVERED
        assert milestone("boxwatch", "", code="FIN_9") is M.DELIVERED
        assert milestone("elsewhere", "Slotted into the wall") is None
        assert milestone("elsewhere", "Sits in the grey room") is M.CUSTOMS_HELD
    assert milestone("boxwatch", "Slotted into the wall") is None


def test_added_words_go_before_what_the_installation_knows():
    with using(read_additions(FILE)):
        found = vocabulary.meaning("usps", code=None, description="Acceptance")
        assert found is not None
        assert (found.milestone, found.leg, found.physical) == (M.EXCEPTION, None, False)
        assert milestone("usps", "Delivered, In/At Mailbox") is M.DELIVERED
        assert milestone("boxwatch", "Out for delivery") is M.OUT_FOR_DELIVERY
    assert milestone("usps", "Acceptance") is M.ACCEPTED


def test_added_words_keep_their_traps():
    with using(read_additions(FILE)):
        assert milestone("boxwatch", "Handed over the counter? Not yet") is None
        assert milestone("boxwatch", "Not slotted into the wall") is None


def test_added_places_have_zone_and_country_by_folded_name():
    assert vocabulary.added_places() == {}
    with using(read_additions(FILE)):
        assert vocabulary.added_places() == {
            "depot nord 7": ("Europe/Berlin", "DE"),
            "hub x": ("Asia/Kolkata", None),
        }


def test_an_added_portal_has_facts_and_others_stay_unknown():
    with using(read_additions(FILE)):
        facts = vocabulary.facts("boxwatch")
        assert (facts.title, facts.kind, facts.country, facts.date_order) == (
            "BoxWatch",
            "universal",
            "ES",
            "dmy",
        )
        assert (facts.clock.kind, facts.clock.zone, facts.languages) == ("zone", "Europe/Madrid", ("es",))
        assert vocabulary.facts("elsewhere").clock.kind == "unknown"
    assert vocabulary.facts("boxwatch").clock.kind == "unknown"


def test_a_portal_may_be_described_in_part():
    with using(read_additions('[portals.boxwatch]\nclock = "viewer"')):
        facts = vocabulary.facts("boxwatch")
        assert (facts.title, facts.kind, facts.clock.kind) == ("boxwatch", "unknown", "viewer")


def test_another_thread_does_not_see_them():
    seen = []
    with using(read_additions(FILE)):
        other = threading.Thread(target=lambda: seen.append(milestone("boxwatch", "Slotted into the wall")))
        other.start()
        other.join()
    assert seen == [None]


def test_an_error_within_ends_them():
    with pytest.raises(RuntimeError), using(read_additions(FILE)):
        raise RuntimeError
    assert milestone("boxwatch", "Slotted into the wall") is None


def test_inner_additions_replace_outer_ones():
    inner = read_additions('[[events]]\nmilestone = "returned"\nphrases = ["Slotted into the wall"]')
    with using(read_additions(FILE)):
        with using(inner):
            assert milestone("boxwatch", "Slotted into the wall") is M.RETURNED
        assert milestone("boxwatch", "Slotted into the wall") is M.DELIVERED


def test_an_empty_file_adds_nothing():
    with using(read_additions("# nothing yet\n")):
        assert milestone("usps", "Acceptance") is M.ACCEPTED
        assert vocabulary.added_places() == {}


def test_a_leg_left_out_is_the_usual_one():
    with using(read_additions('[[events]]\nmilestone = "delivered"\nphrases = ["Blorp"]')):
        found = vocabulary.meaning("anything", code=None, description="blorp")
        assert found is not None
        assert (found.leg, found.physical) == (Leg.LAST_MILE, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a =", "not TOML"),
        ("[event]", "'event' is not known here"),
        ('[[events]]\nphrases = ["x"]', "it has no milestone"),
        (
            '[[events]]\nmilestone = "deliverd"\nphrases = ["x"]',
            "milestone 'deliverd' is not known; use one of",
        ),
        ('[[events]]\nmilestone = 7\nphrases = ["x"]', "milestone 7 is not known"),
        ('[[events]]\nmilestone = "delivered"', "it has no words"),
        ('[[events]]\nmilestone = "delivered"\nphrases = ["*"]', "has no letters"),
        ('[[events]]\nmilestone = "delivered"\nphrases = "x"', "phrases must be a list of texts"),
        ('[[events]]\nmilestone = "delivered"\nphrases = ["x"]\nleg = "sea"', "leg 'sea' is not known"),
        (
            '[[events]]\nmilestone = "delivered"\nphrases = ["x"]\nphysical = "no"',
            "physical must be true or false",
        ),
        ('[[events]]\nmilestone = "delivered"\nphrases = ["x"]\nportal = "Box Watch"', "is no name"),
        (
            '[[events]]\nmilestone = "delivered"\nphrase = ["x"]',
            "[[events]] no. 1: 'phrase' is not known here",
        ),
        ("events = 1", "must be written as [[events]]"),
        ('[[places]]\nzone = "Europe/Berlin"', "it names no place"),
        ('[[places]]\nname = "X"', "it has no zone"),
        ('[[places]]\nname = "X"\nzone = "Mars/Base"', "zone 'Mars/Base' is unknown; write an IANA name"),
        ('[[places]]\nname = "X"\nzone = "../etc/passwd"', "is unknown"),
        ('[[places]]\nname = "X"\nzone = "Europe/Berlin"\ncountry = "Germany"', "is no ISO code"),
        ("portals = 1", "must be written as [portals.NAME]"),
        ("[portals.usps]", "usps is known already"),
        ("[portals.UPPER]", "a portal is a table with a name"),
        ('[portals.boxwatch]\nclock = "zone"', 'clock = "zone" needs a zone'),
        ('[portals.boxwatch]\nkind = "ship"', "kind 'ship' is not known"),
        ("[portals.boxwatch]\ntitle = 5", "title must be text"),
    ],
)
def test_a_mistake_is_told_in_one_line_that_says_where(text, said):
    with pytest.raises(AdditionsError) as told:
        read_additions(text)
    assert said in str(told.value)
    assert "\n" not in str(told.value)


@given(st.text())
def test_no_text_whatsoever_is_more_than_a_mistake(text):
    with contextlib.suppress(AdditionsError):
        read_additions(text)
