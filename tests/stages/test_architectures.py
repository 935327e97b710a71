"""Every built-in architecture through all stages: its ``.nb`` runs here and reads as the PD model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from stages import convert, export, train, verify
from stages.ppocr.architectures import ARCHITECTURES, BuiltIn
from stages.ppocr.network import build
from support.legacy import ALPHANUMERIC, context, new_folder, save_legacy
from support.lines import train_context, train_inputs

CLASSES = len(ALPHANUMERIC) + 1
#: One network of each kind; en_PP-OCRv4 and PP-OCRv4 are PP-OCRv5's, which other tests take further.
NETWORKS = ("PP-OCRv3_mobile_rec", "ch_ppocr_mobile_v2.0_rec", "rec_mv3_none_bilstm_ctc")
WIDTH = 96


def shape(built_in: BuiltIn) -> list[int]:
    return [*built_in.image_shape[:2], WIDTH]


def drawn(built_in: BuiltIn) -> Path:
    """Return the folder of an inference model of it: drawn weights, and norms that fit them."""
    folder = new_folder()
    paddle.seed(5)
    network = build(built_in.ctc(), CLASSES)
    network.train()
    noise = np.random.default_rng(5).uniform(-1, 1, (4, *shape(built_in))).astype(np.float32)
    for _ in range(20):
        network(paddle.to_tensor(noise))
    save_legacy(network, folder, [-1, *built_in.image_shape[:2], -1])
    (folder / "dict.txt").write_text("\n".join(ALPHANUMERIC) + "\n", encoding="utf-8")
    return folder


@lru_cache(maxsize=1)
def data() -> dict[str, Path]:
    return train_inputs(new_folder(), 8, 4)


@dataclass(frozen=True)
class Run:
    """What the stages said of one architecture."""

    exported: dict[str, Any]
    converted: dict[str, Any]
    parity: dict[str, Any]


@lru_cache(maxsize=len(NETWORKS))
def run(name: str) -> Run:
    """Train a step, export, convert and verify."""
    built_in, folder = ARCHITECTURES[name], new_folder()
    given = {**data(), "pretrained": drawn(built_in)}
    size = {"image_shape": shape(built_in), "use_space_char": False}
    trained = train_context(folder, given, architecture=name, epochs=1, **size)
    train.run(trained)
    files = {
        "checkpoint": trained.output / "checkpoint.pdparams",
        "config": trained.output / "config.yml",
        "dict": given["dict"],
    }
    exported = context("export", folder, files, size)
    said = export.run(exported)
    pd = {key: exported.output / f"inference.{key}" for key in ("pdmodel", "pdiparams")}
    converted = context("convert", folder, pd, {"targets": ["arm", "x86"], "fp16": False})
    rules = convert.run(converted)
    test = {"test": given["val"], "test_labels": given["val_labels"], "dict": given["dict"]}
    nb = {f"nb-{target}": converted.output / f"model_{target}.nb" for target in ("arm", "x86")}
    verified = context("verify", folder, {**test, **pd, **nb}, size)
    verify.run(verified)
    parity = json.loads((verified.output / "parity.json").read_text(encoding="utf-8"))
    return Run(said, rules, parity)


#: A rule without which each kind of neck would not run.
NEEDED = {"SVTR_LCNet": "swish beta", "CRNN": "scalar shape"}


@pytest.mark.parametrize("name", NETWORKS)
def test_its_nb_runs_and_reads_as_the_pd_model(name: str) -> None:
    nb = next(model for model in run(name).parity["models"] if model["name"] == "nb-x86")
    assert nb["status"] == "measured"
    assert nb["agreement"] == 1.0
    assert nb["max_abs_diff"] < 1e-5
    assert run(name).exported["max_difference"] == 0.0
    assert run(name).converted["rules"][NEEDED[ARCHITECTURES[name].algorithm]] > 0
