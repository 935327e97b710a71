from __future__ import annotations

from pathlib import Path

import pytest

from stages.errors import StageError
from stages.lite.opt_log import judge
from stages.lite.targets import runnable_target

SAVED = "1. Model is successfully loaded!\n2. Model is optimized and saved into x.nb successfully\n"
CHECK = "[F 11/22 15:21: 5.550 op_desc.h:118 GetAttr] Check failed: "


def file(folder: Path, size: int) -> Path:
    path = folder / "x.nb"
    path.write_bytes(b"x" * size)
    return path


def test_file_and_log_together_are_believed_whatever_the_exit_code(tmp_path: Path) -> None:
    judge(SAVED, 139, "x86", file(tmp_path, 10))


@pytest.mark.parametrize("size", [None, 0], ids=["no file", "empty file"])
def test_without_a_file_exit_code_zero_means_nothing(tmp_path: Path, size: int | None) -> None:
    path = tmp_path / "x.nb" if size is None else file(tmp_path, size)
    with pytest.raises(StageError, match="no usable file for arm"):
        judge(SAVED, 0, "arm", path)


def test_a_file_without_the_log_s_word_is_not_believed(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="no usable file"):
        judge("1. Model is successfully loaded!\n", 0, "x86", file(tmp_path, 10))


@pytest.mark.parametrize(
    ("log", "message", "remedy"),
    [
        (
            CHECK + "No attributes called beta found for swish",
            "not made legal",
            "Paddock",
        ),
        (
            CHECK + "(idx < static_cast<int32_t>(BlocksSize())): 0!<0 idx >= blocks.size()",
            "PIR model",
            "export_with_pir=False",
        ),
        (
            "Error: This model is not supported, because 1 ops are not supported on 'arm'. "
            "These unsupported ops are: 'celu'.",
            "does not know these operators of the model: 'celu'",
            "architecture",
        ),
        (CHECK + "Failed to read 230400 bytes.", "shorter", "one export"),
        (CHECK + "something \x1b[31mnew", r"Check failed: something \x1b[31mnew", "log"),
    ],
)
def test_a_cause_is_named_with_its_remedy(
    tmp_path: Path, log: str, message: str, remedy: str
) -> None:
    with pytest.raises(StageError) as caught:
        judge(log, 134, "arm", tmp_path / "x.nb")
    assert message in caught.value.message
    assert remedy in caught.value.remedy
    assert caught.value.where == "opt arm"


def test_an_aborted_run_is_not_saved_by_an_old_line(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="Check failed"):
        judge(SAVED + CHECK + "late", 134, "x86", file(tmp_path, 10))


@pytest.mark.parametrize(
    ("machine", "target"),
    [("x86_64", "x86"), ("AMD64", "x86"), ("aarch64", "arm"), ("arm64", "arm"), ("riscv64", None)],
)
def test_only_the_machine_s_own_file_is_runnable(machine: str, target: str | None) -> None:
    assert runnable_target(machine) == target
