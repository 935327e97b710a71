from __future__ import annotations

import json
import shutil
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages import data, export, verify
from stages.contract import Progress
from stages.errors import IntegrityError, StageError
from stages.export.from_checkpoint import FILES
from stages.pir.operators import TRANSLATIONS
from stages.pir.operators.base import plain
from stages.pir.prove import IMAGES, chosen
from stages.pitfalls import Pitfall
from stages.program.graph import Graph
from stages.program.params import read_program
from stages.published.files import DESCRIPTION, PARAMETERS, PROGRAM
from stages.text.dictionary import Dictionary
from support.legacy import (
    ALPHANUMERIC,
    SHAPE,
    Recorded,
    alphanumeric_model,
    context,
    draw_lines,
    new_folder,
    official,
    write_alphanumeric,
)
from support.pir import alphanumeric_pir, edit

WORDS = ("A1B2", "XYZ9", "HELLO7", "42")
PARAMETERS_GIVEN: dict[str, Any] = {
    "task": "recognition",
    "image_shape": list(SHAPE),
    "use_space_char": False,
}


@lru_cache(maxsize=1)
def words() -> dict[str, Path]:
    """Draw a test set; return it as a stage's inputs."""
    return draw_lines(new_folder(), WORDS)


def start(folder: Path, pir: Path | None = None, **changes: Any) -> Recorded:
    write_alphanumeric(folder / "dict.txt")
    given = {"pir": pir or alphanumeric_pir(), "dict": folder / "dict.txt", **words()}
    return context("export", folder, given, {**PARAMETERS_GIVEN, **changes})


def copied(folder: Path) -> Path:
    """Return a copy of the model, to be spoilt."""
    return Path(shutil.copytree(alphanumeric_pir(), folder / "pir"))


@lru_cache(maxsize=1)
def exported() -> tuple[Recorded, dict[str, Any]]:
    """Export once for all tests that look at the result."""
    run = start(new_folder())
    return run, export.run(run).dump()


def test_the_legacy_model_holds_the_same_parameters_and_reads_the_same() -> None:
    run, metrics = exported()
    assert {path.name for path in run.output.iterdir() if path.is_file()} == set(FILES)
    for name in (PARAMETERS, DESCRIPTION):
        assert (run.output / name).read_bytes() == (alphanumeric_pir() / name).read_bytes()
    assert metrics["parameters_compared"] == 234
    assert metrics["operators"] > 300
    assert metrics["images_compared"] == metrics["strings_equal"] == len(WORDS)
    assert metrics["max_difference"] < 1e-4


def profile(pdmodel: Path) -> Counter[tuple[Any, ...]]:
    """Count a program's operators by type, number of inputs by slot, and attributes that matter."""
    operators = Graph(read_program(pdmodel), {}).operators
    ignored = ("use_cudnn", "force_cpu", "op_", "with_quant_attr")
    return Counter(
        (
            operator.type,
            tuple(sorted((slot, len(names)) for slot, names in operator.inputs.items() if names)),
            tuple(
                sorted(
                    (item.name, str(operator.attribute(item.name)))
                    for item in operator.description.attrs
                    if not item.name.startswith(ignored)
                )
            ),
        )
        for operator in operators
    )


def test_the_program_is_what_paddles_own_legacy_export_writes() -> None:
    run, _ = exported()
    found, expected = profile(run.output / FILES[0]), profile(alphanumeric_model().pdmodel)
    assert found - expected == expected - found == Counter()


def test_the_proof_is_counted_as_a_guard_and_says_how_far_it_is() -> None:
    run, _ = exported()
    assert run.guard_seconds > 1
    said = [(event.done, event.unit) for event in run.events if isinstance(event, Progress)]
    assert said == [(0, "steps"), (1, "steps"), *((number, "images") for number in range(5))]


def test_without_test_images_nothing_can_be_proved(tmp_path: Path) -> None:
    run = start(tmp_path)
    empty = tmp_path / "none.txt"
    empty.touch()
    given = {"pir": alphanumeric_pir(), "dict": run.input("dict"), "test": words()["test"]}
    with pytest.raises(StageError, match="there are no test images"):
        export.run(context("export", tmp_path, {**given, "test_labels": empty}, PARAMETERS_GIVEN))


def test_verify_compares_with_the_pir_model() -> None:
    run, _ = exported()
    files = {"pdmodel": run.output / FILES[0], "pdiparams": run.output / FILES[1]}
    given = {"pir": alphanumeric_pir(), "dict": run.input("dict"), **words(), **files}
    checked = context("verify", new_folder(), given, PARAMETERS_GIVEN)
    verify.run(checked)
    parity = json.loads((checked.output / "parity.json").read_text(encoding="utf-8"))
    models = {model["name"]: model for model in parity["models"]}
    assert list(models) == ["pir", "pd"]
    assert models["pir"]["status"] == "measured"
    assert models["pir"]["agreement"] == models["pir"]["accuracy"] == 1.0
    assert models["pir"]["max_abs_diff"] < 1e-4
    assert parity["mismatches"] == []


def test_the_images_of_the_proof_are_spread_over_the_set() -> None:
    assert chosen(3) == [0, 1, 2]
    assert chosen(0) == []
    assert len(chosen(1000)) == IMAGES
    assert chosen(1000)[:3] == [0, 31, 62]


