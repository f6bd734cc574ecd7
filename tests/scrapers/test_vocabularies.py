"""What the portals' own words stand for, above all where a wording sounds like something it is not."""

import json
import os
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from scrapers import vocabulary
from scrapers.vocabulary import normal
from scrapers.words import Leg
from scrapers.words import Milestone as M

CAPTURES = os.environ.get("CROSSTRACK_CAPTURES")

#: Portal; code; text; what it stands for.
Case = tuple[str, str | None, str, M | None]

UPS: list[Case] = [
    ("ups", None, "Shipper created a label, UPS has not received the package yet. ", M.INFO_RECEIVED),
    ("ups", "OC", "Origin Scan", M.ACCEPTED),
    ("ups", None, "Departed from Facility", M.DEPARTED_FACILITY),
    ("ups", None, "Destination Scan", M.ARRIVED_DELIVERY_OFFICE),
    ("ups", None, "Loaded on Delivery Vehicle ", M.OUT_FOR_DELIVERY),
    ("ups", "ZW", "Package transferred to post office", M.HANDED_TO_LAST_MILE),
    (
        "ups",
        None,
        "Delivered to UPS Access Point Location and Awaiting Customer Pickup",
        M.AVAILABLE_FOR_PICKUP,
    ),
    ("ups", None, "DELIVERED ", M.DELIVERED),
    ("ups", None, "Delivered to the post office", None),
    ("ups", None, "Due to weather, your package is delayed by one business day.", M.EXCEPTION),
    ("ups", None, "Your package will be delivered today", M.NOTICE),
    ("ups", None, "On the Way", M.NOTICE),
    ("ups", None, "Clearance in Progress", None),
    ("ups", "6B", "A note of the broker", None),
]
FEDEX: list[Case] = [
    ("fedex", "OC", "Shipment information sent to FedEx", M.INFO_RECEIVED),
    ("fedex", "OX", "Shipment information sent to U.S. Postal Service", M.NOTICE),
    ("fedex", "PU", "Picked up", M.ACCEPTED),
    ("fedex", None, "Picked up", M.ACCEPTED),
    ("fedex", "DP", "Left FedEx origin facility", M.DEPARTED_ORIGIN_FACILITY),
    ("fedex", "DP", "Departed FedEx location", M.DEPARTED_FACILITY),
    ("fedex", "AR", "Arrived at FedEx location", M.ARRIVED_FACILITY),
    ("fedex", "AR", "At local FedEx facility", M.ARRIVED_DELIVERY_OFFICE),
    ("fedex", "AR", "At U.S. Postal Service facility", M.HANDED_TO_LAST_MILE),
    ("fedex", None, "At U.S. Postal Service facility", M.HANDED_TO_LAST_MILE),
    ("fedex", "AR", "At a place nobody has heard of", M.ARRIVED_FACILITY),
    ("fedex", "IT", "In transit", M.NOTICE),
    ("fedex", "IT", "At destination sort facility", M.ARRIVED_FACILITY),
    ("fedex", "IT", "Something else", None),
    ("fedex", None, "Clearance delay", None),
    ("fedex", "DE", "Delivery exception", M.EXCEPTION),
    ("fedex", None, "Ready for pickup", M.AVAILABLE_FOR_PICKUP),
    ("fedex", "DL", "Delivered", M.DELIVERED),
    ("fedex", None, "Not delivered", None),
    ("fedex", None, "", None),
]
DHL: list[Case] = [
    ("dhl", None, "Die Sendung wurde im Start-Paketzentrum bearbeitet.", M.ARRIVED_ORIGIN_FACILITY),
    ("dhl", None, "Die Sendung wurde im Ziel-Paketzentrum bearbeitet.", M.ARRIVED_FACILITY),
    # An announcement: neither has it left nor has anybody been handed it.
    (
        "dhl",
        None,
        "Die Sendung wird ins Zielland transportiert und dort an die Zustellorganisation übergeben.",
        M.NOTICE,
    ),
    ("dhl", None, "Die Sendung wird durch den Zoll bearbeitet.", M.IMPORT_CUSTOMS_STARTED),
    ("dhl", None, "Die Sendung wurde in das Zustellfahrzeug geladen.", M.OUT_FOR_DELIVERY),
    ("dhl", None, "Die Sendung wird voraussichtlich heute zugestellt.", M.NOTICE),
    ("dhl", None, "Die Sendung wurde erfolgreich zugestellt.", M.DELIVERED),
    ("dhl", None, "Die Sendung wurde nicht erfolgreich zugestellt.", None),
    ("dhl", None, "Die Sendung konnte nicht zugestellt werden.", M.DELIVERY_ATTEMPTED),
    (
        "dhl",
        None,
        "Die Sendung konnte nicht zugestellt werden und wird in eine Packstation weitergeleitet.",
        M.DELIVERY_ATTEMPTED,
    ),
    ("dhl", None, "Die Sendung wird in eine Filiale weitergeleitet.", M.NOTICE),
    ("dhl", None, "Die Sendung liegt in der PACKSTATION 101 zur Abholung bereit.", M.AVAILABLE_FOR_PICKUP),
    ("dhl", None, "Die Sendung liegt in der Zustellbasis.", None),
    ("dhl", None, "Die Sendung wurde aus der PACKSTATION abgeholt.", M.DELIVERED),
    ("dhl", None, "Die Sendung wurde abgeholt.", None),
    ("dhl", None, "Rücksendung: Unbekannt verzogen", M.RETURNING),
    ("dhl", None, "Rücksendung zugestellt", M.RETURNED),
    ("dhl", "DELIVERED", "", M.DELIVERED),
    ("dhl", "DELIVERED_AT_NEIGHBOURS", "", M.DELIVERED),
    ("dhl", "DELIVERED_AT_PARCELSHOP", "", M.AVAILABLE_FOR_PICKUP),
    ("dhl", "NOT_HOME", "", M.DELIVERY_ATTEMPTED),
    ("dhl", "NOT_HOME_SYSTEM_INTERVENTION_DELIVERY_AT_PARCELSHOP", "", M.NOTICE),
    ("dhl", "PARCEL_RETURNED_FROM_ROUTE", "", M.HELD_AT_DEPOT),
]
ROYAL_MAIL: list[Case] = [
    ("royalmail", "EVAIP", "", M.INFO_RECEIVED),
    ("royalmail", "EVCAD", "Item Collected", M.ACCEPTED),
    ("royalmail", None, "Item Collected", M.ACCEPTED),
    ("royalmail", None, "Collected", M.DELIVERED),
    ("royalmail", "EVPLC", "", M.DELIVERED),
    ("royalmail", "EVPLA", "", M.AVAILABLE_FOR_PICKUP),
    ("royalmail", "EVNMI", "Forwarded - Mis-sort", M.MISROUTED),
    ("royalmail", "EVGPD", "Due to be delivered today", M.OUT_FOR_DELIVERY),
    ("royalmail", None, "Due to be delivered today", M.NOTICE),
    ("royalmail", None, "**Delivered by** A POSTMAN", M.DELIVERED),
    ("royalmail", None, "Item received in the UK", M.ARRIVED_DESTINATION_COUNTRY),
    ("royalmail", None, "Item received at sorting office", M.ARRIVED_FACILITY),
    ("royalmail", None, "Item despatched to delivery office", M.DEPARTED_FACILITY),
    ("royalmail", None, "Not delivered by us", None),
    ("royalmail", "EVNPS", "Ready for redelivery or collection", M.HELD_AT_DEPOT),
    ("royalmail", None, "Released from Customs", M.CUSTOMS_CLEARED),
    ("royalmail", None, "Ready for Delivery", M.NOTICE),
    ("royalmail", "EVNDA", "", None),
]
LA_POSTE: list[Case] = [
    ("laposte", "DR1", "Votre Colissimo va bientôt nous être confié !", M.INFO_RECEIVED),
    ("laposte", "DR1", "Incident : échec de la livraison", M.EXCEPTION),
    ("laposte", "DESTIN", "Livraison impossible, adresse incorrecte", M.EXCEPTION),
    ("laposte", "DI1", "Votre colis est livré.", M.DELIVERED),
    ("laposte", "DI1", "Colis refusé par le destinataire", M.EXCEPTION),
    ("laposte", "ET2", "Votre colis est prêt à partir de son territoire d’expédition.", M.ARRIVED_OUTWARD_OE),
    ("laposte", "ET3", "", M.ARRIVED_DESTINATION_COUNTRY),
    ("laposte", "DO1", "", M.IMPORT_CUSTOMS_STARTED),
    ("laposte", "DO2", "", M.CUSTOMS_CLEARED),
    ("laposte", "DO3", "", M.CUSTOMS_HELD),
    (
        "laposte",
        "MD2",
        "Votre colis est dans le site de livraison qui dessert votre adresse. Nous le préparons.",
        M.ARRIVED_DELIVERY_OFFICE,
    ),
    ("laposte", "MD2", "Une autre phrase", None),
    ("laposte", "DISTOU", "Nous préparons votre colis pour sa livraison.", M.NOTICE),
    ("laposte", "DISTOU", "", None),
    ("laposte", "MD1", "", M.OUT_FOR_DELIVERY),
    ("laposte", "AG1", "", M.AVAILABLE_FOR_PICKUP),
    ("laposte", "ND1", "Non distribuable", M.EXCEPTION),
    ("laposte", None, "Distribué", M.DELIVERED),
    ("laposte", None, "Distribué à l'expéditeur", M.RETURNED),
    ("laposte", "DI2", "", M.RETURNED),
    ("laposte", "RE1", "", M.RETURNING),
    ("laposte", None, "Votre colis n'a pas été livré", None),
]
POSTNL: list[Case] = [
    ("postnl", "A01", "", M.INFO_RECEIVED),
    ("postnl", None, "Pakket is nog niet door PostNL ontvangen of verwerkt", M.INFO_RECEIVED),
    ("postnl", None, "Pakket is ontvangen door PostNL", M.ACCEPTED),
    ("postnl", "A98", "", M.NOTICE),
    ("postnl", "M02", "", M.NOTICE),
    ("postnl", None, "Consignment received at the PostNL Acceptance Centre", M.NOTICE),
    ("postnl", "J01", "", M.ARRIVED_FACILITY),
    ("postnl", None, "Driver is en route", M.OUT_FOR_DELIVERY),
    ("postnl", None, "Driver is en route to the pickup location", M.DEPARTED_FACILITY),
    ("postnl", "I11", "Shipment in letterbox", M.DELIVERED),
    ("postnl", None, "Pakket is bezorgd bij de buren op nr. 1", M.DELIVERED),
    ("postnl", None, "Pakket is niet bezorgd", None),
    ("postnl", None, "Undeliverable item, has been returned to shipper", M.RETURNING),
    ("postnl", "B03", "", None),
]
GLS: list[Case] = [
    (
        "gls",
        None,
        "The parcel data was entered into the GLS IT system; the parcel was not yet handed over to GLS.",
        M.INFO_RECEIVED,
    ),
    ("gls", None, "The parcel was handed over to GLS.", M.ACCEPTED),
    ("gls", "0.100", "", M.INFO_RECEIVED),
    ("gls", "0.0", "", M.ACCEPTED),
    ("gls", None, "Das Paket wird voraussichtlich im Laufe des Tages zugestellt.", M.OUT_FOR_DELIVERY),
    ("gls", None, "Onderweg - geladen voor aflevering", M.OUT_FOR_DELIVERY),
    ("gls", None, "Arrived on depot - delivery planned next workingday", M.HELD_AT_DEPOT),
    ("gls", None, "Not delivered - delivery planned next workingday", M.NOTICE),
    ("gls", None, "Das Paket wurde im GLS PaketShop zugestellt.", M.AVAILABLE_FOR_PICKUP),
    ("gls", "DELIVEREDPS", "", M.AVAILABLE_FOR_PICKUP),
    ("gls", None, "Das Paket wurde erfolgreich zugestellt.", M.DELIVERED),
    ("gls", None, "Afgeleverd - bij buren", M.DELIVERED),
    ("gls", None, "Niet afgeleverd", None),
    ("gls", "NOTDELIVERED", "", None),
]
DPD: list[Case] = [
    ("dpd", None, "Registered parcel data, parcel not dispatched yet", M.INFO_RECEIVED),
    ("dpd", None, "Parcel collected by courier", M.ACCEPTED),
    ("dpd", None, "Parcel dispatched to be collected by pickup point", M.DEPARTED_FACILITY),
    ("dpd", None, "Parcel collected by pickup point", M.AVAILABLE_FOR_PICKUP),
    ("dpd", "DODEI", "", M.AVAILABLE_FOR_PICKUP),
    ("dpd", None, "Parcel delivered\nRecipient: SOMEBODY", M.DELIVERED),
    ("dpd", None, "Parcel delivered to pickup point", M.AVAILABLE_FOR_PICKUP),
    ("dpd", "DODEY", "", M.DELIVERED),
    ("dpd", "DLR", "", M.HELD_AT_DEPOT),
    ("dpd", "DEN", "", None),
    ("dpd", "ORI", "", None),
    ("dpd", "DEHD", "", None),
    ("dpd", "DEX", "", M.EXCEPTION),
    ("dpd", None, "SMS notification", M.NOTICE),
    ("dpd", None, "Przekazano za granicę", M.DEPARTED_ORIGIN_COUNTRY),
]
RELAYS: list[Case] = [
    ("17track", "Delivered_Other", "来自承运商的文字", M.DELIVERED),
    ("17track", "InTransit_Other", "Loading into delivery vehicle", None),
    ("17track", "InTransit_Departure", "Outbound in sorting center", M.DEPARTED_ORIGIN_FACILITY),
    (
        "17track",
        "InTransit_Departure",
        "Departed from departure country/region, Carrier note: Left from departure country/region",
        M.DEPARTED_ORIGIN_COUNTRY,
    ),
    (
        "17track",
        None,
        "Leaving from departure country/region, Carrier note: Handed over to airline",
        M.ARRIVED_AIRPORT,
    ),
    ("17track", "InTransit_CustomsReleased", "", None),
    ("17track", "Exception_Returning", "", M.RETURNING),
    ("17track", "Exception_Returned", "", M.RETURNED),
    ("17track", "Expired_Other", "", M.NOTICE),
    ("17track", "NotFound_Other", "", None),
    ("17track", None, "您的邮件已妥收【本人签收，本人】", M.DELIVERED),
    ("17track", None, "您的邮件已妥收【代收点】", None),
    ("parcelsapp", None, "Pending shipping by the seller", M.NOTICE),
    ("parcelsapp", None, "Delivery preference - Front door", M.NOTICE),
    ("parcelsapp", None, "Estimated delivery: tomorrow", M.NOTICE),
    ("parcelsapp", None, "Delivered", M.DELIVERED),
    ("parcelsapp", None, "ENTREGADOENTREGADO", M.DELIVERED),
    ("parcelsapp", None, "Delivered to local carrier", M.HANDED_TO_LAST_MILE),
    ("parcelsapp", None, "Alta en la unidad de reparto", M.ARRIVED_DELIVERY_OFFICE),
    ("parcelsapp", None, "Arrived", None),
]
FROM_CHINA: list[Case] = [
    ("chinapost", "713", "邮件到达【深圳】", M.ARRIVED_ORIGIN_FACILITY),
    ("chinapost", "954", "邮件到达【广州国际】", M.ARRIVED_OUTWARD_OE),
    ("chinapost", None, "邮件到达【北京】，准备发往【天津】", M.ARRIVED_FACILITY),
    ("chinapost", None, "邮件离开【深圳】，正在发往下一站", M.DEPARTED_ORIGIN_FACILITY),
    ("chinapost", "423", "【广州国际】已出口直封", M.DEPARTED_ORIGIN_FACILITY),
    ("chinapost", None, "【广州】出口海关/留存待验", M.EXPORT_CUSTOMS_HELD),
    ("chinapost", None, "【广州】出口海关/放行", M.EXPORT_CUSTOMS_CLEARED),
    ("chinapost", "457", "航空公司启运", M.DEPARTED_ORIGIN_COUNTRY),
    ("chinapost", "505", "飞机进港", None),
    ("chinapost", None, "已到达【美国】投递局", M.ARRIVED_DELIVERY_OFFICE),
    ("chinapost", None, "【美国】安排投递", M.OUT_FOR_DELIVERY),
    ("chinapost", "542", "已试投/投递失败(无人)", M.DELIVERY_ATTEMPTED),
    ("chinapost", None, "【美国】已妥投", M.DELIVERED),
    ("chinapost", None, "【美国】未妥投", M.DELIVERY_ATTEMPTED),
    ("chinapost", None, "已签收", None),
    ("chinapost", "711", "您的邮件已代签收，成功退回至寄件人", M.RETURNED),
    ("chinapost", None, "您的邮件已代签收，成功退回至寄件人", M.RETURNED),
    ("chinapost", None, "您的邮件已代签收", None),
    ("chinapost", None, "Departed from export office", M.DEPARTED_ORIGIN_COUNTRY),
    ("chinapost", None, "Held at destination import office", M.CUSTOMS_HELD),
    ("yanwen", None, "Pick up by local carrier at origin", M.ACCEPTED),
    ("yanwen", None, "Pick up by local carrier at destination port", M.DEPARTED_INWARD_OE),
    ("yanwen", None, "Clearence processing completed - Export", M.EXPORT_CUSTOMS_CLEARED),
    ("yanwen", None, "Clearance processing completed - Import", M.CUSTOMS_CLEARED),
    ("yanwen", None, "Arrived at domestic terminal station", M.ARRIVED_ORIGIN_FACILITY),
    ("yanwen", None, "Batch delivery to carrier", M.HANDED_TO_LAST_MILE),
    ("yanwen", None, "Wait for Driver Pickup", M.NOTICE),
    ("yanwen", None, "In Delivery", M.OUT_FOR_DELIVERY),
    ("yanwen", None, "Item Delivered", M.DELIVERED),
    ("yanwen", None, "International flight has arrived", M.ARRIVED_DESTINATION_COUNTRY),
    ("yanwen", "追踪结束", "", None),
    ("yunexpress", None, "Delivered to local carrier", M.HANDED_TO_LAST_MILE),
    ("yunexpress", None, "Delivered by Mailbox", M.DELIVERED),
    ("yunexpress", None, "WAIT FOR CONSIGNEE PICK UP", M.AVAILABLE_FOR_PICKUP),
    ("yunexpress", None, "POD available", M.NOTICE),
    (
        "yunexpress",
        None,
        "Order information received. We're expecting your parcel to arrive with us, soon",
        M.INFO_RECEIVED,
    ),
]
OVERSEAS: list[Case] = [
    ("israelpost", None, "Arrived in Israel", M.ARRIVED_DESTINATION_COUNTRY),
    ("auspost", None, "Into customs", M.IMPORT_CUSTOMS_STARTED),
    (
        "canadapost",
        None,
        "International item has arrived in Canada and was sent for customs review",
        M.IMPORT_CUSTOMS_STARTED,
    ),
    ("canadapost", "3000", "", M.INFO_RECEIVED),
    ("canadapost", "0910", "", M.CUSTOMS_CLEARED),
    ("canadapost", "0162", "", M.NOTICE),
    ("canadapost", None, "Item in transit to Post Office", M.DEPARTED_FACILITY),
    ("canadapost", None, "Item available for pickup at Post Office", M.AVAILABLE_FOR_PICKUP),
    (
        "canadapost",
        None,
        "Delivered to your community mailbox, parcel locker or apt./condo mailbox",
        M.DELIVERED,
    ),
    ("canadapost", None, "Article sorti pour livraison", M.OUT_FOR_DELIVERY),
    ("canadapost", None, "Delivered to Post Office", None),
    ("auspost", "ADMIN-ER39", "Shipping information received by Australia Post", M.INFO_RECEIVED),
    ("auspost", None, "Received by Australia Post", M.ACCEPTED),
    ("auspost", None, "In transit to next facility in SYDNEY SOUTH WEST NSW", M.DEPARTED_FACILITY),
    ("auspost", "TTP-ER37", "In transit", M.NOTICE),
    ("auspost", None, "Unable to be left in a safe place - Location not suitable", M.DELIVERY_ATTEMPTED),
    ("auspost", None, "Delivered - left in a safe place", M.DELIVERED),
    ("israelpost", None, "Waiting for collection at the postal unit", M.AVAILABLE_FOR_PICKUP),
    ("auspost", None, "Awaiting collection at SOME SHOP", M.AVAILABLE_FOR_PICKUP),
    ("auspost", "INT-0036", "", M.DELIVERY_ATTEMPTED),
    ("auspost", "INT-2180", "", None),
    ("correios", "BDE/01", "Objeto entregue ao destinatário", M.DELIVERED),
    ("correios", "BDE/20", "", None),
    ("correios", "BDE", "", None),
    ("correios", None, "Objeto entregue ao remetente", M.RETURNED),
    ("correios", None, "Objeto não entregue - carteiro não atendido", M.DELIVERY_ATTEMPTED),
    ("correios", None, "Objeto postado após o horário limite da unidade", M.ACCEPTED),
    ("correios", "PAR17", "Aguardando pagamento", M.CUSTOMS_HELD),
    ("correios", None, "Aguardando pagamento", M.CUSTOMS_HELD),
    ("correios", None, "Fiscalização aduaneira finalizada", M.CUSTOMS_CLEARED),
    ("correios", None, "Objeto aguardando retirada no endereço indicado", M.AVAILABLE_FOR_PICKUP),
    ("japanpost", None, "Item returned from import Customs", M.CUSTOMS_CLEARED),
    ("japanpost", None, "Held by import Customs", M.CUSTOMS_HELD),
    ("japanpost", None, "Item out of sorting centre", M.DEPARTED_FACILITY),
    ("japanpost", None, "Item out for physical delivery", M.OUT_FOR_DELIVERY),
    ("japanpost", None, "国際交換局に到着", M.ARRIVED_OUTWARD_OE),
    ("japanpost", None, "到着", M.ARRIVED_FACILITY),
    ("japanpost", None, "Retention", None),
    ("japanpost", None, "Final delivery - Collected at counter", M.DELIVERED),
    ("japanpost", None, "Return to Sender", M.RETURNING),
    ("israelpost", None, "Received for mailing...", M.ACCEPTED),
    ("israelpost", None, "נמסר", M.DELIVERED),
    ("israelpost", None, "לא נמסר", None),
    ("israelpost", None, "הסתיים", None),
]
IN_EUROPE: list[Case] = [
    ("inpost", "collected_from_sender", "", M.ACCEPTED),
    ("inpost", "collected_by_customer", "", M.DELIVERED),
    ("inpost", "stack_in_box_machine", "", M.AVAILABLE_FOR_PICKUP),
    ("inpost", "READY_TO_PICKUP", "", M.AVAILABLE_FOR_PICKUP),
    ("inpost", "undelivered", "", M.EXCEPTION),
    ("inpost", "rejected_by_receiver", "", M.EXCEPTION),
    ("inpost", "returned_to_sender", "", M.RETURNING),
    ("inpost", "dispatched_by_sender", "", None),
    ("inpost", "claimed", "", None),
    ("polishpost", "P_ND", "In delivery", M.DELIVERY_ATTEMPTED),
    ("polishpost", "P_WD", "In delivery", M.OUT_FOR_DELIVERY),
    ("polishpost", None, "In delivery", None),
    ("polishpost", "P_ROZL_CEL", "Customs service", M.NOTICE),
    ("polishpost", "P_WPUCPP", "Customs service", M.CUSTOMS_CLEARED),
    ("polishpost", "P_ZWC", "Customs service", M.CUSTOMS_HELD),
    ("polishpost", None, "Customs service", None),
    ("polishpost", "P_NDZ", "Returned", M.RETURNING),
    ("polishpost", None, "Returned", None),
    ("polishpost", None, "Doręczenie", M.DELIVERED),
    ("polishpost", None, "Nieudane doręczenie", M.DELIVERY_ATTEMPTED),
    ("polishpost", "P_DK", "", None),
    ("posteitaliane", None, "La spedizione e' stata consegnata", M.DELIVERED),
    ("posteitaliane", None, "La spedizione è stata consegnata", M.DELIVERED),
    ("posteitaliane", None, "La spedizione non è stata consegnata", None),
    ("posteitaliane", None, "la spedizione è in consegna", M.OUT_FOR_DELIVERY),
    ("posteitaliane", None, "Consegna non andata a buon fine per assenza", M.DELIVERY_ATTEMPTED),
    (
        "posteitaliane",
        None,
        "La spedizione è in transito presso il Centro Operativo Postale",
        M.ARRIVED_FACILITY,
    ),
    ("posteitaliane", None, "La spedizione è in transito", M.NOTICE),
    ("posteitaliane", None, "La spedizione è stata presa in carico", M.ACCEPTED),
    ("posteitaliane", None, "all'estero", None),
]
CASES: list[Case] = [
    *UPS,
    *FEDEX,
    *DHL,
    *ROYAL_MAIL,
    *LA_POSTE,
    *POSTNL,
    *GLS,
    *DPD,
    *RELAYS,
    *FROM_CHINA,
    *OVERSEAS,
    *IN_EUROPE,
]

