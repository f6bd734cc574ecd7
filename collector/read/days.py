"""A calendar date that stands alone in a text, such as the day an order was placed. Pure."""

from datetime import date, datetime, timedelta

from collector.read.dates import read_times
from scrapers import vocabulary

#: How far ahead an order page looks: delivery and protection end within months.
_AHEAD = timedelta(days=200)


def day_in(portal: str, text: str | None, seen_at: datetime, *, may_be_ahead: bool = False) -> date | None:
    """The date `text` says, as `portal` writes dates; None where it says none or cannot be told.

    A year that is not printed is the one nearest before `seen_at` (aware), or with `may_be_ahead` the one
    nearest before 200 days later.
    """
    if text is None:
        return None
    facts = vocabulary.facts(portal)
    asked_at = seen_at + _AHEAD if may_be_ahead else seen_at
    (found,) = read_times([text], order=facts.date_order, seen_at=asked_at, languages=facts.languages)
    return None if found.local_time is None else found.local_time.date()
