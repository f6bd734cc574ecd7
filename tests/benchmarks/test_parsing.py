"""Bare extraction, which parsing is measured beside, takes the same fields of the same rows."""

import pytest

from benchmarks.bare import bare
from benchmarks.parsing import visits
from collector.kit.cases import as_data
from scrapers import portals

#: What a parser says of its own work.
_OWN = {"outcome", "complete", "layout", "rows_bad", "problems"}


def test_every_portal_is_measured():
    own = {name for name, one in portals().items() if type(one).__module__.startswith("scrapers.")}
    assert set(visits()) == own


@pytest.mark.parametrize("portal", sorted(visits()))
def test_bare_extraction_takes_the_same_fields_of_the_same_rows(portal):
    pages = visits()[portal]
    read = [as_data(reading) for reading in portals()[portal].parse(pages)]
    told = [{key: value for key, value in one.items() if key not in _OWN} for one in read]
    assert _without_blanks(bare(portal, pages)) == _without_blanks(told)


def _without_blanks(value):
    if isinstance(value, dict):
        return {key: _without_blanks(one) for key, one in value.items() if one not in (None, "", [], ())}
    return [_without_blanks(one) for one in value] if isinstance(value, list | tuple) else value
