"""A desk with a log of a hundred lines on it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from support.log_desk import Desk, LogApp
from tui.appearance import Appearance, Pace, current, use


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    """Look for news more often than people need."""
    before = current()
    use(Appearance(pace=Pace(poll=0.02)))
    yield
    use(before)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    path = tmp_path / "runs" / "20261122-172749-302e" / "train.log"
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"line {number}\n" for number in range(100)))
    app = LogApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.open(path, "train")
        made = Desk(app, pilot, path)
        await made.until(lambda: "line 99" in made.shown)
        yield made
