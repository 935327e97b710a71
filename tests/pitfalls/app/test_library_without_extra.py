"""A library that Paddle-Lite's script built with its defaults: it links, and aborts at loading."""

from pathlib import Path

from stages.lite.library import read_library
from stages.pitfalls import Pitfall
from support.apps import DEMO_LIBRARY, LITE_DEMO, is_whole, packed, refusal, shipped_project
from support.elf import android_library

LIBRARY = android_library(kernels=["ConvCompute", "FcCompute", "SoftmaxCompute"])


def test_by_hand_the_library_is_one_for_the_phone(tmp_path: Path) -> None:
    assert read_library(LIBRARY).machine.value == "aarch64"
    assert is_whole(packed(tmp_path / "app.apk", {**LITE_DEMO, DEMO_LIBRARY: LIBRARY}))


def test_paddock_names_the_operators_that_it_lacks(tmp_path: Path) -> None:
    project = shipped_project(tmp_path / "project")
    app = packed(tmp_path / "app.apk", {**LITE_DEMO, DEMO_LIBRARY: LIBRARY})
    assert "it lacks hard_swish" in refusal(project, app, Pitfall.LIBRARY_WITHOUT_EXTRA)
