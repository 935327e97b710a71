"""A stock ``.nb`` in place of one's own, where both have the same dictionary."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages import convert, verify
from stages.errors import IntegrityError
from stages.pitfalls import Pitfall
from stages.program.params import write_parameters
from support.legacy import (
    ALPHANUMERIC,
    Recorded,
    alphanumeric_model,
    context,
    draw_lines,
    new_folder,
    official,
    open_graph,
)
from support.pir import alphanumeric_pir, take_over
from support.small import converted

TEXTS = [f"{first}{second}{first}7" for first in "ACEHKM" for second in "PRTXZ9"][:33]
FEW = TEXTS[::5]
PARAMETERS: dict[str, Any] = {"image_shape": [3, 48, 128], "use_space_char": False}


@lru_cache(maxsize=1)
def trained() -> Path:
    """Make "the user's own" parameters: the classifier's columns turned by one, so A is read as B."""
    model = alphanumeric_model()
    graph = open_graph((model.pdmodel, model.pdiparams))
    turned = new_folder() / "inference.pdiparams"
    write_parameters(turned, {name: turn(array) for name, array in graph.used_parameters().items()})
    return turned


def turn(array: np.ndarray) -> np.ndarray:
    if array.shape[-1:] != (len(ALPHANUMERIC) + 1,):
        return array
    return np.concatenate([array[..., :1], np.roll(array[..., 1:], 1, axis=-1)], axis=-1)


@lru_cache(maxsize=1)
def own() -> Path:
    """Return the ``.nb`` of the user's own."""
    files = {"pdmodel": alphanumeric_model().pdmodel, "pdiparams": trained()}
    run = context("convert", new_folder(), files, {"targets": ["x86"], "fp16": False})
    convert.run(run)
    return run.output / "model_x86.nb"


def verified(folder: Path, texts: list[str], **changes: Path) -> Recorded:
    model = alphanumeric_model()
    inputs = {
        **draw_lines(folder / "lines", texts),
        "dict": model.dictionary,
        "pdmodel": model.pdmodel,
        "pdiparams": trained(),
        "pretrained": alphanumeric_pir(),
        "nb-x86": own(),
        **changes,
    }
    run = context("verify", folder, inputs, PARAMETERS)
    verify.run(run)
    return run


def canary(run: Recorded) -> dict[str, Any]:
    written = json.loads((run.output / "evidence.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = written["canary"]
    return found


def test_own_model_reads_as_its_reference_and_not_as_the_stock(tmp_path: Path) -> None:
    found = canary(verified(tmp_path, TEXTS))
    assert found["images"] == 32 < len(TEXTS)
    assert found["stock"] == "a test"  # who made the input names it
    (entry,) = found["models"]
    assert (entry["model"], entry["reference"]) == ("nb-x86", "pd")
    assert entry["as_reference"] == 1.0
    assert entry["as_stock"] < 0.2


def test_stock_nb_reads_as_the_stock_model_of_either_format(tmp_path: Path) -> None:
    model, legacy = alphanumeric_model(), tmp_path / "legacy"
    legacy.mkdir()
    for path in (model.pdmodel, model.pdiparams, model.dictionary):
        (legacy / path.name).write_bytes(path.read_bytes())
    changes = {"pretrained": legacy, "nb-x86": converted().output / "model_x86.nb"}
    (entry,) = canary(verified(tmp_path, FEW, **changes))["models"]
    assert entry["as_reference"] < 0.2
    assert entry["as_stock"] == 1.0


def test_stock_nb_with_the_official_classes_is_named(tmp_path: Path) -> None:
    """The real stock file has 18,385 classes; the project's 36 characters make 37."""
    stock_nb = convert_official(tmp_path)
    with pytest.raises(IntegrityError, match=r"18385 classes.*this is the stock model") as caught:
        verified(tmp_path, FEW, pretrained=official("PP-OCRv5_mobile_rec"), **{"nb-x86": stock_nb})
    assert caught.value.pitfall == Pitfall.STOCK_NB


def convert_official(folder: Path) -> Path:
    """Make the stock ``.nb`` as anyone would: the official model as it is, for x86."""
    (folder / "official").mkdir()
    for path in official("PP-OCRv5_mobile_rec").glob("inference.*"):
        (folder / "official" / path.name).write_bytes(path.read_bytes())
    _, (pdmodel, pdiparams) = take_over(folder / "official")
    files = {"pdmodel": pdmodel, "pdiparams": pdiparams}
    run = context("convert", folder / "stock", files, {"targets": ["x86"], "fp16": False})
    convert.run(run)
    return run.output / "model_x86.nb"
