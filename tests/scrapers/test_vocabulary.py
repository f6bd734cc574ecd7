"""The structure of every vocabulary file, and how wordings are compared."""

import re
import tomllib
from collections import Counter
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers import vocabulary
from scrapers.vocabulary import normal, normal_code
from scrapers.words import DATA_ONLY, Leg, Milestone

PORTALS = vocabulary.names()
EVENT_KEYS = {"milestone", "codes", "phrases", "leg", "physical", "place", "shared", "because"}
UNKNOWN = "unknown"


def raw(portal):
    file = resources.files("scrapers.vocabulary") / f"{portal}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def events(portal):
    return raw(portal).get("events", [])


def fits(phrase, entry):
    """Whether an entry without a condition takes every text that `phrase` stands for."""
    text = normal(phrase.removesuffix("*"))
    exact = {normal(p) for p in entry.get("phrases", ()) if not p.endswith("*")}
    beginnings = tuple(normal(p[:-1]) for p in entry.get("phrases", ()) if p.endswith("*"))
    return (text in exact and not phrase.endswith("*")) or text.startswith(beginnings)


def test_there_are_vocabularies():
    assert "usps" in PORTALS
    assert list(PORTALS) == sorted(PORTALS)


@pytest.mark.parametrize("portal", PORTALS)
def test_a_file_declares_its_portal(portal):
    facts = vocabulary.facts(portal)
    assert facts.name == portal
    assert facts.title
    assert facts.languages
    assert facts.kind in ("marketplace", "carrier", "universal")
    assert facts.country is None or re.fullmatch(r"[A-Z]{2}", facts.country)
    assert facts.date_order in (None, "ymd", "dmy", "mdy")
    assert set(raw(portal)) <= {"portal", "clock", "dates", "events", "orders"}


@pytest.mark.parametrize("portal", PORTALS)
def test_a_clock_is_of_a_known_kind_with_a_real_zone_and_a_reason(portal):
    clock = vocabulary.facts(portal).clock
    assert clock.kind in ("place", "zone", "viewer", "stated", "unknown")
    assert clock.because
    assert clock.zone is None or ZoneInfo(clock.zone)
    assert clock.kind != "zone" or clock.zone


@pytest.mark.parametrize("portal", PORTALS)
def test_every_entry_can_be_read(portal):
    for entry in events(portal):
        assert set(entry) <= EVENT_KEYS, entry
        assert entry.get("codes") or entry.get("phrases"), entry
        assert entry["milestone"] == UNKNOWN or Milestone(entry["milestone"])
        assert entry.get("leg", "any") == "any" or Leg(entry["leg"])
        assert isinstance(entry.get("shared", True), bool)
        assert isinstance(entry.get("physical", True), bool)
        assert "place" not in entry or re.compile(entry["place"], re.IGNORECASE)


@pytest.mark.parametrize("portal", PORTALS)
def test_no_phrase_is_empty_or_broken(portal):
    for entry in events(portal):
        for phrase in entry.get("phrases", ()):
            assert normal(phrase.removesuffix("*")), f"{phrase!r} fits everything or nothing"
            assert "*" not in phrase[:-1], phrase
        assert all(normal_code(code) for code in entry.get("codes", ()))


@pytest.mark.parametrize("portal", PORTALS)
def test_no_phrase_or_code_stands_twice_under_one_condition(portal):
    phrases: Counter[tuple[str, bool, str | None]] = Counter()
    codes: Counter[tuple[str, str | None]] = Counter()
    for entry in events(portal):
        condition = entry.get("place")
        phrases.update((normal(p), p.endswith("*"), condition) for p in entry.get("phrases", ()))
        codes.update((normal_code(c), condition) for c in entry.get("codes", ()))
    assert [key for key, count in (phrases + Counter()).items() if count > 1] == []
    assert [key for key, count in codes.items() if count > 1] == []


@pytest.mark.parametrize("portal", PORTALS)
def test_no_phrase_is_hidden_behind_an_earlier_entry(portal):
    earlier: list[dict[str, object]] = []
    for entry in events(portal):
        for phrase in entry.get("phrases", ()):
            hidden = [e for e in earlier if fits(phrase, e) and e["milestone"] != entry["milestone"]]
            assert not hidden, f"{phrase!r} is read as {hidden[0]['milestone']}, not {entry['milestone']}"
        if "place" not in entry:
            earlier.append(entry)


@pytest.mark.parametrize("portal", PORTALS)
def test_every_unconditional_phrase_and_code_has_its_milestone(portal):
    for entry in events(portal):
        if "place" in entry:
            continue
        for phrase in entry.get("phrases", ()):
            found = vocabulary.meaning(portal, code=None, description=phrase.removesuffix("*"))
            assert (found and found.milestone) == (
                entry["milestone"] if entry["milestone"] != UNKNOWN else None
            )
        for code in entry.get("codes", ()):
            found = vocabulary.meaning(portal, code=code, description="")
            assert found is not None, code


@pytest.mark.parametrize("portal", PORTALS)
def test_data_alone_is_never_a_scan(portal):
    for entry in events(portal):
        if entry["milestone"] in DATA_ONLY:
            assert entry.get("physical", False) is False, entry


