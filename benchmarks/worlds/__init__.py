"""Worlds of invented parcels: what really happened, what portals show of it, and what is true of each row.

    world = make_world(seed=1, size=60, profile=profile("usual"))
    world.records   records as one imports them
    world.rows      every row any portal shows, with its truth

Nothing here reads a clock or the network, and nothing of the program is used: a world is a function of its
seed, size, profile and the names given to portals nobody knows.
"""

from benchmarks.worlds.making import make_world
from benchmarks.worlds.model import Event, Parcel, Row, Shown, World
from benchmarks.worlds.profiles import Profile, profile, profile_names

__all__ = ["Event", "Parcel", "Profile", "Row", "Shown", "World", "make_world", "profile", "profile_names"]
