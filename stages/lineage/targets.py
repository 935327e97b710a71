"""Two ``.nb`` files of one model for two targets: the same tensors and the same operators?

The arm file is what ships and cannot run where it is made. What was measured of the x86 file holds
for it as far as the two are the same model.
"""

from __future__ import annotations

from stages.contract import Targets
from stages.lineage.dataflow import Computed, computed
from stages.lite.naive_buffer import NaiveBuffer
from stages.text.printable import printable

#: How many differences are named.
NAMED = 10


def compare_targets(first: NaiveBuffer, second: NaiveBuffer) -> Targets:
    """Compare two files, tensor by tensor and operator by operator.

    Operators are compared as what they compute (``dataflow``); of those that differ, the ones are
    named that differ for a reason of their own, not because of what they read.
    """
    ours, theirs = first.fingerprints, second.fingerprints
    names = sorted(set(ours) | set(theirs))
    different = [printable(name) for name in names if ours.get(name) != theirs.get(name)]
    steps = computed(first), computed(second)
    roots = [*_roots(*steps), *_roots(steps[1], steps[0])]
    return Targets(
        len(names), tuple(different[:NAMED]), len(steps[0]), tuple(dict.fromkeys(roots))[:NAMED]
    )


def _roots(steps: list[Computed], others: list[Computed]) -> list[str]:
    """Return the kinds of the steps that ``others`` lacks though it has all that they read."""
    known = {step.digest for step in others}
    made = {step.digest for step in steps}
    return [
        f"{step.kind} {index}"
        for index, step in enumerate(steps)
        if step.digest not in known and all(s in known or s not in made for s in step.sources)
    ]
