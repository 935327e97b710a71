"""The detection example's choice of pages, without drawing any."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

EXAMPLE = Path(__file__).parents[2] / "examples" / "official-ppocrv5-det"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


pages = _load("pages")


def _render(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLE / "render_pages.py"), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_there_are_enough_pages_and_each_has_text() -> None:
    drawn = list(pages.pages_of(7))
    assert len(drawn) == pages.PAGES >= 20
    assert min(len(page.entries) for page in drawn) >= 15
    assert {(page.width, page.height) for page in drawn} == {pages.PORTRAIT, pages.LANDSCAPE}


def test_fewer_pages_are_the_first_ones_and_another_seed_gives_others() -> None:
    drawn = list(pages.pages_of(7))
    assert list(pages.pages_of(7, 3)) == drawn[:3]
    assert next(iter(pages.pages_of(8))).entries != drawn[0].entries


def test_entries_keep_off_the_edge_that_turning_cuts() -> None:
    for page in pages.pages_of(7):
        for entry in page.entries:
            assert 40 <= entry.x < page.width - 150
            assert 40 <= entry.y < page.height - entry.size - 30


def test_every_font_is_in_the_examples_image() -> None:
    listed = (EXAMPLE.parents[1] / "images/example/fonts.sha256").read_text(encoding="utf-8")
    assert not [name for name in pages.FONTS if f"  {name}.ttf\n" not in listed]


def test_what_is_there_is_left_alone_and_missing_fonts_are_named(tmp_path: Path) -> None:
    done = _render(str(tmp_path), "--fonts", str(tmp_path))
    assert done.returncode == 2
    assert "lacks 8 fonts, first DejaVuSans.ttf" in done.stderr
    (tmp_path / "data").mkdir()
    done = _render(str(tmp_path), "--fonts", str(tmp_path))
    assert done.returncode == 2
    assert "stays as it is" in done.stderr
    assert _render(str(tmp_path), "--count", "0").returncode == 2
