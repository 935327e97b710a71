"""The demo's own model lies where the delivered one should be: the package is whole, and reads as before."""

from pathlib import Path

from stages.pitfalls import Pitfall
from support.apps import DEMO_REC, LITE_DEMO, STOCK, is_whole, packed, refusal, shipped_project


def test_by_hand_the_package_is_whole(tmp_path: Path) -> None:
    assert is_whole(packed(tmp_path / "app.apk", {**LITE_DEMO, DEMO_REC: STOCK}))


def test_paddock_says_whose_model_it_is(tmp_path: Path) -> None:
    project = shipped_project(tmp_path / "project")
    app = packed(tmp_path / "app.apk", {**LITE_DEMO, DEMO_REC: STOCK})
    said = refusal(project, app, Pitfall.APP_SHIPS_STOCK_MODEL)
    assert "none of its 2 tensors is its own" in said