#: Portal; kind of clock; its zone; whether a row's own claim yields to it.
CLOCKS: dict[str, tuple[str, str | None, bool]] = {
    "17track": ("stated", None, True),
    "auspost": ("place", None, False),
    "canadapost": ("place", None, False),
    "chinapost": ("place", "Asia/Shanghai", False),
    "correios": ("zone", "America/Sao_Paulo", False),
    "dhl": ("place", None, False),
    "dpd": ("place", None, False),
    "fedex": ("place", None, False),
    "gls": ("place", None, True),
    "inpost": ("zone", "Europe/Warsaw", False),
    "israelpost": ("zone", "Asia/Jerusalem", False),
    "japanpost": ("place", "Asia/Tokyo", True),
    "laposte": ("zone", "Europe/Paris", False),
    "parcelsapp": ("place", None, False),
    "polishpost": ("place", None, False),
    "posteitaliane": ("stated", None, True),
    "postnl": ("place", "Europe/Amsterdam", True),
    "royalmail": ("stated", None, True),
    "ups": ("place", None, False),
    "yanwen": ("stated", None, True),
    "yunexpress": ("place", None, False),
}


def events(portal: str) -> list[dict[str, Any]]:
    """The entries of a portal's file, as written."""
    file = resources.files("scrapers.vocabulary") / f"{portal}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")).get("events", [])


