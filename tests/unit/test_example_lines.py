"""The alphanumeric example's choice of lines, without drawing any."""

import pytest

from support.example import load

lines = load("alphanumeric", "lines")


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
