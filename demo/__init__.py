"""The demonstration: a real browser, simulated portals under real host names, two days, one database."""