def test_a_wrong_translation_is_caught_by_the_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TRANSLATIONS, "hardswish", plain("hardswish", "relu"))
    with pytest.raises(StageError, match=r"differs from the PIR model by .* allowed is 0.001"):
        export.run(start(tmp_path))


def test_a_dictionary_in_another_order_is_refused(tmp_path: Path) -> None:
    run = start(tmp_path)
    reordered = "\n".join([*ALPHANUMERIC[1::-1], *ALPHANUMERIC[2:]]) + "\n"
    run.input("dict").write_text(reordered, encoding="utf-8")
    with pytest.raises(IntegrityError, match="the same 36 characters in another order") as e:
        export.run(run)
    assert e.value.pitfall is Pitfall.DICTIONARY_REORDERED
    assert e.value.where == "inference.yml"


def test_another_space_rule_than_the_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        IntegrityError, match=r"pd disagrees .* 37 classes; the dictionary makes 38"
    ):
        export.run(start(tmp_path, use_space_char=True))


def test_a_model_that_wants_other_images_is_refused(tmp_path: Path) -> None:
    pir = copied(tmp_path)
    description = yaml.safe_load((pir / DESCRIPTION).read_text(encoding="utf-8"))
    description["PreProcess"]["transform_ops"][0]["DecodeImage"]["img_mode"] = "RGB"
    (pir / DESCRIPTION).write_text(yaml.safe_dump(description), encoding="utf-8")
    with pytest.raises(IntegrityError, match="channel_order: RGB; this project says BGR"):
        export.run(start(tmp_path, pir))
    with pytest.raises(IntegrityError, match="height: 48; this project says 32"):
        export.run(start(tmp_path, image_shape=[3, 32, 320]))


@pytest.mark.parametrize(
    ("kept", "said"),
    [(-4, "at parameter linear_8.w_0"), (100, "at parameter"), (0, "at parameter batch_norm2d_0")],
)
def test_parameters_that_were_cut_off_are_named(tmp_path: Path, kept: int, said: str) -> None:
    path = copied(tmp_path) / PARAMETERS
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(IntegrityError, match=f"inference.pdiparams is not the file .* {said}"):
        export.run(start(tmp_path, path.parent))


def test_parameters_of_another_model_are_refused(tmp_path: Path) -> None:
    pir = copied(tmp_path)
    shutil.copyfile(official("PP-OCRv5_mobile_rec") / PARAMETERS, pir / PARAMETERS)
    with pytest.raises(IntegrityError, match=r"linear_8.b_0: .* shape \[18385\]; .* says \[37\]"):
        export.run(start(tmp_path, pir))


def test_bytes_behind_the_last_parameter_are_refused(tmp_path: Path) -> None:
    path = copied(tmp_path) / PARAMETERS
    path.write_bytes(path.read_bytes() + b"\0" * 5)
    with pytest.raises(IntegrityError, match="5 bytes are left after the last parameter"):
        export.run(start(tmp_path, path.parent))


@pytest.mark.parametrize("name", [PROGRAM, PARAMETERS, DESCRIPTION])
def test_a_file_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    pir = copied(tmp_path)
    (pir / name).unlink()
    with pytest.raises(IntegrityError, match=f"{name} of the model is missing"):
        export.run(start(tmp_path, pir))


def test_an_unknown_operator_ends_the_stage(tmp_path: Path) -> None:
    pir = copied(tmp_path)
    edit(pir, lambda operators: operators[-2].update({"#": "3.beam_search"}))
    with pytest.raises(StageError, match=r"cannot be translated: custom_op.beam_search") as e:
        export.run(start(tmp_path, pir))
    assert "read by pd_op.fetch" in e.value.message


def test_a_model_with_two_outputs_is_refused(tmp_path: Path) -> None:
    pir = copied(tmp_path)
    edit(pir, lambda operators: operators.append({**operators[-1], "O": []}))
    with pytest.raises(StageError, match="1 inputs and 2 outputs"):
        export.run(start(tmp_path, pir))


def test_the_official_dictionary_is_taken_from_the_model(tmp_path: Path) -> None:
    model = official("PP-OCRv5_mobile_rec")
    labels = words()["test"] / "labels.txt"
    labels.write_bytes(words()["test_labels"].read_bytes())
    parameters = {"labels": {"test": [labels.name]}, "max_text_length": 25, "use_space_char": True}
    given = {"test": words()["test"], "description": model / DESCRIPTION}
    run = context("data", tmp_path, given, parameters)
    assert data.run(run).classes == 18385
    written = (run.output / "dict.txt").read_bytes()
    assert written.endswith(b"\n")
    assert b"\r" not in written
    listed = yaml.safe_load((model / DESCRIPTION).read_text(encoding="utf-8"))
    assert written.decode().split("\n")[:-1] == listed["PostProcess"]["character_dict"]
    assert Dictionary.load(run.output / "dict.txt", use_space_char=True).classes == 18385


def test_a_description_without_a_dictionary_is_refused(tmp_path: Path) -> None:
    model = official("PP-OCRv5_mobile_det")
    parameters = {"labels": {}, "max_text_length": 25, "use_space_char": True}
    run = context("data", tmp_path, {"description": model / DESCRIPTION}, parameters)
    with pytest.raises(IntegrityError, match="lists no characters"):
        data.run(run)
