"""Half precision, emulated: what a kernel of it reads as weights, and leaves as its result, is rounded to it.

ARM's kernels (lite/backends/arm/math/fp16) also add up in half precision, in an order of their own, which
is not emulated: within an operator Paddle computes in float32. So the phone rounds oftener than this.
"""

from __future__ import annotations

import numpy as np

from stages.emulation.call import Writer
from stages.lite.kernels import HALF_MARK
from stages.lite.naive_buffer import Operator

#: ``c - (c - x)`` with ``c = (2^s + 1) x`` is ``x`` to the nearest with ``s`` bits less (T. J. Dekker, "A
#: floating-point technique for extending the available precision", 1971): of float32's 24 bits, half
#: precision has 11.
_SPLIT = 2.0**13 + 1
#: From 65,520 on half precision is infinite. All of that is far under this, which the splitter can take.
_FAR = 2.0**17
#: Times this, 65,504 (half precision's largest) fits float32 and 65,536 does not.
_TO_THE_END = 2.0**112


def half_marks(operator: Operator) -> dict[str, str]:
    """Return the inputs of an operator that become half precision, and the attributes that say so."""
    names = {name for slot in operator.inputs.values() for name in slot}
    marks = {name: name + HALF_MARK for name in sorted(names)}
    return {name: mark for name, mark in marks.items() if mark in operator.attributes}


def to_half(array: np.ndarray) -> np.ndarray:
    """Return float32 numbers, each rounded to the nearest of half precision; infinite beyond its range."""
    with np.errstate(over="ignore"):
        return array.astype(np.float16).astype(np.float32)


def append_rounding(writer: Writer, variable: str) -> str:
    """Append what rounds a float32 variable to half precision, and return the rounded one.

    Paddle's own ``cast`` cuts the bits off instead of rounding, on a CPU. Only below 6e-5, where half
    precision has fewer bits, is this finer than the real thing, by 3e-8 at most. To be run without oneDNN.
    """

    def step(kind: str, inputs: dict[str, list[str]], **settings: float) -> str:
        return writer.append(kind, inputs, {"Out": 1}, settings)["Out"][0]

    near = step("clip", {"X": [variable]}, min=-_FAR, max=_FAR)
    wide = step("scale", {"X": [near]}, scale=_SPLIT)
    rest = step("elementwise_sub", {"X": [wide], "Y": [near]})
    rounded = step("elementwise_sub", {"X": [wide], "Y": [rest]})
    there = step("scale", {"X": [rounded]}, scale=_TO_THE_END)
    return step("scale", {"X": [there]}, scale=1 / _TO_THE_END)
