"""The portals that the committed story and its journeys are told on."""

import scrapers
from fixtures.states import played

SHOP = "aliexpress"


def story_portals():
    """Those alone, by name: a run over them meets no portal that nobody simulates."""
    return {name: one for name, one in scrapers.portals().items() if name in (*played(), SHOP)}
