"""Files of every kind of weights: made, traced, measured, and held against what they were made of."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages import convert, quantize, verify
from stages.contract.variant import Weights
from stages.errors import IntegrityError
from stages.program.params import read_program, read_tensors, write_parameters
from support.legacy import SHAPE, Recorded, alphanumeric_model, context, draw_lines, new_folder

TEXTS = ["A1B2", "XYZ9", "HELLO7"]
KINDS = ["float32", "int16", "int8"]
MODEL: dict[str, Any] = {"task": "recognition", "image_shape": list(SHAPE)}
CONVERT: dict[str, Any] = {"targets": ["arm", "x86"], "fp16": False, "weights": KINDS}


@lru_cache(maxsize=1)
def lines() -> dict[str, Path]:
    return draw_lines(new_folder(), TEXTS)


def original() -> dict[str, Path]:
    model = alphanumeric_model()
    return {"pdmodel": model.pdmodel, "pdiparams": model.pdiparams}


@lru_cache(maxsize=1)
def rounded() -> dict[str, Path]:
    """Round the model with a few drawn lines."""
    drawn = {"train": lines()["test"], "train_labels": lines()["test_labels"]}
    run = context(
        "quantize",
        new_folder(),
        {**original(), **drawn},
        {**MODEL, "weights": KINDS[1:], "images": 3},
    )
    quantize.run(run)
    return {
        name: run.output / file
        for kind in (Weights.INT16, Weights.INT8)
        for name, file in zip(kind.inputs, kind.files, strict=True)
    }


@lru_cache(maxsize=1)
def converted() -> Recorded:
    run = context("convert", new_folder(), {**original(), **rounded()}, CONVERT)
    convert.run(run)
    return run


def files() -> dict[str, Path]:
    names = ("arm", "x86", "arm_int16", "x86_int16", "arm_int8", "x86_int8")
    return {
        f"nb-{name.replace('_', '-')}": converted().output / f"model_{name}.nb" for name in names
    }


def test_every_kind_is_a_file_for_each_target_and_smaller_by_its_bits() -> None:
    size = {name: path.stat().st_size for name, path in files().items()}
    for target in ("arm", "x86"):
        whole = size[f"nb-{target}"]
        assert 0.5 < size[f"nb-{target}-int16"] / whole < 0.57
        assert 0.25 < size[f"nb-{target}-int8"] / whole < 0.33


def test_every_tensor_is_traced_through_the_rounded_model() -> None:
    document = json.loads((converted().output / "lineage.json").read_text(encoding="utf-8"))
    steps = {f"{step['from']} {step['to']}": step for step in document["steps"]}
    assert {"pd lite", "lite pd-int16", "lite pd-int8", "lite nb-arm", "pd-int8 nb-arm-int8"} < set(
        steps
    )
    assert all(step["same"] + step["derived"] == step["tensors"] for step in steps.values())


def another(folder: Path) -> dict[str, Path]:
    """Return the rounded models with one weight of int8 off the grid, which opt would round again."""
    program, parameters = (rounded()[name] for name in Weights.INT8.inputs)
    tensors = read_tensors(read_program(program), parameters)
    largest = max(tensors, key=lambda name: tensors[name].size)
    tensors[largest].reshape(-1)[7] += np.float32(1e-3)
    made = folder / parameters.name
    write_parameters(made, tensors)
    return {**rounded(), Weights.INT8.inputs[1]: made}


def test_a_rounded_model_that_is_not_this_one_s_is_refused(tmp_path: Path) -> None:
    run = context("convert", tmp_path, {**original(), **another(tmp_path)}, CONVERT)
    with pytest.raises(IntegrityError, match="int8") as caught:
        convert.run(run)
    assert "--force quantize" in caught.value.remedy


def test_each_row_is_measured_and_held_against_what_it_was_made_of() -> None:
    dictionary = {"dict": alphanumeric_model().dictionary}
    inputs = {**lines(), **dictionary, **original(), **rounded(), **files()}
    run = context(
        "verify", new_folder(), inputs, {"image_shape": list(SHAPE), "use_space_char": False}
    )
    verify.run(run)
    found = json.loads((run.output / "parity.json").read_text(encoding="utf-8"))["models"]
    assert [row["name"] for row in found] == [
        "checkpoint", "pd", "nb-x86", "nb-arm", "pd-int16", "nb-x86-int16", "nb-arm-int16",
        "pd-int8", "nb-x86-int8", "nb-arm-int8",
    ]  # fmt: skip
    rows = {row["name"]: row for row in found}
    for kind in ("int16", "int8"):
        assert "reference" not in rows[f"pd-{kind}"] and rows[f"pd-{kind}"]["status"] == "measured"
        for target, status in (("x86", "measured"), ("arm", "emulated")):
            row = rows[f"nb-{target}-{kind}"]
            assert (row["status"], row["reference"]) == (status, f"pd-{kind}")
            assert row["agreement"] == 1.0 and row["max_abs_diff"] < 1e-3
    evidence = json.loads((run.output / "evidence.json").read_text(encoding="utf-8"))
    assert [proof["model"] for proof in evidence["read_back"]] == [
        "nb-x86",
        "nb-x86-int16",
        "nb-x86-int8",
    ]
    assert all(proof["agreement"] == 1.0 for proof in evidence["read_back"])
