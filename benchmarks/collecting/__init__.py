"""How fast portals are collected, and at what cost, beside other ways of doing the same."""
