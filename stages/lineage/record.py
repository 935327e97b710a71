"""What tracing found, as ``lineage.json`` holds it (docs/file-formats.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stages.contract import Step, TracedModel
from stages.lite.fingerprint import model_fingerprint, tensor_fingerprint
from stages.lite.kernels import target_of
from stages.lite.naive_buffer import NaiveBuffer
from stages.lite.signature import input_shape, output_width
from stages.text.printable import printable

#: How many tensors without an origin are named.
NAMED = 10
#: How a tensor came from one model to the next: the rule that derived it, "" for the same bytes.
Origins = Mapping[str, str]


@dataclass(frozen=True)
class Traced:
    """One step of the chain: every tensor of ``target``, traced back to ``source``.

    ``names`` has all of its tensors if some may have no origin.
    """

    source: str
    target: str
    origins: Origins
    names: tuple[str, ...] = ()

    def entry(self) -> Step:
        """Return the step as ``lineage.json`` holds it."""
        rules = Counter(rule for rule in self.origins.values() if rule)
        derived = sum(rules.values())
        untraced = [name for name in self.names if name not in self.origins]
        return Step(
            self.source,
            self.target,
            len(self.origins) + len(untraced),
            len(self.origins) - derived,
            derived,
            dict(sorted(rules.items())),
            tuple(map(printable, untraced[:NAMED])),
        )


def fingerprints(tensors: Mapping[str, np.ndarray]) -> dict[str, str]:
    """Return the fingerprint of each array by name, as a ``.nb`` file's parser computes it."""
    return {
        name: tensor_fingerprint(str(array.dtype), array.shape, array.tobytes())
        for name, array in tensors.items()
    }


def pd_entry(tensors: Mapping[str, np.ndarray]) -> TracedModel:
    """Return what ``lineage.json`` says of a legacy model."""
    return TracedModel(model_fingerprint(fingerprints(tensors)))


def nb_entry(model: NaiveBuffer) -> TracedModel:
    """Return what ``lineage.json`` says of a ``.nb`` file.

    Raises:
        StageError: the file does not say its target, its input or its classes.
    """
    tensors = model.fingerprints
    return TracedModel(
        model_fingerprint(tensors),
        target_of(model),
        model.head.opt_version,
        tuple(input_shape(model)),
        output_width(model),
        dict(sorted(tensors.items())),
    )
