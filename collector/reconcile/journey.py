"""The stretch of the journey a scan belongs to, and what speaks against its being made at a moment. Pure."""

from collections.abc import Iterable

from scrapers.words import Leg, Milestone

#: Milestones by their stretch of the journey, in its order. What may be told anywhere has none.
_STRETCHES: tuple[frozenset[Milestone], ...] = (
    frozenset({Milestone.ACCEPTED}),
    frozenset(
        {
            Milestone.ARRIVED_ORIGIN_FACILITY,
            Milestone.DEPARTED_ORIGIN_FACILITY,
            Milestone.ARRIVED_OUTWARD_OE,
            Milestone.EXPORT_CUSTOMS_STARTED,
            Milestone.EXPORT_CUSTOMS_HELD,
            Milestone.EXPORT_CUSTOMS_CLEARED,
            Milestone.ARRIVED_AIRPORT,
        }
    ),
    frozenset({Milestone.DEPARTED_ORIGIN_COUNTRY, Milestone.ARRIVED_TRANSIT, Milestone.DEPARTED_TRANSIT}),
    frozenset(
        {
            Milestone.ARRIVED_DESTINATION_COUNTRY,
            Milestone.IMPORT_CUSTOMS_STARTED,
            Milestone.CUSTOMS_HELD,
            Milestone.CUSTOMS_CLEARED,
            Milestone.DEPARTED_INWARD_OE,
        }
    ),
    frozenset(
        {
            Milestone.HANDED_TO_LAST_MILE,
            Milestone.ARRIVED_DELIVERY_OFFICE,
            Milestone.HELD_AT_DEPOT,
            Milestone.OUT_FOR_DELIVERY,
            Milestone.DELIVERY_ATTEMPTED,
            Milestone.AVAILABLE_FOR_PICKUP,
        }
    ),
    frozenset({Milestone.DELIVERED, Milestone.RETURNED}),
)
_STRETCH = {milestone: place for place, some in enumerate(_STRETCHES) for milestone in some}
#: How every carrier calls it when a parcel comes to it, the last one too.
BEGINNINGS = frozenset({Milestone.INFO_RECEIVED, Milestone.ACCEPTED, Milestone.ARRIVED_ORIGIN_FACILITY})
#: Facilities are on every leg.
_FACILITY = frozenset({Milestone.ARRIVED_FACILITY, Milestone.DEPARTED_FACILITY})
_FACILITY_ON = {Leg.ORIGIN: 1, Leg.LINE_HAUL: 2, Leg.IMPORT: 3, Leg.LAST_MILE: 4}

#: A moment at which the parcel was on a stretch.
Passed = tuple[float, int]


def stretch_of(milestone: Milestone | None, leg: Leg | None) -> int | None:
    """Which stretch of the journey a milestone belongs to, from its start; None where that is open."""
    if milestone in _FACILITY:
        return None if leg is None else _FACILITY_ON[leg]
    if milestone is Milestone.ACCEPTED and leg is Leg.LAST_MILE:
        return _STRETCH[Milestone.HANDED_TO_LAST_MILE]
    return None if milestone is None else _STRETCH.get(milestone)


def speaking_against(moment: float, stretch: int, passed: Iterable[Passed]) -> int:
    """How many events say that the parcel had not come so far by then, or had already gone on."""
    return sum((there < stretch and at > moment) or (there > stretch and at < moment) for at, there in passed)
