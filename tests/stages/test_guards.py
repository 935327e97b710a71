"""The dictionary and the preprocessing at every place that a run has, one of them changed at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import paddle
import pytest
import yaml

import stages
from stages.contract import Compared, Match
from stages.errors import IntegrityError, StageError
from stages.guards.comparison import Comparison, refuse_difference
from stages.guards.dictionary import compare_dictionary
from stages.guards.preprocessing import compare_preprocessing
from stages.pitfalls import Pitfall
from stages.preprocess import describe
from stages.program.signature import read_signature
from stages.text.dictionary import Dictionary
from support.legacy import (
    ALPHANUMERIC,
    SHAPE,
    alphanumeric_model,
    context,
    new_folder,
    save_legacy,
    trained_configuration,
)
from support.small import converted

Change = Callable[[dict[str, Any]], object]
_ROOT = Path(stages.__file__).parents[1]
PLACES = ["training configuration", "checkpoint", "inference.yml", "pd", "nb-arm", "nb-x86"]


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    return Dictionary.load(alphanumeric_model().dictionary, use_space_char=False)


def description() -> dict[str, Any]:
    """Return what PaddleOCR's export writes beside the model (ppocr/utils/export_model.py)."""
    transforms = yaml.safe_load(trained_configuration())["Eval"]["dataset"]["transforms"]
    return {
        "PreProcess": {"transform_ops": transforms},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": list(ALPHANUMERIC)},
    }


@lru_cache(maxsize=1)
def files() -> dict[str, Path]:
    """Write all places of one model that agree."""
    model, folder = alphanumeric_model(), new_folder()
    (folder / "config.yml").write_text(trained_configuration(), encoding="utf-8")
    (folder / "inference.yml").write_text(yaml.safe_dump(description()), encoding="utf-8")
    return {
        "config": folder / "config.yml",
        "checkpoint": model.checkpoint,
        "description": folder / "inference.yml",
        "pdmodel": model.pdmodel,
        "nb-arm": converted().output / "model_arm.nb",
        "nb-x86": converted().output / "model_x86.nb",
    }


def compare(
    folder: Path,
    exchanged: dict[str, Path] | None = None,
    wanted: Dictionary | None = None,
    shape: tuple[int, ...] = SHAPE,
) -> list[Comparison]:
    """Compare everything, with other files of these names, or another dictionary or shape."""
    run = context("verify", folder, {**files(), **(exchanged or {})}, {})
    found = describe(SHAPE, dictionary())
    (run.output / "preprocess.json").write_text(json.dumps(found), encoding="utf-8")
    compared = compare_dictionary(run, wanted or dictionary()) + compare_preprocessing(run, shape)
    assert run.guard_seconds > 0
    return compared


def differing(compared: list[Comparison]) -> dict[tuple[str, str], Comparison]:
    return {(one.place, one.what): one for one in compared if one.outcome == "differs"}


def other(folder: Path, entries: str) -> Dictionary:
    path = folder / "other.txt"
    path.write_text("\n".join(entries) + "\n", encoding="utf-8")
    return Dictionary.load(path, use_space_char=False)


def changed(folder: Path, name: str, change: Change) -> dict[str, Path]:
    """Return one of the two YAML files with a change."""
    document = yaml.safe_load(files()[name].read_text(encoding="utf-8"))
    change(document)
    path = folder / "changed.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return {name: path}


def test_one_model_agrees_at_every_place_of_every_property(tmp_path: Path) -> None:
    compared = compare(tmp_path)
    assert {one.outcome for one in compared} == {"same"}
    classes = [one.place for one in compared if one.what in ("classes", "characters")]
    assert classes == [*PLACES, "preprocess.json"]
    shapes = [one.place for one in compared if one.what in ("image_shape", "height")]
    assert shapes == [place for place in [*PLACES, "preprocess.json"] if place != "checkpoint"]
    refuse_difference(compared)


def test_a_dictionary_in_another_order_differs_where_characters_are_listed(tmp_path: Path) -> None:
    found = differing(compare(tmp_path, wanted=other(tmp_path, ALPHANUMERIC[::-1])))
    assert set(found) == {
        ("training configuration", "characters"),
        ("inference.yml", "characters"),
        ("preprocess.json", "bytes"),
    }
    reordered = found["inference.yml", "characters"]
    assert reordered.pitfall is Pitfall.DICTIONARY_REORDERED
    assert 'line 1 (class 1) is "0" (U+0030), expected "Z" (U+005A)' in reordered.difference


