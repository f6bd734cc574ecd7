"""The fields of platforms' replies, as somebody reads them who trusts every reply: a line for each field.

Each function takes the replies of one visit and gives, for each number on them, what the portal's own parser
gives: the same fields by the names of the contract, a row for each event. What they lack is None or empty.
"""

import re
from datetime import UTC, datetime
from typing import Any

from benchmarks.bare.fields import Fields, row

_DAY_IN_ENGLISH = re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4}")


def seventeentrack(said: list[Any]) -> list[Fields]:
    """Of the last reply, the parcel that is no demonstration."""
    shipment = next(one for one in said[-1]["shipments"] if one["number"] != "TestNumber00017")
    one, expected = shipment["shipment"], shipment["shipment"]["time_metrics"]["estimated_delivery_date"]
    return [
        {
            "number": shipment["number"],
            "status_text": one["latest_status"]["sub_status"],
            "origin_country": one["shipping_info"]["shipper_address"]["country"],
            "destination_country": one["shipping_info"]["recipient_address"]["country"],
            "estimate_from_on": expected["from"][:10],
            "estimate_to_on": expected["to"][:10],
            "related_numbers": [
                {"number": one["misc_info"]["local_number"], "carrier": one["misc_info"]["local_provider"]}
            ],
            "rows": [
                _relayed(event, provider["provider"]["name"])
                for provider in one["tracking"]["providers"]
                for event in provider["events"]
            ],
        }
    ]


def _relayed(event: Fields, carrier: str) -> Fields:
    raw, stamp, utc = event["time_raw"], event["time_iso"], event["time_utc"]
    return row(
        event["description"],
        stamp or " ".join(filter(None, (raw["date"], raw["time"]))),
        event["location"],
        offset_text=None if stamp else raw["timezone"],
        epoch_ms=round(datetime.fromisoformat(utc).timestamp() * 1000) if utc else None,
        code=event["sub_status"],
        relayed_from=carrier,
    )


def aliexpress(said: list[Any]) -> list[Fields]:
    module = said[0]["data"]["module"]
    packages = [_package(one, module) for one in module["trackingDetailLineList"]]
    promises = [
        {"text": text, "date_text": day[0]}
        for text in module["fastDeliveryInfoDTO"]["fdContentList"]
        if (day := _DAY_IN_ENGLISH.search(text))
    ]
    packages[0]["orders"] = [{"id": packages[0]["order_ids"][0], "protection": promises}]
    return packages


def _package(one: Fields, module: Fields) -> Fields:
    eta, number, shown = one["etaInfo"], one["originMailNo"], one["mailNo"]
    order = re.search(r"tradeOrderId=(\d+)", eta["tipsLink"])
    others: list[Fields] = []
    if shown != number:
        others = [{"number": shown, "carrier": one["logisticsCpInfo"]["cpName"], "role": "last_mile"}]
    return {
        "number": number,
        "order_ids": [order[1]] if order else [],
        "status_text": re.sub(r"<[^>]*>", "", eta["etaTitleRichText"]),
        "destination_country": module["logisticsReceiverInfo"]["country"],
        "estimate_from_on": _day_of(eta.get("beginEtaTime")),
        "estimate_to_on": _day_of(eta.get("endEtaTime")),
        "related_numbers": others,
        "items": [
            {
                "title": item["itemTitle"],
                "sku": item["skuDesc"].replace(";", ", "),
                "quantity": item["count"],
                "product_id": str(item["itemId"]),
                "sku_id": item["skuId"],
            }
            for item in one["packageItemList"]
        ],
        "rows": [_shop_row(event) for event in one["detailList"]],
    }


def _shop_row(event: Fields) -> Fields:
    place, _, time = event.get("timeText", "").rpartition(", ")
    return row(
        event["trackingDetailDesc"],
        time,
        event.get("detailedLocation") or place,
        epoch_ms=event["time"],
        instant_ms=event["time"] if time else None,
        code=event["trackingSecondCode"],
        note=event["trackingName"],
    )


def cainiao(said: list[Any]) -> list[Fields]:
    parcel = said[0]["module"][0]
    eta = parcel.get("globalEtaInfo") or {}
    return [
        {
            "number": parcel["mailNo"],
            "status_text": parcel["statusDesc"],
            "origin_country": parcel["originCountry"],
            "destination_country": parcel["destCountry"],
            "estimate_from_on": _day_of(eta.get("deliveryMinTime")),
            "estimate_to_on": _day_of(eta.get("deliveryMaxTime")),
            "related_numbers": [
                {
                    "number": parcel["copyRealMailNo"],
                    "carrier": parcel["destCpInfo"]["cpName"],
                    "role": "last_mile",
                }
            ],
            "rows": [_cainiao_row(event) for event in parcel["detailList"]],
        }
    ]


def _cainiao_row(event: Fields) -> Fields:
    text, zone = event["standerdDesc"], event.get("timeZone") or None
    town = re.match(r"\[([^\]]+)\]", text)
    return row(
        text,
        event["timeStr"],
        town[1] if town else None,
        offset_text=zone,
        instant_ms=event["time"] if zone is None and event["time"] % 1000 else None,
        code=event["actionCode"],
        note=event["desc"] if event["desc"].split() != text.split() else None,
    )


def _day_of(ms: int | None) -> str | None:
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat() if ms else None
