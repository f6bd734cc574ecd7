"""Times that saved files carry: the Date header of HTTP and mail, and the ISO times of a HAR."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from collector.record_values import RecordError, moment


def header_date(text: object) -> datetime | None:
    """The instant of a Date header in UTC, None if it is none.

    A date without a zone is UTC: HTTP knows no other, and mail writes `-0000` for it (Chrome's MHTML too).
    """
    if not isinstance(text, str):
        return None
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def iso_date(text: object) -> datetime | None:
    """The instant of an ISO 8601 text with an offset in UTC, None if it is none."""
    if not isinstance(text, str):
        return None
    try:
        return moment(text, "time")
    except RecordError:
        return None
