"""What is sent to the terminal while a run goes on: what changed, and no more."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.screen import Screen

from support import pace
from support.recorded import recorded_project
from support.replay import append, going_on
from support.screen import CalmBackend, opened, until_shown


async def test_progress_paints_only_the_lines_that_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded_project(tmp_path / "p")
    painted: list[str] = []
    with going_on(folder, '"done": 235, "total": 300') as to_come:
        async with opened(CalmBackend(folder)) as (app, pilot):
            await until_shown(pilot, app, "235/300 images")
            display = app._display

            def noticed(screen: Screen[Any], update: RenderableType | None) -> None:
                assert isinstance(update, CompositorUpdate)
                painted.append(update.render_segments(app.console))
                display(screen, update)

            monkeypatch.setattr(app, "_display", noticed)
            monkeypatch.setattr(pace, "IS_SEEN", True)
            append(folder, to_come[0])
            await until_shown(pilot, app, "236/300 images")
    sent = "".join(painted)
    assert "236/300" in sent and "verify" in sent
    assert "convert" not in sent and len(sent) < 1000
