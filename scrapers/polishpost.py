"""Poczta Polska, Poland's post, with Pocztex parcels: the eMonitoring page and its tracking widget.

Shows for each event a code, a text in Polish or English, date and time, and the office, oldest first. Events
of other posts stand in the same list and nothing tells whose clock they are on: never shows a zone. Several
codes share one English text, so the code is the better witness. Cancelled events are listed, and marked.

The page holds no history: its widget asks the tracking service, with a key the page itself carries. The
service names a number in its reply, not in its address. It completes a number of 19 digits with the check
digit. Documented by programs that read it from 2021 to 2026 (versions 1.0 to 2.0 of the service, one shape);
no reply has been seen here. What it says of a parcel without events is not known.
"""

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, Row, State
from scrapers.payload import Record, Reply, items_at, read_rows, record_at, string_at, whole_at
from scrapers.tracking import Address, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "polishpost"

#: The markup of the widget's list is described nowhere; a visit waits for the reply that fills it.
STATES = {"widget": State(None, ("#widgetTracking", "[data-urltracking]"))}

MAIL, EVENTS, STATUS = "mailInfo", "events", "mailStatus"
#: `mailStatus`; others are known to mean that several parcels had this number, or an error.
FOUND, UNKNOWN = 0, -1
#: From and to: names as printed, else their codes.
ORIGIN = ("dispatchCountryName", "dispatchCountryCode")
DESTINATION = ("recipientCountryName", "recipientCountryCode")
#: The parcel waits at the office of the event.
WAITING = frozenset({"P_KWD", "P_DKAO"})


class PolishPost(TrackingPortal):
    """Poczta Polska's eMonitoring."""

    name = NAME
    hosts = ("emonitoring.poczta-polska.pl",)
    resource_hosts = ("uss.poczta-polska.pl",)
    payloads = ("https://uss.poczta-polska.pl/uss/*/tracking/checkmailex",)
    dates_rows = True
    states = STATES
    politeness = Politeness(10, 100, "no limit is known; a wall against automation stands on a sister site")
    evidence = Evidence("documented", "2026-10", "the service's reply; the rendered list is not described")
    default_language = "pl"
    example = "CP202603018PL"
    address = Address("https://emonitoring.poczta-polska.pl/?numer={number}", keys=("numer", "number"))
    looked_for = f"a reply with {MAIL}.{EVENTS}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        if not isinstance(answer.value, dict):
            raise LayoutChanged(NAME, self.looked_for)
        mail, status = record_at(answer.value, MAIL), whole_at(answer.value, STATUS)
        number = string_at(answer.value, "number") or string_at(mail, "number")
        if status == UNKNOWN and not answer.value.get(MAIL):
            return (Reading(Outcome.NOT_FOUND, number),)
        if status != FOUND:
            raise LayoutChanged(NAME, f"{STATUS} {FOUND} or {UNKNOWN}")
        return (_mail(mail, number),)


def _mail(mail: Record, number: str | None) -> Reading:
    listed = [event for event in items_at(mail, EVENTS) or () if not _is_cancelled(event)]
    rows, problems = read_rows(listed, _row)
    if not rows:
        raise LayoutChanged(NAME, f"{MAIL}.{EVENTS}[].name")
    return read_with(
        rows,
        problems,
        number=number,
        origin_country=string_at(mail, *ORIGIN),
        destination_country=string_at(mail, *DESTINATION),
        pickup_point=rows[-1].place if rows[-1].code in WAITING else None,
    )


def _is_cancelled(event: object) -> bool:
    return isinstance(event, dict) and event.get("canceled") is True


def _row(event: Record) -> Row | None:
    text, code = string_at(event, "name"), string_at(event, "code")
    if text is None and code is None:
        return None
    return Row(
        description=text or code or "",
        time_text=string_at(event, "time"),
        place=_name(event, "postOffice"),
        code=code,
        note=_name(event, "cause"),
    )


def _name(event: Record, key: str) -> str | None:
    """What `key` names: a text, or an object with a name. An office's address is left alone."""
    named = record_at(event, key)
    return string_at(named, "name") if isinstance(named.get("name"), str) else string_at(event, key)
