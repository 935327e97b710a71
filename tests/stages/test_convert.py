from __future__ import annotations

import json
import platform
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from stages import convert
from stages.contract import Progress
from stages.contract.variant import Weights
from stages.errors import IntegrityError, StageError
from stages.lite import opt
from stages.lite.nb import read_head
from stages.pitfalls import Pitfall
from stages.program.params import write_parameters, write_program
from stages.program.prove import Proof, random_images, run_once
from support.legacy import (
    Recorded,
    alphanumeric_model,
    context,
    new_folder,
    official,
    open_graph,
    predict,
    save_legacy,
)

BOTH = {"targets": ["arm", "x86"], "fp16": False}


def files(folder: Path | None = None) -> dict[str, Path]:
    folder = folder or alphanumeric_model().folder
    return {"pdmodel": folder / "inference.pdmodel", "pdiparams": folder / "inference.pdiparams"}


def start(folder: Path, inputs: dict[str, Path], **changes: Any) -> Recorded:
    return context("convert", folder, inputs, {**BOTH, **changes})


@lru_cache(maxsize=1)
def converted() -> tuple[Recorded, dict[str, Any]]:
    """Convert the alphanumeric model once for all tests that look at the result."""
    run = start(new_folder(), files())
    return run, convert.run(run).dump()


def rewritten(folder: Path, operator: str, kind: str) -> dict[str, Path]:
    """Write the model that opt is given, with the first ``operator`` changed to another kind."""
    run, _ = converted()
    graph = open_graph((run.output / "lite.pdmodel", run.output / "lite.pdiparams"))
    next(item for item in graph.operators if item.type == operator).description.type = kind
    inputs = files(folder)
    write_program(inputs["pdmodel"], graph.program())
    write_parameters(inputs["pdiparams"], graph.used_parameters())
    return inputs


def test_every_target_gets_its_file() -> None:
    run, metrics = converted()
    assert {path.name for path in run.output.iterdir() if path.is_file()} == {
        "model_arm.nb", "model_x86.nb", "lite.pdmodel", "lite.pdiparams", "lineage.json",
    }  # fmt: skip
    for target in ("arm", "x86"):
        head = read_head(run.output / f"model_{target}.nb")
        assert head.opt_version == metrics["opt_version"] == "v2.13-rc"
    last = [event for event in run.events if isinstance(event, Progress)][-1]
    assert last.done == last.total


def lineage(run: Recorded) -> Any:
    return json.loads((run.output / "lineage.json").read_text(encoding="utf-8"))


def test_both_files_hold_the_weights_that_were_given() -> None:
    run, _ = converted()
    found = lineage(run)
    assert [step["to"] for step in found["steps"]] == ["lite", "nb-arm", "nb-x86"]
    assert [step["derived"] for step in found["steps"]] == [75, 12, 12]
    assert not {"different", "different_operators"} & found["targets"].keys()
    assert found["models"]["nb-arm"]["classes"] == 37
    assert run.guard_seconds > 0


def test_the_metrics_say_what_was_rewritten() -> None:
    _, metrics = converted()
    assert metrics["operators_after"] < metrics["operators_before"]
    assert metrics["rules"]["swish beta"] > 0
    assert metrics["rules"]["affine into the convolution before"] == 28
    assert 0 <= metrics["simplified_max_difference"] < 1e-5


class TwoConvolutions(paddle.nn.Layer):
    """A 3 x 3 and a 1 x 1 convolution with a norm between, and a classifier of five classes."""

    def __init__(self) -> None:
        super().__init__()
        layers = [paddle.nn.Conv2D(3, 4, 3), paddle.nn.BatchNorm2D(4), paddle.nn.Conv2D(4, 8, 1)]
        self.layers = paddle.nn.Sequential(*layers)
        self.classifier = paddle.nn.Linear(8, 5)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        y = paddle.transpose(paddle.flatten(self.layers(x), 2), [0, 2, 1])
        return paddle.nn.functional.softmax(self.classifier(y), axis=2)


@lru_cache(maxsize=1)
def tiny() -> dict[str, Path]:
    """Return the files of a model that is converted in seconds."""
    folder = new_folder()
    paddle.seed(3)
    save_legacy(TwoConvolutions(), folder, [-1, 3, 48, 160])
    return files(folder)


@lru_cache(maxsize=1)
def tiny_converted() -> tuple[Recorded, dict[str, Any]]:
    run = start(new_folder(), tiny())
    return run, convert.run(run).dump()


def test_convolutions_that_opt_would_fold_wrongly_compute_as_the_pd_model() -> None:
    run, metrics = tiny_converted()
    assert metrics["rules"]["convolutions apart"] == 1
    image = random_images([(3, 48, 160)], 1)[0]
    found = run_once("nb", (run.output / "model_x86.nb",), image)
    assert np.abs(found - predict((tiny()["pdmodel"], tiny()["pdiparams"]), image)).max() < 1e-6


def test_two_conversions_give_the_same_bytes(tmp_path: Path) -> None:
    first, _ = tiny_converted()
    second = start(tmp_path, tiny())
    convert.run(second)
    for path in sorted(first.output.iterdir()):
        if path.is_file():
            assert path.read_bytes() == (second.output / path.name).read_bytes(), path.name


def test_only_the_machine_s_own_file_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(convert, "check_runs", lambda nb, proof: checked.append(nb.name))
    convert.run(start(tmp_path, tiny()))
    assert checked == ["model_x86.nb"]
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    convert.run(start(tmp_path, tiny(), targets=["arm"]))
    assert checked == ["model_x86.nb", "model_arm.nb"]


