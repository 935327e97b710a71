from pathlib import Path

import pytest

from stages.errors import StageError
from stages.lite.operators import read_table
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


@pytest.mark.parametrize(
    ("log", "code", "size", "said"),
    [
        (SAVED, 0, None, "no usable file for x86"),
        (SAVED, 0, 0, "no usable file for x86"),
        ("1. Model is successfully loaded!\n", 0, 10, "no usable file for x86"),
        (SAVED + CHECK + "late", 134, 10, "Check failed"),
    ],
    ids=["no file", "empty file", "without the log's word", "an old line of the log"],
)
def test_neither_exit_code_nor_file_nor_log_is_believed_alone(
    tmp_path: Path, log: str, code: int, size: int | None, said: str
) -> None:
    path = tmp_path / "x.nb" if size is None else file(tmp_path, size)
    with pytest.raises(StageError, match=said):
        judge(log, code, "x86", path)


@pytest.mark.parametrize(
    ("log", "message", "remedy"),
    [
        (CHECK + "No attributes called beta found for swish", "not made legal", "Paddock"),
        (CHECK + "(idx < static_cast<int32_t>(BlocksSize())): 0!<0 idx >= blocks.size()", "PIR model",
         "export_with_pir=False"),
        (
            "Error: This model is not supported, because 1 ops are not supported on 'arm'. "
            "These unsupported ops are: 'celu'.",
            "does not know these operators of the model: 'celu'",
            "architecture",
        ),
        (CHECK + "Failed to read 230400 bytes.", "shorter", "one export"),
        (CHECK + "something \x1b[31mnew", r"Check failed: something \x1b[31mnew", "log"),
    ],
)  # fmt: skip
def test_a_cause_is_named_with_its_remedy(
    tmp_path: Path, log: str, message: str, remedy: str
) -> None:
    with pytest.raises(StageError) as caught:
        judge(log, 134, "arm", tmp_path / "x.nb")
    assert message in caught.value.message
    assert remedy in caught.value.remedy
    assert caught.value.where == "opt arm"


@pytest.mark.parametrize(
    ("machine", "target"),
    [("x86_64", "x86"), ("AMD64", "x86"), ("aarch64", "arm"), ("arm64", "arm"), ("riscv64", None)],
)
def test_only_the_machine_s_own_file_is_runnable(machine: str, target: str | None) -> None:
    assert runnable_target(machine) == target


TABLE = """Supported OPs on ' kX86':
                                        OP_name  kHost  kUnk  kX86
                                            abs      Y
                               conv2d_transpose                  Y
                                           rows      N      Y
                                          empty

Y
"""


def test_a_row_with_a_kernel_in_any_column_is_an_operator() -> None:
    assert read_table(TABLE) == {"abs", "conv2d_transpose"}
    assert read_table("") == frozenset(), "what is no table has none"
    assert read_table("usage: paddle_lite_opt [-h]\nerror: unrecognized Y arguments") == frozenset()
