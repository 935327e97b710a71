"""What makes an export quicker changes no byte of the program, the call stacks in it included."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import paddle
import pytest
from paddle.jit.dy2static.program_translator import FunctionCache

from stages.ppocr import tracing


class Block(paddle.nn.Layer):
    def __init__(self, doubled: bool) -> None:
        super().__init__()
        self.doubled = doubled
        self.linear = paddle.nn.Linear(4, 4)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        if self.doubled:
            x = x * paddle.full_like(x, 2.0)
        return self.linear(x)


class Network(paddle.nn.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = paddle.nn.LayerList([Block(True), Block(False), Block(True)])

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        for block in self.blocks:
            x = block(x)
        return x


def traced() -> bytes:
    specification = [paddle.static.InputSpec([None, 4], "float32", "x")]
    with paddle.utils.unique_name.guard():
        network = Network()
        with paddle.pir_utils.OldIrGuard():
            static = paddle.jit.to_static(network, input_spec=specification, full_graph=True)
            program = static.forward.concrete_program.main_program
            content: bytes = program.desc.serialize_to_string()
    return content


def test_the_program_is_the_same_and_each_function_is_rewritten_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rewritten: list[str] = []
    convert = FunctionCache._convert

    def noted(cache: FunctionCache, function: object) -> object:
        rewritten.append(getattr(function, "__qualname__", ""))
        return convert(cache, function)

    monkeypatch.setattr(FunctionCache, "_convert", noted)
    programs, counts = [], []
    ways: list[Callable[[], AbstractContextManager[None]]] = [nullcontext, tracing.quickened]
    for way in ways:
        rewritten.clear()
        with way():
            programs.append(traced())
        counts.append(rewritten.count("Block.forward"))
    assert programs[0] == programs[1]
    assert counts == [3, 1]
