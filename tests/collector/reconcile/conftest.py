"""Portals whose facts a test declares."""

import pytest

from scrapers import vocabulary
from scrapers.vocabulary import Clock, Facts


@pytest.fixture
def declare(monkeypatch):
    """Declare the clock of an invented portal."""
    known, real = {}, vocabulary.facts

    def declare(name, clock, *, kind="carrier", country="ES", zone=None, sure=True):
        made = Clock(clock, zone, sure=sure)
        known[name] = Facts(name, name.title(), kind, country, ("en",), made, None)

    monkeypatch.setattr(vocabulary, "facts", lambda portal: known.get(portal) or real(portal))
    return declare
