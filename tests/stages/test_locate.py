"""Where a falsified file parts from the model: the operator that is found is the one that was falsified."""

from __future__ import annotations

import signal
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.contract.location import Finding, Located, Location, PartedBy
from stages.emulation.program import emulate
from stages.lite.naive_buffer import read_naive_buffer
from stages.locate.__main__ import TooLongError, within
from stages.locate.bisect import first_wrong
from stages.locate.kernels import Kernels
from stages.locate.lite import LiteValues
from stages.locate.model import Model
from stages.locate.steps import Step, steps_of_file
from stages.locate.values import values_of
from stages.message import Message
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors, write_parameters
from stages.program.prove import random_images
from support import bare
from support.falsify import with_attribute, with_kind, with_tensor
from support.folded import simplified_by_hand
from support.legacy import alphanumeric_model, context, draw_lines, new_folder
from support.small import converted

#: Wide enough for the lines, and quicker than what the network is made for.
SHAPE = (3, 48, 160)
#: A depthwise convolution in the middle of the network, as PaddleOCR's own network calls it.
LAYER, WEIGHT = "backbone.blocks4.0.dw_conv", "conv2d_142.w_0"


@lru_cache(maxsize=1)
def lines() -> dict[str, Path]:
    return draw_lines(new_folder(), ["AB12", "X9"])


def located(**changed: Any) -> dict[str, Located]:
    """Run the command on the alphanumeric model, with other inputs or parameters."""
    model, output = alphanumeric_model(), converted().output
    files: dict[str, Path] = {
        "pdmodel": model.pdmodel,
        "pdiparams": model.pdiparams,
        "config": model.config,
        "lite-program": output / "lite.pdmodel",
        "lite-parameters": output / "lite.pdiparams",
        "nb-arm": output / "model_arm.nb",
        "nb-x86": output / "model_x86.nb",
        **lines(),
        **{name: path for name, path in changed.items() if isinstance(path, Path)},
    }
    told = {"images": [], "only_these": False, "tolerance": 1e-3, "made_elsewhere": []}
    asked = {name: value for name, value in changed.items() if not isinstance(value, Path)}
    parameters = {"image_shape": list(SHAPE), "use_space_char": False, **told, **asked}
    spec = context("verify", new_folder(), files, parameters).spec
    done = subprocess.run(
        [sys.executable, "-m", "stages.locate", spec.dump()],
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3000:]
    return {item.model: item for item in Location.from_json(done.stdout).models}


def test_nothing_is_found_on_a_good_model() -> None:
    # every difference counts here, and all of them are rounding; other tests have a model that agrees
    found = located(tolerance=0.0, only_these=True, images=["X9.png"])
    assert [(name, item.found) for name, item in found.items()] == [
        ("nb-arm", Finding.ROUNDING),
        ("nb-x86", Finding.ROUNDING),
    ]


def test_a_falsified_weight_is_found_in_each_file_with_its_layer(tmp_path: Path) -> None:
    wrong = {
        f"nb-{target}": with_tensor(
            converted().output / f"model_{target}.nb",
            tmp_path / f"{target}.nb",
            WEIGHT,
            lambda value: value * 1.5,
        )
        for target in ("arm", "x86")
    }
    for item in located(**wrong).values():
        operator = item.operator
        assert operator is not None and not operator.after
        assert (operator.part, operator.layer, operator.parameter) == (PartedBy.FILE, LAYER, WEIGHT)
        assert (operator.alone or 0) > 0.01 and LAYER in item.sentence


def test_a_falsified_attribute_is_found_where_an_operator_has_no_weights(tmp_path: Path) -> None:
    right = converted().output / "model_arm.nb"
    wrong = with_attribute(right, tmp_path / "wrong.nb", "hard_sigmoid", "slope", 0.9)
    number = next(
        number
        for number, item in enumerate(read_naive_buffer(right).operators)
        if item.type == "hard_sigmoid"
    )
    found = located(**{"nb-arm": wrong})
    assert found["nb-x86"].found is Finding.AGREES
    operator = found["nb-arm"].operator
    assert operator is not None
    assert (operator.kind, operator.number, operator.part) == (
        "hard_sigmoid",
        number,
        PartedBy.FILE,
    )
    assert operator.after and operator.layer == "backbone.blocks6.0.se.conv2"


