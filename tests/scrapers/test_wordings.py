"""Wordings of portals nobody described, unseen phrasings of known ones, and what must not be understood."""

import json
import os
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import vocabulary
from scrapers.vocabulary.indexing import merged
from scrapers.vocabulary.lexicon import kinds_of
from scrapers.vocabulary.loading import general_entries
from scrapers.vocabulary.normalising import bare
from scrapers.words import ACCOMPLISHED, Leg
from scrapers.words import Milestone as M

CAPTURES = os.environ.get("CROSSTRACK_CAPTURES")
UNHEARD_OF = "boxwatch"
RELAYS = ("17track", "parcelsapp")


def milestone(text, portal=UNHEARD_OF, place=None, note=None, code=None):
    found = vocabulary.meaning(portal, code=code, description=text, note=note, place=place)
    return found and found.milestone


def phrases(*milestones):
    """Every wording of every portal, and the general ones, that stand for one of these milestones."""
    found = []
    for folder in ("", "general"):
        for file in (resources.files("scrapers.vocabulary") / folder).iterdir():
            if file.name.endswith(".toml"):
                for entry in tomllib.loads(file.read_text(encoding="utf-8")).get("events", ()):
                    if entry["milestone"] in milestones and "place" not in entry:
                        found.extend(p for p in entry.get("phrases", ()) if not p.endswith("*"))
    return sorted(set(found))


# --- every wording known anywhere, on any portal ---------------------------------------------------------


def test_wordings_of_all_portals_are_understood_on_portals_unknown_and_through_relays():
    asked, missed = 0, []
    for portal in vocabulary.names():
        file = resources.files("scrapers.vocabulary") / f"{portal}.toml"
        for entry in tomllib.loads(file.read_text(encoding="utf-8")).get("events", ()):
            if "place" in entry or entry["milestone"] == "unknown":
                continue
            for phrase in entry.get("phrases", ()):
                for reader in (UNHEARD_OF, *RELAYS):
                    asked += 1
                    if milestone(phrase.removesuffix("*"), reader) != entry["milestone"]:
                        missed.append((reader, phrase, entry["milestone"]))
    assert asked > 2000
    assert len(missed) <= asked * 0.01, missed


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("DELIVERED", None),
        ("Delivered.", None),
        ("[Madrid] Delivered", None),
        ("【Madrid】Delivered", None),
        ("Delivered [Madrid]", None),
        ("Delivered (Madrid)", None),
        ("ＤＥＬＩＶＥＲＥＤ", None),
        ("DeliveredDelivered", None),
        ("Delivered Delivered", None),
        ("Delivered, Carrier note: handed over", None),
        ("Delivered - MADRID CTA", "MADRID CTA"),
        ("MADRID CTA: Delivered", "MADRID CTA"),
        ("Delivered on 12/03/2026 at 14:05", None),
        ("2026-03-12 14:05:11 Delivered", None),
        ("<b>Delivered</b>&nbsp;", None),
        ("Delivered, Front Door/Porch", None),
        ("Delievered", None),
    ],
)
def test_what_is_printed_around_a_wording_does_not_hide_it(text, place):
    assert milestone(text, place=place) is M.DELIVERED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Arrived at USPS Regional Facility in LOS ANGELES, CA", M.ARRIVED_FACILITY),
        ("Departed USPS Facility in SEATTLE, WA 98108", M.DEPARTED_FACILITY),
        ("The parcel has arrived at the sorting centre in Leipzig", M.ARRIVED_FACILITY),
        ("Arived at the sorting center", M.ARRIVED_FACILITY),
        ("Shipment has left the sorting facility in Hamburg", M.DEPARTED_FACILITY),
        ("Import customs clearence completed", M.CUSTOMS_CLEARED),
        ("Your parcel is out for delivery today with our courier", M.OUT_FOR_DELIVERY),
        ("Out for Delivery, Expected Delivery by 9:00pm", M.OUT_FOR_DELIVERY),
        ("Shipment left the country of origin", M.DEPARTED_ORIGIN_COUNTRY),
        ("Alta en la unidad de reparto MADRID CTA", M.ARRIVED_DELIVERY_OFFICE),
        ("En aduana", M.IMPORT_CUSTOMS_STARTED),
        ("Su paquete ha salido para reparto", M.OUT_FOR_DELIVERY),
        ("Votre colis a été livré au gardien", M.DELIVERED),
        ("Die Sendung ist im Paketzentrum Leipzig eingetroffen", M.ARRIVED_FACILITY),
        ("Die Sendung hat das Start-Paketzentrum Köln verlassen", M.DEPARTED_ORIGIN_FACILITY),
        ("Het pakket is gesorteerd in Nieuwegein", M.ARRIVED_FACILITY),
        ("La spedizione è arrivata al centro di smistamento di Milano", M.ARRIVED_FACILITY),
        ("Paczka gotowa do odbioru w paczkomacie KRA010", M.AVAILABLE_FOR_PICKUP),
        ("Прибыло в сортировочный центр Москва", M.ARRIVED_FACILITY),
        ("已到达【美国】投递局", M.ARRIVED_DELIVERY_OFFICE),
        ("邮件到达【北京】，准备发往【天津】", M.ARRIVED_FACILITY),
        ("離開處理中心", M.DEPARTED_FACILITY),
        ("中継", M.ARRIVED_FACILITY),
        ("החבילה נמסרה לנמען", M.DELIVERED),
        ("ממתין לאיסוף", M.AVAILABLE_FOR_PICKUP),
        ("배송완료", M.DELIVERED),
        ("Dağıtıma çıktı", M.OUT_FOR_DELIVERY),
        ("تم التسليم", M.DELIVERED),
        ("Zásilka byla doručena", M.DELIVERED),
        ("Вручено одержувачу", M.DELIVERED),
    ],
)
def test_an_unseen_phrasing_is_understood_in_many_languages(text, expected):
    assert milestone(text) is expected


