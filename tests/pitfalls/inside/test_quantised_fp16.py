"""Half precision and integers in one file: opt leaves biases unmarked, and the phone reads other numbers."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from stages.lite.naive_buffer import read_naive_buffer
from stages.pitfalls import Pitfall
from support import bare
from support.legacy import new_folder
from support.measured import model_entry, verify
from support.small import converted

INT8 = ("--quant_model=true", "--quant_type=QUANT_INT8")


@lru_cache(maxsize=2)
def half(*words: str) -> Path:
    """Let opt make an arm file of half precision."""
    files = converted().output / "lite.pdmodel", converted().output / "lite.pdiparams"
    out = new_folder() / "half"
    done = bare.opt(files, "arm", out, "--enable_fp16=true", *words)
    assert done.code == 0 and "saved into" in done.log, "nothing is said of it"
    return out.with_suffix(".nb")


def marks(nb: Path) -> int:
    """Return how many tensors the loader is told to make half precision of."""
    operators = read_naive_buffer(nb).every_operator()
    return sum(name.endswith("_fp16") for item in operators for name in item.attributes)


def test_by_hand_weights_that_are_integers_lose_the_marks_of_half_precision() -> None:
    assert 0 < 2 * marks(half(*INT8)) < marks(half())


def test_paddock_fails_such_a_file_without_running_it(tmp_path: Path) -> None:
    done = verify(tmp_path, {"nb-arm": half(*INT8)})
    assert done.code == 0, done.log[-3000:]
    entry = model_entry(done, "nb-arm")
    assert entry["pitfall"] == str(Pitfall.QUANTISED_FP16)
    assert (entry["status"], entry["fault"]) == ("failed", "miscomputed")
