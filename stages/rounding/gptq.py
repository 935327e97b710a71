"""Rounding that makes up for its own errors: GPTQ, on a given grid.

A layer computes ``w x``. Rounding ``w`` column by column, each error is passed on to the columns that are not
rounded yet, so that what it does to the output on typical inputs is least. Sources: Frantar et al., "GPTQ",
2022 (arXiv:2210.17323); and Chee et al., "QuIP", 2023 (arXiv:2307.13304), whose theorem 6 says that this is
the same as feeding errors back through the factor of ``E[x x^T] = M D M^T``, with ``M`` unit upper
triangular. That form needs no inverse.

One thing is added: the largest weight of a channel keeps its place at the grid's end. So the channel's scale,
which ``opt`` takes from what it is given, stays as it is, and to round once more changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stages.rounding.grid import FARTHEST, Grid, nearest

#: Added to every input's second moment, as a share of their mean: the same as in GPTQ's own code.
DAMPING = 0.01
#: Rows, which do not depend on each other, and columns that are worked on at once.
_ROWS, _COLUMNS = 4096, 64


@dataclass(frozen=True)
class Rounded:
    """A layer's weights on the grid, and what that costs.

    Args:
        values: float32 [channels, inputs], as the loader will have them.
        plain: the loss of rounding each weight to the nearest number of the grid.
        loss: the loss of ``values``; never more.
        calibrated: whether second moments were given.

    A loss is the error's share in the energy of the layer's output, ``E[|dw x|^2] / E[|w x|^2]``. Without
    second moments all inputs count the same.
    """

    values: np.ndarray
    plain: float
    loss: float
    calibrated: bool


def round_weights(weights: np.ndarray, moments: np.ndarray | None, bits: int) -> Rounded:
    """Round a layer's weights onto ``opt``'s grid.

    Args:
        weights: float32 [channels, inputs].
        moments: second moments of the inputs, float64 [groups, inputs, inputs]: the channels are shared out
            evenly among the groups, which have inputs of their own. None: every weight to the nearest number.
        bits: of an integer.
    """
    grid, values = Grid.of(weights, bits), np.empty_like(weights)
    groups = 1 if moments is None else len(moments)
    size, totals = len(weights) // groups, np.zeros(3)
    for group in range(groups):
        taken = None if moments is None else moments[group]
        feedback = None if taken is None else _feedback(taken)
        for begin in range(group * size, (group + 1) * size, _ROWS):
            rows = slice(begin, min(begin + _ROWS, (group + 1) * size))
            values[rows], found = _round(weights[rows], grid.rows(rows), taken, feedback)
            totals += found
    energy, *losses = totals
    plain, loss = (float(each / energy) if energy else 0.0 for each in losses)
    return Rounded(values, plain, loss, moments is not None)


def _round(
    weights: np.ndarray, grid: Grid, moments: np.ndarray | None, feedback: _Feedback | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rounded rows, and the energy of their output, their plain loss and their loss."""
    exact = weights.astype(np.float64)
    values = grid.values(grid.whole(weights))
    energy, plain = _energy(exact, moments), _energy(values - exact, moments)
    if feedback is None:
        return values, np.array([energy.sum(), plain.sum(), plain.sum()])
    better = grid.values(feedback.round(exact, grid))
    loss = _energy(better - exact, moments)
    taken = (loss < plain) & (grid.moved(weights, better) <= FARTHEST)
    chosen = np.where(taken[:, None], better, values)
    return chosen, np.array([energy.sum(), plain.sum(), np.where(taken, loss, plain).sum()])


def _energy(rows: np.ndarray, moments: np.ndarray | None) -> np.ndarray:
    """Return the mean square of what each row makes of the inputs."""
    weighted = rows if moments is None else rows @ moments
    total: np.ndarray = (weighted * rows).sum(1)
    return total


@dataclass(frozen=True)
class _Feedback:
    """In which order inputs are rounded, and the share of each one's error that reaches those after it."""

    order: np.ndarray
    shares: np.ndarray

    def round(self, weights: np.ndarray, grid: Grid) -> np.ndarray:
        """Return the integers of float64 rows, int32."""
        steps = grid.steps(weights)[:, self.order]
        largest = np.abs(steps).argmax(1)
        errors, whole = np.zeros_like(steps), np.zeros(steps.shape, np.int32)
        for begin in range(0, steps.shape[1], _COLUMNS):
            end = min(begin + _COLUMNS, steps.shape[1])
            reached = errors[:, :begin] @ self.shares[:begin, begin:end]
            for column in range(begin, end):
                near = errors[:, begin:column] @ self.shares[begin:column, column]
                wanted = steps[:, column] - reached[:, column - begin] - near
                rounded = nearest(wanted, grid.limit)
                kept = largest == column
                rounded[kept] = nearest(steps[kept, column], grid.limit)
                whole[:, column] = rounded
                errors[:, column] = rounded - steps[:, column]
        back = np.empty_like(whole)
        back[:, self.order] = whole
        return back


def _feedback(moments: np.ndarray) -> _Feedback | None:
    """Return how errors are passed on, the inputs with the largest moments first; None if all are zero.

    An input that was never there, or always with another one, makes the moments singular; damping, with
    which Cholesky's factor exists, lets such inputs take no more than their share.
    """
    sizes = np.diagonal(moments)
    if not sizes.any():
        return None
    order = np.argsort(-sizes, kind="stable")
    damped = moments[np.ix_(order, order)]
    damped[np.diag_indices_from(damped)] += DAMPING * sizes.mean()
    factor = np.linalg.cholesky(damped[::-1, ::-1])[::-1, ::-1]
    return _Feedback(order, factor / np.diagonal(factor))