@pytest.mark.parametrize("portal", ["usps", "correos", "ups"])
def test_a_known_portal_is_understood_in_words_it_was_never_seen_to_use(portal):
    assert milestone("Your package has been delivered to your neighbour", portal) is M.DELIVERED


# --- traps -----------------------------------------------------------------------------------------------

TRAPS = [
    ("Alta en la unidad de reparto", M.ARRIVED_DELIVERY_OFFICE),
    ("自提点签收", M.AVAILABLE_FOR_PICKUP),
    ("驿站已签收", M.AVAILABLE_FOR_PICKUP),
    ("【驿站】已签收", None),
    ("已签收", None),
    ("未妥投", M.DELIVERY_ATTEMPTED),
    ("Arrived at pick-up point. Package available for collection.", M.AVAILABLE_FOR_PICKUP),
    ("Delivered to UPS Access Point Location and Awaiting Customer Pickup", M.AVAILABLE_FOR_PICKUP),
    ("Das Paket wurde im GLS PaketShop zugestellt.", M.AVAILABLE_FOR_PICKUP),
    ("Livré en point relais", M.AVAILABLE_FOR_PICKUP),
    ("Entregado en punto de recogida", M.AVAILABLE_FOR_PICKUP),
    ("Доставлено в постамат", M.AVAILABLE_FOR_PICKUP),
    ("Delivered to local carrier", M.HANDED_TO_LAST_MILE),
    ("Delivered to carrier", None),
    ("Delivered to agent", None),
    ("Delivered, To Agent", None),
    ("Delivered to depot", None),
    ("Delivered to customs", None),
    ("Delivered to wrong address", None),
    ("Delivered to neighbour", M.DELIVERED),
    ("Bezorgd bij de buren", M.DELIVERED),
    ("Delivered to sender", M.RETURNED),
    ("Distribué à l'expéditeur", M.RETURNED),
    ("Entregado al remitente", M.RETURNED),
    ("Return to sender", M.RETURNING),
    ("Item returned from import Customs", M.CUSTOMS_CLEARED),
    ("Not delivered", None),
    ("Undelivered", None),
    ("Undeliverable as addressed", M.EXCEPTION),
    ("Could not be delivered", M.DELIVERY_ATTEMPTED),
    ("Votre colis n'a pas pu être livré", M.DELIVERY_ATTEMPTED),
    ("Die Sendung wurde nicht zugestellt", None),
    ("Su envío no ha sido entregado", None),
    ("Niet bezorgd", None),
    ("Przesyłka nie została doręczona", None),
    ("Посылка не доставлена", None),
    ("לא נמסר", None),
    ("お届けできませんでした", M.DELIVERY_ATTEMPTED),
    ("[Not] Delivered", None),
    ("Delivery attempt", M.DELIVERY_ATTEMPTED),
    ("Will be delivered today", M.NOTICE),
    ("Your parcel will be delivered today", M.NOTICE),
    ("Expected delivery 12 March", M.NOTICE),
    ("Die Sendung wird heute zugestellt", M.NOTICE),
    ("la spedizione sarà consegnata domani", M.NOTICE),
    ("Будет доставлено завтра", M.NOTICE),
    ("Being delivered", M.OUT_FOR_DELIVERY),
    ("No longer out for delivery", None),
    ("Never arrived at sorting center", None),
    ("Will be handed over to local carrier", None),
    ("Awaiting release from customs", None),
    ("Customs clearance not completed", None),
    ("Failed to pick up from sender", None),
    ("Item could not be sorted at sorting center", None),
]