def milestone(portal: str, code: str | None, text: str) -> M | None:
    found = vocabulary.meaning(portal, code=code, description=text)
    return found and found.milestone


@pytest.mark.parametrize(("portal", "code", "text", "expected"), CASES)
def test_a_row_stands_for_what_the_portal_means_by_it(portal, code, text, expected):
    assert milestone(portal, code, text) == expected


def test_every_portal_has_cases_and_a_clock():
    assert {case[0] for case in CASES} == set(CLOCKS)


@pytest.mark.parametrize("portal", sorted(CLOCKS))
def test_a_clock_is_declared_as_far_as_it_is_known(portal):
    facts = vocabulary.facts(portal)
    assert (facts.clock.kind, facts.clock.zone, facts.clock.sure) == CLOCKS[portal]
    assert facts.kind == ("universal" if portal in ("17track", "parcelsapp") else "carrier")


# --- what no portal may mistake for a delivery ----------------------------------------------------------

NEVER_DELIVERED = [
    "Not delivered",
    "Undelivered",
    "Item not delivered",
    "The parcel has not been delivered.",
    "Parcel not delivered",
    "Delivery failed",
    "Will be delivered today",
    "Your parcel will be delivered today",
    "To be delivered",
    "Delivery expected today",
    "Die Sendung wurde nicht zugestellt.",
    "Das Paket wurde nicht zugestellt.",
    "Die Sendung wird heute zugestellt.",
    "Votre colis n'a pas pu être livré.",
    "Votre colis sera livré aujourd'hui.",
    "Non distribué",
    "Pakket wordt vandaag bezorgd",
    "Niet bezorgd",
    "Objeto não entregue",
    "No entregado",
    "la spedizione sarà consegnata domani",
    "Nie doręczono",
    "未妥投",
    "未签收",
    "お届けできませんでした",
    "לא נמסר",
]
DELIVERED_ELSEWHERE = [
    "Delivered to local carrier",
    "Delivered to carrier",
    "Delivered to pickup point",
    "Delivered to parcel locker",
    "Delivered to sender",
    "Parcel delivered to depot",
    "Im PaketShop zugestellt",
    "Distribué à l'expéditeur",
    "Objeto entregue ao remetente",
    "驿站已签收",
    "自提点签收",
]


