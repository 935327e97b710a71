"""The tour's pictures fetch nothing, and it says what it lacks."""

import io
import re
import sys
from pathlib import Path

import pytest
from rich.console import Console

import svg
import tour

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def test_a_picture_names_no_font_of_a_server_and_keeps_its_spaces(tmp_path: Path) -> None:
    console = Console(width=20, record=True, file=io.StringIO())
    console.print("    four in")
    svg.save(console, "title", tmp_path / "p.svg")
    text = (tmp_path / "p.svg").read_text()
    assert "@font-face" not in text and 'x="48.8"' in text and ">four&#160;in" in text


@pytest.mark.parametrize("picture", sorted(PICTURES.glob("*.svg")), ids=lambda path: path.stem)
def test_the_committed_pictures_fetch_nothing(picture: Path) -> None:
    text = picture.read_text(encoding="utf-8")
    assert not re.search(r"(href|src|url|import)\W*https?:", text)


def test_without_tmux_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["tour", str(tmp_path / "p"), str(tmp_path / "out")])
    assert tour.main() == 1
    assert "there is no tmux" in capsys.readouterr().err


def test_it_begins_with_an_empty_folder_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "paddock.toml").touch()
    monkeypatch.setattr(sys, "argv", ["tour", str(tmp_path), str(tmp_path)])
    assert tour.main() == 2
    assert "is not empty" in capsys.readouterr().err
