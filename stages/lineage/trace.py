"""The chain of one conversion: PD model, rewritten program, this one rounded, and the ``.nb`` files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from stages.contract import Lineage, Targets
from stages.contract.artifacts import LITE_MODEL, PD_MODEL
from stages.contract.variant import Variant, Weights
from stages.errors import IntegrityError
from stages.files import write_text
from stages.lineage.conversion import trace_conversion, trace_given
from stages.lineage.record import Traced, nb_entry, pd_entry
from stages.lineage.rewriting import trace_rewriting
from stages.lineage.rounding import trace_rounding
from stages.lineage.targets import compare_targets, together
from stages.lite.kernels import target_of
from stages.lite.naive_buffer import NaiveBuffer
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.program.changes import Change
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors


def _graph(files: tuple[Path, Path]) -> Graph:
    program = read_program(files[0])
    return Graph(program, read_tensors(program, files[1]))


class Chain:
    """Traces each model to the one before it, and writes down what was found.

    Args:
        pd: the parameters of the PD model.
        lite: the program that ``opt`` is given, and its parameters: read again from their files.
        changes: what the rewriting rules say that they did to parameters.

    Raises:
        IntegrityError: the rewritten parameters are not the PD model's.
    """

    def __init__(
        self, pd: Mapping[str, np.ndarray], lite: tuple[Path, Path], changes: Iterable[Change]
    ) -> None:
        self._graph = _graph(lite)
        self._sources = {Weights.FLOAT32: (LITE_MODEL, self._graph)}
        self._steps = [trace_rewriting(pd, self._graph.parameters, changes)]
        self._models = {PD_MODEL: pd_entry(pd), LITE_MODEL: pd_entry(self._graph.parameters)}
        self._files: dict[Variant, NaiveBuffer] = {}
        self._given: set[Variant] = set()

    def add_rounded(self, files: tuple[Path, Path], weights: Weights) -> Traced:
        """Trace the program whose weights were rounded for files of this kind.

        Raises:
            IntegrityError: it is not the rewritten program, rounded.
        """
        graph = _graph(files)
        traced = trace_rounding(self._graph, graph, weights)
        self._sources[weights] = (weights.reference, graph)
        self._steps.append(traced)
        self._models[weights.reference] = pd_entry(graph.parameters)
        return traced

    def add(self, nb: NaiveBuffer, variant: Variant, made_of: Graph | None = None) -> Traced:
        """Trace a file; of weights of integers, to the program that was rounded for them.

        Args:
            nb: the file.
            variant: what it must be.
            made_of: the PD model, if the file was made elsewhere: then it is traced as far as it can be.

        Raises:
            IntegrityError: the file is for another target, or was converted here and its tensors are
                not the program's.
            StageError: it does not say what it takes and gives.
        """
        found = target_of(nb)
        if found != variant.target:
            raise IntegrityError(
                msg(
                    "{name} was made for {found}, expected {target}",
                    nb.path.name,
                    found,
                    variant.target,
                ),
                nb.path.name,
                msg("convert again; this file would crash on the machine, or return zeros"),
                Pitfall.FOREIGN_TARGET,
            )
        if made_of:
            traced = trace_given((made_of, self._graph), nb, variant.model)
            self._given.add(variant)
        else:
            source, graph = self._sources[variant.weights]
            traced = trace_conversion(graph, nb, source, variant.model)
        self._steps.append(traced)
        self._models[variant.model] = nb_entry(nb)
        self._files[variant] = nb
        return traced

    def document(self) -> Lineage:
        """Return ``lineage.json``: the steps, the models, and what the targets share."""
        steps = tuple(step.entry() for step in self._steps)
        return Lineage(steps, self._models, self._compared())

    def _compared(self) -> Targets | None:
        """Compare the targets' files with each other, kind by kind of weights; None with one target."""
        kinds = (
            [
                file
                for variant, file in self._files.items()
                if (variant.weights, variant.half) == (weights, half)
            ]
            for weights in Weights
            for half in (False, True)
        )
        found = [compare_targets(*files) for files in kinds if len(files) > 1]
        if not found or (self._given and not all(each.equal for each in found)):
            return None  # another opt may fold and name things otherwise; what was traced tells
        return together(found)

    def write(self, path: Path) -> None:
        """Write :meth:`document`; equal conversions give equal bytes."""
        write_text(path, self.document().dump())
