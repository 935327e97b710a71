"""Which lines of a log are warnings and errors, as the programs in our images write them."""

import pytest

from tui.widgets.log_lines import Level, level_of


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("[2026/11/22 17:27:56] ppocr WARNING: Skipping import of the encryption module.", "warning"),
        ("WARNING: OMP_NUM_THREADS set to 2, not 1.", "warning"),
        ("/usr/lib/python3.10/site-packages/paddle/utils/cpp.py:711: UserWarning: No ccache", "warning"),
        ("W1122 17:27:56.123456    1 gpu_resources.cc:119] no GPU", "warning"),
        ("[W  11/22 17:27:56.123 ...lite/core/op_registry.cc] no kernel", "warning"),
        ("E1122 17:27:56.123456    1 analysis_predictor.cc:1] broken", "error"),
        ("[F 11/22 17:27:56.123 ...lite/core/program.cc] check failed", "error"),
        ("Traceback (most recent call last):", "error"),
        ("ValueError: 3 is not 4, and no WARNING", "error"),
        ("paddle.base.core_avx.EnforceNotMet: (External) Error: not found", None),
        ("[2026/11/22 17:27:56] ppocr INFO: warnings and errors so far: 0", None),
        ("Errors: 0, Warnings: none", None),
        ("x" * 300 + " ERROR", None),
        ("", None),
    ],
)  # fmt: skip
def test_level(line: str, level: Level | None) -> None:
    assert level_of(line) == level
