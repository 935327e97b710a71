"""Weights quantised by opt: Lite's x86 runtime does not de-quantise a matrix product and gives NaN."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from stages.pitfalls import Pitfall
from stages.program.prove import random_images
from support import bare
from support.legacy import SHAPE, new_folder
from support.measured import model_entry, verify
from support.small import converted

IMAGE = random_images([SHAPE], seed=1)[0]


@lru_cache(maxsize=2)
def quantised(kind: str) -> Path:
    """Convert the model that opt is given with its weights quantised; return the ``.nb``."""
    lite, out = converted().output, new_folder() / "x"
    files = lite / "lite.pdmodel", lite / "lite.pdiparams"
    done = bare.opt(files, "x86", out, "--quant_model=true", f"--quant_type={kind}")
    assert done.code == 0 and "saved into" in done.log
    return out.with_suffix(".nb")


@pytest.mark.parametrize("kind", ["QUANT_INT8", "QUANT_INT16"])
def test_by_hand_the_file_runs_and_every_number_is_nan(kind: str) -> None:
    ended, outputs = bare.lite(quantised(kind), IMAGE)
    assert ended.code == 0
    assert np.isnan(outputs[0]).all()


def test_paddock_fails_the_column_and_says_why(tmp_path: Path) -> None:
    done = verify(tmp_path, {"nb-x86": quantised("QUANT_INT8")})
    assert done.code == 0, done.log[-3000:]
    entry = model_entry(done, "nb-x86")
    assert entry["pitfall"] == str(Pitfall.QUANTISED_GARBAGE)
    assert (entry["status"], entry["fault"]) == ("failed", "not_finite")
