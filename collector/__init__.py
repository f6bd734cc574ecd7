"""Crosstrack's program: visits portals, keeps what they showed, and derives one history from it."""

__version__ = "0.1.0"
