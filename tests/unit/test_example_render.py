"""What every example's drawing refuses: fonts that are not there, data that are, and no count."""

import subprocess
from pathlib import Path

import pytest

from support.example import render

EXAMPLES = {
    "alphanumeric": ("render.py", "JetBrainsMono-Regular.ttf: install the package fonts-jetbrains-mono"),
    "official-ppocrv5": ("render_printed.py", "DejaVuSans.ttf: install the package fonts-dejavu-core"),
    "official-ppocrv5-det": ("render_pages.py", "lacks 8 fonts, first DejaVuSans.ttf"),
}  # fmt: skip
every = pytest.mark.parametrize("example", EXAMPLES)


def drawn(example: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return render(example, EXAMPLES[example][0], *map(str, arguments))


@every
def test_missing_fonts_are_named_with_their_package(example: str, tmp_path: Path) -> None:
    only = ("--only", "test") if example == "alphanumeric" else ()
    done = drawn(example, tmp_path / "out", "--fonts", tmp_path, *only)
    assert done.returncode == 2 and EXAMPLES[example][1] in done.stderr
    assert not (tmp_path / "out").exists()


@every
def test_existing_data_is_left_alone(example: str, tmp_path: Path) -> None:
    mine = tmp_path / "data" / "test.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    done = drawn(example, tmp_path, "--fonts", tmp_path)
    assert done.returncode == 2 and "exists and stays as it is" in done.stderr
    assert mine.read_text() == "mine"


@every
@pytest.mark.parametrize("count", ["0", "-3", "many"])
def test_impossible_count_is_refused(example: str, tmp_path: Path, count: str) -> None:
    done = drawn(example, tmp_path, "--count", count)
    assert done.returncode == 2 and "--count" in done.stderr
