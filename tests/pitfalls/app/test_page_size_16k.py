"""A library aligned to 4 KB: this machine, whose pages are as small, loads it without a word."""

import subprocess
import sys
from pathlib import Path

import pydantic_core

from stages.lite.elf import read_elf
from stages.pitfalls import Pitfall
from support.apps import LITE_DEMO, is_whole, packed, refusal, shipped_project
from support.elf import android_library

#: A real library, built for this machine.
REAL = next(Path(pydantic_core.__file__).parent.glob("_pydantic_core*.so"))
SMALL = android_library("libopencv_java4.so", page=0x1000)


def test_by_hand_the_loader_takes_it(tmp_path: Path) -> None:
    assert read_elf(REAL.read_bytes()).page in (0x1000, 0x4000, 0x10000)
    load = [sys.executable, "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", str(REAL)]
    assert subprocess.run(load, check=False).returncode == 0
    files = {**LITE_DEMO, "lib/arm64-v8a/libopencv_java4.so": SMALL}
    assert is_whole(packed(tmp_path / "app.apk", files))


def test_paddock_names_every_library_that_is_not_aligned(tmp_path: Path) -> None:
    project = shipped_project(tmp_path / "project")
    files = {**LITE_DEMO, "lib/arm64-v8a/libopencv_java4.so": SMALL}
    said = refusal(project, packed(tmp_path / "app.apk", files), Pitfall.PAGE_SIZE_16K)
    assert "libopencv_java4.so: aligned to 4 KB" in said
