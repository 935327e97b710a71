"""From the program that ``opt`` was given to the ``.nb`` file: the same tensors, or a known fold."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from stages.contract.artifacts import LITE_MODEL, PD_MODEL
from stages.errors import IntegrityError
from stages.lineage.compare import close, same
from stages.lineage.folds import CONVOLUTION, Fold, folds
from stages.lineage.record import Traced
from stages.lite.naive_buffer import NaiveBuffer
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.program.graph import Graph
from stages.text.printable import printable


def trace_conversion(graph: Graph, nb: NaiveBuffer, model: str) -> Traced:
    """Trace every tensor of a ``.nb`` file to the program that was converted.

    Args:
        graph: the program and its parameters, as they stand in their files.
        nb: the file that ``opt`` made of them.
        model: its name in the chain, ``nb-arm``.

    Raises:
        IntegrityError: a tensor is neither the program's nor a known fold of it, or one of the
            program's is not in the file.
    """
    return _Tracing(graph, nb).run(model)


def trace_given(graphs: Iterable[Graph], nb: NaiveBuffer, model: str) -> Traced:
    """Trace a ``.nb`` file that was made elsewhere, as far as it can be; what cannot is not refused.

    Args:
        graphs: the programs that it may have been made of: the PD model's, and those rewritten from it.
        nb: the file.
        model: its name in the chain, ``nb-arm``.
    """
    found = [_Tracing(graph, nb).explained() for graph in graphs]
    return Traced(PD_MODEL, model, max(found, key=len), tuple(nb.tensors))


class _Tracing:
    """The work on one file: which tensors are explained, and which of the program's were used."""

    def __init__(self, graph: Graph, nb: NaiveBuffer) -> None:
        self._graph = graph
        self._parameters = graph.used_parameters()
        self._file = nb.path.name
        self._tensors = {name: tensor_array(nb, name) for name in nb.tensors}
        self._origins: dict[str, str] = {}
        self._used: set[str] = set()

    def explained(self) -> dict[str, str]:
        """Return where each tensor that can be explained comes from."""
        for name, value in self._tensors.items():
            self._take_same(name, value)
        for steps in folds(self._graph):
            self._take_folded(steps)
        return self._origins

    def run(self, model: str) -> Traced:
        """Explain every tensor, and find every parameter of the program."""
        origins = self.explained()
        unexplained = [name for name in self._tensors if name not in origins]
        if unexplained:
            raise self._unexplained(unexplained)
        self._refuse_lost()
        return Traced(LITE_MODEL, model, origins)

    def _take_same(self, name: str, value: np.ndarray) -> None:
        if name in self._parameters and same(self._parameters[name], value):
            self._origins[name] = ""
            self._used.add(name)

    def _take_folded(self, steps: Iterable[Fold]) -> None:
        """Explain a convolution's filter and bias by the step at which both are as in the file."""
        for fold in steps:
            names = self._explained_by(fold) if fold.rules and not fold.through else ()
            for name in names:
                self._origins.setdefault(name, ", ".join(fold.rules))
            if names:
                self._used.update(fold.reads)

    def _explained_by(self, fold: Fold) -> tuple[str, ...]:
        """Return the names of filter and bias if the file has both as the fold makes them."""
        weights = self._tensors.get(fold.filter)
        if weights is None or not close(fold.weights, weights):
            return ()
        if not fold.biases:
            return (fold.filter,)
        for name in fold.biases:
            if name in self._tensors and close(fold.bias, self._tensors[name].reshape(-1)):
                return fold.filter, name
        return ()

    def _bias_alone(self, fold: Fold) -> bool:
        """Return whether two convolutions became one that has the right bias and another filter."""
        weights = self._tensors.get(fold.filter)
        if weights is None or CONVOLUTION not in fold.rules:
            return False
        if weights.shape != fold.weights.shape or close(fold.weights, weights):
            return False
        found = [self._tensors[name].reshape(-1) for name in fold.biases if name in self._tensors]
        return any(close(fold.bias, bias) for bias in found)

    def _unexplained(self, names: list[str]) -> IntegrityError:
        """Say why tensors are not the model's, as closely as the folds that were tried tell."""
        share = msg(
            "{names} of {tensors} tensors of {file}", len(names), len(self._tensors), self._file
        )
        for fold in (fold for steps in folds(self._graph) for fold in steps):
            if fold.moved and self._explained_by(fold):
                return _moved(fold, share, self._file)
            if self._bias_alone(fold):
                return _computed_wrong(fold, self._file)
        said = msg("the first is {names}", printable(names[0]))
        return _other_model(
            msg(
                "{share} are neither those of the model that was converted nor made from them, {said}",
                share,
                said,
            ),
            self._file,
        )

    def _refuse_lost(self) -> None:
        lost = sorted(set(self._parameters) - self._used)
        if lost:
            raise _other_model(
                msg(
                    "{lost} parameters of the model that was converted are not in {file}, the first is "
                    "{lost2}",
                    len(lost),
                    self._file,
                    printable(lost[0]),
                ),
                self._file,
            )


def _moved(fold: Fold, share: str, file: str) -> IntegrityError:
    return IntegrityError(
        msg(
            "opt folded a scale through {through} into {filter}, which changes the model: "
            "{share} are not the model's",
            fold.through,
            printable(fold.filter),
            share,
        ),
        file,
        msg(
            "write the scale with one number a channel, as Paddock's rules do, or fold it into "
            "the convolution that follows"
        ),
        Pitfall.SCALE_FOLDED_WRONG,
    )


def _computed_wrong(fold: Fold, file: str) -> IntegrityError:
    return IntegrityError(
        msg(
            "opt folded two convolutions into {filter} of {file} and computed it wrong: the bias "
            "is as it must be, the filter is not",
            printable(fold.filter),
            file,
        ),
        file,
        msg(
            "this is a fault of Paddle-Lite: put an activation between the two, or fold them in "
            "the model before it is exported"
        ),
    )


def _other_model(message: str, file: str) -> IntegrityError:
    return IntegrityError(
        message,
        file,
        msg(
            "convert your own inference.pdmodel and inference.pdiparams again; if the file is "
            "theirs, please report it with the model: opt folded something that Paddock does not "
            "know"
        ),
        Pitfall.STOCK_NB,
    )


def tensor_array(nb: NaiveBuffer, name: str) -> np.ndarray:
    """Return a tensor of the file as an array that shares its memory."""
    tensor = nb.tensors[name]
    return np.frombuffer(tensor.data, tensor.dtype).reshape(tensor.shape)
