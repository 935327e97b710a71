"""From the program that ``opt`` was given to the ``.nb`` file: the same tensors, or a known fold."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from stages.contract.artifacts import PD_MODEL
from stages.errors import IntegrityError
from stages.lineage.compare import SLACK, close, rounds_to, same
from stages.lineage.folds import CONVOLUTION, Fold, folds
from stages.lineage.record import Traced
from stages.lite.integers import Integers, integers, lost
from stages.lite.naive_buffer import NaiveBuffer
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.program.graph import Graph
from stages.text.printable import printable

#: What a tensor of integers is, by bits.
BITS = {8: msg("integers of 8 bits"), 16: msg("integers of 16 bits")}
#: Of a weight off the grid: half a step, and what float32 adds.
_ANY = 0.5 + SLACK


def trace_conversion(graph: Graph, nb: NaiveBuffer, source: str, model: str) -> Traced:
    """Trace every tensor of a ``.nb`` file to the program that was converted.

    Args:
        graph: the program and its parameters, as they stand in their files.
        nb: the file that ``opt`` made of them.
        source: the program's name in the chain, ``lite``.
        model: the file's, ``nb-arm``.

    Raises:
        IntegrityError: a tensor is neither the program's nor a known fold of it, or one of the
            program's is not in the file, or integers are there that no loader turns back.
    """
    return _Tracing(graph, nb).run(source, model)


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
        known = integers(nb)
        self._lost = {name: known.get(name) for name in lost(nb)}
        self._integers = {name: found for name, found in known.items() if name not in self._lost}
        self._origins: dict[str, str] = {}
        self._used: set[str] = set()

    def explained(self) -> dict[str, str]:
        """Return where each tensor that can be explained comes from."""
        for name, value in self._tensors.items():
            self._take_same(name, value)
        for steps in folds(self._graph):
            self._take_folded(steps)
        return self._origins

    def run(self, source: str, model: str) -> Traced:
        """Explain every tensor, and find every parameter of the program."""
        for name, found in self._lost.items():
            raise _garbage(name, found, self._file)
        origins = self.explained()
        unexplained = [name for name in self._tensors if name not in origins]
        if unexplained:
            raise self._unexplained(unexplained)
        self._refuse_lost()
        return Traced(source, model, origins)

    def _take_same(self, name: str, value: np.ndarray) -> None:
        before, whole = self._parameters.get(name), self._integers.get(name)
        if before is None:
            return
        if rounds_to(before, whole) if whole else same(before, value):
            self._origins[name] = BITS[whole.bits] if whole else ""
            self._used.add(name)

    def _is(self, name: str, expected: np.ndarray, fold: Fold) -> bool:
        """Return whether the file has a tensor as a fold makes it.

        Two convolutions in one are off the grid on which both were rounded: ``opt`` rounds their product.
        """
        if name not in self._tensors:
            return False
        if whole := self._integers.get(name):
            return rounds_to(expected, whole, _ANY if CONVOLUTION in fold.rules else SLACK)
        value = self._tensors[name]
        return close(expected, value.reshape(-1) if expected.ndim == 1 else value)

    def _take_folded(self, steps: Iterable[Fold]) -> None:
        """Explain a convolution's filter and bias by the step at which both are as in the file."""
        for fold in steps:
            names = self._explained_by(fold) if fold.rules and not fold.through else ()
            for name in names:
                kind = [BITS[self._integers[name].bits]] if name in self._integers else []
                self._origins.setdefault(name, ", ".join((*fold.rules, *kind)))
            if names:
                self._used.update(fold.reads)

    def _explained_by(self, fold: Fold) -> tuple[str, ...]:
        """Return the names of filter and bias if the file has both as the fold makes them."""
        if not self._is(fold.filter, fold.weights, fold):
            return ()
        if not fold.biases:
            return (fold.filter,)
        for name in fold.biases:
            if self._is(name, fold.bias, fold):
                return fold.filter, name
        return ()

    def _bias_alone(self, fold: Fold) -> bool:
        """Return whether two convolutions became one that has the right bias and another filter."""
        weights = self._tensors.get(fold.filter)
        if weights is None or CONVOLUTION not in fold.rules:
            return False
        if weights.shape != fold.weights.shape or self._is(fold.filter, fold.weights, fold):
            return False
        return any(self._is(name, fold.bias, fold) for name in fold.biases)

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


def _garbage(name: str, found: Integers | None, file: str) -> IntegrityError:
    kind = printable(found.operator) if found else msg("no operator that has scales")
    return IntegrityError(
        msg(
            "{name} of {file} holds integers for {kind}, which no loader turns back: it computes garbage",
            printable(name),
            file,
            kind,
        ),
        file,
        msg('take "int8" and "int16" out of [convert] weights, and report it with the model'),
        Pitfall.QUANTISED_GARBAGE,
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
