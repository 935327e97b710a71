"""The alphanumeric example's choice of lines, without drawing any."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.example import load, render

EXAMPLE = "alphanumeric"


lines = load(EXAMPLE, "lines")


def _render(*arguments: str) -> subprocess.CompletedProcess[str]:
    return render(EXAMPLE, "render.py", *arguments)


def test_same_seed_gives_the_same_lines() -> None:
    assert list(lines.lines_of("val", seed=7)) == list(lines.lines_of("val", seed=7))


def test_another_seed_gives_other_texts() -> None:
    texts = [[line.text for line in lines.lines_of("test", seed)] for seed in (7, 8)]
    assert texts[0] != texts[1]


def test_fewer_lines_are_the_first_ones() -> None:
    assert list(lines.lines_of("test", 7, 20)) == list(lines.lines_of("test", 7))[:20]


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_texts_keep_to_alphabet_and_length(split: str) -> None:
    made = list(lines.lines_of(split, 7))
    assert len(made) == lines.SPLITS[split].count
    assert {character for line in made for character in line.text} == set(lines.ALPHABET)
    assert {len(line.text) for line in made} == set(range(lines.SHORTEST, lines.LONGEST + 1))


def test_no_two_splits_share_a_text() -> None:
    texts = [{line.text for line in lines.lines_of(split, 7)} for split in lines.SPLITS]
    assert not (texts[0] & texts[1] or texts[0] & texts[2] or texts[1] & texts[2])


def test_no_two_splits_share_a_family_a_package_or_a_file() -> None:
    for attribute in ("name", "package"):
        values = [
            getattr(family, attribute)
            for split in lines.SPLITS.values()
            for family in split.families
        ]
        assert len(values) == len(set(values))
    files = [file for split in lines.SPLITS.values() for file in split.files]
    assert len(files) == len(set(files))


def test_all_fonts_of_a_split_take_turns() -> None:
    used = {line.font for line in lines.lines_of("test", 7)}
    assert used == set(lines.SPLITS["test"].files)


def test_missing_font_names_file_and_package(tmp_path: Path) -> None:
    done = _render(str(tmp_path / "out"), "--fonts", str(tmp_path), "--only", "test")
    assert done.returncode == 2
    assert "JetBrainsMono-Regular.ttf: install the package fonts-jetbrains-mono" in done.stderr
    assert not (tmp_path / "out").exists()


def test_existing_data_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "data" / "train.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    done = _render(str(tmp_path), "--fonts", str(tmp_path))
    assert done.returncode == 2
    assert "exists and stays as it is" in done.stderr
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("count", ["0", "-3", "many"])
def test_impossible_count_is_refused(tmp_path: Path, count: str) -> None:
    done = _render(str(tmp_path), "--count", count)
    assert done.returncode == 2
    assert "--count" in done.stderr
