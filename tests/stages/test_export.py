from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from stages.contract import Exit
from stages.errors import IntegrityError, StageError
from stages.export import from_checkpoint as export
from stages.pitfalls import Pitfall
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.checkpoint import load_parameters, save_parameters
from stages.ppocr.config import dump_config
from stages.ppocr.dictionary_record import trained_lines, without_record
from stages.ppocr.export_check import compare_parameters
from stages.ppocr.location import VARIABLE
from stages.ppocr.network import build
from stages.ppocr.user_config import read_config
from stages.preprocess import prepare, read_image
from stages.program.params import read_parameters
from support.legacy import (
    ALPHANUMERIC,
    SHAPE,
    Recorded,
    alphanumeric_model,
    context,
    draw,
    new_folder,
    predict,
    trained_configuration,
)

PARAMETERS: dict[str, Any] = {"image_shape": list(SHAPE), "use_space_char": False}
CLASSES = len(ALPHANUMERIC) + 1


@lru_cache(maxsize=1)
def inputs() -> dict[str, Path]:
    """Return the export stage's inputs, as training leaves them, and an image."""
    model, folder = alphanumeric_model(), new_folder()
    (folder / "config.yml").write_text(trained_configuration(), encoding="utf-8")
    draw(folder / "0.png", "A1B2")
    return {
        "checkpoint": model.checkpoint,
        "config": folder / "config.yml",
        "dict": model.dictionary,
        "image": folder / "0.png",
    }


@lru_cache(maxsize=1)
def exported() -> tuple[Recorded, dict[str, Any]]:
    """Export once for all tests that look at the result."""
    run = start(new_folder())
    stale = run.scratch / "inference"  # what an interrupted export may leave
    stale.mkdir()
    (stale / "inference.json").touch()
    return run, export.run(run).dump()


def start(folder: Path, given: dict[str, Path] | None = None, **changes: Any) -> Recorded:
    files = {name: path for name, path in {**inputs(), **(given or {})}.items() if name != "image"}
    return context("export", folder, files, {**PARAMETERS, **changes})


def checkpoint() -> dict[str, np.ndarray]:
    return load_parameters(inputs()["checkpoint"])


def fused(weights: dict[str, np.ndarray]) -> paddle.nn.Layer:
    return build(V5_MOBILE.ctc(), CLASSES, weights, fused=True)


def arrays() -> dict[str, np.ndarray]:
    run, _ = exported()
    return read_parameters(run.output / export.FILES[0], run.output / export.FILES[1])


def test_every_exported_parameter_is_the_checkpoints_bit_by_bit() -> None:
    run, metrics = exported()
    assert metrics["parameters_compared"] == 234
    assert metrics["max_difference"] == 0.0
    assert metrics["operators"] > 300
    assert {path.name for path in run.output.iterdir() if path.is_file()} == set(export.FILES)


def test_the_export_predicts_as_the_checkpoint() -> None:
    run, _ = exported()
    image = prepare(read_image(inputs()["image"]), SHAPE)
    files = (run.output / export.FILES[0], run.output / export.FILES[1])
    network = build(V5_MOBILE.ctc(), CLASSES, checkpoint())
    with paddle.no_grad():
        expected = network(paddle.to_tensor(image[np.newaxis])).numpy()[0]
    assert np.abs(predict(files, image) - expected).max() < 1e-3


def test_random_weights_are_caught_and_named() -> None:
    random = build(V5_MOBILE.ctc(), CLASSES)
    weights = {key: tensor.numpy() for key, tensor in random.state_dict().items()}
    with pytest.raises(IntegrityError, match="exported parameters are not the checkpoint's") as e:
        compare_parameters(fused(weights), arrays())
    assert e.value.code == Exit.INTEGRITY
    assert e.value.where in arrays()


@pytest.mark.parametrize("name", ["linear_8.b_0", "conv2d_0.w_0"])
def test_one_changed_number_is_caught(name: str) -> None:
    changed = {key: array.copy() for key, array in arrays().items()}
    changed[name].flat[0] += 0.01
    with pytest.raises(IntegrityError, match=f"1 of 234 .* {name} differs by 0.01"):
        compare_parameters(fused(checkpoint()), changed)


def test_a_missing_or_not_a_number_parameter_is_caught() -> None:
    changed = dict(arrays())
    changed["linear_8.b_0"] = np.full_like(changed["linear_8.b_0"], np.nan)
    with pytest.raises(IntegrityError, match=r"linear_8.b_0"):
        compare_parameters(fused(checkpoint()), changed)
    del changed["linear_8.b_0"]
    with pytest.raises(IntegrityError, match=r"linear_8.b_0: not in the exported model"):
        compare_parameters(fused(checkpoint()), changed)


def test_a_dictionary_of_another_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dict.txt"
    path.write_text("\n".join(ALPHANUMERIC[:-1]) + "\n", encoding="utf-8")
    with pytest.raises(IntegrityError, match="it has 36 characters, expected are 35") as e:
        export.run(start(tmp_path, {"dict": path}))
    assert e.value.where == "training configuration"
    assert e.value.pitfall is Pitfall.DICTIONARY_CLASSES
    plain = tmp_path / "config.yml"  # a configuration that does not name its dictionary
    plain.write_text(dump_config(without_dictionary(inputs()["config"])), encoding="utf-8")
    with pytest.raises(IntegrityError, match=r"checkpoint .* 37 classes in head.fc.bias; .* 36"):
        export.run(start(tmp_path, {"dict": path, "config": plain}))
    with pytest.raises(IntegrityError, match=r"about use_space_char: False; .* says True") as e:
        export.run(start(tmp_path, use_space_char=True))
    assert "set use_space_char = false" in e.value.remedy


