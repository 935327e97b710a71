"""Operators that Lite does not know: all named at once, with their places, before ``opt`` is started."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import paddle
import pytest
from paddle import nn

from stages import convert
from stages.errors import StageError
from stages.lite.operators import known_operators
from stages.program.graph import Graph
from stages.program.unknown import refuse_unknown
from support.legacy import context, open_graph, save_legacy

TARGETS = ("arm", "x86")


class Unknown(nn.Layer):
    """Operators of Paddle 3.1 that Lite 2.13 has never had, and one that only arm has."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2D(3, 4, 1)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        y = nn.functional.celu(self.convolution(x))
        y = paddle.digamma(y + 20.0) + nn.functional.celu(y)
        return paddle.transpose(paddle.flatten(y, 2), [0, 2, 1]) + paddle.mean(y)


def made(folder: Path) -> Graph:
    return open_graph(save_legacy(Unknown(), folder, [-1, 3, 48, 320]))


def test_all_are_named_with_their_places_before_opt_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path)

    def start_opt(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("opt was started")

    monkeypatch.setattr(convert, "run_opt", start_opt)
    inputs = {name: tmp_path / f"inference.{name}" for name in ("pdmodel", "pdiparams")}
    parameters = {"targets": list(TARGETS), "fp16": False}
    with pytest.raises(StageError) as caught:
        convert.run(context("convert", tmp_path, inputs, parameters))
    said = caught.value.message
    assert "does not know 2 of the model's kinds of operators" in said
    assert "celu (for arm, x86): 2 of them, the first is operator 3, " in said
    assert "after elementwise_add and before scale, celu" in said
    assert "digamma (for arm, x86): 1 of them" in said
    assert "reduce_mean" not in said
    assert caught.value.where == "operator 3 of the program"
    assert "docs/legalisation.md" in caught.value.remedy


def test_an_operator_that_one_target_lacks_is_named_with_it(tmp_path: Path) -> None:
    graph = made(tmp_path)
    kinds = {item.type for item in graph.every_operator()}
    with pytest.raises(StageError, match=r"1 of the model's kinds .* scale \(for x86\): 1 of them"):
        refuse_unknown(graph, {"arm": kinds, "x86": kinds - {"scale"}})
    refuse_unknown(graph, {"arm": kinds})


@pytest.mark.parametrize("target", TARGETS)
def test_opt_says_what_it_knows(target: str) -> None:
    known = known_operators(target)
    assert {"feed", "fetch", "conv2d", "rnn", "matmul_v2", "shape"} <= known
    assert not {"celu", "digamma"} & known
