"""What can be exported: named apart from the exporting, for the command line says it without doing any."""

from enum import StrEnum


class What(StrEnum):
    """What can be exported."""

    HISTORY = "history"
    EVENTS = "events"
    DISAGREEMENTS = "disagreements"
    FINDINGS = "findings"
    PARCELS = "parcels"
    ORDERS = "orders"
    DEADLINES = "deadlines"
    RECORDS = "records"
