"""Paddle's operators by what they are for, as both sides have to tell them. Standard library only."""

from __future__ import annotations

#: Beginnings of the operators that quantisation (PaddleSlim, or Paddle's own) puts into a program.
_QUANTISATION = (
    "fake_quantize",
    "fake_dequantize",
    "fake_channel_wise",
    "quantize_linear",
    "dequantize_linear",
    "moving_average_abs_max_scale",
    "quantize",
    "dequantize",
)


def is_of_quantisation(operator: str) -> bool:
    """Return whether an operator is there only because the model was quantised."""
    return operator.startswith(_QUANTISATION)
