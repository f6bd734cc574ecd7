"""Differences in one plain sentence each. Pure."""

from collector.reconcile.clocks import Belief, claim_of
from collector.reconcile.kinds import Difference
from collector.reconcile.sides import Said
from scrapers import vocabulary


def explanation(a: Said, b: Said, found: Difference) -> str:
    """One sentence with both printed times, what is believed of their zones, and the conclusion."""
    one, two = _title(a), _title(b)
    printed = f"{one} prints {_time(a)}{_zone(a.belief)}, {two} {_time(b)}{_zone(b.belief)}"
    match found.kind:
        case "timezone":
            return f"{printed}: {_far(found.shown_s)} apart on paper, the same moment."
        case "zone_label":
            wrong = a if _is_mislabelled(a) else b
            return (
                f"{printed}: the same moment, but {_title(wrong)} labels it {_offset(_claim(wrong))}, "
                f"{_far(found.claimed_s)} off if that were true."
            )
        case "precision":
            return f"{printed}: the same date, one gives no exact time."
        case "lag":
            late = two if (found.real_s or 0) > 0 else one
            return f"{printed}: {_far(found.real_s)} later on {late}, which shows when it received the scan."
        case "conflict":
            return f"{printed}: really {_far(found.real_s)} apart, and no clock explains it."
        case "unexplained" if found.real_s is None:
            unknown = one if a.belief.span is None else two
            return f"{printed}: it is not known which clock {unknown} uses, so the two cannot be compared."
        case "unexplained":
            open_question = "whether one is late, wrong or wrongly labelled cannot be told yet"
            return f"{printed}: {_far(found.real_s)} apart; {open_question}."
        case _:
            return f"{printed}."


def revision(old: Said, new: Said) -> str:
    """One sentence for a portal that changed the time of a row."""
    return f"{_title(old)} first printed {_time(old)} for this row, and {_time(new)} at a later visit."


def _title(side: Said) -> str:
    return vocabulary.facts(side.observation.portal).title


def _time(side: Said) -> str:
    return side.observation.row.printed.time_text or "no time"


def _claim(side: Said) -> int:
    return claim_of(side.observation.row) or 0


def _is_mislabelled(side: Said) -> bool:
    claim = claim_of(side.observation.row)
    return claim is not None and claim != side.belief.offset_minutes


def _zone(held: Belief) -> str:
    if held.offset_minutes is None:
        return " (zone unknown)"
    return f" ({_offset(held.offset_minutes)})"


def _offset(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def _far(seconds: int | None) -> str:
    """A size for people: "9 h", "1 h 25 min", "25 min", "3 days"; the sign is left to the sentence."""
    total = abs(seconds or 0)
    minutes, rest = divmod(total, 60)
    if minutes == 0:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n)