def test_one_character_more_differs_at_every_place(tmp_path: Path) -> None:
    found = differing(compare(tmp_path, wanted=other(tmp_path, ALPHANUMERIC + "Ä")))
    assert {place for place, _ in found} == {*PLACES, "preprocess.json"}
    assert {one.pitfall for one in found.values()} == {
        Pitfall.DICTIONARY_CLASSES,
        Pitfall.DICTIONARY_CHANGED,
    }
    arm = found["nb-arm", "classes"]
    assert arm.entry() == Compared("nb-arm", "classes", "38", "37", Match.DIFFERS)
    assert arm.difference == "37 classes; the dictionary makes 38: its characters and the blank"
    assert "use_space_char" in arm.remedy


def test_the_space_rule_of_the_training_comes_first(tmp_path: Path) -> None:
    wanted = Dictionary.load(alphanumeric_model().dictionary, use_space_char=True)
    with pytest.raises(IntegrityError, match="about use_space_char: False; this") as caught:
        refuse_difference(compare(tmp_path, wanted=wanted))
    assert caught.value.where == "training configuration"
    assert "set use_space_char = false" in caught.value.remedy


def test_a_description_with_a_second_space_is_told(tmp_path: Path) -> None:
    spaced = Dictionary.load(alphanumeric_model().dictionary, use_space_char=True)
    exchanged = changed(
        tmp_path, "description", lambda d: d["PostProcess"]["character_dict"].append(" ")
    )
    found = differing(compare(tmp_path, exchanged, spaced))["inference.yml", "characters"]
    assert found.pitfall is Pitfall.DICTIONARY_DOUBLE_SPACE


def test_an_official_models_own_dictionary_is_a_place_too(tmp_path: Path) -> None:
    own = tmp_path / "ppocr_keys_v1.txt"
    own.write_text("\n".join([*ALPHANUMERIC[:-1], "z"]) + "\n", encoding="utf-8")
    found = differing(compare(tmp_path, {"keys": own}))
    assert set(found) == {("ppocr_keys_v1.txt", "characters")}
    assert found["ppocr_keys_v1.txt", "characters"].pitfall is Pitfall.DICTIONARY_CHANGED
    own.write_bytes(alphanumeric_model().dictionary.read_bytes())
    assert not differing(compare(tmp_path, {"keys": own}))


