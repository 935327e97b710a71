"""Each tensor of a ``.nb`` file is traced to the model; what cannot be is refused with its reason."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest
from paddle import nn

from stages import convert
from stages.contract.variant import Variant
from stages.errors import IntegrityError
from stages.lineage.rewriting import trace_rewriting
from stages.lineage.trace import Chain
from stages.lite.kernels import read_target
from stages.lite.naive_buffer import read_naive_buffer
from stages.lite.opt import installed_version, run_opt
from stages.pitfalls import Pitfall
from stages.program.params import (
    read_parameters,
    read_program,
    read_tensors,
    write_parameters,
    write_program,
)
from stages.program.rules import AFFINE, LEGAL, RULES, SIMPLE, Rule, apply_rules
from support.legacy import (
    alphanumeric_model,
    new_folder,
    official,
    open_graph,
    save_legacy,
)

Files = tuple[Path, Path]
TARGETS = ("arm", "x86")


class Recogniser(nn.Layer):
    """Layers that make a map, pooled to one row and classified: the least that ``convert`` takes."""

    def __init__(self, *layers: nn.Layer, channels: int = 4) -> None:
        super().__init__()
        self.body = nn.Sequential(*layers)
        self.classify = nn.Linear(channels, 5)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        rows = paddle.mean(self.body(x), axis=2)
        return nn.functional.softmax(self.classify(paddle.transpose(rows, [0, 2, 1])), axis=2)


def normalised(inputs: int, outputs: int, **options: Any) -> list[nn.Layer]:
    """A convolution without bias and a batch norm whose statistics are not the initial ones."""
    paddle.seed(inputs + outputs)
    norm = nn.BatchNorm2D(outputs)
    for values in (norm.weight, norm.bias, norm._mean, norm._variance):
        values.set_value(paddle.rand(values.shape) + 0.5)
    return [nn.Conv2D(inputs, outputs, bias_attr=False, **options), norm]


def save(folder: Path, *layers: nn.Layer, channels: int = 4) -> Files:
    return save_legacy(Recogniser(*layers, channels=channels), folder, [-1, 3, 48, 320])


def trace(
    folder: Path,
    files: Files,
    targets: tuple[str, ...] = TARGETS,
    rules: tuple[Rule, ...] = RULES,
) -> dict[str, Any]:
    """Rewrite, convert and trace a model as the stage does, without running it."""
    graph = open_graph(files)
    pd = dict(graph.parameters)
    apply_rules(graph, rules)
    lite = folder / "lite.pdmodel", folder / "lite.pdiparams"
    write_program(lite[0], graph.program())
    write_parameters(lite[1], graph.used_parameters())
    followed = Chain(pd, lite, graph.changes)
    for target in targets:
        out = folder / f"model_{target}.nb"
        run_opt(*lite, target, out, fp16=False)
        followed.add(read_naive_buffer(out), Variant(target))
    document: dict[str, Any] = json.loads(followed.document().dump())
    return document


@lru_cache(maxsize=1)
def traced() -> dict[str, Any]:
    """Convert PP-OCRv4 once for all tests that look at a whole lineage."""
    folder = official("PP-OCRv4_mobile_rec")
    out = new_folder()
    files = folder / "inference.pdmodel", folder / "inference.pdiparams"
    return {**trace(out, files), "output": out}


def test_every_tensor_is_traced_through_every_step() -> None:
    steps = {f"{step['from']} {step['to']}": step for step in traced()["steps"]}
    assert list(steps) == ["pd lite", "lite nb-arm", "lite nb-x86"]
    for step in steps.values():
        assert step["same"] + step["derived"] == step["tensors"]
        assert sum(step["by"].values()) == step["derived"]
    assert (steps["pd lite"]["tensors"], steps["pd lite"]["same"]) == (141, 66)
    assert steps["pd lite"]["by"]["affine per channel"] == 6
    assert steps["lite nb-arm"]["by"] == steps["lite nb-x86"]["by"] == {"batch norm folded": 12}


def test_both_targets_hold_the_same_model() -> None:
    targets, models = traced()["targets"], traced()["models"]
    assert targets["tensors"] == 123 and "different" not in targets
    assert targets["operators"] == 183 and "different_operators" not in targets
    assert models["nb-arm"]["fingerprint"] == models["nb-x86"]["fingerprint"]
    assert models["nb-arm"]["fingerprint"] != models["lite"]["fingerprint"]


def test_a_dense_layer_is_the_same_operator_for_both_targets() -> None:
    files = [read_naive_buffer(traced()["output"] / f"model_{target}.nb") for target in TARGETS]
    counts = [Counter(operator.type for operator in file.every_operator()) for file in files]
    assert [count["fc"] for count in counts] == [9, 9]
    for file in files:
        read = {
            name
            for operator in file.operators
            if operator.type == "matmul_v2"
            for name in operator.inputs["Y"]
        }
        assert not read & set(file.tensors)


@pytest.mark.parametrize("target", ["arm", "x86"])
def test_a_file_says_what_it_is(target: str) -> None:
    entry = traced()["models"][f"nb-{target}"]
    assert entry["target"] == target == read_target(traced()["output"] / f"model_{target}.nb")
    assert (entry["classes"], entry["input_shape"]) == (6625, [-1, 3, 48, -1])
    assert entry["opt_version"] == installed_version() == "v2.13-rc"
    assert len(entry["tensors"]) == 123


def test_one_target_alone_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    files = save(tmp_path, *normalised(3, 4, kernel_size=3), nn.ReLU())
    lineage = trace(tmp_path, files, ("arm",))
    assert "targets" not in lineage
    assert list(lineage["models"]) == ["pd", "lite", "nb-arm"]


FOLDS: dict[str, tuple[Callable[[], list[nn.Layer]], str]] = {
    "a batch norm": (
        lambda: [*normalised(3, 4, kernel_size=3), nn.ReLU()],
        "batch norm folded",
    ),
    "a depthwise convolution's": (
        lambda: [*normalised(3, 6, kernel_size=3, groups=3), nn.ReLU(), nn.Conv2D(6, 4, 1)],
        "batch norm folded",
    ),
    "a convolution of 1 x 1": (
        lambda: [*normalised(3, 3, kernel_size=1), *normalised(3, 4, kernel_size=1), nn.ReLU()],
        "batch norm folded, convolution folded, batch norm folded",
    ),
    "a scale": (
        lambda: [nn.Conv2D(3, 4, 3), Scale(), nn.ReLU()],
        "scale folded",
    ),
}


class Scale(nn.Layer):
    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return paddle.scale(x, scale=1.5, bias=0.25)


@pytest.mark.parametrize("name", FOLDS)
def test_what_opt_folds_is_computed_again(tmp_path: Path, name: str) -> None:
    layers, rule = FOLDS[name]
    lineage = trace(tmp_path, save(tmp_path, *layers()))
    assert set(lineage["steps"][1]["by"]) == {rule}
    assert not {"different", "different_operators"} & lineage["targets"].keys()


def test_a_fold_that_opt_computes_wrong_is_refused_where_no_rule_keeps_it_from(
    tmp_path: Path,
) -> None:
    """Lite 2.13 folds a convolution of 1 x 1 into one of 3 x 3, and gets the filter wrong."""
    layers = *normalised(3, 3, kernel_size=3), *normalised(3, 4, kernel_size=1), nn.ReLU()
    files = save(tmp_path, *layers)
    assert "different" not in trace(tmp_path, files)["targets"]
    with pytest.raises(
        IntegrityError, match=r"folded two convolutions into conv2d_\d+.w_0 .* computed it wrong"
    ):
        trace(tmp_path, files, rules=(*SIMPLE, *AFFINE, *LEGAL))


def test_a_scale_folded_through_an_activation_is_refused(tmp_path: Path) -> None:
    files = save(tmp_path, nn.Conv2D(3, 4, 3), nn.Hardswish(), Scale())
    with pytest.raises(IntegrityError, match=r"scale through hard_swish into conv2d_\d+.w_0") as no:
        trace(tmp_path, files)
    assert no.value.pitfall == Pitfall.SCALE_FOLDED_WRONG
    assert "model_arm.nb" in no.value.where


@lru_cache(maxsize=1)
def legal() -> Files:
    """The alphanumeric model as ``opt`` takes it."""
    model, folder = alphanumeric_model(), new_folder()
    graph = open_graph((model.pdmodel, model.pdiparams))
    apply_rules(graph, (*SIMPLE, *LEGAL))
    files = folder / "inference.pdmodel", folder / "inference.pdiparams"
    write_program(files[0], graph.program())
    write_parameters(files[1], graph.used_parameters())
    return files


@lru_cache(maxsize=1)
def made() -> Path:
    out = new_folder() / "model_arm.nb"
    run_opt(*legal(), "arm", out, fp16=False)
    return out


def chain(files: Files) -> Chain:
    return Chain(read_parameters(*files), files, [])


def changed(folder: Path, change: Callable[[np.ndarray], None], name: str) -> Files:
    """Write :func:`legal` with one parameter changed."""
    program = read_program(legal()[0])
    tensors = read_tensors(program, legal()[1])
    change(tensors[name])
    files = folder / "inference.pdmodel", folder / "inference.pdiparams"
    shutil.copyfile(legal()[0], files[0])
    write_parameters(files[1], tensors)
    return files


def test_the_model_s_own_file_is_taken() -> None:
    assert len(chain(legal()).add(read_naive_buffer(made()), Variant("arm")).origins) > 100


def one_bit(array: np.ndarray) -> None:
    array.view(np.uint32).reshape(-1)[0] ^= 1


@pytest.mark.parametrize("name", ["linear_8.w_0", "conv2d_136.w_0", "layer_norm_0.b_0"])
def test_another_model_s_file_is_refused_for_one_bit(tmp_path: Path, name: str) -> None:
    found = next(item for item in read_parameters(*legal()) if item == name)
    with pytest.raises(IntegrityError, match=f"the first is {name}") as caught:
        chain(changed(tmp_path, one_bit, found)).add(read_naive_buffer(made()), Variant("arm"))
    assert caught.value.pitfall == Pitfall.STOCK_NB
    assert caught.value.message.startswith("1 of ")


@pytest.mark.parametrize("statistic", ["w_0", "w_1", "w_2", "b_0"])
def test_a_fold_of_other_statistics_is_refused(tmp_path: Path, statistic: str) -> None:
    def more(array: np.ndarray) -> None:
        array[0] *= 1.001

    files = changed(tmp_path, more, f"batch_norm2d_0.{statistic}")
    with pytest.raises(IntegrityError) as caught:
        chain(files).add(read_naive_buffer(made()), Variant("arm"))
    assert caught.value.pitfall == Pitfall.STOCK_NB


def test_the_stock_model_s_file_is_refused_by_name(tmp_path: Path) -> None:
    folder = official("PP-OCRv4_mobile_rec")
    out = tmp_path / "model_x86.nb"
    files = folder / "inference.pdmodel", folder / "inference.pdiparams"
    run_opt(*files, "x86", out, fp16=False)
    with pytest.raises(IntegrityError, match=r"tensors of model_x86\.nb are neither") as caught:
        chain(legal()).add(read_naive_buffer(out), Variant("x86"))
    assert caught.value.pitfall == Pitfall.STOCK_NB


def test_a_file_for_another_target_is_refused() -> None:
    with pytest.raises(IntegrityError, match=r"was made for arm, expected x86") as caught:
        chain(legal()).add(read_naive_buffer(made()), Variant("x86"))
    assert caught.value.pitfall == Pitfall.FOREIGN_TARGET


def test_a_file_of_another_opt_is_stale() -> None:
    with pytest.raises(IntegrityError, match=r"made by opt v2\.14-rc, but opt v2\.13-rc") as caught:
        convert.check_version("v2.14-rc", "v2.13-rc", "model_arm.nb")
    assert caught.value.pitfall == Pitfall.STALE_FILE


def test_a_rule_that_folds_another_number_than_it_says_is_refused() -> None:
    model = alphanumeric_model()
    graph = open_graph((model.pdmodel, model.pdiparams))
    pd = dict(graph.parameters)
    apply_rules(graph)
    lite = graph.used_parameters()
    name = next(change.parameter for change in graph.changes)
    lite[name] = lite[name] * np.float32(1.001)
    with pytest.raises(IntegrityError, match="is not what the rules make of it") as caught:
        trace_rewriting(pd, lite, graph.changes)
    assert caught.value.pitfall == Pitfall.SCALE_FOLDED_WRONG


def test_a_parameter_that_got_lost_is_named() -> None:
    pd = read_parameters(*legal())
    lite = {name: value for name, value in pd.items() if name != "linear_8.b_0"}
    with pytest.raises(IntegrityError, match=r"1 parameters .* the first is linear_8\.b_0"):
        trace_rewriting(pd, lite, [])
