"""Weights quantised by opt: Lite's loader does not turn those of a matrix product back and gives NaN."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from stages.pitfalls import Pitfall
from stages.program.params import write_parameters, write_program
from stages.program.prove import random_images
from stages.program.rules import DENSE, RULES, apply_rules
from support import bare
from support.legacy import SHAPE, alphanumeric_model, new_folder, open_graph, predict
from support.measured import model_entry, verify
from support.small import converted

IMAGE = random_images([SHAPE], seed=1)[0]


@lru_cache(maxsize=1)
def products_left() -> tuple[Path, Path]:
    """Return the model as opt takes it, its dense layers left as Paddle 3 writes them."""
    model, folder = alphanumeric_model(), new_folder()
    graph = open_graph((model.pdmodel, model.pdiparams))
    apply_rules(graph, tuple(rule for rule in RULES if rule not in DENSE))
    files = folder / "lite.pdmodel", folder / "lite.pdiparams"
    write_program(files[0], graph.program())
    write_parameters(files[1], graph.used_parameters())
    return files


def quantised(files: tuple[Path, Path], kind: str) -> Path:
    """Let opt quantise a model's weights; return the ``.nb``."""
    out = new_folder() / "x"
    done = bare.opt(files, "x86", out, "--quant_model=true", f"--quant_type={kind}")
    assert done.code == 0 and "saved into" in done.log
    return out.with_suffix(".nb")


@lru_cache(maxsize=2)
def garbage(kind: str) -> Path:
    return quantised(products_left(), kind)


@pytest.mark.parametrize("kind", ["QUANT_INT8", "QUANT_INT16"])
def test_by_hand_the_file_runs_and_every_number_is_nan(kind: str) -> None:
    ended, outputs = bare.lite(garbage(kind), IMAGE)
    assert ended.code == 0
    assert np.isnan(outputs[0]).all()


def test_paddock_sees_it_in_the_file_and_says_why(tmp_path: Path) -> None:
    done = verify(tmp_path, {"nb-x86": garbage("QUANT_INT8")})
    assert done.code == 0, done.log[-3000:]
    entry = model_entry(done, "nb-x86")
    assert entry["pitfall"] == str(Pitfall.QUANTISED_GARBAGE)
    assert (entry["status"], entry["fault"]) == ("failed", "miscomputed")


def test_with_dense_layers_written_as_mul_every_weight_is_turned_back() -> None:
    lite = converted().output / "lite.pdmodel", converted().output / "lite.pdiparams"
    ended, outputs = bare.lite(quantised(lite, "QUANT_INT16"), IMAGE)
    assert ended.code == 0
    assert np.abs(outputs[0] - predict(lite, IMAGE)).max() < 1e-2
