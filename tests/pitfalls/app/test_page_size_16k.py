"""A library aligned to 4 KB: this machine, whose pages are as small, loads it without a word."""

from __future__ import annotations

from pathlib import Path

import pydantic_core

from stages.lite.elf import read_elf
from stages.pitfalls import Pitfall
from support.apps import LITE_DEMO, packed, shipped_project
from support.cli import call
from support.elf import android_library
from support.packages import loads_here, says_nothing

#: A real library, built for this machine.
REAL = next(Path(pydantic_core.__file__).parent.glob("_pydantic_core*.so"))
SMALL = android_library("libopencv_java4.so", page=0x1000)


def test_by_hand_the_loader_takes_it(tmp_path: Path) -> None:
    assert read_elf(REAL.read_bytes()).page in (0x1000, 0x4000, 0x10000)
    assert loads_here(REAL)
    files = {**LITE_DEMO, "lib/arm64-v8a/libopencv_java4.so": SMALL}
    assert says_nothing(packed(tmp_path / "app.apk", files))


def test_paddock_names_every_library_that_is_not_aligned(tmp_path: Path) -> None:
    project = shipped_project(tmp_path / "project")
    files = {**LITE_DEMO, "lib/arm64-v8a/libopencv_java4.so": SMALL}
    done = call("check-app", packed(tmp_path / "app.apk", files), project.folder)
    assert done.returncode == 5
    assert "libopencv_java4.so: aligned to 4 KB" in " ".join(done.stdout.split())
    assert f"paddock explain {Pitfall.PAGE_SIZE_16K}" in done.stdout