def without_dictionary(config: Path) -> dict[str, Any]:
    """Return a configuration as PaddleOCR writes it, on a machine without its dictionary."""
    plain = without_record(read_config(config))
    plain["Global"]["character_dict_path"] = "/gone/dict.txt"
    return plain


def test_a_dictionary_in_another_order_is_refused_with_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "dict.txt"
    path.write_text("\n".join(["1", "0", *ALPHANUMERIC[2:]]) + "\n", encoding="utf-8")
    with pytest.raises(IntegrityError) as e:
        export.run(start(tmp_path, {"dict": path}))
    assert e.value.pitfall is Pitfall.DICTIONARY_REORDERED
    assert "the same 36 characters in another order" in e.value.message
    assert 'line 1 (class 1) is "0" (U+0030), expected "1" (U+0031)' in e.value.message


def test_a_parameter_of_another_shape_is_refused_and_named(tmp_path: Path) -> None:
    weights = checkpoint()
    weights["head.fc.weight"] = weights["head.fc.weight"][:, :-1]
    save_parameters(tmp_path / "x.pdparams", weights)
    with pytest.raises(IntegrityError, match=r"head.fc.weight: .* \[120, 36\], .* \[120, 37\]"):
        export.run(start(tmp_path, {"checkpoint": tmp_path / "x.pdparams"}))


def test_another_image_shape_than_trained_with_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        IntegrityError, match=r"image_shape: \[3, 48, 320\]; .* \[3, 48, 480\]"
    ) as e:
        export.run(start(tmp_path, image_shape=[3, 48, 480]))
    assert e.value.pitfall is Pitfall.OTHER_CONFIGURATION
    with pytest.raises(IntegrityError) as e:
        export.run(start(tmp_path, image_shape=[3, 32, 320]))
    assert e.value.pitfall is Pitfall.WRONG_HEIGHT


def test_a_configuration_that_trained_on_rgb_is_refused(tmp_path: Path) -> None:
    config = read_config(inputs()["config"])
    config["Eval"]["dataset"]["transforms"][0] = {"DecodeImage": None}  # PaddleOCR's default: RGB
    path = tmp_path / "config.yml"
    path.write_text(dump_config(config), encoding="utf-8")
    with pytest.raises(IntegrityError, match="channel_order: RGB; this project says BGR") as e:
        export.run(start(tmp_path, {"config": path}))
    assert e.value.pitfall is Pitfall.RGB_FOR_BGR


def test_the_configuration_carries_the_dictionary_and_the_tool_does_not_see_it() -> None:
    run, _ = exported()
    config = read_config(inputs()["config"])
    assert trained_lines(config) == list(ALPHANUMERIC)
    given = (run.scratch / "config.yml").read_text(encoding="utf-8")
    assert "dictionary_lines" not in given


def fake_paddleocr(folder: Path, export_model: str) -> Path:
    """Write a PaddleOCR tree whose export tool does something else."""
    tools = folder / "paddleocr" / "tools"
    tools.mkdir(parents=True)
    (tools / "train.py").touch()
    prologue = "import sys\nfrom pathlib import Path\n"
    find = "folder = Path(next(a for a in sys.argv if 'inference_dir' in a).split('=')[1])\n"
    (tools / "export_model.py").write_text(prologue + find + export_model, encoding="utf-8")
    return folder / "paddleocr"


@pytest.mark.parametrize(
    ("tool", "kind", "where", "message"),
    [
        (
            "folder.mkdir()\n(folder / 'inference.json').touch()\n",
            StageError,
            "Global.export_with_pir",
            "the export is a PIR model",
        ),
        (
            "print('The shape of model params x [1] not matched with loaded params x [2] !')\n",
            IntegrityError,
            "checkpoint.pdparams",
            "left 1 parameters out",
        ),
        (
            "raise SystemExit('AssertionError: no')\n",
            StageError,
            "export_model.py",
            "exit code 1: AssertionError",
        ),
        ("import os\nos.abort()\n", StageError, "export_model.py", "ended with SIGABRT"),
        ("", StageError, "export_model.py", "left no inference.pdmodel"),
    ],
    ids=["pir", "mismatch", "fails", "aborts", "nothing"],
)
def test_an_export_that_goes_wrong_is_told_as_it_is(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tool: str,
    kind: type[StageError],
    where: str,
    message: str,
) -> None:
    run = start(tmp_path)
    monkeypatch.setenv(VARIABLE, str(fake_paddleocr(tmp_path, tool)))
    with pytest.raises(kind, match=message) as caught:
        export.run(run)
    assert caught.value.where == where


def test_without_paddleocr_it_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(tmp_path)
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(StageError, match=r"PaddleOCR's tools/train.py is not here"):
        export.run(run)
