"""Chance that can be repeated: every draw comes from a generator named by what is drawn."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def dice(*names: object) -> Random:
    """A generator of its own for these names: what is drawn elsewhere never moves its draws."""
    return Random(" ".join(map(str, names)))  # noqa: S311 - worlds, not secrets


def weighted(random: Random, weights: Mapping[T, float]) -> T:
    """One of the keys, by weight."""
    return random.choices(list(weights), list(weights.values()))[0]


def spread(random: Random, low: float, high: float) -> float:
    """A number between the two, small ones likelier the wider the span is (evenly on a log scale)."""
    return float(low * (high / low) ** random.random())


def happens(random: Random, rate: float) -> bool:
    """Whether something of that rate happens. Always one draw, so that rates never shift later draws."""
    return random.random() < rate


def pick(random: Random, choices: Sequence[T]) -> T:
    """One of the choices."""
    return choices[random.randrange(len(choices))]
