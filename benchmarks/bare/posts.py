"""The fields of posts' replies, as somebody reads them who trusts every reply: a line for each field.

Each function takes the replies of one visit and gives, for each number on them, what the portal's own parser
gives: the same fields by the names of the contract, a row for each event. What they lack is None or empty.
"""

import re
from datetime import date
from typing import Any

from benchmarks.bare.fields import Fields, row

_ITALIAN = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")


def auspost(said: list[Any]) -> list[Fields]:
    article = said[0][0]["shipment"]["articles"][0]
    details = article["details"][0]
    outlet = (re.fullmatch(r"Awaiting collection at (.+)", one["description"]) for one in details["events"])
    return [
        {
            "number": article["articleId"],
            "status_text": article["trackStatusOfArticle"],
            "origin_country": details["fromAddress"]["country"],
            "destination_country": details["address"]["country"],
            "pickup_point": next((found[1] for found in outlet if found), None),
            "rows": [
                row(
                    event["description"],
                    event["localeDateTime"],
                    event["location"],
                    epoch_ms=event["dateTime"],
                    code=event["eventCode"],
                )
                for event in details["events"]
            ],
        }
    ]


def canadapost(said: list[Any]) -> list[Fields]:
    parcel = said[0]
    return [
        {
            "number": parcel["pin"],
            "status_text": parcel["status"],
            "destination_country": "Canada" if parcel.get("canadianDest") else None,
            "pickup_point": next(
                (one["retailNmEn"] for one in parcel["events"] if one.get("retailNmEn")), None
            ),
            "estimate_from_on": parcel["expectedDlvryDateTime"]["revisedDate"],
            "estimate_to_on": parcel["expectedDlvryDateTime"]["revisedDate"],
            "rows": [_canadian_row(event) for event in parcel["events"]],
        }
    ]


def _canadian_row(event: Fields) -> Fields:
    when, where = event["datetime"], event["locationAddr"]
    return row(
        event["descEn"],
        f"{when['date']} {when['time']}",
        ", ".join(filter(None, (where.get("city"), where.get("regionCd"), where.get("countryNmEn")))),
        offset_text=when["zoneOffset"],
        code=event["cd"],
    )


def correios(said: list[Any]) -> list[Fields]:
    day, month, year = said[0]["dtPrevista"].split("/")
    return [
        {
            "number": said[0]["codObjeto"],
            "estimate_from_on": f"{year}-{month}-{day}",
            "estimate_to_on": f"{year}-{month}-{day}",
            "rows": [_brazilian_row(event) for event in said[0]["eventos"]],
        }
    ]


def _brazilian_row(event: Fields) -> Fields:
    stamp, office = event["dtHrCriado"], event["unidade"]
    if isinstance(stamp, str):
        stamp = {"date": stamp, "timezone": None}
    town = [office["endereco"][key] for key in ("cidade", "uf") if office["endereco"].get(key)]
    return row(
        event["descricao"],
        stamp["date"],
        ", ".join(town) or office.get("nome"),
        offset_text=stamp["timezone"],
        code=f"{event['codigo']}/{event['tipo']}",
        note=event.get("detalhe"),
    )


def correos(said: list[Any]) -> list[Fields]:
    """Canonico's rows; the search service's are the same scans again."""
    parcel = next(one[0] for one in said if isinstance(one, list))
    other = next(one["shipment"][0] for one in said if isinstance(one, dict))
    seen = {(event["eventDate"], event["eventTime"]) for event in other["events"]}
    return [
        {
            "number": parcel["codEnvio"],
            "rows": [_spanish_row(event, seen) for event in parcel["eventos"]],
        }
    ]


def _spanish_row(event: Fields, seen: set[tuple[str, str]]) -> Fields:
    when = event["fecEvento"], event["horEvento"]
    seen.discard(when)
    return row(
        event["desTextoResumen"],
        " ".join(when),
        event["localidad"] or (event["unidad"] if event["unidad"] != "NO_OFI" else None),
        code=event["codEvento"],
        note=event["desTextoAmpliado"] if event["desTextoAmpliado"] != event["desTextoResumen"] else None,
    )


