"""The closed lists every part of Crosstrack shares: outcomes, milestones, legs and page roles.

Milestones are UPU events; the comment gives the UPU event code where one exists. A row whose wording is
not understood has no milestone (None): it is never guessed.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """How one visit to one portal ended. An empty result is never guessed: see `layout_changed`."""

    OK = "ok"
    NO_EVENTS_YET = "no_events_yet"
    NOT_FOUND = "not_found"
    INPUT_NEEDED = "input_needed"
    CHALLENGE = "challenge"
    LOGIN_REQUIRED = "login_required"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    LAYOUT_CHANGED = "layout_changed"


class Role(StrEnum):
    """What a stored page is to its visit."""

    DOM = "dom"
    PAYLOAD = "payload"
    SCREENSHOT = "screenshot"
    RECORD = "record"


class Leg(StrEnum):
    """Part of the journey a row belongs to."""

    ORIGIN = "origin"
    LINE_HAUL = "line_haul"
    IMPORT = "import"
    LAST_MILE = "last_mile"


class Milestone(StrEnum):
    """One kind of real-world event."""

    INFO_RECEIVED = "info_received"  # ITMATT, data only
    ACCEPTED = "accepted"  # EMA
    ARRIVED_ORIGIN_FACILITY = "arrived_origin_facility"
    DEPARTED_ORIGIN_FACILITY = "departed_origin_facility"
    ARRIVED_OUTWARD_OE = "arrived_outward_oe"  # EMB
    EXPORT_CUSTOMS_STARTED = "export_customs_started"  # EXA
    EXPORT_CUSTOMS_HELD = "export_customs_held"  # EXB
    EXPORT_CUSTOMS_CLEARED = "export_customs_cleared"  # EXC
    ARRIVED_AIRPORT = "arrived_airport"
    DEPARTED_ORIGIN_COUNTRY = "departed_origin_country"  # EMC
    ARRIVED_TRANSIT = "arrived_transit"  # EMJ
    DEPARTED_TRANSIT = "departed_transit"  # EMK
    ARRIVED_DESTINATION_COUNTRY = "arrived_destination_country"  # EMD
    IMPORT_CUSTOMS_STARTED = "import_customs_started"  # EDB
    CUSTOMS_HELD = "customs_held"  # EME
    CUSTOMS_CLEARED = "customs_cleared"  # EDC
    DEPARTED_INWARD_OE = "departed_inward_oe"  # EMF
    HANDED_TO_LAST_MILE = "handed_to_last_mile"
    ARRIVED_FACILITY = "arrived_facility"  # EDD
    DEPARTED_FACILITY = "departed_facility"  # EDE
    ARRIVED_DELIVERY_OFFICE = "arrived_delivery_office"  # EMG
    HELD_AT_DEPOT = "held_at_depot"  # EDF
    OUT_FOR_DELIVERY = "out_for_delivery"  # EDG
    DELIVERY_ATTEMPTED = "delivery_attempted"  # EMH
    AVAILABLE_FOR_PICKUP = "available_for_pickup"  # EDH
    DELIVERED = "delivered"  # EMI
    RETURNING = "returning"
    RETURNED = "returned"
    MISROUTED = "misrouted"
    EXCEPTION = "exception"
    CANCELLED = "cancelled"
    NOTICE = "notice"  # data only


#: Leg of a milestone where a vocabulary entry names none. Milestones of any leg are absent.
USUAL_LEG: dict[Milestone, Leg] = {
    Milestone.INFO_RECEIVED: Leg.ORIGIN,
    Milestone.ACCEPTED: Leg.ORIGIN,
    Milestone.ARRIVED_ORIGIN_FACILITY: Leg.ORIGIN,
    Milestone.DEPARTED_ORIGIN_FACILITY: Leg.ORIGIN,
    Milestone.ARRIVED_OUTWARD_OE: Leg.ORIGIN,
    Milestone.EXPORT_CUSTOMS_STARTED: Leg.ORIGIN,
    Milestone.EXPORT_CUSTOMS_HELD: Leg.ORIGIN,
    Milestone.EXPORT_CUSTOMS_CLEARED: Leg.ORIGIN,
    Milestone.ARRIVED_AIRPORT: Leg.LINE_HAUL,
    Milestone.DEPARTED_ORIGIN_COUNTRY: Leg.LINE_HAUL,
    Milestone.ARRIVED_TRANSIT: Leg.LINE_HAUL,
    Milestone.DEPARTED_TRANSIT: Leg.LINE_HAUL,
    Milestone.ARRIVED_DESTINATION_COUNTRY: Leg.IMPORT,
    Milestone.IMPORT_CUSTOMS_STARTED: Leg.IMPORT,
    Milestone.CUSTOMS_HELD: Leg.IMPORT,
    Milestone.CUSTOMS_CLEARED: Leg.IMPORT,
    Milestone.DEPARTED_INWARD_OE: Leg.IMPORT,
    Milestone.HANDED_TO_LAST_MILE: Leg.LAST_MILE,
    Milestone.ARRIVED_FACILITY: Leg.LAST_MILE,
    Milestone.DEPARTED_FACILITY: Leg.LAST_MILE,
    Milestone.ARRIVED_DELIVERY_OFFICE: Leg.LAST_MILE,
    Milestone.HELD_AT_DEPOT: Leg.LAST_MILE,
    Milestone.OUT_FOR_DELIVERY: Leg.LAST_MILE,
    Milestone.DELIVERY_ATTEMPTED: Leg.LAST_MILE,
    Milestone.AVAILABLE_FOR_PICKUP: Leg.LAST_MILE,
    Milestone.DELIVERED: Leg.LAST_MILE,
}

#: Milestones that report data, not a scan of the parcel.
DATA_ONLY = frozenset({Milestone.INFO_RECEIVED, Milestone.NOTICE})

#: The UPU's event code of a milestone, where the UPU has such an event.
UPU_EVENT: dict[Milestone, str] = {
    Milestone.ACCEPTED: "EMA",
    Milestone.ARRIVED_OUTWARD_OE: "EMB",
    Milestone.EXPORT_CUSTOMS_STARTED: "EXA",
    Milestone.EXPORT_CUSTOMS_HELD: "EXB",
    Milestone.EXPORT_CUSTOMS_CLEARED: "EXC",
    Milestone.DEPARTED_ORIGIN_COUNTRY: "EMC",
    Milestone.ARRIVED_TRANSIT: "EMJ",
    Milestone.DEPARTED_TRANSIT: "EMK",
    Milestone.ARRIVED_DESTINATION_COUNTRY: "EMD",
    Milestone.IMPORT_CUSTOMS_STARTED: "EDB",
    Milestone.CUSTOMS_HELD: "EME",
    Milestone.CUSTOMS_CLEARED: "EDC",
    Milestone.DEPARTED_INWARD_OE: "EMF",
    Milestone.ARRIVED_FACILITY: "EDD",
    Milestone.DEPARTED_FACILITY: "EDE",
    Milestone.ARRIVED_DELIVERY_OFFICE: "EMG",
    Milestone.HELD_AT_DEPOT: "EDF",
    Milestone.OUT_FOR_DELIVERY: "EDG",
    Milestone.DELIVERY_ATTEMPTED: "EMH",
    Milestone.AVAILABLE_FOR_PICKUP: "EDH",
    Milestone.DELIVERED: "EMI",
}

#: Events that could not have happened where a wording denies or announces them.
ACCOMPLISHED = frozenset(Milestone) - {
    Milestone.INFO_RECEIVED,
    Milestone.NOTICE,
    Milestone.EXPORT_CUSTOMS_HELD,
    Milestone.CUSTOMS_HELD,
    Milestone.HELD_AT_DEPOT,
    Milestone.DELIVERY_ATTEMPTED,
    Milestone.AVAILABLE_FOR_PICKUP,
    Milestone.RETURNING,
    Milestone.RETURNED,
    Milestone.MISROUTED,
    Milestone.EXCEPTION,
    Milestone.CANCELLED,
}
