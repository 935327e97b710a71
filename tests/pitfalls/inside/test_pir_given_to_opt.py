"""PaddleOCR 3 exports PIR unless told otherwise, and opt aborts on it with words that name nothing."""

from __future__ import annotations

import signal
from functools import lru_cache
from pathlib import Path

import numpy as np

from stages.pitfalls import Pitfall
from stages.program.params import read_parameters
from support import bare
from support.caught import check_refused, run_stage
from support.ended import Ended
from support.legacy import new_folder, official
from support.small import SHAPE, convert, trained


@lru_cache(maxsize=1)
def exported() -> tuple[Path, Ended]:
    """Export the small network by hand, as PaddleOCR does by default."""
    made, folder = trained(), new_folder() / "inference"
    done = bare.paddleocr(
        "export_model.py", made.data.config,
        pretrained_model=made.checkpoint.with_suffix(""), save_inference_dir=folder,
        export_with_pir=True,
    )  # fmt: skip
    return folder, done


def test_by_hand_the_export_tool_says_nothing_and_opt_aborts(tmp_path: Path) -> None:
    folder, done = exported()
    assert done.code == 0, "PaddleOCR's default; a legacy model was wanted"
    files = folder / "inference.json", folder / "inference.pdiparams"
    assert files[0].is_file() and not files[0].with_suffix(".pdmodel").exists()
    done = bare.opt(files, "x86", tmp_path / "x")
    assert done.code == -signal.SIGABRT
    assert "idx >= blocks.size()" in done.log and "PIR" not in done.log


def test_paddock_names_it_and_the_flag(tmp_path: Path) -> None:
    folder = official("PP-OCRv5_mobile_rec")
    done = convert(tmp_path, (folder / "inference.json", folder / "inference.pdiparams"))
    said = ("PIR model", "inference.json", "Global.export_with_pir=False")
    check_refused(done, 3, Pitfall.PIR_GIVEN_TO_OPT, *said)


def test_paddock_takes_the_same_export_over(tmp_path: Path) -> None:
    """An LSTM, whose first state is made at run time, and a parameter that is not stored."""
    folder, made = exported()[0], trained()
    test = {"test": made.data.folder / "val", "test_labels": made.data.labels("val")}
    parameters = {"image_shape": SHAPE, "use_space_char": False}
    given = {"pir": folder, "dict": made.data.dictionary, **test}
    done = run_stage("export", tmp_path, given, parameters)
    assert done.code == 0, done.log[-3000:]
    taken = read_parameters(done.output / "inference.pdmodel", done.output / "inference.pdiparams")
    learned = read_parameters(*made.files)
    assert taken.keys() == learned.keys()
    assert all(np.array_equal(taken[name], learned[name]) for name in taken)
    assert done.result.metrics["max_difference"] < 1e-5
