"""Where a ``.nb`` file parts from the PD model on one image: in the rewriting, the file, or a kernel."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from stages.contract import Finding, Located, LocatedOperator, PartedBy
from stages.emulation.call import NotEmulatedError
from stages.emulation.program import Emulated, emulate
from stages.lite.kernels import target_of
from stages.lite.naive_buffer import NaiveBuffer
from stages.lite.targets import runnable_target
from stages.locate.divergence import Divergence, Reference, first_divergence
from stages.locate.kernels import Kernels
from stages.locate.layers import place
from stages.locate.lite import LiteValues
from stages.locate.model import Model
from stages.locate.steps import Step, steps_of_file
from stages.locate.values import values_of
from stages.message import text_of
from stages.program.graph import Graph

#: Program and parameters of a legacy model.
Files = tuple[Path, Path]


class Search:
    """Looks for the operator, for one NB model after the other.

    Args:
        layers: of the trained network, by parameter.
        folder: for files of its own.
    """

    def __init__(self, layers: Mapping[str, str], folder: Path) -> None:
        self._layers, self._folder = layers, folder

    def look(
        self, entry: Located, nb: NaiveBuffer, image: np.ndarray, made_of: Sequence[Files]
    ) -> Located:
        """Return the entry of a model that differs from its reference, with what was found.

        Args:
            entry: says the model, the image and the difference.
            nb: its file.
            image: prepared, on which it differs.
            made_of: the reference, and what it was rewritten to for ``opt``, if it was.
        """
        try:
            found = self._look(nb, emulate(nb, rounds=False), image, made_of)
        except NotEmulatedError as error:
            return replace(entry, found=Finding.UNKNOWN, why=text_of(error))
        if found is None:
            return replace(entry, found=Finding.ROUNDING)
        return replace(entry, found=Finding.OPERATOR, operator=found)

    def _look(
        self, nb: NaiveBuffer, emulated: Emulated, image: np.ndarray, made_of: Sequence[Files]
    ) -> LocatedOperator | None:
        """Look at one step of the way after the other."""
        reference = Model.of(made_of[0], image)
        right = Reference(reference.steps, reference.values, moved=True)
        for files in made_of[1:]:
            given = Model.of(files, image)
            if parted := first_divergence(given.steps, given.values, right, given.alone):
                return self._named(PartedBy.REWRITING, given.steps, parted, parted.number)
            right = Reference(given.steps, given.values, moved=False)
        graph = Graph(emulated.program, emulated.parameters)
        steps, written = steps_of_file(emulated)
        file = Model(graph, steps, values_of(graph, image))
        numbers = {id(item): number for number, item in enumerate(nb.operators)}
        part, parted = PartedBy.FILE, first_divergence(steps, file.values, right, file.alone)
        if parted is None and target_of(nb) == runnable_target(platform.machine()):
            run = LiteValues(nb, image, self._folder)
            part, parted = PartedBy.KERNEL, Kernels(file, written, run.value).parted()
        if parted is None:
            return None
        number = numbers[id(written[parted.number].operator)]
        return self._named(part, steps, parted, number)

    def _named(
        self, part: PartedBy, steps: list[Step], parted: Divergence, number: int
    ) -> LocatedOperator:
        layer, parameter, after = place(steps, parted.number, self._layers)
        kind = steps[parted.number].kind
        difference, by_itself = _finite(parted.difference), _finite(parted.alone)
        return LocatedOperator(part, kind, number, layer, parameter, after, difference, by_itself)


def _finite(share: float) -> float | None:
    return float(f"{share:.3g}") if math.isfinite(share) else None
