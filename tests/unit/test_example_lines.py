"""The examples' choice of lines and pages, without drawing any."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from support.example import EXAMPLES, load

lines = load("alphanumeric", "lines")
printed = load("official-ppocrv5", "printed")
pages = load("official-ppocrv5-det", "pages")


@pytest.mark.parametrize(
    "made",
    [partial(lines.lines_of, "val"), partial(lines.lines_of, "test"), printed.lines_of, pages.pages_of],
    ids=["val", "test", "printed", "pages"],
)  # fmt: skip
def test_a_seed_gives_the_same_another_one_others_and_fewer_are_the_first(
    made: Callable[..., Iterator[Any]],
) -> None:
    first = list(made(7))
    assert first == list(made(7)) and list(made(7, 3)) == first[:3]
    texts = [line.entries if made is pages.pages_of else line.text for line in first]
    others = made(8)
    assert texts != [line.entries if made is pages.pages_of else line.text for line in others]


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
        families = [family for split in lines.SPLITS.values() for family in split.families]
        assert len({getattr(family, attribute) for family in families}) == len(families)
    files = [file for split in lines.SPLITS.values() for file in split.files]
    assert len(files) == len(set(files))


def test_all_fonts_of_a_split_take_turns() -> None:
    used = {line.font for line in lines.lines_of("test", 7)}
    assert used == set(lines.SPLITS["test"].files)


def test_there_are_words_digits_spaces_and_chinese_in_all_fonts() -> None:
    made = list(printed.lines_of(7))
    assert len(made) == printed.LINES >= 200
    characters = {character for line in made for character in line.text}
    assert set("0123456789 -:.") <= characters
    assert any("\u4e00" <= character <= "\u9fff" for character in characters)
    assert {line.font for line in made} == printed.PACKAGES.keys()
    assert max(len(line.text) for line in made) <= 40  # as its paddock.toml allows


def test_a_font_is_asked_for_what_it_has_only() -> None:
    for line in printed.lines_of(7):
        assert (line.font in printed.CHINESE) == (not line.text.isascii())


def test_the_image_has_the_fonts_and_their_packages() -> None:
    recipe = EXAMPLES.parent / "images" / "example"
    fonts = (recipe / "fonts.sha256").read_text().split()[1::2]
    assert {f"{name}.ttf" for name in printed.PACKAGES} <= set(fonts)
    assert set(printed.PACKAGES.values()) <= set((recipe / "packages.txt").read_text().split())


def test_there_are_enough_pages_and_each_has_text() -> None:
    drawn = list(pages.pages_of(7))
    assert len(drawn) == pages.PAGES >= 20
    assert min(len(page.entries) for page in drawn) >= 15
    assert {(page.width, page.height) for page in drawn} == {pages.PORTRAIT, pages.LANDSCAPE}


def test_entries_keep_off_the_edge_that_turning_cuts() -> None:
    for page in pages.pages_of(7):
        for entry in page.entries:
            assert 40 <= entry.x < page.width - 150
            assert 40 <= entry.y < page.height - entry.size - 30


def test_every_font_is_in_the_examples_image() -> None:
    listed = (EXAMPLES.parent / "images/example/fonts.sha256").read_text(encoding="utf-8")
    assert not [name for name in pages.FONTS if f"  {name}.ttf\n" not in listed]