@pytest.mark.parametrize("portal", vocabulary.names())
@pytest.mark.parametrize("text", NEVER_DELIVERED)
def test_a_failure_or_a_forecast_is_no_delivery_on_any_portal(portal, text):
    assert milestone(portal, None, text) is not M.DELIVERED


@pytest.mark.parametrize("portal", sorted(CLOCKS))
@pytest.mark.parametrize("text", DELIVERED_ELSEWHERE)
def test_what_somebody_else_has_received_is_not_delivered(portal, text):
    assert milestone(portal, None, text) is not M.DELIVERED


@pytest.mark.parametrize("portal", sorted(CLOCKS))
def test_no_beginning_of_a_wording_is_taken_for_a_delivery_unless_it_says_to_whom(portal):
    begun = {
        phrase
        for entry in events(portal)
        if entry["milestone"] == "delivered" and "place" not in entry
        for phrase in entry.get("phrases", ())
        if phrase.endswith("*")
    }
    assert begun <= {
        "Delivered by*",
        "Parcel delivered Recipient*",
        "Pakket is bezorgd bij de buren*",
        "Die Sendung wurde dem Empfänger per vereinfachter Firmenzustellung*",
    }


# --- data and scans, legs -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("portal", "code", "text"),
    [
        ("ups", "18", ""),
        ("fedex", "OX", ""),
        ("dpd", "DEYY", ""),
        ("inpost", "pickup_reminder_sent", ""),
        ("canadapost", "CODE-603", ""),
        ("polishpost", "P_ROZL_CEL", ""),
        ("17track", None, "Import customs clearance started"),
        ("gls", "4.260", ""),
    ],
)
def test_data_alone_is_no_scan(portal, code, text):
    found = vocabulary.meaning(portal, code=code, description=text)
    assert found is not None
    assert found.physical is False


