"""Two targets' files of one model are equal in what they compute, however they say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stages.contract import Targets
from stages.lineage.targets import compare_targets
from stages.lite.naive_buffer import NaiveBuffer, parse_naive_buffer
from support.naive import Op, Parameter, naive_buffer

ARM, X86 = 4, 2
FILTER = Parameter("filter", (1, 1, 1, 1), [2.0])
WEIGHTS = Parameter("weights", (1, 2), [3.0, 4.0])
BIAS = Parameter("bias", (2,), [5.0, 6.0])
FEED = Op("feed", {"X": ["feed"]}, {"Out": ["x"]}, 1)
HARD_SWISH = {"offset": 3.0, "scale": 6.0, "threshold": 6.0}


def conv(source: str, result: str, target: int, **attributes: Any) -> Op:
    given = {"strides": [1, 1], **attributes}
    return Op(
        "conv2d", {"Input": [source], "Filter": ["filter"]}, {"Output": [result]}, target, given
    )


def fetch(name: str) -> Op:
    return Op("fetch", {"X": [name]}, {"Out": ["fetch"]}, 1)


def model(*operators: Op, parameters: tuple[Parameter, ...] = (FILTER, WEIGHTS, BIAS)) -> Any:
    return parse_naive_buffer(naive_buffer(operators, parameters, {}), Path("model.nb"))


def arm() -> NaiveBuffer:
    """As ``opt`` writes for arm: activation apart, ``fc``, one name for several variables."""
    read: NaiveBuffer = model(
        FEED,
        conv("x", "y", ARM),
        Op("hard_swish", {"X": ["y"]}, {"Out": ["x"]}, ARM, HARD_SWISH),
        Op("pool2d", {"X": ["x"]}, {"Out": ["y"]}, ARM, {"global_pooling": True, "ksize": [1, 1]}),
        Op(
            "fc",
            {"Input": ["y"], "W": ["weights"], "Bias": ["bias"]},
            {"Out": ["x"]},
            ARM,
            {"op_type": "matmul_v2", "in_num_col_dims": 1},
        ),
        fetch("x"),
    )
    return read


def x86(**changes: Any) -> NaiveBuffer:
    """As ``opt`` writes for x86: activation in the convolution, product and bias apart."""
    fused = {f"hard_swish_{name}": value for name, value in HARD_SWISH.items()}
    fused = {**fused, **changes}
    pool = {"adaptive": True, "ksize": [1, 1]}
    read: NaiveBuffer = model(
        FEED,
        conv("x", "a", X86, with_act=True, act_type="hard_swish", **fused),
        Op("pool2d", {"X": ["a"]}, {"Out": ["b"]}, X86, pool),
        Op("matmul_v2", {"X": ["b"], "Y": ["weights"]}, {"Out": ["c"]}, X86, {"trans_x": False}),
        Op("elementwise_add", {"X": ["c"], "Y": ["bias"]}, {"Out": ["d"]}, X86, {"axis": -1}),
        fetch("d"),
    )
    return read


def test_fused_and_apart_are_the_same_model() -> None:
    assert compare_targets(arm(), x86()) == Targets(3, (), 7, ())


def test_casts_between_kernels_are_nothing() -> None:
    calib = Op("calib", {"Input": ["x"]}, {"Out": ["h"]}, ARM)
    marked = conv("h", "y", ARM, filter_fp16="fp16")
    assert compare_targets(model(FEED, calib, marked), model(FEED, conv("x", "y", X86))).equal


def test_a_number_of_an_activation_makes_a_difference() -> None:
    compared = compare_targets(arm(), x86(hard_swish_threshold=5.0))
    assert not compared.equal
    assert compared.different_operators[0].startswith("hard_swish ")
    assert all(item.startswith("hard_swish ") for item in compared.different_operators)


def test_only_the_first_of_several_that_differ_for_it_is_named() -> None:
    other = model(
        FEED, conv("x", "y", X86, strides=[2, 2]), Op("relu", {"X": ["y"]}, {"Out": ["z"]})
    )
    same = model(FEED, conv("x", "y", ARM), Op("relu", {"X": ["y"]}, {"Out": ["z"]}))
    assert compare_targets(same, other).different_operators == ("conv2d 1",)


@pytest.mark.parametrize(
    "parameters",
    [
        (FILTER, WEIGHTS, Parameter("bias", (2,), [5.0, 7.0])),
        (FILTER, WEIGHTS),
        (FILTER, WEIGHTS, Parameter("bias", (2, 1), [5.0, 6.0])),
    ],
    ids=["another value", "missing", "another shape"],
)
def test_a_tensor_that_differs_is_named(parameters: tuple[Parameter, ...]) -> None:
    compared = compare_targets(model(FEED), model(FEED, parameters=parameters))
    assert compared.different == ("bias",)
    assert compared.tensors == 3


def test_what_is_written_later_under_a_name_is_another_value() -> None:
    once = model(FEED, Op("relu", {"X": ["x"]}, {"Out": ["x"]}), fetch("x"))
    twice = model(
        FEED,
        Op("relu", {"X": ["x"]}, {"Out": ["x"]}),
        Op("relu", {"X": ["x"]}, {"Out": ["x"]}),
        fetch("x"),
    )
    assert not compare_targets(once, twice).equal


def test_names_cannot_drive_the_terminal() -> None:
    evil = Parameter("\x1b[31m", (1,), [0.0])
    assert compare_targets(
        model(FEED, parameters=(evil,)), model(FEED, parameters=())
    ).different == ("\\x1b[31m",)


def test_of_three_files_the_one_that_differs_is_found() -> None:
    assert compare_targets(arm(), x86(), arm()).equal
    assert not compare_targets(arm(), arm(), x86(hard_swish_offset=2.0)).equal
