"""The ``.nb`` files of one model, one a target: the same tensors and the same operators?

The arm file is what ships and cannot run where it is made. What was measured of the x86 file holds
for it as far as they are the same model.
"""

from __future__ import annotations

from stages.contract import Targets
from stages.lineage.dataflow import Computed, computed
from stages.lite.integers import integers
from stages.lite.naive_buffer import NaiveBuffer
from stages.text.printable import printable

#: How many differences are named.
NAMED = 10


def compare_targets(*files: NaiveBuffer) -> Targets:
    """Compare files with each other: tensors, integers with their scales, and operators.

    Operators are compared as what they compute (``dataflow``); of those that differ, the ones are
    named that differ for a reason of their own, not because of what they read.
    """
    prints = [_prints(file) for file in files]
    names = sorted(set().union(*prints))
    different = [printable(name) for name in names if len({own.get(name) for own in prints}) > 1]
    first, *rest = map(computed, files)
    roots = [kind for other in rest for kind in (*_roots(first, other), *_roots(other, first))]
    return Targets(
        len(names), tuple(different[:NAMED]), len(first), tuple(dict.fromkeys(roots))[:NAMED]
    )


def together(kinds: list[Targets]) -> Targets:
    """Return what was found of all kinds of weights as one."""
    return Targets(
        sum(each.tensors for each in kinds),
        tuple(name for each in kinds for name in each.different)[:NAMED],
        sum(each.operators for each in kinds),
        tuple(kind for each in kinds for kind in each.different_operators)[:NAMED],
    )


def _prints(file: NaiveBuffer) -> dict[str, tuple[str, bytes]]:
    """Return each tensor's fingerprint, and the scales of one that holds integers."""
    scales = {name: found.scales.tobytes() for name, found in integers(file).items()}
    return {name: (found, scales.get(name, b"")) for name, found in file.fingerprints.items()}


def _roots(steps: list[Computed], others: list[Computed]) -> list[str]:
    """Return the kinds of the steps that ``others`` lacks though it has all that they read."""
    known = {step.digest for step in others}
    made = {step.digest for step in steps}
    return [
        f"{step.kind} {index}"
        for index, step in enumerate(steps)
        if step.digest not in known and all(s in known or s not in made for s in step.sources)
    ]
