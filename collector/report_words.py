"""Milestones in the words of a person, short enough for a line."""

from collections.abc import Mapping

from scrapers.words import Milestone

WORDS: Mapping[Milestone, str] = {
    Milestone.INFO_RECEIVED: "announced",
    Milestone.ACCEPTED: "accepted",
    Milestone.ARRIVED_ORIGIN_FACILITY: "at origin facility",
    Milestone.DEPARTED_ORIGIN_FACILITY: "left origin facility",
    Milestone.ARRIVED_OUTWARD_OE: "at export office",
    Milestone.EXPORT_CUSTOMS_STARTED: "in export customs",
    Milestone.EXPORT_CUSTOMS_HELD: "held by export customs",
    Milestone.EXPORT_CUSTOMS_CLEARED: "cleared for export",
    Milestone.ARRIVED_AIRPORT: "at the airport",
    Milestone.DEPARTED_ORIGIN_COUNTRY: "left origin country",
    Milestone.ARRIVED_TRANSIT: "in transit country",
    Milestone.DEPARTED_TRANSIT: "left transit country",
    Milestone.ARRIVED_DESTINATION_COUNTRY: "arrived in the country",
    Milestone.IMPORT_CUSTOMS_STARTED: "in customs",
    Milestone.CUSTOMS_HELD: "held by customs",
    Milestone.CUSTOMS_CLEARED: "cleared customs",
    Milestone.DEPARTED_INWARD_OE: "left import office",
    Milestone.HANDED_TO_LAST_MILE: "with local carrier",
    Milestone.ARRIVED_FACILITY: "at a facility",
    Milestone.DEPARTED_FACILITY: "left a facility",
    Milestone.ARRIVED_DELIVERY_OFFICE: "at delivery office",
    Milestone.HELD_AT_DEPOT: "held at depot",
    Milestone.OUT_FOR_DELIVERY: "out for delivery",
    Milestone.DELIVERY_ATTEMPTED: "delivery attempted",
    Milestone.AVAILABLE_FOR_PICKUP: "ready for pickup",
    Milestone.DELIVERED: "delivered",
    Milestone.RETURNING: "on its way back",
    Milestone.RETURNED: "returned",
    Milestone.MISROUTED: "sent the wrong way",
    Milestone.EXCEPTION: "trouble on the way",
    Milestone.CANCELLED: "cancelled",
}
