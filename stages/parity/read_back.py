"""The proof of the reader behind an emulated row: it is used on a file that Paddle-Lite runs here as well.

What Paddle computes of that file, read back, must be what Paddle-Lite computes of it, on every image. If its
program and weights are those of an emulated file, byte by byte, the two are one model, which runs once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stages.contract import ReadBack, Status
from stages.contract.variant import Variant, Weights
from stages.lite.naive_buffer import read_naive_buffer
from stages.message import msg
from stages.parity.listing import emulated
from stages.parity.models import Model, not_checked
from stages.parity.sanity import three_digits
from stages.parity.series import Series
from stages.parity.summary import DIGITS
from stages.parity.task import Prediction
from stages.runtime import Context

if TYPE_CHECKING:
    import numpy as np


@dataclass
class _Pair:
    """A file that runs here, and what it was read back to: a column of its own, or an emulated one's."""

    run: str
    column: str
    same: tuple[str, ...]
    difference: float | None = None

    def compare(self, outputs: Mapping[str, np.ndarray]) -> None:
        if {self.run, self.column} <= outputs.keys():
            run, read = outputs[self.run], outputs[self.column]
            distance = float(abs(run - read).max()) if run.shape == read.shape else float("inf")
            self.difference = max(self.difference or 0.0, distance)

    def proof(self, columns: Mapping[str, Series[Prediction]]) -> ReadBack | None:
        run, read = columns.get(self.run), columns.get(self.column)
        if run is None or read is None or not run.alive:
            return None
        empty = ReadBack(self.run, len(run.predictions))
        if read.failure:
            return replace(empty, failure=read.failure.detail)
        pairs = zip(run.predictions, read.predictions, strict=True)
        same = sum(one == other for one, other in pairs)
        return replace(
            empty,
            agreement=round(same / len(run.predictions), DIGITS),
            max_abs_diff=three_digits(self.difference or 0.0),
            same_program=self.same,
        )


class Reader:
    """Holds what the reader makes of the files that run here against what Paddle-Lite makes of them.

    Of each kind of weights one file is enough: the reader turns integers back too. ``models`` are those that
    were given; where the file that runs here cannot be read back, none of its kind is emulated. ``extra`` are
    the models to be measured beside them: none if an emulated one holds the very same.
    """

    def __init__(self, context: Context, models: Sequence[Model]) -> None:
        """Read the files back that run here, if there are others that are emulated."""
        self.models = list(models)
        self.extra: list[Model] = []
        self._pairs: list[_Pair] = []
        for run in (model for model in models if model.kind == "nb"):
            others = [
                model for model in models if model.emulated and _weights(model) == _weights(run)
            ]
            if others:
                self._read(context, run, others)

    def _read(self, context: Context, run: Model, others: Sequence[Model]) -> None:
        copy = replace(run, name=f"{run.name} read back", kind="", files=())
        copy = emulated(context, copy, read_naive_buffer(Path(run.files[0])))
        if copy.status is not None:
            unproved = {other.name: _unproved(other, run.name, copy.detail) for other in others}
            self.models = [unproved.get(model.name, model) for model in self.models]
            return
        same = tuple(other.name for other in others if _equal(copy, other))
        self._pairs.append(_Pair(run.name, same[0] if same else copy.name, same))
        self.extra += [] if same else [copy]

    def compare(self, outputs: Mapping[str, np.ndarray]) -> None:
        """Look at all models' outputs for one image."""
        for pair in self._pairs:
            pair.compare(outputs)

    def proof(self, columns: Sequence[Series[Prediction]]) -> tuple[ReadBack, ...]:
        """Return ``read_back`` of ``evidence.json``."""
        found = {column.model.name: column for column in columns}
        proofs = (pair.proof(found) for pair in self._pairs)
        return tuple(proof for proof in proofs if proof)


def _weights(model: Model) -> Weights | None:
    variant = Variant.of_model(model.name)
    return variant.weights if variant else None


def _equal(one: Model, other: Model) -> bool:
    """Return whether two models were read back to the same program and the same parameters."""
    pairs = zip(one.files, other.files, strict=True)
    return all(Path(first).read_bytes() == Path(second).read_bytes() for first, second in pairs)


def _unproved(model: Model, run: str, why: str) -> Model:
    """Return a model that would be emulated as one that is not: nothing shows that the reader is right."""
    said = not_checked(msg("{name}, which runs here, cannot be read back ({why})", run, why))
    return replace(
        model, kind="", files=(), emulated=False, status=Status.NOT_RUNNABLE, detail=said
    )