@pytest.mark.parametrize(("text", "expected"), TRAPS)
def test_what_sounds_like_something_else_is_not_taken_for_it(text, expected):
    assert milestone(text) is expected
    assert milestone(text.upper()) is expected


@pytest.mark.parametrize("portal", ["usps", *RELAYS])
@pytest.mark.parametrize("text", ["Delivered expected tomorrow", "Delivered (not)", "Delivered: not at home"])
def test_a_beginning_is_not_believed_where_a_denial_or_a_forecast_follows(portal, text):
    assert milestone(text, portal) is not M.DELIVERED


@pytest.mark.parametrize(
    "text",
    [
        "Desk note K4 closed",
        "Blimp 42 acknowledged",
        "Parcel zorbled at facility",
        "Item glimpfed in sorting center",
        "Fiche 6 visée",
        "Bogen K abgezeichnet",
        "单据K已记",
        "伝票K記入",
        "שורה 6 סומנה",
        "Строка 6 отмечена",
        "qwxz",
        "",
        "—",
        "x" * 5000,
    ],
)
def test_what_nobody_can_know_stays_unknown(text):
    assert milestone(text) is None


NEGATIONS = ("not {}", "{} not", "[not] {}", "{} (not)", "never {}", "nicht {}", "{} nicht", "ne pas {}")
NEGATIONS += (
    "non {}",
    "niet {}",
    "nie {}",
    "не {}",
    "não {}",
    "sin {}",
    "未{}",
    "לא {}",
    "{} failed",
    "will be {}",
)


@settings(max_examples=400)
@given(text=st.sampled_from(phrases("delivered")), denial=st.sampled_from(NEGATIONS))
def test_a_denied_or_deferred_delivery_is_no_delivery(text, denial):
    for portal in (UNHEARD_OF, "usps", *RELAYS):
        assert milestone(denial.format(text), portal) is not M.DELIVERED


@settings(max_examples=300)
@given(text=st.sampled_from(phrases(*ACCOMPLISHED)), denial=st.sampled_from(("not {}", "{} nicht", "не {}")))
def test_a_denied_event_is_no_accomplished_scan(text, denial):
    found = vocabulary.meaning(UNHEARD_OF, code=None, description=denial.format(text))
    assert found is None or found.milestone not in ACCOMPLISHED or not found.physical


# --- what does not change a meaning ----------------------------------------------------------------------

KNOWN = phrases(*M)


@given(st.text() | st.sampled_from(KNOWN).map(lambda text: f"[Lyon] {text} {text} 12:30 on 2026-03-01"))
def test_taking_out_what_is_printed_around_a_wording_twice_changes_nothing(text):
    assert bare(bare(text)) == bare(text)


@settings(max_examples=300)
@given(text=st.sampled_from(KNOWN))
def test_case_dots_and_a_town_in_brackets_do_not_change_a_meaning(text):
    expected = vocabulary.meaning(UNHEARD_OF, code=None, description=text)
    for other in (text.upper(), f"  {text} .", f"[Shenzhen] {text}", f"【深圳】{text}"):
        assert vocabulary.meaning(UNHEARD_OF, code=None, description=other) == expected, other


