"""A year of collecting from the simulated portals in minutes: no browser, and waiting is skipped."""
