"""PaddleOCR 3 exports PIR unless told otherwise, and opt aborts on it with words that name nothing."""

from __future__ import annotations

import signal
from pathlib import Path

from stages.pitfalls import Pitfall
from support import bare
from support.caught import check_refused
from support.legacy import official
from support.small import convert, trained


def test_by_hand_the_export_tool_says_nothing_and_opt_aborts(tmp_path: Path) -> None:
    made = trained()
    done = bare.paddleocr(
        "export_model.py", made.data.config,
        pretrained_model=made.checkpoint.with_suffix(""), save_inference_dir=tmp_path / "inference",
        export_with_pir=True,
    )  # fmt: skip
    assert done.code == 0, "PaddleOCR's default; a legacy model was wanted"
    files = tmp_path / "inference/inference.json", tmp_path / "inference/inference.pdiparams"
    assert files[0].is_file() and not files[0].with_suffix(".pdmodel").exists()
    done = bare.opt(files, "x86", tmp_path / "x")
    assert done.code == -signal.SIGABRT
    assert "idx >= blocks.size()" in done.log and "PIR" not in done.log


def test_paddock_names_it_and_the_flag(tmp_path: Path) -> None:
    folder = official("PP-OCRv5_mobile_rec")
    done = convert(tmp_path, (folder / "inference.json", folder / "inference.pdiparams"))
    said = ("PIR model", "inference.json", "Global.export_with_pir=False")
    check_refused(done, 3, Pitfall.PIR_GIVEN_TO_OPT, *said)