def test_a_configuration_that_names_another_file_is_told(tmp_path: Path) -> None:
    lines = [*ALPHANUMERIC[:10], *ALPHANUMERIC[:9:-1]]
    (tmp_path / "theirs.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    named = {"character_dict_path": str(tmp_path / "theirs.txt"), "use_space_char": False}

    def replace(config: dict[str, Any]) -> None:
        config["Global"] = named

    exchanged = changed(tmp_path, "config", replace)
    found = differing(compare(tmp_path, exchanged))["training configuration", "characters"]
    assert found.pitfall is Pitfall.DICTIONARY_REORDERED
    assert 'line 11 (class 11) is "Z" (U+005A), expected "A" (U+0041)' in found.difference
    assert "config.yml that it wrote beside its checkpoints" in found.remedy


def _set(*keys: str | int, to: object) -> Change:
    def change(document: dict[str, Any]) -> None:
        section: Any = document
        for key in keys[:-1]:
            section = section[key]
        section[keys[-1]] = to

    return change


EVAL = ("Eval", "dataset", "transforms")
OPS = ("PreProcess", "transform_ops")
RGB = {"DecodeImage": {"img_mode": "RGB"}}
SQUEEZED = {"RecResizeImg": {"image_shape": list(SHAPE), "padding": False}}
VL = {"VLRecResizeImg": {"image_shape": list(SHAPE)}}


@pytest.mark.parametrize(
    ("name", "change", "what", "found", "pitfall"),
    [
        ("config", _set(*EVAL, 0, to=RGB), "channel_order", "RGB", Pitfall.RGB_FOR_BGR),
        ("config", _set(*EVAL, 0, to={"DecodeImage": None}), "channel_order", "RGB", None),
        ("description", _set(*OPS, 0, to=RGB), "channel_order", "RGB", Pitfall.RGB_FOR_BGR),
        ("config", _set(*EVAL, 2, to=SQUEEZED), "padding", "none", Pitfall.OTHER_CONFIGURATION),
        ("description", _set(*OPS, 2, to=VL), "resize", "VLRecResizeImg", None),
        ("config", _set(*EVAL, 3, to={"NormalizeImage": None}), "std", "0.229", None),
        (
            "config",
            _set(*EVAL, 2, "RecResizeImg", "image_shape", 1, to=32),
            "image_shape",
            "[3, 32, 320]",
            Pitfall.WRONG_HEIGHT,
        ),
        (
            "config",
            _set(*EVAL, 2, "RecResizeImg", "image_shape", 2, to=480),
            "image_shape",
            "[3, 48, 480]",
            Pitfall.OTHER_CONFIGURATION,
        ),
        (
            "description",
            _set(*OPS, 2, "RecResizeImg", "image_shape", 1, to=32),
            "height",
            "32",
            Pitfall.WRONG_HEIGHT,
        ),
    ],
)
def test_other_preprocessing_is_told(
    tmp_path: Path, name: str, change: Change, what: str, found: str, pitfall: Pitfall | None
) -> None:
    place = {"config": "training configuration", "description": "inference.yml"}[name]
    differs = differing(compare(tmp_path, changed(tmp_path, name, change)))
    assert (place, what) in differs
    assert found in differs[place, what].found
    assert pitfall in (None, differs[place, what].pitfall)


def test_another_width_of_the_description_is_no_difference(tmp_path: Path) -> None:
    change = _set(*OPS, 2, "RecResizeImg", "image_shape", 2, to=640)
    assert not differing(compare(tmp_path, changed(tmp_path, "description", change)))


def test_a_project_of_another_height_differs_from_every_model(tmp_path: Path) -> None:
    found = differing(compare(tmp_path, shape=(3, 32, 320)))
    places = {place for place, _ in found}
    assert places == {*PLACES, "preprocess.json"} - {"checkpoint"}
    assert found["nb-x86", "image_shape"].pitfall is Pitfall.WRONG_HEIGHT
    assert found["nb-x86", "image_shape"].found == "[3, 48, 320]"


def test_what_says_nothing_is_neither_same_nor_different(tmp_path: Path) -> None:
    plain = tmp_path / "plain.yml"
    plain.write_text("Architecture: {}\n", encoding="utf-8")
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"neither a program nor a buffer")
    exchanged = {"config": plain, "description": plain, "pdmodel": damaged, "nb-arm": damaged}
    compared = compare(tmp_path, exchanged)
    silent = {one.place for one in compared if one.outcome == "not said"}
    assert silent == {"training configuration", "inference.yml", "pd", "nb-arm"}
    assert not differing(compared)


@pytest.mark.parametrize("text", ["!!python/object/apply:os.system [ls]", "{", "- a", "\xff", ""])
def test_a_description_that_is_no_plain_yaml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "inference.yml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(StageError, match=r"inference.yml (is not plain YAML|holds no keys)"):
        compare(tmp_path, {"description": path})


def test_a_signature_is_read_without_running_the_program(tmp_path: Path) -> None:
    layer = paddle.nn.Sequential(paddle.nn.Conv2D(3, 5, 3), paddle.nn.Softmax())
    pdmodel, _ = save_legacy(layer, tmp_path, [-1, 3, 48, -1])
    signature = read_signature(pdmodel)
    assert signature.input_shape == (-1, 3, 48, -1)
    assert signature.output_shape[:2] == (-1, 5)


@pytest.mark.real_processes
def test_a_signature_costs_no_import_of_paddle_and_allows_one_later() -> None:
    program = (
        "import sys; from pathlib import Path; from stages.program.signature import read_signature; "
        "shape = read_signature(Path(sys.argv[1])).output_shape; assert 'paddle' not in sys.modules; "
        "import paddle.base.proto.framework_pb2; print(shape[-1])"
    )
    command = [sys.executable, "-c", program, str(files()["pdmodel"])]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=_ROOT)
    assert done.stdout == "37\n", done.stderr


@pytest.mark.parametrize("data", [b"", b"{}", b"\x0a\x00", b"\xff" * 50])
def test_what_is_no_program_has_no_signature(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "inference.pdmodel"
    path.write_bytes(data)
    with pytest.raises(StageError, match=r"inference.pdmodel: it"):
        read_signature(path)
