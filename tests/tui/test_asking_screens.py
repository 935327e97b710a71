"""The screens that ask for a line: an image to be read, where to push to, what to pull."""

from collections.abc import Callable
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.run.options import StopSwitch
from stages.contract.reading import ReadImage, Reading, Readings
from support.pushed import SHIPPED, delivered
from support.recorded import recorded_project
from support.registry import tiny_registry
from support.screen import SMALL, CalmBackend, calm, opened, pasted, text_of, until_shown
from tui.screens.asking import AskingScreen
from tui.screens.parity import ParityScreen


class ReadingBackend(CalmBackend):
    """Reads an image without an engine, and refuses one."""

    def read_image(self, asked: str, say: Callable[[str], None], stop: StopSwitch) -> Readings:
        if asked == "none.png":
            raise UsageError("there is no image none.png", remedy="give another one")
        readings = (Reading("pd", "AB12", 0.998, 50.1), Reading("nb-x86", "AB1Z", 0.6, 61.0))
        return Readings("recognition", (ReadImage(f"{asked}\x1b[2J", readings, "AB12"),))


async def test_an_image_is_read_by_all_models_side_by_side(tmp_path: Path) -> None:
    async with opened(ReadingBackend(recorded_project(tmp_path / "p")), SMALL) as (app, pilot):
        await pilot.press("2")
        await until_shown(pilot, app, "00080.jpg")
        screen = app.screen
        assert isinstance(screen, ParityScreen) and "00080" in screen.selected_image()
        await pilot.press("T")
        await until_shown(pilot, app, "what every model reads", "test/00080.jpg")  # is proposed
        await pilot.press("enter")
        await until_shown(pilot, app, "AB1Z", "61.0 ms", "60.0%", "99.8%", "label")
        assert "\x1b" not in text_of(app)
        await pilot.press(*["backspace"] * 14, *"none.png", "enter")
        await until_shown(pilot, app, "there is no image none.png", "give another one")
        assert "AB1Z" not in text_of(app)
        await pilot.press("escape")
        await calm(pilot)
        assert isinstance(app.screen, ParityScreen)


async def test_a_model_is_pushed_and_pulled_by_keys(tmp_path: Path) -> None:
    folder = delivered(tmp_path / "p")
    with tiny_registry() as registry:
        address = f"{registry.name}/me/plates:1"
        async with opened(CalmBackend(folder), SMALL) as (app, pilot):
            await pilot.press("P", *address, "enter")
            await until_shown(pilot, app, "PASS", "exactly this package: paddock pull")
            await pilot.press("escape", "U")
            await pasted(pilot, app, f"{address} {tmp_path / 'to'}")
            await pilot.press("enter")
            await until_shown(pilot, app, "PASS", "files")
            assert (tmp_path / "to" / "model_arm.nb").read_bytes() == SHIPPED["model_arm.nb"]
            await pilot.press("enter")
            await until_shown(pilot, app, "there already")
            await pilot.press("escape")
            await calm(pilot)
            assert not isinstance(app.screen, AskingScreen)
            await pilot.press("P", *"plates", "enter")
            await until_shown(pilot, app, "names no registry", "REGISTRY/NAME:TAG")