@given(
    text=st.sampled_from(KNOWN) | st.text(max_size=40),
    names=st.lists(st.from_regex("zz[a-z0-9_-]{1,20}", fullmatch=True), min_size=2, max_size=2),
)
def test_the_name_of_an_unknown_portal_does_not_change_a_meaning(text, names):
    first, second = (vocabulary.meaning(name, code=None, description=text, place="Lyon") for name in names)
    assert first == second


@given(
    code=st.none() | st.text(max_size=12),
    description=st.text(max_size=60),
    note=st.none() | st.text(max_size=20),
    place=st.none() | st.text(max_size=20),
)
def test_no_text_whatsoever_breaks_it(code, description, note, place):
    for portal in (UNHEARD_OF, "usps"):
        vocabulary.meaning(portal, code=code, description=description, note=note, place=place)


# --- legs, notes, codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "leg"),
    [
        ("Arrived at facility", None),
        ("Arrived at USPS Regional Facility", None),
        ("Shipment departed from facility", None),
        ("Departed from destination country/region sorting center", Leg.LAST_MILE),
        ("Package arrived at local sorting center", Leg.LAST_MILE),
        ("Arrived at origin facility", Leg.ORIGIN),
        ("Out for delivery", Leg.LAST_MILE),
        ("Released from customs", Leg.IMPORT),
    ],
)
def test_a_leg_is_only_told_where_the_words_tell_it(text, leg):
    found = vocabulary.meaning(UNHEARD_OF, code=None, description=text)
    assert found is not None
    assert found.leg is leg


def test_a_remark_is_read_where_the_text_says_nothing():
    assert milestone("qwxz, Carrier note: Delivered") is M.DELIVERED
    assert milestone("Accepted by carrier, Carrier note: Order information received") is M.ACCEPTED
    assert (
        milestone("Carrier update", "cainiao", note="Shipment departed from facility") is M.DEPARTED_FACILITY
    )
    assert milestone("In transit", note="Departed facility") is M.DEPARTED_FACILITY


def test_words_said_over_different_things_are_left_to_nobody_else():
    assert milestone("In transit", "aliexpress") is None
    assert milestone("In transit") is M.NOTICE
    assert milestone("In delivery", "polishpost") is None


def test_what_two_readings_share_is_all_that_is_left_of_them():
    delivered = vocabulary.Meaning(M.DELIVERED, Leg.LAST_MILE, True)
    assert merged(delivered, delivered) == delivered
    assert merged(delivered, vocabulary.Meaning(M.RETURNED, None, True)) is None
    assert merged(delivered, vocabulary.Meaning(M.DELIVERED, None, False)) == vocabulary.Meaning(
        M.DELIVERED, None, False
    )


def test_general_wordings_say_one_thing_each():
    meant: dict[str, set[M | None]] = {}
    for entry in general_entries():
        for phrase in entry.phrases if entry.place is None else ():
            meant.setdefault(phrase, set()).add(entry.meaning and entry.meaning.milestone)
    assert {phrase: of for phrase, of in meant.items() if len(of) > 1} == {}


# --- real pages ------------------------------------------------------------------------------------------


def captured_texts():
    if CAPTURES is None:
        pytest.skip("CROSSTRACK_CAPTURES names no folder of captured pages")
    reply = json.loads(
        (Path(CAPTURES) / "17track" / "UG251781108MV_restapi_flattened_2026-09.json").read_text()
    )
    waiting, found = [reply], []
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found.extend(v for k, v in one.items() if k == "description" and isinstance(v, str))
        waiting.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
    return found


def test_captured_rows_of_a_relay_are_understood_by_everybody():
    texts = captured_texts()
    assert texts
    for text in texts:
        assert milestone(text) is not None, text
        assert milestone(text) is milestone(text, "17track"), text


def test_a_word_of_three_megabytes_is_not_tried_letter_by_letter():
    # It would take hours.
    assert kinds_of("zugestellt" * 300_000) == kinds_of("zugestelltzugestellt")