@pytest.mark.parametrize("portal", PORTALS)
def test_what_is_not_understood_is_none(portal):
    def meaning(code, description):
        return vocabulary.meaning(portal, code=code, description=description)

    assert meaning("ZZ_NO_SUCH_CODE", "qwxz qwxz") is None
    assert meaning(None, "qwxz qwxz") is None
    assert meaning(None, "") is None


@pytest.mark.parametrize("portal", ["", "nobody", "../usps", "USPS", "usps.toml", "x" * 41, "a\x00b"])
def test_an_unknown_portal_has_an_unknown_clock_and_no_codes_of_its_own(portal):
    def meaning(name, code, description):
        return vocabulary.meaning(name, code=code, description=description)

    assert vocabulary.facts(portal).clock.kind == "unknown"
    # A short code may be anybody's; one that is a word is not.
    assert meaning("usps", "NT", "") is not None
    assert meaning(portal, "NT", "") is None
    assert meaning(portal, "GTMS_SIGNED", "").milestone is Milestone.DELIVERED


def test_an_unknown_code_does_not_forbid_the_wording():
    found = vocabulary.meaning("usps", code="ZZ", description="Acceptance")
    assert found is not None
    assert found.milestone is Milestone.ACCEPTED


def test_a_known_code_settles_it():
    found = vocabulary.meaning("usps", code="nt", description="Acceptance")
    assert found is not None
    assert found.milestone is Milestone.NOTICE


def test_the_note_is_tried_last():
    def meaning(description, note):
        found = vocabulary.meaning("usps", code=None, description=description, note=note)
        return found and found.milestone

    assert meaning("qwxz", "Acceptance") is Milestone.ACCEPTED
    assert meaning("Delivered", "Acceptance") is Milestone.DELIVERED


# --- comparing ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Delivered,  In/At\u00a0Mailbox ", "delivered in at mailbox"),
        ("[Shenzhen] Departed", "departed"),
        ("【深圳】已发货。", "已发货"),
        ("Entregado: ¡sí!", "entregado si"),
        ("ＯＵＴ　for delivery", "out for delivery"),
        ("—", ""),
        ("", ""),
    ],
)
def test_case_accents_marks_and_a_leading_town_do_not_count(text, expected):
    assert normal(text) == expected


@given(st.text())
@example("[a] [b] c")
@example("ŉ İ ſ ﬁ ß ǰ")
@example("[[]a]x")
def test_a_normal_text_has_no_marks_no_capitals_and_single_spaces(text):
    result = normal(text)
    assert result == result.strip()
    assert "  " not in result
    assert all(c == "_" or c == " " or c.isalnum() or not c.isascii() for c in result)
    assert result.isascii() is False or result == result.lower()


@given(st.text())
@example("[a] [b] c")
def test_normalising_twice_changes_nothing(text):
    assert normal(normal(text)) == normal(text)


@given(st.text(alphabet="abcdeé ,.-", max_size=30))
def test_capitals_and_spaces_do_not_count(text):
    assert normal(text.upper()) == normal(f"  {text}\t") == normal(text.replace(" ", "\u00a0 "))


@given(st.text())
def test_a_code_is_compared_without_spaces_and_case(code):
    assert normal_code(f" {code}\n") == normal_code(code)
    assert not any(c.isspace() for c in normal_code(code))


def test_a_wording_that_depends_on_the_place_is_read_by_its_place_on_an_unknown_portal_too():
    def milestone(place):
        found = vocabulary.meaning(
            "never-heard-of", code=None, description="Processed Through Facility", place=place
        )
        return found and (found.milestone, found.leg)

    assert milestone("ISC NEW YORK NY(USPS)") == (Milestone.ARRIVED_DESTINATION_COUNTRY, Leg.IMPORT)
    assert milestone("Somewhere") == milestone(None) == (Milestone.ARRIVED_FACILITY, None)


@pytest.mark.parametrize(
    ("milestone", "upu"), [("delivered", "EMI"), ("departed_origin_country", "EMC"), ("notice", None)]
)
def test_a_meaning_tells_the_upus_event_code(milestone, upu):
    assert vocabulary.Meaning(Milestone(milestone), None, True).upu == upu


@pytest.mark.parametrize(
    ("carrier", "portal"),
    [
        ("USPS", "usps"),
        ("usps", "usps"),
        ("Correos España", "correos"),
        ("CORREOS ESPANA", "correos"),
        ("Israelpost", "israelpost"),
        ("Israel Post", "israelpost"),
        ("Colissimo", "laposte"),
        ("J&T Express", None),
        ("", None),
    ],
)
def test_a_carrier_is_known_by_the_names_other_portals_give_it(carrier, portal):
    assert vocabulary.portal_named(carrier) == portal


def test_no_name_of_a_carrier_stands_for_two_portals():
    said = {}
    for name in vocabulary.names():
        facts = vocabulary.facts(name)
        for text in {vocabulary.normal(one) for one in (name, facts.title, *facts.called)}:
            assert said.setdefault(text, name) == name
