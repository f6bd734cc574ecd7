"""Places as portals of many countries print them: codes behind names, airports, facilities, islands."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.read import gazetteer
from collector.read.countries import country_name
from collector.read.gazetteer import zones_of_country
from collector.read.geonames import records
from collector.read.place_data import subdivisions
from collector.read.places import place_of
from scrapers import vocabulary


def where(text, hint=None, **more):
    place = place_of(text, country_hint=hint, **more)
    return None if place is None else (place.zone, place.country)


@pytest.mark.parametrize(
    ("text", "zone", "country"),
    [
        ("AUSTIN TX 78701 US", "America/Chicago", "US"),
        ("AUSTIN, TX", "America/Chicago", "US"),
        ("SHENZHEN CN", "Asia/Shanghai", "CN"),
        ("LIMA PE", "America/Lima", "PE"),
        ("PARIS TX", "America/Chicago", "US"),
        ("SAN JUAN PR", "America/Puerto_Rico", "US"),
        ("Paris (FR)", "Europe/Paris", "FR"),
        ("MADRID - SPAIN", "Europe/Madrid", "ES"),
        ("【深圳市】", "Asia/Shanghai", "CN"),
        ("上海浦东国际机场", "Asia/Shanghai", "CN"),
        ("PARIS CDG", "Europe/Paris", "FR"),
        ("Shanghai PVG", "Asia/Shanghai", "CN"),
        ("GUANGZHOU BAIYUN AIRPORT", "Asia/Shanghai", "CN"),
        ("Milano Linate", "Europe/Rome", "IT"),
        ("Amsterdam Schiphol, NL", "Europe/Amsterdam", "NL"),
        ("TOKYO INT", "Asia/Tokyo", "JP"),
        ("WER Warszawa", "Europe/Warsaw", "PL"),
        ("NEW DELHI FOREIGN POST", "Asia/Kolkata", "IN"),
        ("London SW1A 1AA", "Europe/London", "GB"),
        ("KANSAS CITY DISTRIBUTION CENTER", "America/Chicago", "US"),
        ("VANCOUVER BC", "America/Vancouver", "CA"),
        ("SYDNEY NSW", "Australia/Sydney", "AU"),
        ("ST. JOHN'S NL", "America/St_Johns", "CA"),
        ("Adelaide", "Australia/Adelaide", "AU"),
        ("Kathmandu", "Asia/Kathmandu", "NP"),
        ("Chatham Islands", "Pacific/Chatham", "NZ"),
        ("Lord Howe Island", "Australia/Lord_Howe", "AU"),
        ("Manaus - AM", "America/Manaus", "BR"),
        ("CTCE MANAUS / AM", "America/Manaus", "BR"),
        ("UNIDADE DE TRATAMENTO, CURITIBA - PR", "America/Sao_Paulo", "BR"),
        ("CURITIBA, PR", "America/Sao_Paulo", "BR"),
        ("Açores", "Atlantic/Azores", "PT"),
        ("Funchal", "Atlantic/Madeira", "PT"),
        ("La Réunion", "Indian/Reunion", "RE"),
        ("Santa Cruz de Tenerife", "Atlantic/Canary", "ES"),
        ("38611 San Isidro, ES", "Atlantic/Canary", "ES"),
        ("28070 Madrid, ES", "Europe/Madrid", "ES"),
        ("9500-150 Ponta Delgada, Portugal", "Atlantic/Azores", "PT"),
        ("香港", "Asia/Hong_Kong", "HK"),
        ("KANAGAWA", "Asia/Tokyo", "JP"),
        ("תל אביב", "Asia/Jerusalem", "IL"),
        ("МОСКВА, Россия", "Europe/Moscow", "RU"),
    ],
)
def test_a_place_has_its_zone_without_any_hint(text, zone, country):
    assert where(text) == (zone, country)


@pytest.mark.parametrize(
    ("text", "hint", "zone"),
    [
        ("Granada", "ES", "Europe/Madrid"),
        ("Victoria", "AU", "Australia/Melbourne"),
        ("KAWASAKI HIGASHI", "JP", "Asia/Tokyo"),
        ("Azores", "PT", "Atlantic/Azores"),
        ("Toledo", "ES", "Europe/Madrid"),
        ("Santiago", "CL", "America/Santiago"),
    ],
)
def test_the_hint_settles_what_a_name_means(text, hint, zone):
    assert where(text, hint)[0] == zone


def test_a_country_and_a_city_of_one_name_are_told_apart_or_left_open():
    assert where("Granada", "GD") == ("America/Grenada", "GD")
    assert where("Granada") == (None, None)
    assert where("Peru", "ES") == ("America/Lima", "PE")
    assert where("Singapore") == ("Asia/Singapore", "SG")


@pytest.mark.parametrize(
    ("text", "hint", "zone"),
    [
        ("Guadalajara", "ES", "Europe/Madrid"),
        ("London", "CA", "America/Toronto"),
        ("Mérida", "ES", "Europe/Madrid"),
        ("Langley", "CA", "America/Vancouver"),
        ("Speyer", "DE", "Europe/Berlin"),
    ],
)
def test_a_sure_country_wins_over_a_more_famous_place(text, hint, zone):
    assert where(text, hint, hint_is_sure=True) == (zone, hint)


@pytest.mark.parametrize("text", ["Shenzhen, China", "AUSTIN, TX", "Paris (FR)", "Shenzhen"])
def test_even_a_sure_country_gives_way_to_one_in_the_text_and_to_places_it_lacks(text):
    assert where(text, "ES", hint_is_sure=True) == where(text)


@pytest.mark.parametrize(
    "text",
    [
        "NEW MADRID XYZ",
        "Calle Toledo 5",
        "Lincoln Street",
        "Paris Street",
        "Moscow Road 7",
        "XYZQ / AM",
        "Nueva Zzz",
    ],
)
def test_part_of_another_name_is_no_place(text):
    found = place_of(text)
    assert found is None or found.zone is None


def test_codes_of_an_airport_and_a_country_on_one_clock_give_its_zone():
    assert where("FRA") == ("Europe/Berlin", None)
    assert where("MAD") == ("Europe/Madrid", "ES")
    assert where("JFK") == ("America/New_York", "US")


def test_the_zones_of_a_country_are_those_its_places_lie_in():
    assert zones_of_country("ES") == ("Europe/Madrid", "Atlantic/Canary", "Africa/Ceuta")
    assert zones_of_country("PT") == ("Europe/Lisbon", "Atlantic/Madeira", "Atlantic/Azores")
    assert zones_of_country("AT") == ("Europe/Vienna",)
    assert {"America/New_York", "America/Chicago", "Pacific/Honolulu"} <= set(zones_of_country("US"))
    assert "Asia/Urumqi" not in zones_of_country("CN")
    assert zones_of_country("XX") == ()


def test_places_the_user_names_go_before_the_gazetteer_and_are_not_remembered(monkeypatch):
    assert where("Paris", "FR") == ("Europe/Paris", "FR")
    added = {"paris nord hub": ("America/Chicago", "US"), "paris": ("America/Chicago", None)}
    monkeypatch.setattr(vocabulary, "added_places", lambda: added)
    assert where("[Paris Nord HUB]") == ("America/Chicago", "US")
    assert where("Paris", "FR") == ("America/Chicago", None)
    monkeypatch.undo()
    assert where("Paris", "FR") == ("Europe/Paris", "FR")


CITIES = list(records(15_000))
STATES = {(s.country, s.admin): s.code for s in subdivisions()}
FORMS = {
    "name, country's code": lambda c: f"{c.name}, {c.country}",
    "NAME CODE": lambda c: f"{c.name} {c.country}".upper(),
    "name, country": lambda c: f"{c.name}, {country_name(c.country)}",
    "NAME - COUNTRY": lambda c: f"{c.name} - {country_name(c.country)}".upper(),
}


def clock(zone):
    return gazetteer.clock_of(gazetteer._zone(zone))


@pytest.mark.parametrize("form", FORMS)
def test_a_city_beside_its_country_has_its_zone_or_none(form):
    found = [(city, place_of(FORMS[form](city))) for city in CITIES[::15]]
    told = [(city, place.zone) for city, place in found if place and place.zone]
    wrong = [city for city, zone in told if clock(zone) != clock(city.zone)]
    assert len(wrong) <= 0.002 * len(found)
    assert len(told) >= 0.97 * len(found)


def test_a_city_beside_its_state_has_its_zone():
    wrong = [
        city.name
        for city in CITIES[::5]
        if (code := STATES.get((city.country, city.admin)))
        and (place := place_of(f"{city.name.upper()} {code}")) is not None
        and place.zone is not None
        and clock(place.zone) != clock(city.zone)
    ]
    assert len(wrong) <= 2


def test_a_bare_name_is_seldom_another_place_and_hardly_ever_with_its_country_known():
    some = CITIES[::15]
    for hint, allowed in ((False, 0.01), (True, 0.002)):
        found = [(c, place_of(c.name, country_hint=c.country if hint else None)) for c in some]
        wrong = [c.name for c, place in found if place and place.zone and clock(place.zone) != clock(c.zone)]
        assert len(wrong) <= allowed * len(some)


@given(
    st.sampled_from(CITIES), st.sampled_from(["", "AIRPORT", "HUB", "SORTING CENTER", "DISTRIBUTION CENTER"])
)
@settings(deadline=None)
def test_a_word_for_a_facility_changes_no_place(city, word):
    alone = where(city.name, city.country)
    with_word = where(f"{city.name} {word}", city.country)
    assert with_word in (alone, None) or alone is None or None in (*alone, with_word[0])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of memory is read from /proc")
def test_the_gazetteer_takes_under_two_seconds_and_140_mb():
    """Measured in a process of its own: cities and towns, as one parcel in a small town needs them."""
    program = (
        "import re, time\n"
        "from collector.read.places import place_of\n"
        "began = time.process_time()\n"
        "place_of('Nowhere, Russia')\n"
        "seconds = time.process_time() - began\n"
        "print(seconds, re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    seconds, kib = map(float, done.stdout.split())
    assert seconds < 8  # a quarter of that on an idle machine; test machines are slow, and do much at once
    assert kib < 140 * 1024
