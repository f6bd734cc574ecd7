"""Words that mean something here, as coloured badges that say what they mean. Pure.

Colour is never alone: the word stands in the badge, with a mark for how much it asks for attention.
"""

from collections.abc import Mapping
from types import MappingProxyType

from markupsafe import Markup

#: How a badge looks, by what it asks for: the class of the style sheet, and a mark beside the word.
_LOOKS = {"bad": "▲", "odd": "◆", "good": "✓", "busy": "●", "calm": "○"}

_SEVERITIES = {
    "warning": ("bad", "a time or a claim is wrong"),
    "notice": ("odd", "worth knowing: a wrong label, a late portal, or something not explained yet"),
    "info": ("calm", "only written differently: the same moment"),
}
_KINDS = {
    "conflict": ("bad", "the moments really differ and nothing explains it: somebody's time is wrong"),
    "lag": ("odd", "one portal shows when it received the scan, as it habitually does"),
    "unexplained": ("odd", "the moments differ or cannot be had, and it cannot be told why yet"),
    "zone_label": ("odd", "the same moment, but the offset a portal states is wrong"),
    "revision": ("odd", "one portal changed the time of a row between two visits"),
    "timezone": ("calm", "the same moment on clocks of different zones"),
    "precision": ("calm", "the same date, one of them without a time"),
    "delivered, then moving": ("bad", "delivered by one portal, still moving later by another"),
    "delivered twice": ("bad", "two portals say delivered, and mean two events"),
    "two destinations": ("bad", "bound for two countries"),
}
_STAGES = {
    "label_only": ("calm", "a number was issued; nothing was scanned yet"),
    "origin": ("busy", "in the country it comes from"),
    "line_haul": ("busy", "between the two countries"),
    "customs": ("odd", "at the customs of the country it goes to"),
    "last_mile": ("busy", "with the carrier that delivers it"),
    "pickup": ("odd", "waits to be fetched"),
    "delivered": ("good", "delivered, as a portal says"),
    "returning": ("bad", "on its way back"),
    "returned": ("bad", "back where it came from"),
    "closed": ("calm", "cancelled or given up"),
}
_OUTCOMES = {
    "ok": ("good", "rows were read"),
    "no_events_yet": ("calm", "the portal knows the number and has nothing to show yet"),
    "not_found": ("odd", "the portal does not know the number"),
    "input_needed": ("odd", "the portal asks for a postcode, a carrier or a country"),
    "challenge": ("odd", "the portal asks for a person"),
    "login_required": ("odd", "the portal asks to sign in"),
    "rate_limited": ("odd", "the portal wants to be asked less often"),
    "unavailable": ("bad", "the portal did not answer"),
    "layout_changed": ("bad", "the page is in no known state"),
}
#: What the columns of these names hold, in whichever table, view or query.
_MEANINGS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "severity": _SEVERITIES,
        "highlight": _SEVERITIES,
        "kind": _KINDS,
        "stage": _STAGES,
        "outcome": _OUTCOMES,
    }
)
_BADGE = Markup(
    '<span class="ct-badge ct-{look}" title="{means}"><span aria-hidden="true">{mark}</span> {word}'
    '<span class="ct-said">: {means}</span></span>'
)


def badge(column: str, value: object) -> Markup | None:
    """The badge for a word in a column of that name, None for what has no badge."""
    meant = _MEANINGS.get(column, {}).get(value) if isinstance(value, str) else None
    if meant is None:
        return None
    look, means = meant
    return _BADGE.format(look=look, mark=_LOOKS[look], word=value, means=means)
