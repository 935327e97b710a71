"""The proof of the reader behind an emulated row: it is used on a file that Paddle-Lite runs here as well.

What Paddle computes of that file, read back, must be what Paddle-Lite computes of it, on every image. If its
program and weights are those of an emulated file, byte by byte, the two are one model, which runs once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stages.contract import ReadBack, Status
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


class Reader:
    """Holds what the reader makes of a file that runs here against what Paddle-Lite makes of it.

    ``models`` are those that were given; where the file that runs here cannot be read back, none is emulated.
    ``extra`` is the model to be measured beside them: none if an emulated one holds the very same.
    """

    def __init__(self, context: Context, models: Sequence[Model]) -> None:
        """Read the file back that runs here, if there are others that are emulated."""
        self.models = models
        self.extra: tuple[Model, ...] = ()
        self._run, self._column = "", ""
        self._same: tuple[str, ...] = ()
        self._difference: float | None = None
        others = [model for model in models if model.emulated]
        for run in (model for model in models if model.kind == "nb" and others):
            copy = replace(run, name=f"{run.name} read back", kind="", files=())
            copy = emulated(context, copy, read_naive_buffer(Path(run.files[0])))
            if copy.status is None:
                self._run, self._column = run.name, copy.name
                self._same = tuple(other.name for other in others if _equal(copy, other))
                self.extra = () if self._same else (copy,)
            else:
                self.models = [_unproved(model, run.name, copy.detail) for model in models]
        if self._same:
            self._column = self._same[0]

    def compare(self, outputs: Mapping[str, np.ndarray]) -> None:
        """Look at all models' outputs for one image."""
        if {self._run, self._column} <= outputs.keys():
            run, read = outputs[self._run], outputs[self._column]
            distance = float(abs(run - read).max()) if run.shape == read.shape else float("inf")
            self._difference = max(self._difference or 0.0, distance)

    def proof(self, columns: Sequence[Series[Prediction]]) -> ReadBack | None:
        """Return ``read_back`` of ``evidence.json``; None if no file was read back that also ran."""
        found = {column.model.name: column for column in columns}
        run, read = found.get(self._run), found.get(self._column)
        if run is None or read is None or not run.alive:
            return None
        empty = ReadBack(self._run, len(run.predictions))
        if read.failure:
            return replace(empty, failure=read.failure.detail)
        pairs = zip(run.predictions, read.predictions, strict=True)
        same = sum(one == other for one, other in pairs)
        return replace(
            empty,
            agreement=round(same / len(run.predictions), DIGITS),
            max_abs_diff=three_digits(self._difference or 0.0),
            same_program=self._same,
        )


def _equal(one: Model, other: Model) -> bool:
    """Return whether two models were read back to the same program and the same parameters."""
    pairs = zip(one.files, other.files, strict=True)
    return all(Path(first).read_bytes() == Path(second).read_bytes() for first, second in pairs)


def _unproved(model: Model, run: str, why: str) -> Model:
    """Return a model that would be emulated as one that is not: nothing shows that the reader is right."""
    if not model.emulated:
        return model
    said = not_checked(msg("{name}, which runs here, cannot be read back ({why})", run, why))
    return replace(
        model, kind="", files=(), emulated=False, status=Status.NOT_RUNNABLE, detail=said
    )
