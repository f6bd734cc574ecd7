"""The portals: one module each, found by being there, or through the entry-point group `crosstrack.portals`.

Nothing in this package imports the program. A portal in somebody else's package that fails to load is
reported by `broken()` and costs the others nothing.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from scrapers.contract import Portal
from scrapers.numbers import families
from scrapers.outside import Broken, entries, unread
from scrapers.shop import Shop
from scrapers.vocabulary.loading import fault


@cache
def _found() -> tuple[dict[str, Portal], tuple[Broken, ...]]:
    portals: dict[str, Portal] = {}
    for module in pkgutil.iter_modules(__path__):
        for portal in _portals_in(importlib.import_module(f"scrapers.{module.name}")):
            portals[portal.name] = portal
    broken: list[Broken] = []
    for entry in entries():
        try:
            loaded = entry.load()
            portal = loaded() if isinstance(loaded, type) else loaded
            if not isinstance(portal, Portal):
                raise TypeError("it is not a scrapers.contract.Portal")
            if portal.name != entry.name:
                raise ValueError(f"its entry point is called {entry.name}, the portal {portal.name}")
            if wrong := unread().get(portal.name) or fault(portal.name):
                raise ValueError(wrong)
            if portal.name in portals:
                raise ValueError(f"a portal named {portal.name} exists already")
        except Exception as error:  # whatever a stranger's module raises must not stop the others
            broken.append(Broken(entry.value, f"{type(error).__name__}: {error}"))
        else:
            portals[portal.name] = portal
            broken += [Broken(entry.value, wrong) for wrong in [families.fault(portal.name)] if wrong]
    return dict(sorted(portals.items())), tuple(broken)


def _portals_in(module: ModuleType) -> Iterator[Portal]:
    """The portals a module defines itself: classes with a name. A shape that portals share has none."""
    own = (value for value in vars(module).values() if getattr(value, "__module__", None) == module.__name__)
    for value in own:
        if isinstance(value, type) and issubclass(value, Portal) and hasattr(value, "name"):
            yield value()


def portals() -> dict[str, Portal]:
    """Every portal that can be visited and parsed, by name, sorted."""
    return dict(_found()[0])


def shops() -> dict[str, Shop]:
    """Those of the portals that are read through an account, by name, sorted."""
    return {name: portal for name, portal in portals().items() if isinstance(portal, Shop)}


def broken() -> tuple[Broken, ...]:
    """What is wrong with third-party portals: those that could not be loaded, and records left out."""
    return _found()[1]
