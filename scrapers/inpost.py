"""InPost, Poland's parcel lockers and their courier: the tracking page, filled by the ShipX service.

Shows for each step a status word, date and time with the Polish offset, and at times a branch's code, newest
first; for locker parcels the locker. Never shows a town, a country or an estimate. The words people read
come from a dictionary the page loads apart; what the service itself says are the words kept here, which are
the same in every language. `updated_at` may be later than the last step and is none.

Documented by programs that read it from 2018 to 2026 and by InPost's own manual; no reply and nothing of the
rendered page has been seen here. What it says of a parcel without steps is not known.
"""

import re

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, Row, State
from scrapers.payload import Record, Reply, items_at, read_rows, record_at, string_at
from scrapers.tracking import Address, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "inpost"

#: Nothing of the rendered page is described; a visit waits for the reply.
STATES: dict[str, State] = {}

STEPS = "tracking_details"
#: `error` of a reply (HTTP 404) about a number that is unknown, or no longer kept.
UNKNOWN = "resource_not_found"


class InPost(TrackingPortal):
    """InPost's Polish tracking page."""

    name = NAME
    hosts = ("inpost.pl",)
    resource_hosts = ("api-shipx-pl.easypack24.net",)
    payloads = ("https://api-shipx-pl.easypack24.net/v1/tracking/*",)
    dates_rows = True
    states = STATES
    politeness = Politeness(10, 100, "no limit is known")
    evidence = Evidence("documented", "2026-10", "the service's replies; the rendered page is not described")
    default_language = "pl"
    example = "640000000000000000000017"
    address = Address(
        "https://inpost.pl/sledzenie-przesylek?number={number}",
        keys=("number",),
        path=re.compile(r"/v1/tracking/(?P<number>[^/]+)/?$"),
    )
    looked_for = f"a reply with {STEPS}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        parcel = answer.value
        if not isinstance(parcel, dict):
            raise LayoutChanged(NAME, self.looked_for)
        steps = items_at(parcel, STEPS)
        if string_at(parcel, "error") == UNKNOWN and steps is None:
            return (Reading(Outcome.NOT_FOUND),)
        rows, problems = read_rows(steps or (), _row)
        if not rows:
            raise LayoutChanged(NAME, f"{STEPS}[].status")
        reading = read_with(
            rows,
            problems,
            number=string_at(parcel, "tracking_number"),
            status_text=string_at(parcel, "status"),
            pickup_point=_locker(record_at(parcel, "custom_attributes")),
        )
        return (reading,)


def _row(step: Record) -> Row | None:
    status = string_at(step, "status")
    if status is None:
        return None
    # A branch's code is no place: "BRA" would be taken for Brazil.
    return Row(status, string_at(step, "datetime"), code=status, note=string_at(step, "agency"))


def _locker(attributes: Record) -> str | None:
    """The name of the locker or point the parcel goes to; its address is left alone."""
    return string_at(attributes, "target_machine_id") or string_at(
        record_at(attributes, "target_machine_detail"), "name"
    )