def test_a_falsified_program_is_found_in_the_rewriting(tmp_path: Path) -> None:
    lite = converted().output / "lite.pdmodel", converted().output / "lite.pdiparams"
    tensors = read_tensors(read_program(lite[0]), lite[1])
    tensors[WEIGHT] = tensors[WEIGHT] * np.float32(1.5)
    wrong = tmp_path / "lite.pdiparams"
    write_parameters(wrong, tensors)
    assert bare.opt((lite[0], wrong), "x86", tmp_path / "wrong").code == 0
    found = located(**{"lite-parameters": wrong, "nb-x86": tmp_path / "wrong.nb"})
    operator = found["nb-x86"].operator
    assert operator is not None
    assert (operator.part, operator.layer) == (PartedBy.REWRITING, LAYER)


def test_the_known_wrong_fold_is_found_at_the_first_convolution_that_it_went_into(
    tmp_path: Path,
) -> None:
    files = simplified_by_hand(tmp_path)
    assert bare.opt(files, "x86", tmp_path / "wrong").code == 0
    found = located(
        **{"lite-program": files[0], "lite-parameters": files[1], "nb-x86": tmp_path / "wrong.nb"}
    )
    operator = found["nb-x86"].operator
    assert operator is not None and operator.part is PartedBy.FILE
    assert operator.layer == "backbone.blocks2.0.dw_conv"


def test_a_file_of_half_precision_holds_the_model_and_one_that_cannot_be_read_back_says_why(
    tmp_path: Path,
) -> None:
    lite = converted().output / "lite.pdmodel", converted().output / "lite.pdiparams"
    assert bare.opt(lite, "arm", tmp_path / "half", "--enable_fp16=true").code == 0
    other = with_kind(
        converted().output / "model_x86.nb", tmp_path / "other.nb", "layer_norm", "layer_nory"
    )
    found = located(**{"nb-arm-fp16": tmp_path / "half.nb", "nb-x86": other})
    assert found["nb-arm-fp16"].found is Finding.AGREES
    assert "what differs is half precision's" in found["nb-arm-fp16"].sentence
    assert found["nb-x86"].found is Finding.UNKNOWN
    assert "operator layer_nory is not one" in found["nb-x86"].sentence
    assert isinstance(found["nb-x86"].why, Message), "so that it can be said in another language"


def test_of_models_that_agree_none_is_run_that_was_not_asked_for() -> None:
    # a model that agrees is run on every image of the set, which only one that differs cuts short
    assert list(located(models=["nb-arm"])) == ["nb-arm"]


def test_a_kernel_that_computes_something_else_is_found_by_files_that_are_cut(
    tmp_path: Path,
) -> None:
    right = read_naive_buffer(converted().output / "model_x86.nb")
    wrong = with_tensor(right.path, tmp_path / "wrong.nb", WEIGHT, lambda value: value * 1.5)
    image, emulated = random_images([SHAPE], seed=3)[0], emulate(right)
    graph = Graph(emulated.program, emulated.parameters)
    steps, written = steps_of_file(emulated)
    file = Model(graph, steps, values_of(graph, image))
    other = read_naive_buffer(wrong)
    same = dict(zip(map(id, right.operators), other.operators, strict=True))
    folder = tmp_path / "cut"
    folder.mkdir()
    assert Kernels(file, written, LiteValues(right, image, folder).value).parted() is None
    # what Paddle-Lite computes of the falsified file stands for kernels that compute the right one wrongly
    wrongly = LiteValues(other, image, folder)
    parted = Kernels(file, written, lambda item, name: wrongly.value(same[id(item)], name)).parted()
    assert parted is not None and WEIGHT in steps[parted.number].parameters
    assert parted.alone > 0.01


def test_a_search_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TooLongError), within(0.01):
        signal.pause()


def test_halving_ends_at_a_wrong_step_whose_inputs_are_right() -> None:
    # two branches between which the order jumps; the fault is on one of them
    steps = [
        Step("a", ("x",), ("a",)),
        Step("left 1", ("a",), ("l1",)),
        Step("right 1", ("a",), ("r1",)),
        Step("left 2", ("l1",), ("l2",)),
        Step("right 2", ("r1",), ("r2",)),
        Step("both", ("l2", "r2"), ("b",)),
        Step("end", ("b",), ("y",)),
    ]
    touched = {"left 1": {1, 3, 5, 6}, "right 1": {2, 4, 5, 6}, "right 2": {4, 5, 6}, "end": {6}}
    for kind, wrong in touched.items():
        asked: list[int] = []

        def is_wrong(number: int, wrong: set[int] = wrong, asked: list[int] = asked) -> bool:
            asked.append(number)
            return number in wrong

        assert steps[first_wrong(steps, 6, is_wrong)].kind == kind
        assert len(set(asked)) == len(asked)