@pytest.mark.parametrize(
    ("portal", "text"),
    [
        ("ups", "Arrived at Facility"),
        ("fedex", "Departed FedEx location"),
        ("gls", "Aangekomen op GLS depot"),
    ],
)
def test_of_a_facility_that_may_lie_in_any_country_no_leg_is_claimed(portal, text):
    found = vocabulary.meaning(portal, code=None, description=text)
    assert found is not None
    assert found.leg is None


# --- one wording on several portals ---------------------------------------------------------------------


def by_wording(portals: set[str]) -> dict[str, set[tuple[M, Leg | None, bool]]]:
    """What the exact wordings without a condition mean on these portals."""
    meant = defaultdict(set)
    for portal in portals:
        for entry in events(portal):
            for phrase in entry.get("phrases", ()):
                if not phrase.endswith("*") and "place" not in entry and entry["milestone"] != "unknown":
                    found = vocabulary.meaning(portal, code=None, description=phrase)
                    assert found is not None
                    meant[normal(phrase)].add((found.milestone, found.leg, found.physical))
    return meant


def test_a_relay_reads_a_wording_as_the_carriers_do_that_wrote_it():
    relays = {name for name in vocabulary.names() if vocabulary.facts(name).kind == "universal"}
    written = by_wording(set(vocabulary.names()) - relays)
    for wording, meant in by_wording(relays).items():
        assert len(meant) == 1, wording
        milestones = {m for m, _, _ in written.get(wording, meant)}
        assert milestones == {m for m, _, _ in meant}, wording