def israelpost(said: list[Any]) -> list[Fields]:
    result = said[0]["Result"]
    return [
        {
            "number": result["Barcode"],
            "rows": [
                row(text, day, ", ".join(filter(None, (unit, city))))
                for day, text, unit, city in result["itemcodeinfo"]["InfoLines"]
            ],
        }
    ]


def laposte(said: list[Any]) -> list[Fields]:
    shipment, context = said[0][0]["shipment"], said[0][0]["shipment"]["contextData"]
    partner = context["partner"]
    estimate = None if shipment["isFinal"] else shipment["estimDate"][:10]
    return [
        {
            "number": shipment["idShip"],
            "status_text": shipment["currentState"]["shortLabel"],
            "language": said[0][0]["lang"][:2],
            "origin_country": context["originCountry"],
            "destination_country": context["arrivalCountry"],
            "estimate_from_on": estimate,
            "estimate_to_on": estimate,
            "related_numbers": [
                {"number": partner["reference"], "carrier": partner["name"], "role": "last_mile"}
            ],
            "rows": [
                row(one["label"], one["date"], one["country"], code=one.get("code") or one["group"])
                for one in shipment["event"]
            ],
        }
    ]


def polishpost(said: list[Any]) -> list[Fields]:
    mail = said[0]["mailInfo"]
    return [
        {
            "number": said[0]["number"],
            "origin_country": mail["dispatchCountryName"],
            "destination_country": mail["recipientCountryName"],
            "rows": [
                row(
                    event["name"],
                    event["time"],
                    event["postOffice"]["name"],
                    code=event["code"],
                    note=event["cause"]["name"] if event.get("cause") else None,
                )
                for event in mail["events"]
                if not event["canceled"]
            ],
        }
    ]


def posteitaliane(said: list[Any]) -> list[Fields]:
    day, month, year = said[0]["dataPrevistaConsegna"].split()[-3:]
    return [
        {
            "number": said[0]["idTracciatura"],
            "pickup_point": said[0]["ufficioGiacenza"],
            "estimate_to_on": date(int(year), _ITALIAN.index(month[:3].lower()) + 1, int(day)).isoformat(),
            "rows": [
                row(
                    one["statoLavorazione"],
                    None,
                    None if one["luogo"].startswith(("Via ", "Piazza ")) else one["luogo"],
                    instant_ms=one["dataOra"],
                    epoch_ms=one["dataOra"],
                )
                for one in said[0]["listaMovimenti"]
            ],
        }
    ]


def postnl(said: list[Any]) -> list[Fields]:
    parcel = next(iter(said[0]["colli"].values()))
    listed = {one["observationCode"] for one in parcel["observations"]}
    headline = parcel["statusPhase"]["message"]
    newest = [
        one
        for one in parcel["analyticsInfo"]["allObservations"]
        if one["observationCode"] not in listed
        and (one["description"] == headline or one["observationCode"].startswith("I"))
    ]
    rows = [
        row(one["description"], one["observationDate"], code=one["observationCode"])
        for one in (*newest, *parcel["observations"])
    ]
    return [
        {
            "number": parcel["barcode"],
            "status_text": rows[0]["description"]
            if headline.startswith(rows[0]["description"])
            else headline,
            "origin_country": parcel["sender"]["address"]["country"],
            "destination_country": parcel["recipient"]["address"]["country"],
            "estimate_from_on": parcel["eta"]["start"][:10],
            "estimate_to_on": parcel["eta"]["end"][:10],
            "rows": rows,
        }
    ]


def royalmail(said: list[Any]) -> list[Fields]:
    piece = said[0]["mailPieces"]
    summary = piece["summary"]
    return [
        {
            "number": piece["mailPieceId"],
            "status_text": summary["statusDescription"],
            "origin_country": summary["originCountryName"],
            "destination_country": summary["destinationCountryName"],
            "estimate_from_on": piece["estimatedDelivery"]["date"],
            "estimate_to_on": piece["estimatedDelivery"]["date"],
            "related_numbers": [{"number": summary["uniqueItemId"], "carrier": "Royal Mail"}],
            "rows": [
                row(one["eventName"], one["eventDateTime"], one["locationName"], code=one["eventCode"])
                for one in piece["events"]
            ],
        }
    ]
