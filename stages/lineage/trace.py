"""The chain of one conversion: PD model, rewritten program, one ``.nb`` file a target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from stages.contract import Lineage
from stages.contract.artifacts import LITE_MODEL, PD_MODEL
from stages.contract.variant import Variant
from stages.errors import IntegrityError
from stages.files import write_text
from stages.lineage.conversion import trace_conversion, trace_given
from stages.lineage.record import Traced, nb_entry, pd_entry
from stages.lineage.rewriting import trace_rewriting
from stages.lineage.targets import compare_targets
from stages.lite.kernels import target_of
from stages.lite.naive_buffer import NaiveBuffer
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.program.changes import Change
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors


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
        program = read_program(lite[0])
        self._graph = Graph(program, read_tensors(program, lite[1]))
        self._steps = [trace_rewriting(pd, self._graph.parameters, changes)]
        self._models = {PD_MODEL: pd_entry(pd), LITE_MODEL: pd_entry(self._graph.parameters)}
        self._files: list[NaiveBuffer] = []
        self._given: set[str] = set()

    def add(self, nb: NaiveBuffer, target: str, made_of: Graph | None = None) -> Traced:
        """Trace a file for ``target``.

        Args:
            nb: the file.
            target: that it must be for.
            made_of: the PD model, if the file was made elsewhere: then it is traced as far as it can be.

        Raises:
            IntegrityError: the file is for another target, or was converted here and its tensors are
                not the program's.
            StageError: it does not say what it takes and gives.
        """
        found = target_of(nb)
        if found != target:
            raise IntegrityError(
                msg("{name} was made for {found}, expected {target}", nb.path.name, found, target),
                nb.path.name,
                msg("convert again; this file would crash on the machine, or return zeros"),
                Pitfall.FOREIGN_TARGET,
            )
        model = Variant(target).model
        if made_of:
            traced = trace_given((made_of, self._graph), nb, model)
            self._given.add(target)
        else:
            traced = trace_conversion(self._graph, nb, model)
        self._steps.append(traced)
        self._models[model] = nb_entry(nb)
        self._files.append(nb)
        return traced

    def document(self) -> Lineage:
        """Return ``lineage.json``: the steps, the models, and what the targets share."""
        compared = compare_targets(*self._files) if len(self._files) > 1 else None
        if self._given and compared and not compared.equal:
            compared = None  # another opt may fold and name things otherwise; what was traced tells
        steps = tuple(step.entry() for step in self._steps)
        return Lineage(steps, self._models, compared)

    def write(self, path: Path) -> None:
        """Write :meth:`document`; equal conversions give equal bytes."""
        write_text(path, self.document().dump())