def settled() -> set[str]:
    """Wordings that the files of no portal in particular settle."""
    folder = resources.files("scrapers.vocabulary") / "general"
    files = [
        tomllib.loads(f.read_text(encoding="utf-8")) for f in folder.iterdir() if f.name.endswith(".toml")
    ]
    return {normal(p) for file in files for entry in file["events"] for p in entry["phrases"]}


def test_a_wording_that_two_portals_use_differently_means_nothing_on_a_third_unless_that_is_settled():
    general = settled()
    for wording, meant in by_wording(set(vocabulary.names())).items():
        milestones = {m for m, _, _ in meant}
        if len(milestones) > 1 and wording not in general:
            assert milestone("never-heard-of", None, wording) is None, wording


@pytest.mark.parametrize("text", ["Arrived", "Collected", "Departed", "Returned", "Retention", "已签收"])
def test_a_word_that_portals_use_for_different_things_means_nothing_elsewhere(text):
    assert milestone("never-heard-of", None, text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Delivered", M.DELIVERED),
        ("OUT FOR DELIVERY", M.OUT_FOR_DELIVERY),
        ("Objeto postado", M.ACCEPTED),
        ("Item Collected", M.ACCEPTED),
        ("Picked up", M.ACCEPTED),
        ("In Customs", M.IMPORT_CUSTOMS_STARTED),
        ("In Delivery", M.OUT_FOR_DELIVERY),
        ("Awaiting collection", M.AVAILABLE_FOR_PICKUP),
        ("Aguardando pagamento", M.CUSTOMS_HELD),
        ("到着", M.ARRIVED_FACILITY),
        ("持ち出し中", M.OUT_FOR_DELIVERY),
        ("Arrival", M.ARRIVED_FACILITY),
    ],
)
def test_a_wording_of_one_portal_is_understood_elsewhere(text, expected):
    assert milestone("never-heard-of", None, text) == expected