def test_half_precision_is_one_file_more(tmp_path: Path) -> None:
    plain, _ = tiny_converted()
    half = start(tmp_path, tiny(), fp16=True)
    convert.run(half)
    for name in ("model_x86.nb", "model_arm.nb"):
        assert (half.output / name).read_bytes() == (plain.output / name).read_bytes()
    own = half.output / "model_arm_fp16.nb"
    assert own.read_bytes() != (plain.output / "model_arm.nb").read_bytes()
    expected, found = lineage(plain), lineage(half)
    prints = {name: model["fingerprint"] for name, model in found["models"].items()}
    assert prints.pop("nb-arm-fp16") == prints["nb-arm"], "the weights stay as they are"
    assert prints == {name: model["fingerprint"] for name, model in expected["models"].items()}
    assert found["targets"] == expected["targets"]


def test_half_precision_with_integers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="half precision together with") as caught:
        convert.run(start(tmp_path, tiny(), fp16=True, weights=["float32", "int8"]))
    assert caught.value.pitfall is Pitfall.QUANTISED_FP16
    with pytest.raises(ValueError, match="fp16 with weights of int8"):
        opt.run_opt(tmp_path, tmp_path, "arm", tmp_path / "x.nb", fp16=True, weights=Weights.INT8)


def test_a_pir_model_is_refused_with_the_remedy(tmp_path: Path) -> None:
    folder = official("PP-OCRv5_mobile_rec")
    inputs = {
        "pdmodel": folder / "inference.json",
        "pdiparams": folder / "inference.pdiparams",
    }
    with pytest.raises(StageError, match="PIR model") as caught:
        convert.run(start(tmp_path, inputs))
    assert "export_with_pir=False" in caught.value.remedy


def test_opt_s_own_words_on_a_pir_model_are_translated(tmp_path: Path) -> None:
    folder = official("PP-OCRv5_mobile_rec")
    model = folder / "inference.json", folder / "inference.pdiparams"
    with pytest.raises(StageError, match="PIR model") as caught:
        opt.run_opt(*model, "x86", tmp_path / "x.nb", fp16=False)
    assert "export_with_pir=False" in caught.value.remedy


def test_a_program_that_was_not_made_legal_is_named(tmp_path: Path) -> None:
    model = alphanumeric_model()
    with pytest.raises(StageError, match="swish without beta"):
        opt.run_opt(model.pdmodel, model.pdiparams, "x86", tmp_path / "x.nb", fp16=False)


def test_operators_that_lite_does_not_know_are_named(tmp_path: Path) -> None:
    model = rewritten(tmp_path, "hard_swish", "celu")
    with pytest.raises(StageError, match="does not know these operators of the model: 'celu'"):
        opt.run_opt(model["pdmodel"], model["pdiparams"], "arm", tmp_path / "x.nb", fp16=False)


def test_an_old_file_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    out = tmp_path / "x.nb"
    out.write_bytes(b"an old conversion")
    model = rewritten(tmp_path, "hard_swish", "celu")
    with pytest.raises(StageError):
        opt.run_opt(model["pdmodel"], model["pdiparams"], "x86", out, fp16=False)
    assert not out.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[: len(data) // 2], "ends or is damaged at parameter"),
        (lambda data: data + b"\0" * 8, "8 bytes more"),
        (lambda data: b"", "ends or is damaged"),
    ],
    ids=["truncated", "longer", "empty"],
)
def test_parameters_of_another_file_are_refused(tmp_path: Path, change: Any, message: str) -> None:
    inputs = files()
    broken = tmp_path / "inference.pdiparams"
    broken.write_bytes(change(inputs["pdiparams"].read_bytes()))
    with pytest.raises(StageError, match=message):
        convert.run(start(tmp_path, {**inputs, "pdiparams": broken}))


@pytest.mark.parametrize("content", [b"", b"garbage", b"\0" * 100])
def test_a_file_that_is_no_program_is_refused(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "inference.pdmodel"
    broken.write_bytes(content)
    with pytest.raises(StageError, match="not a Paddle program"):
        convert.run(start(tmp_path, {**files(), "pdmodel": broken}))


def test_an_unknown_target_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="allowed are arm, x86"):
        convert.run(start(tmp_path, files(), targets=["arm64"]))


def spoil(graph: Any) -> dict[str, int]:
    name = next(name for name in graph.parameters if name.endswith(".w_0"))
    graph.parameters[name] = graph.parameters[name] * 2
    return {"spoil": 1}


def test_a_rule_that_changes_a_parameter_without_a_word_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "apply_rules", spoil)
    with pytest.raises(IntegrityError, match=r"parameter \w+.w_0 is not the PD model's"):
        convert.run(start(tmp_path, tiny()))


def test_a_rule_that_changes_an_operator_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def turn(graph: Any) -> dict[str, int]:
        next(
            item for item in graph.operators if item.type == "softmax"
        ).description.type = "sigmoid"
        return {"turn": 1}

    monkeypatch.setattr(convert, "apply_rules", turn)
    with pytest.raises(StageError, match="simplified program differs from the original"):
        convert.run(start(tmp_path, tiny()))


def test_a_file_that_crashes_when_run_is_caught(tmp_path: Path) -> None:
    """A program that opt took before the scalar rule existed: the file is there, running aborts."""
    broken = tmp_path / "model_x86.nb"
    run, _ = converted()
    data = bytearray((run.output / "model_x86.nb").read_bytes())
    data[len(data) // 3] ^= 0xFF
    broken.write_bytes(bytes(data[: len(data) // 2]))
    images = random_images([(3, 48, 320)], 1)
    with pytest.raises(StageError, match=r"model_x86.nb cannot be run"):
        convert.check_runs(broken, Proof(images, [np.zeros((40, 37), np.float32)], 0.0))
