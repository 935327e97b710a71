"""A library that Paddle-Lite's script built with its defaults: it links, and aborts at loading."""

from __future__ import annotations

from pathlib import Path

from stages.lite.library import read_library
from stages.pitfalls import Pitfall
from support.apps import DEMO_LIBRARY, LITE_DEMO, packed, shipped_project
from support.cli import call
from support.elf import android_library
from support.packages import says_nothing

LIBRARY = android_library(kernels=["ConvCompute", "FcCompute", "SoftmaxCompute"])


def test_by_hand_the_library_is_one_for_the_phone(tmp_path: Path) -> None:
    assert read_library(LIBRARY).machine.value == "aarch64"
    assert says_nothing(packed(tmp_path / "app.apk", {**LITE_DEMO, DEMO_LIBRARY: LIBRARY}))


def test_paddock_names_the_operators_that_it_lacks(tmp_path: Path) -> None:
    project = shipped_project(tmp_path / "project")
    done = call(
        "check-app",
        packed(tmp_path / "app.apk", {**LITE_DEMO, DEMO_LIBRARY: LIBRARY}),
        project.folder,
    )
    assert done.returncode == 5
    assert "it lacks hard_swish" in " ".join(done.stdout.split())
    assert f"paddock explain {Pitfall.LIBRARY_WITHOUT_EXTRA}" in done.stdout
