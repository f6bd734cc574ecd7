"""The fields of couriers' replies, as somebody reads them who trusts every reply: a line for each field.

Each function takes the replies of one visit and gives, for each number on them, what the portal's own parser
gives: the same fields by the names of the contract, a row for each event. What they lack is None or empty.
"""

from datetime import datetime
from typing import Any

from benchmarks.bare.fields import Fields, row


def dhl(said: list[Any]) -> list[Fields]:
    parcel = said[0]["sendungen"][0]
    details = parcel["sendungsdetails"]
    course, delivery = details["sendungsverlauf"], details["zustellung"]
    return [
        {
            "number": parcel["sendungsinfo"]["gesuchteSendungsnummer"],
            "status_text": course["kurzStatus"],
            "destination_country": details.get("zielland"),
            "estimate_from_on": delivery["zustellzeitfensterVon"][:10],
            "estimate_to_on": delivery["zustellzeitfensterBis"][:10],
            "rows": [row(one["status"], one["datum"], one.get("ort")) for one in course["events"]],
        }
    ]


def fedex(said: list[Any]) -> list[Fields]:
    parcel = said[0]["output"]["packages"][0]
    return [
        {
            "number": parcel["trackingNbr"],
            "status_text": parcel["keyStatus"],
            "origin_country": parcel["shipperAddress"]["countryCode"],
            "destination_country": parcel["recipientAddress"]["countryCode"],
            "estimate_from_on": parcel["estDeliveryDt"][:10],
            "estimate_to_on": parcel["estDeliveryDt"][:10],
            "related_numbers": [{"number": one} for one in parcel["partnerCarrierNbrList"] if one],
            "rows": [_fedex_row(scan) for scan in parcel["scanEventList"]],
        }
    ]


def _fedex_row(scan: Fields) -> Fields:
    is_day_alone = scan["time"] == "00:00:00" and not scan["gmtOffset"]
    return row(
        scan["status"],
        scan["date"] if is_day_alone else f"{scan['date']} {scan['time']}",
        scan["scanLocation"],
        offset_text=scan["gmtOffset"],
        code=scan["statusCD"],
        note=scan["scanDetails"],
    )


def gls(said: list[Any]) -> list[Fields]:
    parcel = said[0]["tuStatus"][0]
    return [
        {
            "number": parcel["tuNo"],
            "status_text": parcel["progressBar"]["statusText"],
            "rows": [
                row(
                    event["evtDscr"],
                    f"{event['date']} {event['time']}",
                    f"{event['address']['city']}, {event['address']['countryName']}",
                )
                for event in parcel["history"]
            ],
        }
    ]


def inpost(said: list[Any]) -> list[Fields]:
    return [
        {
            "number": said[0]["tracking_number"],
            "status_text": said[0]["status"],
            "pickup_point": said[0]["custom_attributes"]["target_machine_id"],
            "rows": [
                row(one["status"], one["datetime"], code=one["status"], note=one["agency"])
                for one in said[0]["tracking_details"]
            ],
        }
    ]


def ups(said: list[Any]) -> list[Fields]:
    parcel = said[0]["trackDetails"][0]
    return [
        {
            "number": parcel["trackingNumber"],
            "status_text": parcel["packageStatus"],
            "origin_country": (parcel["shipFromAddress"] or {}).get("country"),
            "destination_country": parcel["shipToAddress"]["country"],
            "rows": [_ups_row(event) for event in parcel["shipmentProgressActivities"]],
        }
    ]


def _ups_row(event: Fields) -> Fields:
    stamp = f"{event['gmtDate']}T{event['gmtTime']}+00:00" if event.get("gmtDate") else None
    return row(
        event["activityScan"].strip(),
        f"{event['date']} {event['time']}",
        event["location"],
        offset_text=event.get("gmtOffset"),
        epoch_ms=int(datetime.fromisoformat(stamp).timestamp()) * 1000 if stamp else None,
        code=event["actCode"],
        note=event["activityAdditionalDescription"],
    )


def yunexpress(said: list[Any]) -> list[Fields]:
    info = said[0]["ResultList"][0]["TrackInfo"]
    latest = info["LastTrackEvent"]
    rows = [
        row(one["ProcessContent"], one["CreatedOn"], one["ProcessLocation"])
        for one in info["TrackEventDetails"]
    ]
    if rows[0]["time_text"] == latest["ProcessDate"]:
        rows[0]["offset_text"] = latest["GmtProcessTimezone"]
    return [
        {
            "number": info["WaybillNumber"],
            "rows_claimed": info["TrackEventCount"],
            "status_text": str(info["TrackingStatus"]),
            "origin_country": info["OriginCountryCode"],
            "destination_country": info["DestinationCountryCode"],
            "related_numbers": [
                {"number": info["TrackingNumber"], "carrier": info["ProviderName"], "role": "last_mile"}
            ],
            "rows": rows,
        }
    ]