# --- real replies ---------------------------------------------------------------------------------------

#: Portal; file; key of the list of rows; key of a row's code; key of its text.
REAL = [
    ("ups", "ups-getstatus-delivered-2020-10.json", "shipmentProgressActivities", "actCode", "activityScan"),
    (
        "ups",
        "ups-getstatus-international-2026-10.json",
        "shipmentProgressActivities",
        "actCode",
        "activityScan",
    ),
    ("fedex", "fedex-trackpackages-handoff-usps-2016-12.json", "scanEventList", "statusCD", "status"),
    ("laposte", "suivi_v2_delivered_2023.json", "event", "code", "label"),
    ("postnl", "postnl_delivered.json", "allObservations", "observationCode", "description"),
    ("gls", "glsde_rstt001_in_transit_2018.json", "history", "", "evtDscr"),
    ("gls", "glsnl_delivered_2024.json", "scans", "", "eventReasonDescr"),
    ("gls", "glsnl_delivered_neighbours_2026.json", "scans", "", "eventReasonDescr"),
    ("dhl", "dhl_ecommerce_nl_not_home_2024.json", "events", "status", ""),
    ("canadapost", "canadapost-detail-delivered-2021-06.json", "events", "cd", "descEn"),
    ("canadapost", "canadapost-detail-in-transit-2021-12.json", "events", "webCd", "descFr"),
    ("auspost", "auspost-watchlist-delivered-2021-08.json", "events", "eventCode", "description"),
    ("correios", "correios-resultado-delivered-2025-03.json", "eventos", "", "descricao"),
]


