"""Only zones whose offset never changes may be the viewer's."""

import pytest

from collector.browser.viewer_zone import fixed_offset_minutes
from collector.errors import UsageError


@pytest.mark.parametrize(
    ("zone", "minutes"), [("UTC", 0), ("Etc/GMT-8", 480), ("Asia/Shanghai", 480), ("Asia/Kolkata", 330)]
)
def test_a_fixed_zone_has_one_offset(zone, minutes):
    assert fixed_offset_minutes(zone) == minutes


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York", "Africa/Casablanca", "Pacific/Apia"])
def test_a_zone_whose_clocks_change_is_refused_by_name(zone):
    with pytest.raises(UsageError, match=zone):
        fixed_offset_minutes(zone)


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "../../etc/passwd", "UTC\0", "/etc/localtime", "Europe"]
)
def test_what_is_no_zone_is_a_usage_error(zone):
    with pytest.raises(UsageError):
        fixed_offset_minutes(zone)
