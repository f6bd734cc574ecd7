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
from scrapers.outside import Broken, entries, unread, without_file
from scrapers.shop import Shop
from scrapers.vocabulary.loading import fault

#: What a portal cannot do without.
_DECLARED = ("name", "hosts", "states", "politeness", "evidence", "example")


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
            check(portal)
            if portal.name != entry.name:
                raise ValueError(f"its entry point is called {entry.name}, the portal {portal.name}")
            if wrong := unread().get(portal.name) or fault(portal.name):
                raise ValueError(wrong)
            if portal.name in portals:
                raise ValueError(f"a portal named {portal.name} exists already")
        except (Exception, SystemExit) as error:  # whatever a stranger's module does must not stop the others
            broken.append(Broken(entry.value, f"{type(error).__name__}: {error}"))
        else:
            portals[portal.name] = portal
            left_out = (families.fault(portal.name), without_file(portal.name))
            broken += [Broken(entry.value, wrong) for wrong in left_out if wrong]
    return dict(sorted(portals.items())), tuple(broken)


def check(portal: object) -> None:
    """Raises TypeError or ValueError, or what the portal itself raises, where it lacks what it must have."""
    if not isinstance(portal, Portal):
        raise TypeError("it is not a scrapers.contract.Portal")
    missing = [name for name in _DECLARED if not hasattr(portal, name)]
    if missing:
        raise TypeError(f"it does not declare {', '.join(missing)}")
    if not portal.hosts or not (portal.states or portal.payloads):
        raise ValueError("it declares no hosts, or neither states nor payloads: nothing could be visited")
    address = portal.url(portal.example, portal.default_language)
    if portal.number_in(address) != portal.example:
        raise ValueError(f"it does not find its own example in {address}")
    portal.accepts(portal.example)


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
