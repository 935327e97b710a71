"""A file of half precision beside an ordinary library: it is no smaller, looks the same, and aborts."""

from pathlib import Path

from stages.pitfalls import Pitfall
from support.apps import (
    DEMO_REC,
    DICTIONARY,
    LITE_DEMO,
    OURS,
    is_whole,
    model,
    packed,
    refusal,
    shipped_project,
)
from support.shipped import record

HALF = model(precision=5)


def test_by_hand_the_file_is_as_large_and_the_package_whole(tmp_path: Path) -> None:
    assert len(HALF) == len(OURS)
    assert is_whole(packed(tmp_path / "app.apk", {**LITE_DEMO, DEMO_REC: HALF}))


def test_paddock_holds_the_library_against_the_files_kernels(tmp_path: Path) -> None:
    project = shipped_project(tmp_path / "project")
    record(project, "run-3", HALF, dictionary=DICTIONARY)
    app = packed(tmp_path / "app.apk", {**LITE_DEMO, DEMO_REC: HALF})
    said = refusal(project, app, Pitfall.FP16_NEEDS_FP16_LIBRARY)
    assert "no kernels of half precision" in said
