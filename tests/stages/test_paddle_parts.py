from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: An export needs what the rest of a run does, and more.
_PROGRAM = """
import sys
from stages.paddle_parts import leave_out_building
leave_out_building()
import paddle
assert "setuptools" not in sys.modules
layer = paddle.nn.Linear(2, 3)
specification = [paddle.static.InputSpec([None, 2], "float32", "x")]
with paddle.pir_utils.OldIrGuard():
    paddle.jit.save(paddle.jit.to_static(layer, input_spec=specification, full_graph=True), sys.argv[1])
"""


def test_paddle_works_without_what_builds_operators(tmp_path: Path) -> None:
    # Python itself: what tests start by sys.executable may be forked with all of Paddle in it
    ended = subprocess.run(
        [Path(sys.base_prefix, "bin", "python3"), "-c", _PROGRAM, f"{tmp_path}/layer"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
