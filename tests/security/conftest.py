"""A real browser on a small synthetic site, as the tests of the browser have it."""

from tests.browser.conftest import arguments, bench, module_bench, server, site

__all__ = ["arguments", "bench", "module_bench", "server", "site"]
