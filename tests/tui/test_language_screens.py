"""Every screen in Chinese: no sentence is left in English, and no line is wider than the terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from support.language import english_in, has_chinese, speaking
from support.projects import MINIMAL, write_project
from support.recorded import CACHED_RUN, RUN, recorded_project
from support.screen import LARGE, SMALL, CalmBackend, Size, calm, ill_styled, lines_of, opened
from tui.keys import SCOPES
from tui.language import _

#: Screen by key, and what its title bar calls it.
SCREENS = {"1": "运行", "2": "一致性", "4": "环境", "5": "防护", "6": "历史", "7": "机器"}


@pytest.fixture(autouse=True)
def _chinese(_english: None) -> Iterator[None]:
    with speaking("zh_CN"):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return recorded_project(tmp_path / "alphanumeric", runs=(RUN, CACHED_RUN))


async def look(pilot: Pilot[None], size: Size, *keys: str) -> str:
    """Return what is on the screen after ``keys``, checked for its width and its styles."""
    for key in keys:
        await pilot.press(key)
        await calm(pilot)
    lines = lines_of(pilot.app)
    assert all(cell_len(line) <= size[0] for line in lines)
    assert ill_styled(pilot.app) == []
    return "\n".join(lines)


async def test_every_screen_and_what_it_opens(folder: Path) -> None:
    async with opened(CalmBackend(folder), SMALL) as (_app, pilot):
        for size in (SMALL, LARGE):
            await pilot.resize_terminal(*size)
            for key, title in SCREENS.items():
                said = await look(pilot, size, key)
                assert title in said and "帮助" in said
                assert english_in(said) == [], key
            said = await look(pilot, size, "1", "question_mark")
            assert "按键" in said and "所有按键" in said
            assert english_in(said) == []
            await look(pilot, size, "escape")
        for keys in ("down m", "a", "i"):
            assert english_in(await look(pilot, LARGE, *keys.split())) == [], keys
        said = await look(pilot, LARGE, "R")
        assert "从 data 到 verify" in said and english_in(said) == []
        said = await look(pilot, LARGE, "escape", "6", "c")
        assert has_chinese(said) and english_in(said) == []
        said = await look(pilot, LARGE, "escape", "5", "down", "down", "e")
        assert "表现" in said and "骨干网络" in said
        said = await look(pilot, LARGE, "escape", "w")
        assert "从模型到模型" in said and "个由规则导出" in said
        said = await look(pilot, LARGE, "escape", "d")
        assert "相同" in said and "36 个字符，SHA-256" in said and english_in(said) == []


async def test_first_contact_and_the_form_of_a_new_project(tmp_path: Path) -> None:
    async with opened(CalmBackend(tmp_path), LARGE) as (_app, pilot):
        said = await look(pilot, LARGE)
        assert has_chinese(said) and english_in(said) == []
        said = await look(pilot, LARGE, "end", "enter")
        assert "训练标注" in said and english_in(said) == []


async def test_project_file_with_an_error(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", MINIMAL.replace("val =", "vall ="))
    async with opened(CalmBackend(folder), LARGE) as (_app, pilot):
        said = await look(pilot, LARGE)
    assert "未知的键；是否想写“val”？" in said and english_in(said) == []


def test_scopes_of_the_keys_are_translated() -> None:
    assert all(has_chinese(_(title)) for title in SCOPES.values())