def lists(found: object, key: str) -> Iterator[dict[str, str]]:
    """The rows under `key`, wherever it stands."""
    if isinstance(found, dict):
        for name, value in found.items():
            if name == key and isinstance(value, list):
                yield from (row for row in value if isinstance(row, dict))
            else:
                yield from lists(value, key)
    elif isinstance(found, list):
        for value in found:
            yield from lists(value, key)


@pytest.mark.skipif(not CAPTURES, reason="CROSSTRACK_CAPTURES is not set")
@pytest.mark.parametrize(("portal", "file", "key", "code", "text"), REAL)
def test_every_row_of_a_real_reply_is_understood(portal, file, key, code, text):
    reply = json.loads((Path(CAPTURES or "") / portal / file).read_text(encoding="utf-8"))
    rows = [(row.get(code), row.get(text) or "") for row in lists(reply, key)]
    rows = [row for row in rows if any(row)]
    assert rows
    for read in (rows, [(None, words) for _, words in rows if words]):
        assert [row for row in read if milestone(portal, *row) is None] == []


@pytest.mark.skipif(not CAPTURES, reason="CROSSTRACK_CAPTURES is not set")
@pytest.mark.parametrize(("portal", "file", "key", "code", "text"), [real for real in REAL if real[4]])
def test_the_words_of_a_real_reply_are_understood_on_any_portal(portal, file, key, code, text):
    reply = json.loads((Path(CAPTURES or "") / portal / file).read_text(encoding="utf-8"))
    words = {row.get(text) for row in lists(reply, key)} - {None, ""}
    assert words
    for reader in ("never-heard-of", "17track"):
        read = {one: milestone(reader, None, one) for one in words}
        assert {one: found for one, found in read.items() if found != milestone(portal, None, one)} == {}
