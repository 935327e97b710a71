"""Where two programs that should compute the same part: found by the values that they hold on their way.

Programs are not compared by names: rules and ``opt`` fold operators into each other, move factors from one to
the next, and give one name to several variables. What they cannot change without a fault is what the network
computes, so a variable is looked for by its *value* among all those of the reference.

A variable that the reference does not have is no fault if all that is made of it comes out right again (a
factor that was moved into the next convolution). It is one if something that is made of it never does. The
operator that is found is the first, in the order of the flow, that makes such a variable of right ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stages.locate.steps import Step, Values

#: How far a value may be from the reference's, as a share of the reference's largest number, to be it.
TOLERANCE = 1e-4
#: Fewer numbers than these can be proportional to others by chance.
_TOLD = 64


@dataclass(frozen=True)
class Divergence:
    """The first operator whose result the reference does not have.

    Args:
        number: of the step.
        difference: to what the reference has at that place, as a share of its largest number; infinite where
            it has nothing of that size.
        alone: the same of what the step makes by itself, of the reference's own values.
    """

    number: int
    difference: float
    alone: float


#: Returns what a step makes of other values than the program's: number, the variable, values by variable.
Alone = Callable[[int, str, Values], np.ndarray]


class Reference:
    """What a program is compared with: a program that is right, and all its values.

    Args:
        steps: of the program.
        values: of its variables.
        moved: whether factors may have been moved from one operator of the network to the next: then a
            variable on the way may be the reference's but for a factor.
    """

    def __init__(self, steps: Sequence[Step], values: Values, *, moved: bool) -> None:
        self._steps, self.values, self._moved = steps, values, moved
        self._by_size: dict[int, list[str]] = {}
        self._largest = {name: float(np.abs(value).max()) for name, value in values.items()}
        for name, value in values.items():
            self._by_size.setdefault(value.size, []).append(name)

    def distance(self, name: str, value: np.ndarray) -> float:
        """Return how far a value of the same size is from a variable, as a share of its largest number."""
        expected = self.values[name].reshape(-1)
        scale = max(self._largest[name], float(np.finfo(np.float32).tiny))
        found = float(np.abs(value.reshape(-1) - expected).max()) / scale
        return math.inf if np.isnan(found) else found

    def find(self, value: np.ndarray) -> str:
        """Return the variable that has this value; "" if none has."""
        largest = float(np.abs(value).max())
        near = [
            (self.distance(name, value), name)
            for name in self._by_size.get(value.size, ())
            if abs(largest - self._largest[name]) <= TOLERANCE * self._largest[name]
        ]
        distance, name = min(near, default=(math.inf, ""))
        return name if distance <= TOLERANCE else ""

    def find_scaled(self, value: np.ndarray) -> tuple[str, float]:
        """Return the variable that has this value but for a factor, and the factor of the variable."""
        names = self._by_size.get(value.size, ()) if self._moved and value.size >= _TOLD else ()
        flat, square = value.reshape(-1), float(np.vdot(value, value))
        near = [
            (self.distance(name, value * factor), name, factor)
            for name in names
            if (factor := float(np.vdot(self.values[name].reshape(-1), flat)) / (square or 1.0))
        ]
        distance, name, factor = min(near, default=(math.inf, "", 1.0))
        return (name, 1.0 / factor) if distance <= TOLERANCE else ("", 1.0)

    def nearest(self, value: np.ndarray, sources: Sequence[str]) -> tuple[str, float]:
        """Return the variable of those made of ``sources`` that is nearest to a value, and how far it is."""
        reached = set(sources)
        for step in self._steps:
            if reached.intersection(step.reads):
                reached.update(step.makes)
        names = reached.intersection(self._by_size.get(value.size, ())).difference(sources)
        pairs = [(self.distance(name, value), name) for name in names]
        distance, name = min(pairs, default=(math.inf, ""))
        return name, distance


def first_divergence(
    steps: Sequence[Step], values: Values, reference: Reference, alone: Alone
) -> Divergence | None:
    """Return where a program parts from the reference; None where no operator does by itself.

    What an operator makes is also right if it is so when the operator is given the reference's own values:
    then rounding had added up on the way to it, and the search goes on behind it.

    Args:
        steps: of the program, in order of execution.
        values: of its float32 variables, its input among them.
        reference: computed of the same image.
        alone: runs one step.
    """
    read = {name for step in steps for name in step.reads}
    found = {
        name: _counterpart(value, reference, scaled=name in read) for name, value in values.items()
    }
    while (place := _first(steps, found)) is not None:
        number, name = place
        given = {
            one: values[one] if other is None else other.of(reference).reshape(values[one].shape)
            for one in steps[number].reads
            if one in found
            for other in [found[one]]
        }
        made = alone(number, name, given)
        if same := _counterpart(made, reference, scaled=name in read):
            found[name] = same
            continue
        sources = [other.name for one in given if (other := found[one])]
        expected, difference = reference.nearest(values[name], sources)
        by_itself = reference.distance(expected, made) if expected else math.inf
        return Divergence(number, difference, by_itself)
    return None


@dataclass(frozen=True)
class _Counterpart:
    """A variable of the reference, and by how much another one is larger."""

    name: str
    factor: float

    def of(self, reference: Reference) -> np.ndarray:
        """Return the value of the other one, as the reference has it."""
        return reference.values[self.name] * np.float32(self.factor)


def _counterpart(value: np.ndarray, reference: Reference, *, scaled: bool) -> _Counterpart | None:
    """Return what a value is in the reference, if it is there."""
    if name := reference.find(value):
        return _Counterpart(name, 1.0)
    name, factor = reference.find_scaled(value) if scaled else ("", 1.0)
    return _Counterpart(name, factor) if name else None


def _first(
    steps: Sequence[Step], found: Mapping[str, _Counterpart | None]
) -> tuple[int, str] | None:
    """Return the first step that makes what is wrong of what is right, and which variable that is."""
    right = _right(steps, found)
    for number, step in enumerate(steps):
        wrong = [name for name in step.makes if name in found and not right[name]]
        if wrong and all(right[name] for name in step.reads if name in found):
            return number, wrong[0]
    return None


def _right(steps: Sequence[Step], found: Mapping[str, _Counterpart | None]) -> dict[str, bool]:
    """Return for each variable whether the reference has it, or all that is made of it comes out right."""
    right = {name: bool(other) for name, other in found.items()}
    made_of: dict[str, list[Step]] = {}
    for step in steps:
        for name in step.reads:
            made_of.setdefault(name, []).append(step)
    for step in reversed(steps):
        for name in step.makes:
            if name in found and not right[name]:
                results = [made for item in made_of.get(name, ()) for made in item.makes]
                told = [made for made in results if made in found]
                right[name] = bool(told) and all(right[made] for made in told)
    return right
